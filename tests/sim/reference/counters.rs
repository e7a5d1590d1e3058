//! Figures that add up, are recorded before they are shown, and never go back.

use cf_warm_pool::pool::{Counters, Event, State, Stats, StopCause};

use super::{Checked, Move, Reference, hold};

/// What a run amounted to, whatever memory forgot.
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    pub hits: u64,
    pub misses: u64,
    pub stickies: u64,
    pub errors: u64,
    pub left: u64,
    pub releases: u64,
    pub lease_ends: u64,
    pub restarts: u64,
    pub resets: u64,
    pub replaced: u64,
}

impl Totals {
    pub fn add(&mut self, other: &Self) {
        self.hits += other.hits;
        self.misses += other.misses;
        self.stickies += other.stickies;
        self.errors += other.errors;
        self.left += other.left;
        self.releases += other.releases;
        self.lease_ends += other.lease_ends;
        self.restarts += other.restarts;
        self.resets += other.resets;
        self.replaced += other.replaced;
    }
}

/// What the reference counts too.
const fn figures(counters: &Counters) -> [u64; 13] {
    [
        counters.sticky,
        counters.hits,
        counters.misses,
        counters.errors,
        counters.callers_left,
        counters.releases,
        counters.lease_ends,
        counters.restarts,
        counters.resets,
        counters.reset_failures,
        counters.expirations,
        counters.replacements,
        counters.passed_over,
    ]
}

impl Reference {
    /// What the moves of containers add. Claims, leases and releases are
    /// counted where they are checked.
    pub(super) fn count(&mut self, moves: &[Move]) {
        for step in moves {
            let Some(to) = &step.to else { continue };
            let next =
                step.from.as_ref().is_some_and(|from| from.container.generation != to.container.generation);
            let (counted, totals) = (&mut self.counted, &mut self.totals);
            match (step.from(), &to.container.state) {
                (Some(State::Stopping { .. }), State::Starting { .. }) => {
                    counted.restarts += 1;
                    totals.restarts += 1;
                }
                (Some(State::Draining { .. }), _) if next => {
                    counted.resets += 1;
                    totals.resets += 1;
                }
                (Some(State::Draining { .. }), State::Stopping { cause: StopCause::ResetFailed, .. }) => {
                    counted.reset_failures += 1;
                }
                _ => {}
            }
            let already = matches!(step.from(), Some(State::Stopping { .. }));
            match to.container.state {
                State::Stopping { cause: StopCause::Expired, .. } if !already => {
                    counted.expirations += 1;
                    totals.replaced += 1;
                }
                State::Stopping { cause: StopCause::Outdated, .. } if !already => {
                    counted.replacements += 1;
                    totals.replaced += 1;
                }
                _ => {}
            }
        }
        let failed = |step: &&Move| {
            matches!(step.from(), Some(State::Starting { .. }))
                && matches!(
                    step.to(),
                    Some(State::Stopping { cause: StopCause::StartFailed | StopCause::Stopped, .. })
                )
        };
        self.failed_starts += moves.iter().filter(failed).count() as u64;
    }

    /// What is about to be shown is recorded: it must not go back.
    pub(super) fn check_recorded(&self, event: &Event) -> Checked {
        let (theirs, ours) = (&self.committed_counters, &self.counted);
        hold!(
            "12 counters",
            figures(theirs) == figures(ours) || *event != Event::StatsAsked,
            "{ours:?} is shown, {theirs:?} is recorded"
        );
        Ok(())
    }

    /// As many lives are gone and tracked as were ever started.
    pub(super) fn check_counters(&self) -> Checked {
        let gone = self.committed_counters.gone;
        let tracked = self.rows.len() as u64;
        hold!(
            "12 counters",
            self.recorded == gone + tracked,
            "{} started, {gone} gone, {tracked} tracked",
            self.recorded
        );
        let (theirs, ours) = (&self.committed_counters, &self.counted);
        let no_more = figures(theirs).iter().zip(figures(ours)).all(|(theirs, ours)| *theirs <= ours);
        hold!("12 counters", no_more, "{theirs:?} is recorded of {ours:?}");
        Ok(())
    }

    /// Figures that are shown are those that were counted, and never go back.
    pub fn figures_shown(&mut self, stats: &Stats, clock_ms: u64) -> Checked {
        self.check_times_shown(stats, clock_ms)?;
        let (shown, total) = (&stats.counters, stats.total() as u64);
        let ours = &self.counted;
        hold!("12 counters", figures(shown) == figures(ours), "{shown:?} is shown, {ours:?} was counted");
        let tracked = self.rows.len() as u64;
        hold!("12 counters", total == tracked, "{total} containers are shown, {tracked} are tracked");
        let back = figures(shown).iter().zip(figures(&self.shown)).any(|(now, before)| *now < before);
        hold!("12 counters", !back, "{shown:?} is shown after {:?}", self.shown);
        self.shown = *shown;
        Ok(())
    }
}
