//! Counts that belong together, in one value of a row.

use super::figures::Figure;
use super::json;

/// Greatest count that is read, as a column holds it: sums of such do not overflow.
const COUNT_MAX: u64 = (1 << 53) - 1;

/// Writes the counts in their order.
#[must_use]
pub fn counts_to_json(counts: &[u64]) -> String {
    counts.to_vec().show().to_string()
}

/// Reads what [`counts_to_json`] wrote; `None` where that is not so many counts
/// of at most 2^53 - 1.
#[must_use]
pub fn counts_from_json(text: &str, count: usize) -> Option<Vec<u64>> {
    let counts = Vec::read(&json::read(text).ok()?)?;
    (counts.len() == count && counts.iter().all(|count| *count <= COUNT_MAX)).then_some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

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
