//! What the platform's errors mean. The only file that knows their words;
//! `@cloudflare/containers` 0.3.7 and workerd of 2026 say them.

use crate::pool::{Failure, FailureClass};

/// What the platform marks on an error beside its words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flags {
    /// `.retryable`: trying again may help.
    pub retryable: bool,
    /// `.overloaded`: trying again at once makes it worse.
    pub overloaded: bool,
    /// `.retryAfter`: in so many seconds, as HTTP counts them.
    pub retry_after_s: Option<f64>,
}

/// Words, in lower case, and the class they mean. The first that is found
/// decides, so what is certain stands before what is general.
const WORDS: [(&str, FailureClass); 16] = [
    ("maximum number of running container instances exceeded", FailureClass::Capacity),
    ("no such image", FailureClass::Permanent),
    ("ran out of memory", FailureClass::Permanent),
    ("no container application assigned", FailureClass::Permanent),
    ("containers have not been enabled", FailureClass::Permanent),
    ("requesting too many containers per second", FailureClass::RateLimit),
    ("generating too much load on durable objects", FailureClass::RateLimit),
    ("durable object is overloaded", FailureClass::Overload),
    (LOST, FailureClass::Transient),
    ("the container is not listening", FailureClass::Transient),
    ("container did not start after", FailureClass::Transient),
    ("exited before we could determine", FailureClass::Transient),
    ("crashed while checking for ports", FailureClass::Transient),
    ("reset because its code was updated", FailureClass::Transient),
    ("no answer within", FailureClass::Transient),
    // Also the platform's general last error, so it stands last.
    ("there is no container instance that can be provided", FailureClass::Capacity),
];

/// The caller's connection is gone, which says nothing of the object at its
/// other end: what was asked of it may go on.
const LOST: &str = "network connection lost";

/// Words before a number of seconds after which trying again is worth it.
const RETRY_AFTER: [&str; 4] = ["retry after ", "retry-after: ", "try again in ", "try again after "];

/// Longest pause that is believed, a day; the pool bounds it further.
const RETRY_AFTER_MAX_S: f64 = 86_400.0;

/// A start of what runs already is not a failure.
const STARTED: &str = "start() cannot be called on a container that is already running";

/// Sorts an error by its message and those of its causes, outermost first.
/// Words that are not known are transient: tried again, and stopped by the
/// breaker when that does not help.
#[must_use]
pub fn sort(messages: &[String], flags: Flags) -> Failure {
    let text = messages.join(": ");
    let lower = text.to_ascii_lowercase();
    let known = WORDS.iter().find(|(words, _)| lower.contains(words)).map(|(_, class)| *class);
    let class = match known {
        Some(class) => class,
        None if flags.overloaded => FailureClass::Overload,
        None => FailureClass::Transient,
    };
    let class =
        if flags.retryable && class == FailureClass::Permanent { FailureClass::Transient } else { class };
    let retry_after_s = flags.retry_after_s.or_else(|| asked_pause_s(&lower));
    Failure {
        may_go_on: lower.contains(LOST),
        retry_after_ms: retry_after_s.and_then(milliseconds),
        ..Failure::new(class, &text)
    }
}

/// The pause that words in lower case ask for.
fn asked_pause_s(lower: &str) -> Option<f64> {
    let after = RETRY_AFTER.iter().find_map(|words| Some(lower.split_once(words)?.1))?;
    let unit = after.trim_start_matches(|char: char| char.is_ascii_digit());
    let digits = after[..after.len() - unit.len()].bytes();
    let unit = unit.trim_ascii_start();
    let seconds = digits.map(|digit| f64::from(digit - b'0')).reduce(|tens, digit| tens * 10.0 + digit)?;
    Some(if unit.starts_with("ms") || unit.starts_with("milli") { seconds / 1_000.0 } else { seconds })
}

fn milliseconds(seconds: f64) -> Option<u64> {
    (seconds > 0.0).then(|| (seconds.min(RETRY_AFTER_MAX_S) * 1_000.0) as u64)
}

/// Whether a failed start says that the container runs.
#[must_use]
pub fn means_started(failure: &Failure) -> bool {
    failure.message.to_ascii_lowercase().contains(STARTED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class_of(messages: &[&str], flags: Flags) -> FailureClass {
        let messages: Vec<String> = messages.iter().map(|message| (*message).to_owned()).collect();
        sort(&messages, flags).class
    }

    #[test]
    fn the_platforms_words_are_sorted_whatever_their_case() {
        let cases = [
            (
                "Maximum number of running container instances exceeded. Try again later",
                FailureClass::Capacity,
            ),
            (
                "there is no container instance that can be provided to this durable object",
                FailureClass::Capacity,
            ),
            ("you are requesting too many containers per second", FailureClass::RateLimit),
            ("Your account is generating too much load on Durable Objects.", FailureClass::RateLimit),
            ("Durable Object is overloaded. Requests queued for too long.", FailureClass::Overload),
            ("NETWORK CONNECTION LOST.", FailureClass::Transient),
            ("the container is not listening in the TCP address 10.0.0.1:8080", FailureClass::Transient),
            ("Container did not start after 8000ms", FailureClass::Transient),
            ("no such image available named x", FailureClass::Permanent),
            ("container ran out of memory", FailureClass::Permanent),
            ("there is no container application assigned to this durable object", FailureClass::Permanent),
            ("Containers have not been enabled for this Durable Object class.", FailureClass::Permanent),
            ("something nobody has seen before", FailureClass::Transient),
        ];
        for (message, class) in cases {
            assert_eq!(class_of(&[message], Flags::default()), class, "{message}");
        }
    }

    #[test]
    fn a_cause_tells_what_a_general_message_hides() {
        let messages = [
            "there is no container instance that can be provided to this durable object",
            "Network connection lost.",
        ];
        assert_eq!(class_of(&messages, Flags::default()), FailureClass::Transient);
    }

    #[test]
    fn flags_decide_where_words_do_not() {
        let overloaded = Flags { overloaded: true, ..Flags::default() };
        assert_eq!(class_of(&["?"], overloaded), FailureClass::Overload);
        let retryable = Flags { retryable: true, ..Flags::default() };
        assert_eq!(class_of(&["ran out of memory"], retryable), FailureClass::Transient);
    }

    #[test]
    fn the_pause_that_is_asked_for_is_read_from_the_error_or_from_its_words() {
        let words = [
            ("you are requesting too many containers per second, retry after 7 seconds", Some(7_000)),
            ("429: Retry-After: 30", Some(30_000)),
            ("try again in 250ms", Some(250)),
            ("try again in 250 milliseconds", Some(250)),
            ("try again after 99999999999999999999 s", Some(86_400_000)),
            ("try again in a while", None),
            ("try again in -5 s", None),
            ("try again in 0 s", None),
            ("Try again later", None),
        ];
        for (message, pause_ms) in words {
            let failure = sort(&[message.to_owned()], Flags::default());
            assert_eq!(failure.retry_after_ms, pause_ms, "{message}");
        }
        let told = |seconds| Flags { retry_after_s: Some(seconds), ..Flags::default() };
        let pause_ms = |flags| sort(&["retry after 7".to_owned()], flags).retry_after_ms;
        assert_eq!(pause_ms(told(1.5)), Some(1_500));
        assert_eq!(pause_ms(told(f64::INFINITY)), Some(86_400_000));
        assert_eq!(pause_ms(told(f64::NAN)), None);
        assert_eq!(pause_ms(told(-1.0)), None);
    }

    #[test]
    fn a_start_of_a_running_container_is_none() {
        let failure = sort(&[format!("Error: {STARTED}.")], Flags::default());
        assert!(means_started(&failure));
    }
}
