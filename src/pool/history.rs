//! What happened to containers, for those who ask why a session got the one it
//! has. Recorded in chunks, the last of which grows; the oldest are dropped.

use std::rc::Rc;

use super::container::{Container, State, StopCause};
use super::decision::Change;
use super::identity::{ContainerName, Generation, Session};
use super::limits::{ACTIVITY_TRANSITIONS_MAX, COUNTERS_FLUSH_MS, HISTORY_CHUNK_MAX};

/// One step of one life of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// When.
    pub at_ms: u64,
    /// Whose.
    pub name: ContainerName,
    /// Which life.
    pub generation: Generation,
    /// Where it came to be.
    pub to: Place,
    /// Why, where it was let go or stopped.
    pub cause: Option<StopCause>,
    /// The session it belongs to, or belonged to until this step.
    pub session: Option<Session>,
}

/// Where a container can come to be: a state, or the end of its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Start asked for.
    Starting,
    /// Healthy, unassigned.
    Warm,
    /// A session's.
    Assigned,
    /// Its session has left.
    Draining,
    /// Stop asked for.
    Stopping,
    /// This life of it is over.
    Gone,
}

impl Place {
    const ALL: [Self; 6] =
        [Self::Starting, Self::Warm, Self::Assigned, Self::Draining, Self::Stopping, Self::Gone];

    /// The place as rows and answers spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Warm => "warm",
            Self::Assigned => "assigned",
            Self::Draining => "draining",
            Self::Stopping => "stopping",
            Self::Gone => "gone",
        }
    }

    /// Reads what [`Self::as_str`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|place| place.as_str() == text)
    }

    const fn of(state: &State) -> Self {
        match state {
            State::Starting { .. } => Self::Starting,
            State::Warm { .. } => Self::Warm,
            State::Assigned { .. } => Self::Assigned,
            State::Draining { .. } => Self::Draining,
            State::Stopping { .. } => Self::Stopping,
        }
    }
}

/// So many transitions in the order they happened, one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chunk {
    /// How many chunks there were before it. All of them were full.
    pub number: u64,
    /// At most [`HISTORY_CHUNK_MAX`].
    pub transitions: Rc<Vec<Transition>>,
}

/// The chunk that grows, and when something came to it that is not recorded.
#[derive(Debug, Default)]
pub(super) struct History {
    last: Chunk,
    /// Full chunks that are not recorded yet.
    full: Vec<Chunk>,
    unrecorded_since_ms: Option<u64>,
    /// What the decision under way has noted.
    noted: Vec<Transition>,
}

impl History {
    /// Goes on where the rows end.
    pub(super) fn resume(last: Chunk) -> Self {
        let full = last.transitions.len() >= HISTORY_CHUNK_MAX;
        let last = if full { Chunk { number: last.number + 1, ..Chunk::default() } } else { last };
        Self { last, ..Self::default() }
    }

    /// Notes what became of a container in one decision.
    pub(super) fn note(&mut self, now_ms: u64, before: Option<&Container>, after: Option<&Container>) {
        let same_life = before.zip(after).is_some_and(|(before, after)| before.life() == after.life());
        if let Some(before) = before.filter(|_| !same_life) {
            self.push(now_ms, before, Place::Gone, None, None);
        }
        let Some(after) = after else { return };
        let place = Place::of(&after.state);
        let moved = before.is_none_or(|before| Place::of(&before.state) != place);
        if moved || !same_life {
            let left = before.filter(|_| same_life).and_then(Container::session);
            self.push(now_ms, after, place, cause_of(&after.state), after.session().or(left));
        }
    }

    /// What was noted since this was last called.
    pub(super) fn take_noted(&mut self) -> Vec<Transition> {
        std::mem::take(&mut self.noted)
    }

    /// What is to be recorded: all of it if somebody is about to read it, and
    /// else what has waited long enough.
    pub(super) fn take_changes(&mut self, now_ms: u64, flush: bool) -> Vec<Change> {
        let due =
            self.unrecorded_since_ms.is_some_and(|since_ms| flush || since_ms + COUNTERS_FLUSH_MS <= now_ms);
        if !due {
            return Vec::new();
        }
        self.unrecorded_since_ms = None;
        let full = std::mem::take(&mut self.full).into_iter();
        let last = Some(self.last.clone()).filter(|last| !last.transitions.is_empty());
        full.chain(last).map(Change::PutHistory).collect()
    }

    fn push(
        &mut self,
        now_ms: u64,
        container: &Container,
        to: Place,
        cause: Option<StopCause>,
        session: Option<&Session>,
    ) {
        let transition = Transition {
            at_ms: now_ms,
            name: container.name,
            generation: container.generation,
            to,
            cause,
            session: session.cloned(),
        };
        self.noted.push(transition.clone());
        Rc::make_mut(&mut self.last.transitions).push(transition);
        self.unrecorded_since_ms.get_or_insert(now_ms);
        if self.last.transitions.len() >= HISTORY_CHUNK_MAX {
            let next = Chunk { number: self.last.number + 1, ..Chunk::default() };
            self.full.push(std::mem::replace(&mut self.last, next));
        }
    }
}

const fn cause_of(state: &State) -> Option<StopCause> {
    match state {
        State::Draining { cause, .. } | State::Stopping { cause, .. } => Some(*cause),
        State::Starting { .. } | State::Warm { .. } | State::Assigned { .. } => None,
    }
}

/// The last transitions, at most [`ACTIVITY_TRANSITIONS_MAX`] and the latest
/// first, from the last two chunks in the order they happened; and how many
/// there were before these.
#[must_use]
pub fn latest(chunks: &[Chunk]) -> (Vec<Transition>, u64) {
    let Some(last) = chunks.last() else { return (Vec::new(), 0) };
    let all = chunks.iter().flat_map(|chunk| chunk.transitions.iter()).rev();
    let latest: Vec<_> = all.take(ACTIVITY_TRANSITIONS_MAX).cloned().collect();
    let ever = last.number * HISTORY_CHUNK_MAX as u64 + last.transitions.len() as u64;
    let before = ever.saturating_sub(latest.len() as u64);
    (latest, before)
}

/// The lives of containers that were `session`'s, from `transitions` in the
/// order they happened: each with all its steps that are known.
#[must_use]
pub fn explain(session: &Session, transitions: &[Transition]) -> Vec<Transition> {
    let theirs = |step: &Transition| {
        let same_life = |other: &&Transition| (other.name, other.generation) == (step.name, step.generation);
        let mut life = transitions.iter().filter(same_life);
        life.any(|other| other.session.as_ref() == Some(session))
    };
    transitions.iter().filter(|step| theirs(step)).cloned().collect()
}
