//! The callers who wait for an answer to their claim. They die with the
//! object's memory, and may go away before it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use futures::channel::oneshot;

use crate::pool::{ClaimId, Grant, PoolError};

/// What a claim is answered with.
pub type Answer = Result<Grant, PoolError>;

/// Those who wait, by their claims.
#[derive(Default)]
pub struct Waiting {
    callers: RefCell<BTreeMap<ClaimId, Caller>>,
    next_claim: Cell<u64>,
}

struct Caller {
    asked_at_ms: u64,
    sender: oneshot::Sender<Answer>,
    /// What the caller will name when it goes away.
    ticket: Option<String>,
}

impl Waiting {
    /// A caller comes.
    pub fn join(&self, now_ms: u64, ticket: Option<String>) -> (ClaimId, oneshot::Receiver<Answer>) {
        let claim = ClaimId(self.next_claim.replace(self.next_claim.get() + 1));
        let (sender, receiver) = oneshot::channel();
        self.callers.borrow_mut().insert(claim, Caller { asked_at_ms: now_ms, sender, ticket });
        (claim, receiver)
    }

    /// The claim of the caller with that ticket, if it still waits.
    pub fn claim_of(&self, ticket: &str) -> Option<ClaimId> {
        let callers = self.callers.borrow();
        let (claim, _) = callers.iter().find(|(_, caller)| caller.ticket.as_deref() == Some(ticket))?;
        Some(*claim)
    }

    /// A caller no longer waits.
    pub fn leave(&self, claim: ClaimId) {
        self.callers.borrow_mut().remove(&claim);
    }

    /// Answers a claim, and says when it was asked. A caller that is gone needs
    /// no answer.
    pub fn answer(&self, claim: ClaimId, answer: Answer) -> Option<u64> {
        let caller = self.callers.borrow_mut().remove(&claim)?;
        let _ = caller.sender.send(answer);
        Some(caller.asked_at_ms)
    }

    /// Tells everyone the same, and says when they asked.
    pub fn fail_all(&self, error: &PoolError) -> Vec<u64> {
        let callers = std::mem::take(&mut *self.callers.borrow_mut()).into_values();
        let fail = |caller: Caller| {
            let _ = caller.sender.send(Err(error.clone()));
            caller.asked_at_ms
        };
        callers.map(fail).collect()
    }
}
