//! The default Worker's variables, as a pool's options.

use serde_json::{Value, json};

/// Warm containers of a runtime where its variable is not set.
const SIZE_DEFAULT: u64 = 3;

/// The options that `WARM_POOL_SIZE_PER_RUNTIME` asks for, as
/// [`config_from_json`](super::config_from_json) reads them. A variable is text:
/// what is no number in it is handed on as it is, so that the refusal shows it.
///
/// ```
/// use cf_warm_pool::wire::worker_config;
/// assert_eq!(worker_config(Some("8".to_owned())), r#"{"warmTarget":8}"#);
/// assert_eq!(worker_config(None), r#"{"warmTarget":3}"#);
/// ```
#[must_use]
pub fn worker_config(size: Option<String>) -> String {
    let target: Value = match size {
        None => SIZE_DEFAULT.into(),
        Some(text) => match text.trim().parse::<u64>() {
            Ok(number) => number.into(),
            Err(_) => text.into(),
        },
    };
    json!({ "warmTarget": target }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::config_from_json;

    #[test]
    fn the_variable_is_the_target() {
        for (text, target) in [("0", 0), (" 12\n", 12), ("1000", 1_000)] {
            let config = config_from_json(&worker_config(Some(text.to_owned()))).unwrap();
            assert_eq!(config.warm_target, target, "{text}");
        }
    }

    #[test]
    fn a_variable_that_is_no_target_is_refused_and_shown() {
        for text in ["", "three", "-1", "1.5", "1001", "\"", "99999999999999999999"] {
            let error = config_from_json(&worker_config(Some(text.to_owned()))).unwrap_err();
            let shown = text.replace('"', "\\\"");
            assert!(error.to_string().contains(&shown), "{error}");
            assert!(error.to_string().starts_with("invalid option warmTarget: "), "{error}");
        }
    }
}
