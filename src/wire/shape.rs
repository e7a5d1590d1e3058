//! What an option's value may look like, the words for it, and where it goes.

use serde_json::Value;

use super::options::Row;
use crate::pool::Config;

/// Most ports one container can be waited for.
pub const PORTS_MAX: usize = 16;

/// Largest whole number that JSON from JavaScript carries exactly.
const SAFE_MAX: f64 = 9_007_199_254_740_991.0;

/// What values an option takes, and what they change.
pub enum Shape {
    /// A whole number of something, within bounds that are both allowed.
    Number { unit: &'static str, min: u64, max: u64, set: fn(&mut Config, u64) },
    /// The same, or 0 for none.
    NumberOrNone { unit: &'static str, min: u64, max: u64, set: fn(&mut Config, u64) },
    /// True or false.
    Flag { set: fn(&mut Config, bool) },
    /// One of a few words.
    Word(&'static [Word]),
    /// One of several words.
    OneOf { words: &'static [&'static str], set: fn(&mut Config, &'static str) },
    /// A part of a whole, more than 0 and at most 1, to thousandths.
    Ratio { set: fn(&mut Config, u32) },
    /// Text of 1 to `bytes_max` bytes.
    Text { bytes_max: usize, set: fn(&mut Config, String) },
    /// The same, with a slash at its beginning and nothing that a URL's path
    /// cannot hold as it is.
    Path { bytes_max: usize, set: fn(&mut Config, String) },
    /// One port or several.
    Ports { set: fn(&mut Config, Vec<u16>) },
    /// An object with options of its own.
    Group(&'static [Row]),
}

/// A word, and what it changes.
pub type Word = (&'static str, fn(&mut Config));

impl Shape {
    /// Puts a value into `config`; false, and nothing changed, if it is not
    /// one that fits. A group is not a value.
    pub fn accept(&self, value: &Value, config: &mut Config) -> bool {
        let set = match self {
            Self::Number { min, max, set, .. } => {
                whole(value).filter(|number| (min..=max).contains(&number)).map(|number| set(config, number))
            }
            Self::NumberOrNone { min, max, set, .. } => whole(value)
                .filter(|number| *number == 0 || (min..=max).contains(&number))
                .map(|number| set(config, number)),
            Self::Flag { set } => value.as_bool().map(|flag| set(config, flag)),
            Self::Word(words) => value
                .as_str()
                .and_then(|given| words.iter().find(|(word, _)| *word == given))
                .map(|(_, set)| set(config)),
            Self::OneOf { words, set } => value
                .as_str()
                .and_then(|given| words.iter().find(|word| **word == given))
                .map(|word| set(config, word)),
            Self::Ratio { set } => permille(value).map(|permille| set(config, permille)),
            Self::Path { bytes_max, set } => value
                .as_str()
                .filter(|text| text.len() <= *bytes_max && is_path(text))
                .map(|text| set(config, text.to_owned())),
            Self::Text { bytes_max, set } => value
                .as_str()
                .filter(|text| (1..=*bytes_max).contains(&text.len()))
                .map(|text| set(config, text.to_owned())),
            Self::Ports { set } => ports(value).map(|ports| set(config, ports)),
            Self::Group(_) => None,
        };
        set.is_some()
    }

    /// The same, but a number out of its bounds puts the nearest within them.
    pub fn accept_nearest(&self, value: &Value, config: &mut Config) -> bool {
        let (Self::Number { min, max, .. } | Self::NumberOrNone { min, max, .. }) = self else {
            return self.accept(value, config);
        };
        let Some(number) = value.as_f64().filter(|_| !self.accept(value, config)) else {
            return value.is_number();
        };
        // Past the ends of a u64 the cast gives its ends.
        self.accept(&(number.round() as u64).clamp(*min, *max).into(), config)
    }

    /// The values that fit, in words that go after "is not".
    pub fn bounds(&self) -> String {
        match self {
            Self::Number { unit, min, max, .. } => format!("a whole number of {unit} from {min} to {max}"),
            Self::NumberOrNone { unit, min, max, .. } => {
                format!("0 or a whole number of {unit} from {min} to {max}")
            }
            Self::Flag { .. } => "true or false".to_owned(),
            Self::Word(words) => {
                words.iter().map(|(word, _)| format!("\"{word}\"")).collect::<Vec<_>>().join(" or ")
            }
            Self::OneOf { words, .. } => {
                words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" or ")
            }
            Self::Ratio { .. } => "a number from 0.001 to 1".to_owned(),
            Self::Path { bytes_max, .. } => format!(
                "a path of 1 to {bytes_max} printable ASCII characters that begins with / and has no # in it"
            ),
            Self::Text { bytes_max, .. } => format!("a string of 1 to {bytes_max} bytes"),
            Self::Ports { .. } => format!(
                "a port or an array of at most {PORTS_MAX} different ports, each a whole number from 1 to 65535"
            ),
            Self::Group(rows) => format!("an object of {}", names(rows)),
        }
    }

    /// The values that fit, in seconds: of a number of ms.
    pub fn bounds_in_seconds(&self) -> String {
        match self {
            Self::Number { min, max, .. } => {
                format!("a whole number of s from {} to {}", min.div_ceil(1_000), max / 1_000)
            }
            Self::NumberOrNone { min, max, .. } => {
                format!("a whole number of s from {} to {}, or 0", min.div_ceil(1_000), max / 1_000)
            }
            _ => self.bounds(),
        }
    }
}

/// The names of the options in a table.
pub fn names(rows: &[Row]) -> String {
    rows.iter().map(|row| row.name).collect::<Vec<_>>().join(", ")
}

/// A whole number, however it is spelled: `5`, `5.0` and `5e0` are the same
/// number in JSON. Text is not a number.
pub fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        let number = value.as_f64()?;
        (number.fract() == 0.0 && (0.0..=SAFE_MAX).contains(&number)).then_some(number as u64)
    })
}

/// How much is used of something, in thousandths, rounded; it may be more than
/// there is.
pub fn used_permille(ratio: f64) -> Option<u32> {
    let permille = (ratio * 1_000.0).round();
    (permille >= 0.0).then_some(permille as u32)
}

fn permille(value: &Value) -> Option<u32> {
    value.as_f64().filter(|ratio| (0.001..=1.0).contains(ratio)).and_then(used_permille)
}

fn is_path(text: &str) -> bool {
    text.starts_with('/') && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#')
}

fn port(value: &Value) -> Option<u16> {
    whole(value).and_then(|number| u16::try_from(number).ok()).filter(|port| *port > 0)
}

fn ports(value: &Value) -> Option<Vec<u16>> {
    let Some(values) = value.as_array() else { return port(value).map(|port| vec![port]) };
    if values.len() > PORTS_MAX {
        return None;
    }
    let ports: Vec<u16> = values.iter().map(port).collect::<Option<_>>()?;
    let distinct = ports.iter().enumerate().all(|(at, port)| !ports[..at].contains(port));
    distinct.then_some(ports)
}
