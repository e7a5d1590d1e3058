//! Against `serde_json`, which reads and writes the same.

use serde_json::json;

use super::*;

/// What `serde_json` makes of the text.
fn theirs(text: &str) -> Option<serde_json::Value> {
    serde_json::from_str(text).ok()
}

fn same(value: &Value) -> Option<serde_json::Value> {
    serde_json::to_value(value).ok()
}

#[test]
fn what_is_json_is_read_as_it_is_elsewhere_and_nothing_else_is() {
    let texts = [
        "",
        " ",
        "nul",
        "nulL",
        "null",
        " true\t\r\n",
        "truefalse",
        "false false",
        "\u{feff}1",
        "{",
        "}",
        "[",
        "]",
        "[]",
        "[ ]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1,[2,{}]]",
        "{}",
        "{ }",
        r#"{"a":1,}"#,
        r#"{"a" : 1 , "b":[]}"#,
        r#"{"a"}"#,
        r#"{"a":}"#,
        r#"{a:1}"#,
        r#"{"a":1 "b":2}"#,
        r#"{"a":1,"a":2}"#,
        r#"{"":null}"#,
        "'a'",
        r#"""#,
        r#""a"#,
        r#""a\"#,
        r#""\q""#,
        r#""\u12""#,
        r#""\u00e9\n\/\b\f\t\r\"\\""#,
        r#""\ud83e\udd80""#,
        r#""\ud83e""#,
        r#""\ud83ea""#,
        r#""\ud83e\u0041""#,
        r#""\udd80""#,
        r#""\u+123""#,
        "\"\n\"",
        "\"\u{7f}\"",
        "\"é🦀\"",
        "0",
        "-0",
        "00",
        "01",
        "-",
        "+1",
        "1.",
        ".5",
        "1.5",
        "-1.5e3",
        "1e",
        "1e+",
        "1E+2",
        "1e-2",
        "18446744073709551615",
        "18446744073709551616",
        "1e22",
        "1e309",
        "-1e999",
        "1e-999",
        "0e999999999999",
        "1e999999999999",
        "1e-999999999999",
        "NaN",
        "Infinity",
        "0x1",
        "1_000",
        "/*a*/1",
        "1//a",
    ];
    for text in texts {
        assert_eq!(parse(text).ok().as_ref().and_then(same), theirs(text), "{text}");
    }
}

#[test]
fn what_is_wrong_is_said_by_its_place() {
    assert_eq!(parse("{\"a\":x}"), Err("it is no JSON from byte 5 on".to_owned()));
    assert_eq!(parse("{} {}"), Err("it is no JSON from byte 3 on".to_owned()));
}

#[test]
fn fractions_are_the_doubles_that_they_are_elsewhere() {
    let mut bits = 1_u64;
    let mut worst = 0;
    for _ in 0..20_000 {
        bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let number = 0.001 + 0.999 * (bits >> 11) as f64 / (1_u64 << 53) as f64;
        let short = (number * 1e6).round() / 1e6;
        for number in [short, -short, (number * 1e12).round() / 1e3, (number * 1e15).round() / 1e15] {
            let written = Value::from(number).to_string();
            assert_eq!(written.parse(), Ok(number), "written {written}");
            assert_eq!(parse(&written).ok().and_then(|value| value.as_f64()), Some(number), "read {written}");
        }
        let written = Value::from(number).to_string();
        assert_eq!(written.parse(), Ok(number), "written {written}");
        let read = parse(&written).ok().and_then(|value| value.as_f64()).unwrap();
        worst = worst.max(read.to_bits().abs_diff(number.to_bits()));
    }
    assert!(worst <= 1, "of 17 digits the last bit may be another");
}

#[test]
fn a_fraction_is_written_in_the_fewest_decimals() {
    for (number, text) in [
        (0.0, "0.0"),
        (1.0, "1.0"),
        (-2.5, "-2.5"),
        (0.1, "0.1"),
        (0.992, "0.992"),
        (0.001, "0.001"),
        (2.0 / 3.0, "0.6666666666666666"),
        (1.0 - f64::EPSILON / 2.0, "0.99999999999999989"),
        (1e-19, "0.0000000000000000001"),
        (1e-20, "0.0000000000000000000"),
        (f64::MIN_POSITIVE, "0.0000000000000000000"),
        (123_456_789.25, "123456789.25"),
        (1e15, "100000000000000.0e+1"),
    ] {
        assert_eq!(Value::from(number).to_string(), text);
    }
    let read = Value::from(1.25e300).as_f64().unwrap();
    assert!((read / 1.25e300 - 1.0).abs() < 1e-14);
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(Value::from(number), Value::Null);
    }
}

#[test]
fn what_is_written_is_read_and_is_what_is_written_elsewhere() {
    let text = "\"\\/\u{8}\u{c}\n\r\t\0\u{1f}\u{7f}\u{2028}é🦀";
    let value = Object::new()
        .with("text", text)
        .with(text, Value::Null)
        .with("list", vec![true.into(), false.into(), Value::Array(Vec::new()), Object::new().into()])
        .with("most", u64::MAX)
        .with("part", 0.25);
    let value = Value::from(value);
    let expected = json!({
        "text": text, text: null, "list": [true, false, [], {}], "most": u64::MAX, "part": 0.25
    });
    assert_eq!(same(&value), Some(expected.clone()));
    assert_eq!(theirs(&value.to_string()), Some(expected));
    assert_eq!(parse(&value.to_string()), Ok(value));
    assert_eq!(quoted(text), serde_json::to_string(text).unwrap());
}

#[test]
fn a_number_is_written_as_it_was_spelled() {
    for text in ["5.0", "1E2", "-0", "1e+300", "0.10", "123456789012345678901234567890"] {
        assert_eq!(parse(text).map(|value| value.to_string()).as_deref(), Ok(text));
    }
}

#[test]
fn of_two_values_with_one_name_the_last_counts() {
    let Ok(Value::Object(mut object)) = parse(r#"{"a":1,"b":2,"a":3}"#) else { panic!("no object") };
    assert_eq!(object.get("a").and_then(Value::as_u64), Some(3));
    assert_eq!(object.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["b", "a"]);
    assert_eq!(Value::from(object.clone()).to_string(), r#"{"b":2,"a":3}"#);
    assert_eq!(object.remove("a"), Some(3_u64.into()));
    assert_eq!((object.remove("a"), object.get("a")), (None, None));
}

#[test]
fn text_past_the_limit_is_not_parsed() {
    let fits = format!("\"{}\"", "x".repeat(TEXT_BYTES_MAX - 2));
    assert!(read(&fits).is_ok());
    let problem = read(&format!("{fits} ")).unwrap_err();
    assert_eq!(problem, "it has 65537 bytes, more than 65536");
}

#[test]
fn nesting_without_end_is_an_error_and_not_a_full_stack() {
    assert!(parse(&"[".repeat(1 << 20)).is_err());
    assert!(parse(&"{\"a\":".repeat(1 << 20)).is_err());
    let deep = |depth: usize| parse(&format!("{}{}", "[".repeat(depth), "]".repeat(depth))).is_ok();
    assert!(deep(100) && !deep(101));
}

#[test]
fn a_long_text_is_cut_between_characters() {
    assert_eq!(shortened(&"é".repeat(100)), "é".repeat(100));
    assert_eq!(shortened(&"🦀".repeat(101)), format!("{}…", "🦀".repeat(99)));
}
