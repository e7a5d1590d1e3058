//! The end of all containers, or of the warm ones.

use std::cmp::Reverse;

use super::config::OnRelease;
use super::container::{State, StopCause};
use super::{Pool, Step};

impl Pool {
    /// Stops what is warm and what is starting for nobody; the refill rests
    /// until a new session claims or the configuration changes. A container
    /// that a claim took, or that a waiting one needs, is left alone.
    pub(super) fn prewarmed_shut_down(&mut self, step: &mut Step) {
        self.primed = planted!(ShutDownKeepsRefilling);
        self.extra = 0;
        let warm: Vec<_> = self.ledger.warm_containers().map(|container| container.id).collect();
        for id in warm {
            self.counters.evictions += 1;
            self.stop_gently(step, id, StopCause::Shutdown);
        }
        let spare = self.ledger.starting().saturating_sub(self.queue.len());
        let mut latest_first: Vec<_> = self
            .ledger
            .starting_containers()
            .map(|container| (container.created_at_ms, container.id))
            .collect();
        latest_first.sort_by_key(|(created_at_ms, _)| Reverse(*created_at_ms));
        for (_, id) in latest_first.into_iter().take(spare) {
            self.destroy_now(step, id, StopCause::Shutdown);
        }
    }
    /// Stops the warm containers as above. Those of sessions may finish what is
    /// under way; none is made ready for anybody else.
    pub(super) fn shut_down(&mut self, step: &mut Step) {
        self.prewarmed_shut_down(step);
        let assigned: Vec<_> = self.ledger.assigned_ids().collect();
        for id in assigned {
            self.let_go(step, id, StopCause::Shutdown);
        }
        let draining: Vec<_> = self.ledger.draining_ids().collect();
        for id in draining {
            let Some(mut container) = self.ledger.container(id).cloned() else { continue };
            planted!(ShutDownMakesReady => continue);
            if let State::Draining { on_release, .. } = &mut container.state {
                *on_release = OnRelease::Destroy;
            }
            self.ledger.put(container);
        }
        // Claims that waited for a look are served anew, which primes the pool.
        self.serve_displaced(step);
        self.primed = false;
    }
}
