//! The server in the demo's containers: it identifies itself, echoes, streams, keeps files, and fails
//! on request. It is the container's only process (PID 1), so it must handle SIGTERM itself.
//!
//! Environment: `PORT` (default 8080), `START_DELAY_MS` (0), `NEVER_LISTEN=1`, `STOP_GRACE_MS` (10000).

#[cfg(test)]
mod client;
mod connection;
mod files;
mod health;
mod identity;
mod limits;
mod refusal;
mod routes;
mod server;
mod socket;

use std::env;
use std::fs;
use std::future::pending;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::sleep;

use server::Server;

const PORT: u64 = 8080;
const STOP_GRACE_MS: u64 = 10_000;
const FILES: &str = "/files";

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let server = Arc::new(Server::new(FILES.into()));
    stop_on_signal(&server)?;
    if let Some(ended) = server.stop.run_until_cancelled(listen(&server)).await {
        return ended;
    }
    server.drain(Duration::from_millis(number("STOP_GRACE_MS", STOP_GRACE_MS))).await;
    Ok(())
}

/// Cancels `stop` on the first SIGTERM or SIGINT. The kernel ignores both for PID 1 without a handler.
fn stop_on_signal(server: &Server) -> io::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let stop = server.stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        stop.cancel();
    });
    Ok(())
}

/// Listens on the port, after the configured delay. Returns only if that fails.
async fn listen(server: &Arc<Server>) -> io::Result<()> {
    sleep(Duration::from_millis(number("START_DELAY_MS", 0))).await;
    if number("NEVER_LISTEN", 0) == 1 {
        pending::<()>().await;
    }
    fs::create_dir_all(&server.files)?;
    let port = u16::try_from(number("PORT", PORT)).map_err(io::Error::other)?;
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await?;
    println!("listening on port {port}");
    match connection::accept(server, &listener).await {}
}

/// Returns the whole number in an environment variable, or `default` if there is none.
fn number(variable: &str, default: u64) -> u64 {
    env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}
