//! The line that a pool's log has once for each minute in which something
//! happened.

use super::stats::Counters;

/// The figures as they were when that minute ended. They run since the pool's
/// first day, as metrics do: what a minute added is the difference of two lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatsLine {
    /// Claims answered from a warm container.
    pub hits: u64,
    /// Claims answered by a start.
    pub misses: u64,
    /// Containers ever started.
    pub started: u64,
    /// Hits of hits and misses, in ten-thousandths.
    pub hit_rate_bp: u64,
    /// How long a miss waited on average, ms.
    pub on_demand_boot_ms_mean: u64,
}

impl StatsLine {
    /// The line of a pool that counted so much and started so many.
    #[must_use]
    pub fn of(counters: &Counters, started: u64) -> Self {
        Self {
            hits: counters.hits,
            misses: counters.misses,
            started,
            hit_rate_bp: counters.hit_rate_bp(),
            on_demand_boot_ms_mean: counters.on_demand_boot_ms_mean(),
        }
    }

    /// The line of the pool that is called `template`, a name that has spaces or
    /// signs of its own in quotation marks.
    ///
    /// ```
    /// use cf_warm_pool::pool::{Counters, StatsLine};
    /// let counters = Counters { hits: 142, misses: 3, ..Counters::default() };
    /// assert_eq!(
    ///     StatsLine::of(&counters, 145).text("default"),
    ///     "pool stats template=default pool_hits=142 pool_misses=3 pool_total_creates=145 \
    ///      pool_hit_rate_bp=9793 on_demand_boot_ms_mean=0"
    /// );
    /// ```
    #[must_use]
    pub fn text(&self, template: &str) -> String {
        let plain =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b':');
        let quoted = match !template.is_empty() && template.bytes().all(plain) {
            true => template.to_owned(),
            false => format!("{template:?}"),
        };
        let Self { hits, misses, started, hit_rate_bp, on_demand_boot_ms_mean } = self;
        format!(
            "pool stats template={quoted} pool_hits={hits} pool_misses={misses} pool_total_creates={started} \
             pool_hit_rate_bp={hit_rate_bp} on_demand_boot_ms_mean={on_demand_boot_ms_mean}"
        )
    }
}
