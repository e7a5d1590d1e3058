//! What happened to containers, in rows and to those who ask.

use super::json::{self, Object, Value};
use crate::pool::{
    ContainerName, Generation, Grant, Place, Session, StopCause, Transition, limits::HISTORY_CHUNK_MAX,
};

/// Writes transitions for a row:
/// `[[at_ms, name, generation, place, cause or null, session or null], …]`.
#[must_use]
pub fn transitions_to_json(transitions: &[Transition]) -> String {
    Value::from(transitions.iter().map(row).collect::<Vec<_>>()).to_string()
}

/// Reads what [`transitions_to_json`] wrote. One that a later version wrote, in
/// words that are not known here, is left out: no container hangs on it.
///
/// # Errors
/// What was expected in its place.
pub fn transitions_from_json(text: &str) -> Result<Vec<Transition>, String> {
    let rows = json::parse(text).ok();
    let rows = rows.as_ref().and_then(Value::as_array).filter(|rows| rows.len() <= HISTORY_CHUNK_MAX);
    let rows = rows.filter(|rows| rows.iter().all(Value::is_array));
    let read = rows.map(|rows| rows.iter().filter_map(|row| transition(row.as_array()?)).collect());
    read.ok_or_else(|| format!("at most {HISTORY_CHUNK_MAX} transitions"))
}

fn row(step: &Transition) -> Value {
    let row: [Value; 6] = [
        step.at_ms.into(),
        step.name.to_string().into(),
        step.generation.0.into(),
        step.to.as_str().into(),
        step.cause.map(StopCause::as_str).into(),
        step.session.as_ref().map(Session::as_str).into(),
    ];
    Value::Array(row.into())
}

fn transition(row: &[Value]) -> Option<Transition> {
    let [at_ms, name, generation, to, cause, session] = row else { return None };
    let cause = match cause {
        Value::Null => None,
        cause => Some(StopCause::parse(cause.as_str()?)?),
    };
    let session = match session {
        Value::Null => None,
        session => Some(Session::new(session.as_str()?).ok()?),
    };
    Some(Transition {
        at_ms: at_ms.as_u64()?,
        name: ContainerName::parse(name.as_str()?)?,
        generation: Generation(u32::try_from(generation.as_u64()?).ok()?),
        to: Place::parse(to.as_str()?)?,
        cause,
        session,
    })
}

/// Writes why a session has the container it has: what it holds, every known
/// step of the containers it held, how many steps of all containers were dropped
/// before the first that is known, and what stands for it in the log.
///
/// `{ "container": { "name", "id", "generation" } or null, "steps": [{ "at",
/// "container", "generation", "to", "cause", "why" }, …], "dropped", "digest" }`
#[must_use]
pub fn explanation_to_json(held: Option<Grant>, steps: &[Transition], dropped: u64, digest: &str) -> String {
    let held = held.map(|grant| {
        Object::new()
            .with("name", grant.name.to_string())
            .with("id", grant.id.to_string())
            .with("generation", grant.generation.0)
    });
    let steps: Vec<Value> = steps.iter().map(shown).collect();
    let explanation = Object::new().with("container", held).with("steps", steps).with("dropped", dropped);
    let explanation = explanation.with("digest", digest);
    Value::from(explanation).to_string()
}

fn shown(step: &Transition) -> Value {
    Object::new()
        .with("at", step.at_ms)
        .with("container", step.name.to_string())
        .with("generation", step.generation.0)
        .with("to", step.to.as_str())
        .with("cause", step.cause.map(StopCause::as_str))
        .with("why", why(step))
        .into()
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

    const NAME: ContainerName = ContainerName([0x1f; 16]);

    fn step(to: Place, cause: Option<StopCause>, session: Option<&str>) -> Transition {
        let session = session.map(|text| Session::new(text).unwrap());
        Transition { at_ms: 5, name: NAME, generation: Generation(2), to, cause, session }
    }

    #[test]
    fn transitions_are_read_as_they_were_written() {
        let steps = [
            step(Place::Starting, None, None),
            step(Place::Assigned, None, Some("a\"\u{1F980}")),
            step(Place::Stopping, Some(StopCause::Unhealthy), Some("a")),
        ];
        assert_eq!(transitions_from_json(&transitions_to_json(&steps)), Ok(steps.to_vec()));
    }

    #[test]
    fn what_is_no_transition_is_left_out() {
        let name = NAME.to_string();
        for text in [
            "[[]]".to_owned(),
            format!(r#"[[5,"{name}",2,"asleep",null,null]]"#),
            format!(r#"[[5,"{name}",2,"warm","boredom",null]]"#),
            format!(r#"[[5,"{name}",2,"warm",null,""]]"#),
            format!(r#"[[5,"{name}",4294967296,"warm",null,null]]"#),
            format!(r#"[[-5,"{name}",2,"warm",null,null]]"#),
            r#"[[5,"x",2,"warm",null,null]]"#.to_owned(),
        ] {
            assert_eq!(transitions_from_json(&text), Ok(Vec::new()), "{text}");
        }
    }

    #[test]
    fn what_is_no_chunk_is_refused() {
        let too_many = format!("[{}[]]", "[],".repeat(HISTORY_CHUNK_MAX));
        for text in ["", "null", "{}", "[1]", too_many.as_str()] {
            assert!(transitions_from_json(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_explanation_tells_each_step_with_time_and_cause() {
        let steps = [step(Place::Draining, Some(StopCause::LeaseEnded), Some("a"))];
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
}
