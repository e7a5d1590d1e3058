//! The figures of a Worker's pools, whichever way they are shown.

use serde::Serialize;

use super::entries;
use super::error::{ErrorBody, RemoteError};
use super::stats::PoolStats;
use crate::pool::hit_rate_bp;
use crate::prices::InstanceType;

/// One pool's, and how large its containers are.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// What the pool answered.
    pub stats: PoolStats,
    /// What a container of it costs goes by this.
    pub instance_type: &'static InstanceType,
}

/// The figures of each pool with its runtime's name, or why they could not be had.
pub type PoolFigures = [(String, Result<Figures, RemoteError>)];

impl Figures {
    /// What being ready has cost, in millionths of a dollar.
    #[must_use]
    pub fn idle_micro_usd(&self) -> u64 {
        self.instance_type.idle_micro_usd(self.stats.idle_ms)
    }
}

/// `{ "pools": { "<runtime>": … } }`
#[derive(Serialize)]
pub(super) struct Pools<'a, T> {
    pub pools: ByRuntime<'a, T>,
}

/// What is shown of each pool, under its runtime's name.
#[derive(Serialize)]
#[serde(bound = "T: Serialize")]
pub(super) struct ByRuntime<'a, T>(
    #[serde(serialize_with = "entries::serialize")] Vec<(&'a str, Shown<'a, T>)>,
);

/// What is shown of one pool: `{ "error": { "code", "message" } }` if it could not
/// be asked.
#[derive(Serialize)]
#[serde(untagged)]
enum Shown<'a, T> {
    Answer(T),
    Error(ErrorBody<'a>),
}

impl<'a, T> ByRuntime<'a, T> {
    /// Shows with `show` what the pools answered.
    pub fn new<A>(pools: &'a [(String, Result<A, RemoteError>)], show: impl Fn(&'a A) -> T) -> Self {
        let shown = |answer: &'a Result<A, RemoteError>| match answer {
            Ok(answer) => Shown::Answer(show(answer)),
            Err(error) => Shown::Error(ErrorBody::of_one_pool(error)),
        };
        Self(pools.iter().map(|(runtime, answer)| (runtime.as_str(), shown(answer))).collect())
    }
}

/// What several pools counted together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub hits: u64,
    pub misses: u64,
    pub started: u64,
    /// How long the misses waited, all together.
    pub missed_ms: u64,
}

impl Totals {
    /// What one pool counted.
    pub fn of(stats: &PoolStats) -> Self {
        Self {
            hits: stats.hits,
            misses: stats.misses,
            started: stats.started,
            missed_ms: stats.claim_durations.get("miss").map_or(0, |missed| missed.sum_ms),
        }
    }

    /// What those pools counted whose figures could be had.
    pub fn of_all(pools: &PoolFigures) -> Self {
        let counted = pools.iter().filter_map(|(_, figures)| figures.as_ref().ok());
        counted.fold(Self::default(), |sum, figures| {
            let one = Self::of(&figures.stats);
            Self {
                hits: sum.hits.saturating_add(one.hits),
                misses: sum.misses.saturating_add(one.misses),
                started: sum.started.saturating_add(one.started),
                missed_ms: sum.missed_ms.saturating_add(one.missed_ms),
            }
        })
    }

    /// Hits of hits and misses, in ten-thousandths.
    pub fn hit_rate_bp(self) -> u64 {
        hit_rate_bp(self.hits, self.misses)
    }

    /// How long a miss waited on average, ms.
    pub fn on_demand_boot_ms_mean(self) -> u64 {
        self.missed_ms.saturating_add(self.misses / 2).checked_div(self.misses).unwrap_or(0)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::stats::stats_from_json;
    use super::*;
    use crate::pool::PoolError;
    use crate::prices::INSTANCE_TYPES;

    /// What a pool of that name, on small containers, has answered with that text.
    pub fn said(name: &str, text: &str) -> (String, Result<Figures, RemoteError>) {
        let figures = stats_from_json(text).map(|stats| Figures { stats, instance_type: &INSTANCE_TYPES[0] });
        (name.to_owned(), figures)
    }

    /// A pool of that name that could not be asked.
    pub fn down(name: &str, message: &str) -> (String, Result<Figures, RemoteError>) {
        (name.to_owned(), Err(PoolError::PoolUnavailable { message: message.to_owned() }.into()))
    }

    #[test]
    fn the_totals_are_those_of_the_pools_that_answered() {
        let miss = r#""claimDurations":{"miss":{"counts":[],"sumMs":301}}"#;
        let pools = [
            said("a", &format!(r#"{{"hits":1500,"misses":1,"started":9,{miss}}}"#)),
            down("b", "reset"),
            said("c", r#"{"hits":23,"misses":1,"started":4}"#),
        ];
        let totals = Totals::of_all(&pools);
        assert_eq!(totals, Totals { hits: 1523, misses: 2, started: 13, missed_ms: 301 });
        assert_eq!((totals.hit_rate_bp(), totals.on_demand_boot_ms_mean()), (9_987, 151));
    }

    #[test]
    fn of_nothing_the_rate_is_one_and_the_mean_0() {
        let none = Totals::of_all(&[]);
        assert_eq!((none.hit_rate_bp(), none.on_demand_boot_ms_mean()), (10_000, 0));
        let most = said("a", r#"{"hits":18446744073709551615,"misses":18446744073709551615}"#);
        assert!(Totals::of_all(&[most.clone(), most]).hit_rate_bp() <= 10_000);
    }
}
