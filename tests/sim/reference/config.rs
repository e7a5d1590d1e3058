//! Whose configuration is in force.

use cf_warm_pool::pool::{Config, Event, WhenEmpty};

use super::{Before, Checked, Commit, Reference, hold};

impl Reference {
    /// The one that came is recorded, with what it did not name, unless it is
    /// of an earlier version.
    pub(super) fn check_config(&mut self, commit: &Commit<'_>, before: &Before) -> Checked {
        let (Event::Claimed { config: Some(config), .. }
        | Event::Primed { config: Some(config) }
        | Event::Configured { config }) = commit.event
        else {
            return Ok(());
        };
        if commit.decision.refused.is_some() {
            return Ok(());
        }
        let ours = before.pool_row.config.as_deref().cloned().unwrap_or_default();
        if is_earlier(config, &ours) {
            self.counted.passed_over += 1;
            let same = self.pool_row.config == before.pool_row.config;
            hold!("4 config", same, "{config:?} is earlier, and {:?} is recorded", self.pool_row.config);
            return Ok(());
        }
        let mut expected = (**config).clone();
        expected.revision = expected.revision.or(ours.revision.clone());
        expected.revision_order_ms = expected.revision_order_ms.or(ours.revision_order_ms);
        let recorded = self.pool_row.config.as_deref();
        hold!("4 config", recorded == Some(&expected), "{config:?} came, and {recorded:?} is recorded");
        if expected.lease_timeout_ms != ours.lease_timeout_ms && expected.lease_timeout_ms > 0 {
            self.leases_from_ms = commit.clock_ms;
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
