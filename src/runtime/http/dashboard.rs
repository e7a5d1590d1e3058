//! The page of those who run the pools. It holds no figures: it asks its reader
//! for the key, and the other routes for the rest.

use wasm_bindgen::JsValue;
use web_sys::{Headers, Response, ResponseInit};

use super::answer::unbuilt;
use crate::pool::PoolError;
use crate::runtime::js::property;
use crate::runtime::keys::authorize_page;
use crate::wire::RemoteError;

/// Returns the page for a request with the right key or none: a browser that
/// opens the page has no way to send one. `dashboard` is the page and its policy,
/// as `js/worker.ts` passes them.
///
/// # Errors
/// `unauthorized` if no key is configured or the sent one is wrong; `not_found` if
/// the Worker passes no page.
pub fn page(dashboard: &JsValue, env: &JsValue, key: Option<&str>) -> Result<Response, RemoteError> {
    authorize_page(env, key)?;
    let part = |name| property(dashboard, name).as_string();
    let (Some(page), Some(policy)) = (part("page"), part("policy")) else {
        return Err(PoolError::NotFound { what: "a dashboard in this Worker".to_owned() }.into());
    };
    html(&page, &policy).map_err(|error| unbuilt(&error))
}

fn html(page: &str, policy: &str) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    headers.set("content-type", "text/html; charset=utf-8")?;
    headers.set("content-security-policy", policy)?;
    headers.set("cache-control", "no-store")?;
    headers.set("referrer-policy", "no-referrer")?;
    headers.set("x-content-type-options", "nosniff")?;
    let init = ResponseInit::new();
    init.set_headers(&headers);
    Response::new_with_opt_str_and_init(Some(page), &init)
}
