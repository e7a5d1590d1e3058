//! What was seen of containers, and what may end one.

use cf_warm_pool::pool::limits::STOP_CALL_TIMEOUT_MS;
use cf_warm_pool::pool::{Command, Config, Event, Seen, State, StopCause};

use super::{Checked, Commit, Move, Reference, hold};
use crate::machine::number_of;

/// Looks at one container in this memory.
#[derive(Debug, Default)]
pub(super) struct Looks {
    /// The last sign of life, by the object's clock.
    pub seen_at_ms: Option<u64>,
    /// When the look under way was asked for, and that by the object's clock.
    asked_at_ms: Option<(u64, u64)>,
    /// Whether a look has ended with this event.
    pub ended: bool,
    /// Looks without an answer in a row, and when the first was asked for.
    unanswered: u32,
    unanswered_since_ms: u64,
}

/// After so long a look whose outcome never came is given up.
pub fn look_patience_ms(config: &Config) -> u64 {
    2 * config.health.timeout_ms.max(STOP_CALL_TIMEOUT_MS)
}

impl Looks {
    /// An outcome that comes twice is one look.
    fn unanswered(&mut self) {
        let Some((asked_at_ms, _)) = self.asked_at_ms.take() else { return };
        if self.unanswered == 0 {
            self.unanswered_since_ms = asked_at_ms;
        }
        self.unanswered += 1;
        self.ended = true;
    }
}

impl Reference {
    pub(super) fn look_answered(&mut self, commit: &Commit<'_>) {
        for looks in self.memory.looks.values_mut() {
            looks.ended = false;
            let patience_ms = look_patience_ms(commit.pool.config());
            let over = looks.asked_at_ms.is_some_and(|(_, at_ms)| at_ms + patience_ms <= commit.clock_ms);
            if over && matches!(commit.event, Event::DeadlineReached | Event::Woke) {
                looks.unanswered();
            }
        }
        let (life, seen) = match commit.event {
            Event::Probed { life, seen, .. } => (life, seen),
            Event::StartSucceeded { life } => (life, &Seen::Alive),
            _ => return,
        };
        let number = number_of(life.id);
        let Some(row) = self.rows.get(&number).filter(|row| row.generation == life.generation) else {
            return;
        };
        let started = matches!(commit.event, Event::StartSucceeded { .. });
        if started && !matches!(row.state, State::Starting { .. }) {
            return;
        }
        let looks = self.memory.looks.entry(number).or_default();
        looks.ended = !started;
        if Self::is_alive(seen) {
            looks.seen_at_ms = Some(commit.clock_ms);
            looks.unanswered = 0;
        }
        if matches!(seen, Seen::Unknown(_)) {
            looks.unanswered();
        } else if !started {
            looks.asked_at_ms = None;
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

    /// Nothing ends that has no reason to.
    pub(super) fn check_ends(&mut self, commit: &Commit<'_>, moves: &[Move]) -> Checked {
        if let Event::StopReported { id } = commit.event {
            let state = self.rows.get(&number_of(*id)).map(|row| &row.state);
            let ended = matches!(state, None | Some(State::Stopping { .. }));
            hold!("4 fit to serve", ended, "{id} was reported to have stopped, and is {state:?}");
        }
        for step in moves {
            let Some(State::Stopping { cause, .. }) = &step.to else { continue };
            match &step.from {
                Some(State::Stopping { .. }) => {}
                Some(State::Warm { .. } | State::Starting { .. }) if *cause == StopCause::Surplus => {
                    let enough = self.warm() >= self.target().min(self.room_for_warm(commit.pool.config()));
                    hold!(
                        "11 in use",
                        enough,
                        "{} are warm of {}, and one is stopped",
                        self.warm(),
                        self.target()
                    );
                }
                Some(State::Starting { deadline_at_ms }) => {
                    let due = commit.clock_ms >= *deadline_at_ms;
                    hold!(
                        "8 no reason",
                        due || self.is_about(commit.event, step.number)
                            || *commit.event == Event::PrewarmedShutDown,
                        "the start of container {} was given up because of {:?}",
                        step.number,
                        commit.event
                    );
                }
                Some(State::Warm { .. }) if *commit.event == Event::PrewarmedShutDown => {}
                _ => self.check_end(commit, step.number)?,
            }
        }
        Ok(())
    }

    /// Warm containers the declared limit leaves room for.
    fn room_for_warm(&self, config: &Config) -> usize {
        match config.max_instances {
            0 => usize::MAX,
            limit => limit.saturating_sub(self.starting() + self.assigned()),
        }
    }

    fn is_about(&self, event: &Event, number: usize) -> bool {
        let id = match event {
            Event::StartFailed { life, .. } => life.id,
            Event::StopReported { id } => *id,
            _ => return false,
        };
        number_of(id) == number
    }

    fn check_end(&self, commit: &Commit<'_>, number: usize) -> Checked {
        match commit.event {
            Event::StopReported { id } if number_of(*id) == number => Ok(()),
            Event::Probed { life, seen: Seen::Stopped, .. } if number_of(life.id) == number => Ok(()),
            _ if self.memory.looks.get(&number).is_some_and(|looks| looks.ended) => {
                let unhealthy_after = commit.pool.config().health.unhealthy_after;
                let looks = self.memory.looks.get(&number);
                let unanswered = looks.map_or(0, |looks| looks.unanswered);
                hold!(
                    "8 no reason",
                    unanswered >= unhealthy_after,
                    "container {number} was dropped after {unanswered} looks without an answer, not {unhealthy_after}"
                );
                let since_ms = looks.map_or(0, |looks| looks.unanswered_since_ms);
                let others = self.memory.answered_at_ms.is_some_and(|at_ms| at_ms >= since_ms);
                hold!("8 no reason", others, "container {number} was dropped when no container answered");
                Ok(())
            }
            event => {
                hold!("8 no reason", false, "container {number} was stopped because of {event:?}");
                Ok(())
            }
        }
    }
}
