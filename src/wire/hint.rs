//! A cached assignment: its key in KV and the text under it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::json;
use super::limits::{KV_KEY_BYTES_MAX, POOL_NAME_BYTES_MAX, TEXT_BYTES_MAX};
use super::pool_types::{GenerationNumber, container_name};
use crate::pool::{ContainerName, Generation, PoolError, Session};
use crate::route::Hint;

/// What marks a hashed session in a key.
const HASHED: char = '#';

/// A pool's name: 1 to 128 bytes of UTF-8 without control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PoolName(String);

impl PoolName {
    /// The caller's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Checks a caller's name for a pool.
///
/// # Errors
/// [`PoolError::InvalidConfig`] for the option `poolName` when the name is empty,
/// longer than 128 bytes or holds a control character.
pub fn pool_name(text: &str) -> Result<PoolName, PoolError> {
    if (1..=POOL_NAME_BYTES_MAX).contains(&text.len()) && !text.chars().any(char::is_control) {
        return Ok(PoolName(text.to_owned()));
    }
    Err(PoolError::InvalidConfig {
        option: "poolName".to_owned(),
        value: json::shortened(&json::write(text)),
        bounds: format!("a string of 1 to {POOL_NAME_BYTES_MAX} bytes without control characters"),
    })
}

/// The KV key of a session's hint, at most 512 bytes: `poolName:session`.
///
/// No two pairs share a key. In the pool's name `%` and `:` are percent-encoded,
/// so the first `:` ends it. What follows is the session as it is, or `#` and
/// the SHA-256 of the session in hex. That form is for the sessions that do not
/// fit, and also for all that begin with `#` themselves: so what follows begins
/// with `#` if and only if it is a hash, a plain session is never read as one,
/// and two hashes are the same only for the same session.
///
/// ```
/// use cf_warm_pool::pool::Session;
/// use cf_warm_pool::wire::{hint_key, pool_name};
/// let key = hint_key(&pool_name("eu:python")?, &Session::new("alice:1")?);
/// assert_eq!(key, "eu%3Apython:alice:1");
/// # Ok::<(), cf_warm_pool::pool::PoolError>(())
/// ```
#[must_use]
pub fn hint_key(pool_name: &PoolName, session: &Session) -> String {
    let pool = pool_name.as_str().replace('%', "%25").replace(':', "%3A");
    let session = session.as_str();
    if session.starts_with(HASHED) || pool.len() + 1 + session.len() > KV_KEY_BYTES_MAX {
        return format!("{pool}:{HASHED}{}", hex::encode(Sha256::digest(session)));
    }
    format!("{pool}:{session}")
}

/// Writes a hint: `{ "name", "generation", "expiresAtMs", "needsConfirmation" }`.
#[must_use]
pub fn hint_to_json(hint: &Hint) -> String {
    json::write(&StoredHint(*hint))
}

/// Reads a hint. `None` when it is not one: cut short, somebody else's, or of
/// a version that wrote another form. Who asked counts it and goes to the pool.
#[must_use]
pub fn hint_from_json(text: &str) -> Option<Hint> {
    json::read_object(TEXT_BYTES_MAX, text).ok().map(|StoredHint(hint)| hint)
}

#[derive(Serialize, Deserialize)]
struct StoredHint(#[serde(with = "HintFields")] Hint);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Hint", rename_all = "camelCase")]
struct HintFields {
    #[serde(with = "container_name")]
    name: ContainerName,
    #[serde(with = "GenerationNumber")]
    generation: Generation,
    expires_at_ms: u64,
    /// Absent from a version that did not know of it: true is the safe side.
    #[serde(default = "yes")]
    needs_confirmation: bool,
}

const fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn key(pool: &str, session: &str) -> String {
        hint_key(&pool_name(pool).unwrap(), &Session::new(session).unwrap())
    }

    #[test]
    fn a_pool_name_is_1_to_128_bytes_without_control_characters() {
        for name in ["p", "global-pool", "a:b%c", "ü", &"x".repeat(128), &"é".repeat(64)] {
            assert_eq!(pool_name(name).unwrap().as_str(), name);
        }
        for name in
            ["", "a\nb", "\u{0}", "\u{7f}", "\u{85}", &"x".repeat(129), &"é".repeat(65), &"x".repeat(1 << 20)]
        {
            let error = pool_name(name).unwrap_err();
            let PoolError::InvalidConfig { option, value, bounds } = error else { panic!("{error}") };
            assert_eq!(option, "poolName");
            assert_eq!(bounds, "a string of 1 to 128 bytes without control characters");
            assert!(value.chars().count() <= 100 && !value.contains(['\n', '\0']), "{value}");
        }
    }

    #[test]
    fn a_key_is_the_pool_and_the_session() {
        assert_eq!(key("global-pool", "alice"), "global-pool:alice");
        assert_eq!(key("a:b%c", "x:y%z#"), "a%3Ab%25c:x:y%z#");
    }

    #[test]
    fn a_key_of_513_bytes_is_hashed_and_one_of_512_is_not() {
        assert_eq!(key("p", &"s".repeat(510)), format!("p:{}", "s".repeat(510)));
        // printf 's%.0s' $(seq 511) | sha256sum
        let hash = "68509cc471fa45f7db3e47ec1cf42f1d70d5e082617da05607069cb2f64d6900";
        assert_eq!(key("p", &"s".repeat(511)), format!("p:#{hash}"));
        assert!(key(&":".repeat(128), &"s".repeat(127)).ends_with(&format!(":{}", "s".repeat(127))));
        assert_eq!(key(&":".repeat(128), &"s".repeat(127)).len(), 512);
        assert_eq!(key(&":".repeat(128), &"s".repeat(512)).len(), 128 * 3 + 1 + 1 + 64);
    }

    #[test]
    fn a_session_that_looks_like_a_hash_does_not_get_the_hashed_sessions_key() {
        let hashed = key("p", &"s".repeat(511));
        let posing = hashed.strip_prefix("p:").unwrap();
        assert!(posing.starts_with('#') && posing.len() == 65);
        assert_ne!(key("p", posing), hashed);
    }

    #[test]
    fn no_two_pairs_share_a_key() {
        let long = "s".repeat(512);
        let other_long = format!("{}t", "s".repeat(511));
        let parts = ["a", "b", "a:b", ":", "%", "%3A", "%25", "a%3Ab", "a:", ":a", "#", "#a", "a#"];
        let sessions = parts.iter().copied().chain([long.as_str(), other_long.as_str()]);
        let pairs: Vec<_> = sessions.flat_map(|session| parts.map(|pool| (pool, session))).collect();
        let keys: BTreeSet<_> = pairs.iter().map(|(pool, session)| key(pool, session)).collect();
        assert_eq!(keys.len(), pairs.len());
        assert!(keys.iter().all(|key| key.len() <= 512));
    }

    #[test]
    fn a_hint_reads_back_what_was_written() {
        let name = ContainerName([0x1f; 16]);
        for (expires_at_ms, needs_confirmation) in
            [(0, true), (1_790_000_000_000, false), (u64::MAX, true), (u64::MAX, false)]
        {
            let hint = Hint { name, generation: Generation(3), expires_at_ms, needs_confirmation };
            assert_eq!(hint_from_json(&hint_to_json(&hint)), Some(hint));
        }
        let text = r#"{"name":"1f1f1f1f-1f1f-1f1f-1f1f-1f1f1f1f1f1f","generation":3,"expiresAtMs":7,"needsConfirmation":false}"#;
        let hint = Hint { name, generation: Generation(3), expires_at_ms: 7, needs_confirmation: false };
        assert_eq!(hint_to_json(&hint), text);
        assert_eq!(hint_from_json(&text.replace("\"g", "\"later\":null,\"g")), Some(hint));
    }

    #[test]
    fn a_hint_that_does_not_say_whether_it_needs_confirmation_does() {
        let text = r#"{"name":"1f1f1f1f-1f1f-1f1f-1f1f-1f1f1f1f1f1f","generation":3,"expiresAtMs":7}"#;
        assert!(hint_from_json(text).unwrap().needs_confirmation);
        assert_eq!(hint_from_json(&text.replace(":7", ":7,\"needsConfirmation\":null")), None);
    }

    #[test]
    fn what_is_no_hint_is_none() {
        let text = r#"{"name":"1f1f1f1f-1f1f-1f1f-1f1f-1f1f1f1f1f1f","generation":3,"expiresAtMs":7}"#;
        let garbled = [
            "",
            "null",
            "{}",
            "[]",
            r#"["1f1f1f1f-1f1f-1f1f-1f1f-1f1f1f1f1f1f",3,7,true]"#,
            "1f1f1f1f-1f1f-1f1f-1f1f-1f1f1f1f1f1f",
            &text[..text.len() - 1],
            &text.replace("1f1f1f1f-", "1f1f1f1f"),
            &text.replace(":3", ":-3"),
            &text.replace(":3", ":4294967296"),
            &text.replace(":3", ":\"3\""),
            &text.replace(":7", ":7.5"),
            &text.replace(":7", ":null"),
            &text.replace("expiresAtMs", "expires"),
            &format!("{text}{}", " ".repeat(1 << 20)),
        ];
        for text in garbled {
            assert_eq!(hint_from_json(text), None, "{text}");
        }
    }
}
