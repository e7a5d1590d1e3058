//! What a cached hint and an observed state mean.

use crate::pool::{ContainerName, Failure, FailureClass, Generation, Grant, Outcome, Seen};

/// What KV says a session holds. It may be wrong: assignments end without KV
/// being told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The container's name.
    pub name: ContainerName,
    /// Which life of it the session got.
    pub generation: Generation,
    /// From this moment on it is not used, ms since 1970.
    pub expires_at_ms: u64,
    /// Whether the container has to say itself that it is the session's: it
    /// may serve another one day.
    pub needs_confirmation: bool,
}

impl Hint {
    /// Whether it was given under a longer lease than there is, or under none: it
    /// lasts longer than `ttl_ms`, the longest that one given now would. Whoever
    /// used it would not renew the lease, and lose a container that is in use.
    #[must_use]
    pub fn outlasts(&self, ttl_ms: u64, now_ms: u64) -> bool {
        self.expires_at_ms > now_ms.saturating_add(ttl_ms)
    }
}

/// What a hinted container answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// How it is.
    pub seen: Seen,
    /// Whether it is in that life and serves that session. `None` where its
    /// class does not know: only one that went through `pooled` does.
    pub confirmed: Option<bool>,
}

/// What to do about a claim that may have a hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// There is no hint: ask the pool, and write its answer back.
    AskPool,
    /// Look at the hinted container, and judge again with what was seen.
    Confirm,
    /// The hinted container is the session's: use it.
    Use,
    /// The hint is of no use: delete it, ask the pool, and write its answer
    /// back.
    Forget,
}

/// Judges a hint at `now_ms`, before the container is looked at (`look` is
/// `None`) and after.
///
/// Only a container seen alive is used, and only if it says that it is this
/// session's. One that cannot say so is taken at the hint's word where it never
/// serves another session. One that gave no answer may be alive, but only the
/// pool can say whether it still is the session's: it looks again if it has to,
/// and its answer replaces the hint. So a hint that is wrong costs one look, and
/// an answer that was lost costs one call, never a session.
///
/// ```
/// use cf_warm_pool::pool::{ContainerName, Generation, Seen};
/// use cf_warm_pool::route::{Hint, Look, Route, judge};
/// let hint = Hint {
///     name: ContainerName([7; 16]),
///     generation: Generation::FIRST,
///     expires_at_ms: 60_000,
///     needs_confirmation: true,
/// };
/// assert_eq!(judge(Some(&hint), 0, None), Route::Confirm);
/// let look = Look { seen: Seen::Alive, confirmed: Some(true) };
/// assert_eq!(judge(Some(&hint), 5, Some(&look)), Route::Use);
/// ```
#[must_use]
pub fn judge(hint: Option<&Hint>, now_ms: u64, look: Option<&Look>) -> Route {
    let Some(hint) = hint else { return Route::AskPool };
    if hint.expires_at_ms <= now_ms {
        return Route::Forget;
    }
    let Some(look) = look else { return Route::Confirm };
    let alive = !matches!(look.seen, Seen::Stopped | Seen::Unknown(_));
    match look.confirmed {
        Some(true) if alive => Route::Use,
        None if alive && !hint.needs_confirmation => Route::Use,
        _ => Route::Forget,
    }
}

/// Whether a container is told which session the pool has just given it to.
/// `plain` is whether its class was seen not to care: then only a new session
/// is worth another try, and only where no hint would do without.
#[must_use]
pub fn worth_telling(grant: &Grant, plain: bool) -> bool {
    !plain || (grant.hint_ttl_ms == 0 && grant.outcome != Outcome::Sticky)
}

/// The hint of what the pool has just answered, `None` where it would be of no
/// use. `confirmed` is what the container said when it was told.
#[must_use]
pub fn hint_of(grant: &Grant, confirmed: Option<bool>, now_ms: u64) -> Option<Hint> {
    let ttl_ms = match confirmed {
        Some(true) => grant.confirmed_hint_ttl_ms.max(grant.hint_ttl_ms),
        Some(false) => 0,
        None => grant.hint_ttl_ms,
    };
    (ttl_ms > 0).then(|| Hint {
        name: grant.name,
        generation: grant.generation,
        expires_at_ms: now_ms.saturating_add(ttl_ms),
        needs_confirmation: grant.hint_ttl_ms == 0,
    })
}

/// What a container's `getState` shows: its status, and how many requests it
/// says are under way, if it says so.
///
/// `stopping` is declared in `@cloudflare/containers` and never set; if it ever
/// is, the container still runs, and only what has stopped for certain ends an
/// assignment. A word that is not known says nothing, and is no sign of death
/// either: a later version of that package must not empty a pool.
#[must_use]
pub fn seen_of_state(status: &str, in_flight: Option<f64>) -> Seen {
    match status {
        "running" | "healthy" if in_flight == Some(0.0) => Seen::Idle,
        "running" | "healthy" if in_flight.is_some_and(|count| count >= 1.0) => Seen::Busy,
        "running" | "healthy" | "stopping" => Seen::Alive,
        "stopped" | "stopped_with_code" => Seen::Stopped,
        _ => Seen::Unknown(Failure::new(
            FailureClass::Transient,
            &format!("getState answered a status that is not known: {status}"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::ContainerId;

    const HINT: Hint = Hint {
        name: ContainerName([0x1f; 16]),
        generation: Generation::FIRST,
        expires_at_ms: 1_000,
        needs_confirmation: false,
    };
    const MARKED: Hint = Hint { needs_confirmation: true, ..HINT };

    fn unknown() -> Seen {
        Seen::Unknown(Failure::new(FailureClass::Transient, "no answer within 5000 ms"))
    }

    #[test]
    fn a_hint_is_used_only_before_it_expires_and_when_its_container_is_alive() {
        let table = [
            (Some(&HINT), 999, None, Route::Confirm),
            (Some(&HINT), 999, Some(Seen::Alive), Route::Use),
            (Some(&HINT), 999, Some(Seen::Idle), Route::Use),
            (Some(&HINT), 999, Some(Seen::Busy), Route::Use),
            (Some(&HINT), 999, Some(Seen::Stopped), Route::Forget),
            (Some(&HINT), 999, Some(unknown()), Route::Forget),
            (Some(&HINT), 1_000, None, Route::Forget),
            (Some(&HINT), 1_000, Some(Seen::Alive), Route::Forget),
            (Some(&HINT), u64::MAX, Some(Seen::Stopped), Route::Forget),
            (Some(&MARKED), 999, None, Route::Confirm),
            (Some(&MARKED), 1_000, None, Route::Forget),
            (None, 0, None, Route::AskPool),
            (None, 0, Some(Seen::Alive), Route::AskPool),
        ];
        for (hint, now_ms, seen, expected) in table {
            let look = seen.map(|seen| Look { seen, confirmed: None });
            assert_eq!(judge(hint, now_ms, look.as_ref()), expected, "at {now_ms}, {look:?}");
        }
    }

    #[test]
    fn a_hint_of_a_longer_lease_lasts_longer_than_one_given_now() {
        for (ttl_ms, now_ms, outlasts) in [(1_000, 0, false), (999, 0, true), (999, 1, false), (0, 999, true)]
        {
            assert_eq!(HINT.outlasts(ttl_ms, now_ms), outlasts, "{ttl_ms} ms at {now_ms}");
        }
        assert!(!HINT.outlasts(u64::MAX, u64::MAX));
    }

    #[test]
    fn what_a_container_says_of_its_session_counts_before_the_hint() {
        let table = [
            (HINT, Seen::Alive, None, Route::Use),
            (HINT, Seen::Alive, Some(true), Route::Use),
            (HINT, Seen::Alive, Some(false), Route::Forget),
            (MARKED, Seen::Alive, None, Route::Forget),
            (MARKED, Seen::Alive, Some(true), Route::Use),
            (MARKED, Seen::Idle, Some(true), Route::Use),
            (MARKED, Seen::Alive, Some(false), Route::Forget),
            (MARKED, Seen::Stopped, Some(true), Route::Forget),
            (MARKED, unknown(), Some(true), Route::Forget),
            (HINT, Seen::Stopped, Some(true), Route::Forget),
        ];
        for (hint, seen, confirmed, expected) in table {
            let look = Look { seen, confirmed };
            assert_eq!(judge(Some(&hint), 999, Some(&look)), expected, "{look:?}");
            assert_ne!(judge(Some(&hint), 1_000, Some(&look)), Route::Use, "{look:?}");
        }
    }

    fn grant(outcome: Outcome, hint_ttl_ms: u64, confirmed_hint_ttl_ms: u64) -> Grant {
        Grant {
            id: ContainerId([0xab; 32]),
            name: HINT.name,
            generation: HINT.generation,
            outcome,
            hint_ttl_ms,
            confirmed_hint_ttl_ms,
        }
    }

    #[test]
    fn a_hint_is_written_only_where_it_may_be_used() {
        let expiring = |expires_at_ms| Some(Hint { expires_at_ms, ..HINT });
        let marked = |expires_at_ms| Some(Hint { expires_at_ms, ..MARKED });
        let table = [
            ((600, 600), None, expiring(700)),
            ((600, 600), Some(true), expiring(700)),
            ((600, 600), Some(false), None),
            // An earlier pool, which knows of no confirmation.
            ((600, 0), Some(true), expiring(700)),
            ((0, 0), Some(true), None),
            ((0, 600), None, None),
            ((0, 600), Some(true), marked(700)),
            ((0, 600), Some(false), None),
            ((u64::MAX, u64::MAX), None, expiring(u64::MAX)),
        ];
        for ((ttl_ms, confirmed_ttl_ms), confirmed, expected) in table {
            let grant = grant(Outcome::Hit, ttl_ms, confirmed_ttl_ms);
            assert_eq!(hint_of(&grant, confirmed, 100), expected, "{grant:?}, confirmed: {confirmed:?}");
        }
    }

    #[test]
    fn a_class_that_does_not_care_is_told_of_new_sessions_at_most() {
        use Outcome::{Hit, Miss, Sticky};
        let table = [
            (Hit, 600, false, true),
            (Sticky, 0, false, true),
            (Hit, 0, true, true),
            (Miss, 0, true, true),
            (Sticky, 0, true, false),
            (Hit, 600, true, false),
            (Miss, 600, true, false),
            (Sticky, 600, true, false),
        ];
        for (outcome, ttl_ms, plain, expected) in table {
            assert_eq!(
                worth_telling(&grant(outcome, ttl_ms, 600), plain),
                expected,
                "{outcome:?} {ttl_ms} {plain}"
            );
        }
    }

    #[test]
    fn only_a_definite_stop_is_a_stop() {
        for status in ["running", "healthy", "stopping"] {
            assert_eq!(seen_of_state(status, None), Seen::Alive, "{status}");
        }
        for status in ["stopped", "stopped_with_code"] {
            assert_eq!(seen_of_state(status, Some(0.0)), Seen::Stopped, "{status}");
        }
        for status in ["", "Running", "stopped ", "sleeping", "null", "undefined"] {
            let Seen::Unknown(failure) = seen_of_state(status, None) else { panic!("{status}") };
            assert_eq!(failure.class, FailureClass::Transient);
            assert!(failure.message.ends_with(&format!("not known: {status}")), "{}", failure.message);
        }
    }

    #[test]
    fn only_a_live_container_that_says_so_is_idle_or_busy() {
        for status in ["running", "healthy"] {
            assert_eq!(seen_of_state(status, Some(0.0)), Seen::Idle, "{status}");
            assert_eq!(seen_of_state(status, Some(1.0)), Seen::Busy, "{status}");
        }
        assert_eq!(seen_of_state("stopping", Some(0.0)), Seen::Alive);
        for in_flight in [-1.0, 0.5, f64::NAN] {
            assert_eq!(seen_of_state("healthy", Some(in_flight)), Seen::Alive, "{in_flight}");
        }
    }
}
