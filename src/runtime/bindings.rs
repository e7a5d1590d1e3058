//! Finding the container namespace among the Worker's bindings.

use js_sys::Object;
use wasm_bindgen::{JsCast, JsValue};

use super::js::{Namespace, property};
use crate::pool::{ContainerId, ContainerName, Identity, PoolError};

/// Names that are tried, in this order, where the configuration names none.
const USUAL: [&str; 3] = ["CONTAINER", "SANDBOX", "Sandbox"];

/// The namespace bound as `named`, or else under one of the usual names.
///
/// # Errors
/// [`PoolError::Misconfigured`] with the bindings there are.
pub fn container_namespace(env: &JsValue, named: Option<&str>) -> Result<Namespace, PoolError> {
    let wanted: Vec<&str> = named.map_or_else(|| USUAL.to_vec(), |name| vec![name]);
    wanted.iter().find_map(|name| namespace(env, name)).ok_or_else(|| PoolError::Misconfigured {
        message: format!(
            "no container namespace is bound as {} (bindings: {}; set containerBinding)",
            wanted.join(" or "),
            binding_names(env)
        ),
    })
}

/// The first of the usual names that a namespace is bound under.
pub fn usual_binding(env: &JsValue) -> Option<&'static str> {
    USUAL.into_iter().find(|name| namespace(env, name).is_some())
}

/// The Durable Object namespace bound as `name`.
pub fn namespace(env: &JsValue, name: &str) -> Option<Namespace> {
    let value = property(env, name);
    property(&value, "idFromName").is_function().then(|| value.unchecked_into())
}

/// The name with the id the namespace makes from it.
///
/// # Errors
/// [`PoolError::Misconfigured`] where it makes none.
pub fn identity_of(containers: &Namespace, name: ContainerName) -> Result<Identity, PoolError> {
    let id = containers.id_from_name(&name.to_string()).ok();
    let id = id.and_then(|id| ContainerId::parse(&id.to_hex()));
    id.map(|id| Identity { name, id }).ok_or_else(|| PoolError::Misconfigured {
        message: "the container binding makes no Durable Object ids".to_owned(),
    })
}

fn binding_names(env: &JsValue) -> String {
    let names: Vec<String> =
        Object::keys(env.unchecked_ref::<Object>()).iter().filter_map(|name| name.as_string()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
