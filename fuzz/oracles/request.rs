//! Where a request to the default Worker goes.
//!
//! The input is up to three lines: method, path, and the session's header, which
//! is absent where its line is.

use cf_warm_pool::pool::Session;
use cf_warm_pool::route::{Destination, Operation, Steer, destination, runtime_asked, session_in_path};
use cf_warm_pool::wire::steering_from_json;

const OWN: &str = "/api/v1/warm-pool/";

/// A session's request goes to its container and nowhere else; the Worker's own
/// routes are reached without a session only.
pub fn check(data: &[u8]) {
    let text = super::text(data);
    let mut lines = text.splitn(3, '\n');
    let method = lines.next().unwrap_or_default();
    let path = lines.next().unwrap_or_default();
    let header = lines.next();
    let found = destination(method, path, header);
    match (header, Session::new(header.unwrap_or_default())) {
        (Some(_), Ok(session)) => assert_eq!(found, Ok(Destination::Session(session))),
        (Some(_), Err(error)) => assert_eq!(found, Err(error)),
        (None, _) => match (own(method, path), found) {
            (Ok(operation), Ok(Destination::Operators { operation: found, segment })) => {
                assert_eq!((operation, path.ends_with(&segment)), (found, true));
            }
            (expected, found) => {
                assert_eq!(expected.map(drop), found.map(drop).map_err(|error| error.code()))
            }
        },
    }
    names(path, data);
}

/// What a path of the Worker's own asks for.
fn own(method: &str, path: &str) -> Result<Operation, &'static str> {
    let Some(rest) = path.strip_prefix(OWN) else { return Err("invalid_session") };
    match (method, rest) {
        ("GET", "status") => Ok(Operation::Status),
        ("POST", "prime") => Ok(Operation::Steer(Steer::Prime)),
        ("POST", "warmup") => Ok(Operation::Steer(Steer::Warmup)),
        ("POST", "drain") => Ok(Operation::Steer(Steer::Drain)),
        ("POST", "shutdown") => Ok(Operation::Steer(Steer::Shutdown)),
        (method, rest) => match rest.strip_prefix("sessions/").filter(|id| !id.contains('/')) {
            Some(_) if method == "GET" => Ok(Operation::Explain),
            Some(_) if method == "DELETE" => Ok(Operation::Release),
            _ => Err("not_found"),
        },
    }
}

/// What a path, a query or a body names is what it says, or is refused.
fn names(text: &str, body: &[u8]) {
    match session_in_path(text) {
        Ok(session) if !text.contains('%') => assert_eq!(session.as_str(), text),
        Ok(session) => assert!(session.as_str().len() < text.len()),
        Err(error) => assert_eq!(error.code(), "invalid_session"),
    }
    match runtime_asked(text) {
        Ok(None) => assert!(text.bytes().all(|byte| byte == b'&')),
        Ok(Some(runtime)) => assert!(text.contains("runtime") && runtime.len() < text.len()),
        Err(error) => assert_eq!(error.code(), "invalid_config"),
    }
    match steering_from_json(body, None, true) {
        Ok(steering) => assert!(steering.count.is_none_or(|count| (1..=1_000).contains(&count))),
        Err(error) => assert_eq!(error.code(), "invalid_config"),
    }
}
