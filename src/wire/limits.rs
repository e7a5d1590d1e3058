//! Every bound on what is read, each with its reason. The bounds of the options
//! stand in the table of options.

/// Longest JSON text read, bytes. All options with every text at its longest
/// are 1 KiB, and so are a pool's figures; past this it is a mistake or an
/// attack, and is not parsed.
pub const TEXT_BYTES_MAX: usize = 64 * 1024;

/// Deepest nesting read, levels. What this crate reads is four deep.
pub const DEPTH_MAX: usize = 100;

/// Longest chunk of history read, bytes: the platform's limit on a value of a row.
pub const HISTORY_BYTES_MAX: usize = 2 * 1_024 * 1_024;

/// Longest body of a request that steers the pools, bytes. It holds a name and a
/// number, and no more of it is read.
pub const STEERING_BYTES_MAX: usize = 1_024;

/// Longest value repeated in an error, characters: enough to recognise it.
pub const SHOWN_CHARS_MAX: usize = 100;

/// Longest pool name, bytes: with every byte percent-encoded and a hashed
/// session it still fits a KV key.
pub const POOL_NAME_BYTES_MAX: usize = 128;

/// Longest KV key, bytes: the platform's.
pub const KV_KEY_BYTES_MAX: usize = 512;

/// Longest explanation of a session read, bytes: each of the some 2,000 steps a
/// pool keeps is less than 256 bytes of it.
pub const EXPLANATION_BYTES_MAX: usize = 1_024 * 1_024;

/// Longest name of a runtime, bytes. It is a pool's name and a part of a
/// binding's, and nobody types more.
pub const RUNTIME_NAME_BYTES_MAX: usize = 64;

/// Most runtimes of one Worker. The status and the `scheduled` handler ask the
/// pool of each, and an invocation on the free plan has 50 subrequests.
pub const RUNTIMES_MAX: usize = 32;

/// Longest text of an earlier package's stored values, bytes. The platform takes
/// 2 MiB to a value, and JSON writes a byte of it with six at most.
pub const LEGACY_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Most of what cannot be read in them that is shown, values.
pub const LEGACY_SHOWN_MAX: usize = 10;
