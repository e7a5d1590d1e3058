//! The families of metrics there are, each with its meaning: the table of the
//! README says the same.

use super::Family;
use super::Kind::{Counter, Gauge, Histogram};

/// In the order in which they are written.
pub(super) const FAMILIES: &[Family] = &[
    (("warm_pool_size", "Warm containers the pool is to keep.", Gauge), |page, figures| {
        page.known(figures.stats.config["warmTarget"].as_u64());
    }),
    (("warm_pool_containers", "Containers that exist or may exist, by state.", Gauge), |page, figures| {
        let stats = &figures.stats;
        page.counts(
            "state",
            [
                ("starting", stats.starting),
                ("warm", stats.warm),
                ("assigned", stats.assigned),
                ("draining", stats.draining),
                ("stopping", stats.stopping),
            ],
        );
    }),
    (("warm_pool_sessions_waiting", "Sessions that wait for a container.", Gauge), |page, figures| {
        page.count(figures.stats.waiting);
    }),
    (
        ("warm_pool_claims_waiting", "Claims that wait for a container, or for a look at theirs.", Gauge),
        |page, figures| page.count(figures.stats.claims_waiting),
    ),
    (("warm_pool_capacity", "Containers that may exist, if a limit is known.", Gauge), |page, figures| {
        page.known(figures.stats.max_instances);
    }),
    (("warm_pool_learned_capacity", "The limit the platform taught, if it did.", Gauge), |page, figures| {
        page.known(figures.stats.learned_limit)
    }),
    (("warm_pool_primed", "Whether the pool fills itself.", Gauge), |page, figures| {
        page.count(figures.stats.primed.into());
    }),
    (("warm_pool_breaker_open", "Whether failures have stopped further starts.", Gauge), |page, figures| {
        page.count(figures.stats.breaker_open.into())
    }),
    (
        ("warm_pool_start_retry_timestamp_seconds", "When a start is tried again that is held back.", Gauge),
        |page, figures| page.known_ms(figures.stats.retry_at),
    ),
    (
        ("warm_pool_next_wake_timestamp_seconds", "When the pool wakes by itself, if it does.", Gauge),
        |page, figures| page.known_ms(figures.stats.next_wake_at),
    ),
    (
        ("warm_pool_oldest_warm_age_seconds", "Time since the longest warm container became so.", Gauge),
        |page, figures| page.known_ms(figures.stats.oldest_warm_ms),
    ),
    (
        (
            "warm_pool_oldest_assigned_age_seconds",
            "Time since the earliest of the last recorded claims of sessions that hold a container.",
            Gauge,
        ),
        |page, figures| page.known_ms(figures.stats.oldest_assigned_ms),
    ),
    (("warm_pool_claims_total", "Claims answered, by outcome.", Counter), |page, figures| {
        let stats = &figures.stats;
        page.counts(
            "outcome",
            [("sticky", stats.sticky), ("hit", stats.hits), ("miss", stats.misses), ("error", stats.errors)],
        );
    }),
    (("warm_pool_hits_total", "Claims answered from a warm container.", Counter), |page, figures| {
        page.count(figures.stats.hits);
    }),
    (("warm_pool_misses_total", "Claims answered by a start.", Counter), |page, figures| {
        page.count(figures.stats.misses);
    }),
    (
        ("warm_pool_claim_duration_seconds", "Time from a claim to its answer, by outcome.", Histogram),
        |page, figures| page.histograms(&figures.stats.duration_bounds_ms, &figures.stats.claim_durations),
    ),
    (
        ("warm_pool_start_duration_seconds", "Time from a start to its end, by outcome.", Histogram),
        |page, figures| page.histograms(&figures.stats.duration_bounds_ms, &figures.stats.start_durations),
    ),
    (
        ("warm_pool_callers_left_total", "Callers that left before they were answered.", Counter),
        |page, figures| page.count(figures.stats.callers_left),
    ),
    (
        ("warm_pool_started_total", "Containers ever started, each start counted.", Counter),
        |page, figures| {
            page.count(figures.stats.started);
        },
    ),
    (("warm_pool_gone_total", "Those of them that are gone for certain.", Counter), |page, figures| {
        page.count(figures.stats.gone);
    }),
    (
        ("warm_pool_start_failures_total", "Starts that failed or took too long, by class.", Counter),
        |page, figures| page.counts("class", figures.stats.start_failures.iter()),
    ),
    (
        ("warm_pool_health_failures_total", "Looks that found something wanting, by kind.", Counter),
        |page, figures| page.counts("kind", figures.stats.health_failures.iter()),
    ),
    (
        ("warm_pool_renewal_failures_total", "Warm containers that could not be kept awake.", Counter),
        |page, figures| page.count(figures.stats.renewal_failures),
    ),
    (
        ("warm_pool_stop_failures_total", "Stops and destroys that failed and are repeated.", Counter),
        |page, figures| page.count(figures.stats.stop_failures),
    ),
    (("warm_pool_reports_total", "Reports that a container has stopped.", Counter), |page, figures| {
        page.count(figures.stats.reports);
    }),
    (
        ("warm_pool_unknown_reports_total", "Those of them about no container of the pool.", Counter),
        |page, figures| page.count(figures.stats.unknown_reports),
    ),
    (("warm_pool_evictions_total", "Warm containers the pool dropped.", Counter), |page, figures| {
        page.count(figures.stats.evictions);
    }),
    (("warm_pool_expirations_total", "Those of them that were past their age.", Counter), |page, figures| {
        page.count(figures.stats.expirations);
    }),
    (
        ("warm_pool_replacements_total", "Those of them that were of another revision.", Counter),
        |page, figures| page.count(figures.stats.replacements),
    ),
    (("warm_pool_releases_total", "Sessions that gave their container up.", Counter), |page, figures| {
        page.count(figures.stats.releases);
    }),
    (("warm_pool_lease_ends_total", "Sessions whose lease ended.", Counter), |page, figures| {
        page.count(figures.stats.lease_ends);
    }),
    (
        ("warm_pool_restarts_total", "Containers started again for another session.", Counter),
        |page, figures| page.count(figures.stats.restarts),
    ),
    (("warm_pool_resets_total", "Containers cleaned up for another session.", Counter), |page, figures| {
        page.count(figures.stats.resets);
    }),
    (("warm_pool_reset_failures_total", "Clean-ups that failed.", Counter), |page, figures| {
        page.count(figures.stats.reset_failures);
    }),
    (
        (
            "warm_pool_configurations_passed_over_total",
            "Configurations passed over for one of a later version.",
            Counter,
        ),
        |page, figures| page.count(figures.stats.passed_over),
    ),
    (
        ("warm_pool_storage_failures_total", "Commits the pool's storage refused.", Counter),
        |page, figures| page.count(figures.stats.storage_failures),
    ),
    (
        ("warm_pool_idle_seconds_total", "Time that containers were warm, added up.", Counter),
        |page, figures| {
            page.known_ms(Some(figures.stats.idle_ms));
        },
    ),
    (
        ("warm_pool_idle_cost_usd_total", "What that cost, estimated by published prices.", Counter),
        |page, figures| {
            let label = ("instance_type", figures.instance_type.name);
            page.sample("", &[label], figures.idle_micro_usd(), 6);
        },
    ),
];
