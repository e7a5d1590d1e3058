//! The hint cache: keys of pools and sessions, and whatever KV holds under one.
//!
//! The input is up to five lines: a pool and a session, another pool and another
//! session, and the rest is the value found in KV.

use cf_warm_pool::pool::{Failure, FailureClass, Seen, Session, Usage};
use cf_warm_pool::route::{Look, Route, judge};
use cf_warm_pool::wire::{PoolName, hint_from_json, hint_key, hint_to_json, pool_name};

/// The platform's bound on a key.
const KEY_BYTES_MAX: usize = 512;

/// No two pairs share a key, a hint reads back, and none is used that its
/// container did not confirm in time.
pub fn check(data: &[u8]) {
    let text = super::text(data);
    let mut parts = text.splitn(5, '\n');
    let mut next = || parts.next().unwrap_or_default();
    let (one, other) = ((next(), next()), (next(), next()));
    if let (Some(one), Some(other)) = (pair(one), pair(other)) {
        let keys = [&one, &other].map(|(pool, session)| hint_key(pool, session));
        assert_eq!(keys[0] == keys[1], one == other, "{one:?} and {other:?} at {keys:?}");
        for key in keys {
            assert!(key.len() <= KEY_BYTES_MAX, "{} bytes: {key}", key.len());
            assert!(!key.chars().any(char::is_control) && key != "." && key != "..", "{key:?}");
        }
    }
    check_value(next());
    check_value(&text);
}

fn pair((pool, session): (&str, &str)) -> Option<(PoolName, Session)> {
    let pool = pool_name(pool);
    if let Err(error) = &pool {
        assert_eq!(error.code(), "invalid_config");
        assert!(error.to_string().chars().count() < 300, "{error}");
    }
    Some((pool.ok()?, Session::new(session).ok()?))
}

fn check_value(text: &str) {
    let Some(hint) = hint_from_json(text) else { return };
    assert_eq!(hint_from_json(&hint_to_json(&hint)), Some(hint));
    for now_ms in [0, hint.expires_at_ms.saturating_sub(1), hint.expires_at_ms, u64::MAX] {
        let fresh = now_ms < hint.expires_at_ms;
        let confirm = if fresh { Route::Confirm } else { Route::Forget };
        assert_eq!(judge(Some(&hint), now_ms, None), confirm);
        let failure = || Failure::new(FailureClass::Transient, "no answer");
        for confirmed in [None, Some(false), Some(true)] {
            let look = |seen| Look { seen, confirmed };
            let usable = fresh && confirmed.unwrap_or(!hint.needs_confirmation);
            let expected = if usable { Route::Use } else { Route::Forget };
            for alive in [Seen::Alive, Seen::Idle, Seen::Ready(Usage::default()), Seen::NotReady(failure())] {
                assert_eq!(judge(Some(&hint), now_ms, Some(&look(alive))), expected);
            }
            for other in [Seen::Stopped, Seen::Unknown(failure())] {
                assert_eq!(judge(Some(&hint), now_ms, Some(&look(other))), Route::Forget);
            }
        }
    }
}
