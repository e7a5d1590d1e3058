//! What a container tells of itself at `health.path`: any text.

use cf_warm_pool::wire::usage_from_json;
use serde_json::Value;

/// What is read of a body by either name is told there as a number from 0 on.
pub fn check(data: &[u8]) {
    let text = super::text(data);
    let usage = usage_from_json(&text);
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    for (name, permille) in
        [("memory_used_ratio", usage.memory_permille), ("cpu_used_ratio", usage.cpu_permille)]
    {
        let told = body.get(name).and_then(Value::as_f64).map(|ratio| (ratio * 1_000.0).round());
        match permille {
            Some(u32::MAX) => assert!(told >= Some(f64::from(u32::MAX)), "{text}"),
            Some(permille) => assert_eq!(told, Some(f64::from(permille)), "{text}"),
            // A text past the longest that is read tells nothing.
            None => assert!(told.is_none_or(|told| told < 0.0) || text.len() > 64 * 1024, "{text}"),
        }
    }
}
