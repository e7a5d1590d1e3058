//! The lines of a pool's log, each a JSON object, and which of them are written.

use serde::Serialize;
use serde_json::Value;

use super::json;
use super::pool_types::container_name;
use super::worker::{Variables, invalid};
use crate::pool::{ContainerName, Failure, Place, PoolError, StopCause, Transition};

/// The variable that says how much is logged.
const LEVEL_VARIABLE: &str = "WARM_POOL_LOG_LEVEL";

/// The variable that says which part of the claims become data points.
const SAMPLE_VARIABLE: &str = "WARM_POOL_ANALYTICS_SAMPLE";

/// Longest index of a data point, bytes: the platform's.
const INDEX_BYTES_MAX: usize = 96;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The pool could not do its work.
    Error,
    /// The platform, or a container, let it down.
    Warn,
    /// A container was let go.
    Info,
    /// Any other step of a container.
    Debug,
}

impl Level {
    const ALL: [Self; 4] = [Self::Error, Self::Warn, Self::Info, Self::Debug];

    /// The word for it, in lines and in the variable.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}

/// What a pool tells of itself unasked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Telling {
    /// The least that is logged; `None` is nothing.
    pub level: Option<Level>,
    /// The part of the claims that become data points, 0 to 1.
    pub sample: f64,
}

impl Default for Telling {
    fn default() -> Self {
        Self { level: Some(Level::Info), sample: 1.0 }
    }
}

/// What the variables say of it.
///
/// # Errors
/// [`PoolError::Misconfigured`] with the variable that is wrong, its value and
/// its bounds.
pub fn telling(variables: &Variables<'_>) -> Result<Telling, PoolError> {
    let mut telling = Telling::default();
    if let Some(text) = variables(LEVEL_VARIABLE) {
        let word: Value = json::read(&text).unwrap_or_default();
        let level = Level::ALL.into_iter().find(|level| word.as_str() == Some(level.as_str()));
        if level.is_none() && word.as_str() != Some("off") {
            return Err(invalid(LEVEL_VARIABLE, &text, "off, error, warn, info or debug"));
        }
        telling.level = level;
    }
    if let Some(text) = variables(SAMPLE_VARIABLE) {
        let sample: Option<f64> = match json::read(&text) {
            Ok(Value::String(number)) => json::read(number.trim()).ok(),
            Ok(value) => value.as_f64(),
            Err(_) => None,
        };
        let fits = |sample: &f64| (0.0..=1.0).contains(sample);
        telling.sample =
            sample.filter(fits).ok_or_else(|| invalid(SAMPLE_VARIABLE, &text, "a number from 0 to 1"))?;
    }
    Ok(telling)
}

/// The name of a pool as Analytics Engine takes an index: its first 96 bytes, less
/// where a character would be cut.
#[must_use]
pub fn analytics_index(pool: &str) -> &str {
    let end = (0..=INDEX_BYTES_MAX.min(pool.len())).rev().find(|end| pool.is_char_boundary(*end));
    &pool[..end.unwrap_or_default()]
}

/// The level of a step: what failed, what was let go for another reason, and
/// the rest.
#[must_use]
pub const fn level_of(step: &Transition) -> Level {
    match (step.to, step.cause) {
        (
            Place::Draining | Place::Stopping,
            Some(
                StopCause::StartFailed
                | StopCause::NoRoom
                | StopCause::StartTimeout
                | StopCause::Unhealthy
                | StopCause::ResetFailed,
            ),
        ) => Level::Warn,
        (Place::Draining | Place::Stopping, _) => Level::Info,
        (Place::Starting | Place::Warm | Place::Assigned | Place::Gone, _) => Level::Debug,
    }
}

/// A line. Every one begins with the first four fields.
#[derive(Serialize)]
struct Line<'a> {
    level: Level,
    event: &'a str,
    #[serde(rename = "at")]
    at_ms: u64,
    pool: &'a str,
    #[serde(flatten)]
    rest: Rest<'a>,
}

/// What follows them.
#[derive(Serialize)]
#[serde(untagged)]
enum Rest<'a> {
    Transition {
        #[serde(with = "container_name")]
        container: ContainerName,
        generation: u32,
        to: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        cause: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        session: Option<String>,
    },
    Failure {
        #[serde(with = "container_name")]
        container: ContainerName,
        class: &'a str,
        message: &'a str,
    },
    Event {
        message: &'a str,
    },
}

/// Writes a step of a container:
/// `{ "level", "event": "transition", "at", "pool", "container", "generation",
/// "to", "cause"?, "session"? }`, the session as its digest.
#[must_use]
pub fn transition_line(pool: &str, step: &Transition, digest: Option<String>) -> String {
    let rest = Rest::Transition {
        container: step.name,
        generation: step.generation.0,
        to: step.to.as_str(),
        cause: step.cause.map(StopCause::as_str),
        session: digest,
    };
    json::write(&Line { level: level_of(step), event: "transition", at_ms: step.at_ms, pool, rest })
}

/// Writes what the platform answered in place of what it was asked for:
/// `{ "level", "event", "at", "pool", "container", "class", "message" }`.
#[must_use]
pub fn failure_line(at_ms: u64, pool: &str, event: &str, name: ContainerName, failure: &Failure) -> String {
    let rest = Rest::Failure { container: name, class: failure.class.as_str(), message: &failure.message };
    json::write(&Line { level: Level::Warn, event, at_ms, pool, rest })
}

/// Writes anything else: `{ "level", "event", "at", "pool", "message" }`.
#[must_use]
pub fn event_line(level: Level, event: &str, at_ms: u64, pool: &str, message: &str) -> String {
    json::write(&Line { level, event, at_ms, pool, rest: Rest::Event { message } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::{FailureClass, Generation, Session};

    const NAME: ContainerName = ContainerName([0x1f; 16]);

    fn told(level: &str, sample: &str) -> Result<Telling, String> {
        let set = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let variables = |name: &str| match name {
            "WARM_POOL_LOG_LEVEL" => set(level),
            "WARM_POOL_ANALYTICS_SAMPLE" => set(sample),
            _ => None,
        };
        telling(&variables).map_err(|error| {
            assert_eq!(error.code(), "misconfigured");
            error.to_string()
        })
    }

    #[test]
    fn the_variables_say_how_much_is_told() {
        assert_eq!(told("", ""), Ok(Telling { level: Some(Level::Info), sample: 1.0 }));
        let levels = [
            ("off", None),
            ("error", Some(Level::Error)),
            ("warn", Some(Level::Warn)),
            ("info", Some(Level::Info)),
            ("debug", Some(Level::Debug)),
        ];
        for (word, level) in levels {
            assert_eq!(told(&format!("\"{word}\""), "").map(|telling| telling.level), Ok(level), "{word}");
        }
        for (text, sample) in [("0", 0.0), ("1", 1.0), ("0.25", 0.25), ("\"0.5\"", 0.5), ("\" 1 \"", 1.0)] {
            assert_eq!(told("", text).map(|telling| telling.sample), Ok(sample), "{text}");
        }
    }

    #[test]
    fn a_wrong_variable_is_refused_with_its_bounds() {
        for text in ["\"\"", "\"Info\"", "\"trace\"", "true", "3", "null"] {
            let error = format!(
                "invalid variable WARM_POOL_LOG_LEVEL: {text} is not off, error, warn, info or debug"
            );
            assert_eq!(told(text, ""), Err(error));
        }
        for text in ["-0.1", "1.1", "\"\"", "\"half\"", "\"NaN\"", "\"inf\"", "true", "[1]"] {
            let error =
                format!("invalid variable WARM_POOL_ANALYTICS_SAMPLE: {text} is not a number from 0 to 1");
            assert_eq!(told("", text), Err(error));
        }
    }

    fn step(to: Place, cause: Option<StopCause>) -> Transition {
        let session = Some(Session::new("alice").unwrap());
        Transition { at_ms: 5, name: NAME, generation: Generation(2), to, cause, session }
    }

    #[test]
    fn what_failed_matters_more_than_what_was_let_go() {
        let table = [
            (Place::Stopping, Some(StopCause::StartFailed), Level::Warn),
            (Place::Stopping, Some(StopCause::Unhealthy), Level::Warn),
            (Place::Stopping, Some(StopCause::ResetFailed), Level::Warn),
            (Place::Stopping, Some(StopCause::Stopped), Level::Info),
            (Place::Draining, Some(StopCause::Released), Level::Info),
            (Place::Stopping, Some(StopCause::Surplus), Level::Info),
            (Place::Starting, None, Level::Debug),
            (Place::Assigned, None, Level::Debug),
            (Place::Gone, None, Level::Debug),
        ];
        for (to, cause, level) in table {
            assert_eq!(level_of(&step(to, cause)), level, "{to:?} {cause:?}");
        }
        assert!(Level::Error < Level::Warn && Level::Warn < Level::Info && Level::Info < Level::Debug);
    }

    #[test]
    fn an_index_is_cut_between_characters() {
        assert_eq!(analytics_index("default"), "default");
        assert_eq!(analytics_index(&"x".repeat(128)), "x".repeat(96));
        assert_eq!(analytics_index(&format!("x{}", "🦀".repeat(30))), format!("x{}", "🦀".repeat(23)));
    }

    #[test]
    fn a_step_is_a_line_without_the_session_in_clear() {
        let released = step(Place::Draining, Some(StopCause::Released));
        let text = transition_line("po\"ol\n", &released, Some("d8423a72610ac53b".to_owned()));
        let expected = concat!(
            r#"{"level":"info","event":"transition","at":5,"pool":"po\"ol\n","#,
            r#""container":"1f1f1f1f-1f1f-1f1f-1f1f-1f1f1f1f1f1f","generation":2,"#,
            r#""to":"draining","cause":"released","session":"d8423a72610ac53b"}"#
        );
        assert_eq!(text, expected);
        let warm = transition_line("p", &Transition { session: None, ..step(Place::Warm, None) }, None);
        assert!(warm.ends_with(r#""generation":2,"to":"warm"}"#), "{warm}");
    }

    #[test]
    fn a_failure_is_a_line_with_its_class_and_the_platforms_words() {
        let failure = Failure::new(FailureClass::Permanent, "no such\nimage \"x\"");
        let expected = concat!(
            r#"{"level":"warn","event":"start_failed","at":7,"pool":"p","#,
            r#""container":"1f1f1f1f-1f1f-1f1f-1f1f-1f1f1f1f1f1f","#,
            r#""class":"permanent","message":"no such\nimage \"x\""}"#
        );
        assert_eq!(failure_line(7, "p", "start_failed", NAME, &failure), expected);
        let expected = r#"{"level":"error","event":"storage_failed","at":7,"pool":"p","message":"m"}"#;
        assert_eq!(event_line(Level::Error, "storage_failed", 7, "p", "m"), expected);
    }
}
