//! Bugs for the simulation (`tests/sim`) to find, which shows what it can find.
//! Only `--cfg planted` compiles them, which `npm run sim -- --mutants` sets.
//! Without it each `planted!` is the right code and nothing else.

/// | | without `--cfg planted` | with it, if the bug is in force |
/// |---|---|---|
/// | `planted!(Bug)` | `false` | `true` |
/// | `planted!(right, Bug => wrong)` | `right` | `wrong` |
/// | `planted!(Bug => statement);` | nothing | `statement` |
#[cfg(not(planted))]
macro_rules! planted {
    ($bug:ident) => {
        false
    };
    ($bug:ident => $statement:expr) => {};
    ($right:expr, $bug:ident => $wrong:expr) => {
        $right
    };
}

#[cfg(planted)]
macro_rules! planted {
    ($bug:ident) => {
        $crate::pool::planted::is_planted($crate::pool::planted::Bug::$bug)
    };
    ($bug:ident => $statement:expr) => {
        if planted!($bug) {
            $statement
        }
    };
    ($right:expr, $bug:ident => $wrong:expr) => {
        if planted!($bug) { $wrong } else { $right }
    };
}

#[cfg(planted)]
pub use bugs::{Bug, is_planted, plant};

#[cfg(planted)]
mod bugs {
    use std::cell::Cell;

    use super::super::Pool;
    use super::super::container::StopCause;
    use super::super::identity::{ContainerId, Life};

    macro_rules! bugs {
        ($($name:ident,)*) => {
            /// A bug, named after what the pool does wrong.
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            #[allow(missing_docs, reason = "the names say it")]
            pub enum Bug { $($name,)* }

            impl Bug {
                /// All bugs.
                pub const ALL: &'static [Self] = &[$(Self::$name,)*];
            }
        };
    }

    bugs! {
        AgeWithoutAlarm,
        AgedHandedOut,
        AssignmentSurvivesReport,
        BothFillTheShortfall,
        BreakerNeverCloses,
        BreakerNeverOpens,
        CallerLeftStillServed,
        CapacityIgnoresDraining,
        CapacityIgnoresStopping,
        CeilingIgnored,
        ClaimsDoNotJoin,
        ConcurrencyUnlimited,
        ConfigNotApplied,
        CountersLostOnDelete,
        DeadlineUnanswered,
        DrainIgnoresRequests,
        DrainNeverEnds,
        DuplicateStartMakesTwo,
        FailWaits,
        FailedDestroyTakenAsGone,
        FailedStartForgotten,
        FifoBroken,
        FiguresNotRecorded,
        FirstDestroyConclusive,
        HintOutlivesLease,
        HitDoesNotRefill,
        IdleCountedAgain,
        InFlightNotCounted,
        IntervalNotShortened,
        LearnedLimitNeverExpires,
        LeaseNotRenewed,
        LeaseWithoutAlarm,
        LeaseWithoutGrace,
        LineTwice,
        LookNeverAnswersClaims,
        NewestWarmFirst,
        OldVersionPushesBack,
        OneFailedLookDropsAssignment,
        PrimeDoesNothing,
        QueueIgnoresStartsUnderWay,
        ReadinessIgnored,
        RefreshWithoutAlarm,
        RefusedResetIsWarm,
        ReleaseForgotten,
        ReplacedComesBack,
        ReplacedForgotten,
        ReplacedHeardAlone,
        ReplacedStaysAway,
        ResetKeepsLife,
        RestartKeepsLife,
        RestartedWithoutDestroy,
        RolloutNeverGivesUp,
        RolloutStopsAll,
        SessionIndexNotCleared,
        ShutDownKeepsRefilling,
        ShutDownMakesReady,
        SilenceCountsAgainstAll,
        StaleGenerationAccepted,
        StaleHandedOut,
        StartEndsUncounted,
        StickyWithoutLook,
        StopFreesTheSlot,
        StopNeverEscalates,
        SurgeUnlimited,
        SurplusEvictsAssigned,
        TimedOutStartKept,
        WaitForgotten,
        WaitStartsForEach,
        WakeDoesNotAskAgain,
        WakeResetsAgain,
    }

    thread_local! {
        static IN_FORCE: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// Puts a bug in force in this thread, or none.
    pub fn plant(bug: Option<Bug>) {
        IN_FORCE.set(bug);
    }

    /// Returns whether that bug is in force in this thread.
    pub fn is_planted(bug: Bug) -> bool {
        IN_FORCE.get() == Some(bug)
    }

    /// What bugs do that takes more than an expression.
    impl Pool {
        /// Drops the row of a container that may still exist.
        pub(in super::super) fn forget(&mut self, id: ContainerId) {
            self.counters.gone += 1;
            self.ledger.remove(id);
        }

        /// The same, unless that life of it has ended.
        pub(in super::super) fn forget_living(&mut self, life: Life) {
            if self.ledger.living(life).is_some() {
                self.forget(life.id);
            }
        }

        /// The assigned containers, as if they were surplus.
        pub(in super::super) fn assigned_as_surplus(&self) -> Vec<(ContainerId, StopCause)> {
            self.ledger.assigned_ids().map(|id| (id, StopCause::Surplus)).collect()
        }
    }
}
