//! What can go wrong. Each run has some of these, each as often as it drew.

use super::chance::Chance;

macro_rules! faults {
    ($($(#[doc = $doc:literal])* $name:ident $word:literal [$($level:literal),*],)*) => {
        /// One kind of trouble.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Fault { $($(#[doc = $doc])* $name,)* }

        impl Fault {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// As `--without` and the replay line spell it.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// How often it may happen, in 100,000 chances.
            const fn levels(self) -> &'static [u32] {
                match self { $(Self::$name => &[$($level),*],)* }
            }
        }
    };
}

faults! {
    /// The object's process ends: before a commit, after it, between two commands.
    Crash "crash" [20, 200, 2000],
    /// The object is evicted when idle. Off: it stays in memory.
    Evict "evict" [100000],
    /// A deploy resets the object, whatever it does; drawn every ten minutes.
    Deploy "deploy" [500, 5000],
    /// A commit or a read of the rows fails.
    Storage "storage" [20, 200, 2000],
    /// An alarm comes up to a minute late.
    AlarmLate "alarm-late" [1000, 10000],
    /// An alarm comes twice.
    AlarmTwice "alarm-twice" [1000, 10000],
    /// The object's clock jumps; drawn every ten minutes.
    Clock "clock" [500, 5000],
    /// A start's answer never comes.
    StartHangs "start-hangs" [500, 5000],
    /// A start goes on inside the object, and its caller is told that the
    /// connection is lost.
    StartAnswerLost "start-answer-lost" [500, 5000],
    /// A start fails and nothing runs.
    StartFails "start-fails" [1000, 10000, 60000],
    /// A start fails because no port opens, and the container runs on.
    StartFailsRunning "start-fails-running" [500, 5000, 30000],
    /// The platform has room for few; drawn by the weather.
    Capacity "capacity" [100000],
    /// The platform limits how many start in a second.
    Rate "rate" [100000],
    /// No image can be started for a while; drawn by the weather.
    Image "image" [100000],
    /// Starts take as long as the slowest that were measured; drawn by the weather.
    Slow "slow" [100000],
    /// No `getState` is answered for a while; drawn by the weather.
    Silence "silence" [100000],
    /// The object is overloaded and refuses a start.
    Overload "overload" [200, 2000],
    /// A call is lost: before it arrives, or its answer.
    CallLost "call-lost" [200, 2000, 10000],
    /// A call hangs.
    CallHangs "call-hangs" [200, 2000],
    /// A call takes up to 900 ms to arrive.
    CallSlow "call-slow" [2000, 20000],
    /// An outcome comes twice.
    OutcomeTwice "outcome-twice" [200, 2000],
    /// An outcome never comes, although the call had a time limit.
    OutcomeLost "outcome-lost" [20, 200, 2000],
    /// An outcome of another generation comes; drawn every ten minutes.
    OutcomeStale "outcome-stale" [5000, 50000],
    /// A container ends by itself, within an hour of its start.
    Death "death" [2000, 20000],
    /// A container does not end when it is signalled.
    StopIgnored "stop-ignored" [5000, 50000],
    /// `getState` goes on to say `healthy` after the end, for minutes.
    StateStale "state-stale" [5000, 50000],
    /// A report comes up to ten minutes late.
    ReportLate "report-late" [5000, 50000],
    /// A report comes twice.
    ReportTwice "report-twice" [5000, 50000],
    /// A report never comes.
    ReportLost "report-lost" [5000, 50000, 100000],
    /// Something that runs is reported as stopped, or something unknown is;
    /// drawn every ten minutes.
    ReportFalse "report-false" [500, 5000, 50000],
    /// A caller leaves before its answer.
    Leave "leave" [1000, 10000],
    /// Clients of a second version, with another configuration.
    Versions "versions" [1000, 20000, 50000],
    /// `configure` is called with the other configuration; drawn every ten minutes.
    Configure "configure" [2000, 20000],
    /// `shutdownPrewarmed` is called; drawn every ten minutes.
    ShutDown "shutdown" [200, 2000],
    /// Clients use the hint cache, which is stale by minutes.
    Hints "hints" [100000],
    /// A session gives its container up when it is done.
    Release "release" [10000, 50000, 100000],
    /// `prime` is called; drawn every ten minutes.
    Prime "prime" [200, 2000],
    /// `shutdown` is called; drawn every ten minutes.
    ShutDownAll "shutdown-all" [200, 2000],
    /// A reset is answered with false, and leaves things as they are.
    ResetRefused "reset-refused" [1000, 20000],
    /// A reset throws, when it has cleaned up or before.
    ResetThrows "reset-throws" [1000, 20000],
    /// A reset is carried out up to a minute late, when nobody waits for it.
    ResetLate "reset-late" [2000, 20000],
    /// The container class does not tell how many requests are under way.
    NotTold "not-told" [100000],
    /// A container answers at its health path with 503 for up to ten minutes.
    NotReady "not-ready" [200, 2000, 20000],
    /// A container uses more than it may for up to ten minutes.
    Hot "hot" [200, 2000, 20000],
    /// A question at the health path takes longer than it may.
    HealthSlow "health-slow" [500, 5000],
    /// A question at the health path of a container that has ended starts it again.
    AskingStarts "asking-starts" [100000],
}

/// How often each fault happens in a run.
#[derive(Clone, Debug)]
pub struct Faults(Vec<u32>);

impl Faults {
    /// Half of them, at levels of their own: a run in which everything fails
    /// hides as much as one in which nothing does.
    pub fn draw(chance: &mut Chance) -> Self {
        let share = *chance.pick(&[1, 3, 5, 8]);
        let draw = |fault: &Fault| {
            let level = *chance.pick(fault.levels());
            if chance.below(10) < share { level } else { 0 }
        };
        Self(Fault::ALL.iter().map(draw).collect())
    }

    pub fn level(&self, fault: Fault) -> u32 {
        self.0[fault as usize]
    }

    pub fn has(&self, fault: Fault) -> bool {
        self.level(fault) > 0
    }

    pub fn without(mut self, fault: Fault) -> Self {
        self.0[fault as usize] = 0;
        self
    }

    /// The faults there are, as words.
    pub fn words(&self) -> Vec<&'static str> {
        Fault::ALL.iter().filter(|fault| self.has(**fault)).map(|fault| fault.word()).collect()
    }
}
