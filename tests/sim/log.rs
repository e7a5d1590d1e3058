//! What happened, in lines: not at all, as a hash, the last of them, or printed.

use std::collections::VecDeque;
use std::fmt::Arguments;

/// Lines kept to show what led to a failure.
const KEPT_MAX: usize = 60;

pub enum Log {
    /// Nothing is formatted, which is what makes runs fast.
    Off,
    /// FNV-1a over all lines.
    Hash(u64),
    Kept(VecDeque<String>),
    Printed,
}

impl Log {
    pub fn hash() -> Self {
        Self::Hash(0xcbf2_9ce4_8422_2325)
    }

    pub fn kept() -> Self {
        Self::Kept(VecDeque::new())
    }

    pub fn is_off(&self) -> bool {
        matches!(self, Self::Off)
    }

    /// Whether a line is wanted that may be news or not: where only the last are
    /// kept, what says nothing would push out what does.
    pub fn wants(&self, news: bool) -> bool {
        match self {
            Self::Off => false,
            Self::Kept(_) => news,
            Self::Hash(_) | Self::Printed => true,
        }
    }

    pub fn line(&mut self, now_ms: u64, what: Arguments<'_>) {
        match self {
            Self::Off => {}
            Self::Hash(hash) => {
                for byte in format!("{now_ms} {what}").bytes() {
                    *hash = (*hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
                }
            }
            Self::Kept(lines) => {
                if lines.len() == KEPT_MAX {
                    lines.pop_front();
                }
                lines.push_back(format!("{} {what}", when(now_ms)));
            }
            Self::Printed => println!("{} {what}", when(now_ms)),
        }
    }
}

/// `3d 04:05:06.789` since the run began.
pub fn when(now_ms: u64) -> String {
    let (days, rest) = (now_ms / 86_400_000, now_ms % 86_400_000);
    let (hours, rest) = (rest / 3_600_000, rest % 3_600_000);
    let (minutes, rest) = (rest / 60_000, rest % 60_000);
    format!("{days}d {hours:02}:{minutes:02}:{:02}.{:03}", rest / 1_000, rest % 1_000)
}
