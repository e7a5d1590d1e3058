//! How serde reads and writes types of [`pool`](crate::pool), which does not
//! depend on serde. For `#[serde(with = "…")]`.

use serde::de::{Deserializer, Error, Unexpected};
use serde::{Deserialize, Serialize};

use crate::pool::{Generation, Outcome};

/// A [`Generation`] as a number.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Generation")]
pub struct GenerationNumber(u32);

/// An [`Outcome`] as the word of [`Outcome::as_str`].
#[derive(Serialize, Deserialize)]
#[serde(remote = "Outcome", rename_all = "snake_case")]
pub enum OutcomeWord {
    Sticky,
    Hit,
    Miss,
}

/// A container's name as a UUID.
pub mod container_name {
    use serde::{Deserializer, Serializer};

    use crate::pool::ContainerName;

    pub fn serialize<S: Serializer>(name: &ContainerName, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(name)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ContainerName, D::Error> {
        super::parsed(deserializer, ContainerName::parse, "a UUID")
    }
}

/// A container's id as hex digits.
pub mod container_id {
    use serde::{Deserializer, Serializer};

    use crate::pool::ContainerId;

    pub fn serialize<S: Serializer>(id: &ContainerId, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(id)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ContainerId, D::Error> {
        super::parsed(deserializer, ContainerId::parse, "64 hex digits")
    }
}

fn parsed<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    parse: fn(&str) -> Option<T>,
    expected: &str,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| Error::invalid_value(Unexpected::Str(&text), &expected))
}
