//! Who is who: container ids and names, generations, sessions, claims.

use std::fmt;
use std::rc::Rc;

use uuid::Uuid;
use uuid::fmt::Hyphenated;

use super::error::PoolError;
use super::limits::SESSION_BYTES_MAX;

/// A container's Durable Object id: 32 bytes, written as 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContainerId(pub [u8; 32]);

impl ContainerId {
    /// Reads 64 hex digits of either case; anything else is `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

impl fmt::Display for ContainerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for ContainerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The UUID a container's id is made from. The pool never uses one twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContainerName(pub [u8; 16]);

impl ContainerName {
    /// Parses a UUID in its 36-character form, of either case. The other forms
    /// of a UUID (without hyphens, in braces, as a URN) return `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != Hyphenated::LENGTH {
            return None;
        }
        Uuid::try_parse(text).ok().map(|uuid| Self(uuid.into_bytes()))
    }
}

impl fmt::Display for ContainerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(Uuid::from_bytes_ref(&self.0), f)
    }
}

impl fmt::Debug for ContainerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A name and the id the platform makes from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The UUID.
    pub name: ContainerName,
    /// The Durable Object id of that name.
    pub id: ContainerId,
}

/// Fences one life of one container: every outcome of an effect carries the
/// generation it was asked for, and a stale one changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub u32);

impl Generation {
    /// The first life of every container.
    pub const FIRST: Self = Self(1);

    /// The life after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// Which container, and which life of it, an effect and its outcome are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Life {
    /// The container.
    pub id: ContainerId,
    /// Its generation when the effect was asked for.
    pub generation: Generation,
}

/// A caller's session id: 1 to 512 bytes of UTF-8 without control characters.
///
/// U+FFFD is refused as well: the platform puts it in the place of header bytes
/// and halves of surrogate pairs that are no UTF-8, and two sessions that differ
/// in those only would get one container.
///
/// ```
/// use cf_warm_pool::pool::Session;
/// assert!(Session::new("alice").is_ok());
/// assert_eq!(Session::new("").unwrap_err().code(), "invalid_session");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Session(Rc<str>);

impl Session {
    /// Checks a caller's text.
    ///
    /// # Errors
    /// [`PoolError::InvalidSession`] when it is empty, longer than 512 bytes
    /// or holds a control character.
    pub fn new(text: &str) -> Result<Self, PoolError> {
        let problem = if text.is_empty() {
            "it is empty".to_owned()
        } else if text.len() > SESSION_BYTES_MAX {
            format!("it has {} bytes", text.len())
        } else if let Some(control) = text.chars().find(|c| c.is_control()) {
            format!("it holds the control character U+{:04X}", u32::from(control))
        } else if text.chars().any(|char| char == char::REPLACEMENT_CHARACTER) {
            "it was no UTF-8, or holds U+FFFD, which stands for what was none".to_owned()
        } else {
            return Ok(Self(text.into()));
        };
        Err(PoolError::InvalidSession { problem })
    }

    /// The caller's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One caller waiting for one answer. Lives in memory only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClaimId(pub u64);

/// What the pure code may not make itself: names, and chance.
pub trait Fresh {
    /// A name never used before, and its id.
    fn identity(&mut self) -> Identity;
    /// 64 random bits.
    fn random(&mut self) -> u64;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_names_read_back_what_they_print() {
        let id = ContainerId([0xa7; 32]);
        assert_eq!(ContainerId::parse(&id.to_string()), Some(id));
        let name = ContainerName([0x1f; 16]);
        assert_eq!(name.to_string(), "1f1f1f1f-1f1f-1f1f-1f1f-1f1f1f1f1f1f");
        assert_eq!(ContainerName::parse(&name.to_string()), Some(name));
    }

    #[test]
    fn what_is_no_id_and_no_name_is_refused() {
        for garbage in
            ["", "7", "zz", "+1", &"g".repeat(64), &"a".repeat(63), &"é".repeat(32), &"a".repeat(36)]
        {
            assert_eq!(ContainerId::parse(garbage), None, "{garbage}");
            assert_eq!(ContainerName::parse(garbage), None, "{garbage}");
        }
    }

    #[test]
    fn container_name_parse_accepts_only_the_hyphenated_form() {
        let name = ContainerName([0x1f; 16]);
        assert_eq!(ContainerName::parse("1F1f1f1f-1f1f-1F1F-1f1f-1f1f1f1f1f1F"), Some(name));
        for other in [
            "1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f",
            "{1f1f1f1f-1f1f-1f1f-1f1f-1f1f1f1f1f1f}",
            "urn:uuid:1f1f1f1f-1f1f-1f1f-1f1f-1f1f1f1f1f1f",
            "1f1f1f1f1-f1f-1f1f-1f1f-1f1f1f1f1f1f",
            "1f1f1f1f-1f1f-1f1f-1f1f-1f1f1f1f1f1g",
            "+f1f1f1f-1f1f-1f1f-1f1f-1f1f1f1f1f1f",
            "1f1f1f1f-1f1f-1f1f-1f1f-1f1f1f1f1fé",
            " 1f1f1f1f-1f1f-1f1f-1f1f-1f1f1f1f1f1f",
        ] {
            assert_eq!(ContainerName::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_session_is_1_to_512_bytes_without_control_characters() {
        assert!(Session::new(&"x".repeat(512)).is_ok());
        assert!(Session::new(&"🦀".repeat(128)).is_ok());
        for bad in ["", "a\nb", "\u{7f}", "\u{85}", &"x".repeat(513), &"x".repeat(1 << 20)] {
            let error = Session::new(bad).unwrap_err();
            assert_eq!(error.code(), "invalid_session");
            assert!(error.to_string().len() < 200, "the value is not echoed: {error}");
        }
    }
}
