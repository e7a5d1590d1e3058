//! The answer to a claim, from the pool object to a client and from there to
//! whoever asked.

use serde::{Deserialize, Serialize};

use super::error::{RemoteError, reply_from_json};
use super::json;
use super::limits::TEXT_BYTES_MAX;
use super::pool_types::{GenerationNumber, OutcomeWord, container_id, container_name};
use crate::pool::limits::HINT_TTL_MS;
use crate::pool::{ContainerId, ContainerName, Generation, Grant, Outcome};

/// A grant as it crosses.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Grant", rename_all = "camelCase")]
struct GrantFields {
    #[serde(with = "container_name")]
    name: ContainerName,
    #[serde(with = "container_id")]
    id: ContainerId,
    #[serde(with = "GenerationNumber")]
    generation: Generation,
    #[serde(with = "OutcomeWord")]
    outcome: Outcome,
    /// Absent from a pool that does not say so: no hint.
    #[serde(default)]
    hint_ttl_ms: u64,
    #[serde(default)]
    confirmed_hint_ttl_ms: u64,
}

#[derive(Serialize, Deserialize)]
struct GrantReply(#[serde(with = "GrantFields")] Grant);

#[derive(Serialize)]
struct ErrorReply {
    error: RemoteError,
}

/// Writes the answer to a claim: the pool's, whose errors are
/// [`PoolError`](crate::pool::PoolError)s, or a client's, which passes on
/// [`RemoteError`]s.
///
/// Either `{ "name", "id", "generation", "outcome", "hintTtlMs",
/// "confirmedHintTtlMs" }` or
/// `{ "error": { "code", "message", "retryAfterMs"?, "status" } }`.
#[must_use]
pub fn claim_to_json<E: Into<RemoteError>>(answer: Result<Grant, E>) -> String {
    answer.map_or_else(
        |error| json::write(&ErrorReply { error: error.into() }),
        |grant| json::write(&GrantReply(grant)),
    )
}

/// Reads the answer to a claim.
///
/// # Errors
/// The pool's error, with its code as it came, known here or not;
/// `pool_unavailable` where the answer cannot be read. The session may hold a
/// container then, and gets it by claiming again.
pub fn claim_from_json(text: &str) -> Result<Grant, RemoteError> {
    let GrantReply(grant) = reply_from_json(text, TEXT_BYTES_MAX, "the pool's answer to a claim")?;
    Ok(Grant {
        hint_ttl_ms: grant.hint_ttl_ms.min(HINT_TTL_MS),
        confirmed_hint_ttl_ms: grant.confirmed_hint_ttl_ms.min(HINT_TTL_MS),
        ..grant
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::pool::{FailureClass, PoolError};

    fn granted(outcome: Outcome) -> Grant {
        Grant {
            id: ContainerId([0xab; 32]),
            name: ContainerName([0x1f; 16]),
            generation: Generation(u32::MAX),
            outcome,
            hint_ttl_ms: 60_000,
            confirmed_hint_ttl_ms: 90_000,
        }
    }

    /// What the pool sends.
    fn sent(grant: Grant) -> String {
        claim_to_json(Ok::<_, PoolError>(grant))
    }

    #[test]
    fn a_grant_arrives_as_it_was_sent() {
        for outcome in [Outcome::Sticky, Outcome::Hit, Outcome::Miss] {
            let grant = granted(outcome);
            assert_eq!(claim_from_json(&sent(grant)), Ok(grant));
        }
        let value: Value = serde_json::from_str(&sent(granted(Outcome::Hit))).unwrap();
        let expected = json!({
            "name": "1f1f1f1f-1f1f-1f1f-1f1f-1f1f1f1f1f1f",
            "id": "ab".repeat(32),
            "generation": u32::MAX,
            "outcome": "hit",
            "hintTtlMs": 60_000,
            "confirmedHintTtlMs": 90_000
        });
        assert_eq!(value, expected);
    }

    #[test]
    fn a_pool_that_says_nothing_of_hints_wants_none() {
        let granted = granted(Outcome::Hit);
        let sent = sent(granted);
        let table = [
            (r#","hintTtlMs":60000"#, Grant { hint_ttl_ms: 0, ..granted }),
            (r#","confirmedHintTtlMs":90000"#, Grant { confirmed_hint_ttl_ms: 0, ..granted }),
        ];
        for (field, read) in table {
            let silent = sent.replace(field, "");
            assert_ne!(silent, sent);
            assert_eq!(claim_from_json(&silent), Ok(read));
        }
        for (said, read) in [(0, 0), (1, 1), (HINT_TTL_MS, HINT_TTL_MS), (u64::MAX, HINT_TTL_MS)] {
            let grant = |ttl_ms| Grant { hint_ttl_ms: ttl_ms, confirmed_hint_ttl_ms: ttl_ms, ..granted };
            assert_eq!(claim_from_json(&claim_to_json::<PoolError>(Ok(grant(said)))), Ok(grant(read)));
        }
    }

    #[test]
    fn an_error_arrives_with_its_code_status_and_pause() {
        let errors = [
            PoolError::InvalidSession { problem: "it is empty".to_owned() },
            PoolError::CapacityExhausted { tracked: 10, limit: 10, retry_after_ms: 0 },
            PoolError::StartFailed {
                class: FailureClass::Permanent,
                message: "no such image \"x\"\n".to_owned(),
                retry_after_ms: 2_000,
            },
        ];
        for error in errors {
            let expected = RemoteError {
                code: error.code().to_owned(),
                message: error.to_string(),
                retry_after_ms: error.retry_after_ms(),
                status: error.http_status(),
            };
            assert_eq!(claim_from_json(&claim_to_json(Err(error))), Err(expected));
        }
        let text = claim_to_json(Err(PoolError::NotFound { what: "x".to_owned() }));
        let expected =
            json!({ "error": { "code": "not_found", "message": "there is nothing at x", "status": 404 } });
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
    }

    #[test]
    fn a_code_of_a_later_version_is_passed_on() {
        let text =
            r#"{"error":{"code":"paused","message":"m","status":418,"retryAfterMs":7,"until":"x"},"more":1}"#;
        let expected = RemoteError {
            code: "paused".to_owned(),
            message: "m".to_owned(),
            retry_after_ms: Some(7),
            status: 418,
        };
        assert_eq!(claim_from_json(text), Err(expected));
        for bare in [r#"{"error":{"code":"paused"}}"#, r#"{"error":{"code":"paused","status":200}}"#] {
            let error = claim_from_json(bare).unwrap_err();
            assert_eq!((error.code.as_str(), error.status, error.retry_after_ms), ("paused", 503, None));
        }
    }

    #[test]
    fn a_client_answers_in_the_pools_words() {
        let granted = sent(granted(Outcome::Sticky));
        let refused = r#"{"error":{"code":"paused","message":"m","retryAfterMs":7,"status":418}}"#;
        for text in [granted.as_str(), refused] {
            assert_eq!(claim_to_json(claim_from_json(text)), text);
        }
    }

    #[test]
    fn a_grant_of_a_later_version_may_say_more() {
        let sent = sent(granted(Outcome::Miss));
        let more = sent.replacen('{', "{\"revision\":{\"a\":[1]},", 1);
        assert_eq!(claim_from_json(&more), Ok(granted(Outcome::Miss)));
    }

    #[test]
    fn an_answer_that_cannot_be_read_is_the_pools_failure() {
        let sent = sent(granted(Outcome::Hit));
        let garbled = [
            String::new(),
            "null".to_owned(),
            "{}".to_owned(),
            "[]".to_owned(),
            r#"{"error":null}"#.to_owned(),
            r#"{"error":{"message":"no code"}}"#.to_owned(),
            sent.replace("1f1f1f1f-", "1f1f1f1f"),
            sent.replace("abab", "ab"),
            sent.replace("\"hit\"", "\"gift\""),
            sent.replace("4294967295", "4294967296"),
            sent.replace("4294967295", "-1"),
            sent.replace("60000", "-1"),
            sent.replace("60000", "0.5"),
            sent.replace("60000", "null"),
            sent.replace("60000", r#""60000""#),
            format!("{sent}{}", " ".repeat(1 << 20)),
        ];
        for text in garbled {
            let error = claim_from_json(&text).unwrap_err();
            assert_eq!((error.code.as_str(), error.status), ("pool_unavailable", 503), "{text}");
            assert!(error.message.starts_with("the pool's answer to a claim cannot be read: "), "{error}");
        }
    }
}
