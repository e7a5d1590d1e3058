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

/// A start of what runs already is not a failure.
const STARTED: &str = "start() cannot be called on a container that is already running";

/// Sorts an error by its message and those of its causes, outermost first.
/// Words that are not known are transient: tried again, and stopped by the
/// breaker when that does not help.
#[must_use]
pub fn sort(messages: &[String], flags: Flags) -> Failure {
    let text = messages.join(": ");
    let lower = text.to_lowercase();
    let known = WORDS.iter().find(|(words, _)| lower.contains(words)).map(|(_, class)| *class);
    let class = match known {
        Some(class) => class,
        None if flags.overloaded => FailureClass::Overload,
        None => FailureClass::Transient,
    };
    let class =
        if flags.retryable && class == FailureClass::Permanent { FailureClass::Transient } else { class };
    Failure { may_go_on: lower.contains(LOST), ..Failure::new(class, &text) }
}

/// Whether a failed start says that the container runs.
#[must_use]
pub fn means_started(failure: &Failure) -> bool {
    failure.message.to_lowercase().contains(STARTED)
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
        assert_eq!(class_of(&["?"], Flags { overloaded: true, retryable: false }), FailureClass::Overload);
        let retryable = Flags { overloaded: false, retryable: true };
        assert_eq!(class_of(&["ran out of memory"], retryable), FailureClass::Transient);
    }

    #[test]
    fn a_start_of_a_running_container_is_none() {
        let failure = sort(&[format!("Error: {STARTED}.")], Flags::default());
        assert!(means_started(&failure));
    }
}
