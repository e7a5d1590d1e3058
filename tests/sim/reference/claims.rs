//! Who asked, who waits, and what they are told.

use cf_warm_pool::pool::{ClaimEnd, ClaimId, Config, Event, Grant, Outcome, State, WhenEmpty};

use super::{Checked, Commit, Move, Reference, hold};
use crate::clients::session_no;
use crate::happening::SessionNo;
use crate::log::when;
use crate::machine::number_of;

/// Longest time a claim waits, as the pool bounds it.
const PATIENCE_MAX_MS: u64 = 600_000;

/// Timers and clocks that are put forward by a little.
const SLACK_MS: u64 = 1_500;

/// A claim that was not answered.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub session: SessionNo,
    pub until_ms: u64,
    /// By the object's clock.
    asked_at_ms: u64,
}

impl Reference {
    pub(super) fn claim_asked(&mut self, commit: &Commit<'_>) {
        let Event::Claimed { claim, session, .. } = commit.event else { return };
        // Until a look at what it has ends; then it may wait anew.
        let until_ms = commit.now_ms + commit.look_patience_ms + SLACK_MS;
        if let Some(row) = self.rows.values_mut().find(|row| row.belongs_to(session)) {
            row.claimed_at_ms = row.claimed_at_ms.max(commit.clock_ms);
            row.used_at_ms = commit.clock_ms;
        } else {
            self.primed = true;
        }
        let session = session_no(session);
        // A claim that joins ends with the one it joined, which the clock
        // may have put off.
        let joined = self.memory.claims.values().filter(|asked| asked.session == session);
        let until_ms = joined.map(|asked| asked.until_ms).max().unwrap_or(0).max(until_ms);
        self.memory.claims.insert(*claim, Asked { session, until_ms, asked_at_ms: commit.clock_ms });
    }

    /// It gets nothing: whatever answers it from here on answers nobody.
    pub(super) fn caller_left(&mut self, commit: &Commit<'_>) {
        if let Event::CallerLeft { claim } = commit.event
            && self.memory.claims.remove(claim).is_some()
        {
            self.counted.callers_left += 1;
            self.totals.left += 1;
        }
    }

    /// How long a session waits beside so many that wait.
    fn patience_ms(&self, config: &Config, waiting: usize) -> u64 {
        let starts_ms = match self.when_empty() {
            WhenEmpty::Start => config.start_timeout_ms * (waiting / config.start_concurrency + 1) as u64,
            WhenEmpty::Wait | WhenEmpty::Fail => 0,
        };
        (config.queue_timeout_ms + starts_ms).min(PATIENCE_MAX_MS) + SLACK_MS
    }

    /// When the current warm container that has been ready longest became so.
    fn oldest_warm_ms(&self, commit: &Commit<'_>) -> Option<u64> {
        let config = commit.pool.config();
        let current = self.rows.values().filter(|row| self.is_current(row, config, commit.clock_ms));
        current.filter_map(|row| ready_at_ms(&row.container.state)).min()
    }

    /// Nobody gets a container that no caller of theirs waits for.
    fn check_asked(&self, moves: &[Move]) -> Checked {
        for row in moves.iter().filter_map(Move::assigns) {
            let Some(session) = row.container.session() else { continue };
            let number = session_no(session);
            let asked = self.memory.claims.values().any(|asked| asked.session == number);
            hold!("10 callers", asked, "{session:?} gets a container, and nobody of it waits");
        }
        Ok(())
    }

    pub(super) fn replies(&mut self, commit: &Commit<'_>, moves: &[Move]) -> Checked {
        self.check_asked(moves)?;
        let (new_place, mut last_place) = (self.memory.next_ticket, None);
        let mut answered = Vec::new();
        for reply in &commit.decision.replies {
            let Some(asked) = self.memory.claims.remove(&reply.claim) else {
                hold!("9 one answer", false, "{:?} answers nobody", reply);
                continue;
            };
            match &reply.result {
                Ok(grant) => {
                    self.claim_took(commit, asked.asked_at_ms, grant.outcome.into());
                    let first = !answered.contains(&asked.session);
                    self.check_grant(commit, grant, asked, first)?;
                    if grant.outcome == Outcome::Hit {
                        let moved = moves.iter().find(|step| step.number == number_of(grant.id));
                        let ready = moved.and_then(|step| step.from()).and_then(ready_at_ms);
                        hold!("10 order", ready.is_some(), "{grant:?} was not warm");
                        let oldest = self.oldest_warm_ms(commit).is_none_or(|left_ms| ready <= Some(left_ms));
                        hold!("10 order", oldest, "{grant:?} was not the one ready longest");
                    }
                    // One that waited may have come before a shut-down.
                    self.primed |= grant.outcome == Outcome::Hit;
                    if grant.outcome != Outcome::Sticky {
                        // Who did not wait before has the place of its claim among those who come to.
                        let place = self.memory.waits.get(&asked.session).copied();
                        let place = place.map_or((new_place, reply.claim), |place| (place, ClaimId(0)));
                        last_place = last_place.max(Some(place));
                    }
                }
                Err(_) => {
                    // Its container ended, it came to wait, and waits no more.
                    self.primed |= !self.memory.waits.contains_key(&asked.session);
                    self.claim_took(commit, asked.asked_at_ms, ClaimEnd::Error);
                    self.counted.errors += 1;
                    self.totals.errors += 1;
                }
            }
            answered.push(asked.session);
        }
        self.find_waiting(commit)?;
        let first = self.memory.waits.iter().map(|(session, place)| match *place < new_place {
            true => (*place, ClaimId(0)),
            false => (new_place, self.first_claim(*session)),
        });
        if let (Some(last), Some(first)) = (last_place, first.min()) {
            hold!("10 order", last < first, "place {last:?} was served while {first:?} waits");
        }
        for (claim, asked) in &self.memory.claims {
            let late = commit.now_ms > asked.until_ms;
            hold!("9 deadline", !late, "{claim:?} of s{} waits past {}", asked.session, when(asked.until_ms));
        }
        Ok(())
    }

    fn first_claim(&self, session: SessionNo) -> ClaimId {
        let theirs = self.memory.claims.iter().find(|(_, asked)| asked.session == session);
        theirs.map_or(ClaimId(u64::MAX), |(claim, _)| *claim)
    }

    /// Sessions with a claim and no container wait, in the order they came to.
    fn find_waiting(&mut self, commit: &Commit<'_>) -> Checked {
        if self.memory.claims.is_empty() {
            self.memory.waits.clear();
            return Ok(());
        }
        let sessions: Vec<_> = self.memory.claims.values().map(|asked| asked.session).collect();
        self.memory.waits.retain(|session, _| sessions.contains(session));
        let config = commit.pool.config();
        for session in &sessions {
            if self.memory.waits.contains_key(session) || self.holds(*session) {
                continue;
            }
            self.primed = true;
            hold!(
                "9 deadline",
                self.when_empty() != WhenEmpty::Fail,
                "s{session} waits, and is to be refused"
            );
            let until_ms = commit.now_ms + self.patience_ms(config, self.memory.waits.len() + sessions.len());
            self.memory.waits.insert(*session, self.memory.next_ticket);
            self.memory.next_ticket += 1;
            for asked in self.memory.claims.values_mut().filter(|asked| asked.session == *session) {
                asked.until_ms = until_ms;
            }
        }
        Ok(())
    }

    fn check_grant(&mut self, commit: &Commit<'_>, grant: &Grant, asked: Asked, first: bool) -> Checked {
        let number = number_of(grant.id);
        let row = self.rows.get(&number);
        let theirs = row.is_some_and(|row| {
            let session = row.container.session();
            row.container.name == grant.name
                && row.container.generation == grant.generation
                && session.is_some_and(|session| session_no(session) == asked.session)
        });
        hold!("4 fit to serve", theirs, "s{} gets {grant:?}, and recorded is {row:?}", asked.session);
        match grant.outcome {
            Outcome::Sticky => {
                self.counted.sticky += 1;
                self.totals.stickies += 1;
                let looked = self.memory.looks.get(&number).is_some_and(|looks| looks.ended(self.commits));
                let fresh_ms = commit.pool.config().verify_after_ms();
                let seen = self.memory.looks.get(&number).and_then(|looks| looks.seen_at_ms);
                let fresh = seen.is_some_and(|at_ms| commit.clock_ms.saturating_sub(at_ms) < fresh_ms);
                hold!(
                    "4 fit to serve",
                    fresh || looked || !first,
                    "s{} gets container {number} unseen for longer than {fresh_ms} ms: {seen:?}",
                    asked.session
                );
            }
            Outcome::Hit => {
                self.counted.hits += 1;
                self.totals.hits += 1;
            }
            Outcome::Miss => {
                self.counted.misses += 1;
                self.totals.misses += 1;
            }
        }
        Ok(())
    }
}

fn ready_at_ms(state: &State) -> Option<u64> {
    match state {
        State::Warm { ready_at_ms } => Some(*ready_at_ms),
        _ => None,
    }
}
