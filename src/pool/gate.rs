//! What the platform taught about starting containers: whether it may be asked
//! for another, and how many there may be. Both are unlearned by one trial.

use super::backoff::jittered_ms;
use super::error::PoolError;
use super::failure::{Failure, FailureClass};
use super::limits::{
    BREAKER_FAILURES, GATE_BACKOFF_BASE_MS, GATE_BACKOFF_MAX_MS, LEARNED_BACKOFF_BASE_MS,
    LEARNED_BACKOFF_MAX_MS, RETRY_AFTER_MS, TRIAL_PERMANENT_MS, TRIAL_TRANSIENT_MS,
};

/// The platform's lessons. Recorded, so that an eviction does not repeat them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gate {
    /// Failed starts since the last that succeeded.
    pub failures: u32,
    /// The pause in force: the breaker is open, or the rate is limited.
    pub pause: Option<Pause>,
    /// The limit the platform taught.
    pub learned: Option<Learned>,
    /// The last failure.
    pub last_failure: Option<Failure>,
}

/// No starts until `retry_at_ms`, then one trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// What the starts failed with.
    pub class: FailureClass,
    /// When a trial is allowed.
    pub retry_at_ms: u64,
    /// When one is allowed that somebody waits for.
    pub demand_at_ms: u64,
    /// How many trials failed.
    pub step: u32,
}

/// How many containers the platform had room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Learned {
    /// Containers that existed when it had no room for another.
    pub limit: usize,
    /// When one more is tried.
    pub retry_at_ms: u64,
    /// How many trials met it again.
    pub step: u32,
}

impl Gate {
    /// Notes a start that succeeded, when `existing` containers were certain to have room.
    pub fn succeeded(&mut self, existing: usize) {
        self.failures = 0;
        self.pause = None;
        if self.learned.is_some_and(|learned| existing > learned.limit) {
            self.learned = None;
        }
    }

    /// Notes a start that failed while `existing` other containers were there.
    pub fn failed(&mut self, now_ms: u64, failure: &Failure, existing: usize, random: u64) {
        self.last_failure = Some(failure.clone());
        match failure.class {
            FailureClass::Capacity => self.learn(now_ms, existing, random),
            FailureClass::RateLimit | FailureClass::Overload => self.pause(now_ms, failure, random),
            FailureClass::Transient => {
                self.failures = self.failures.saturating_add(1);
                if self.failures >= BREAKER_FAILURES {
                    self.pause(now_ms, failure, random);
                }
            }
            FailureClass::Permanent => {
                self.failures = self.failures.saturating_add(1).max(BREAKER_FAILURES);
                self.pause(now_ms, failure, random);
            }
        }
    }

    /// Forgets the learned limit, as a raised declaration asks for.
    pub fn forget_limit(&mut self) {
        self.learned = None;
    }

    /// Forgets the failures of an earlier revision.
    pub fn forget_failures(&mut self) {
        self.failures = 0;
        if self.breaker_open() {
            self.pause = None;
        }
    }

    /// Somebody waits for a start: its trial need not wait for longer than
    /// that calls for.
    pub fn asked_for(&mut self) {
        if let Some(pause) = &mut self.pause {
            pause.retry_at_ms = pause.retry_at_ms.min(pause.demand_at_ms);
        }
    }

    /// Whether starts failed so often that what runs is kept, whatever its revision.
    #[must_use]
    pub fn gave_up(&self) -> bool {
        self.failures >= BREAKER_FAILURES
    }

    /// How many starts may be asked for with `starting` under way: none during
    /// a pause, one as its trial, any number otherwise.
    #[must_use]
    pub fn starts_allowed(&self, now_ms: u64, starting: usize) -> usize {
        match self.pause {
            Some(pause) if now_ms < pause.retry_at_ms => 0,
            Some(_) => planted!(1_usize.saturating_sub(starting), BreakerNeverCloses => 0),
            None => usize::MAX,
        }
    }

    /// The number of containers that may exist: the lowest of the declared
    /// limit (0: none) and the learned one, plus the trial that is due when
    /// `starting` is 0. `None`: no limit is known.
    #[must_use]
    pub fn limit(&self, now_ms: u64, declared: usize, starting: usize) -> Option<usize> {
        let declared = (declared > 0).then_some(declared);
        let learned = self.learned.map(|learned| {
            let retry_at_ms = planted!(learned.retry_at_ms, LearnedLimitNeverExpires => u64::MAX);
            let trial = usize::from(now_ms >= retry_at_ms && starting == 0);
            learned.limit.saturating_add(trial)
        });
        match (declared, learned) {
            (Some(declared), Some(learned)) => Some(declared.min(learned)),
            (declared, learned) => declared.or(learned),
        }
    }

    /// The lowest of the declared limit (0: none) and the learned one, without
    /// the trial that [`Self::limit`] may add. `None`: no limit is known.
    #[must_use]
    pub fn known_limit(&self, declared: usize) -> Option<usize> {
        let declared = (declared > 0).then_some(declared);
        let learned = self.learned.map(|learned| learned.limit);
        declared.into_iter().chain(learned).min()
    }

    /// The next time something is allowed again that is not now.
    #[must_use]
    pub fn retry_at_ms(&self, now_ms: u64) -> Option<u64> {
        let pause = self.pause.map(|pause| pause.retry_at_ms);
        let learned = self.learned.map(|learned| learned.retry_at_ms);
        [pause, learned].into_iter().flatten().filter(|at_ms| *at_ms > now_ms).min()
    }

    /// What a claim is told that needs a start during a pause.
    #[must_use]
    pub fn refusal(&self, now_ms: u64) -> Option<PoolError> {
        let pause = self.pause?;
        let retry_after_ms = pause.retry_at_ms.saturating_sub(now_ms).max(RETRY_AFTER_MS);
        Some(match pause.class {
            FailureClass::RateLimit => PoolError::RateLimited { retry_after_ms },
            class => PoolError::StartFailed {
                class,
                message: self
                    .last_failure
                    .as_ref()
                    .map(|failure| failure.message.clone())
                    .unwrap_or_default(),
                retry_after_ms,
            },
        })
    }

    /// Whether repeated or permanent failures have opened the breaker.
    #[must_use]
    pub fn breaker_open(&self) -> bool {
        self.pause
            .is_some_and(|pause| matches!(pause.class, FailureClass::Transient | FailureClass::Permanent))
    }

    /// Whether a pause is in force, and its trial not due.
    #[must_use]
    pub fn paused(&self, now_ms: u64) -> bool {
        self.pause.is_some_and(|pause| now_ms < pause.retry_at_ms)
    }

    /// A failure during a pause that is not its trial's, from a start asked for
    /// before, says nothing new and does not lengthen it.
    fn pause(&mut self, now_ms: u64, failure: &Failure, random: u64) {
        let step = match self.pause {
            Some(pause) if now_ms < pause.retry_at_ms => return,
            Some(pause) => pause.step.saturating_add(1),
            None => 0,
        };
        let backoff_ms = jittered_ms(GATE_BACKOFF_BASE_MS, GATE_BACKOFF_MAX_MS, step, random);
        let asked_ms = failure.retry_after_ms.unwrap_or(0).min(GATE_BACKOFF_MAX_MS);
        let pause_ms = backoff_ms.max(asked_ms);
        let trial_ms = match failure.class {
            FailureClass::Transient => jittered_ms(TRIAL_TRANSIENT_MS, TRIAL_TRANSIENT_MS, 0, random),
            FailureClass::Permanent => jittered_ms(TRIAL_PERMANENT_MS, TRIAL_PERMANENT_MS, 0, random),
            _ => pause_ms,
        };
        self.pause = Some(Pause {
            class: failure.class,
            retry_at_ms: now_ms + pause_ms,
            demand_at_ms: now_ms + trial_ms.clamp(asked_ms, pause_ms),
            step,
        });
        planted!(BreakerNeverOpens => self.pause = None);
    }

    fn learn(&mut self, now_ms: u64, existing: usize, random: u64) {
        let step = match self.learned {
            Some(learned) if now_ms < learned.retry_at_ms => {
                self.learned = Some(Learned { limit: existing.min(learned.limit), ..learned });
                return;
            }
            Some(learned) => learned.step.saturating_add(1),
            None => 0,
        };
        let pause_ms = jittered_ms(LEARNED_BACKOFF_BASE_MS, LEARNED_BACKOFF_MAX_MS, step, random);
        self.learned = Some(Learned { limit: existing, retry_at_ms: now_ms + pause_ms, step });
    }
}
