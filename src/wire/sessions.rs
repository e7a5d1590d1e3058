//! What those who run the pools are told of one session.

use serde_json::{Map, Value, json};

use super::error::{RemoteError, reply_from_json};
use super::json;
use super::limits::EXPLANATION_BYTES_MAX;
use super::steering::told_from_json;
use crate::pool::{PoolError, Session};

/// Writes what is known of a session, from what the pool of each runtime
/// answered to `explain`:
/// `{ "session", "runtime", "container", "steps", "dropped", … }`.
///
/// Of several pools that know of it, the first in which it has a container is
/// told of, else the first.
///
/// # Errors
/// `not_found` where no pool knows of it; the first pool's error, where none of
/// those that answered does.
pub fn explained_to_json(
    session: &Session,
    pools: Vec<(String, Result<String, RemoteError>)>,
) -> Result<String, RemoteError> {
    let mut failed = None;
    let mut known: Vec<(String, Map<String, Value>)> = Vec::new();
    for (runtime, answer) in pools {
        let read = |text: String| reply_from_json(&text, EXPLANATION_BYTES_MAX, "the pool's explanation");
        match answer.and_then(read) {
            Ok(explanation) if holds(&explanation) || has_steps(&explanation) => {
                known.push((runtime, explanation));
            }
            Ok(_) => {}
            Err(error) => drop(failed.get_or_insert(error)),
        }
    }
    let held = known.iter().position(|(_, explanation)| holds(explanation));
    let Some((runtime, mut explanation)) = known.into_iter().nth(held.unwrap_or_default()) else {
        return Err(failed.unwrap_or_else(unknown));
    };
    explanation.insert("session".to_owned(), session.as_str().into());
    explanation.insert("runtime".to_owned(), runtime.into());
    Ok(json::write(&explanation))
}

/// Writes that a session gave its container up, `{ "released": true }`, from
/// what the pool of each runtime answered: whether it had one there.
///
/// # Errors
/// `not_found` where it had none in any pool; the first pool's error, where it
/// had none in those that answered.
pub fn released_to_json(pools: Vec<(String, Result<String, RemoteError>)>) -> Result<String, RemoteError> {
    let mut failed = None;
    let mut released = false;
    for (_, answer) in pools {
        match answer.as_deref() {
            Ok("true") => released = true,
            Ok("false") => {}
            _ => drop(failed.get_or_insert(answer.and_then(|text| told_from_json(&text)))),
        }
    }
    match failed {
        _ if released => Ok(json!({ "released": true }).to_string()),
        Some(Err(error)) => Err(error),
        _ => Err(unknown()),
    }
}

/// The id is not repeated: it is the caller's, and may be anything.
fn unknown() -> RemoteError {
    PoolError::NotFound { what: "that session id: no pool knows of a container of it".to_owned() }.into()
}

fn holds(explanation: &Map<String, Value>) -> bool {
    explanation.get("container").is_some_and(Value::is_object)
}

fn has_steps(explanation: &Map<String, Value>) -> bool {
    explanation.get("steps").and_then(Value::as_array).is_some_and(|steps| !steps.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELD: &str = r#"{"container":{"name":"n"},"steps":[{"at":1}],"dropped":0}"#;
    const LEFT: &str = r#"{"container":null,"steps":[{"at":2}],"dropped":7,"more":1}"#;
    const NEVER: &str = r#"{"container":null,"steps":[],"dropped":7}"#;
    const FAILED: &str = r#"{"error":{"code":"paused","message":"m","status":418}}"#;

    fn explained(answers: &[&str]) -> Result<Value, RemoteError> {
        let named = answers.iter().enumerate().map(|(at, text)| (format!("r{at}"), Ok((*text).to_owned())));
        let text = explained_to_json(&Session::new("a\"<b>").unwrap(), named.collect())?;
        Ok(serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn the_pool_in_which_a_session_has_a_container_is_told_of() {
        let told = explained(&[LEFT, HELD, "{", FAILED, HELD]).unwrap();
        let expected = json!({
            "session": "a\"<b>", "runtime": "r1",
            "container": { "name": "n" }, "steps": [{ "at": 1 }], "dropped": 0
        });
        assert_eq!(told, expected);
    }

    #[test]
    fn a_session_that_has_left_is_still_told_of() {
        let told = explained(&[NEVER, LEFT, LEFT]).unwrap();
        assert_eq!((&told["runtime"], &told["dropped"], &told["more"]), (&json!("r1"), &json!(7), &json!(1)));
    }

    #[test]
    fn a_session_that_nobody_knows_of_is_not_found_and_not_repeated() {
        let error = explained(&[NEVER, NEVER]).unwrap_err();
        assert_eq!((error.code.as_str(), error.status), ("not_found", 404));
        assert!(!error.message.contains('<'), "{error}");
    }

    #[test]
    fn where_a_pool_did_not_answer_nobody_says_that_a_session_is_unknown() {
        assert_eq!(explained(&[NEVER, FAILED]).unwrap_err().code, "paused");
        for text in ["", "[]", "{", r#"{"error":7}"#, &" ".repeat(EXPLANATION_BYTES_MAX + 1)] {
            assert_eq!(explained(&[text]).unwrap_err().code, "pool_unavailable", "{text:.9}");
        }
    }

    #[test]
    fn a_session_is_released_where_any_pool_had_it() {
        let failed = || Err(PoolError::PoolUnavailable { message: "reset".to_owned() }.into());
        let released = |answers: &[Result<&str, RemoteError>]| {
            let named = answers.iter().cloned().map(|answer| (String::new(), answer.map(str::to_owned)));
            released_to_json(named.collect()).map_err(|error| error.code)
        };
        let told = Ok(r#"{"released":true}"#.to_owned());
        assert_eq!(released(&[Ok("false"), Ok("true"), Ok("false")]), told);
        assert_eq!(released(&[failed(), Ok("true")]), told);
        assert_eq!(released(&[Ok("false"), failed(), Ok(FAILED)]), Err("pool_unavailable".to_owned()));
        assert_eq!(released(&[Ok(FAILED), failed()]), Err("paused".to_owned()));
        assert_eq!(released(&[Ok("false")]), Err("not_found".to_owned()));
    }
}
