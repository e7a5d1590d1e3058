//! Connections: how many, and for how long.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::sleep;
use tokio_io_timeout::TimeoutStream;

use crate::limits::{ACCEPT_RETRY, CONNECTIONS_MAX, HEAD_BYTES_MAX, HEADERS_MAX, SILENCE_MAX};
use crate::routes;
use crate::server::Server;

const BUSY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// Serves every client that connects, until the future is dropped.
pub async fn accept(server: &Arc<Server>, listener: &TcpListener) -> Infallible {
    let router = routes::router(server.clone());
    loop {
        match listener.accept().await {
            Ok((stream, _)) if server.connections.len() < CONNECTIONS_MAX => {
                // Without it, small answers are only slower.
                let _ = stream.set_nodelay(true);
                server.connections.spawn(serve(server.clone(), router.clone(), stream));
            }
            // The client may be gone; there is nothing to do about that.
            Ok((mut stream, _)) => drop(stream.write_all(BUSY).await),
            Err(_) => sleep(ACCEPT_RETRY).await,
        }
    }
}

/// Serves one client until it closes the connection, is silent for too long, or the server stops.
pub async fn serve<S>(server: Arc<Server>, router: Router, stream: S)
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(SILENCE_MAX));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(SILENCE_MAX)
        .max_header_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(router))
        .with_upgrades();
    let mut connection = pin!(connection);
    // An error means that the client broke the connection or the protocol: nobody to report it to.
    if server.stop.run_until_cancelled(connection.as_mut()).await.is_none() {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}
