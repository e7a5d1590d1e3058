//! How long things took, counted in buckets: a histogram to every way in which
//! a claim or a start can end.

use super::limits::DURATION_BOUNDS_MS;

/// A bucket to each of [`DURATION_BOUNDS_MS`], and one for what took longer.
pub const BUCKETS: usize = DURATION_BOUNDS_MS.len() + 1;

/// How often something took how long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Durations {
    /// How often it took at most the bound in that place, and longer than the
    /// one before it.
    pub counts: [u64; BUCKETS],
    /// All of it together, ms.
    pub sum_ms: u64,
}

impl Durations {
    /// Notes one more.
    pub fn note(&mut self, ms: u64) {
        let bucket = DURATION_BOUNDS_MS.iter().position(|bound_ms| ms <= *bound_ms).unwrap_or(BUCKETS - 1);
        self.counts[bucket] += 1;
        self.sum_ms = self.sum_ms.saturating_add(ms);
    }

    /// Notes all that the other did.
    pub fn add(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
        self.sum_ms = self.sum_ms.saturating_add(other.sum_ms);
    }

    /// How many were noted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The mean, whole ms rounded to the nearest; 0 of none.
    #[must_use]
    pub fn mean_ms(&self) -> u64 {
        let count = self.count();
        (self.sum_ms + count / 2).checked_div(count).unwrap_or(0)
    }

    /// The time within which so many per cent of them (0 to 100) were done, ms
    /// rounded down; `None` of none.
    ///
    /// Within a bucket they are taken to lie evenly between its bounds, as
    /// Prometheus takes them: so it is off by less than the bucket is wide. What
    /// took longer than the last bound counts as that.
    ///
    /// ```
    /// use cf_warm_pool::pool::Durations;
    /// let mut durations = Durations::default();
    /// for ms in [0, 0, 0, 300] {
    ///     durations.note(ms);
    /// }
    /// assert_eq!(durations.percentile_ms(50), Some(0));
    /// // The last of four is in the bucket from 250 to 500 ms.
    /// assert_eq!(durations.percentile_ms(99), Some(490));
    /// ```
    #[must_use]
    pub fn percentile_ms(&self, percent: u64) -> Option<u64> {
        let count = self.count();
        // In hundredths of one.
        let rank = count.saturating_mul(percent);
        let (mut below, mut from_ms) = (0_u64, 0);
        for (within, bound_ms) in self.counts.into_iter().zip(DURATION_BOUNDS_MS) {
            let within = within.saturating_mul(100);
            if within > 0 && rank <= below.saturating_add(within) {
                let share = (bound_ms - from_ms).saturating_mul(rank - below) / within;
                return Some(from_ms + share);
            }
            below = below.saturating_add(within);
            from_ms = bound_ms;
        }
        (count > 0).then_some(from_ms)
    }
}

/// How a claim ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimEnd {
    /// With the container the session held.
    Sticky,
    /// With a warm one.
    Hit,
    /// With one that was started.
    Miss,
    /// With an error.
    Error,
}

impl ClaimEnd {
    /// All of them, in the order metrics list them.
    pub const ALL: [Self; 4] = [Self::Sticky, Self::Hit, Self::Miss, Self::Error];

    /// The outcome as metrics spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sticky => "sticky",
            Self::Hit => "hit",
            Self::Miss => "miss",
            Self::Error => "error",
        }
    }
}

/// How a start ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartEnd {
    /// The container is healthy.
    Ready,
    /// The platform said that it failed, or it stopped before it was ready.
    Failed,
    /// It was not ready within `startTimeout`.
    TimedOut,
    /// The pool stopped it before it was ready.
    Abandoned,
}

impl StartEnd {
    /// All of them, in the order metrics list them.
    pub const ALL: [Self; 4] = [Self::Ready, Self::Failed, Self::TimedOut, Self::Abandoned];

    /// The outcome as metrics spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Abandoned => "abandoned",
        }
    }
}
