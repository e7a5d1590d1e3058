//! Where a request to the default Worker goes.

use super::query::{decoded, shortened};
use crate::pool::{PoolError, Session};

/// The header that names a request's session.
pub const SESSION_HEADER: &str = "x-session-id";

/// What begins the path of every route that is the Worker's own, but for those
/// whose paths others have laid down.
const PREFIX: &str = "/api/v1/warm-pool/";

/// Where the page of those who run the pools is.
const DASHBOARD_PATH: &str = "/dashboard";

/// What stands in a route's path for a session id.
const SESSION_SEGMENT: &str = ":id";

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To the container of that session, as it is, whatever its path.
    Session(Session),
    /// To the page that shows the pools to those who run them.
    Dashboard,
    /// To those who run the pools.
    Operators {
        /// What they ask for.
        operation: Operation,
        /// What the path has in the place of a session id, as it was sent; empty
        /// where the route has none. [`session_in_path`] reads it.
        segment: String,
    },
}

/// What those who run the pools ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// The figures of all pools.
    Status,
    /// Their counters in short.
    Capacity,
    /// Their figures as Prometheus reads them.
    Metrics,
    /// What happened lately in them.
    Activity,
    /// What happened to a session's containers.
    Explain,
    /// That a session gives its container up.
    Release,
    /// That pools do something.
    Steer(Steer),
}

/// What pools can be told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steer {
    /// To fill themselves.
    Prime,
    /// To have so many containers warm, once.
    Warmup,
    /// To stop what is warm.
    Drain,
    /// To stop everything.
    Shutdown,
}

/// A route more is a row more.
const ROUTES: [(&str, &str, Operation); 10] = [
    ("GET", "/api/v1/warm-pool/status", Operation::Status),
    ("GET", "/v1/capacity", Operation::Capacity),
    ("GET", "/metrics", Operation::Metrics),
    ("GET", "/api/v1/warm-pool/activity", Operation::Activity),
    ("GET", "/api/v1/warm-pool/sessions/:id", Operation::Explain),
    ("DELETE", "/api/v1/warm-pool/sessions/:id", Operation::Release),
    ("POST", "/api/v1/warm-pool/prime", Operation::Steer(Steer::Prime)),
    ("POST", "/api/v1/warm-pool/warmup", Operation::Steer(Steer::Warmup)),
    ("POST", "/api/v1/warm-pool/drain", Operation::Steer(Steer::Drain)),
    ("POST", "/api/v1/warm-pool/shutdown", Operation::Steer(Steer::Shutdown)),
];

/// Finds where a request goes, by its method, its path without the query, and
/// its [`SESSION_HEADER`].
///
/// ```
/// use cf_warm_pool::route::{Destination, Operation, destination};
/// let operators = Destination::Operators { operation: Operation::Status, segment: String::new() };
/// assert_eq!(destination("GET", "/api/v1/warm-pool/status", None), Ok(operators));
/// ```
///
/// # Errors
/// [`PoolError::InvalidSession`] when there is a session id and it is not one,
/// and when there is none on a path that is not the Worker's own: there it is
/// taken to be forgotten. [`PoolError::NotFound`] for a path of the Worker's own
/// that it does not have, or not with that method.
pub fn destination(method: &str, path: &str, session: Option<&str>) -> Result<Destination, PoolError> {
    if let Some(session) = session {
        return Session::new(session).map(Destination::Session);
    }
    if (method, path) == ("GET", DASHBOARD_PATH) {
        return Ok(Destination::Dashboard);
    }
    let here: Vec<_> = ROUTES
        .into_iter()
        .filter_map(|(method, route, operation)| Some((method, operation, segment_at(route, path)?)))
        .collect();
    if let Some((_, operation, segment)) = here.iter().find(|(has, ..)| *has == method) {
        return Ok(Destination::Operators { operation: *operation, segment: (*segment).to_owned() });
    }
    let asked = format!("{} {}", shortened(method), shortened(path));
    if !here.is_empty() {
        let methods: Vec<&str> = here.into_iter().map(|(method, ..)| method).collect();
        return Err(PoolError::NotFound { what: format!("{asked} (it has {})", methods.join(" and ")) });
    }
    if path.starts_with(PREFIX) || path == DASHBOARD_PATH {
        return Err(PoolError::NotFound { what: asked });
    }
    Err(PoolError::InvalidSession { problem: format!("{SESSION_HEADER} is missing") })
}

/// What `path` has in the place of the session id in `route`, empty where the
/// route has none; `None` where it is not that route's path.
fn segment_at<'a>(route: &str, path: &'a str) -> Option<&'a str> {
    match route.strip_suffix(SESSION_SEGMENT) {
        Some(before) => path.strip_prefix(before).filter(|segment| !segment.contains('/')),
        None => (route == path).then_some(""),
    }
}

/// The session that a path names, percent-encoded.
///
/// A path cannot name the sessions `.` and `..`: with these, and with their
/// encoded forms, a URL means another path.
///
/// # Errors
/// [`PoolError::InvalidSession`] where it is none.
pub fn session_in_path(segment: &str) -> Result<Session, PoolError> {
    let text = decoded(segment, false).ok_or_else(|| PoolError::InvalidSession {
        problem: "in a path it is percent-encoded UTF-8, which this is not".to_owned(),
    })?;
    Session::new(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS_PATH: &str = "/api/v1/warm-pool/status";

    #[test]
    fn a_request_with_a_session_goes_to_its_container_whatever_its_path() {
        let alice = Session::new("alice").unwrap();
        let own = ROUTES.iter().map(|(method, path, _)| (*method, *path));
        let others = [("GET", "/"), ("POST", "/run"), ("DELETE", STATUS_PATH), ("GET", "/api/v1/warm-pool/")];
        for (method, path) in own.chain(others) {
            assert_eq!(destination(method, path, Some("alice")), Ok(Destination::Session(alice.clone())));
        }
    }

    #[test]
    fn a_session_id_that_is_none_is_refused_and_not_ignored() {
        for session in ["", "a\nb", &"x".repeat(513)] {
            let error = destination("GET", STATUS_PATH, Some(session)).unwrap_err();
            assert_eq!(error.code(), "invalid_session", "{session}");
        }
    }

    #[test]
    fn each_route_is_found_by_method_and_path_and_by_nothing_else() {
        for (method, route, operation) in ROUTES {
            let (path, segment) =
                (route.replace(":id", "a%2Fb"), if route.ends_with(":id") { "a%2Fb" } else { "" });
            let expected = Destination::Operators { operation, segment: segment.to_owned() };
            assert_eq!(destination(method, &path, None), Ok(expected));
            let others = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "get"];
            for other in others {
                if ROUTES.iter().any(|(method, other_route, _)| *method == other && *other_route == route) {
                    continue;
                }
                let error = destination(other, &path, None).unwrap_err();
                assert_eq!(error.code(), "not_found", "{other} {path}");
                let (has, listed) = (format!("{other} {path} (it has "), error.to_string());
                assert!(listed.contains(&has) && listed.contains(method), "{listed}");
            }
            for wrong in [format!("{path}/"), format!("/{path}"), path.to_uppercase()] {
                assert!(destination(method, &wrong, None).is_err(), "{wrong}");
            }
        }
    }

    #[test]
    fn the_dashboard_has_one_path_and_one_method() {
        assert_eq!(destination("GET", "/dashboard", None), Ok(Destination::Dashboard));
        for method in ["HEAD", "POST", "get"] {
            let expected = PoolError::NotFound { what: format!("{method} /dashboard") };
            assert_eq!(destination(method, "/dashboard", None), Err(expected));
        }
        for path in ["/dashboard/", "/Dashboard", "//dashboard"] {
            assert_eq!(destination("GET", path, None).unwrap_err().code(), "invalid_session", "{path}");
        }
        let alice = Session::new("alice").unwrap();
        assert_eq!(destination("GET", "/dashboard", Some("alice")), Ok(Destination::Session(alice)));
    }

    #[test]
    fn a_path_of_our_own_that_there_is_not_is_not_found() {
        for path in ["/api/v1/warm-pool/", "/api/v1/warm-pool/stats", "/api/v1/warm-pool/sessions"] {
            let expected = PoolError::NotFound { what: format!("GET {path}") };
            assert_eq!(destination("GET", path, None), Err(expected));
        }
        let long = format!("/api/v1/warm-pool/sessions/a/{}", "b".repeat(1 << 20));
        let error = destination("GET", &long, None).unwrap_err();
        assert_eq!(error.code(), "not_found");
        assert!(error.to_string().len() < 200, "{error}");
    }

    #[test]
    fn anywhere_else_a_session_is_missing() {
        let missing = PoolError::InvalidSession { problem: "x-session-id is missing".to_owned() };
        for path in ["", "/", "/API/v1/warm-pool/status", "/api/v1/warm-pool", "/run"] {
            assert_eq!(destination("GET", path, None), Err(missing.clone()), "{path}");
        }
    }

    #[test]
    fn a_path_names_a_session_percent_encoded() {
        let session = |text: &str| Ok(Session::new(text).unwrap());
        assert_eq!(session_in_path("a%2Fb%3F%23%25"), session("a/b?#%"));
        assert_eq!(session_in_path("%3Cb%3E%22"), session("<b>\""));
        assert_eq!(session_in_path(&"%F0%9F%A6%80".repeat(128)), session(&"🦀".repeat(128)));
        for segment in ["", "a%0Ab", "%ff", "%", "%zz", &"x".repeat(513)] {
            assert_eq!(session_in_path(segment).unwrap_err().code(), "invalid_session", "{segment}");
        }
    }
}
