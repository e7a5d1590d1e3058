//! Which states a container goes through, in which of its lives, and why.

use cf_warm_pool::pool::{Container, ContainerId, Event, Generation, Grant, OnRelease, State, StopCause};

use super::rows::{Holder, Row};
use super::{Checked, Commit, Move, Reference, Violation, hold};
use crate::clients::session_no;
use crate::machine::number_of;

/// A state without what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Starting,
    Warm,
    Assigned,
    Draining,
    Stopping,
}

/// Whether a move stays within a container's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lives {
    Same,
    Next,
}

use Lives::{Next, Same};
use Place::{Assigned, Draining, Starting, Stopping, Warm};

/// All moves there are, but for a row's first and last. One event may move a
/// container more than once, and then only the ends are recorded.
const MOVES: &[(Place, Place, Lives)] = &[
    (Starting, Warm, Same),
    (Starting, Assigned, Same),
    (Starting, Stopping, Same),
    (Warm, Assigned, Same),
    (Warm, Stopping, Same),
    (Assigned, Assigned, Same),
    (Assigned, Draining, Same),
    (Assigned, Stopping, Same),
    (Draining, Draining, Same),
    (Draining, Stopping, Same),
    // A reset that cleaned up.
    (Draining, Warm, Next),
    (Draining, Assigned, Next),
    (Draining, Stopping, Next),
    (Stopping, Stopping, Same),
    // A restart.
    (Stopping, Starting, Next),
];

impl Place {
    pub(super) const ALL: usize = 5;

    pub(super) const fn of(state: &State) -> Self {
        match state {
            State::Starting { .. } => Starting,
            State::Warm { .. } => Warm,
            State::Assigned { .. } => Assigned,
            State::Draining { .. } => Draining,
            State::Stopping { .. } => Stopping,
        }
    }
}

impl Reference {
    pub(super) fn put_row(&mut self, container: &Container, commit: &Commit<'_>) -> Result<Move, Violation> {
        let number = number_of(container.id);
        let from = self.rows.remove(&number);
        let lives = match &from {
            None => {
                self.check_first(number, container)?;
                Next
            }
            Some(from) => Self::check_move(number, &from.container, container)?,
        };
        match &from {
            Some(from) => self.counts[Place::of(&from.container.state) as usize] -= 1,
            None => self.holders.resize(self.holders.len().max(number + 1), Holder::Unknown),
        }
        self.counts[Place::of(&container.state) as usize] += 1;
        if lives == Next {
            if matches!(container.state, State::Starting { .. }) {
                self.recorded += 1;
                self.memory.looks.remove(&number);
            }
            self.holders[number] = Holder::Nobody;
        }
        self.hold_for(number, container)?;
        let row = Row::after(from.as_ref(), container, commit, lives == Next);
        self.rows.insert(number, row.clone());
        Ok(Move { number, from, to: Some(row) })
    }

    fn check_first(&self, number: usize, container: &Container) -> Checked {
        let first = matches!(container.state, State::Starting { .. })
            && container.generation == Generation::FIRST
            && !self.known(number);
        hold!("1 one state", first, "container {number} began as {container:?}");
        Ok(())
    }

    fn check_move(number: usize, from: &Container, to: &Container) -> Result<Lives, Violation> {
        let lives = if to.generation == from.generation { Same } else { Next };
        let next = lives == Same || to.generation == from.generation.next();
        let places = (Place::of(&from.state), Place::of(&to.state), lives);
        if next && MOVES.contains(&places) && from.id == to.id && from.name == to.name {
            return Ok(lives);
        }
        Err(Violation::new("1 one state", format!("container {number} went from {from:?} to {to:?}")))
    }

    /// Nobody gets what another session used in the same life.
    fn hold_for(&mut self, number: usize, container: &Container) -> Checked {
        let State::Assigned { session, .. } = &container.state else { return Ok(()) };
        let session = session_no(session);
        let before = std::mem::replace(&mut self.holders[number], Holder::Session(session));
        hold!(
            "2 two sessions",
            before == Holder::Nobody || before == Holder::Session(session),
            "container {number} served {before:?} and went to s{session}"
        );
        Ok(())
    }

    pub(super) fn delete_row(&mut self, id: ContainerId, event: &Event) -> Result<Move, Violation> {
        let number = number_of(id);
        let row = self.rows.remove(&number);
        let stopping = row.as_ref().is_some_and(|row| matches!(row.container.state, State::Stopping { .. }));
        if !stopping || !is_destroyed(event, id) {
            return Err(Violation::new("7 tracked", format!("{row:?} was deleted because of {event:?}")));
        }
        self.counts[Place::Stopping as usize] -= 1;
        self.memory.looks.remove(&number);
        Ok(Move { number, from: row, to: None })
    }

    /// A life begins and goes on only for the reasons there are.
    pub(super) fn check_lives(&self, commit: &Commit<'_>, moves: &[Move]) -> Checked {
        for step in moves {
            let Some(to) = step.to.as_ref().map(|row| &row.container) else { continue };
            let Some(from) = &step.from else {
                self.check_new(commit, to)?;
                continue;
            };
            let policy = from.policy;
            let from = &from.container;
            let because = match (&from.state, &to.state) {
                _ if to.generation != from.generation => match from.state {
                    State::Stopping { cause, .. } => {
                        self.check_new(commit, to)?;
                        let restarts = policy == Some(OnRelease::Restart) && cause == StopCause::Restart;
                        restarts && is_destroyed(commit.event, from.id)
                    }
                    _ => {
                        let reset = Event::ResetAnswered { life: from.life(), result: Ok(true) };
                        policy == Some(OnRelease::Reset)
                            && to.created_at_ms == from.created_at_ms
                            && *commit.event == reset
                    }
                },
                (State::Starting { .. }, State::Warm { .. } | State::Assigned { .. }) => {
                    *commit.event == Event::StartSucceeded { life: from.life() }
                }
                (
                    State::Assigned { session: before, on_release: was, .. },
                    State::Assigned { session, on_release, .. },
                ) => {
                    // A claim renews the lease when it comes, and when it has waited for a look.
                    let claims =
                        matches!(commit.event, Event::Claimed { session: claims, .. } if claims == session);
                    let replies = &commit.decision.replies;
                    let answered = |grant: &Grant| grant.id == from.id;
                    let answers = replies.iter().any(|reply| reply.result.as_ref().is_ok_and(answered));
                    before == session && was == on_release && (claims || answers)
                }
                (
                    State::Draining { cause: was, deadline_at_ms: until, .. },
                    State::Draining { cause, deadline_at_ms, on_release },
                ) => {
                    let same = was == cause && until == deadline_at_ms && *on_release == OnRelease::Destroy;
                    same && matches!(commit.event, Event::Woke | Event::ShutDown)
                }
                (
                    State::Stopping { cause: was, destroy_at_ms: by, settled_at_ms: settled },
                    State::Stopping { cause, destroy_at_ms, settled_at_ms },
                ) => was == cause && destroy_at_ms <= by && settled_at_ms <= settled,
                _ => true,
            };
            let same_life = to.generation != from.generation
                || (to.created_at_ms == from.created_at_ms && to.revision == from.revision);
            hold!(
                "1 one state",
                because && same_life,
                "container {} went from {from:?} to {to:?} because of {:?}",
                step.number,
                commit.event
            );
        }
        Ok(())
    }

    fn check_new(&self, commit: &Commit<'_>, to: &Container) -> Checked {
        let config = commit.pool.config();
        let fits = to.created_at_ms == commit.clock_ms && to.revision == config.revision;
        hold!("4 fit to serve", fits, "{to:?} begins, and the revision is {:?}", config.revision);
        Ok(())
    }
}

/// Whether it is gone for certain.
fn is_destroyed(event: &Event, id: ContainerId) -> bool {
    matches!(event, Event::DestroyAnswered { life, conclusive: true, result: Ok(()) } if life.id == id)
}
