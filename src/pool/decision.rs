//! What is to be done about an event: rows first, then answers and commands.

use std::rc::Rc;

use super::config::Config;
use super::container::Container;
use super::error::PoolError;
use super::gate::Gate;
use super::history::{Chunk, Transition};
use super::identity::{ClaimId, ContainerId, ContainerName, Generation, Life};
use super::minutes::Minute;
use super::replaced::Replaced;
use super::stats::Counters;
use super::stats_line::StatsLine;

/// The whole consequence of one event. `changes` are committed together before
/// anything else here takes effect.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// Rows to write, all or none.
    pub changes: Vec<Change>,
    /// Answers to claims.
    pub replies: Vec<Reply>,
    /// What to ask the platform for.
    pub commands: Vec<Command>,
    /// Why the call that brought the event was refused, if it was.
    pub refused: Option<PoolError>,
    /// Earliest deadline that outlives memory; the alarm.
    pub alarm_at_ms: Option<u64>,
    /// Earliest deadline of a waiting claim, which dies with memory; a timer.
    pub timer_at_ms: Option<u64>,
    /// What became of containers, in the order it happened: for the log. The
    /// same is in the history, which is recorded later.
    pub transitions: Vec<Transition>,
    /// The line of a minute that is over, for the log. It comes with the first
    /// event after that minute: no alarm is armed for it.
    pub stats_line: Option<StatsLine>,
}

/// One row to write.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Insert or replace a container's row.
    PutContainer(Container),
    /// Replace the state in a row there is: nothing else of the container has
    /// changed.
    MoveContainer(Container),
    /// Delete a container's row.
    DeleteContainer(ContainerId),
    /// Replace the pool's own row.
    PutPool(PoolRow),
    /// Replace the counters' row.
    PutCounters(Box<Counters>),
    /// Insert or replace a minute, in the place of the one an hour before.
    PutMinute(Minute),
    /// Insert or replace a chunk of what happened, and drop the oldest.
    PutHistory(Chunk),
}

impl Change {
    /// The container it leaves, if it is of one and leaves it.
    #[must_use]
    pub const fn container(&self) -> Option<&Container> {
        match self {
            Self::PutContainer(container) | Self::MoveContainer(container) => Some(container),
            _ => None,
        }
    }
}

/// What the pool records of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PoolRow {
    /// The configuration, `None` until a caller named one.
    pub config: Option<Rc<Config>>,
    /// What was in force before.
    pub replaced: Replaced,
    /// Whether the pool fills itself: from the first claim on, until it is shut down.
    pub primed: bool,
    /// Warm containers asked for beyond the target, not taken yet.
    pub extra: usize,
    /// When the assigned containers were last looked at.
    pub assigned_checked_at_ms: u64,
    /// From when on leases run, if later than the claim: when `leaseTimeout`
    /// was last changed.
    pub leases_from_ms: u64,
    /// What the platform taught about starts.
    pub gate: Gate,
}

/// The answer to one claim.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// Whose.
    pub claim: ClaimId,
    /// The session's container, or why there is none.
    pub result: Result<Grant, PoolError>,
}

/// A session's container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The container's id.
    pub id: ContainerId,
    /// The name that id is made from.
    pub name: ContainerName,
    /// Which life of it the session got.
    pub generation: Generation,
    /// Where it came from.
    pub outcome: Outcome,
    /// How long a hint may name it without the pool being asked, ms; 0: not at
    /// all, since it may serve another session one day.
    pub hint_ttl_ms: u64,
    /// The same where the container itself confirms life and session.
    pub confirmed_hint_ttl_ms: u64,
}

/// Where a claim's container came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The session held it.
    Sticky,
    /// It was warm.
    Hit,
    /// It had to start.
    Miss,
}

impl Outcome {
    /// The word for it in headers, metrics and rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sticky => "sticky",
            Self::Hit => "hit",
            Self::Miss => "miss",
        }
    }
}

/// Something to ask the platform for. Each is answered by exactly one event,
/// unless memory is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `startAndWaitForPorts`, answered by `StartSucceeded` or `StartFailed`.
    Start {
        /// Which life.
        life: Life,
        /// Whose.
        name: ContainerName,
        /// Ports to wait for; empty: the class's own.
        ports: Vec<u16>,
        /// Time the platform is given for it.
        timeout_ms: u64,
        /// What it has to answer before it counts as ready, if anything.
        readiness: Option<Readiness>,
    },
    /// `getState`, where `renew` is set `renewActivityTimeout` beside it, and
    /// where `path` is set a GET of it once the state says that it is alive;
    /// answered by `Probed`.
    Probe {
        /// Which life.
        life: Life,
        /// Whose.
        name: ContainerName,
        /// Which look, for its answer to say.
        asked_at_ms: u64,
        /// Whether to keep it awake.
        renew: bool,
        /// What it has to answer with 2xx.
        path: Option<Rc<str>>,
        /// After this time the answer is `Unknown`.
        timeout_ms: u64,
    },
    /// `resetForPool`, answered by `ResetAnswered`.
    Reset {
        /// Which life.
        life: Life,
        /// Whose.
        name: ContainerName,
    },
    /// `stop`, answered by `StopAnswered`.
    Stop {
        /// Which life.
        life: Life,
        /// Whose.
        name: ContainerName,
    },
    /// `destroy`, answered by `DestroyAnswered`.
    Destroy {
        /// Which life.
        life: Life,
        /// Whose.
        name: ContainerName,
        /// Whether its success proves the container gone: nothing else that was
        /// asked of it can still be under way.
        conclusive: bool,
    },
}

/// What a container has to answer with 2xx, and for how long it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// The path.
    pub path: Rc<str>,
    /// Time from when its ports answer.
    pub timeout_ms: u64,
}
