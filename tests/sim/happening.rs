//! Everything that happens at a time of its own.

use cf_warm_pool::pool::{Event, Failure, Grant, Life, PoolError};

/// A container's number: its place among the platform's machines.
pub type Number = usize;
/// A session's number.
pub type SessionNo = u32;
/// Who waits for an answer outside.
pub type CallerId = u64;

/// One call of the object's to a container.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Which memory of the object waits for the answer.
    pub epoch: u64,
    pub life: Life,
    pub number: Number,
    pub fate: Fate,
    /// When the object stops waiting; a start is waited for without end.
    pub limit_at_ms: u64,
    /// How long a start asks at the health path, if it does.
    pub readiness_ms: Option<u64>,
    /// Until then it may be asked, if it is a start.
    pub asked_until_ms: u64,
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Answered,
    /// It never arrives, and its caller is told so.
    LostBefore,
    /// It is carried out, and its caller is told that the connection is lost.
    LostAfter,
    /// It is carried out, and its caller hears nothing.
    Hangs,
}

#[derive(Debug)]
pub enum Happening {
    /// The platform wakes the object.
    Alarm {
        token: u64,
    },
    /// It does so a second time.
    AlarmAgain,
    /// The object's own timer.
    Timer {
        epoch: u64,
        token: u64,
    },
    /// The outcome of a call.
    Answer {
        epoch: u64,
        event: Box<Event>,
        counted: bool,
    },
    Claim {
        caller: CallerId,
    },
    Report {
        number: Number,
    },
    Garbage,
    Configure {
        version: usize,
    },
    Prime {
        version: usize,
    },
    ShutDown,
    ShutDownAll,
    StatsAsked,

    StartArrives {
        call: Call,
        timeout_ms: u64,
    },
    /// An instance is there for a start that waited for one.
    Boots {
        call: Call,
        timeout_ms: u64,
        cancelled: u32,
        ready_in_ms: Option<u64>,
    },
    PortsOpen {
        number: Number,
        boot: u32,
    },
    /// A start stops waiting for ports.
    PortsGivenUp {
        call: Call,
        boot: u32,
    },
    StopArrives {
        call: Call,
    },
    DestroyArrives {
        call: Call,
        conclusive: bool,
    },
    /// A start whose ports answer asks at the health path.
    Asks {
        call: Call,
        until_ms: u64,
    },
    ProbeArrives {
        call: Call,
        asked_at_ms: u64,
        renew: bool,
        /// How long each question at the health path may take, if one is asked.
        asks_ms: Option<u64>,
    },
    ResetArrives {
        call: Call,
    },
    Ends {
        number: Number,
        boot: u32,
    },
    Sleeps {
        number: Number,
        boot: u32,
    },
    OnStop {
        number: Number,
        boot: u32,
    },

    Arrivals,
    Visit {
        session: SessionNo,
        version: usize,
        requests: u64,
    },
    Told {
        caller: CallerId,
        result: Result<Grant, PoolError>,
    },
    Leaves {
        caller: CallerId,
    },
    Release {
        session: SessionNo,
    },
    Weather,
    /// Every ten minutes: what happens rarely is drawn here.
    Mishaps,
}

/// The platform's words for a failed call, sorted as the host sorts them.
pub fn failure(words: &str) -> Failure {
    cf_warm_pool::platform::sort(&[words.to_owned()], cf_warm_pool::platform::Flags::default())
}
