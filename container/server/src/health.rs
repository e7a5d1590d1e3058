//! `/health`: the share of its memory and CPU that the container uses.

use std::fs;
use std::sync::Mutex;
use std::thread::available_parallelism;
use std::time::Instant;

use serde_json::{Value, json};

/// `USER_HZ`, the unit of CPU time in `/proc`: 100 on every platform of Linux that runs containers.
const TICKS_A_SECOND: f64 = 100.0;

/// Usage and limit in bytes, of cgroup v2 and of cgroup v1.
const MEMORY_FILES: [[&str; 2]; 2] = [
    ["/sys/fs/cgroup/memory.current", "/sys/fs/cgroup/memory.max"],
    ["/sys/fs/cgroup/memory/memory.usage_in_bytes", "/sys/fs/cgroup/memory/memory.limit_in_bytes"],
];

/// Measures CPU time between two requests.
pub struct Health {
    last: Mutex<(Instant, f64)>,
}

impl Health {
    pub fn new() -> Self {
        Self { last: Mutex::new((Instant::now(), seconds_used())) }
    }

    pub fn to_json(&self) -> Value {
        json!({
            "status": "ok",
            "memory_used_ratio": memory_used_ratio(),
            "cpu_used_ratio": self.cpu_used_ratio(),
        })
    }

    /// Returns the share since the last call. This process is the only one in the container.
    fn cpu_used_ratio(&self) -> f64 {
        let (at, used) = (Instant::now(), seconds_used());
        let Ok(mut last) = self.last.lock() else { return 0.0 };
        let (last_at, last_used) = std::mem::replace(&mut *last, (at, used));
        let cores = available_parallelism().map_or(1, |count| count.get() as u32);
        ratio(used - last_used, (at - last_at).as_secs_f64() * f64::from(cores))
    }
}

/// Returns the share of the container's limit, or of the machine's memory if there is no limit.
fn memory_used_ratio() -> f64 {
    let machine = meminfo("MemTotal");
    for [usage, limit] in MEMORY_FILES {
        if let Some(used) = number(usage) {
            return ratio(used, number(limit).unwrap_or(f64::MAX).min(machine));
        }
    }
    ratio(machine - meminfo("MemAvailable"), machine)
}

/// Returns a number from 0 to 1; 0 without a limit.
fn ratio(used: f64, limit: f64) -> f64 {
    if limit > 0.0 { (used / limit).clamp(0.0, 1.0) } else { 0.0 }
}

fn number(file: &str) -> Option<f64> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

fn meminfo(name: &str) -> f64 {
    fs::read_to_string("/proc/meminfo").map_or(0.0, |text| meminfo_bytes(&text, name))
}

fn meminfo_bytes(text: &str, name: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kibibytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
    kibibytes.unwrap_or(0.0) * 1024.0
}

fn seconds_used() -> f64 {
    fs::read_to_string("/proc/self/stat").map_or(0.0, |text| ticks(&text) / TICKS_A_SECOND)
}

/// Returns `utime` plus `stime`, fields 14 and 15. The name, in parentheses, may hold spaces and
/// parentheses itself, so fields are counted after its last one.
fn ticks(stat: &str) -> f64 {
    let behind_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    behind_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meminfo_reads_the_line_of_the_exact_name() {
        let text = "MemTotal:       2048 kB\nMemAvailable:   1024 kB\n";
        assert_eq!(meminfo_bytes(text, "MemAvailable"), 1024.0 * 1024.0);
        assert_eq!(meminfo_bytes(text, "Mem"), 0.0);
        assert_eq!(meminfo_bytes("", "MemTotal"), 0.0);
    }

    #[test]
    fn ticks_with_parentheses_in_the_name_are_read_after_it() {
        let stat = "1 (a) b 2) S 0 1 1 0 -1 4194560 100 0 0 0 30 12 0 0 20 0 1 0 5 0 0";
        assert_eq!(ticks(stat), 42.0);
        assert_eq!(ticks("nonsense"), 0.0);
    }

    #[test]
    fn ratio_out_of_range_is_clamped() {
        assert_eq!(ratio(1.0, 4.0), 0.25);
        assert_eq!(ratio(5.0, 4.0), 1.0);
        assert_eq!(ratio(1.0, 0.0), 0.0);
        assert_eq!(ratio(-1.0, 2.0), 0.0);
    }
}
