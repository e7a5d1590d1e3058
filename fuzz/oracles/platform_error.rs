//! Errors of the platform, and what `getState` answers.
//!
//! The first line marks the error (`r` retryable, `o` overloaded), the others
//! are its message and those of its causes.

use cf_warm_pool::platform::{Flags, means_started, sort};
use cf_warm_pool::pool::{FailureClass, Seen};
use cf_warm_pool::route::seen_of_state;

const TEXT_BYTES_MAX: usize = 300;
const STARTED: &str = "start() cannot be called on a container that is already running";

/// An error has one class whatever its case, and its text is bounded.
pub fn check(data: &[u8]) {
    let text = super::text(data);
    let (marks, rest) = text.split_once('\n').unwrap_or(("", &text));
    let flags = Flags { retryable: marks.contains('r'), overloaded: marks.contains('o'), ..Flags::default() };
    let messages: Vec<String> = rest.split('\n').map(str::to_owned).collect();
    let failure = sort(&messages, flags);
    assert!(failure.message.len() <= TEXT_BYTES_MAX, "{} bytes", failure.message.len());
    assert!(messages.join(": ").starts_with(&failure.message));
    assert!(!(flags.retryable && failure.class == FailureClass::Permanent), "{failure:?}");
    assert_eq!(FailureClass::parse(failure.class.as_str()), Some(failure.class));

    let loud: Vec<String> = messages.iter().map(|message| message.to_ascii_uppercase()).collect();
    let sorted = sort(&loud, flags);
    assert_eq!(sorted.class, failure.class, "{messages:?}");
    assert_eq!(means_started(&sorted), means_started(&failure));
    let kept = messages.join(": ").len() <= TEXT_BYTES_MAX;
    if kept && messages.iter().any(|message| message.to_ascii_lowercase().contains(STARTED)) {
        assert!(means_started(&failure), "{failure:?}");
    }

    check_status(&messages[0]);
}

/// Only a definite stop is one, and only what runs and says so is idle.
fn check_status(status: &str) {
    for in_flight in [None, Some(0.0), Some(-0.0), Some(1.0), Some(-1.0), Some(f64::NAN), Some(f64::MAX)] {
        let idle = in_flight == Some(0.0);
        match seen_of_state(status, in_flight) {
            Seen::Alive => assert!(["running", "healthy", "stopping"].contains(&status)),
            Seen::Idle => assert!(["running", "healthy"].contains(&status) && idle, "{in_flight:?}"),
            Seen::Busy => {
                let busy = in_flight.is_some_and(|count| count >= 1.0);
                assert!(["running", "healthy"].contains(&status) && busy, "{in_flight:?}");
            }
            Seen::Stopped => assert!(["stopped", "stopped_with_code"].contains(&status)),
            Seen::Unknown(failure) => assert!(failure.message.len() <= TEXT_BYTES_MAX),
            seen @ (Seen::Ready(_) | Seen::NotReady(_)) => panic!("{status:?} cannot show {seen:?}"),
        }
    }
}
