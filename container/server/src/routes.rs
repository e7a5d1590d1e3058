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
