//! What happened lately in a pool, for charts and a list.

use super::claim::claim_from_json;
use super::error::RemoteError;
use super::json::{self, Object, Value};
use super::status::shown;
use crate::pool::{Minute, Session, Transition};

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
    let steps: Vec<Value> = transitions.iter().map(|transition| step(transition, digest_of)).collect();
    let activity = Object::new()
        .with("minutes", minutes.iter().map(minute).collect::<Vec<_>>())
        .with("transitions", steps)
        .with("dropped", dropped);
    Value::from(activity).to_string()
}

/// Writes the HTTP answer, `{ "pools": { "<runtime>": … } }`, of what the pools
/// answered. One that could not be asked is `{ "error": { "code", "message" } }`.
#[must_use]
pub fn activities_to_json(pools: Vec<(String, Result<String, RemoteError>)>) -> String {
    let read = |(runtime, answer): (String, Result<String, RemoteError>)| {
        (runtime, answer.and_then(|text| activity_from_json(&text)))
    };
    let pools: Vec<_> = pools.into_iter().map(read).collect();
    Value::from(Object::new().with("pools", shown(&pools, Value::clone))).to_string()
}

fn activity_from_json(text: &str) -> Result<Value, RemoteError> {
    match json::read(text) {
        Ok(value) if value.get("minutes").is_some() => Ok(value),
        // An error in its place is as of a claim.
        _ => Err(claim_from_json(text)
            .err()
            .unwrap_or_else(|| RemoteError::unreadable("what happened", "a claim"))),
    }
}

fn minute(minute: &Minute) -> Value {
    Object::new()
        .with("at", minute.at_ms())
        .with("sticky", minute.sticky)
        .with("hits", minute.hits)
        .with("misses", minute.misses)
        .with("errors", minute.errors)
        .with("claim_p50_ms", minute.durations.percentile_ms(50))
        .with("claim_p99_ms", minute.durations.percentile_ms(99))
        .with("idle_seconds", minute.idle_ms / 1_000)
        .into()
}

fn step(step: &Transition, digest_of: &dyn Fn(&Session) -> String) -> Value {
    let mut shown = Object::new()
        .with("at", step.at_ms)
        .with("container", step.name.to_string())
        .with("generation", step.generation.0)
        .with("to", step.to.as_str());
    if let Some(cause) = step.cause {
        shown = shown.with("cause", cause.as_str());
    }
    if let Some(session) = &step.session {
        shown = shown.with("session", digest_of(session));
    }
    shown.into()
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
