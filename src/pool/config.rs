//! What a pool is asked to be. Bounds are checked where the text is read
//! ([`crate::wire`]); a value here is within them.

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
    /// How long a claim waits when no start is coming for it. 0 to 5 min,
    /// default 10 s.
    pub queue_timeout_ms: u64,
    /// When taken containers are replaced. Default: at once.
    pub refill: Refill,
    /// Time between `stop()` and `destroy()`. 0 to 15 min, default 30 s.
    pub drain_timeout_ms: u64,
    /// Age of the last sign of life past which a claim looks again before it
    /// answers. 0 to 1 h; `None`, the default, means the refresh interval.
    pub verify_after_ms: Option<u64>,
    /// Time between two looks at the assigned containers. 1 s to 1 h, default 60 s.
    pub assigned_check_interval_ms: u64,
    /// How health is judged.
    pub health: Health,
    /// The Worker's binding of the container class; `None`, the default, means
    /// the first of the usual names that is bound.
    pub container_binding: Option<String>,
}

/// When containers that were taken or lost are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refill {
    /// At once.
    Eager,
    /// At the next refresh.
    Interval,
}

/// How health is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// How long one look may take. 100 ms to 1 min, default 5 s.
    pub timeout_ms: u64,
    /// Failed looks in a row that make a container unhealthy. 1 to 10, default 2.
    pub unhealthy_after: u32,
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
            queue_timeout_ms: 10_000,
            refill: Refill::Eager,
            drain_timeout_ms: 30_000,
            verify_after_ms: None,
            assigned_check_interval_ms: 60_000,
            health: Health { timeout_ms: 5_000, unhealthy_after: 2 },
            container_binding: None,
        }
    }
}

impl Config {
    /// Age of the last sign of life past which a claim looks again.
    #[must_use]
    pub fn verify_after_ms(&self) -> u64 {
        self.verify_after_ms.unwrap_or(self.refresh_interval_ms)
    }
}
