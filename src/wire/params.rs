//! The parameters of an SQL statement as one text.

use serde::Serialize;

use super::json;

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Param<'a> {
    /// `NULL`.
    Null,
    /// An integer.
    Integer(i64),
    /// Text.
    Text(&'a str),
}

/// Writes the parameters as an array.
///
/// ```
/// use cf_warm_pool::wire::{Param, params_to_json};
/// let params = [Param::Null, Param::Integer(-7), Param::Text("a \"b\"\n")];
/// assert_eq!(params_to_json(&params), r#"[null,-7,"a \"b\"\n"]"#);
/// ```
#[must_use]
pub fn params_to_json(params: &[Param<'_>]) -> String {
    json::write(params)
}
