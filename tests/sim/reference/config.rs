//! Whose configuration is in force.

use cf_warm_pool::pool::limits::{CONFIG_RETURN_MS, CONFIG_WANTED_NOTED_MS, CONFIGS_REPLACED_MAX};
use cf_warm_pool::pool::{Config, Event, WhenEmpty};

use super::{Before, Checked, Commit, Reference, hold};

/// What was in force before, and who asked for what. The pool may have lost its
/// memory; this has not.
#[derive(Default)]
pub struct Versions {
    /// The latest last.
    replaced: Vec<Config>,
    /// When the one in force was last asked for.
    asked_at_ms: u64,
    /// When one that was replaced was first asked for since.
    wanted_at_ms: Option<u64>,
}

impl Versions {
    /// By the clock as it is put, what was asked was asked so much earlier; how
    /// long one is wanted counts from the next who wants it.
    pub fn clock_put_back(&mut self, back_ms: u64) {
        self.asked_at_ms = self.asked_at_ms.saturating_sub(back_ms);
        self.wanted_at_ms = None;
    }

    fn asked(&mut self, clock_ms: u64) {
        self.asked_at_ms = clock_ms;
        self.wanted_at_ms = None;
    }

    fn took(&mut self, before: Option<&Config>, taken: &Config, clock_ms: u64) {
        self.replaced.retain(|config| config != taken);
        self.replaced.extend(before.cloned());
        if self.replaced.len() > CONFIGS_REPLACED_MAX {
            self.replaced.remove(0);
        }
        self.asked(clock_ms);
    }
}

impl Reference {
    /// The one that came is recorded, with what it did not name, unless it is
    /// of an earlier version, or was replaced by one that is still asked for.
    pub(super) fn check_config(&mut self, commit: &Commit<'_>, before: &Before) -> Checked {
        let (config, always) = match commit.event {
            Event::Claimed { config: Some(config), .. } | Event::Primed { config: Some(config) } => {
                (config, false)
            }
            Event::Configured { config } => (config, true),
            _ => return Ok(()),
        };
        if commit.decision.refused.is_some() {
            return Ok(());
        }
        let now_ms = commit.clock_ms;
        let in_force = before.pool_row.config.as_deref();
        let ours = in_force.cloned().unwrap_or_default();
        let same = self.pool_row.config == before.pool_row.config;
        if is_earlier(config, &ours) {
            self.counted.passed_over += 1;
            hold!("4 config", same, "{config:?} is earlier, and {:?} is recorded", self.pool_row.config);
            return Ok(());
        }
        let expected = completed(config, &ours);
        let recorded = self.pool_row.config.as_deref();
        if in_force == Some(&expected) {
            self.versions.asked(now_ms);
            hold!("4 config", same, "{config:?} is in force, and {recorded:?} is recorded");
            return Ok(());
        }
        let versions = &mut self.versions;
        if !always && versions.replaced.iter().any(|replaced| completed(config, replaced) == *replaced) {
            let wanted_ms = now_ms - *versions.wanted_at_ms.get_or_insert(now_ms);
            let unasked_ms = now_ms.saturating_sub(versions.asked_at_ms);
            let soon = unasked_ms < CONFIG_RETURN_MS - CONFIG_WANTED_NOTED_MS;
            hold!(
                "4 config",
                !soon || same,
                "{config:?} was replaced, and is back though the other was asked for {unasked_ms} ms ago"
            );
            hold!(
                "4 config",
                wanted_ms < CONFIG_RETURN_MS || !same,
                "{config:?} is asked for alone for {wanted_ms} ms, and {recorded:?} is recorded"
            );
            if same {
                self.counted.passed_over += 1;
                return Ok(());
            }
        }
        hold!("4 config", recorded == Some(&expected), "{config:?} came, and {recorded:?} is recorded");
        versions.took(in_force, &expected, now_ms);
        let kept = &self.pool_row.replaced.configs;
        let known = kept.iter().map(|config| &**config).eq(&versions.replaced);
        hold!("4 config", known, "{kept:?} is recorded as replaced, not {:?}", versions.replaced);
        if expected.lease_timeout_ms != ours.lease_timeout_ms && expected.lease_timeout_ms > 0 {
            self.leases_from_ms = now_ms;
        }
        if expected.revision != ours.revision {
            self.lessons.forget();
        }
        Ok(())
    }

    /// What a claim does that finds nothing warm: where nothing ever is, it has
    /// a container started.
    pub fn when_empty(&self) -> WhenEmpty {
        if self.target() > 0 { self.config().when_empty } else { WhenEmpty::Start }
    }
}

fn is_earlier(config: &Config, ours: &Config) -> bool {
    let (Some(theirs_ms), Some(ours_ms)) = (config.revision_order_ms, ours.revision_order_ms) else {
        return false;
    };
    theirs_ms < ours_ms || (theirs_ms == ours_ms && config.revision != ours.revision)
}

/// With what it does not name as `other` has it; here nobody names a binding.
fn completed(config: &Config, other: &Config) -> Config {
    Config {
        revision: config.revision.clone().or(other.revision.clone()),
        revision_order_ms: config.revision_order_ms.or(other.revision_order_ms),
        ..config.clone()
    }
}
