//! Events and decisions in short: containers by number, and nothing that says nothing.

use std::fmt;

use cf_warm_pool::pool::{Change, Command, ContainerId, Decision, Event, Seen, State};

use super::machine::number_of;

/// An event, or nothing for a sign of life of a container.
pub struct BriefEvent<'a>(pub &'a Event);

/// A decision.
pub struct BriefDecision<'a>(pub &'a Decision);

impl BriefEvent<'_> {
    /// Whether it is worth a line where few lines are kept.
    pub fn is_news(&self) -> bool {
        !matches!(self.0, Event::Probed { seen: Seen::Alive | Seen::Idle | Seen::Ready(_), .. })
    }
}

impl BriefDecision<'_> {
    pub fn is_news(&self) -> bool {
        let Decision { changes, replies, commands, .. } = self.0;
        let looks = commands.iter().all(|command| matches!(command, Command::Probe { .. }));
        !changes.is_empty() || !replies.is_empty() || !looks
    }
}

/// Ids that are not one of the platform's are reports of nothing.
fn name(id: ContainerId) -> String {
    let number = number_of(id);
    if number < 1 << 32 { format!("container {number}") } else { "nobody's id".to_owned() }
}

impl fmt::Display for BriefEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Event::Claimed { claim, session, config } => {
                write!(f, "{} asks (claim {})", session.as_str(), claim.0)?;
                config.as_ref().map_or(Ok(()), |config| write!(f, " with {config:?}"))
            }
            Event::Configured { config } => write!(f, "configured: {config:?}"),
            Event::StopReported { id } => write!(f, "{} is reported to have stopped", name(*id)),
            Event::StartSucceeded { life } => write!(f, "{} is ready", name(life.id)),
            Event::StartFailed { life, failure } => {
                write!(f, "{} did not start: {}: {}", name(life.id), failure.class, failure.message)
            }
            Event::Probed { life, seen, .. } => write!(f, "{} was looked at: {seen:?}", name(life.id)),
            Event::ResetAnswered { life, result } => write!(f, "reset of {}: {result:?}", name(life.id)),
            Event::StopAnswered { life, result } => write!(f, "stop of {}: {result:?}", name(life.id)),
            Event::DestroyAnswered { life, conclusive, result } => {
                write!(f, "destroy of {} (conclusive: {conclusive}): {result:?}", name(life.id))
            }
            other => write!(f, "{other:?}"),
        }
    }
}

impl fmt::Display for BriefDecision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Decision { changes, replies, commands, alarm_at_ms, timer_at_ms, .. } = self.0;
        for change in changes {
            match change {
                Change::PutContainer(container) | Change::MoveContainer(container) => {
                    let (name, life) = (name(container.id), container.generation.0);
                    write!(f, "{name} (life {life}) {}; ", state(&container.state))?;
                }
                Change::DeleteContainer(id) => write!(f, "{} is gone; ", name(*id))?,
                Change::PutPool(row) => {
                    write!(f, "primed {}, {:?} {:?}; ", row.primed, row.gate.pause, row.gate.learned)?;
                }
                Change::PutCounters(_) => write!(f, "counters; ")?,
                Change::PutMinute(_) | Change::PutHistory(_) => {}
            }
        }
        for reply in replies {
            match &reply.result {
                Ok(grant) => {
                    write!(f, "claim {}: {} of {}; ", reply.claim.0, grant.outcome.as_str(), name(grant.id))?;
                }
                Err(error) => write!(f, "claim {}: {}; ", reply.claim.0, error.code())?,
            }
        }
        for command in commands {
            match command {
                Command::Start { life, .. } => write!(f, "start {}; ", name(life.id))?,
                Command::Probe { life, .. } => write!(f, "look at {}; ", name(life.id))?,
                Command::Reset { life, .. } => write!(f, "reset {}; ", name(life.id))?,
                Command::Stop { life, .. } => write!(f, "stop {}; ", name(life.id))?,
                Command::Destroy { life, conclusive, .. } => {
                    write!(f, "destroy {} (conclusive: {conclusive}); ", name(life.id))?;
                }
            }
        }
        write!(f, "alarm {alarm_at_ms:?}, timer {timer_at_ms:?}")
    }
}

fn state(state: &State) -> String {
    match state {
        State::Starting { deadline_at_ms } => format!("starts until {deadline_at_ms}"),
        State::Warm { .. } => "is warm".to_owned(),
        State::Assigned { session, .. } => format!("belongs to {}", session.as_str()),
        State::Draining { cause, deadline_at_ms, on_release } => {
            format!("drains ({}) until {deadline_at_ms}, then {}", cause.as_str(), on_release.as_str())
        }
        State::Stopping { cause, settled_at_ms, .. } => {
            format!("stops ({}), settled at {settled_at_ms}", cause.as_str())
        }
    }
}
