//! How long things took, and how long containers were warm.

use std::collections::{BTreeMap, BTreeSet};

use cf_warm_pool::pool::{
    BUCKETS, ClaimEnd, Counters, Decision, Durations, Event, Minute, StartEnd, State, Stats, StopCause,
};

use super::{Checked, Commit, Move, Reference, hold};
use crate::machine::number_of;

const MINUTE_MS: u64 = 60_000;

/// The idle time, and for each end of a claim or a start its buckets and their
/// sum.
const TIMES: usize = 1 + 8 * (BUCKETS + 1);

/// Sticky, hit, miss, error, and starts that ended.
type Counts = [u64; 5];

/// What memory has of the minutes, and what is recorded of them.
#[derive(Debug, Default)]
pub(super) struct Minutes {
    known: BTreeMap<u64, Counts>,
    committed: BTreeMap<u64, Counts>,
    /// Those whose line was given out, which no loss of memory undoes.
    reported: BTreeSet<u64>,
}

/// Lines remembered: of more than an hour, and than the clock is put back.
const REMEMBERED: usize = 400;

impl Minutes {
    pub(super) fn memory_lost(&mut self) {
        self.known.clone_from(&self.committed);
    }
}

/// The bucket of a duration.
const fn bucket(ms: u64) -> usize {
    match ms {
        0..=1 => 0,
        2..=10 => 1,
        11..=50 => 2,
        51..=100 => 3,
        101..=250 => 4,
        251..=500 => 5,
        501..=1_000 => 6,
        1_001..=2_500 => 7,
        2_501..=5_000 => 8,
        5_001..=10_000 => 9,
        10_001..=30_000 => 10,
        30_001..=120_000 => 11,
        120_001..=600_000 => 12,
        _ => 13,
    }
}

fn note(durations: &mut Durations, ms: u64) {
    durations.counts[bucket(ms)] += 1;
    durations.sum_ms += ms;
}

/// Every count and sum of times in the counters.
fn all(counters: &Counters) -> [u64; TIMES] {
    let mut all = [counters.idle.ms; TIMES];
    let durations = counters.claim_durations.iter().chain(&counters.start_durations);
    for (into, durations) in all[1..].chunks_exact_mut(BUCKETS + 1).zip(durations) {
        into[..BUCKETS].copy_from_slice(&durations.counts);
        into[BUCKETS] = durations.sum_ms;
    }
    all
}

const fn counts(minute: &Minute) -> Counts {
    [minute.sticky, minute.hits, minute.misses, minute.errors, minute.starts]
}

impl Reference {
    /// What is warm was so since the last commit; after a loss of memory what
    /// is recorded counts, and what is warm still.
    pub(super) fn time_passes(&mut self, clock_ms: u64) {
        match self.idle_until_ms.replace(clock_ms) {
            Some(since_ms) => {
                self.counted.idle.ms += self.warm() as u64 * clock_ms.saturating_sub(since_ms);
            }
            None => {
                let recorded_until_ms = self.committed_counters.idle.until_ms;
                for row in self.rows.values() {
                    let State::Warm { ready_at_ms } = row.container.state else { continue };
                    let since_ms = ready_at_ms.max(row.container.created_at_ms).max(recorded_until_ms);
                    self.counted.idle.ms += clock_ms.saturating_sub(since_ms);
                }
            }
        }
    }

    pub(super) fn claim_took(&mut self, commit: &Commit<'_>, asked_at_ms: u64, end: ClaimEnd) {
        let took_ms = commit.clock_ms.saturating_sub(asked_at_ms);
        note(&mut self.counted.claim_durations[end as usize], took_ms);
        self.minute(commit)[end as usize] += 1;
    }

    /// Every start that ended, by how.
    pub(super) fn starts_took(&mut self, commit: &Commit<'_>, moves: &[Move]) {
        for step in moves {
            let (Some(from), Some(State::Starting { .. })) = (&step.from, step.from()) else { continue };
            let ready =
                matches!(commit.event, Event::StartSucceeded { life } if number_of(life.id) == step.number);
            let end = match step.to() {
                _ if ready => StartEnd::Ready,
                Some(State::Stopping { cause: StopCause::StartTimeout, .. }) => StartEnd::TimedOut,
                Some(State::Stopping {
                    cause:
                        StopCause::StartFailed | StopCause::NoRoom | StopCause::Stopped | StopCause::Unhealthy,
                    ..
                }) => StartEnd::Failed,
                Some(State::Stopping { .. }) => StartEnd::Abandoned,
                _ => continue,
            };
            let took_ms = commit.clock_ms.saturating_sub(from.container.created_at_ms);
            note(&mut self.counted.start_durations[end as usize], took_ms);
            self.minute(commit)[4] += 1;
        }
    }

    fn minute(&mut self, commit: &Commit<'_>) -> &mut Counts {
        self.minutes.known.entry(commit.clock_ms / MINUTE_MS).or_default()
    }

    /// A line tells what was counted before this event, once to a minute, and
    /// what it tells is recorded.
    pub(super) fn check_line(
        &mut self,
        decision: &Decision,
        minutes: &[Minute],
        before: [u64; 2],
    ) -> Checked {
        let Some(line) = decision.stats_line else { return Ok(()) };
        let told = [line.hits, line.misses];
        hold!("12 counters", told == before, "{line:?} tells of {before:?}");
        let recorded = [self.committed_counters.hits, self.committed_counters.misses];
        let is_recorded = recorded.iter().zip(told).all(|(recorded, told)| *recorded >= told);
        hold!("12 counters", is_recorded, "{line:?} is told, and {recorded:?} is recorded");
        let Some(minute) = minutes.iter().find(|minute| minute.reported) else {
            hold!("12 counters", false, "{line:?} is of no minute that is recorded");
            return Ok(());
        };
        let first = self.minutes.reported.insert(minute.number);
        hold!("12 counters", first, "minute {} has its line again", minute.number);
        if self.minutes.reported.len() > REMEMBERED {
            self.minutes.reported.pop_first();
        }
        Ok(())
    }

    pub(super) fn minute_recorded(&mut self, minute: &Minute) {
        let Minutes { known, committed, .. } = &mut self.minutes;
        committed.insert(minute.number, counts(minute));
        // It takes the row of the one an hour before, also where the clock goes back to that.
        for minutes in [known, committed] {
            minutes.retain(|number, _| *number == minute.number || number % 60 != minute.number % 60);
        }
    }

    /// A minute that is recorded has what was counted in it, as far as memory goes.
    pub(super) fn check_minutes(&self, minutes: &[Minute]) -> Checked {
        for minute in minutes {
            let ours = self.minutes.known.get(&minute.number).copied().unwrap_or_default();
            hold!("12 counters", counts(minute) == ours, "{minute:?} is recorded of {ours:?}");
            let took = minute.durations.count();
            let claims: u64 = ours[..4].iter().sum();
            hold!("12 counters", took == claims, "{took} of {claims} claims took so long in {minute:?}");
        }
        Ok(())
    }

    /// As of [`Reference::check_recorded`].
    pub(super) fn check_times_recorded(&self, event: &Event) -> Checked {
        let (theirs, ours) = (all(&self.committed_counters), all(&self.counted));
        let no_more = theirs.iter().zip(&ours).all(|(theirs, ours)| theirs <= ours);
        hold!("12 times", no_more, "{theirs:?} is recorded of {ours:?}");
        hold!(
            "12 times",
            theirs == ours || *event != Event::StatsAsked,
            "{ours:?} is shown, {theirs:?} is recorded"
        );
        Ok(())
    }

    /// What is shown is what was counted, adds up, and does not go back.
    pub(super) fn check_times_shown(&self, stats: &Stats, clock_ms: u64) -> Checked {
        let (theirs, ours) = (all(&stats.counters), all(&self.counted));
        hold!("12 times", theirs == ours, "{theirs:?} is shown, {ours:?} was counted");
        let back = theirs.iter().zip(all(&self.shown)).any(|(now, before)| *now < before);
        hold!("12 times", !back, "{theirs:?} is shown after {:?}", self.shown);
        let counters = &stats.counters;
        let claims = counters.claim_durations.map(|durations| durations.count());
        let counted = [counters.sticky, counters.hits, counters.misses, counters.errors];
        hold!("12 counters", claims == counted, "{claims:?} took so long of {counted:?}");
        let [_, failed, late, _] = counters.start_durations.map(|durations| durations.count());
        let failures: u64 = counters.start_failures.iter().sum();
        hold!("12 counters", failed + late == failures, "{failed} and {late} starts of {failures} failed");
        let ended: u64 = counters.start_durations.iter().map(Durations::count).sum();
        let begun = stats.started();
        hold!(
            "12 counters",
            ended + stats.starting as u64 <= begun,
            "{ended} starts ended and {} go on of {begun}",
            stats.starting
        );
        let now = clock_ms / MINUTE_MS;
        let mut hour = Counts::default();
        for (_, counts) in
            self.minutes.known.iter().filter(|(number, _)| **number <= now && **number + 60 > now)
        {
            hour.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
        let shown = counts(&stats.last_hour);
        hold!("12 counters", shown == hour, "{shown:?} is shown of the last hour, {hour:?} was counted");
        Ok(())
    }
}
