//! What the simulation found, without it: a scenario to each.

pub mod lives;
pub mod looks;

use cf_warm_pool::pool::{
    ClaimId, Command, ContainerId, ContainerName, Event, Fresh, Identity, Life, Pool, Session,
};

use super::happening::failure;

/// Seeds 55 and 171: a start is asked for, its connection is lost, and the
/// destroy that follows succeeds before the instance is there. Seen to fail:
/// that destroy was taken as proof, the row went, and the container ran on.
pub fn lost_connection() -> Result<(), String> {
    let mut pool = Pool::default();
    let mut names = Names(0);
    pool.handle(0, &mut names, Event::Woke);
    let session = Session::new("alice").map_err(|error| error.to_string())?;
    let decision = pool.handle(0, &mut names, Event::Claimed { claim: ClaimId(1), session, config: None });
    let Some(Command::Start { life, timeout_ms, .. }) = decision.commands.first().cloned() else {
        return Err(format!("nothing starts: {decision:?}"));
    };
    let lost = Event::StartFailed { life, failure: failure("Network connection lost.") };
    let given_up = pool.handle(10, &mut names, lost);
    let conclusive = given_up.commands.iter().any(|command| sends_destroy(command, life, true));
    let destroyed = |conclusive| Event::DestroyAnswered { life, conclusive, result: Ok(()) };
    pool.handle(20, &mut names, destroyed(conclusive));
    if !pool.containers().any(|container| container.life() == life) {
        return Err("the row went while the start may go on".to_owned());
    }
    let again = pool.handle(2 * timeout_ms, &mut names, Event::DeadlineReached);
    let sent = again.commands.iter().any(|command| sends_destroy(command, life, true));
    if !sent {
        return Err(format!("no destroy when the start has ended: {again:?}"));
    }
    pool.handle(2 * timeout_ms, &mut names, destroyed(true));
    match pool.containers().any(|container| container.life() == life) {
        true => Err("the row stays after a destroy that proves it gone".to_owned()),
        false => Ok(()),
    }
}

fn sends_destroy(command: &Command, to: Life, proves: bool) -> bool {
    matches!(command, Command::Destroy { life, conclusive, .. } if *life == to && *conclusive == proves)
}

struct Names(u8);

impl Fresh for Names {
    fn identity(&mut self) -> Identity {
        self.0 += 1;
        Identity { id: ContainerId([self.0; 32]), name: ContainerName([self.0; 16]) }
    }

    fn random(&mut self) -> u64 {
        0
    }
}
