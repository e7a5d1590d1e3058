//! What happened lately in a pool, for charts and a list.

use serde::Serialize;
use serde_json::{Map, Value};

use super::error::{RemoteError, reply_from_json};
use super::json;
use super::limits::TEXT_BYTES_MAX;
use super::pool_types::container_name;
use super::pools::{ByRuntime, Pools};
use crate::pool::{ContainerName, Minute, Session, StopCause, Transition};

/// What one pool answers.
#[derive(Serialize)]
struct Activity {
    minutes: Vec<ShownMinute>,
    transitions: Vec<ShownTransition>,
    dropped: u64,
}

#[derive(Serialize)]
struct ShownMinute {
    #[serde(rename = "at")]
    at_ms: u64,
    sticky: u64,
    hits: u64,
    misses: u64,
    errors: u64,
    claim_p50_ms: Option<u64>,
    claim_p99_ms: Option<u64>,
    idle_seconds: u64,
}

#[derive(Serialize)]
struct ShownTransition {
    #[serde(rename = "at")]
    at_ms: u64,
    #[serde(with = "container_name")]
    container: ContainerName,
    generation: u32,
    to: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<String>,
}

/// Writes what one pool answers: the minutes of the last hour in which something
/// happened, the earliest first, the last transitions, the latest first, and how
/// many there were before these:
///
/// `{ "minutes": [{ "at", "sticky", "hits", "misses", "errors", "claim_p50_ms",
/// "claim_p99_ms", "idle_seconds" }, …], "transitions": [{ "at", "container",
/// "generation", "to", "cause"?, "session"? }, …], "dropped" }`
///
/// Times are ms since 1970, sessions are shown by their digests, percentiles are those of
/// [`Durations::percentile_ms`](crate::pool::Durations::percentile_ms).
#[must_use]
pub fn activity_to_json(
    minutes: &[Minute],
    transitions: &[Transition],
    dropped: u64,
    digest_of: &dyn Fn(&Session) -> String,
) -> String {
    json::write(&Activity {
        minutes: minutes.iter().map(ShownMinute::from).collect(),
        transitions: transitions.iter().map(|step| ShownTransition::new(step, digest_of)).collect(),
        dropped,
    })
}

/// Writes the HTTP answer, `{ "pools": { "<runtime>": … } }`, of what the pools
/// answered. One that could not be asked is `{ "error": { "code", "message" } }`.
#[must_use]
pub fn activities_to_json(pools: Vec<(String, Result<String, RemoteError>)>) -> String {
    let read = |(runtime, answer): (String, Result<String, RemoteError>)| {
        (runtime, answer.and_then(|text| activity_from_json(&text)))
    };
    let pools: Vec<_> = pools.into_iter().map(read).collect();
    json::write(&Pools { pools: ByRuntime::new(&pools, |activity| activity) })
}

/// Whatever else a pool of a later version says is passed on.
fn activity_from_json(text: &str) -> Result<Map<String, Value>, RemoteError> {
    const WHAT: &str = "the pool's activity";
    let activity: Map<String, Value> = reply_from_json(text, TEXT_BYTES_MAX, WHAT)?;
    if activity.contains_key("minutes") {
        Ok(activity)
    } else {
        Err(RemoteError::unreadable(WHAT, "it has no minutes"))
    }
}

impl From<&Minute> for ShownMinute {
    fn from(minute: &Minute) -> Self {
        Self {
            at_ms: minute.at_ms(),
            sticky: minute.sticky,
            hits: minute.hits,
            misses: minute.misses,
            errors: minute.errors,
            claim_p50_ms: minute.durations.percentile_ms(50),
            claim_p99_ms: minute.durations.percentile_ms(99),
            idle_seconds: minute.idle_ms / 1_000,
        }
    }
}

impl ShownTransition {
    fn new(step: &Transition, digest_of: &dyn Fn(&Session) -> String) -> Self {
        Self {
            at_ms: step.at_ms,
            container: step.name,
            generation: step.generation.0,
            to: step.to.as_str(),
            cause: step.cause.map(StopCause::as_str),
            session: step.session.as_ref().map(digest_of),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Minute, Session, Transition, activities_to_json, activity_from_json, activity_to_json};
    use crate::pool::limits::{ACTIVITY_TRANSITIONS_MAX, MINUTES_MAX};
    use crate::pool::{ContainerName, Durations, Generation, Place, PoolError, StopCause};
    use crate::wire::claim_to_json;

    const NAME: &str = "1f1f1f1f-1f1f-1f1f-1f1f-1f1f1f1f1f1f";

    fn read(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    fn transition(to: Place, cause: Option<StopCause>) -> Transition {
        let (at_ms, name, generation) = (5, ContainerName([0x1f; 16]), Generation(2));
        let session = Some(Session::new("<secret>").unwrap());
        Transition { at_ms, name, generation, to, cause, session }
    }

    #[test]
    fn minutes_and_transitions_are_shown_and_no_session_in_clear() {
        let mut durations = Durations::default();
        [0, 0, 300, 300].into_iter().for_each(|ms| durations.note(ms));
        let (sticky, hits, misses, errors) = (1, 2, 3, 4);
        let minute = Minute { number: 7, sticky, hits, misses, errors, durations, ..Minute::default() };
        let nobodys = Transition { session: None, ..transition(Place::Warm, None) };
        let steps = [transition(Place::Draining, Some(StopCause::LeaseEnded)), nobodys];
        let quiet = Minute { starts: 1, idle_ms: 61_999, ..Minute::default() };
        let text = activity_to_json(&[quiet, minute], &steps, 9, &|session| {
            format!("digest of {} bytes", session.as_str().len())
        });
        let expected = json!({
            "minutes": [
                {
                    "at": 0, "sticky": 0, "hits": 0, "misses": 0, "errors": 0,
                    "claim_p50_ms": null, "claim_p99_ms": null, "idle_seconds": 61
                },
                {
                    "at": 420_000, "sticky": 1, "hits": 2, "misses": 3, "errors": 4,
                    "claim_p50_ms": 1, "claim_p99_ms": 495, "idle_seconds": 0
                }
            ],
            "transitions": [
                {
                    "at": 5, "container": NAME, "generation": 2, "to": "draining", "cause": "lease_ended",
                    "session": "digest of 8 bytes"
                },
                { "at": 5, "container": NAME, "generation": 2, "to": "warm" }
            ],
            "dropped": 9
        });
        assert_eq!(read(&text), expected);
        let pools = activities_to_json(vec![("python".to_owned(), Ok(text))]);
        assert_eq!(read(&pools), json!({ "pools": { "python": expected } }));
    }

    #[test]
    fn a_pool_that_could_not_be_asked_does_not_hide_the_others() {
        let error = PoolError::PoolUnavailable { message: "reset".to_owned() };
        let refused = claim_to_json(Err(error.clone()));
        let pools = vec![
            ("a".to_owned(), Err(error.into())),
            ("b".to_owned(), Ok(refused)),
            ("c".to_owned(), Ok("{".to_owned())),
            ("d".to_owned(), Ok(activity_to_json(&[], &[], 0, &|_| String::new()))),
        ];
        let shown = read(&activities_to_json(pools));
        let expected = json!({ "error": { "code": "pool_unavailable", "message": "reset" } });
        assert_eq!((&shown["pools"]["a"], &shown["pools"]["b"]), (&expected, &expected));
        assert_eq!(shown["pools"]["c"]["error"]["code"], "pool_unavailable");
        assert_eq!(shown["pools"]["d"], json!({ "minutes": [], "transitions": [], "dropped": 0 }));
    }

    /// An hour of the largest figures there are, and all transitions, are read.
    #[test]
    fn the_longest_answer_is_within_what_is_read() {
        let most = (1 << 53) - 1;
        let mut durations = Durations::default();
        durations.counts[12] = most;
        let (number, sticky, hits, misses, errors) = (most / 60_000, most, most, most, most);
        let minute = Minute { number, sticky, hits, misses, errors, durations, ..Minute::default() };
        let minutes = vec![Minute { idle_ms: most, ..minute }; MINUTES_MAX as usize];
        let step = Transition { at_ms: most, ..transition(Place::Draining, Some(StopCause::StartTimeout)) };
        let text = activity_to_json(&minutes, &vec![step; ACTIVITY_TRANSITIONS_MAX], most, &|_| {
            "0123456789abcdef".to_owned()
        });
        assert!(activity_from_json(&text).is_ok(), "{} bytes", text.len());
    }
}
