//! From the first moment to the last: who this is, and when it may end.

use std::env;
use std::fs;
use std::process;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::answer::{quoted, quoted_or_null};
use crate::limits::LOOK_INTERVAL;

/// How long requests in flight may take after a SIGTERM, if `STOP_GRACE_MS` does not say.
const STOP_GRACE_MS: u64 = 10_000;

pub struct Life {
    /// Of this start: a new one has another.
    boot: String,
    host: String,
    container: Option<String>,
    name: Option<String>,
    started_at_ms: u128,
    in_flight: AtomicUsize,
    stopping: AtomicBool,
}

/// A request that is being answered; it is no longer when this is dropped.
pub struct InFlight<'a>(&'a Life);

impl Life {
    pub fn begin() -> Self {
        let kernel =
            |file: &str| fs::read_to_string(file).map_or_else(|_| String::new(), |it| it.trim().into());
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            boot: kernel("/proc/sys/kernel/random/uuid"),
            host: kernel("/proc/sys/kernel/hostname"),
            container: env::var("CONTAINER_ID").ok(),
            name: env::var("CONTAINER_NAME").ok(),
            started_at_ms: since_1970.map_or(0, |time| time.as_millis()),
            in_flight: AtomicUsize::new(0),
            stopping: AtomicBool::new(false),
        }
    }

    /// Ends the process, with exit code 0, some time after it is told to: as the first process of a
    /// container it would otherwise ignore that.
    ///
    /// # Errors
    /// If the system does not let it hear of signals.
    pub fn end_when_told(&'static self) -> std::io::Result<()> {
        let mut signals = Signals::new([SIGTERM, SIGINT])?;
        thread::spawn(move || {
            signals.forever().next();
            self.stopping.store(true, Ordering::SeqCst);
            let deadline = Instant::now() + Duration::from_millis(number("STOP_GRACE_MS", STOP_GRACE_MS));
            while self.in_flight.load(Ordering::SeqCst) > 0 && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(5));
            }
            process::exit(0);
        });
        Ok(())
    }

    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    pub fn request(&self) -> InFlight<'_> {
        self.in_flight.fetch_add(1, Ordering::SeqCst);
        InFlight(self)
    }

    /// What `/whoami` answers.
    pub fn json(&self, session: Option<&str>) -> String {
        format!(
            "{{\"container\":{},\"name\":{},\"boot\":{},\"host\":{},\"started_at\":{},\"session\":{}}}",
            quoted_or_null(self.container.as_deref()),
            quoted_or_null(self.name.as_deref()),
            quoted(&self.boot),
            quoted(&self.host),
            self.started_at_ms,
            quoted_or_null(session)
        )
    }

    /// Sleeps, or at least until the server is to stop.
    pub fn sleep(&self, time: Duration) {
        let until = Instant::now() + time;
        while !self.is_stopping() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            thread::sleep(left.min(LOOK_INTERVAL));
        }
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The whole number in an environment variable; `default` if it is none.
pub fn number(variable: &str, default: u64) -> u64 {
    env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_start_has_another_boot_id() {
        let (one, other) = (Life::begin(), Life::begin());
        assert!(!one.boot.is_empty());
        assert_ne!(one.boot, other.boot);
    }

    #[test]
    fn a_request_is_in_flight_until_it_is_dropped() {
        let life = Life::begin();
        let requests = [life.request(), life.request()];
        assert_eq!(life.in_flight.load(Ordering::SeqCst), 2);
        drop(requests);
        assert_eq!(life.in_flight.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn whoami_names_the_session() {
        let life = Life::begin();
        assert!(life.json(Some("a\"b")).ends_with("\"session\":\"a\\\"b\"}"));
        assert!(life.json(None).ends_with("\"session\":null}"));
    }
}
