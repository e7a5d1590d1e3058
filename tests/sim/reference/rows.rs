//! What is recorded of containers and sessions, and what is done about it.

use cf_warm_pool::pool::{Command, Container, Memory, OnRelease, Session, State};

use super::{Checked, Commit, Move, Reference, hold};
use crate::clients::session_no;
use crate::happening::{Number, SessionNo};
use crate::machine::number_of;

#[derive(Clone, Debug)]
pub struct Row {
    /// As it was recorded, without what memory adds.
    pub container: Container,
    /// What is to become of it when its session leaves, or left.
    pub policy: Option<OnRelease>,
    /// The latest that the clock said when its session claimed it.
    pub claimed_at_ms: u64,
    /// What the clock said when its session last claimed it, or used a hint.
    pub used_at_ms: u64,
    /// When its session left, by the platform's time.
    pub left_at_ms: u64,
    /// Whether a reset was asked for in this life.
    pub reset_asked: bool,
}

/// Whose a container's life ever was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// It was never recorded.
    Unknown,
    Nobody,
    Session(SessionNo),
}

impl Row {
    /// What is known of a container after its row was written.
    pub(super) fn after(
        from: Option<&Self>,
        container: &Container,
        commit: &Commit<'_>,
        new_life: bool,
    ) -> Self {
        let recorded = Container { memory: Memory::default(), ..container.clone() };
        let mut row = match from.filter(|_| !new_life) {
            Some(from) => Self { container: recorded, ..from.clone() },
            None => Self {
                container: recorded,
                policy: None,
                claimed_at_ms: 0,
                used_at_ms: 0,
                left_at_ms: 0,
                reset_asked: false,
            },
        };
        let assigned = |row: &Self| matches!(row.container.state, State::Assigned { .. });
        match (from.is_some_and(assigned), assigned(&row)) {
            (false, true) => {
                row.claimed_at_ms = commit.clock_ms;
                row.used_at_ms = commit.clock_ms;
            }
            (true, false) => row.left_at_ms = commit.now_ms,
            _ => {}
        }
        if let State::Assigned { on_release, claimed_at_ms, .. } = &row.container.state {
            row.policy = Some(*on_release);
            row.claimed_at_ms = row.claimed_at_ms.max(*claimed_at_ms);
        }
        row
    }

    pub(super) fn belongs_to(&self, session: &Session) -> bool {
        self.container.session() == Some(session)
    }
}

impl Reference {
    /// Each session that got a container has no other.
    pub(super) fn check_sessions(&self, moves: &[Move]) -> Checked {
        for session in moves.iter().filter_map(|step| step.assigns()?.container.session()) {
            let count = self.rows.values().filter(|row| row.belongs_to(session)).count();
            hold!("3 two containers", count == 1, "{session:?} has {count} containers");
        }
        Ok(())
    }

    pub(super) fn held_by(&self, session: &Session) -> Option<Number> {
        self.rows.iter().find(|(_, row)| row.belongs_to(session)).map(|(number, _)| *number)
    }

    pub(super) fn holds(&self, session: SessionNo) -> bool {
        let theirs = |row: &Row| row.container.session().is_some_and(|other| session_no(other) == session);
        self.rows.values().any(theirs)
    }

    /// A client's request reached a container that runs.
    pub fn used(&self, session: SessionNo, number: Number) -> Checked {
        let holder = self.holders.get(number);
        let own = holder == Some(&Holder::Session(session));
        hold!("2 two sessions", own, "s{session} uses container {number} of {holder:?}");
        Ok(())
    }

    pub(super) fn known(&self, number: Number) -> bool {
        self.holders.get(number).is_some_and(|holder| *holder != Holder::Unknown)
    }

    /// A command leaves the object: what it is about is recorded.
    pub fn command_sent(&self, command: &Command) -> Checked {
        let (life, fits): (_, fn(&State) -> bool) = match command {
            Command::Start { life, .. } => (life, |state| matches!(state, State::Starting { .. })),
            Command::Probe { life, .. } => (life, |_| true),
            Command::Reset { life, .. } => (life, |state| matches!(state, State::Draining { .. })),
            Command::Stop { life, .. } | Command::Destroy { life, .. } => {
                (life, |state| matches!(state, State::Stopping { .. }))
            }
        };
        let row = self.rows.get(&number_of(life.id));
        let recorded = row.is_some_and(|row| row.container.life() == *life && fits(&row.container.state));
        hold!("7 intent", recorded, "{command:?} is carried out, and recorded is {row:?}");
        Ok(())
    }
}
