//! The end of all warm containers.

use super::container::StopCause;
use super::{Pool, Step};

impl Pool {
    /// Stops what is warm and what is starting for nobody; the refill rests
    /// until a new session claims or the configuration changes. A container
    /// that a claim took, or that a waiting one needs, is left alone.
    pub(super) fn prewarmed_shut_down(&mut self, step: &mut Step) {
        self.primed = false;
        let warm: Vec<_> = self.ledger.warm_ids().collect();
        for id in warm {
            self.counters.evictions += 1;
            self.stop_gently(step, id, StopCause::Shutdown);
        }
        let spare = self.ledger.starting().saturating_sub(self.queue.len());
        let mut starting: Vec<_> = self
            .ledger
            .starting_ids()
            .filter_map(|id| self.ledger.container(id).map(|container| (container.created_at_ms, id)))
            .collect();
        starting.sort_by_key(|(created_at_ms, _)| std::cmp::Reverse(*created_at_ms));
        for (_, id) in starting.into_iter().take(spare) {
            self.destroy_now(step, id, StopCause::Shutdown);
        }
    }
}
