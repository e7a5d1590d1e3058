//! How long things took, as figures.

use serde::{Deserialize, Serialize};

use super::entries;
use crate::pool::{Durations, Minute};

/// How often something took how long.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DurationCounts {
    /// How often it took at most the bound in that place and longer than the one
    /// before it; the last of them: longer than all.
    pub counts: Vec<u64>,
    /// All of it together, ms.
    pub sum_ms: u64,
}

/// The claims that were answered in the last hour, by the minute: the current one and
/// the 59 before it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LastHour {
    /// With the container the session held.
    pub sticky: u64,
    /// From a warm container.
    pub hits: u64,
    /// By a start.
    pub misses: u64,
    /// With an error.
    pub errors: u64,
    /// The time within which half of all these were answered, errors included, ms;
    /// `None` of none.
    pub claim_p50_ms: Option<u64>,
    /// The time within which 99 of a hundred were.
    pub claim_p99_ms: Option<u64>,
}

/// Durations by how it ended what took them.
///
/// ```
/// use cf_warm_pool::wire::{DurationsByOutcome, DurationCounts};
/// let miss = DurationCounts { counts: vec![0, 2], sum_ms: 5 };
/// let durations: DurationsByOutcome = [("miss".to_owned(), miss.clone())].into_iter().collect();
/// assert_eq!((durations.get("miss"), durations.get("hit")), (Some(&miss), None));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DurationsByOutcome(#[serde(with = "entries")] Vec<(String, DurationCounts)>);

impl DurationsByOutcome {
    /// Each outcome with its durations.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &DurationCounts)> {
        self.0.iter().map(|(outcome, durations)| (outcome.as_str(), durations))
    }

    /// The durations of one outcome.
    #[must_use]
    pub fn get(&self, outcome: &str) -> Option<&DurationCounts> {
        self.iter().find(|(other, _)| *other == outcome).map(|(_, durations)| durations)
    }

    /// Those of the pool, whose outcomes have these names.
    pub(super) fn of(outcomes: [&str; 4], durations: &[Durations; 4]) -> Self {
        let mut by_outcome = Vec::with_capacity(outcomes.len());
        for (outcome, Durations { counts, sum_ms }) in outcomes.into_iter().zip(durations) {
            by_outcome
                .push((outcome.to_owned(), DurationCounts { counts: counts.to_vec(), sum_ms: *sum_ms }));
        }
        Self(by_outcome)
    }
}

impl FromIterator<(String, DurationCounts)> for DurationsByOutcome {
    fn from_iter<T: IntoIterator<Item = (String, DurationCounts)>>(durations: T) -> Self {
        Self(durations.into_iter().collect())
    }
}

impl From<&Minute> for LastHour {
    fn from(sum: &Minute) -> Self {
        Self {
            sticky: sum.sticky,
            hits: sum.hits,
            misses: sum.misses,
            errors: sum.errors,
            claim_p50_ms: sum.durations.percentile_ms(50),
            claim_p99_ms: sum.durations.percentile_ms(99),
        }
    }
}
