//! Every bound in one place, each with its reason.

/// Longest session id, bytes. A KV key has 512, a header line 8 KiB.
pub const SESSION_BYTES_MAX: usize = 512;

/// Most sessions waiting at once. Past it a claim is refused rather than the
/// object's memory filled; at 1 KiB each this is about 10 MiB.
pub const WAITING_MAX: usize = 10_000;

/// Most claims waiting at once, those that joined a session's wait included.
pub const CLAIMS_WAITING_MAX: usize = 2 * WAITING_MAX;

/// What `Retry-After` says where nothing is known to free a container.
pub const RETRY_AFTER_MS: u64 = 1_000;

/// Longest time one claim may wait, whatever the configuration adds up to.
pub const CLAIM_DEADLINE_MAX_MS: u64 = 600_000;

/// Looks under way at once. Enough that ten that hang for their whole time
/// limit do not hold up a thousand.
pub const LOOKS_AT_ONCE_MAX: usize = 64;
/// The same while sessions claim, whose turn comes after the looks answered
/// before: so few that a claim hardly waits for them.
pub const LOOKS_AMONG_CLAIMS: usize = 4;
/// A look not answered by then is not about to be, and holds up no other.
pub const LOOK_SLOW_MS: u64 = 25;

/// A `stop()`, a `destroy()` and a renewal that have not answered by then count
/// as failed; the row stays and they are asked again.
pub const STOP_CALL_TIMEOUT_MS: u64 = 15_000;

/// Between two questions at `health.path` of a container that is starting.
pub const READINESS_PAUSE_MS: u64 = 200;

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

/// Shortest pause between two trial starts that live demand calls for while
/// the breaker is open: a backend that is up again is found within two seconds.
pub const TRIAL_TRANSIENT_MS: u64 = 1_000;
/// The same where the failure is permanent until somebody changes something.
pub const TRIAL_PERMANENT_MS: u64 = 10_000;

/// First time a limit taught by the platform holds; doubles with each trial
/// that meets it again.
pub const LEARNED_BACKOFF_BASE_MS: u64 = 5_000;
/// Longest time a learned limit holds without a trial.
pub const LEARNED_BACKOFF_MAX_MS: u64 = 300_000;

/// Configurations of which the pool knows that another one replaced them: two
/// versions of a Worker are deployed over each other at a time, perhaps three.
pub const CONFIGS_REPLACED_MAX: usize = 4;
/// How long a configuration that was replaced has to be asked for, and the one
/// in force not, before it comes back. A deployment has both versions live for
/// some minutes, and leaves sessions on the old one that long.
pub const CONFIG_RETURN_MS: u64 = 300_000;
/// By how much the recorded time of that may be wrong, so that callers of two
/// versions cost a row or two a minute and not one a claim.
pub const CONFIG_WANTED_NOTED_MS: u64 = 60_000;

/// A lease is recorded anew once this share of it has passed, and a hint may
/// name a container for as long: so that a claim mostly costs no row.
pub const LEASE_RENEWAL_SHARE: u64 = 8;
/// Share of a lease that is given on top of it, for a claim that was not
/// recorded and a hint that was used after it: no lease ends early.
pub const LEASE_GRACE_SHARE: u64 = 4;

/// Doublings after which a back-off no longer grows, so that a step counter
/// cannot overflow a shift.
pub const BACKOFF_STEP_MAX: u32 = 16;

/// A KV call that takes longer is not worth waiting for: the pool answers in less.
pub const KV_TIMEOUT_MS: u64 = 300;

/// A container named by a hint that has not answered by then is the pool's to judge.
pub const HINT_CONFIRM_TIMEOUT_MS: u64 = 2_000;

/// Pools of which an isolate remembers that their class answers no hint; of
/// more than that it asks each time.
pub const PLAIN_CLASSES_MAX: usize = 100;

/// A pool that has not answered by then a question for which no container is
/// waited for is taken to be out of order: to load one takes a second at most.
pub const POOL_CALL_TIMEOUT_MS: u64 = 5_000;

/// How long a hint is kept.
pub const HINT_TTL_MS: u64 = 3_600_000;

/// KV keeps nothing for less; a hint that ends sooner says so itself.
pub const KV_TTL_MIN_MS: u64 = 60_000;

/// Counters that changed are recorded after this time at the latest, and
/// before anyone is shown them.
pub const COUNTERS_FLUSH_MS: u64 = 10_000;

/// Upper bounds of the buckets that the durations of claims and starts are
/// counted in. To 1 ms: answered at once, for the clock stands still meanwhile.
/// To 100 ms: a look came first. To 10 s: boots, and the default `queueTimeout`;
/// 30 s is the default `startTimeout`. The last is the longest that a claim may
/// wait and a start may take. Recorded counts are by place: a change of these is
/// a change of the schema.
pub const DURATION_BOUNDS_MS: [u64; 13] =
    [1, 10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 120_000, 600_000];

/// Minutes kept, for charts: an hour, some 10 KB.
pub const MINUTES_MAX: u64 = 60;

/// Transitions of one recorded chunk: what is written again while it grows, some
/// 15 KB at most.
pub const HISTORY_CHUNK_MAX: usize = 100;
/// Chunks kept; the oldest goes when another begins.
pub const HISTORY_CHUNKS_MAX: u64 = 20;

/// Transitions that a look at what happened lately shows: a screen or three.
pub const ACTIVITY_TRANSITIONS_MAX: usize = 100;

/// Longest error text kept, bytes.
pub const ERROR_TEXT_BYTES_MAX: usize = 300;
