//! The counters of all pools in short, for those who size a pool.

use serde::Serialize;

use super::json;
use super::pools::{ByRuntime, PoolFigures, Totals};

#[derive(Serialize)]
struct Capacity<'a> {
    #[serde(flatten)]
    all: Counted,
    pools: ByRuntime<'a, Counted>,
}

#[derive(Serialize)]
struct Counted {
    pool_hits: u64,
    pool_misses: u64,
    pool_total_creates: u64,
    pool_hit_rate_bp: u64,
    on_demand_boot_ms_mean: u64,
}

/// Writes the HTTP answer: `{ "pool_hits", "pool_misses", "pool_total_creates",
/// "pool_hit_rate_bp", "on_demand_boot_ms_mean", "pools": { "<runtime>": {the
/// same five} } }`.
///
/// `pool_total_creates` are containers ever started, each start counted;
/// `pool_hit_rate_bp` is hits of hits and misses in ten-thousandths, 10000 while
/// there are neither; `on_demand_boot_ms_mean` is how long the misses waited on
/// average, 0 while there are none. A pool that could not be asked is
/// `{ "error": { "code", "message" } }`.
#[must_use]
pub fn capacity_to_json(pools: &PoolFigures) -> String {
    json::write(&Capacity {
        all: Totals::of_all(pools).into(),
        pools: ByRuntime::new(pools, |figures| Totals::of(&figures.stats).into()),
    })
}

impl From<Totals> for Counted {
    fn from(totals: Totals) -> Self {
        Self {
            pool_hits: totals.hits,
            pool_misses: totals.misses,
            pool_total_creates: totals.started,
            pool_hit_rate_bp: totals.hit_rate_bp(),
            on_demand_boot_ms_mean: totals.on_demand_boot_ms_mean(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::pools::tests::{down, said};
    use super::capacity_to_json;

    #[test]
    fn each_pool_is_shown_and_all_together() {
        let miss = r#""claimDurations":{"miss":{"counts":[3],"sumMs":861}}"#;
        let pools = [
            said("python", &format!(r#"{{"hits":142,"misses":3,"started":145,{miss}}}"#)),
            said("node", "{}"),
            down("go", "reset"),
        ];
        let python = json!({
            "pool_hits": 142,
            "pool_misses": 3,
            "pool_total_creates": 145,
            "pool_hit_rate_bp": 9793,
            "on_demand_boot_ms_mean": 287
        });
        let mut expected = python.clone();
        expected["pools"] = json!({
            "python": python,
            "node": {
                "pool_hits": 0,
                "pool_misses": 0,
                "pool_total_creates": 0,
                "pool_hit_rate_bp": 10_000,
                "on_demand_boot_ms_mean": 0
            },
            "go": { "error": { "code": "pool_unavailable", "message": "reset" } }
        });
        assert_eq!(serde_json::from_str::<Value>(&capacity_to_json(&pools)).unwrap(), expected);
    }
}
