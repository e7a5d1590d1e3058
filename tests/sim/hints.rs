//! The hint cache: what is written is seen later, by minutes if need be.

use std::collections::BTreeMap;

use cf_warm_pool::route::Hint;

use super::chance::Chance;
use super::happening::SessionNo;

/// Entries kept; sessions that far back do not return.
const KEPT_MAX: usize = 200;

#[derive(Default)]
pub struct Hints(BTreeMap<SessionNo, Entry>);

/// A hint, and when it was written by the object's clock.
#[derive(Clone, Copy)]
pub struct Written {
    pub hint: Hint,
    pub at_ms: u64,
}

struct Entry {
    before: Option<Written>,
    after: Option<Written>,
    seen_from_ms: u64,
}

impl Entry {
    fn at(&self, now_ms: u64) -> Option<&Written> {
        if now_ms < self.seen_from_ms { self.before.as_ref() } else { self.after.as_ref() }
    }
}

impl Hints {
    pub fn read(&self, session: SessionNo, now_ms: u64) -> Option<&Written> {
        self.0.get(&session)?.at(now_ms)
    }

    pub fn write(&mut self, session: SessionNo, hint: Option<Written>, now_ms: u64, chance: &mut Chance) {
        let before = self.read(session, now_ms).copied();
        let lag_ms = *chance.pick(&[0, 50, 60_000, 300_000]);
        self.0.insert(session, Entry { before, after: hint, seen_from_ms: now_ms + lag_ms });
        if self.0.len() > KEPT_MAX {
            self.0.pop_first();
        }
    }
}
