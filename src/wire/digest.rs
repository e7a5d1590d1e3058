//! What stands in a log for a session id, which is the caller's and may be a
//! secret of theirs.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::pool::Session;

/// So many bytes of the digest are shown: among a million sessions two share
/// one with a chance of 1 to 37 million.
const SHOWN_BYTES: usize = 8;

/// The first 16 hex digits of the HMAC-SHA-256 of the session's id under `key`,
/// as `printf %s "$id" | openssl dgst -sha256 -hmac "$key"` shows them.
///
/// ```
/// use cf_warm_pool::pool::Session;
/// use cf_warm_pool::wire::session_digest;
/// assert_eq!(session_digest("a key", &Session::new("alice")?), "d8423a72610ac53b");
/// # Ok::<(), cf_warm_pool::pool::PoolError>(())
/// ```
#[must_use]
pub fn session_digest(key: &str, session: &Session) -> String {
    // A key of any length is one, so this is never empty.
    Hmac::<Sha256>::new_from_slice(key.as_bytes()).map_or_else(
        |_| String::new(),
        |mac| hex::encode(&mac.chain_update(session.as_str()).finalize().into_bytes()[..SHOWN_BYTES]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_the_one_of_rfc_4231() {
        let digest = |key: &str, text: &str| session_digest(key, &Session::new(text).unwrap());
        assert_eq!(digest("Jefe", "what do ya want for nothing?"), "5bdcc146bf60754e");
        // Longer than a block, with its test case 6's data.
        let long = "Test Using Larger Than Block-Size Key - Hash Key First";
        assert_ne!(digest(&"a".repeat(64), long), digest(&"a".repeat(65), long));
    }

    #[test]
    fn another_key_or_another_session_is_another_digest() {
        let alice = Session::new("alice").unwrap();
        let digest = session_digest("a", &alice);
        assert_eq!(digest, session_digest("a", &alice));
        assert_ne!(digest, session_digest("b", &alice));
        assert_ne!(digest, session_digest("a", &Session::new("bob").unwrap()));
        assert_eq!(digest.len(), 16);
    }
}
