//! One container: what is recorded of it, and what memory adds.

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
    /// When it was recorded.
    pub created_at_ms: u64,
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
        /// When it got it.
        claimed_at_ms: u64,
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
    /// The warm containers were shut down.
    Shutdown,
}

impl StopCause {
    const ALL: [Self; 7] = [
        Self::StartFailed,
        Self::NoRoom,
        Self::StartTimeout,
        Self::Stopped,
        Self::Unhealthy,
        Self::Surplus,
        Self::Shutdown,
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
        }
    }

    /// Reads what [`Self::as_str`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == text)
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
    /// When a stopping container is attended to next.
    pub next_at_ms: Option<u64>,
    /// Looks or destroys that did not end it, for the back-off.
    pub attempts: u32,
}

impl Container {
    /// A container that is about to be started.
    #[must_use]
    pub fn starting(identity: Identity, now_ms: u64, timeout_ms: u64) -> Self {
        Self {
            id: identity.id,
            name: identity.name,
            generation: Generation::FIRST,
            created_at_ms: now_ms,
            state: State::Starting { deadline_at_ms: now_ms + timeout_ms },
            memory: Memory { start_pending: true, ..Memory::default() },
        }
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
            State::Warm { .. } | State::Assigned { .. } => self.created_at_ms + 2 * timeout_ms,
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
            State::Stopping { .. } => self.memory.next_at_ms,
            State::Warm { .. } | State::Assigned { .. } => None,
        }
    }

    /// Whether the two have the same row.
    #[must_use]
    pub fn same_row(&self, other: &Self) -> bool {
        self.id == other.id
            && self.name == other.name
            && self.generation == other.generation
            && self.created_at_ms == other.created_at_ms
            && self.state == other.state
    }
}
