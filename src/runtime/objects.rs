//! The objects of one class, where the configuration says they are.

use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue};

use super::call::message_of;
use super::js::{Namespace, ObjectId, object, property};
use crate::pool::{ContainerId, ContainerName, Identity, PoolError};
use crate::text::escaped;

/// A name whose id shows what a namespace is like. No container has it: theirs
/// are UUIDs.
const PROBE: &str = "cf-warm-pool";

/// How much of an invalid id an error shows: more than a valid one has.
const ID_SHOWN_CHARACTERS: usize = 80;

/// A namespace, or the part of it in one jurisdiction, and near which region an
/// object of it is made that is not there yet.
#[derive(Clone)]
pub struct Objects(Rc<Place>);

struct Place {
    namespace: Namespace,
    /// What `get` is told.
    options: JsValue,
}

impl Objects {
    /// Those of a namespace in that jurisdiction, if there is one to be in; the
    /// namespace may be that part already.
    ///
    /// # Errors
    /// [`PoolError::Misconfigured`] where the platform refuses it.
    pub fn of(namespace: Namespace, jurisdiction: Option<&str>) -> Result<Self, PoolError> {
        let namespace = match jurisdiction {
            Some(name) if !is_in(&namespace, name) => {
                namespace.jurisdiction(name).map_err(|error| PoolError::Misconfigured {
                    message: format!("the platform refuses jurisdiction {name}: {}", message_of(&error)),
                })?
            }
            _ => namespace,
        };
        Ok(Self::new(namespace, JsValue::UNDEFINED))
    }

    /// The same, made near that region where they are made by this.
    pub fn near(&self, location_hint: Option<&str>) -> Self {
        let hint = |hint| object(&[("locationHint", JsValue::from_str(hint))]);
        Self::new(self.0.namespace.clone(), location_hint.map_or(JsValue::UNDEFINED, hint))
    }

    fn new(namespace: Namespace, options: JsValue) -> Self {
        Self(Rc::new(Place { namespace, options }))
    }

    /// A new stub of the object of that name. After some errors a stub is
    /// broken, so none is kept.
    ///
    /// # Errors
    /// The platform's, when the name is refused.
    pub fn by_name<Stub: JsCast>(&self, name: &str) -> Result<Stub, JsValue> {
        let id = self.0.namespace.id_from_name(name)?;
        Ok(self.0.namespace.stub(&id, &self.0.options)?.unchecked_into())
    }

    /// Checks the namespace as [`check_ids`] does.
    ///
    /// # Errors
    /// Those of [`check_ids`].
    #[cfg(feature = "package")]
    pub fn check_ids(&self, named: &str) -> Result<(), PoolError> {
        check_ids(&self.0.namespace, named)
    }

    /// The name with the id that is made from it.
    ///
    /// # Errors
    /// [`PoolError::Misconfigured`] where none is.
    pub fn identity_of(&self, name: ContainerName) -> Result<Identity, PoolError> {
        let id = id_of(&self.0.namespace, &name.to_string());
        id.map(|id| Identity { name, id }).map_err(|problem| PoolError::Misconfigured {
            message: format!("the container binding makes no Durable Object ids: {problem}"),
        })
    }

    /// A new stub of a container of the pool.
    ///
    /// # Errors
    /// Those of [`Self::check`].
    pub fn container<Stub: JsCast>(&self, identity: Identity) -> Result<Stub, PoolError> {
        let stub = self
            .0
            .namespace
            .stub(&self.check(identity)?, &self.0.options)
            .map_err(|_| elsewhere(identity))?;
        Ok(stub.unchecked_into())
    }

    /// Checks that the pool's container is here. A client that looks for it in
    /// another class or jurisdiction would start another one, which nobody tracks.
    ///
    /// # Errors
    /// [`PoolError::Misconfigured`] where its name makes another id.
    pub fn check(&self, identity: Identity) -> Result<ObjectId, PoolError> {
        let made = self.0.namespace.id_from_name(&identity.name.to_string()).ok();
        let same = made.filter(|made| text_of(made).as_deref() == Some(&*identity.id.to_string()));
        same.ok_or_else(|| elsewhere(identity))
    }

    /// Returns the id of the object of that name.
    ///
    /// # Errors
    /// The platform's, when it refuses the name.
    #[cfg(feature = "package")]
    pub fn id_of(&self, name: &str) -> Result<ObjectId, JsValue> {
        self.0.namespace.id_from_name(name)
    }

    /// Returns the platform's namespace.
    #[cfg(any(feature = "package", not(feature = "worker")))]
    pub fn namespace(&self) -> JsValue {
        self.0.namespace.clone().into()
    }

    /// Returns the second argument of the namespace's `get`.
    #[cfg(feature = "package")]
    pub fn options(&self) -> JsValue {
        self.0.options.clone()
    }
}

fn elsewhere(Identity { name, .. }: Identity) -> PoolError {
    PoolError::Misconfigured {
        message: format!(
            "container {name} of the pool is not of the class and jurisdiction that this client looks in \
             (give it the pool's containerBinding and jurisdiction, or a poolName of its own)"
        ),
    }
}

/// Checks that a namespace makes ids of Durable Objects, which a unit test's
/// substitute for one may not do.
///
/// # Errors
/// [`PoolError::Misconfigured`], naming the namespace and the id.
pub fn check_ids(namespace: &Namespace, named: &str) -> Result<(), PoolError> {
    let id = if has_any_method(namespace) {
        Err("it is the binding of a service".to_owned())
    } else {
        id_of(namespace, PROBE)
    };
    id.map(drop).map_err(|problem| PoolError::Misconfigured {
        message: format!("{named} makes no Durable Object ids: {problem} (bind a Durable Object class)"),
    })
}

/// Whether a binding seems to have whatever method it is asked for, as one of a
/// service does: to call one would be a request.
pub fn has_any_method(binding: &JsValue) -> bool {
    property(binding, "notAMethodOfNamespaces").is_function()
}

/// The id that a namespace makes of a name, or why that is none.
fn id_of(namespace: &Namespace, name: &str) -> Result<ContainerId, String> {
    let id =
        namespace.id_from_name(name).map_err(|error| format!("idFromName failed: {}", message_of(&error)))?;
    let text = text_of(&id).ok_or_else(|| "idFromName returned something without text".to_owned())?;
    ContainerId::parse(&text).ok_or_else(|| {
        let shown: String = text.chars().take(ID_SHOWN_CHARACTERS).collect();
        format!("idFromName returned \"{}\", not 64 hexadecimal digits", escaped(&shown))
    })
}

fn text_of(id: &ObjectId) -> Option<String> {
    id.text().ok()?.as_string()
}

fn is_in(namespace: &Namespace, jurisdiction: &str) -> bool {
    let id = namespace.id_from_name(PROBE);
    id.is_ok_and(|id| property(&id, "jurisdiction").as_string().as_deref() == Some(jurisdiction))
}
