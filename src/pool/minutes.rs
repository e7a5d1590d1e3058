//! The last hour by minutes, for charts: at most sixty are kept, each in a row
//! of its own that the next hour's takes the place of.

use super::durations::{ClaimEnd, Durations};
use super::limits::MINUTES_MAX;

/// One minute in ms.
pub const MINUTE_MS: u64 = 60_000;

/// What happened in one minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Minute {
    /// Which: so many minutes after 1970 began.
    pub number: u64,
    /// Claims answered in it, by outcome.
    pub sticky: u64,
    /// From a warm container.
    pub hits: u64,
    /// By a start.
    pub misses: u64,
    /// With an error.
    pub errors: u64,
    /// Starts that ended in it, one way or another.
    pub starts: u64,
    /// How long its claims took, those with an error included.
    pub durations: Durations,
    /// Time that containers were warm in it, one after the other, ms.
    pub idle_ms: u64,
    /// Whether its line was given out.
    pub reported: bool,
}

impl Minute {
    /// That one, before anything happened in it.
    fn new(number: u64) -> Self {
        Self { number, ..Self::default() }
    }

    /// When it begins, ms since 1970.
    #[must_use]
    pub const fn at_ms(&self) -> u64 {
        self.number * MINUTE_MS
    }

    /// Its row, of [`MINUTES_MAX`].
    #[must_use]
    pub const fn slot(&self) -> u64 {
        self.number % MINUTES_MAX
    }

    /// Whether a claim was answered in it or a start ended.
    #[must_use]
    pub const fn is_eventful(&self) -> bool {
        self.sticky + self.hits + self.misses + self.errors + self.starts > 0
    }

    pub(super) fn claim_ended(&mut self, end: ClaimEnd, took_ms: u64) {
        match end {
            ClaimEnd::Sticky => self.sticky += 1,
            ClaimEnd::Hit => self.hits += 1,
            ClaimEnd::Miss => self.misses += 1,
            ClaimEnd::Error => self.errors += 1,
        }
        self.durations.note(took_ms);
    }

    fn add(&mut self, other: &Self) {
        self.sticky += other.sticky;
        self.hits += other.hits;
        self.misses += other.misses;
        self.errors += other.errors;
        self.starts += other.starts;
        self.durations.add(&other.durations);
        self.idle_ms += other.idle_ms;
    }
}

/// The minute that runs, and the eventful ones before it.
#[derive(Debug, Default)]
pub(super) struct Minutes {
    pub(super) current: Minute,
    /// Whether something happened in it that is not recorded.
    pub(super) unrecorded: bool,
    /// In their order.
    past: Vec<Minute>,
}

impl Minutes {
    /// Goes on where the rows end.
    pub(super) fn load(rows: Vec<Minute>) -> Self {
        let mut minutes = Self::default();
        for minute in rows {
            minutes.keep(minute);
        }
        minutes.current = minutes.past.pop().unwrap_or_default();
        minutes
    }

    /// Goes over to that minute: mostly the next one, and after the clock was
    /// put back perhaps one there was.
    pub(super) fn turn_to(&mut self, number: u64) {
        if self.current.is_eventful() {
            self.keep(self.current);
        }
        let known = self.past.iter().position(|minute| minute.number == number);
        self.current = known.map_or(Minute::new(number), |at| self.past.remove(at));
    }

    /// Keeps a minute in the order of the others, in the place of an earlier one.
    fn keep(&mut self, minute: Minute) {
        self.past.retain(|other| other.slot() != minute.slot());
        let at = self.past.iter().take_while(|other| other.number < minute.number).count();
        self.past.insert(at, minute);
    }

    /// The eventful minutes of the hour that ends with the current one, the
    /// earliest first.
    pub(super) fn last_hour(&self) -> Vec<Minute> {
        let now = self.current.number;
        let recent = |minute: &&Minute| {
            minute.is_eventful() && minute.number <= now && minute.number + MINUTES_MAX > now
        };
        self.past.iter().chain([&self.current]).filter(recent).copied().collect()
    }

    /// All of them as if they were one.
    pub(super) fn sum(&self) -> Minute {
        let mut sum = Minute::new(self.current.number);
        for minute in &self.last_hour() {
            sum.add(minute);
        }
        sum
    }
}
