//! Why a session has the container it has, from the pool object to whoever asks.

use serde::{Deserialize, Serialize};

use super::error::{RemoteError, reply_from_json};
use super::json;
use super::limits::EXPLANATION_BYTES_MAX;
use super::pool_types::{GenerationNumber, container_id, container_name};
use crate::pool::{ContainerId, ContainerName, Generation, Grant, Place, Transition};

/// Why a session has the container it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// What the session holds, if anything.
    // Without a function of its own, a field that is missing would be read as null.
    #[serde(deserialize_with = "Option::deserialize")]
    pub container: Option<Held>,
    /// The steps of every container the session held, in the order they happened.
    pub steps: Vec<ExplainedStep>,
    /// How many steps of all containers of the pool, some 2000 are kept, were
    /// dropped before the first that is known.
    pub dropped: u64,
    /// What stands for the session in the pool's log; empty where the pool is of
    /// a version that did not say so.
    #[serde(default)]
    pub digest: String,
}

/// A container that a session holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The name of its Durable Object.
    #[serde(with = "container_name")]
    pub name: ContainerName,
    /// The id of its Durable Object.
    #[serde(with = "container_id")]
    pub id: ContainerId,
    /// Which life of it the session got.
    #[serde(with = "GenerationNumber")]
    pub generation: Generation,
}

/// One step in the life of a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainedStep {
    /// When, ms since 1970.
    #[serde(rename = "at")]
    pub at_ms: u64,
    /// Whose.
    #[serde(with = "container_name")]
    pub container: ContainerName,
    /// Which life of it.
    #[serde(with = "GenerationNumber")]
    pub generation: Generation,
    /// What it came to be, `gone` where that life was over. A pool of a later
    /// version may know further words, here and for the cause.
    pub to: String,
    /// Why it was let go or stopped, in one word.
    pub cause: Option<String>,
    /// The step in words.
    pub why: String,
}

/// Writes why a session has the container it has: what it holds, every known
/// step of the containers it held, how many steps of all containers were dropped
/// before the first that is known, and what stands for it in the log.
///
/// `{ "container": { "name", "id", "generation" } or null, "steps": [{ "at",
/// "container", "generation", "to", "cause", "why" }, …], "dropped", "digest" }`
#[must_use]
pub fn explanation_to_json(grant: Option<Grant>, steps: &[Transition], dropped: u64, digest: &str) -> String {
    let held = |grant: Grant| Held { name: grant.name, id: grant.id, generation: grant.generation };
    json::write(&Explanation {
        container: grant.map(held),
        steps: steps.iter().map(ExplainedStep::from).collect(),
        dropped,
        digest: digest.to_owned(),
    })
}

/// Reads what [`explanation_to_json`] wrote.
///
/// # Errors
/// The pool's error, with its code as it came; `pool_unavailable` where the
/// answer cannot be read.
pub fn explanation_from_json(text: &str) -> Result<Explanation, RemoteError> {
    reply_from_json(text, EXPLANATION_BYTES_MAX, "the pool's explanation")
}

impl From<&Transition> for ExplainedStep {
    fn from(step: &Transition) -> Self {
        Self {
            at_ms: step.at_ms,
            container: step.name,
            generation: step.generation,
            to: step.to.as_str().to_owned(),
            cause: step.cause.map(|cause| cause.as_str().to_owned()),
            why: why(step).to_owned(),
        }
    }
}

fn why(step: &Transition) -> &'static str {
    match (step.to, step.cause) {
        (Place::Starting, _) => "it was started",
        (Place::Warm, _) => "it was ready, and nobody's",
        (Place::Assigned, _) => "the session claimed it",
        (Place::Gone, _) => "this life of it was over",
        (_, Some(cause)) => cause.why(),
        (Place::Draining | Place::Stopping, None) => "it was let go",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::pool::{Outcome, PoolError, Session, StopCause};
    use crate::wire::claim_to_json;

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
    fn explanation_lists_each_step_with_time_and_cause() {
        let steps = [step(Place::Draining, Some(StopCause::LeaseEnded))];
        let text = explanation_to_json(None, &steps, 300, "d8423a72610ac53b");
        let expected = json!({
            "container": null,
            "steps": [{
                "at": 5,
                "container": "1f1f1f1f-1f1f-1f1f-1f1f-1f1f1f1f1f1f",
                "generation": 2,
                "to": "draining",
                "cause": "lease_ended",
                "why": "its session did not claim within leaseTimeout"
            }],
            "dropped": 300,
            "digest": "d8423a72610ac53b"
        });
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), expected);
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
        for text in [
            &long,
            "",
            "null",
            "{}",
            r#"{"container":7,"steps":[],"dropped":0}"#,
            r#"{"steps":[],"dropped":0}"#,
            r#"{"container":null}"#,
        ] {
            assert_eq!(explanation_from_json(text).unwrap_err().code, "pool_unavailable", "{text:.9}");
        }
    }
}
