//! A row's values, read by column: a value that is not what its column holds
//! is an error that names table, key, column and value.

use std::fmt;

use super::{INTEGER_MAX, StoreError, Value};

/// What an error shows of a value, bytes. Enough for every key.
const SHOWN_BYTES_MAX: usize = 80;

/// Bits that a number up to [`INTEGER_MAX`] has.
const COUNT_BITS_MAX: usize = 53;

/// Where a value stands.
#[derive(Clone, Copy)]
pub struct Cell<'a> {
    /// The table.
    pub table: &'static str,
    /// The row's key.
    pub key: &'a Value,
    /// The column.
    pub column: &'static str,
    /// The value.
    pub value: &'a Value,
}

impl<'a> Cell<'a> {
    /// The text in it.
    pub fn text(&self) -> Result<&'a str, StoreError> {
        match self.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.unreadable("text")),
        }
    }

    /// The text, as `parse` understands it.
    pub fn parsed<T>(&self, expected: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, StoreError> {
        let parsed = match self.value {
            Value::Text(text) => parse(text),
            _ => None,
        };
        parsed.ok_or_else(|| self.unreadable(expected))
    }

    /// The count or moment in it, in a type that may be too narrow for it. One
    /// past [`INTEGER_MAX`] was never recorded as it is, and sums of such
    /// overflow.
    pub fn count<T: TryFrom<i64>>(&self) -> Result<T, StoreError> {
        let count = match self.value {
            Value::Integer(number) if (0..=INTEGER_MAX).contains(number) => T::try_from(*number).ok(),
            _ => None,
        };
        let bits = COUNT_BITS_MAX.min(8 * size_of::<T>());
        count.ok_or_else(|| self.unreadable(&format!("a count of {bits} bits")))
    }

    /// The yes or no in it.
    pub fn flag(&self) -> Result<bool, StoreError> {
        match self.value {
            Value::Integer(0) => Ok(false),
            Value::Integer(1) => Ok(true),
            _ => Err(self.unreadable("0 or 1")),
        }
    }

    /// Whether it is empty.
    pub fn is_null(&self) -> bool {
        *self.value == Value::Null
    }

    /// The error that it is not `expected`.
    pub fn unreadable(&self, expected: &str) -> StoreError {
        StoreError::Unreadable {
            table: self.table,
            key: Shown(self.key).to_string(),
            column: self.column,
            value: Shown(self.value).to_string(),
            expected: expected.to_owned(),
        }
    }
}

/// What `read` makes of the cells of one thing that is there or not: they are
/// all empty, or the first of them is not.
pub fn optional<const N: usize, T>(
    cells: &[Cell<'_>; N],
    read: impl FnOnce(&[Cell<'_>; N]) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    if is_there(cells)? { read(cells).map(Some) } else { Ok(None) }
}

fn is_there(cells: &[Cell<'_>]) -> Result<bool, StoreError> {
    let Some((first, others)) = cells.split_first() else { return Ok(false) };
    match others.iter().find(|cell| !cell.is_null()) {
        Some(alone) if first.is_null() => {
            Err(alone.unreadable(&format!("NULL, as it must be without {}", first.column)))
        }
        _ => Ok(!first.is_null()),
    }
}

/// The values of a row that must have `N` of them.
pub fn values<'a, const N: usize>(table: &str, row: &'a [Value]) -> Result<&'a [Value; N], StoreError> {
    row.try_into().map_err(|_| {
        let given = row.len();
        StoreError::new(&format!("a row of table {table} came with {given} values instead of {N}"))
    })
}

struct Shown<'a>(&'a Value);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Null => f.write_str("NULL"),
            Value::Integer(number) => write!(f, "{number}"),
            Value::Text(text) => {
                let end = text.floor_char_boundary(SHOWN_BYTES_MAX.min(text.len()));
                let rest = if end < text.len() { "…" } else { "" };
                write!(f, "{:?}{rest}", &text[..end])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(value: &Value, read: impl FnOnce(&Cell<'_>) -> Option<StoreError>) -> String {
        let key = Value::text("k");
        let cell = Cell { table: "t", key: &key, column: "c", value };
        read(&cell).map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn an_error_names_table_key_column_and_value() {
        assert_eq!(
            message(&Value::text("two"), |cell| cell.count::<u32>().err()),
            "unreadable row \"k\" of table t: c is \"two\", not a count of 32 bits"
        );
        assert_eq!(
            message(&Value::Null, |cell| cell.text().err()),
            "unreadable row \"k\" of table t: c is NULL, not text"
        );
    }

    #[test]
    fn a_count_is_neither_negative_nor_wider_than_its_type() {
        for (value, fits) in [(-1, false), (0, true), (i64::from(u32::MAX), true), (1 << 32, false)] {
            let refused = message(&Value::Integer(value), |cell| cell.count::<u32>().err());
            assert_eq!(refused.is_empty(), fits, "{value}: {refused}");
        }
    }

    #[test]
    fn a_count_past_what_is_recorded_is_refused() {
        for (value, fits) in [(INTEGER_MAX, true), (INTEGER_MAX + 1, false), (i64::MAX, false)] {
            let refused = message(&Value::Integer(value), |cell| cell.count::<u64>().err());
            assert_eq!(refused.is_empty(), fits, "{value}: {refused}");
            assert!(fits || refused.ends_with(&format!("c is {value}, not a count of 53 bits")), "{refused}");
        }
    }

    #[test]
    fn a_long_value_is_cut_between_characters_and_control_characters_are_spelled_out() {
        let shown = message(&Value::text("\n".to_owned() + &"é".repeat(1 << 20)), |cell| cell.flag().err());
        assert!(shown.len() < 200 && shown.contains("\"\\né") && shown.contains("é\"…"), "{shown}");
    }
}
