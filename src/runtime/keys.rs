//! Who may see the pool and steer it.

use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};
use wasm_bindgen::JsValue;

use super::js::property;
use crate::pool::PoolError;

/// Secrets that open the routes; the second is for the time a key is changed.
const SECRETS: [&str; 2] = ["WARM_POOL_API_KEY", "WARM_POOL_API_KEY_NEXT"];

/// Checks the key a request came with.
///
/// # Errors
/// [`PoolError::Unauthorized`] when no key is configured, saying how to set
/// one, and when it is missing or wrong.
pub fn authorize(env: &JsValue, given: Option<&str>) -> Result<(), PoolError> {
    let keys = configured(env)?;
    let given = given.unwrap_or_default();
    // Every key is compared, so that the time does not depend on which one matches.
    let matches = keys.iter().fold(Choice::from(0), |found, key| found | same(key, given));
    if matches.into() {
        Ok(())
    } else {
        Err(PoolError::Unauthorized { message: "X-API-Key is missing or wrong".to_owned() })
    }
}

/// Checks what a request for a page came with, which holds nothing that is
/// secret and asks for the key itself: none will do.
///
/// # Errors
/// Those of [`authorize`], but for a missing key.
pub fn authorize_page(env: &JsValue, given: Option<&str>) -> Result<(), PoolError> {
    match given {
        Some(_) => authorize(env, given),
        None => configured(env).map(|_| ()),
    }
}

/// The keys there are, one at least.
fn configured(env: &JsValue) -> Result<Vec<String>, PoolError> {
    let keys: Vec<String> = SECRETS
        .iter()
        .filter_map(|secret| property(env, secret).as_string())
        .filter(|key| !key.is_empty())
        .collect();
    if keys.is_empty() {
        return Err(PoolError::Unauthorized {
            message: format!("this route is closed: set a key with `wrangler secret put {}`", SECRETS[0]),
        });
    }
    Ok(keys)
}

/// Compares digests, so that the time depends neither on the length nor on the
/// content of the key.
fn same(key: &str, given: &str) -> Choice {
    Sha256::digest(key).as_slice().ct_eq(Sha256::digest(given).as_slice())
}
