//! Every bound in one place, each with its reason.

/// Longest session id, bytes. A KV key has 512, a header line 8 KiB.
pub const SESSION_BYTES_MAX: usize = 512;

/// Most sessions waiting at once. Past it a claim is refused rather than the
/// object's memory filled; at 1 KiB each this is about 10 MiB.
pub const WAITING_MAX: usize = 10_000;

/// What `Retry-After` says where nothing is known to free a container.
pub const RETRY_AFTER_MS: u64 = 1_000;

/// Longest time one claim may wait, whatever the configuration adds up to.
pub const CLAIM_DEADLINE_MAX_MS: u64 = 600_000;

/// Probes under way at once. Enough that ten that hang for their whole time
/// limit do not hold up a thousand; few enough that claims get a turn.
pub const PROBE_CONCURRENCY: usize = 64;

/// A `stop()`, a `destroy()` and a renewal that have not answered by then count
/// as failed; the row stays and they are asked again.
pub const STOP_CALL_TIMEOUT_MS: u64 = 15_000;

/// First look whether a stopped container is gone; doubles to the maximum.
pub const STOP_POLL_BASE_MS: u64 = 500;
/// Longest time between two such looks.
pub const STOP_POLL_MAX_MS: u64 = 10_000;

/// A `destroy()` whose answer is not there by then is sent again. It is also
/// what keeps an alarm armed while one is under way: the memory that waits for
/// the answer may go.
pub const DESTROY_PATIENCE_MS: u64 = 2 * STOP_CALL_TIMEOUT_MS;

/// First wait before a failed `destroy()` is repeated; doubles to the maximum.
pub const DESTROY_RETRY_BASE_MS: u64 = 1_000;
/// Longest time between two destroys of one container.
pub const DESTROY_RETRY_MAX_MS: u64 = 60_000;

/// Failed starts in a row that open the breaker. One is chance, two are bad
/// luck, three are a cause.
pub const BREAKER_FAILURES: u32 = 3;

/// First pause after the breaker opened or the platform limited the rate;
/// doubles with each failed trial.
pub const GATE_BACKOFF_BASE_MS: u64 = 2_000;
/// Longest pause between two trial starts.
pub const GATE_BACKOFF_MAX_MS: u64 = 120_000;

/// First time a limit taught by the platform holds; doubles with each trial
/// that meets it again.
pub const LEARNED_BACKOFF_BASE_MS: u64 = 5_000;
/// Longest time a learned limit holds without a trial.
pub const LEARNED_BACKOFF_MAX_MS: u64 = 300_000;

/// Doublings after which a back-off no longer grows, so that a step counter
/// cannot overflow a shift.
pub const BACKOFF_STEP_MAX: u32 = 16;

/// A KV call that takes longer is not worth waiting for: the pool answers in less.
pub const KV_TIMEOUT_MS: u64 = 300;

/// A container named by a hint that has not answered by then is the pool's to judge.
pub const HINT_CONFIRM_TIMEOUT_MS: u64 = 2_000;

/// How long a hint is kept. KV keeps nothing for less than a minute.
pub const HINT_TTL_MS: u64 = 3_600_000;

/// Counters that changed are recorded after this time at the latest, and
/// before anyone is shown them.
pub const COUNTERS_FLUSH_MS: u64 = 10_000;

/// Longest error text kept, bytes.
pub const ERROR_TEXT_BYTES_MAX: usize = 300;
