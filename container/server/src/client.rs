//! The tests' client, over a connection in memory. With a paused clock, time passes only while both
//! sides wait.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex, split};
use tokio::join;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use crate::connection::serve;
use crate::limits::SILENCE_MAX;
use crate::routes::router;
use crate::server::Server;

/// Far less than a `/stream` of many chunks.
const BUFFER_BYTES: usize = 16 * 1024;

/// A server whose `/files` are in a folder that does not exist.
pub fn server() -> Arc<Server> {
    server_at(PathBuf::from("/nonexistent"))
}

pub fn server_at(files: PathBuf) -> Arc<Server> {
    Arc::new(Server::new(files))
}

/// Opens a connection. The task ends when the server is done with it.
pub fn connect(server: &Arc<Server>) -> (DuplexStream, JoinHandle<()>) {
    let (client, stream) = duplex(BUFFER_BYTES);
    (client, server.connections.spawn(serve(server.clone(), router(server.clone()), stream)))
}

/// Sends this and returns all that the server sends until it closes the connection.
pub async fn exchange(server: &Arc<Server>, sent: &[u8]) -> String {
    let (mut reader, mut writer) = split(connect(server).0);
    let mut received = Vec::new();
    // The server may close the connection before it has read everything.
    let (_, read) = join!(writer.write_all(sent), reader.read_to_end(&mut received));
    read.unwrap();
    String::from_utf8(received).unwrap()
}

/// Sends one request without a body and returns its status and the body of the response.
pub async fn request(server: &Arc<Server>, line: &str) -> (u16, String) {
    request_with(server, line, "").await
}

pub async fn request_with(server: &Arc<Server>, line: &str, body: &str) -> (u16, String) {
    let length = body.len();
    let sent = format!("{line} HTTP/1.1\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
    let received = exchange(server, sent.as_bytes()).await;
    let (head, body) = received.split_once("\r\n\r\n").unwrap();
    (statuses(head)[0], body.to_owned())
}

/// Returns the status of every response.
pub fn statuses(received: &str) -> Vec<u16> {
    received.split("HTTP/1.1 ").skip(1).map(|response| response[..3].parse().unwrap()).collect()
}

/// Reads until this text has come, and returns everything up to its end.
pub async fn read_until(client: &mut DuplexStream, text: &str) -> String {
    let mut received = String::new();
    while !received.ends_with(text) {
        received.push(char::from(client.read_u8().await.unwrap()));
    }
    received
}

/// How long the server keeps serving a connection, on the paused clock.
pub async fn time_until_end(serving: JoinHandle<()>) -> Duration {
    let since = Instant::now();
    timeout(1000 * SILENCE_MAX, serving).await.unwrap().unwrap();
    // Timers have a resolution of 1 ms.
    Duration::from_secs(since.elapsed().as_secs())
}
