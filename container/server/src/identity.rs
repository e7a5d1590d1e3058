//! `/whoami`: which container and which start of it this is.

use std::env;
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

pub struct Identity {
    /// Another one for each start.
    boot: String,
    host: String,
    container: Option<String>,
    name: Option<String>,
    started_at_ms: u64,
}

impl Identity {
    /// Reads the identity from the kernel and the environment.
    pub fn read() -> Self {
        let kernel =
            |file: &str| fs::read_to_string(file).map_or_else(|_| String::new(), |text| text.trim().into());
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            boot: kernel("/proc/sys/kernel/random/uuid"),
            host: kernel("/proc/sys/kernel/hostname"),
            container: env::var("CONTAINER_ID").ok(),
            name: env::var("CONTAINER_NAME").ok(),
            started_at_ms: u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX),
        }
    }

    pub fn to_json(&self, session: Option<&str>) -> Value {
        json!({
            "container": self.container,
            "name": self.name,
            "boot": self.boot,
            "host": self.host,
            "started_at": self.started_at_ms,
            "session": session,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_of_two_starts_has_different_boot_ids() {
        let (one, other) = (Identity::read(), Identity::read());
        assert!(!one.boot.is_empty());
        assert_ne!(one.boot, other.boot);
    }

    #[test]
    fn identity_with_and_without_session_names_it_or_null() {
        let identity = Identity::read();
        assert_eq!(identity.to_json(Some("a\"b"))["session"], "a\"b");
        assert_eq!(identity.to_json(None)["session"], Value::Null);
    }
}
