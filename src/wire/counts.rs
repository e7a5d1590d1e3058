//! Counts that belong together: by name, and in one value of a row.

use std::ops::Index;

use serde::{Deserialize, Serialize};

use super::{entries, json};

/// Greatest count that is read, as a column holds it: sums of such do not overflow.
const COUNT_MAX: u64 = (1 << 53) - 1;

/// How often something happened, by what it was.
///
/// ```
/// use cf_warm_pool::wire::Counts;
/// let counts: Counts = [("transient".to_owned(), 2)].into_iter().collect();
/// assert_eq!((counts["transient"], counts["unheard of"]), (2, 0));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts(#[serde(with = "entries")] Vec<(String, u64)>);

impl Counts {
    /// What there is, and how often.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(what, count)| (what.as_str(), *count))
    }
}

impl FromIterator<(String, u64)> for Counts {
    fn from_iter<T: IntoIterator<Item = (String, u64)>>(counts: T) -> Self {
        Self(counts.into_iter().collect())
    }
}

/// 0 where there is no such thing.
impl Index<&str> for Counts {
    type Output = u64;

    fn index(&self, what: &str) -> &u64 {
        self.0.iter().find(|(other, _)| other == what).map_or(&0, |(_, count)| count)
    }
}

/// Writes the counts in their order.
#[must_use]
pub fn counts_to_json(counts: &[u64]) -> String {
    json::write(counts)
}

/// Reads what [`counts_to_json`] wrote; `None` where that is not so many counts
/// of at most 2^53 - 1.
#[must_use]
pub fn counts_from_json(text: &str, count: usize) -> Option<Vec<u64>> {
    let counts: Vec<u64> = json::read(text).ok()?;
    (counts.len() == count && counts.iter().all(|count| *count <= COUNT_MAX)).then_some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_name_keep_their_order() {
        let text = r#"{"transient":2,"capacity":1}"#;
        let counts: Counts = json::read(text).unwrap();
        assert_eq!(counts.iter().collect::<Vec<_>>(), [("transient", 2), ("capacity", 1)]);
        assert_eq!(json::write(&counts), text);
        for text in ["[]", "null", r#"{"a":-1}"#, r#"{"a":"1"}"#, r#"{"a":1.0}"#] {
            assert!(json::read::<Counts>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn counts_are_read_as_they_were_written() {
        let counts = [0, 7, COUNT_MAX];
        assert_eq!(counts_from_json(&counts_to_json(&counts), 3), Some(counts.to_vec()));
    }

    #[test]
    fn another_number_of_counts_and_what_is_no_count_is_none() {
        for text in
            ["", "{}", "null", "[1]", "[1,2,3]", "[1,-2]", "[1,2.5]", "[1,\"2\"]", "[1,9007199254740992]"]
        {
            assert_eq!(counts_from_json(text, 2), None, "{text}");
        }
    }
}
