//! What the pool asked for and the platform has not ended.

use cf_warm_pool::pool::{Command, ContainerId, Event, Failure, Life, Seen, Usage};

use super::World;

/// `stop()`, `destroy()`, clean-ups and looks are answered by then.
const ANSWER_MS: u64 = 15_000;

/// More than any ceiling allows.
const FULL: Usage = Usage { memory_permille: Some(2_000), cpu_permille: Some(2_000) };

/// How an effect ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// As asked.
    Well,
    /// It fails, and has no effect.
    Failed,
    /// It fails, and has its effect all the same.
    FailedYetDone,
    /// As asked; a look shows that no request is under way.
    Idle,
    /// As asked; a look shows a container that does not answer at its path, and
    /// a clean-up leaves something behind.
    Unready,
    /// As asked; a look shows a container that uses more than it may.
    Full,
}

impl How {
    fn ok(self) -> bool {
        !matches!(self, Self::Failed | Self::FailedYetDone)
    }

    fn done(self) -> bool {
        self != Self::Failed
    }
}

/// One thing that is under way.
pub struct Effect {
    pub(super) command: Command,
    pub(super) asked_at_ms: u64,
    /// Which memory waits for the outcome.
    pub(super) memory: u64,
}

impl Effect {
    /// When it has ended, whatever happens: the platform gets a start's time
    /// once for the instance and again for its ports.
    pub(super) fn ends_at_ms(&self) -> u64 {
        self.asked_at_ms
            + match &self.command {
                Command::Start { timeout_ms, .. } => 2 * timeout_ms - 1,
                Command::Probe { timeout_ms, .. } => *timeout_ms,
                Command::Reset { .. } | Command::Stop { .. } | Command::Destroy { .. } => ANSWER_MS,
            }
    }
}

impl World {
    /// Effect `n` ends.
    pub fn end(&mut self, n: usize, how: How) {
        if self.effects.is_empty() {
            return;
        }
        let Effect { command, memory, .. } = self.effects.remove(n % self.effects.len());
        let result = if how.ok() { Ok(()) } else { Err(self.failure()) };
        let event = match command {
            Command::Start { life, .. } => {
                if how.done() {
                    self.running.insert(life.id);
                }
                match result {
                    Ok(()) => Event::StartSucceeded { life },
                    Err(failure) => Event::StartFailed { life, failure },
                }
            }
            Command::Probe { life, asked_at_ms, path, .. } => {
                let seen = self.look(life.id, path.is_some(), how);
                Event::Probed { life, asked_at_ms, seen, renewal_failed: !how.ok() }
            }
            Command::Reset { life, .. } => {
                let running = self.running.contains(&life.id);
                let result = if running { result } else { Err(self.failure()) };
                Event::ResetAnswered { life, result: result.map(|()| how != How::Unready) }
            }
            Command::Stop { life, .. } => {
                // A signal ends a container some time later, or never.
                if how == How::FailedYetDone {
                    self.running.remove(&life.id);
                }
                Event::StopAnswered { life, result }
            }
            Command::Destroy { life, conclusive, .. } => {
                if how.done() {
                    self.running.remove(&life.id);
                }
                Event::DestroyAnswered { life, conclusive, result }
            }
        };
        if memory == self.memory {
            self.tell(event);
        }
    }

    fn look(&self, id: ContainerId, at_path: bool, how: How) -> Seen {
        match how {
            How::Failed | How::FailedYetDone => Seen::Unknown(self.failure()),
            _ if !self.running.contains(&id) => Seen::Stopped,
            How::Unready if at_path => Seen::NotReady(self.failure()),
            How::Full if at_path => Seen::Ready(FULL),
            _ if at_path => Seen::Ready(Usage::default()),
            How::Idle => Seen::Idle,
            _ => Seen::Alive,
        }
    }

    /// A container ends by itself.
    pub fn die(&mut self, n: usize, reported: bool) {
        if self.running.is_empty() {
            return;
        }
        let at = n % self.running.len();
        let Some(id) = self.running.iter().nth(at).copied() else { return };
        self.running.remove(&id);
        if reported {
            self.tell(Event::StopReported { id });
        }
    }

    /// Whether it runs, or a start under way may yet make it run.
    pub(super) fn may_run(&self, id: ContainerId) -> bool {
        let starts =
            |effect: &Effect| matches!(&effect.command, Command::Start { life, .. } if life.id == id);
        self.running.contains(&id) || self.effects.iter().any(starts)
    }

    fn failure(&self) -> Failure {
        Failure::new(self.class, "it was not to be")
    }
}

/// Which life a command is about.
pub fn life(command: &Command) -> Life {
    match command {
        Command::Start { life, .. }
        | Command::Probe { life, .. }
        | Command::Reset { life, .. }
        | Command::Stop { life, .. }
        | Command::Destroy { life, .. } => *life,
    }
}
