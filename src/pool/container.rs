//! One container: what is recorded of it, and what memory adds.

use std::rc::Rc;

use super::config::OnRelease;
use super::identity::{ClaimId, ContainerId, ContainerName, Generation, Identity, Life, Session};

/// A container the pool knows of. It exists, or may exist, until its row is deleted.
#[derive(Clone, Debug, PartialEq)]
pub struct Container {
    /// The Durable Object's id, the key of the row.
    pub id: ContainerId,
    /// The name the id is made from.
    pub name: ContainerName,
    /// Which life of it this is.
    pub generation: Generation,
    /// When this life of it was recorded; its age counts from here.
    pub created_at_ms: u64,
    /// The revision this life was started with.
    pub revision: Option<Rc<str>>,
    /// Where it is in its life.
    pub state: State,
    /// What is not recorded.
    pub memory: Memory,
}

/// Where a container is in its life. It is in exactly one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Recorded, start asked for, outcome not known.
    Starting {
        /// When the start is given up.
        deadline_at_ms: u64,
    },
    /// Healthy, unassigned.
    Warm {
        /// When it became ready.
        ready_at_ms: u64,
    },
    /// Belongs to one session.
    Assigned {
        /// The session.
        session: Session,
        /// When it claimed it, or when its lease was last renewed.
        claimed_at_ms: u64,
        /// What becomes of it when the session leaves. It stays what it was at
        /// the claim: whether a hint may name the container hangs on it.
        on_release: OnRelease,
    },
    /// Its session has left; requests under way may end.
    Draining {
        /// Why the session has left.
        cause: StopCause,
        /// When they have to have ended.
        deadline_at_ms: u64,
        /// What becomes of it then.
        on_release: OnRelease,
    },
    /// Stop recorded and asked for, not confirmed.
    Stopping {
        /// Why.
        cause: StopCause,
        /// When `destroy()` takes over from `stop()`.
        destroy_at_ms: u64,
        /// Until then a start may still be under way inside the object, so a
        /// `destroy()` sent earlier does not prove that it is gone.
        settled_at_ms: u64,
    },
}

/// Why a container is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StopCause {
    /// Its start failed.
    StartFailed,
    /// The platform had no room for it.
    NoRoom,
    /// Its start took longer than `startTimeout`.
    StartTimeout,
    /// It was seen or reported stopped.
    Stopped,
    /// It did not answer `unhealthyAfter` times while others did.
    Unhealthy,
    /// More were warm than the target asks for.
    Surplus,
    /// The pool was shut down.
    Shutdown,
    /// Its session gave it up.
    Released,
    /// Its session did not claim within `leaseTimeout`.
    LeaseEnded,
    /// It is to be started again for another session.
    Restart,
    /// It was not cleaned up for another session.
    ResetFailed,
    /// It was past its age.
    Expired,
    /// It was of an earlier revision.
    Outdated,
}

impl StopCause {
    const ALL: [Self; 13] = [
        Self::StartFailed,
        Self::NoRoom,
        Self::StartTimeout,
        Self::Stopped,
        Self::Unhealthy,
        Self::Surplus,
        Self::Shutdown,
        Self::Released,
        Self::LeaseEnded,
        Self::Restart,
        Self::ResetFailed,
        Self::Expired,
        Self::Outdated,
    ];

    /// The cause as rows and metrics spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StartFailed => "start_failed",
            Self::NoRoom => "no_room",
            Self::StartTimeout => "start_timeout",
            Self::Stopped => "stopped",
            Self::Unhealthy => "unhealthy",
            Self::Surplus => "surplus",
            Self::Shutdown => "shutdown",
            Self::Released => "released",
            Self::LeaseEnded => "lease_ended",
            Self::Restart => "restart",
            Self::ResetFailed => "reset_failed",
            Self::Expired => "expired",
            Self::Outdated => "outdated",
        }
    }

    /// Reads what [`Self::as_str`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == text)
    }

    /// The cause in words.
    #[must_use]
    pub const fn why(self) -> &'static str {
        match self {
            Self::StartFailed => "its start failed",
            Self::NoRoom => "the platform had no room for it",
            Self::StartTimeout => "its start took longer than startTimeout",
            Self::Stopped => "it was seen or reported stopped",
            Self::Unhealthy => "it failed its health looks while others did not",
            Self::Surplus => "more were warm than warmTarget",
            Self::Shutdown => "the pool was shut down",
            Self::Released => "its session released it",
            Self::LeaseEnded => "its session did not claim within leaseTimeout",
            Self::Restart => "it was restarted for another session",
            Self::ResetFailed => "resetForPool did not answer true",
            Self::Expired => "it was past containerTtl",
            Self::Outdated => "it was of an earlier revision",
        }
    }
}

/// What the pool knows of a container but does not record: after a rebuild it
/// looks again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// When it last gave a sign of life; 0: not in this memory.
    pub seen_at_ms: u64,
    /// Failed looks in a row.
    pub failures: u32,
    /// When the look under way was asked for.
    pub probing_since_ms: Option<u64>,
    /// Claims of its session that wait for that look.
    pub verifying: Vec<ClaimId>,
    /// Whether a start is under way.
    pub start_pending: bool,
    /// Until then a start that an earlier memory asked for may be under way
    /// beside it, whose outcome nobody hears; 0: there is none.
    pub unheard_until_ms: u64,
    /// Whether a `destroy()` is under way.
    pub destroying: bool,
    /// Whether requests were under way when it was last looked at.
    pub busy: bool,
    /// Whether a `resetForPool()` is under way.
    pub resetting: bool,
    /// When a draining or stopping container is attended to next.
    pub next_at_ms: Option<u64>,
    /// Looks or destroys that did not end it, for the back-off.
    pub attempts: u32,
}

impl Container {
    /// A container that is about to be started, in its first life or a later one.
    #[must_use]
    pub fn starting(
        identity: Identity,
        generation: Generation,
        revision: Option<Rc<str>>,
        now_ms: u64,
        timeout_ms: u64,
    ) -> Self {
        Self {
            id: identity.id,
            name: identity.name,
            generation,
            created_at_ms: now_ms,
            revision,
            state: State::Starting { deadline_at_ms: now_ms + timeout_ms },
            memory: Memory { start_pending: true, ..Memory::default() },
        }
    }

    /// Its name and id.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity { name: self.name, id: self.id }
    }

    /// When it is past its age: `ttl_ms` give or take a tenth, by its id, so
    /// that containers filled in together do not leave together. 0: never.
    #[must_use]
    pub fn expires_at_ms(&self, ttl_ms: u64) -> u64 {
        if ttl_ms == 0 {
            return u64::MAX;
        }
        let spread = u64::from(u16::from_be_bytes([self.id.0[0], self.id.0[1]]));
        self.created_at_ms + ttl_ms / 10 * 9 + ttl_ms / 5 * spread / u64::from(u16::MAX)
    }

    /// When a start of it has ended for certain: the platform is given its time
    /// once to get an instance and again to see its ports. `timeout_ms` is for
    /// those whose deadline is no longer recorded.
    #[must_use]
    pub fn start_ends_at_ms(&self, timeout_ms: u64) -> u64 {
        match self.state {
            State::Starting { deadline_at_ms } => {
                deadline_at_ms + deadline_at_ms.saturating_sub(self.created_at_ms)
            }
            State::Stopping { settled_at_ms, .. } => settled_at_ms,
            State::Warm { .. } | State::Assigned { .. } | State::Draining { .. } => {
                self.created_at_ms + 2 * timeout_ms
            }
        }
    }

    /// This life of it.
    #[must_use]
    pub fn life(&self) -> Life {
        Life { id: self.id, generation: self.generation }
    }

    /// The session it belongs to.
    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        match &self.state {
            State::Assigned { session, .. } => Some(session),
            _ => None,
        }
    }

    /// When it has to be attended to by itself, apart from the sweeps.
    #[must_use]
    pub fn due_at_ms(&self) -> Option<u64> {
        match self.state {
            State::Starting { deadline_at_ms } => Some(deadline_at_ms),
            State::Draining { .. } | State::Stopping { .. } => self.memory.next_at_ms,
            State::Warm { .. } | State::Assigned { .. } => None,
        }
    }

    /// Whether the two have the same row.
    #[must_use]
    pub fn same_row(&self, other: &Self) -> bool {
        self.same_but_state(other) && self.state == other.state
    }

    /// Whether their rows differ in the state at most.
    #[must_use]
    pub fn same_but_state(&self, other: &Self) -> bool {
        self.id == other.id
            && self.name == other.name
            && self.generation == other.generation
            && self.created_at_ms == other.created_at_ms
            && self.revision == other.revision
    }
}
