//! Carrying out commands. Each ends in exactly one event, within its time
//! limit; a start has none here, its deadline is the pool's.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::call::{all_within, failure_of, settled, within};
use super::health;
use super::js::{ContainerStub, now_ms, object, property};
use super::objects::Objects;
use crate::pool::limits::STOP_CALL_TIMEOUT_MS;
use crate::pool::{Command, ContainerName, Event, Failure, FailureClass, Generation, Life, Readiness, Seen};
use crate::route::Look;
use crate::{platform, route};

/// Carries out one command and says what came of it.
pub async fn carry_out(containers: Objects, command: Command) -> Event {
    match command {
        Command::Start { life, name, ports, timeout_ms, readiness } => {
            match start(&containers, life, name, &ports, timeout_ms, readiness).await {
                Ok(()) => Event::StartSucceeded { life },
                Err(failure) => Event::StartFailed { life, failure },
            }
        }
        Command::Probe { life, name, asked_at_ms, renew, path, timeout_ms } => {
            let container = stub(&containers, name);
            let state = container.clone().and_then(|container| container.state());
            let renewal = match (&container, renew) {
                (Ok(container), true) => container.renew(),
                _ => Ok(JsValue::UNDEFINED),
            };
            let [state, renewal] = all_within(timeout_ms, [state, renewal]).await;
            let seen = match (seen(state), path, container) {
                // A request would start one that has stopped.
                (Seen::Alive | Seen::Busy | Seen::Idle, Some(path), Ok(container)) => {
                    health::look(&container, &path, timeout_ms).await
                }
                (seen, _, _) => seen,
            };
            Event::Probed { life, asked_at_ms, seen, renewal_failed: renewal.is_err() }
        }
        Command::Reset { life, name } => {
            let next = object(&[("generation", generation_value(life.generation.next()))]);
            let call = stub(&containers, name).and_then(|container| container.reset(&next));
            let result = within(STOP_CALL_TIMEOUT_MS, call).await.map(|done| done.as_bool() == Some(true));
            Event::ResetAnswered { life, result }
        }
        Command::Stop { life, name } => {
            let call = stub(&containers, name).and_then(|container| container.stop());
            Event::StopAnswered { life, result: within(STOP_CALL_TIMEOUT_MS, call).await.map(drop) }
        }
        Command::Destroy { life, name, conclusive } => {
            let call = stub(&containers, name).and_then(|container| container.destroy());
            let result = within(STOP_CALL_TIMEOUT_MS, call).await.map(drop);
            Event::DestroyAnswered { life, conclusive, result }
        }
    }
}

/// What the answer to `getState` means.
pub fn seen(state: Result<JsValue, Failure>) -> Seen {
    match state {
        Ok(state) => match property(&state, "status").as_string() {
            Some(status) => route::seen_of_state(&status, property(&state, "inFlight").as_f64()),
            None => {
                Seen::Unknown(Failure::new(FailureClass::Transient, "getState answered without a status"))
            }
        },
        Err(failure) => Seen::Unknown(failure),
    }
}

/// What the answer to `getState` means to who asked whether the container is
/// a session's.
pub fn look(state: Result<JsValue, Failure>) -> Look {
    let confirmed = state.as_ref().ok().and_then(|state| property(state, "confirmed").as_bool());
    Look { seen: seen(state), confirmed }
}

async fn start(
    containers: &Objects,
    life: Life,
    name: ContainerName,
    ports: &[u16],
    timeout_ms: u64,
    readiness: Option<Readiness>,
) -> Result<(), Failure> {
    // Past that the pool has given it up, and what is asked later may reach the
    // container when it is destroyed, and start it again.
    let ends_at_ms = now_ms() + timeout_ms;
    let container = stub(containers, name).map_err(|error| failure_of(&error))?;
    let call = container.start(&ports_argument(ports), &start_options(timeout_ms, life.generation));
    if let Err(failure) = settled(call).await.map_err(|error| failure_of(&error))
        && !platform::means_started(&failure)
    {
        return Err(failure);
    }
    match readiness {
        Some(readiness) => {
            let until_ms = ends_at_ms.min(now_ms() + readiness.timeout_ms);
            health::become_ready(&container, &readiness.path, until_ms).await
        }
        None => Ok(()),
    }
}

fn stub(containers: &Objects, name: ContainerName) -> Result<ContainerStub, JsValue> {
    containers.by_name(&name.to_string())
}

/// No ports: the class's own.
fn ports_argument(ports: &[u16]) -> JsValue {
    if ports.is_empty() {
        return JsValue::UNDEFINED;
    }
    ports.iter().map(|port| JsValue::from(*port)).collect::<Array>().into()
}

/// The platform gets the whole time for the instance and again for its ports,
/// so that a start ends by itself soon after its deadline. A class that went
/// through `pooled` is told which life begins.
fn start_options(timeout_ms: u64, generation: Generation) -> JsValue {
    let limit = JsValue::from_f64(timeout_ms as f64);
    object(&[
        ("instanceGetTimeoutMS", limit.clone()),
        ("portReadyTimeoutMS", limit),
        ("poolGeneration", generation_value(generation)),
    ])
}

/// A life's number, as a container is told it.
pub fn generation_value(generation: Generation) -> JsValue {
    JsValue::from_f64(generation.0.into())
}
