//! Chance that a seed repeats, in whole numbers only: floating point may differ
//! between machines, and a seed must not.

/// SplitMix64.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// A stream of its own for `what`, so that a fault that is switched off
    /// leaves the rest of the run as it was as far as possible.
    pub fn stream(seed: u64, what: u64) -> Self {
        let mut chance = Self(seed ^ what.wrapping_mul(0xd6e8_feb8_6659_fd93));
        chance.next();
        Self(chance.next())
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// 0 to `bound` - 1.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    pub fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }

    /// True so many times in 100,000.
    pub fn hits(&mut self, per_100k: u32) -> bool {
        per_100k > 0 && self.below(100_000) < u64::from(per_100k)
    }

    /// `low` to `high`, each doubling as likely as the next.
    pub fn spread(&mut self, low: u64, high: u64) -> u64 {
        let octaves = (high / low.max(1)).max(1).ilog2() + 1;
        let octave = self.below(u64::from(octaves)) as u32;
        let from = low << octave;
        self.between(from, (from * 2).min(high).max(from)).min(high)
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }
}
