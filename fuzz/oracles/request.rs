//! Where a request to the default Worker goes.
//!
//! The input is up to three lines: method, path, and the session's header, which
//! is absent where its line is.

use cf_warm_pool::pool::Session;
use cf_warm_pool::route::{Destination, STATUS_PATH, destination};

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
        (None, _) if method == "GET" && path == STATUS_PATH => assert_eq!(found, Ok(Destination::Status)),
        (None, _) => {
            let code = if path == STATUS_PATH { "not_found" } else { "invalid_session" };
            assert_eq!(found.map_err(|error| error.code()), Err(code));
        }
    }
}
