//! The pool object: its rows, its alarm, and the memory that an eviction takes away.

use std::collections::BTreeMap;

use cf_warm_pool::pool::{ClaimId, Fresh, Identity, Pool, PoolError};
use cf_warm_pool::store::Store;

use super::chance::Chance;
use super::happening::CallerId;
use super::machine::{Machine, identity};
use super::storage::Storage;

pub struct Object {
    pub storage: Storage,
    /// The alarm the platform holds, by the object's clock.
    pub alarm_at_ms: Option<u64>,
    pub alarm_token: u64,
    /// How far the object's clock is ahead.
    pub offset_ms: i64,
    /// Which memory this is.
    pub epoch: u64,
    pub memory: Option<Memory>,
}

/// What an eviction takes away.
pub struct Memory {
    pub store: Store<Storage>,
    pub pool: Option<Pool>,
    pub storage_failures: u64,
    pub waiting: BTreeMap<ClaimId, CallerId>,
    pub next_claim: u64,
    pub alarm_at_ms: Option<u64>,
    pub wanted_alarm_at_ms: Option<u64>,
    /// What was last asked of the platform's alarm and has not landed.
    pub moved_alarm: Option<Option<u64>>,
    pub timer: Option<(u64, u64)>,
    pub next_timer: u64,
    pub in_flight: u64,
    pub active_at_ms: u64,
}

/// Why a call into the object did not get to its end.
pub enum Halt {
    /// The process ended; whoever waited knows.
    Crashed,
    Failed(PoolError),
}

impl Object {
    pub fn new() -> Self {
        Self {
            storage: Storage::new(),
            alarm_at_ms: None,
            alarm_token: 0,
            offset_ms: 0,
            epoch: 0,
            memory: None,
        }
    }
}

pub struct Names<'a> {
    pub machines: &'a mut Vec<Machine>,
    pub chance: &'a mut Chance,
}

impl Fresh for Names<'_> {
    fn identity(&mut self) -> Identity {
        let identity = identity(self.machines.len(), self.chance);
        self.machines.push(Machine::new(identity.id));
        identity
    }

    fn random(&mut self) -> u64 {
        self.chance.next()
    }
}

impl Object {
    pub fn refused_on_purpose(&self, error: &str) -> bool {
        error.contains("disk I/O error")
    }
}

impl Memory {
    pub fn arm_alarm(&mut self, at_ms: Option<u64>) {
        self.wanted_alarm_at_ms = at_ms;
        match (at_ms, self.alarm_at_ms) {
            (Some(at_ms), Some(armed_ms)) if armed_ms <= at_ms => {}
            (at_ms, _) => self.move_alarm(at_ms),
        }
    }

    pub fn move_alarm(&mut self, at_ms: Option<u64>) {
        if self.alarm_at_ms != at_ms {
            self.alarm_at_ms = at_ms;
            self.moved_alarm = Some(at_ms);
        }
    }
}
