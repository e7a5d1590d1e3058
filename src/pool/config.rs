//! What a pool is asked to be. Bounds are checked where the text is read
//! ([`crate::wire`]); a value here is within them.

use std::rc::Rc;

use super::limits::{HINT_TTL_MS, LEASE_RENEWAL_SHARE};

/// A pool's configuration: what the caller named over the defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Warm containers to keep. 0 to 1000, default 5.
    pub warm_target: usize,
    /// Most containers that may exist, 0 to 10000; 0, the default, means as
    /// many as the platform allows, learned from its errors.
    pub max_instances: usize,
    /// Time between two looks at the warm containers. 1 s to 1 h, default 10 s.
    pub refresh_interval_ms: u64,
    /// False: no warm containers are kept, sessions still get theirs. Default true.
    pub enabled: bool,
    /// Starts under way at once. 1 to 20, default 6.
    pub start_concurrency: usize,
    /// How long a start may take before it is given up and destroyed. 1 s to
    /// 10 min, default 30 s.
    pub start_timeout_ms: u64,
    /// Ports that must answer before a container counts as ready; empty, the
    /// default, means the ones its class names. At most 16.
    pub ports: Vec<u16>,
    /// What a claim does that finds no warm container. Default: it has one
    /// started.
    pub when_empty: WhenEmpty,
    /// How long a claim waits when no start is coming for it. 0 to 5 min,
    /// default 10 s.
    pub queue_timeout_ms: u64,
    /// When taken containers are replaced. Default: at once.
    pub refill: Refill,
    /// Age at which a container that nobody uses is replaced, give or take a
    /// tenth. 0: never; else 1 min to 30 days, default 1 h.
    pub container_ttl_ms: u64,
    /// Time after its last claim at which a session loses its container. 0, the
    /// default: never; else 1 s to 30 days.
    pub lease_timeout_ms: u64,
    /// What becomes of a container whose session has left. Default: destroyed.
    pub on_release: OnRelease,
    /// How long a container whose session has left may finish requests, and the
    /// time between `stop()` and `destroy()`. 0 to 15 min, default 30 s.
    pub drain_timeout_ms: u64,
    /// Age of the last sign of life past which a claim looks again before it
    /// answers. 0 to 1 h; `None`, the default, means the refresh interval.
    pub verify_after_ms: Option<u64>,
    /// Time between two looks at the assigned containers. 1 s to 1 h, default 60 s.
    pub assigned_check_interval_ms: u64,
    /// How health is judged.
    pub health: Health,
    /// The version of image and settings that containers are started with;
    /// `None`, the default: there are no versions. At most 128 bytes.
    pub revision: Option<Rc<str>>,
    /// When the caller's version was made, ms since 1970: a caller with an
    /// earlier one cannot push its configuration back. Default: not told; then
    /// what was replaced waits until nobody asks for what replaced it.
    pub revision_order_ms: Option<u64>,
    /// How containers of an earlier revision are replaced.
    pub rollout: Rollout,
    /// The Worker's binding of the container class; `None`, the default, means
    /// the first of the usual names that is bound.
    pub container_binding: Option<String>,
    /// Near which region the platform is to make containers, and the pool if it
    /// is not made yet: one of [`Self::LOCATION_HINTS`]. Default: near who asks first.
    pub location_hint: Option<&'static str>,
    /// The jurisdiction that the containers run in: one of
    /// [`Self::JURISDICTIONS`]. The pool's object is to be in it too. Default: none.
    pub jurisdiction: Option<&'static str>,
}

/// When containers that were taken or lost are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refill {
    /// At once.
    Eager,
    /// At the next refresh.
    Interval,
}

/// What a claim does that finds no warm container. Where none are kept, every
/// claim has one started: nothing else could serve it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenEmpty {
    /// Has one started, and waits for whichever is ready first.
    Start,
    /// Waits for one that comes back or for the refill, which then grows the
    /// pool by one at a time.
    Wait,
    /// Is refused at once.
    Fail,
}

/// What becomes of a container whose session has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OnRelease {
    /// It is destroyed, and a fresh one takes its place.
    Destroy,
    /// It is destroyed and started again under the same name.
    Restart,
    /// Its class cleans it up (`resetForPool`) while it goes on running.
    Reset,
}

impl OnRelease {
    /// All policies.
    pub const ALL: [Self; 3] = [Self::Destroy, Self::Restart, Self::Reset];

    /// The policy as options and rows spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Destroy => "destroy",
            Self::Restart => "restart",
            Self::Reset => "reset",
        }
    }

    /// Reads what [`Self::as_str`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.as_str() == text)
    }
}

/// How health is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Path a container has to answer with 2xx before it is warm and at each
    /// refresh; `None`, the default: its ports are enough. At most 256 bytes.
    pub path: Option<Rc<str>>,
    /// How long one look may take. 100 ms to 1 min, default 5 s.
    pub timeout_ms: u64,
    /// Failed looks in a row that make a container unhealthy. 1 to 10, default 2.
    pub unhealthy_after: u32,
    /// Thousandths of its memory past which a container is unhealthy, as it
    /// tells at its path. `None`, the default: any.
    pub memory_permille_max: Option<u32>,
    /// The same of its processor.
    pub cpu_permille_max: Option<u32>,
}

/// How containers of an earlier revision, and those past their age, are
/// replaced. Not both are 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// Containers there may be beyond the target. 0 to 100, default 1.
    pub surge_max: usize,
    /// Containers there may be short of it. 0 to 100, default 0.
    pub unavailable_max: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            warm_target: 5,
            max_instances: 0,
            refresh_interval_ms: 10_000,
            enabled: true,
            start_concurrency: 6,
            start_timeout_ms: 30_000,
            ports: Vec::new(),
            when_empty: WhenEmpty::Start,
            queue_timeout_ms: 10_000,
            refill: Refill::Eager,
            container_ttl_ms: 3_600_000,
            lease_timeout_ms: 0,
            on_release: OnRelease::Destroy,
            drain_timeout_ms: 30_000,
            verify_after_ms: None,
            assigned_check_interval_ms: 60_000,
            health: Health::default(),
            revision: None,
            revision_order_ms: None,
            rollout: Rollout { surge_max: 1, unavailable_max: 0 },
            container_binding: None,
            location_hint: None,
            jurisdiction: None,
        }
    }
}

impl Default for Health {
    fn default() -> Self {
        Self {
            path: None,
            timeout_ms: 5_000,
            unhealthy_after: 2,
            memory_permille_max: None,
            cpu_permille_max: None,
        }
    }
}

impl Config {
    /// The platform's words for regions.
    pub const LOCATION_HINTS: &[&'static str] =
        &["wnam", "enam", "sam", "weur", "eeur", "apac", "apac-ne", "apac-se", "oc", "afr", "me"];

    /// The platform's words for jurisdictions.
    pub const JURISDICTIONS: &[&'static str] = &["eu", "fedramp", "fedramp-high", "us"];

    /// How long a hint may name a container: no longer than its session's lease
    /// can do without a claim.
    #[must_use]
    pub fn hint_ttl_ms(&self) -> u64 {
        match self.lease_timeout_ms {
            0 => HINT_TTL_MS,
            lease_ms => HINT_TTL_MS.min(lease_ms / planted!(LEASE_RENEWAL_SHARE, HintOutlivesLease => 1)),
        }
    }

    /// Age of the last sign of life past which a claim looks again.
    #[must_use]
    pub fn verify_after_ms(&self) -> u64 {
        self.verify_after_ms.unwrap_or(self.refresh_interval_ms)
    }
}
