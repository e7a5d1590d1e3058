//! Bounds on all that a client decides about.

use std::time::Duration;

/// Connections at once; each has a thread. One more is answered with 503.
pub const CONNECTIONS_MAX: usize = 256;

/// Bytes of a request line with its headers, and of a chunk's size line.
pub const HEAD_BYTES_MAX: u64 = 32 * 1024;
pub const HEADERS_MAX: usize = 128;
pub const CHUNK_LINE_BYTES_MAX: u64 = 256;

/// Bytes of a body that nobody reads, up to which the connection is kept for the next request.
pub const UNREAD_BYTES_MAX: u64 = 64 * 1024;

pub const FILE_BYTES_MAX: u64 = 1024 * 1024;
pub const FILES_MAX: usize = 256;
pub const FILE_NAME_BYTES_MAX: usize = 64;

/// Bytes of one WebSocket frame; a longer one ends the connection with 1009.
pub const FRAME_BYTES_MAX: u64 = 1024 * 1024;

/// Most chunks that `/stream` sends, and the longest time between two.
pub const CHUNKS_MAX: u64 = 10_000;
pub const PAUSE_MAX_MS: u64 = 60_000;

/// Longest wait for a client that sends or reads nothing.
pub const SILENCE_MAX: Duration = Duration::from_secs(75);

/// How often whoever waits for a client looks whether the server is to stop.
pub const LOOK_INTERVAL: Duration = Duration::from_millis(200);
