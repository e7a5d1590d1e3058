//! All containers, and the indexes over them that must never disagree.

use std::collections::{BTreeMap, BTreeSet};

use super::container::{Container, State};
use super::decision::Change;
use super::identity::{ContainerId, Life, Session};

/// The containers by id, kept with the indexes the handlers ask. Every write
/// goes through [`Ledger::put`] and [`Ledger::remove`], which also note which
/// rows the write makes stale.
#[derive(Debug, Default)]
pub struct Ledger {
    containers: BTreeMap<ContainerId, Container>,
    sessions: BTreeMap<Session, ContainerId>,
    warm: BTreeSet<(u64, ContainerId)>,
    starting: BTreeSet<ContainerId>,
    stopping: BTreeSet<ContainerId>,
    due: BTreeSet<(u64, ContainerId)>,
    stale: BTreeSet<ContainerId>,
}

impl Ledger {
    /// The ledger of what the rows say; none of them is stale.
    #[must_use]
    pub fn load(containers: impl IntoIterator<Item = Container>) -> Self {
        let mut ledger = Self::default();
        for container in containers {
            ledger.index(&container);
            ledger.containers.insert(container.id, container);
        }
        ledger
    }

    /// Writes a container whole.
    pub fn put(&mut self, container: Container) {
        let same_row = self.containers.get(&container.id).is_some_and(|old| old.same_row(&container));
        if !same_row {
            self.stale.insert(container.id);
        }
        self.unindex(container.id);
        self.index(&container);
        self.containers.insert(container.id, container);
    }

    /// Forgets a container.
    pub fn remove(&mut self, id: ContainerId) {
        self.unindex(id);
        if self.containers.remove(&id).is_some() {
            self.stale.insert(id);
        }
    }

    /// The row changes since the last call.
    pub fn take_changes(&mut self) -> Vec<Change> {
        let stale = std::mem::take(&mut self.stale);
        stale
            .into_iter()
            .map(|id| match self.containers.get(&id) {
                Some(container) => Change::PutContainer(container.clone()),
                None => Change::DeleteContainer(id),
            })
            .collect()
    }

    /// The container of that id.
    #[must_use]
    pub fn container(&self, id: ContainerId) -> Option<&Container> {
        self.containers.get(&id)
    }

    /// The container, if that life of it is the one it lives.
    #[must_use]
    pub fn living(&self, life: Life) -> Option<Container> {
        self.containers.get(&life.id).filter(|container| container.generation == life.generation).cloned()
    }

    /// The container that belongs to `session`.
    #[must_use]
    pub fn held_by(&self, session: &Session) -> Option<&Container> {
        self.sessions.get(session).and_then(|id| self.containers.get(id))
    }

    /// The warm container ready longest.
    #[must_use]
    pub fn longest_warm(&self) -> Option<ContainerId> {
        self.warm.first().map(|(_, id)| *id)
    }

    /// The containers whose own deadline has come, earliest first.
    #[must_use]
    pub fn due(&self, now_ms: u64) -> Vec<ContainerId> {
        self.due.iter().take_while(|(at_ms, _)| *at_ms <= now_ms).map(|(_, id)| *id).collect()
    }

    /// The earliest of the containers' own deadlines.
    #[must_use]
    pub fn next_due_ms(&self) -> Option<u64> {
        self.due.first().map(|(at_ms, _)| *at_ms)
    }

    /// Every container, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Container> {
        self.containers.values()
    }

    /// The ids of the warm containers, the one ready longest first.
    pub fn warm_ids(&self) -> impl DoubleEndedIterator<Item = ContainerId> {
        self.warm.iter().map(|(_, id)| *id)
    }

    /// The ids of the assigned containers, in the order of their sessions.
    pub fn assigned_ids(&self) -> impl Iterator<Item = ContainerId> {
        self.sessions.values().copied()
    }

    /// The ids of the starting containers.
    pub fn starting_ids(&self) -> impl Iterator<Item = ContainerId> {
        self.starting.iter().copied()
    }

    /// The stopping containers.
    pub fn stopping_containers(&self) -> impl Iterator<Item = &Container> {
        self.stopping.iter().filter_map(|id| self.containers.get(id))
    }

    /// Containers that exist or may exist.
    #[must_use]
    pub fn tracked(&self) -> usize {
        self.containers.len()
    }

    /// How many are starting.
    #[must_use]
    pub fn starting(&self) -> usize {
        self.starting.len()
    }

    /// How many are warm.
    #[must_use]
    pub fn warm(&self) -> usize {
        self.warm.len()
    }

    /// How many are assigned.
    #[must_use]
    pub fn assigned(&self) -> usize {
        self.sessions.len()
    }

    /// How many are stopping.
    #[must_use]
    pub fn stopping(&self) -> usize {
        self.stopping.len()
    }

    fn index(&mut self, container: &Container) {
        let id = container.id;
        match &container.state {
            State::Starting { .. } => {
                self.starting.insert(id);
            }
            State::Warm { ready_at_ms } => {
                self.warm.insert((*ready_at_ms, id));
            }
            State::Assigned { session, .. } => {
                self.sessions.insert(session.clone(), id);
            }
            State::Stopping { .. } => {
                self.stopping.insert(id);
            }
        }
        if let Some(at_ms) = container.due_at_ms() {
            self.due.insert((at_ms, id));
        }
    }

    fn unindex(&mut self, id: ContainerId) {
        let Some(container) = self.containers.get(&id) else { return };
        match &container.state {
            State::Starting { .. } => {
                self.starting.remove(&id);
            }
            State::Warm { ready_at_ms } => {
                self.warm.remove(&(*ready_at_ms, id));
            }
            State::Assigned { session, .. } => {
                self.sessions.remove(session);
            }
            State::Stopping { .. } => {
                self.stopping.remove(&id);
            }
        }
        if let Some(at_ms) = container.due_at_ms() {
            self.due.remove(&(at_ms, id));
        }
    }
}
