//! What happened to containers, in rows.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::json;
use super::limits::HISTORY_BYTES_MAX;
use super::pool_types::{GenerationNumber, container_name};
use crate::pool::{
    ContainerName, Generation, Place, Session, StopCause, Transition, limits::HISTORY_CHUNK_MAX,
};

/// A transition in a row: at ms, name, generation, place, cause, session.
#[derive(Serialize, Deserialize)]
struct Row<'a>(
    u64,
    #[serde(with = "container_name")] ContainerName,
    #[serde(with = "GenerationNumber")] Generation,
    Cow<'a, str>,
    Option<Cow<'a, str>>,
    Option<Cow<'a, str>>,
);

/// Writes transitions for a row:
/// `[[at_ms, name, generation, place, cause or null, session or null], …]`.
#[must_use]
pub fn transitions_to_json(transitions: &[Transition]) -> String {
    json::write(&transitions.iter().map(row).collect::<Vec<_>>())
}

/// Reads what [`transitions_to_json`] wrote. One that a later version wrote, in
/// words that are not known here, is left out: no container hangs on it.
///
/// # Errors
/// What was expected in its place.
pub fn transitions_from_json(text: &str) -> Result<Vec<Transition>, String> {
    let rows: Option<Vec<Vec<Value>>> = json::read_up_to(HISTORY_BYTES_MAX, text).ok();
    rows.filter(|rows| rows.len() <= HISTORY_CHUNK_MAX)
        .map(|rows| rows.into_iter().filter_map(transition).collect())
        .ok_or_else(|| format!("at most {HISTORY_CHUNK_MAX} transitions"))
}

fn row(step: &Transition) -> Row<'_> {
    Row(
        step.at_ms,
        step.name,
        step.generation,
        step.to.as_str().into(),
        step.cause.map(|cause| cause.as_str().into()),
        step.session.as_ref().map(|session| session.as_str().into()),
    )
}

fn transition(row: Vec<Value>) -> Option<Transition> {
    let Row(at_ms, name, generation, to, cause, session) = serde_json::from_value(row.into()).ok()?;
    let cause = match cause {
        None => None,
        Some(cause) => Some(StopCause::parse(&cause)?),
    };
    let session = match session {
        None => None,
        Some(session) => Some(Session::new(&session).ok()?),
    };
    Some(Transition { at_ms, name, generation, to: Place::parse(&to)?, cause, session })
}

#[cfg(test)]
mod tests {
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
}
