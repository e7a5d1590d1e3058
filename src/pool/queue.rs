//! Sessions that wait for a container, first come first served.

use std::collections::{BTreeMap, BTreeSet};

use super::identity::{ClaimId, Session};

/// One session that waits, with all its claims.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// Who waits.
    pub session: Session,
    /// Its claims, the first of which brought it here.
    pub claims: Vec<ClaimId>,
    /// When it came.
    pub queued_at_ms: u64,
    /// When it ends whatever happens.
    pub deadline_at_ms: u64,
    /// When it is looked at next: first whether a start is coming for it, then
    /// at its deadline.
    pub check_at_ms: u64,
}

/// The waiting sessions in the order they came. Lives in memory only: callers
/// die with it.
#[derive(Debug, Default)]
pub struct Queue {
    next_ticket: u64,
    waiting: BTreeMap<u64, Waiting>,
    tickets: BTreeMap<Session, u64>,
    checks: BTreeSet<(u64, u64)>,
    claims: usize,
}

impl Queue {
    /// How many sessions wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// How many claims wait, all sessions together.
    #[must_use]
    pub fn claims(&self) -> usize {
        self.claims
    }

    /// Whether the session waits.
    #[must_use]
    pub fn holds(&self, session: &Session) -> bool {
        self.tickets.contains_key(session)
    }

    /// Takes a claim out, and its session with its last one; false if it does
    /// not wait.
    pub fn leave(&mut self, claim: ClaimId) -> bool {
        let Some(ticket) = self
            .waiting
            .iter()
            .find(|(_, waiting)| waiting.claims.contains(&claim))
            .map(|(ticket, _)| *ticket)
        else {
            return false;
        };
        planted!(CallerLeftStillServed => return true);
        let Some(mut waiting) = self.take(ticket) else { return false };
        waiting.claims.retain(|other| *other != claim);
        if !waiting.claims.is_empty() {
            self.put_back(ticket, waiting);
        }
        true
    }

    /// Adds a claim to its session's wait; false if the session does not wait.
    pub fn join(&mut self, session: &Session, claim: ClaimId) -> bool {
        let Some(waiting) = self.tickets.get(session).and_then(|ticket| self.waiting.get_mut(ticket)) else {
            return false;
        };
        waiting.claims.push(claim);
        self.claims += 1;
        true
    }

    /// Puts a session at the end.
    pub fn push(&mut self, waiting: Waiting) {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.put_back(ticket, waiting);
    }

    /// Takes the session that came first.
    pub fn pop(&mut self) -> Option<Waiting> {
        let waiting = &self.waiting;
        let ticket = *planted!(waiting.first_key_value(), FifoBroken => waiting.last_key_value())?.0;
        self.take(ticket)
    }

    /// When the next session is to be looked at.
    #[must_use]
    pub fn next_check_ms(&self) -> Option<u64> {
        self.checks.first().map(|(at_ms, _)| *at_ms)
    }

    /// Looks at every session whose check has come, in order: those past their
    /// deadline, and those for which no start is coming, are taken. The first
    /// `coming` that stay have one coming.
    pub fn take_expired(&mut self, now_ms: u64, coming: usize) -> Vec<Waiting> {
        if self.next_check_ms().is_none_or(|at_ms| now_ms < at_ms) {
            return Vec::new();
        }
        let mut expired = Vec::new();
        let mut stay = 0;
        let tickets: Vec<u64> = self.waiting.keys().copied().collect();
        for ticket in tickets {
            let Some(waiting) = self.take(ticket) else { continue };
            if waiting.check_at_ms > now_ms {
                stay += 1;
                self.put_back(ticket, waiting);
            } else if stay < coming && now_ms < waiting.deadline_at_ms {
                stay += 1;
                self.put_back(ticket, Waiting { check_at_ms: waiting.deadline_at_ms, ..waiting });
            } else {
                expired.push(waiting);
            }
        }
        expired
    }

    /// Takes every session past the first `coming`.
    pub fn take_beyond(&mut self, coming: usize) -> Vec<Waiting> {
        let beyond: Vec<u64> = self.waiting.keys().skip(coming).copied().collect();
        beyond.into_iter().filter_map(|ticket| self.take(ticket)).collect()
    }

    /// Has every session that waited past `patience_ms` looked at again: what
    /// was coming for it may have failed.
    pub fn recheck(&mut self, now_ms: u64, patience_ms: u64) {
        let overdue: Vec<u64> = self
            .waiting
            .iter()
            .filter(|(_, waiting)| waiting.queued_at_ms + patience_ms <= now_ms)
            .map(|(ticket, _)| *ticket)
            .collect();
        for ticket in overdue {
            if let Some(waiting) = self.take(ticket) {
                self.put_back(ticket, Waiting { check_at_ms: now_ms, ..waiting });
            }
        }
    }

    /// The waiting sessions in order.
    pub fn iter(&self) -> impl Iterator<Item = &Waiting> {
        self.waiting.values()
    }

    fn put_back(&mut self, ticket: u64, waiting: Waiting) {
        self.claims += waiting.claims.len();
        self.tickets.insert(waiting.session.clone(), ticket);
        self.checks.insert((waiting.check_at_ms, ticket));
        self.waiting.insert(ticket, waiting);
    }

    fn take(&mut self, ticket: u64) -> Option<Waiting> {
        let waiting = self.waiting.remove(&ticket)?;
        self.claims -= waiting.claims.len();
        self.tickets.remove(&waiting.session);
        self.checks.remove(&(waiting.check_at_ms, ticket));
        Some(waiting)
    }
}
