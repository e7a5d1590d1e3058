//! A Worker's bindings: its container namespace among them, and its variables.

use js_sys::{JSON, Object};
use wasm_bindgen::{JsCast, JsValue};

use super::js::{Namespace, property};
use super::objects::{check_ids, has_any_method};
use crate::pool::PoolError;
use crate::runtimes::USUAL_BINDINGS;

/// The namespace bound as `named`, or else under one of the usual names.
///
/// # Errors
/// [`PoolError::Misconfigured`] with the bindings there are, or where the
/// namespace makes no ids.
pub fn container_namespace(env: &JsValue, named: Option<&str>) -> Result<Namespace, PoolError> {
    let names = named.map_or_else(|| USUAL_BINDINGS.to_vec(), |name| vec![name]);
    let (name, namespace) =
        first(env, &names).ok_or_else(|| unbound(env, &names, "; set containerBinding"))?;
    check_ids(&namespace, &format!("binding {name}"))?;
    Ok(namespace)
}

/// The first of these names that a namespace is bound under, and the namespace.
///
/// # Errors
/// [`PoolError::Misconfigured`] with the bindings there are.
pub fn first_bound(env: &JsValue, names: &[String]) -> Result<(String, Namespace), PoolError> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let bound = first(env, &names).ok_or_else(|| unbound(env, &names, ""))?;
    Ok((bound.0.to_owned(), bound.1))
}

/// The first of the usual names that a namespace is bound under.
pub fn usual_binding(env: &JsValue) -> Option<&'static str> {
    first(env, &USUAL_BINDINGS).map(|(name, _)| name)
}

fn first<'a>(env: &JsValue, names: &[&'a str]) -> Option<(&'a str, Namespace)> {
    names.iter().find_map(|name| Some((*name, namespace(env, name)?)))
}

fn unbound(env: &JsValue, names: &[&str], way_out: &str) -> PoolError {
    PoolError::Misconfigured {
        message: format!(
            "no container namespace is bound as {} (bindings: {}{way_out})",
            names.join(" or "),
            binding_names(env)
        ),
    }
}

/// The Durable Object namespace bound as `name`.
pub fn namespace(env: &JsValue, name: &str) -> Option<Namespace> {
    let value = property(env, name);
    let is_namespace = property(&value, "idFromName").is_function() && !has_any_method(&value);
    is_namespace.then(|| value.unchecked_into())
}

/// A variable as JSON text; `None` where it is not set.
pub fn variable(env: &JsValue, name: &str) -> Option<String> {
    let value = property(env, name);
    if value.is_undefined() || value.is_null() {
        return None;
    }
    let text = JSON::stringify(&value).ok().and_then(|text| text.as_string());
    // Which is none either, so it is refused with these words.
    Some(text.unwrap_or_else(|| "a value that has no JSON".to_owned()))
}

fn binding_names(env: &JsValue) -> String {
    let names: Vec<String> =
        Object::keys(env.unchecked_ref::<Object>()).iter().filter_map(|name| name.as_string()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
