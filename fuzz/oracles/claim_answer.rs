//! The pool's answer to a claim, from whatever version of it answers.

use cf_warm_pool::pool::limits::HINT_TTL_MS;
use cf_warm_pool::pool::{Grant, PoolError};
use cf_warm_pool::wire::{claim_from_json, claim_to_json};
use serde_json::Value;

/// Past this an answer that is written again may be longer than what is read.
const REREAD_BYTES_MAX: usize = 32 * 1024;

/// A grant or an error that HTTP can carry; either is passed on unchanged.
pub fn check(data: &[u8]) {
    let text = super::text(data);
    match claim_from_json(&text) {
        Ok(grant) => {
            check_hint(&text, grant);
            check_passed_on(grant);
        }
        Err(error) => {
            assert!((400..=599).contains(&error.status), "{error:?}");
            if error.message.starts_with("the pool's answer to a claim cannot be read: ") {
                assert!(error.message.chars().count() < 400, "{}", error.message);
            }
            if text.len() <= REREAD_BYTES_MAX {
                assert_eq!(claim_from_json(&claim_to_json(Err(error.clone()))), Err(error));
            }
        }
    }
}

fn check_passed_on(grant: Grant) {
    let written = claim_to_json(Ok::<_, PoolError>(grant));
    assert_eq!(claim_from_json(&written), Ok(grant));
}

/// A pool that says nothing of hints wants none.
fn check_hint(text: &str, grant: Grant) {
    let Ok(Value::Object(answer)) = serde_json::from_str(text) else { return };
    let said = answer.get("hintTtlMs").and_then(Value::as_u64);
    assert_eq!(grant.hint_ttl_ms, said.unwrap_or(0).min(HINT_TTL_MS), "{text}");
}
