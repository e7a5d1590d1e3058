//! What happened. Facts, in the past tense; each may come twice, late or never.

use std::rc::Rc;

use super::config::Config;
use super::failure::Failure;
use super::identity::{ClaimId, ContainerId, Identity, Life, Session};

/// One thing that happened to a pool.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// An earlier package's pool was found where this one is to be.
    Adopted {
        /// Its containers that were nobody's.
        warm: Vec<Identity>,
        /// Its sessions, and the container of each.
        assigned: Vec<(Identity, Session)>,
        /// Containers of sessions whose ids are none here: they have left.
        released: Vec<Identity>,
        /// What it was configured to be.
        config: Rc<Config>,
        /// The most containers the platform had room for, if it was taught that.
        limit: Option<usize>,
    },
    /// A session asked for its container. `config` is what its caller wants the
    /// pool to be, `None` where it takes the pool as it is.
    Claimed {
        /// Who waits for the answer.
        claim: ClaimId,
        /// The session.
        session: Session,
        /// The caller's configuration.
        config: Option<Rc<Config>>,
    },
    /// A caller that waits for an answer has gone away.
    CallerLeft {
        /// Which.
        claim: ClaimId,
    },
    /// A session gives its container up.
    Released {
        /// The session.
        session: Session,
    },
    /// The pool is to fill itself. `config` is as in a claim.
    Primed {
        /// The caller's configuration.
        config: Option<Rc<Config>>,
    },
    /// So many containers are to be warm, whatever the target is, until
    /// sessions have taken those beyond it.
    WarmedUp {
        /// How many; `None`: as many as the target is.
        count: Option<usize>,
    },
    /// The pool was told what to be.
    Configured {
        /// The caller's configuration.
        config: Rc<Config>,
    },
    /// Somebody says that a container has stopped.
    StopReported {
        /// The container, known or not.
        id: ContainerId,
    },
    /// A container says which life of it has ended.
    ExitReported {
        /// Which.
        life: Life,
    },
    /// A report named something that is neither a container's id nor a name.
    GarbageReported,
    /// The warm containers are to be stopped.
    PrewarmedShutDown,
    /// All containers are to be stopped, those of sessions when their requests
    /// have ended.
    ShutDown,
    /// Somebody is about to be shown the figures.
    StatsAsked,
    /// A start ended with the container ready.
    StartSucceeded {
        /// Which life.
        life: Life,
    },
    /// A start ended without.
    StartFailed {
        /// Which life.
        life: Life,
        /// Why.
        failure: Failure,
    },
    /// A look at a container ended.
    Probed {
        /// Which life.
        life: Life,
        /// Which look: when it was asked for.
        asked_at_ms: u64,
        /// What was seen.
        seen: Seen,
        /// Whether a renewal was asked for beside the look, and failed.
        renewal_failed: bool,
    },
    /// A `resetForPool()` was answered.
    ResetAnswered {
        /// Which life.
        life: Life,
        /// Whether nothing of the last session is left.
        result: Result<bool, Failure>,
    },
    /// A `stop()` was answered.
    StopAnswered {
        /// Which life.
        life: Life,
        /// Whether the signal was sent.
        result: Result<(), Failure>,
    },
    /// A `destroy()` was answered.
    DestroyAnswered {
        /// Which life.
        life: Life,
        /// What the command said.
        conclusive: bool,
        /// Whether the container is gone.
        result: Result<(), Failure>,
    },
    /// A deadline the pool asked to be woken for may have come.
    DeadlineReached,
    /// The pool was rebuilt from its rows; what was under way is unknown.
    Woke,
}

/// What a look at a container showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// `running` or `healthy`.
    Alive,
    /// The same, and it says that requests are under way.
    Busy,
    /// The same, and it says that none is.
    Idle,
    /// Alive, and it answered at `health.path` with 2xx.
    Ready(Usage),
    /// Alive, and it did not.
    NotReady(Failure),
    /// `stopped` or `stopped_with_code`.
    Stopped,
    /// No answer, or one that says nothing: not a sign of death.
    Unknown(Failure),
}

/// How much of what it has a container says it uses, in thousandths. What it
/// does not say is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Of its memory.
    pub memory_permille: Option<u32>,
    /// Of its processor.
    pub cpu_permille: Option<u32>,
}
