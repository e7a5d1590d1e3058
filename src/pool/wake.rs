//! What a rebuilt memory does first. Whatever was under way is unknown, so it
//! is asked for again: starting what runs, and destroying what is gone, change
//! nothing.

use super::config::OnRelease;
use super::container::{Container, State};
use super::{Pool, Step};

impl Pool {
    pub(super) fn woke(&mut self, step: &mut Step) {
        let mut overdue = Vec::new();
        for mut container in self.unfinished(step.now_ms) {
            match &mut container.state {
                State::Warm { .. } | State::Assigned { .. } => {}
                // A clean-up may be under way that would come late for the next session.
                State::Draining { on_release, .. } => {
                    if *on_release == OnRelease::Reset && !planted!(WakeResetsAgain) {
                        *on_release = OnRelease::Destroy;
                    }
                    container.memory.next_at_ms = Some(step.now_ms);
                }
                State::Starting { deadline_at_ms } => {
                    container.memory.start_pending = true;
                    match deadline_at_ms.saturating_sub(step.now_ms) {
                        0 => overdue.push(container.id),
                        left_ms => self.command_start(step, &container, left_ms),
                    }
                }
                State::Stopping { destroy_at_ms, .. } if *destroy_at_ms > step.now_ms => {
                    self.command_stop(step, &mut container);
                }
                State::Stopping { .. } => self.command_destroy(step, &mut container),
            }
            self.ledger.put(container);
        }
        for id in overdue {
            self.start_unheard_of(step, id);
        }
        self.sweep.refresh_at_ms = step.now_ms;
        self.sweep.assigned_check_at_ms =
            self.sweep.assigned_checked_at_ms.saturating_add(self.config.assigned_check_interval_ms);
        self.deadline_reached(step);
    }

    /// The containers on their way somewhere, and those in which a start or a
    /// look at their path may go on unheard.
    fn unfinished(&self, now_ms: u64) -> Vec<Container> {
        let timeout_ms = self.config.start_timeout_ms;
        let unfinished = self.ledger.iter().filter_map(|container| {
            let looked_until_ms = match (&self.config.health.path, &container.state) {
                (Some(_), State::Warm { .. } | State::Assigned { .. }) => now_ms + self.look_at_path_ms(),
                _ => 0,
            };
            let unheard_until_ms = container.start_ends_at_ms(timeout_ms).max(looked_until_ms);
            let at_rest = matches!(container.state, State::Warm { .. } | State::Assigned { .. });
            if at_rest && unheard_until_ms <= now_ms || planted!(WakeDoesNotAskAgain) {
                return None;
            }
            let mut container = container.clone();
            container.memory.unheard_until_ms = unheard_until_ms;
            Some(container)
        });
        unfinished.collect()
    }
}
