//! Who asked, who waits, and what they are told.

use cf_warm_pool::pool::{Counters, Event, Grant, Outcome, Seen, State};

use super::{Checked, Commit, Move, Reference, hold};
use crate::clients::session_no;
use crate::happening::SessionNo;
use crate::log::when;
use crate::machine::number_of;

/// A claim that was not answered.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub session: SessionNo,
    pub until_ms: u64,
}

impl Reference {
    pub(super) fn claim_asked(&mut self, commit: &Commit<'_>) {
        if let Event::Claimed { claim, session, .. } = commit.event {
            let until_ms = commit.now_ms + (commit.patience_ms)(self.memory.waits.len() as u64);
            let session = session_no(session);
            // A claim that joins ends with the one it joined, which the clock
            // may have put off.
            let joined = self.memory.claims.values().filter(|asked| asked.session == session);
            let until_ms = joined.map(|asked| asked.until_ms).max().unwrap_or(0).max(until_ms);
            self.primed |= !self.holds(session);
            self.memory.claims.insert(*claim, Asked { session, until_ms });
        }
    }

    /// When the warm container that has been ready longest became so.
    fn oldest_warm_ms(&self) -> Option<u64> {
        self.rows.values().filter_map(|row| ready_at_ms(&row.state)).min()
    }

    pub(super) fn replies(&mut self, commit: &Commit<'_>, moves: &[Move]) -> Checked {
        let mut last_place = None;
        let mut answered = Vec::new();
        for reply in &commit.decision.replies {
            let Some(asked) = self.memory.claims.remove(&reply.claim) else {
                hold!("9 one answer", false, "{:?} answers nobody", reply);
                continue;
            };
            match &reply.result {
                Ok(grant) => {
                    let first = !answered.contains(&asked.session);
                    self.check_grant(commit, grant, asked, first)?;
                    if grant.outcome == Outcome::Hit {
                        let moved = moves.iter().find(|step| step.number == number_of(grant.id));
                        let ready = moved.and_then(|step| step.from.as_ref()).and_then(ready_at_ms);
                        hold!("10 order", ready.is_some(), "{grant:?} was not warm");
                        let oldest = self.oldest_warm_ms().is_none_or(|left_ms| ready <= Some(left_ms));
                        hold!("10 order", oldest, "{grant:?} was not the one ready longest");
                    }
                    // One that waited may have come before a shut-down.
                    self.primed |= grant.outcome == Outcome::Hit;
                    if grant.outcome != Outcome::Sticky {
                        let place = self.memory.waits.get(&asked.session).copied();
                        last_place = last_place.max(Some(place.unwrap_or(self.memory.next_ticket)));
                    }
                }
                Err(_) => {
                    // Its container ended, it came to wait, and waits no more.
                    self.primed |= !self.memory.waits.contains_key(&asked.session);
                    self.counted.errors += 1;
                    self.errors += 1;
                }
            }
            answered.push(asked.session);
        }
        self.find_waiting(commit);
        if let (Some(last), Some(first)) = (last_place, self.memory.waits.values().min()) {
            hold!("10 order", last < *first, "place {last} was served while {first} waits");
        }
        for (claim, asked) in &self.memory.claims {
            let late = commit.now_ms > asked.until_ms;
            hold!("9 deadline", !late, "{claim:?} of s{} waits past {}", asked.session, when(asked.until_ms));
        }
        Ok(())
    }

    /// Sessions with a claim and no container wait, in the order they came to.
    fn find_waiting(&mut self, commit: &Commit<'_>) {
        if self.memory.claims.is_empty() {
            return self.memory.waits.clear();
        }
        let sessions: Vec<_> = self.memory.claims.values().map(|asked| asked.session).collect();
        self.memory.waits.retain(|session, _| sessions.contains(session));
        for session in sessions {
            if self.memory.waits.contains_key(&session) || self.holds(session) {
                continue;
            }
            self.primed = true;
            let until_ms = commit.now_ms + (commit.patience_ms)(self.memory.waits.len() as u64);
            self.memory.waits.insert(session, self.memory.next_ticket);
            self.memory.next_ticket += 1;
            for asked in self.memory.claims.values_mut().filter(|asked| asked.session == session) {
                asked.until_ms = asked.until_ms.max(until_ms);
            }
        }
    }

    fn check_grant(&mut self, commit: &Commit<'_>, grant: &Grant, asked: Asked, first: bool) -> Checked {
        let number = number_of(grant.id);
        let row = self.rows.get(&number);
        let theirs = row.is_some_and(|row| {
            row.name == grant.name
                && row.generation == grant.generation
                && matches!(&row.state, State::Assigned { session, .. } if session_no(session) == asked.session)
        });
        hold!("4 fit to serve", theirs, "s{} gets {grant:?}, and recorded is {row:?}", asked.session);
        match grant.outcome {
            Outcome::Sticky => {
                self.counted.sticky += 1;
                self.stickies += 1;
                let looked = self.memory.looks.get(&number).is_some_and(|looks| looks.ended);
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
                self.hits += 1;
            }
            Outcome::Miss => {
                self.counted.misses += 1;
                self.misses += 1;
            }
        }
        Ok(())
    }

    /// Figures that are shown are those that were counted, and never go back.
    pub fn figures_shown(&mut self, shown: &Counters, total: u64) -> Checked {
        let ours = &self.counted;
        let claims = |counters: &Counters| [counters.sticky, counters.hits, counters.misses, counters.errors];
        hold!("12 counters", claims(shown) == claims(ours), "{shown:?} is shown, {ours:?} was counted");
        let tracked = self.rows.len() as u64;
        hold!("12 counters", total == tracked, "{total} containers are shown, {tracked} are tracked");
        let back = claims(shown).iter().zip(claims(&self.shown)).any(|(now, before)| *now < before);
        hold!("12 counters", !back, "{shown:?} is shown after {:?}", self.shown);
        self.shown = *shown;
        Ok(())
    }

    /// Whether what was seen is a sign of life.
    pub(super) fn is_alive(seen: &Seen) -> bool {
        *seen == Seen::Alive
    }
}

fn ready_at_ms(state: &State) -> Option<u64> {
    match state {
        State::Warm { ready_at_ms } => Some(*ready_at_ms),
        _ => None,
    }
}
