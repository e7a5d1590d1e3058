//! Session ids from callers; container ids and names from reports.

use cf_warm_pool::pool::{ContainerId, ContainerName, Session};

/// What is taken is the caller's text; what is refused is not repeated.
pub fn check(data: &[u8]) {
    let text = super::text(data);
    check_session(&text);
    check_id(&text);
    check_name(&text);
    for line in text.lines() {
        check_session(line);
        check_id(line);
        check_name(line);
    }
}

fn check_session(text: &str) {
    let control = |c: char| c < ' ' || ('\u{7f}'..='\u{9f}').contains(&c);
    // What was no UTF-8 has become U+FFFD by then, whatever it was.
    let replaced = text.contains(char::REPLACEMENT_CHARACTER);
    let valid = (1..=512).contains(&text.len()) && !text.contains(control) && !replaced;
    match Session::new(text) {
        Ok(session) => assert!(valid && session.as_str() == text, "{text:?}"),
        Err(error) => {
            assert!(!valid, "{text:?}");
            assert_eq!((error.code(), error.http_status()), ("invalid_session", 400));
            let message = error.to_string();
            assert!(message.len() < 200 && !message.contains(control), "{message:?}");
        }
    }
}

fn check_id(text: &str) {
    let valid = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let id = ContainerId::parse(text);
    assert_eq!(id.is_some(), valid, "{text:?}");
    if let Some(id) = id {
        assert_eq!(id.to_string(), text.to_ascii_lowercase());
        assert_eq!(ContainerId::parse(&id.to_string()), Some(id));
    }
}

fn check_name(text: &str) {
    let valid = text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    let name = ContainerName::parse(text);
    assert_eq!(name.is_some(), valid, "{text:?}");
    if let Some(name) = name {
        assert_eq!(name.to_string(), text.to_ascii_lowercase());
        assert_eq!(ContainerName::parse(&name.to_string()), Some(name));
    }
}
