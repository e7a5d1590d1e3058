//! What may become of a row.

use cf_warm_pool::pool::{Command, Container, ContainerId, ContainerName, Event, Generation, State};

use super::{Checked, Move, Reference, Violation, hold};
use crate::clients::session_no;
use crate::happening::SessionNo;
use crate::machine::number_of;

#[derive(Clone, Debug)]
pub struct Row {
    pub id: ContainerId,
    pub name: ContainerName,
    pub generation: Generation,
    pub state: State,
}

/// Whose a container ever was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// It was never recorded.
    Unknown,
    Nobody,
    Session(SessionNo),
}

const fn place(state: &State) -> usize {
    match state {
        State::Starting { .. } => 0,
        State::Warm { .. } => 1,
        State::Assigned { .. } => 2,
        State::Stopping { .. } => 3,
    }
}

impl Reference {
    pub(super) fn put_row(&mut self, container: &Container) -> Result<Move, Violation> {
        let number = number_of(container.id);
        let to = container.state.clone();
        let from = self.rows.get(&number).map(|row| row.state.clone());
        let allowed = match (&from, &to) {
            (None, state) => matches!(state, State::Starting { .. }) && !self.known(number),
            (Some(from), to) => place(from) <= place(to),
        };
        if !allowed {
            return Err(Violation::new(
                "1 one state",
                format!("container {number} went from {from:?} to {to:?}"),
            ));
        }
        if from.is_none() {
            self.recorded += 1;
            self.holders.resize(self.holders.len().max(number + 1), Holder::Unknown);
            self.holders[number] = Holder::Nobody;
        }
        if let Some(from) = &from {
            self.counts[place(from)] -= 1;
        }
        self.counts[place(&to)] += 1;
        if let State::Assigned { session, .. } = &to {
            let session = session_no(session);
            let before = std::mem::replace(&mut self.holders[number], Holder::Session(session));
            if before != Holder::Nobody && before != Holder::Session(session) {
                let text = format!("container {number} served {before:?} and went to s{session}");
                return Err(Violation::new("2 two sessions", text));
            }
        }
        let row = Row {
            id: container.id,
            name: container.name,
            generation: container.generation,
            state: to.clone(),
        };
        self.rows.insert(number, row);
        Ok(Move { number, from, to: Some(to) })
    }

    pub(super) fn delete_row(&mut self, id: ContainerId, event: &Event) -> Result<Move, Violation> {
        let number = number_of(id);
        let row = self.rows.remove(&number);
        let stopping = matches!(row, Some(Row { state: State::Stopping { .. }, .. }));
        let destroyed = matches!(event, Event::DestroyAnswered { life, conclusive: true, result: Ok(()) } if life.id == id);
        if !stopping || !destroyed {
            return Err(Violation::new("7 tracked", format!("{row:?} was deleted because of {event:?}")));
        }
        self.counts[3] -= 1;
        self.memory.looks.remove(&number);
        Ok(Move { number, from: row.map(|row| row.state), to: None })
    }

    /// Each session that got a container has no other.
    pub(super) fn check_sessions(&self, moves: &[Move]) -> Checked {
        for step in moves {
            let Some(State::Assigned { session, .. }) = &step.to else { continue };
            let held = self.rows.values().filter(
                |row| matches!(&row.state, State::Assigned { session: other, .. } if other == session),
            );
            let count = held.count();
            hold!("3 two containers", count == 1, "{session:?} has {count} containers");
        }
        Ok(())
    }

    pub(super) fn holds(&self, session: SessionNo) -> bool {
        self.rows.values().any(|row| {
            matches!(&row.state, State::Assigned { session: holder, .. } if session_no(holder) == session)
        })
    }

    /// A client's request reached a container that runs.
    pub fn used(&self, session: SessionNo, number: usize) -> Checked {
        let holder = self.holders.get(number);
        let own = holder == Some(&Holder::Session(session));
        hold!("2 two sessions", own, "s{session} uses container {number} of {holder:?}");
        Ok(())
    }

    fn known(&self, number: usize) -> bool {
        self.holders.get(number).is_some_and(|holder| *holder != Holder::Unknown)
    }

    /// A command leaves the object: what it is about is recorded.
    pub fn command_sent(&self, command: &Command) -> Checked {
        let (life, fits): (_, fn(&State) -> bool) = match command {
            Command::Start { life, .. } => (life, |state| matches!(state, State::Starting { .. })),
            Command::Probe { life, .. } => (life, |_| true),
            Command::Stop { life, .. } | Command::Destroy { life, .. } => {
                (life, |state| matches!(state, State::Stopping { .. }))
            }
        };
        let row = self.rows.get(&number_of(life.id));
        let recorded = row.is_some_and(|row| row.generation == life.generation && fits(&row.state));
        hold!("7 intent", recorded, "{command:?} is carried out, and recorded is {row:?}");
        Ok(())
    }

    /// What is about to be shown is recorded: it must not go back.
    pub(super) fn check_recorded(&self, event: &Event) -> Checked {
        let (theirs, ours) = (&self.committed_counters, &self.counted);
        let same = theirs.sticky == ours.sticky
            && theirs.hits == ours.hits
            && theirs.misses == ours.misses
            && theirs.errors == ours.errors;
        hold!(
            "12 counters",
            same || *event != Event::StatsAsked,
            "{ours:?} is shown, {theirs:?} is recorded"
        );
        Ok(())
    }

    /// As many containers are gone and tracked as were ever started.
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
        let no_more = theirs.sticky <= ours.sticky
            && theirs.hits <= ours.hits
            && theirs.misses <= ours.misses
            && theirs.errors <= ours.errors;
        hold!("12 counters", no_more, "{theirs:?} is recorded of {ours:?}");
        Ok(())
    }
}
