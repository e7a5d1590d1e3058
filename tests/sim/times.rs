//! How long real containers took to start.
//!
//! Source: computesdk/benchmarks, commit 0a010e0 (MIT), its raw per-iteration
//! results: time to an interactive Cloudflare sandbox, 15,900 attempts from
//! March to May 2026.

use super::chance::Chance;

/// One way the attempts were made.
pub struct Mode {
    attempts: u64,
    failed: u64,
    /// Share of the attempts in thousandths, and the ms within which they were done.
    quantiles: [(u64, u64); 8],
}

/// One after the other; a hundred at once; a hundred shortly after one another.
pub const MODES: [Mode; 3] = [
    Mode {
        attempts: 5_296,
        failed: 4,
        quantiles: [
            (50, 1_195),
            (250, 1_479),
            (500, 1_779),
            (750, 2_114),
            (900, 2_515),
            (950, 2_952),
            (990, 4_703),
            (1_000, 30_089),
        ],
    },
    Mode {
        attempts: 4_870,
        failed: 430,
        quantiles: [
            (50, 1_417),
            (250, 1_756),
            (500, 1_988),
            (750, 2_335),
            (900, 3_065),
            (950, 4_097),
            (990, 8_421),
            (1_000, 22_661),
        ],
    },
    Mode {
        attempts: 5_292,
        failed: 8,
        quantiles: [
            (50, 1_219),
            (250, 1_577),
            (500, 1_861),
            (750, 2_216),
            (900, 3_840),
            (950, 30_975),
            (990, 72_793),
            (1_000, 94_648),
        ],
    },
];

impl Mode {
    /// Whether an attempt never comes up.
    pub fn fails(&self, chance: &mut Chance) -> bool {
        chance.below(self.attempts) < self.failed
    }

    /// How long one takes, ms: straight lines between the quantiles.
    pub fn draw_ms(&self, chance: &mut Chance) -> u64 {
        let share = chance.below(1_000);
        let mut from = (0, self.quantiles[0].1 * 4 / 5);
        for to in self.quantiles {
            if share < to.0 {
                return from.1 + (to.1 - from.1) * (share - from.0) / (to.0 - from.0);
            }
            from = to;
        }
        from.1
    }
}
