//! `/health`: how much of what it may use the container uses.

use std::fs;
use std::sync::Mutex;
use std::thread::available_parallelism;
use std::time::Instant;

/// Linux counts a process's time in hundredths of a second on every machine it is likely to run on.
const TICKS_A_SECOND: f64 = 100.0;

/// Usage and limit in bytes: of the second control groups, of the first.
const MEMORY_FILES: [[&str; 2]; 2] = [
    ["/sys/fs/cgroup/memory.current", "/sys/fs/cgroup/memory.max"],
    ["/sys/fs/cgroup/memory/memory.usage_in_bytes", "/sys/fs/cgroup/memory/memory.limit_in_bytes"],
];

/// Measures the time of the processor between two questions.
pub struct Health {
    last: Mutex<(Instant, f64)>,
}

impl Health {
    pub fn new() -> Self {
        Self { last: Mutex::new((Instant::now(), seconds_used())) }
    }

    pub fn json(&self) -> String {
        format!(
            "{{\"status\":\"ok\",\"memory_used_ratio\":{:.4},\"cpu_used_ratio\":{:.4}}}",
            memory_used_ratio(),
            self.cpu_used_ratio()
        )
    }

    /// Since the last question. This process is all that runs in the image.
    fn cpu_used_ratio(&self) -> f64 {
        let (at, used) = (Instant::now(), seconds_used());
        let Ok(mut last) = self.last.lock() else { return 0.0 };
        let (last_at, last_used) = std::mem::replace(&mut *last, (at, used));
        let cores = available_parallelism().map_or(1, |count| count.get() as u32);
        ratio(used - last_used, (at - last_at).as_secs_f64() * f64::from(cores))
    }
}

/// Of the container's limit; of the machine's memory where it has none.
fn memory_used_ratio() -> f64 {
    let machine = meminfo("MemTotal");
    for [usage, limit] in MEMORY_FILES {
        if let Some(used) = number(usage) {
            return ratio(used, number(limit).unwrap_or(f64::MAX).min(machine));
        }
    }
    ratio(machine - meminfo("MemAvailable"), machine)
}

/// From 0 to 1, and 0 where there is nothing to compare with.
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

/// Fields 14 and 15, counted behind the name, which is in brackets and may hold anything.
fn ticks(stat: &str) -> f64 {
    let behind_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    behind_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_its_line() {
        let text = "MemTotal:       2048 kB\nMemAvailable:   1024 kB\n";
        assert_eq!(meminfo_bytes(text, "MemAvailable"), 1024.0 * 1024.0);
        assert_eq!(meminfo_bytes(text, "Mem"), 0.0);
        assert_eq!(meminfo_bytes("", "MemTotal"), 0.0);
    }

    #[test]
    fn time_is_read_behind_a_name_that_may_hold_anything() {
        let stat = "1 (a) b 2) S 0 1 1 0 -1 4194560 100 0 0 0 30 12 0 0 20 0 1 0 5 0 0";
        assert_eq!(ticks(stat), 42.0);
        assert_eq!(ticks("nonsense"), 0.0);
    }

    #[test]
    fn a_ratio_is_from_0_to_1() {
        assert_eq!(ratio(1.0, 4.0), 0.25);
        assert_eq!(ratio(5.0, 4.0), 1.0);
        assert_eq!(ratio(1.0, 0.0), 0.0);
        assert_eq!(ratio(-1.0, 2.0), 0.0);
    }
}
