//! What was seen of containers, and what may end one.

use cf_warm_pool::pool::limits::STOP_CALL_TIMEOUT_MS;
use cf_warm_pool::pool::{Command, Config, Event, Generation, Seen, State, StopCause, Usage};

use super::{Checked, Commit, Move, Reference, hold};
use crate::machine::number_of;

/// Looks at one container in this memory.
#[derive(Debug, Default)]
pub(super) struct Looks {
    /// The last sign of life, by the object's clock.
    pub seen_at_ms: Option<u64>,
    /// When the look under way was asked for, and that by the object's clock.
    asked_at_ms: Option<(u64, u64)>,
    /// The number of the commit with which a look last ended.
    ended_in: Option<u64>,
    /// Looks in a row that showed it wanting.
    bad: u32,
    /// Those of them that were answered.
    wanting: u32,
    /// When the first of those without an answer was asked for.
    unanswered_since_ms: Option<u64>,
    /// Whether the last look was answered.
    answered: bool,
}

/// After so long a look whose outcome never came is given up.
pub fn look_patience_ms(config: &Config) -> u64 {
    2 * config.health.timeout_ms.max(STOP_CALL_TIMEOUT_MS)
}

impl Looks {
    /// Whether the look that was asked for then is the one under way, which has
    /// ended with that. An outcome that comes twice is one look.
    fn ends(&mut self, asked_clock_ms: u64) -> Option<u64> {
        let (asked_at_ms, _) = self.asked_at_ms.take_if(|(_, clock_ms)| *clock_ms == asked_clock_ms)?;
        Some(asked_at_ms)
    }

    /// Returns whether a look ended with that commit.
    pub(super) fn ended(&self, commit_number: u64) -> bool {
        self.ended_in == Some(commit_number)
    }

    fn unanswered(&mut self, asked_at_ms: Option<u64>, commit_number: u64) {
        let Some(asked_at_ms) = asked_at_ms else { return };
        self.unanswered_since_ms.get_or_insert(asked_at_ms);
        self.bad += 1;
        self.ended_in = Some(commit_number);
        self.answered = false;
    }

    fn well(&mut self, clock_ms: u64) {
        self.seen_at_ms = Some(clock_ms);
        self.bad = 0;
        self.wanting = 0;
        self.unanswered_since_ms = None;
    }

    fn wanting(&mut self, asked_at_ms: Option<u64>) {
        let first = u32::from(asked_at_ms.is_some());
        self.bad += first;
        self.wanting += first;
        self.answered = true;
    }
}

impl Reference {
    pub(super) fn look_answered(&mut self, commit: &Commit<'_>) {
        let config = commit.pool.config();
        self.commits += 1;
        if matches!(commit.event, Event::DeadlineReached | Event::Woke) {
            let patience_ms = look_patience_ms(config);
            for looks in self.memory.looks.values_mut() {
                let over = looks.asked_at_ms.is_some_and(|(_, at_ms)| at_ms + patience_ms <= commit.clock_ms);
                if over {
                    let asked_at_ms = looks.asked_at_ms.take().map(|(at_ms, _)| at_ms);
                    looks.unanswered(asked_at_ms, self.commits);
                }
            }
        }
        let (life, seen) = match commit.event {
            Event::Probed { life, seen, .. } => (life, seen),
            Event::StartSucceeded { life } => (life, &Seen::Alive),
            Event::ResetAnswered { life, result: Ok(true) } => (life, &Seen::Alive),
            _ => return,
        };
        let number = number_of(life.id);
        let Some(row) = self.rows.get(&number).filter(|row| row.container.life() == *life) else { return };
        let begins = match commit.event {
            Event::StartSucceeded { .. } if !matches!(row.container.state, State::Starting { .. }) => return,
            Event::Probed { .. } => false,
            _ => true,
        };
        // A session's container has to live, whatever a look from before shows.
        let used = matches!(row.container.state, State::Assigned { .. });
        let looks = self.memory.looks.entry(number).or_default();
        let asked_at_ms = match commit.event {
            Event::Probed { asked_at_ms, .. } => looks.ends(*asked_at_ms),
            _ => looks.asked_at_ms.take().map(|(at_ms, _)| at_ms),
        };
        looks.ended_in = (!begins).then_some(self.commits);
        match seen {
            Seen::Unknown(_) => return looks.unanswered(asked_at_ms, self.commits),
            Seen::Alive | Seen::Busy | Seen::Idle => looks.well(commit.clock_ms),
            Seen::Ready(_) | Seen::NotReady(_) if used => looks.well(commit.clock_ms),
            Seen::Ready(usage) if !past_ceiling(config, *usage) => looks.well(commit.clock_ms),
            Seen::Ready(_) | Seen::NotReady(_) | Seen::Stopped => looks.wanting(asked_at_ms),
        }
        if !begins {
            self.memory.answered_at_ms = Some(commit.now_ms);
        }
    }

    pub(super) fn looks_asked(&mut self, commit: &Commit<'_>) {
        for command in &commit.decision.commands {
            if let Command::Probe { life, .. } = command {
                let looks = self.memory.looks.entry(number_of(life.id)).or_default();
                looks.asked_at_ms = Some((commit.now_ms, commit.clock_ms));
            }
        }
    }

    /// Nothing ends that has no reason to. What sessions leave, and what has had
    /// its time, is checked elsewhere.
    pub(super) fn check_ends(&mut self, commit: &Commit<'_>, moves: &[Move]) -> Checked {
        if let Event::StopReported { id } = commit.event {
            let row = self.rows.get(&number_of(*id)).map(|row| &row.container);
            let ended = row.is_none_or(|container| match container.state {
                State::Stopping { .. } => true,
                // The report may be of the life before, and is looked into.
                _ => container.generation > Generation::FIRST,
            });
            hold!("4 fit to serve", ended, "{id} was reported to have stopped, and is {row:?}");
        }
        self.check_unhealthy(commit)?;
        let shuts_down = matches!(commit.event, Event::PrewarmedShutDown | Event::ShutDown);
        for step in moves {
            let Some(State::Stopping { cause, .. }) = step.to() else { continue };
            match step.from() {
                Some(State::Stopping { .. } | State::Draining { .. }) => {}
                Some(State::Warm { .. } | State::Starting { .. }) if is_retirement(*cause) => {}
                Some(State::Starting { deadline_at_ms }) => {
                    let due = commit.clock_ms >= *deadline_at_ms;
                    hold!(
                        "8 no reason",
                        due || is_about(commit.event, step.number) || shuts_down,
                        "the start of container {} was given up because of {:?}",
                        step.number,
                        commit.event
                    );
                }
                Some(State::Warm { .. }) if shuts_down => {}
                Some(State::Assigned { .. })
                    if *cause != StopCause::Unhealthy && *cause != StopCause::Stopped =>
                {
                    self.check_left_at_once(commit, step)?;
                }
                _ => self.check_end(commit, step)?,
            }
        }
        Ok(())
    }

    /// A warm container that answers often enough that it is not well is dropped.
    fn check_unhealthy(&self, commit: &Commit<'_>) -> Checked {
        let Event::Probed { life, .. } = commit.event else { return Ok(()) };
        let number = number_of(life.id);
        let patience = commit.pool.config().health.unhealthy_after;
        let looks = self.memory.looks.get(&number);
        let wanting = looks.filter(|looks| looks.ended(self.commits) && looks.wanting >= patience);
        let warm = self
            .rows
            .get(&number)
            .filter(|row| row.container.life() == *life && matches!(row.container.state, State::Warm { .. }));
        hold!(
            "4 fit to serve",
            wanting.is_none() || warm.is_none(),
            "container {number} is kept warm after {wanting:?}"
        );
        Ok(())
    }

    /// A session left, and its requests were given no time.
    fn check_left_at_once(&self, commit: &Commit<'_>, step: &Move) -> Checked {
        let drain_ms = commit.pool.config().drain_timeout_ms;
        let left = match commit.event {
            Event::Released { session } => step.from.as_ref().is_some_and(|row| row.belongs_to(session)),
            event => matches!(event, Event::DeadlineReached | Event::Woke | Event::ShutDown),
        };
        hold!(
            "11 draining",
            left && drain_ms == 0,
            "container {} is stopped because of {:?}, and its requests have {drain_ms} ms",
            step.number,
            commit.event
        );
        Ok(())
    }

    fn check_end(&self, commit: &Commit<'_>, step: &Move) -> Checked {
        let number = step.number;
        let looks = self.memory.looks.get(&number);
        match commit.event {
            Event::StopReported { id } if number_of(*id) == number => Ok(()),
            Event::Probed { life, seen: Seen::Stopped, .. } if number_of(life.id) == number => Ok(()),
            event => {
                let Some(looks) = looks.filter(|looks| looks.ended(self.commits)) else {
                    hold!("8 no reason", false, "container {number} was stopped because of {event:?}");
                    return Ok(());
                };
                let patience = commit.pool.config().health.unhealthy_after;
                hold!(
                    "8 no reason",
                    looks.bad >= patience,
                    "container {number} was dropped after {} bad looks, not {patience}",
                    looks.bad
                );
                let since_ms = looks.unanswered_since_ms.unwrap_or(0);
                let others = self.memory.answered_at_ms.is_some_and(|at_ms| at_ms >= since_ms);
                hold!(
                    "8 no reason",
                    looks.answered || others,
                    "container {number} was dropped when no container answered"
                );
                Ok(())
            }
        }
    }
}

const fn is_retirement(cause: StopCause) -> bool {
    matches!(cause, StopCause::Surplus | StopCause::Expired | StopCause::Outdated)
}

fn past_ceiling(config: &Config, usage: Usage) -> bool {
    let past = |used: Option<u32>, most: Option<u32>| used.zip(most).is_some_and(|(used, most)| used > most);
    past(usage.memory_permille, config.health.memory_permille_max)
        || past(usage.cpu_permille, config.health.cpu_permille_max)
}

fn is_about(event: &Event, number: usize) -> bool {
    let id = match event {
        Event::StartFailed { life, .. } => life.id,
        Event::StopReported { id } => *id,
        _ => return false,
    };
    number_of(id) == number
}
