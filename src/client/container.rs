//! A session's container, from a Worker's side.

use std::fmt;

use wasm_bindgen::JsCast;
use worker::{ObjectNamespace, Request, Response, Stub};

use crate::pool::{ContainerId, ContainerName, Generation, Grant, Identity, Outcome, PoolError};
use crate::runtime::objects::Objects;

/// The container that a session holds.
#[derive(Clone)]
pub struct Container {
    grant: Grant,
    containers: Objects,
}

impl Container {
    /// # Errors
    /// `misconfigured` where the pool has its containers elsewhere.
    pub(super) fn new(grant: Grant, containers: &Objects) -> Result<Self, PoolError> {
        let Grant { name, id, .. } = grant;
        containers.check(Identity { name, id })?;
        Ok(Self { grant, containers: containers.clone() })
    }

    /// Its name, a UUID: the name of its Durable Object.
    #[must_use]
    pub fn name(&self) -> ContainerName {
        self.grant.name
    }

    /// The id of its Durable Object, 64 hex digits.
    #[must_use]
    pub fn id(&self) -> ContainerId {
        self.grant.id
    }

    /// Which life of it the session got: only [`Config::on_release`] other than to
    /// destroy gives it more than one.
    ///
    /// [`Config::on_release`]: super::Config::on_release
    #[must_use]
    pub fn generation(&self) -> Generation {
        self.grant.generation
    }

    /// Where it came from: the session held it, it was warm, or it had to start.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.grant.outcome
    }

    /// A new stub of it, for one call or several: after some errors a stub is
    /// broken, and another one is not. `into_rpc` of it calls the class's methods.
    ///
    /// # Errors
    /// The platform's.
    pub fn stub(&self) -> worker::Result<Stub> {
        let namespace: ObjectNamespace = self.containers.namespace().unchecked_into();
        namespace.get_by_name(&self.grant.name.to_string())
    }

    /// Passes `request` on to it, both bodies streamed and WebSockets included.
    ///
    /// # Errors
    /// The platform's, where it did not answer.
    pub async fn fetch_request(&self, request: Request) -> worker::Result<Response> {
        self.stub()?.fetch_with_request(request).await
    }
}

impl fmt::Debug for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Container").field(&self.grant).finish()
    }
}
