//! What a failed effect means for what comes next.

use std::fmt;

use super::limits::ERROR_TEXT_BYTES_MAX;

/// The platform's errors, sorted by what they call for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailureClass {
    /// No room for another container: learn the limit.
    Capacity,
    /// Too many starts a second: pause, then one trial.
    RateLimit,
    /// An object is overloaded: pause, do not retry at once.
    Overload,
    /// May succeed if tried again.
    Transient,
    /// Will not succeed until somebody changes something.
    Permanent,
}

impl FailureClass {
    /// All classes, in the order metrics list them.
    pub const ALL: [Self; 5] =
        [Self::Capacity, Self::RateLimit, Self::Overload, Self::Transient, Self::Permanent];

    /// The class as metrics and rows spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Capacity => "capacity",
            Self::RateLimit => "rate_limit",
            Self::Overload => "overload",
            Self::Transient => "transient",
            Self::Permanent => "permanent",
        }
    }

    /// Reads what [`Self::as_str`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == text)
    }
}

impl fmt::Display for FailureClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why an effect failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What it calls for.
    pub class: FailureClass,
    /// The platform's words, at most 300 bytes.
    pub message: String,
    /// The pause the platform asked for, if it did.
    pub retry_after_ms: Option<u64>,
    /// Whether what was asked for may still be going on: only its answer was
    /// lost. Not recorded; nothing that it is asked of outlives memory.
    pub may_go_on: bool,
}

impl Failure {
    /// A failure without a `Retry-After`; a long message is cut.
    #[must_use]
    pub fn new(class: FailureClass, message: &str) -> Self {
        let end = message.floor_char_boundary(ERROR_TEXT_BYTES_MAX.min(message.len()));
        Self { class, message: message[..end].to_owned(), retry_after_ms: None, may_go_on: false }
    }
}
