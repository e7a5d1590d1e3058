//! The closed list of what can go wrong for a caller.

use std::fmt;

use super::failure::FailureClass;

/// Why a call was not answered with what it asked for. Nothing changed, unless
/// the variant says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PoolError {
    /// The session id is empty, too long or holds control characters.
    InvalidSession {
        /// What is wrong with it. The value itself is not repeated.
        problem: String,
    },
    /// An option is unknown, of the wrong type or out of bounds.
    InvalidConfig {
        /// The option's name.
        option: String,
        /// What was given, shortened.
        value: String,
        /// What is allowed.
        bounds: String,
    },
    /// The key is missing or wrong.
    Unauthorized {
        /// How to open the route.
        message: String,
    },
    /// There is nothing at that address.
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// The platform limits how fast containers may be started.
    RateLimited {
        /// When a start is tried again, ms from now.
        retry_after_ms: u64,
    },
    /// Starts fail, and no more are tried for the moment.
    StartFailed {
        /// The class of the last failure.
        class: FailureClass,
        /// The platform's last message.
        message: String,
        /// When one is tried again, ms from now.
        retry_after_ms: u64,
    },
    /// As many containers exist as may.
    CapacityExhausted {
        /// Containers that exist or may exist.
        tracked: usize,
        /// The limit in force.
        limit: usize,
        /// When trying again is worth it, ms from now.
        retry_after_ms: u64,
    },
    /// No container is warm, and `whenEmpty` is `fail`.
    NoneWarm {
        /// When trying again is worth it, ms from now.
        retry_after_ms: u64,
    },
    /// Nothing became ready within `queueTimeout`.
    QueueTimeout {
        /// How long the claim waited, ms.
        waited_ms: u64,
    },
    /// More sessions wait than the pool holds.
    TooManyWaiting {
        /// The bound.
        limit: usize,
    },
    /// A start was under way for this claim, and it took too long.
    StartTimeout {
        /// How long the claim waited, ms.
        waited_ms: u64,
    },
    /// The pool's storage or object failed; the claim may or may not be recorded.
    PoolUnavailable {
        /// What failed.
        message: String,
    },
    /// The Worker's bindings or variables do not fit.
    Misconfigured {
        /// What is missing, and what there is; or what is wrong with which.
        message: String,
    },
}

impl PoolError {
    /// The stable code, the same over HTTP, RPC and in metrics.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InvalidSession { .. } => "invalid_session",
            Self::InvalidConfig { .. } => "invalid_config",
            Self::Unauthorized { .. } => "unauthorized",
            Self::NotFound { .. } => "not_found",
            Self::RateLimited { .. } => "rate_limited",
            Self::StartFailed { .. } => "start_failed",
            Self::CapacityExhausted { .. } | Self::NoneWarm { .. } => "capacity_exhausted",
            Self::QueueTimeout { .. } | Self::TooManyWaiting { .. } => "queue_timeout",
            Self::StartTimeout { .. } => "start_timeout",
            Self::PoolUnavailable { .. } => "pool_unavailable",
            Self::Misconfigured { .. } => "misconfigured",
        }
    }

    /// The HTTP status of that code.
    #[must_use]
    pub const fn http_status(&self) -> u16 {
        match self {
            Self::InvalidSession { .. } | Self::InvalidConfig { .. } => 400,
            Self::Unauthorized { .. } => 401,
            Self::NotFound { .. } => 404,
            Self::RateLimited { .. } => 429,
            Self::Misconfigured { .. } => 500,
            Self::StartFailed { .. } => 502,
            Self::CapacityExhausted { .. }
            | Self::NoneWarm { .. }
            | Self::QueueTimeout { .. }
            | Self::TooManyWaiting { .. }
            | Self::PoolUnavailable { .. } => 503,
            Self::StartTimeout { .. } => 504,
        }
    }

    /// When trying again is worth it, ms from now; `None` where waiting does
    /// not help.
    #[must_use]
    pub const fn retry_after_ms(&self) -> Option<u64> {
        match self {
            Self::RateLimited { retry_after_ms }
            | Self::StartFailed { retry_after_ms, .. }
            | Self::CapacityExhausted { retry_after_ms, .. }
            | Self::NoneWarm { retry_after_ms } => Some(*retry_after_ms),
            Self::QueueTimeout { .. }
            | Self::TooManyWaiting { .. }
            | Self::StartTimeout { .. }
            | Self::PoolUnavailable { .. } => Some(1_000),
            _ => None,
        }
    }
}

impl fmt::Display for PoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidSession { problem } => write!(
                f,
                "invalid session id: {problem} (1 to 512 bytes of UTF-8 without control characters)"
            ),
            Self::InvalidConfig { option, value, bounds } => {
                write!(f, "invalid option {option}: {value} is not {bounds}")
            }
            Self::Unauthorized { message }
            | Self::PoolUnavailable { message }
            | Self::Misconfigured { message } => f.write_str(message),
            Self::NotFound { what } => write!(f, "there is nothing at {what}"),
            Self::RateLimited { retry_after_ms } => write!(
                f,
                "the platform limits how fast containers start, next attempt in {retry_after_ms} ms"
            ),
            Self::StartFailed { class, message, retry_after_ms } => write!(
                f,
                "containers fail to start, next attempt in {retry_after_ms} ms, last error ({class}): {message}"
            ),
            // The Sandbox SDK's bridge looks for "instance limit reached" and answers 503 instead of 502.
            Self::CapacityExhausted { tracked, limit, .. } => write!(
                f,
                "instance limit reached: {tracked} of {limit} containers exist (raise maxInstances or lower warmTarget)"
            ),
            Self::NoneWarm { .. } => {
                f.write_str("no container is warm (raise warmTarget, or set whenEmpty to start or wait)")
            }
            Self::QueueTimeout { waited_ms } => {
                write!(f, "no container became ready in {waited_ms} ms (raise queueTimeout or warmTarget)")
            }
            Self::TooManyWaiting { limit } => write!(f, "{limit} claims already wait for a container"),
            Self::StartTimeout { waited_ms } => {
                write!(f, "the container started for this session was not ready after {waited_ms} ms")
            }
        }
    }
}

impl std::error::Error for PoolError {}
