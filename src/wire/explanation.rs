//! Why a session has the container it has, as who asks reads it.

use serde::Serialize;

use super::error::RemoteError;
use super::json::{self, Value};
use super::limits::EXPLANATION_BYTES_MAX;
use crate::pool::{ContainerId, ContainerName, Generation};

/// Why a session has the container it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// What the session holds, if anything.
    pub container: Option<Held>,
    /// The steps of every container the session held, in the order they happened.
    pub steps: Vec<ExplainedStep>,
    /// How many steps of all containers of the pool, some 2000 are kept, were
    /// dropped before the first that is known.
    pub dropped: u64,
    /// What stands for the session in the pool's log; empty where the pool is of
    /// a version that did not say so.
    pub digest: String,
}

/// A container that a session holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Held {
    /// The name of its Durable Object.
    #[serde(serialize_with = "as_text")]
    pub name: ContainerName,
    /// The id of its Durable Object.
    #[serde(serialize_with = "as_text")]
    pub id: ContainerId,
    /// Which life of it the session got.
    #[serde(serialize_with = "as_number")]
    pub generation: Generation,
}

/// One step in the life of a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExplainedStep {
    /// When, ms since 1970.
    #[serde(rename = "at")]
    pub at_ms: u64,
    /// Whose.
    #[serde(serialize_with = "as_text")]
    pub container: ContainerName,
    /// Which life of it.
    #[serde(serialize_with = "as_number")]
    pub generation: Generation,
    /// What it came to be, `gone` where that life was over. A pool of a later
    /// version may know further words, here and for the cause.
    pub to: String,
    /// Why it was let go or stopped, in one word.
    pub cause: Option<String>,
    /// The step in words.
    pub why: String,
}

/// Reads what [`explanation_to_json`](super::explanation_to_json) wrote.
///
/// # Errors
/// The pool's error, with its code as it came; `pool_unavailable` where the
/// answer cannot be read.
pub fn explanation_from_json(text: &str) -> Result<Explanation, RemoteError> {
    let unreadable = |problem: &str| RemoteError::unreadable("the pool's explanation", problem);
    if text.len() > EXPLANATION_BYTES_MAX {
        return Err(unreadable(&format!("it has {} bytes, more than {EXPLANATION_BYTES_MAX}", text.len())));
    }
    let answer = json::parse(text).map_err(|problem| unreadable(&problem))?;
    match answer.get("error").and_then(RemoteError::of_value) {
        Some(error) => Err(error),
        None => explanation(&answer).ok_or_else(|| unreadable("it is none")),
    }
}

fn explanation(answer: &Value) -> Option<Explanation> {
    let container = match answer.get("container")? {
        Value::Null => None,
        held => Some(Held {
            name: ContainerName::parse(held["name"].as_str()?)?,
            id: ContainerId::parse(held["id"].as_str()?)?,
            generation: generation(&held["generation"])?,
        }),
    };
    let steps = answer["steps"].as_array()?.iter().map(step).collect::<Option<_>>()?;
    let digest = answer["digest"].as_str().unwrap_or_default().to_owned();
    Some(Explanation { container, steps, dropped: answer["dropped"].as_u64()?, digest })
}

fn step(step: &Value) -> Option<ExplainedStep> {
    Some(ExplainedStep {
        at_ms: step["at"].as_u64()?,
        container: ContainerName::parse(step["container"].as_str()?)?,
        generation: generation(&step["generation"])?,
        to: step["to"].as_str()?.to_owned(),
        cause: step["cause"].as_str().map(str::to_owned),
        why: step["why"].as_str()?.to_owned(),
    })
}

fn generation(value: &Value) -> Option<Generation> {
    Some(Generation(u32::try_from(value.as_u64()?).ok()?))
}

fn as_text<S: serde::Serializer>(value: &impl ToString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&value.to_string())
}

fn as_number<S: serde::Serializer>(value: &Generation, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u32(value.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::{Grant, Outcome, Place, PoolError, Session, StopCause, Transition};
    use crate::wire::{claim_to_json, explanation_to_json};

    const NAME: ContainerName = ContainerName([0x1f; 16]);
    const ID: ContainerId = ContainerId([0xab; 32]);

    fn step(to: Place, cause: Option<StopCause>) -> Transition {
        let session = Some(Session::new("a\"\u{1F980}").unwrap());
        Transition { at_ms: 5, name: NAME, generation: Generation(2), to, cause, session }
    }

    #[test]
    fn an_explanation_is_read_as_it_was_written_and_written_again_as_it_was() {
        let steps = [step(Place::Starting, None), step(Place::Draining, Some(StopCause::LeaseEnded))];
        let grant = Grant {
            id: ID,
            name: NAME,
            generation: Generation(2),
            outcome: Outcome::Sticky,
            hint_ttl_ms: 0,
            confirmed_hint_ttl_ms: 0,
        };
        for held in [None, Some(grant)] {
            let text = explanation_to_json(held, &steps, 300, "d8423a72610ac53b");
            let read = explanation_from_json(&text).unwrap();
            assert_eq!((read.container.is_some(), read.steps.len(), read.dropped), (held.is_some(), 2, 300));
            assert_eq!((read.steps[1].at_ms, read.steps[1].cause.as_deref()), (5, Some("lease_ended")));
            let again = serde_json::to_value(&read).unwrap();
            assert_eq!(again, serde_json::from_str::<serde_json::Value>(&text).unwrap());
        }
    }

    #[test]
    fn one_of_as_many_steps_as_are_kept_is_read() {
        let steps = vec![step(Place::Assigned, None); 2_000];
        let text = explanation_to_json(None, &steps, 0, "");
        assert!(text.len() > 64 * 1024);
        assert_eq!(explanation_from_json(&text).unwrap().steps.len(), 2_000);
    }

    #[test]
    fn words_of_a_later_version_are_passed_on() {
        let text = format!(
            r#"{{"container":null,"steps":[{{"at":1,"container":"{NAME}","generation":1,"to":"asleep",
            "cause":"boredom","why":"?","further":7}}],"dropped":0}}"#
        );
        let steps = explanation_from_json(&text).unwrap().steps;
        assert_eq!((steps[0].to.as_str(), steps[0].cause.as_deref()), ("asleep", Some("boredom")));
    }

    #[test]
    fn an_error_is_passed_on_and_what_is_no_explanation_is_one() {
        let refused = claim_to_json::<PoolError>(Err(PoolError::InvalidSession { problem: "x".to_owned() }));
        assert_eq!(explanation_from_json(&refused).unwrap_err().code, "invalid_session");
        let long = " ".repeat(EXPLANATION_BYTES_MAX + 1);
        for text in
            [&long, "", "null", "{}", r#"{"container":7,"steps":[],"dropped":0}"#, r#"{"container":null}"#]
        {
            assert_eq!(explanation_from_json(text).unwrap_err().code, "pool_unavailable", "{text:.9}");
        }
    }
}
