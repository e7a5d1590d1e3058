//! All containers, and the indexes over them that must never disagree.

use std::collections::{BTreeMap, BTreeSet};

use super::ages::{Ages, Measure};
use super::config::OnRelease;
use super::container::{Container, State, StopCause};
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
    /// The assigned ones by when they were claimed.
    leases: BTreeSet<(u64, ContainerId)>,
    draining: BTreeSet<ContainerId>,
    /// Draining and stopping ones that are to be warm again soon.
    returning: BTreeSet<ContainerId>,
    stopping: BTreeSet<ContainerId>,
    due: BTreeSet<(u64, ContainerId)>,
    ages: Ages,
    /// Containers whose rows are stale, as they were.
    stale: BTreeMap<ContainerId, Option<Container>>,
}

impl Ledger {
    /// The ledger of what the rows say; none of them is stale.
    #[must_use]
    pub fn load(measure: Measure, containers: impl IntoIterator<Item = Container>) -> Self {
        let mut ledger = Self { ages: Ages::by(measure, [].iter()), ..Self::default() };
        for container in containers {
            ledger.index(&container);
            ledger.containers.insert(container.id, container);
        }
        ledger
    }

    /// The warm containers are measured so from here on.
    pub fn measure(&mut self, measure: Measure) {
        if *self.ages.measure() != measure {
            self.ages = Ages::by(measure, self.warm_containers());
        }
    }

    /// The warm containers by their age.
    #[must_use]
    pub const fn ages(&self) -> &Ages {
        &self.ages
    }

    /// Writes a container whole.
    pub fn put(&mut self, container: Container) {
        let id = container.id;
        self.unindex(id);
        self.index(&container);
        let same_row = |old: &Container| old.same_row(&container);
        if self.containers.get(&id).is_some_and(same_row) {
            self.containers.insert(id, container);
        } else {
            let old = self.containers.insert(id, container);
            self.note_stale(id, old);
        }
    }

    /// Forgets a container.
    pub fn remove(&mut self, id: ContainerId) {
        self.unindex(id);
        if let Some(old) = self.containers.remove(&id) {
            self.note_stale(id, Some(old));
        }
    }

    /// The containers whose rows changed since the last call, each as it was.
    pub fn take_stale(&mut self) -> BTreeMap<ContainerId, Option<Container>> {
        std::mem::take(&mut self.stale)
    }

    /// The container of that id.
    #[must_use]
    pub fn container(&self, id: ContainerId) -> Option<&Container> {
        self.containers.get(&id)
    }

    /// The container, if that life of it is the one it lives.
    #[must_use]
    pub fn living(&self, life: Life) -> Option<Container> {
        let same = |generation| generation == life.generation || planted!(StaleGenerationAccepted);
        self.containers.get(&life.id).filter(|container| same(container.generation)).cloned()
    }

    /// The container that belongs to `session`.
    #[must_use]
    pub fn held_by(&self, session: &Session) -> Option<&Container> {
        self.sessions.get(session).and_then(|id| self.containers.get(id))
    }

    /// The id of the container that the index has for `session`.
    #[must_use]
    pub fn holder_of(&self, session: &Session) -> Option<ContainerId> {
        self.sessions.get(session).copied()
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

    /// The warm containers, the one ready longest first.
    pub fn warm_containers(&self) -> impl Iterator<Item = &Container> {
        self.warm.iter().filter_map(|(_, id)| self.containers.get(id))
    }

    /// When the assigned containers were claimed, the longest ago first.
    pub fn leases(&self) -> impl Iterator<Item = (u64, ContainerId)> {
        self.leases.iter().copied()
    }

    /// The ids of the draining containers.
    pub fn draining_ids(&self) -> impl Iterator<Item = ContainerId> {
        self.draining.iter().copied()
    }

    /// The ids of the assigned containers, in the order of their sessions.
    pub fn assigned_ids(&self) -> impl Iterator<Item = ContainerId> {
        self.sessions.values().copied()
    }

    /// The stopping containers.
    pub fn stopping_containers(&self) -> impl Iterator<Item = &Container> {
        self.stopping.iter().filter_map(|id| self.containers.get(id))
    }

    /// The starting containers.
    pub fn starting_containers(&self) -> impl Iterator<Item = &Container> {
        self.starting.iter().filter_map(|id| self.containers.get(id))
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

    /// How many are draining.
    #[must_use]
    pub fn draining(&self) -> usize {
        self.draining.len()
    }

    /// How many of those draining and stopping are to be warm again soon.
    #[must_use]
    pub fn returning(&self) -> usize {
        self.returning.len()
    }

    /// How many are stopping.
    #[must_use]
    pub fn stopping(&self) -> usize {
        self.stopping.len()
    }

    /// Its row is stale, and what it was before the first change is kept.
    fn note_stale(&mut self, id: ContainerId, old: Option<Container>) {
        self.stale.entry(id).or_insert(old);
    }

    fn index(&mut self, container: &Container) {
        let id = container.id;
        match &container.state {
            State::Starting { .. } => {
                self.starting.insert(id);
            }
            State::Warm { ready_at_ms } => {
                self.warm.insert((*ready_at_ms, id));
                self.ages.insert(container);
            }
            State::Assigned { session, claimed_at_ms, .. } => {
                self.sessions.insert(session.clone(), id);
                self.leases.insert((*claimed_at_ms, id));
            }
            State::Draining { .. } => {
                self.draining.insert(id);
            }
            State::Stopping { .. } => {
                self.stopping.insert(id);
            }
        }
        if returns(container) {
            self.returning.insert(id);
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
                self.ages.remove(container);
            }
            State::Assigned { session, claimed_at_ms, .. } => {
                planted!(self.sessions.remove(session), SessionIndexNotCleared => None);
                self.leases.remove(&(*claimed_at_ms, id));
            }
            State::Draining { .. } => {
                self.draining.remove(&id);
            }
            State::Stopping { .. } => {
                self.stopping.remove(&id);
            }
        }
        self.returning.remove(&id);
        if let Some(at_ms) = container.due_at_ms() {
            self.due.remove(&(at_ms, id));
        }
    }
}

/// Whether the container may soon be warm again: it is being looked at whether
/// its requests have ended, cleans itself up, or is restarted by a destroy that
/// has not failed yet. Once it was seen busy nobody knows when that will be.
const fn returns(container: &Container) -> bool {
    let Container { state, memory, .. } = container;
    match state {
        State::Draining { on_release: OnRelease::Destroy, .. } => false,
        State::Draining { .. } => memory.resetting || memory.probing_since_ms.is_some(),
        State::Stopping { cause: StopCause::Restart, .. } => memory.attempts == 0,
        _ => false,
    }
}
