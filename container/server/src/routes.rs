//! What each path does.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::pending;
use std::process;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, UPGRADE};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use futures_util::stream::unfold;
use serde_json::{Value, json};
use tokio::time::sleep;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::files;
use crate::limits::{CHUNKS_MAX, FILE_BYTES_MAX, PAUSE_MAX_MS, SILENCE_MAX};
use crate::refusal::Refusal;
use crate::server::Server;
use crate::socket;

/// The exit code of `/crash`: the container ends as after a crash.
const CRASH_EXIT_CODE: i32 = 70;

type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

pub fn router(server: Arc<Server>) -> Router {
    let file = get(read_file).put(write_file);
    Router::new()
        .route("/whoami", any(whoami))
        .route("/health", any(health))
        .route("/echo", any(echo))
        .route("/ws", any(echo_socket))
        .route("/stream", any(stream))
        // A wildcard does not match the empty name.
        .route("/files/", file.clone())
        .route("/files/{*name}", file)
        .route("/reset", post(reset))
        .route("/crash", any(crash))
        .route("/hang", any(hang))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(FILE_BYTES_MAX))
        .layer(RequestBodyTimeoutLayer::new(SILENCE_MAX))
        .with_state(server)
}

async fn whoami(State(server): State<Arc<Server>>, headers: HeaderMap) -> Json<Value> {
    let session = headers.get("x-session-id").map(|id| String::from_utf8_lossy(id.as_bytes()));
    Json(server.identity.to_json(session.as_deref()))
}

async fn health(State(server): State<Arc<Server>>) -> Json<Value> {
    Json(server.health.to_json())
}

/// Returns the body while it arrives: its first bytes leave before its last are here.
async fn echo(server: State<Arc<Server>>, upgrade: Upgrade, headers: HeaderMap, body: Body) -> Response {
    if wants_socket(&headers) {
        return echo_socket(server, upgrade, headers).await.into_response();
    }
    let content_type = headers.get(CONTENT_TYPE).cloned();
    let content_type = content_type.unwrap_or(HeaderValue::from_static("application/octet-stream"));
    ([(CONTENT_TYPE, content_type)], body).into_response()
}

async fn echo_socket(
    State(server): State<Arc<Server>>,
    upgrade: Upgrade,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    match upgrade {
        Ok(upgrade) => Ok(socket::accept(&server, upgrade)),
        Err(invalid) if wants_socket(&headers) => Err(Refusal::new(invalid.status(), invalid.body_text())),
        Err(_) => Err(not_found().await),
    }
}

fn wants_socket(headers: &HeaderMap) -> bool {
    headers.get(UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// `?chunks=N&ms=M`: N numbered lines, M ms apart.
async fn stream(
    State(server): State<Arc<Server>>,
    Query(query): Query<HashMap<String, String>>,
) -> impl IntoResponse {
    let count = number(&query, "chunks", 3).min(CHUNKS_MAX);
    let pause = Duration::from_millis(number(&query, "ms", 100).min(PAUSE_MAX_MS));
    let chunks = unfold((server, 1), move |(server, at)| async move {
        if at > count {
            return None;
        }
        if at > 1 {
            // A server that stops sends the rest at once.
            server.stop.run_until_cancelled(sleep(pause)).await;
        }
        Some((Ok::<_, Infallible>(format!("chunk {at} of {count}\n")), (server, at + 1)))
    });
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], Body::from_stream(chunks))
}

/// Returns the whole number that the query has for `name`, or `default`.
fn number(query: &HashMap<String, String>, name: &str, default: u64) -> u64 {
    query.get(name).and_then(|text| text.parse().ok()).unwrap_or(default)
}

async fn read_file(State(server): State<Arc<Server>>, uri: Uri) -> Result<Vec<u8>, Refusal> {
    files::read(&files::path(&server.files, file_name(&uri))?)
}

async fn write_file(
    State(server): State<Arc<Server>>,
    uri: Uri,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let path = files::path(&server.files, file_name(&uri))?;
    let bytes = body.map_err(|invalid| match invalid.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Refusal::new(invalid.status(), format!("a file has at most {FILE_BYTES_MAX} bytes"))
        }
        status => Refusal::new(status, invalid.body_text()),
    })?;
    let status = if files::write(&path, &bytes)? { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(json!({ "bytes": bytes.len() }))))
}

/// The name as it was sent: an escaped slash or dot stays escaped, and `files::path` rejects it.
fn file_name(uri: &Uri) -> &str {
    uri.path().strip_prefix("/files/").unwrap_or_default()
}

/// Removes what a session left behind, before the pool gives the container to the next one.
async fn reset(State(server): State<Arc<Server>>) -> Result<Json<Value>, Refusal> {
    Ok(Json(json!({ "files": files::clear(&server.files)? })))
}

async fn crash() {
    process::exit(CRASH_EXIT_CODE);
}

/// Never answers, also while the server stops.
async fn hang() {
    pending().await
}

async fn not_found() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "there is nothing at this path")
}

async fn method_not_allowed() -> Refusal {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "this path does not take this method")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tokio::io::AsyncWriteExt;
    use tokio::time::Instant;

    use super::*;
    use crate::client::{
        connect, exchange, read_until, request, request_with, server, server_at, time_until_end,
    };

    #[tokio::test(start_paused = true)]
    async fn echo_of_a_chunked_body_returns_it_with_its_type() {
        let sent = b"POST /echo HTTP/1.1\r\ntransfer-encoding: chunked\r\ncontent-type: text/x-test\r\n\
            connection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
        let received = exchange(&server(), sent).await;
        assert!(received.contains("content-type: text/x-test\r\n"), "{received}");
        assert!(received.ends_with("\r\n\r\n5\r\nhello\r\n0\r\n\r\n"), "{received}");
    }

    #[tokio::test(start_paused = true)]
    async fn echo_of_an_incomplete_body_returns_its_first_bytes() {
        let (mut client, _) = connect(&server());
        client.write_all(b"POST /echo HTTP/1.1\r\ncontent-length: 10\r\n\r\nhello").await.unwrap();
        let received = read_until(&mut client, "hello").await;
        assert!(received.contains("content-type: application/octet-stream\r\n"), "{received}");
    }

    #[tokio::test(start_paused = true)]
    async fn stream_with_a_pause_sends_each_chunk_when_it_is_due() {
        let (mut client, _) = connect(&server());
        let since = Instant::now();
        client.write_all(b"GET /stream?chunks=3&ms=5000 HTTP/1.1\r\n\r\n").await.unwrap();
        for at in 1..=3 {
            read_until(&mut client, &format!("chunk {at} of 3\n")).await;
            assert_eq!(since.elapsed().as_secs(), (at - 1) * 5);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn stream_with_invalid_or_large_numbers_uses_defaults_and_limits() {
        for (query, first_line) in [
            ("", "chunk 1 of 3\n"),
            ("?chunks=x&ms=-1", "chunk 1 of 3\n"),
            ("?chunks=99999", "chunk 1 of 10000\n"),
        ] {
            let (mut client, _) = connect(&server());
            let head = format!("GET /stream{query} HTTP/1.1\r\n\r\n");
            client.write_all(head.as_bytes()).await.unwrap();
            read_until(&mut client, first_line).await;
        }
        assert!(!request(&server(), "GET /stream?chunks=0").await.1.contains("chunk"));
    }

    #[tokio::test(start_paused = true)]
    async fn file_that_is_written_is_returned_until_a_reset() {
        let folder = std::env::temp_dir().join(format!("demo-server-routes-{}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        let server = server_at(folder.clone());
        let written = |status| (status, "{\"bytes\":5}".to_owned());
        assert_eq!(request_with(&server, "PUT /files/a", "hello").await, written(201));
        assert_eq!(request_with(&server, "PUT /files/a", "world").await, written(200));
        assert_eq!(request(&server, "GET /files/a").await, (200, "world".into()));
        assert_eq!(request(&server, "POST /reset").await, (200, "{\"files\":1}".into()));
        assert_eq!(request(&server, "GET /files/a").await.0, 404);
        let largest = "a".repeat(FILE_BYTES_MAX);
        assert_eq!(request_with(&server, "PUT /files/b", &largest).await.0, 201);
        fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn file_over_the_limit_is_refused() {
        let (status, cause) = request_with(&server(), "PUT /files/a", &"a".repeat(FILE_BYTES_MAX + 1)).await;
        assert_eq!((status, cause.as_str()), (413, "{\"error\":\"a file has at most 1048576 bytes\"}"));
    }

    #[tokio::test(start_paused = true)]
    async fn file_with_an_invalid_name_is_refused() {
        for name in ["", "..", ".hidden", "a/b", "%2e%2e", "a%2fb", "%ff"] {
            for method in ["GET", "PUT"] {
                assert_eq!(request(&server(), &format!("{method} /files/{name}")).await.0, 400, "{name}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn request_to_an_unknown_path_or_with_a_wrong_method_says_why() {
        for (line, expected) in [
            ("GET /nothing", (404, "{\"error\":\"there is nothing at this path\"}")),
            ("GET /reset", (405, "{\"error\":\"this path does not take this method\"}")),
            ("DELETE /files/a", (405, "{\"error\":\"this path does not take this method\"}")),
        ] {
            let (status, body) = request(&server(), line).await;
            assert_eq!((status, body.as_str()), expected, "{line}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn hang_without_an_answer_ends_when_the_client_leaves() {
        let (mut client, serving) = connect(&server());
        client.write_all(b"GET /hang HTTP/1.1\r\n\r\n").await.unwrap();
        sleep(100 * SILENCE_MAX).await;
        assert!(!serving.is_finished());
        drop(client);
        assert_eq!(time_until_end(serving).await, Duration::ZERO);
    }
}
