//! An event while it is being decided.

use super::decision::Decision;
use super::identity::{ClaimId, Fresh, Session};

/// What one event leads to, while it is being decided.
pub(super) struct Step<'a> {
    pub now_ms: u64,
    pub fresh: &'a mut dyn Fresh,
    pub decision: Decision,
    /// Who lost a container and had claims waiting for a look at it, in the order
    /// of the claims.
    pub displaced: Vec<(Session, Vec<ClaimId>)>,
    /// Whether everything is to be recorded, for somebody is about to read it.
    pub flush: bool,
    /// Whether the counters are.
    pub count: bool,
}

impl<'a> Step<'a> {
    pub fn new(now_ms: u64, fresh: &'a mut dyn Fresh) -> Self {
        let (decision, displaced) = (Decision::default(), Vec::new());
        Self { now_ms, fresh, decision, displaced, flush: false, count: false }
    }

    /// The session holds nothing any more; its claims, if it has any, are served
    /// anew at the end of the event.
    pub fn displace(&mut self, session: Session, claims: Vec<ClaimId>) {
        if let Some(first) = claims.first() {
            let turn = self.displaced.partition_point(|(_, others)| others.first() < Some(first));
            self.displaced.insert(turn, (session, claims));
        }
    }
}
