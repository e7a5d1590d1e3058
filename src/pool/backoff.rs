//! Pauses that double, with jitter, up to a bound.

use super::limits::BACKOFF_STEP_MAX;

/// `base · 2^step`, at most `max`, spread over ± 20 % by `random`, so that
/// pools that failed together do not come back together.
#[must_use]
pub fn jittered_ms(base_ms: u64, max_ms: u64, step: u32, random: u64) -> u64 {
    let pause_ms = doubled_ms(base_ms, max_ms, step);
    pause_ms * 4 / 5 + random % (pause_ms * 2 / 5 + 1)
}

/// `base · 2^step`, at most `max`.
#[must_use]
pub fn doubled_ms(base_ms: u64, max_ms: u64, step: u32) -> u64 {
    (base_ms << step.min(BACKOFF_STEP_MAX)).min(max_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_doubles_to_its_bound_and_stays_within_a_fifth() {
        for (step, middle) in [(0, 2_000), (1, 4_000), (5, 64_000), (6, 120_000), (40, 120_000)] {
            for random in [0, 1, u64::MAX / 2, u64::MAX] {
                let pause = jittered_ms(2_000, 120_000, step, random);
                assert!(pause >= middle * 4 / 5 && pause <= middle * 6 / 5, "step {step}: {pause}");
            }
        }
    }
}
