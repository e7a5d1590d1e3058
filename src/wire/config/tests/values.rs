//! What each option may be.

use super::*;

#[test]
fn a_number_is_taken_at_both_its_ends() {
    for (name, min, max, _) in NUMBERS {
        // Of the two of `rollout` one may be 0, and not both.
        let lowest = if name == "rollout.maxSurge" { 1 } else { min };
        for number in [lowest, max] {
            let config = config_from_json(&options(name, &number.to_string())).unwrap();
            assert_eq!(shown(&config, name), number, "{name}");
        }
    }
}

#[test]
fn a_number_past_its_ends_is_refused_with_them() {
    for (name, min, max, bounds) in NUMBERS {
        let below = min as i64 - 1;
        for value in [below.to_string(), (max + 1).to_string(), "18446744073709551615".to_owned()] {
            assert_refused(&options(name, &value), name, &value, bounds);
        }
    }
}

#[test]
fn what_is_no_whole_number_is_refused() {
    let wrong = [
        r#""5""#,
        r#""NaN""#,
        r#""Infinity""#,
        r#""""#,
        "1.5",
        "5000.0000001",
        "-1",
        "-1.5",
        "1e+300",
        "-1e+300",
        "1.8446744073709552e+19",
        "true",
        "[]",
        "[5]",
        "{}",
    ];
    for (name, _, _, bounds) in NUMBERS {
        for value in wrong {
            assert_refused(&options(name, value), name, value, bounds);
        }
    }
}

#[test]
fn where_none_is_a_number_it_is_0_and_nothing_below_the_lowest_is() {
    for name in NUMBERS_OR_NONE {
        for none in ["0", "0.0", "-0", "0e9"] {
            let config = config_from_json(&options(name, none)).unwrap();
            assert_eq!(shown(&config, name), 0, "{name}");
        }
        let (_, _, _, bounds) = NUMBERS.into_iter().find(|(other, ..)| *other == name).unwrap();
        assert_refused(&options(name, "1"), name, "1", bounds);
    }
}

#[test]
fn a_ratio_is_a_part_of_a_whole_to_thousandths() {
    let permille = |config: &Config, name| match name {
        "health.maxMemoryRatio" => config.health.memory_permille_max,
        _ => config.health.cpu_permille_max,
    };
    for name in RATIOS {
        for (value, read) in [
            ("0.001", 1),
            ("0.0014999", 1),
            ("0.9", 900),
            ("9e-1", 900),
            ("0.9999", 1_000),
            ("1", 1_000),
            ("1.0", 1_000),
        ] {
            let config = config_from_json(&options(name, value)).unwrap();
            assert_eq!(permille(&config, name), Some(read), "{name}: {value}");
            let other = RATIOS.into_iter().find(|other| *other != name).unwrap();
            assert_eq!(permille(&config, other), None, "{name} set {other}");
        }
        for thousandths in 1..=1_000 {
            let config = config_from_json(&options(name, &format!("{thousandths}e-3"))).unwrap();
            assert_eq!(permille(&config, name), Some(thousandths));
            assert_eq!(config_from_json(&config_to_json(&config)), Ok(config));
        }
        let wrong = [
            "0",
            "-0.0",
            "0.0004",
            "0.0009999",
            "1.0004",
            "0.00049999",
            "1e-9",
            "-0.5",
            "-1",
            "1.001",
            "2",
            "90",
            "1e+300",
            "-1e+300",
            r#""0.9""#,
            r#""NaN""#,
            r#""Infinity""#,
            r#""""#,
            "true",
            "[0.9]",
            "{}",
        ];
        for value in wrong {
            assert_refused(&options(name, value), name, value, RATIO);
        }
    }
}

#[test]
fn a_whole_number_may_be_spelled_in_any_way_json_has() {
    for spelling in ["5", "5.0", "5e0", "0.5e1", "50E-1"] {
        let config = config_from_json(&options("warmTarget", spelling)).unwrap();
        assert_eq!(config.warm_target, 5, "{spelling}");
    }
    let config = config_from_json(&options("warmTarget", "-0")).unwrap();
    assert_eq!(config.warm_target, 0);
}

#[test]
fn a_flag_is_true_or_false_and_nothing_like_it() {
    for flag in [true, false] {
        assert_eq!(config_from_json(&options("enabled", &flag.to_string())).unwrap().enabled, flag);
    }
    for value in ["0", "1", r#""true""#, r#""""#, "[]", "{}"] {
        assert_refused(&options("enabled", value), "enabled", value, "true or false");
    }
}

#[test]
fn a_word_is_one_of_those_there_are_as_they_are_spelled() {
    let words: [(&str, &[&str], &str); 5] = [
        ("refill", &["eager", "interval"], r#""eager" or "interval""#),
        ("whenEmpty", &["start", "wait", "fail"], r#""start" or "wait" or "fail""#),
        ("jurisdiction", Config::JURISDICTIONS, r#""eu" or "fedramp" or "fedramp-high" or "us""#),
        ("locationHint", Config::LOCATION_HINTS, HINTS),
        ("onRelease", &["destroy", "restart", "reset"], r#""destroy" or "restart" or "reset""#),
    ];
    for (name, words, bounds) in words {
        let mut configs: Vec<Config> = Vec::new();
        for word in words {
            let config = config_from_json(&options(name, &format!("\"{word}\""))).unwrap();
            assert_eq!(shown(&config, name), *word, "{name}");
            assert!(!configs.contains(&config), "{name}: {word} is another word's");
            configs.push(config);
        }
        let upper = format!("{:?}", words[0].to_uppercase());
        let spaced = format!("\"{} \"", words[0]);
        let listed = format!("[\"{}\"]", words[0]);
        for value in [r#""""#, &upper, &spaced, &listed, "true", "0", "{}", r#""keep""#] {
            assert_refused(&options(name, value), name, value, bounds);
        }
    }
    assert_eq!(config_from_json(r#"{"refill":"interval"}"#).unwrap().refill, Refill::Interval);
    assert_eq!(config_from_json(r#"{"whenEmpty":"wait"}"#).unwrap().when_empty, WhenEmpty::Wait);
    assert_eq!(config_from_json(r#"{"onRelease":"reset"}"#).unwrap().on_release, OnRelease::Reset);
}

/// The platform's words, as tests/types holds the types against the platform's.
const HINTS: &str = "\"wnam\" or \"enam\" or \"sam\" or \"weur\" or \"eeur\" or \"apac\" or \"apac-ne\" or \
                     \"apac-se\" or \"oc\" or \"afr\" or \"me\"";

#[test]
fn the_types_that_are_shipped_have_the_platforms_words() {
    let types = include_str!("../../../../js/types/place.ts");
    for (name, words) in [("LocationHint", Config::LOCATION_HINTS), ("Jurisdiction", Config::JURISDICTIONS)] {
        let (_, union) = types.split_once(&format!("export type {name} =")).unwrap();
        let (union, _) = union.split_once(';').unwrap();
        let listed: Vec<_> = union.split('|').map(|word| word.trim().trim_matches('"')).collect();
        assert_eq!(listed.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>(), words);
    }
}

#[test]
fn ports_are_one_or_up_to_sixteen_different_ones() {
    let sixteen: Vec<u16> = (65_520..=65_535).collect();
    let taken = [
        ("1".to_owned(), vec![1]),
        ("65535".to_owned(), vec![65_535]),
        ("[]".to_owned(), vec![]),
        ("[8080]".to_owned(), vec![8080]),
        ("[9000, 80]".to_owned(), vec![9000, 80]),
        (format!("{sixteen:?}"), sixteen),
    ];
    for (value, ports) in taken {
        assert_eq!(config_from_json(&options("ports", &value)).unwrap().ports, ports, "{value}");
    }
    let seventeen = format!("{:?}", (1..=17).collect::<Vec<u16>>()).replace(' ', "");
    let refused = [
        "0",
        "65536",
        "-1",
        "80.5",
        r#""80""#,
        "[0]",
        "[65536]",
        "[80,80]",
        "[80,null]",
        "[[80]]",
        "true",
        "{}",
    ];
    for value in refused.into_iter().chain([seventeen.as_str()]) {
        assert_refused(&options("ports", value), "ports", value, PORTS);
    }
}

#[test]
fn a_binding_and_a_revision_are_counted_in_bytes() {
    let bounds = "a string of 1 to 128 bytes";
    for option in ["containerBinding", "revision"] {
        for text in ["C".to_owned(), "x".repeat(128), "é".repeat(64), " ".to_owned()] {
            let config = config_from_json(&options(option, &format!("\"{text}\""))).unwrap();
            assert_eq!(shown(&config, option), text);
        }
        for value in [r#""""#, "5", "true", "[]", "{}"] {
            assert_refused(&options(option, value), option, value, bounds);
        }
        for text in ["x".repeat(129), "é".repeat(65)] {
            let value = format!("\"{text}\"");
            assert_refused(&options(option, &value), option, &json::shortened(&value), bounds);
        }
    }
    let both = config_from_json(r#"{"containerBinding":"C","revision":"v1"}"#).unwrap();
    assert_eq!((both.container_binding.as_deref(), both.revision.as_deref()), (Some("C"), Some("v1")));
}

#[test]
fn a_path_begins_with_a_slash_and_is_printable_ascii_without_a_fragment() {
    let longest = format!("/{}", "x".repeat(255));
    for path in ["/", "/ready", "/api/v1/ready?deep=1&x=%20", "/a/../b", "/~!$&'()*+,;=:@", &longest] {
        let config = config_from_json(&options("health.path", &format!("\"{path}\""))).unwrap();
        assert_eq!(config.health.path.as_deref(), Some(path));
    }
    for value in [
        r#""""#,
        r#""ready""#,
        r#"" /ready""#,
        r#""http://10.0.0.1/ready""#,
        r#""/a b""#,
        r#""/a#b""#,
        r##""/#""##,
        r#""/é""#,
        r#""/\n""#,
        r#""/\r\nx-a: b""#,
        r#""/\u0000""#,
        r#""/\u007f""#,
        "5",
        "true",
        "[]",
        r#"["/ready"]"#,
        "{}",
    ] {
        let given: Value = serde_json::from_str(value).unwrap();
        assert_refused(&options("health.path", value), "health.path", &given.to_string(), PATH);
    }
    let value = format!("\"{longest}x\"");
    assert_refused(&options("health.path", &value), "health.path", &json::shortened(&value), PATH);
}

#[test]
fn a_rollout_that_gets_nowhere_is_refused() {
    let stuck = r#"{"maxSurge":0,"maxUnavailable":0}"#;
    let bounds = "an object in which one of maxSurge and maxUnavailable is not 0";
    for rollout in [stuck, r#"{"maxSurge":0}"#, r#"{"maxSurge":0,"maxUnavailable":null}"#] {
        assert_refused(&options_of("rollout", rollout), "rollout", stuck, bounds);
    }
    for (rollout, surge_max, unavailable_max) in [
        ("{}", 1, 0),
        (r#"{"maxUnavailable":0}"#, 1, 0),
        (r#"{"maxUnavailable":2}"#, 1, 2),
        (r#"{"maxSurge":0,"maxUnavailable":1}"#, 0, 1),
        (r#"{"maxSurge":1,"maxUnavailable":0}"#, 1, 0),
        (r#"{"maxSurge":100,"maxUnavailable":100}"#, 100, 100),
    ] {
        let config = config_from_json(&options_of("rollout", rollout)).unwrap();
        assert_eq!(config.rollout, Rollout { surge_max, unavailable_max }, "{rollout}");
    }
    // What is wrong by itself is named before what is wrong together.
    let text = r#"{"rollout":{"maxSurge":0},"warmTarget":-1}"#;
    assert_refused(text, "warmTarget", "-1", CONTAINERS_1000);
}

#[test]
fn a_group_is_an_object() {
    let health = "an object of path, timeout, unhealthyAfter, maxMemoryRatio, maxCpuRatio";
    for value in ["5000", "true", r#""timeout""#, "[]", r#"[{"timeout":5000}]"#] {
        assert_refused(&options("health", value), "health", value, health);
        assert_refused(&options("rollout", value), "rollout", value, "an object of maxSurge, maxUnavailable");
    }
}
