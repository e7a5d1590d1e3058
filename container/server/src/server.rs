//! State that all connections share, and its shutdown.

use std::path::PathBuf;
use std::time::Duration;

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::health::Health;
use crate::identity::Identity;

pub struct Server {
    pub identity: Identity,
    pub health: Health,
    /// The folder behind `/files/<name>`.
    pub files: PathBuf,
    /// Cancelled when the process is told to stop.
    pub stop: CancellationToken,
    /// One per open connection, WebSockets included.
    pub connections: TaskTracker,
}

impl Server {
    pub fn new(files: PathBuf) -> Self {
        Self {
            identity: Identity::read(),
            health: Health::new(),
            files,
            stop: CancellationToken::new(),
            connections: TaskTracker::new(),
        }
    }

    /// Waits until all connections have ended, at most `grace`. Call it after `stop` is cancelled:
    /// then idle connections end at once, and the others after their request in flight.
    pub async fn drain(&self, grace: Duration) {
        self.connections.close();
        // What is still in flight after `grace` ends with the process.
        let _ = timeout(grace, self.connections.wait()).await;
    }
}
