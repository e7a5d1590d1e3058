//! What must hold of a pool at rest between two events. The simulation and the
//! tests ask after every step; the rows' constraints say the same in SQL.

use super::Pool;
use super::container::State;

impl Pool {
    /// Checks the pool against itself.
    ///
    /// # Errors
    /// The first rule that does not hold, with the figures.
    pub fn check_invariants(&self) -> Result<(), String> {
        self.check_states()?;
        self.check_sessions()?;
        self.check_nothing_is_forgotten()?;
        self.check_queue()
    }

    /// A container is in exactly one state, and the indexes agree.
    fn check_states(&self) -> Result<(), String> {
        let ledger = &self.ledger;
        let by_state =
            ledger.starting() + ledger.warm() + ledger.assigned() + ledger.draining() + ledger.stopping();
        if by_state != ledger.tracked() {
            return Err(format!("{by_state} containers by state, {} tracked", ledger.tracked()));
        }
        Ok(())
    }

    /// A session has at most one container, and a container one session.
    fn check_sessions(&self) -> Result<(), String> {
        for container in self.ledger.iter() {
            let Some(session) = container.session() else { continue };
            // The index has one container to a session: of two, one is not in it.
            if self.ledger.holder_of(session) != Some(container.id) {
                return Err(format!("session {} is not indexed to {}", session.as_str(), container.id));
            }
        }
        Ok(())
    }

    /// Every container that is on its way somewhere has something that moves
    /// it on, and every claim that waits for a look has one under way.
    fn check_nothing_is_forgotten(&self) -> Result<(), String> {
        for container in self.ledger.iter() {
            let memory = &container.memory;
            let leaving = matches!(container.state, State::Draining { .. } | State::Stopping { .. });
            if leaving && memory.next_at_ms.is_none() {
                return Err(format!("nothing ends {}", container.id));
            }
            if !memory.verifying.is_empty() && memory.probing_since_ms.is_none() {
                return Err(format!("claims wait for a look at {} that nobody takes", container.id));
            }
        }
        Ok(())
    }

    /// Nobody waits beside a warm container, and each wait has an end.
    fn check_queue(&self) -> Result<(), String> {
        if let Some(id) = self.next_warm(self.handled_at_ms).filter(|_| !self.queue.is_empty()) {
            return Err(format!("{} sessions wait, and container {id} is warm", self.queue.len()));
        }
        for waiting in self.queue.iter() {
            if waiting.claims.is_empty() || waiting.check_at_ms > waiting.deadline_at_ms {
                return Err(format!("session {} waits without an end", waiting.session.as_str()));
            }
            if self.ledger.held_by(&waiting.session).is_some() {
                return Err(format!("session {} waits and has a container", waiting.session.as_str()));
            }
        }
        Ok(())
    }
}
