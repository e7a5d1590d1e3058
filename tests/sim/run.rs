//! One seed, from its beginning to its end.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::knobs::{Knobs, Mode};
use super::log::Log;
use super::reference::{Totals, Violation};
use super::world::World;

/// What came of a run.
pub struct Ended {
    pub broken: Option<Violation>,
    pub log: Log,
    pub lived_ms: u64,
    pub figures: Figures,
}

/// What a run amounted to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    pub happenings: u64,
    pub totals: Totals,
    pub containers: u64,
    pub rebuilt: u64,
}

impl Figures {
    pub fn add(&mut self, other: &Self) {
        self.happenings += other.happenings;
        self.totals.add(&other.totals);
        self.containers += other.containers;
        self.rebuilt += other.rebuilt;
    }
}

/// Runs a seed. A panic is a rule broken.
pub fn run(knobs: &Knobs, log: Log) -> Ended {
    let mut world = World::new(knobs.clone(), log);
    let lived = catch_unwind(AssertUnwindSafe(|| {
        world.run_until(knobs.faulty_ms);
        if knobs.mode != Mode::Safety && world.broken.is_none() {
            world.come_to_rest();
        }
    }));
    if let Err(panic) = lived {
        let text = panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_default();
        world.broken = Some(Violation::new("panic", text));
    }
    let reference = &world.reference;
    Ended {
        broken: world.broken.take(),
        lived_ms: world.now_ms,
        figures: Figures {
            happenings: world.happenings,
            totals: reference.totals,
            containers: world.platform.machines.len() as u64,
            rebuilt: world.object.epoch,
        },
        log: world.log,
    }
}
