use std::collections::BTreeMap;

use openmetrics_parser::prometheus::parse_prometheus;
use openmetrics_parser::{PrometheusType, PrometheusValue};
use serde_json::Value;

use super::super::pools::tests::{down, said};
use super::super::stats::stats_to_json;
use super::super::stats::tests::figures;
use super::*;

/// Metrics as a strict parser reads them: type, help, and values by labels.
type Read = BTreeMap<String, (PrometheusType, String, BTreeMap<String, PrometheusValue>)>;

fn read(pools: &PoolFigures) -> Read {
    let text = metrics_to_text(pools);
    let exposition = parse_prometheus(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let families = exposition.families.into_values().map(|family| {
        let samples = family.iter_samples().map(|sample| {
            let labels = sample.get_labelset().unwrap();
            let mut labels: Vec<_> = labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
            labels.sort_unstable();
            (labels.join(","), sample.value.clone())
        });
        let samples: BTreeMap<_, _> = samples.collect();
        (family.family_name, (family.family_type, family.help, samples))
    });
    families.collect()
}

fn full() -> (String, Result<Figures, crate::wire::RemoteError>) {
    said("python", &stats_to_json(&figures()))
}

fn number(read: &Read, family: &str, labels: &str) -> f64 {
    match &read[family].2[labels] {
        PrometheusValue::Counter(counter) => counter.value.as_f64(),
        PrometheusValue::Gauge(number) => number.as_f64(),
        other => panic!("{family} {labels} is {other:?}"),
    }
}

#[test]
fn the_text_is_what_prometheus_reads() {
    let text = metrics_to_text(&[full(), said("node", "{}")]);
    for expected in [
        "# HELP warm_pool_up Whether the pool could be asked for its figures.\n\
         # TYPE warm_pool_up gauge\n\
         warm_pool_up{runtime=\"python\"} 1\n\
         warm_pool_up{runtime=\"node\"} 1\n",
        "# TYPE warm_pool_size gauge\nwarm_pool_size{runtime=\"python\"} 12\n# HELP ",
        "# TYPE warm_pool_hits_total counter\n\
         warm_pool_hits_total{runtime=\"python\"} 30\n\
         warm_pool_hits_total{runtime=\"node\"} 0\n",
        "warm_pool_containers{runtime=\"python\",state=\"warm\"} 2\n",
        "warm_pool_health_failures_total{runtime=\"python\",kind=\"liveness\"} 41\n",
        "warm_pool_start_failures_total{runtime=\"python\",class=\"rate_limit\"} 52\n",
        "warm_pool_idle_seconds_total{runtime=\"python\"} 3600.049\n",
        "warm_pool_idle_cost_usd_total{runtime=\"python\",instance_type=\"lite\"} 0.002754\n",
        "# TYPE warm_pool_claim_duration_seconds histogram\n\
         warm_pool_claim_duration_seconds_bucket{runtime=\"python\",outcome=\"sticky\",le=\"0.001\"} 20\n",
        "warm_pool_claim_duration_seconds_bucket{runtime=\"python\",outcome=\"miss\",le=\"1\"} 0\n\
         warm_pool_claim_duration_seconds_bucket{runtime=\"python\",outcome=\"miss\",le=\"2.5\"} 10\n",
        "warm_pool_claim_duration_seconds_bucket{runtime=\"python\",outcome=\"miss\",le=\"+Inf\"} 10\n\
         warm_pool_claim_duration_seconds_sum{runtime=\"python\",outcome=\"miss\"} 1\n\
         warm_pool_claim_duration_seconds_count{runtime=\"python\",outcome=\"miss\"} 10\n",
        "warm_pool_start_duration_seconds_count{runtime=\"python\",outcome=\"timed_out\"} 2\n",
        "warm_pool_next_wake_timestamp_seconds{runtime=\"python\"} 0.064\n",
    ] {
        assert!(text.contains(expected), "{expected}\n is not in\n{text}");
    }
}

#[test]
fn a_strict_parser_reads_every_family_of_every_pool() {
    let read = read(&[full(), said("node", "{}"), down("go", "reset")]);
    assert_eq!(read.len(), FAMILIES.len() + 1);
    for ((name, help, kind), _) in FAMILIES {
        let (found, said, samples) = &read[*name];
        let expected = match kind {
            Kind::Counter => PrometheusType::Counter,
            Kind::Gauge => PrometheusType::Gauge,
            Kind::Histogram => PrometheusType::Histogram,
        };
        assert_eq!((found, said.as_str()), (&expected, *help), "{name}");
        assert!(samples.keys().any(|labels| labels.contains("runtime=python")), "{name}");
        assert!(!samples.keys().any(|labels| labels.contains("runtime=go")), "{name}");
    }
}

/// What `promtool check metrics` holds against names and types.
#[test]
fn names_are_as_prometheus_has_them() {
    let units = ["milliseconds", "minutes", "hours", "_ms", "kilobytes", "percent", "permille"];
    for ((name, help, kind), _) in FAMILIES {
        assert!(name.starts_with("warm_pool_"), "{name}");
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
        assert!(!name.contains("__") && !name.ends_with('_'), "{name}");
        assert!(!units.iter().any(|unit| name.contains(unit)), "{name} is in base units");
        assert_eq!(name.ends_with("_total"), *kind == Kind::Counter, "{name}");
        for reserved in ["_count", "_sum", "_bucket", "_info"] {
            assert!(!name.ends_with(reserved), "{name}");
        }
        for kind in ["counter", "gauge", "histogram", "summary"] {
            assert!(!name.contains(kind), "{name} says what it is");
        }
        assert!(help.len() > 10 && help.ends_with('.') && !help.contains(['\n', '\\']), "{name}: {help}");
        let times = name.contains("duration") || name.contains("_age_") || name.contains("timestamp");
        assert!(!times || name.trim_end_matches("_total").ends_with("_seconds"), "{name}");
    }
    let mut names: Vec<_> = FAMILIES.iter().map(|((name, ..), _)| *name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), FAMILIES.len());
}

/// Everything a pool tells is in the metrics, but for what follows from the rest.
#[test]
fn no_figure_of_a_pool_is_left_out() {
    let derived = ["hitRate", "onDemandBootMsMean", "claims", "total", "acquired", "warming"];
    let text = metrics_to_text(&[full()]);
    let stats: Value = serde_json::from_str(&stats_to_json(&figures())).unwrap();
    let shown = |number: u64| {
        let decimal = |decimals| {
            let mut shown = String::new();
            super::decimal(&mut shown, number, decimals);
            text.contains(&format!("}} {shown}\n"))
        };
        decimal(0) || decimal(3)
    };
    let mut checked = 0;
    for (name, value) in stats.as_object().unwrap() {
        let numbers: Vec<u64> = match value {
            Value::Number(number) => number.as_u64().into_iter().collect(),
            Value::Object(by_name) => by_name.values().filter_map(Value::as_u64).collect(),
            _ => Vec::new(),
        };
        for number in numbers.into_iter().filter(|_| name != "config" && name != "lastHour") {
            assert!(derived.contains(&name.as_str()) || shown(number), "{name} is {number} and not shown");
            checked += 1;
        }
    }
    assert!(checked > 40, "{checked}");
}

#[test]
fn the_figures_add_up() {
    let read = read(&[full()]);
    let of = |family: &str, labels: &str| number(&read, family, &format!("{labels}runtime=python"));
    let count =
        |family: &str, outcome: &str| match &read[family].2[&format!("outcome={outcome},runtime=python")] {
            PrometheusValue::Histogram(histogram) => {
                assert_eq!(histogram.buckets.last().unwrap().upper_bound, f64::INFINITY);
                assert_eq!(histogram.buckets.len(), 14);
                histogram.count.unwrap() as f64
            }
            other => panic!("{other:?}"),
        };
    for outcome in ["sticky", "hit", "miss", "error"] {
        let claims = of("warm_pool_claims_total", &format!("outcome={outcome},"));
        assert_eq!(claims, count("warm_pool_claim_duration_seconds", outcome), "{outcome}");
    }
    assert_eq!(of("warm_pool_hits_total", ""), of("warm_pool_claims_total", "outcome=hit,"));
    assert_eq!(of("warm_pool_misses_total", ""), of("warm_pool_claims_total", "outcome=miss,"));
    let states = ["starting", "warm", "assigned", "draining", "stopping"];
    let in_state = |state| number(&read, "warm_pool_containers", &format!("runtime=python,state={state}"));
    let tracked: f64 = states.map(in_state).iter().sum();
    assert_eq!(of("warm_pool_started_total", ""), of("warm_pool_gone_total", "") + tracked);
}

#[test]
fn a_pool_that_could_not_be_asked_is_down_and_the_others_are_shown() {
    let pools = [down("python", "reset"), full(), said("node", "{")];
    let pools = [pools[0].clone(), ("ruby".to_owned(), pools[1].1.clone()), pools[2].clone()];
    let read = read(&pools);
    let up = |runtime: &str| number(&read, "warm_pool_up", &format!("runtime={runtime}"));
    assert_eq!([up("python"), up("ruby"), up("node")], [0.0, 1.0, 0.0]);
    assert_eq!(read["warm_pool_hits_total"].2.len(), 1);
    let none = metrics_to_text(&[down("python", "reset")]);
    assert_eq!(none.lines().count(), 3, "{none}");
}

#[test]
fn what_is_not_known_is_left_out() {
    let read = read(&[said("python", "{}")]);
    for absent in
        ["warm_pool_capacity", "warm_pool_learned_capacity", "warm_pool_next_wake_timestamp_seconds"]
    {
        assert!(!read.contains_key(absent), "{absent}");
    }
    assert!(read.contains_key("warm_pool_containers"));
    // Of a pool with other buckets than bounds no histogram is made up.
    let odd = r#"{"durationBoundsMs":[1,2],"claimDurations":{"hit":{"counts":[1,2],"sumMs":3}}}"#;
    assert!(!metrics_to_text(&[said("python", odd)]).contains("duration_seconds"));
}

#[test]
fn a_label_is_escaped_whatever_is_in_it() {
    let text = r#"{"startFailures":{"a\"b\\c\nd 🦀 <script>":7}}"#;
    let shown = metrics_to_text(&[said("python", text)]);
    assert!(shown.contains(r#"class="a\"b\\c\nd 🦀 <script>"} 7"#), "{shown}");
    parse_prometheus(&shown).unwrap();
    assert!(!metrics_to_text(&[said("a\"} 1\nx 2", "{}")]).contains("\nx 2"));
}

#[test]
fn a_number_is_written_without_zeros_at_its_end() {
    for (number, decimals, expected) in [
        (0, 0, "0"),
        (0, 3, "0"),
        (1, 3, "0.001"),
        (10, 3, "0.01"),
        (1_000, 3, "1"),
        (1_050, 3, "1.05"),
        (120_000, 3, "120"),
        (2_754, 6, "0.002754"),
        (u64::MAX, 0, "18446744073709551615"),
        (u64::MAX, 3, "18446744073709551.615"),
    ] {
        let mut shown = String::new();
        decimal(&mut shown, number, decimals);
        assert_eq!(shown, expected);
    }
}

/// The README's table has a row to each family, with its type and its meaning.
#[test]
fn the_readme_names_every_family() {
    let readme = include_str!("../../../README.md");
    for ((name, help, kind), _) in FAMILIES {
        let kind = format!("{kind:?}").to_lowercase();
        let row = readme.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
        let row = row.unwrap_or_else(|| panic!("{name} is not in the README"));
        assert!(row.contains(&format!("| {kind} |")), "{row}");
        assert!(row.ends_with(&format!("| {} |", help.trim_end_matches('.'))), "{row}\n{help}");
    }
    let rows = readme.lines().filter(|line| line.starts_with("| `warm_pool_")).count();
    assert_eq!(rows, FAMILIES.len() + 1, "and no other");
}
