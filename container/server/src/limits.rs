//! Bounds on everything that a client controls.

use std::time::Duration;

/// Open connections, WebSockets included, so that descriptors and memory suffice. The server answers
/// one more with 503.
pub const CONNECTIONS_MAX: usize = 256;

/// Request line and headers, in bytes and in headers. hyper answers a larger head with 431.
pub const HEAD_BYTES_MAX: usize = 32 * 1024;
pub const HEADERS_MAX: usize = 128;

/// Size, number and name of the files. They are in memory where the container has no disk.
pub const FILE_BYTES_MAX: usize = 1024 * 1024;
pub const FILES_MAX: usize = 256;
pub const FILE_NAME_BYTES_MAX: usize = 64;

/// One WebSocket message. A larger one ends the connection with 1009.
pub const MESSAGE_BYTES_MAX: usize = 1024 * 1024;

/// Chunks of one `/stream`, and the pause between two of them: it ends within a week.
pub const CHUNKS_MAX: u64 = 10_000;
pub const PAUSE_MAX_MS: u64 = 60_000;

/// Longest wait for a client that sends or reads nothing. A WebSocket may stay silent.
pub const SILENCE_MAX: Duration = Duration::from_secs(75);

/// Pause after a failed accept, in which the process may get free descriptors.
pub const ACCEPT_RETRY: Duration = Duration::from_millis(5);
