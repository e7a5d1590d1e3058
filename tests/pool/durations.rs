//! How long claims and starts took, by how they ended.

use cf_warm_pool::pool::{
    ClaimEnd, ClaimId, Config, Counters, Durations, Event, FailureClass, Seen, StartEnd, WhenEmpty,
};

use crate::driver::{Driver, T0, target};

/// Counted so often, all together so long.
type Took = (u64, u64);

fn took(durations: &Durations) -> Took {
    (durations.count(), durations.sum_ms)
}

fn counters(driver: &Driver) -> Counters {
    driver.pool.stats(driver.now_ms).counters
}

/// Sticky, hit, miss, error.
fn claims(driver: &Driver) -> [Took; 4] {
    ClaimEnd::ALL.map(|end| took(&counters(driver).claim_durations[end as usize]))
}

/// Ready, failed, timed out, abandoned.
fn starts(driver: &Driver) -> [Took; 4] {
    StartEnd::ALL.map(|end| took(&counters(driver).start_durations[end as usize]))
}

const NONE: Took = (0, 0);

#[test]
fn what_is_answered_at_once_took_no_time() {
    let mut driver = Driver::filled(target(1));
    driver.pass(5).claim("a");
    driver.pass(5).claim("a");
    assert_eq!(claims(&driver), [(1, 0), (1, 0), NONE, NONE]);
}

#[test]
fn a_miss_and_who_joins_it_each_took_as_long_as_they_waited() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    driver.pass(100).claim("a");
    driver.pass(187).started(1);
    // The first is the miss, and the one that joined finds it there.
    assert_eq!(claims(&driver), [(1, 187), NONE, (1, 287), NONE]);
    assert_eq!(counters(&driver).on_demand_boot_ms_mean(), 287);
}

#[test]
fn a_claim_that_is_refused_took_until_then() {
    let config = Config { max_instances: 1, queue_timeout_ms: 3_000, ..target(0) };
    let mut driver = Driver::configured(config);
    driver.claim("a");
    driver.started(1);
    driver.pass(10).claim("b");
    driver.after(3_000);
    assert_eq!(claims(&driver)[ClaimEnd::Error as usize], (1, 3_000));
    driver.configure(Config { when_empty: WhenEmpty::Fail, max_instances: 1, ..target(1) });
    driver.claim("c");
    assert_eq!(claims(&driver)[ClaimEnd::Error as usize], (2, 3_000));
}

#[test]
fn a_look_that_comes_first_counts_whatever_it_shows() {
    let mut driver = Driver::filled(Config { verify_after_ms: Some(0), ..target(1) });
    driver.claim("a");
    driver.all_start();
    driver.pass(1_000).claim("a");
    driver.pass(40).alive(1);
    assert_eq!(claims(&driver)[ClaimEnd::Sticky as usize], (1, 40));
    driver.pass(1_000).claim("a");
    // It has stopped, and the warm one is a hit that was asked for before the look.
    driver.pass(70).seen(1, Seen::Stopped);
    assert_eq!(claims(&driver), [(1, 40), (2, 70), NONE, NONE]);
}

#[test]
fn who_leaves_is_not_among_them_and_its_claim_may_come_again() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    driver.pass(500).handle(Event::CallerLeft { claim: ClaimId(1) });
    assert_eq!(driver.pool.stats(driver.now_ms).claims_waiting, 0);
    driver.claim("a");
    driver.pass(20).started(1);
    assert_eq!(claims(&driver), [NONE, NONE, (1, 20), NONE]);
}

#[test]
fn claims_that_wait_are_counted_until_they_are_answered() {
    let mut driver = Driver::configured(Config { verify_after_ms: Some(0), ..target(0) });
    let waiting = |driver: &Driver| driver.pool.stats(driver.now_ms).claims_waiting;
    driver.claim("a");
    driver.claim("a");
    driver.claim("b");
    assert_eq!(waiting(&driver), 3);
    driver.started(1);
    assert_eq!(waiting(&driver), 1);
    driver.claim("a");
    assert_eq!(waiting(&driver), 2, "one waits for a look");
    driver.alive(1);
    driver.started(2);
    assert_eq!(waiting(&driver), 0);
}

#[test]
fn every_start_ends_once_by_how_it_did() {
    let mut driver = Driver::configured(target(4));
    driver.pass(300).started(1);
    driver.pass(100).failed(2, FailureClass::Transient);
    driver.reported(3);
    driver.started(1);
    assert_eq!(starts(&driver), [(1, 300), (2, 800), NONE, NONE]);
    driver.after(29_600);
    // Containers 4 is late, and so are 5 and 6, which took the places of 2 and 3, 400 ms later.
    assert_eq!(starts(&driver)[StartEnd::TimedOut as usize], (1, 30_000));
    let stats = driver.pool.stats(driver.now_ms);
    let ended: u64 = starts(&driver).iter().map(|(count, _)| count).sum();
    assert_eq!(ended + stats.starting as u64, stats.started());
    assert_eq!(stats.counters.start_failures.iter().sum::<u64>(), 3);
}

#[test]
fn a_start_the_pool_stops_is_abandoned_and_no_failure() {
    let mut driver = Driver::configured(target(2));
    driver.pass(250).shut_down();
    assert_eq!(starts(&driver), [NONE, NONE, NONE, (2, 500)]);
    assert_eq!(counters(&driver).start_failures, [0; 5]);
}

#[test]
fn a_start_goes_on_over_a_loss_of_memory() {
    let mut driver = Driver::configured(target(1));
    driver.pass(1_000).wake();
    driver.pass(500).started(1);
    assert_eq!(starts(&driver)[0], (1, 1_500));
}

#[test]
fn durations_outlive_memory_once_they_are_recorded_and_that_is_after_ten_seconds() {
    let mut driver = Driver::configured(target(1));
    driver.pass(60).started(1);
    assert_eq!(driver.pool.stats(driver.now_ms).alarm_at_ms, Some(T0 + 10_060));
    driver.after(10_000);
    driver.wake();
    assert_eq!(starts(&driver)[0], (1, 60));
}

#[test]
fn a_clock_put_back_makes_no_time_negative() {
    let mut driver = Driver::configured(target(0));
    driver.claim("a");
    driver.now_ms -= 500_000;
    driver.started(1);
    assert_eq!(claims(&driver)[ClaimEnd::Miss as usize], (1, 0));
    assert_eq!(starts(&driver)[0], (1, 0));
}

#[test]
fn a_percentile_lies_in_the_bucket_of_its_rank() {
    let mut durations = Durations::default();
    assert_eq!(durations.percentile_ms(50), None);
    durations.note(0);
    assert_eq!([50, 99, 100].map(|percent| durations.percentile_ms(percent)), [Some(0), Some(0), Some(1)]);
    for ms in [600, 700, 800] {
        durations.note(ms);
    }
    // Of four, the first is in the bucket up to 1 ms, the others from 500 to 1,000 ms.
    let table = [(0, 0), (25, 1), (50, 666), (75, 833), (99, 993), (100, 1_000)];
    for (percent, expected) in table {
        assert_eq!(durations.percentile_ms(percent), Some(expected), "p{percent}");
    }
    let mut late = Durations::default();
    late.note(u64::MAX);
    late.note(600_001);
    assert_eq!(late.percentile_ms(50), Some(600_000), "past the last bound nothing more is known");
    assert_eq!((late.count(), late.sum_ms), (2, u64::MAX));
}

#[test]
fn a_duration_is_in_the_bucket_whose_bound_it_does_not_pass() {
    use cf_warm_pool::pool::limits::DURATION_BOUNDS_MS;
    for (at, bound_ms) in DURATION_BOUNDS_MS.into_iter().enumerate() {
        for (ms, bucket) in [(bound_ms, at), (bound_ms + 1, at + 1)] {
            let mut durations = Durations::default();
            durations.note(ms);
            assert_eq!(durations.counts[bucket], 1, "{ms} ms");
        }
    }
}
