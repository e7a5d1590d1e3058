//! What crosses RPC, KV and HTTP: the only serde types.
//!
//! | file | what it reads and writes |
//! |---|---|
//! | `config` | a caller's options |
//! | `options` | the table of the options there are |
//! | `shape` | what a value may look like, and the words for it |
//! | `claim` | the pool's answer to a claim, RPC |
//! | `error` | errors as RPC and HTTP carry them |
//! | `stats` | the figures of one pool, RPC |
//! | `durations` | how long things took, in those figures |
//! | `pools` | the figures of a Worker's pools together |
//! | `status`, `capacity`, `metrics` | the same, as HTTP shows them |
//! | `activity` | what happened lately, RPC and HTTP |
//! | `sessions` | what operators are told of one session, HTTP |
//! | `steering` | what operators ask of the pools, HTTP |
//! | `health` | what a container tells at `health.path`, HTTP |
//! | `explanation` | what was asked about that, RPC |
//! | `history` | what happened to containers, in rows and RPC |
//! | `log` | a pool's log: its lines, and which are written |
//! | `digest` | what stands in it for a session |
//! | `counts` | counts by name, and in one value of a row |
//! | `params` | the parameters of an SQL statement |
//! | `hint` | a cached assignment, KV |
//! | `legacy` | what an earlier package stored, KV of an object |
//! | `worker` | the default Worker's variables, as a pool's options |
//! | `json` | reads JSON text within bounds, writes it |
//! | `entries`, `pool_types` | what `serde` cannot derive for these |
//!
//! The two ends of a wire may be of different versions: what is read may hold
//! fields nobody here knows, and they are ignored. A caller's options are the
//! exception, since an option that is ignored is a mistake nobody sees.

mod activity;
mod capacity;
mod claim;
mod config;
mod counts;
mod digest;
mod durations;
mod entries;
mod error;
mod explanation;
mod health;
mod hint;
mod history;
mod json;
mod legacy;
pub mod limits;
mod log;
mod metrics;
mod options;
mod params;
mod pool_types;
mod pools;
mod sessions;
mod shape;
mod stats;
mod status;
mod steering;
mod worker;

pub use self::worker::{Variables, worker_config, worker_enabled, worker_instance_type, worker_runtimes};
pub use activity::{activities_to_json, activity_to_json};
pub use capacity::capacity_to_json;
pub use claim::{claim_from_json, claim_to_json};
pub use config::{
    config_from_json, config_from_row, config_to_json, configs_from_row, configs_to_json, warmup_count,
};
pub use counts::{Counts, counts_from_json, counts_to_json};
pub use digest::session_digest;
pub use durations::{DurationCounts, DurationsByOutcome, LastHour};
pub use error::{RemoteError, error_body};
pub use explanation::{ExplainedStep, Explanation, Held, explanation_from_json, explanation_to_json};
pub use health::usage_from_json;
pub use hint::{PoolName, hint_from_json, hint_key, hint_to_json, pool_name};
pub use history::{transitions_from_json, transitions_to_json};
pub use legacy::{Legacy, Unreadable, legacy_from_json};
pub use log::{
    Level, Telling, analytics_index, event_line, failure_line, level_of, telling, transition_line,
};
pub use metrics::{METRICS_TYPE, metrics_to_text};
pub use params::{Param, params_to_json};
pub use pools::{Figures, PoolFigures};
pub use sessions::{explained_to_json, released_to_json};
pub use stats::{LastError, PoolStats, stats_from_json, stats_to_json};
pub use status::status_to_json;
pub use steering::{Steering, body_too_long, steering_from_json, told_from_json, told_to_json};
