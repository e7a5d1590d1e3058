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

const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::AsyncReadExt;
    use tokio::net::TcpStream;
    use tokio::time::Instant;

    use super::*;
    use crate::client::{connect, exchange, read_until, server, statuses, time_until_end};

    #[tokio::test(start_paused = true)]
    async fn connection_with_three_requests_answers_each() {
        let sent = b"PUT /nothing HTTP/1.1\r\ncontent-length: 5\r\n\r\nhello\
            GET /health HTTP/1.1\r\n\r\n\
            GET /whoami HTTP/1.1\r\nx-session-id: alice\r\nconnection: close\r\n\r\n\
            GET /whoami HTTP/1.1\r\n\r\n";
        let received = exchange(&server(), sent).await;
        assert_eq!(statuses(&received), [404, 200, 200], "nothing follows a close");
        assert!(received.contains("\"session\":\"alice\""), "{received}");
    }

    #[tokio::test(start_paused = true)]
    async fn request_that_is_malformed_ends_the_connection() {
        let sent = b"PUT / HTTP/1.1\r\ncontent-length: x\r\n\r\nGET /health HTTP/1.1\r\n\r\n";
        assert_eq!(statuses(&exchange(&server(), sent).await), [400]);
    }

    #[tokio::test(start_paused = true)]
    async fn head_over_a_limit_is_answered_431() {
        let long = format!("GET /health HTTP/1.1\r\na: {}\r\n\r\n", "b".repeat(HEAD_BYTES_MAX));
        let many = format!("GET /health HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(HEADERS_MAX + 1));
        for sent in [long, many] {
            assert_eq!(statuses(&exchange(&server(), sent.as_bytes()).await), [431]);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn head_at_the_limit_of_headers_is_served() {
        let headers = "a: b\r\n".repeat(HEADERS_MAX - 1);
        let sent = format!("GET /health HTTP/1.1\r\n{headers}connection: close\r\n\r\n");
        assert_eq!(statuses(&exchange(&server(), sent.as_bytes()).await), [200]);
    }

    #[tokio::test(start_paused = true)]
    async fn client_that_sends_nothing_is_disconnected() {
        for sent in ["", "GET /hea", "GET /health HTTP/1.1\r\n\r\n"] {
            let (mut client, serving) = connect(&server());
            client.write_all(sent.as_bytes()).await.unwrap();
            assert_eq!(time_until_end(serving).await, SILENCE_MAX, "{sent:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn client_that_stops_within_a_body_is_disconnected() {
        for path in ["/echo", "/files/a"] {
            let (mut client, serving) = connect(&server());
            let head = format!("PUT {path} HTTP/1.1\r\ncontent-length: 5\r\n\r\nhell");
            client.write_all(head.as_bytes()).await.unwrap();
            assert_eq!(time_until_end(serving).await, SILENCE_MAX, "{path}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn client_that_reads_nothing_is_disconnected() {
        let (mut client, serving) = connect(&server());
        client.write_all(b"GET /stream?chunks=10000&ms=0 HTTP/1.1\r\n\r\n").await.unwrap();
        assert_eq!(time_until_end(serving).await, SILENCE_MAX);
    }

    #[tokio::test]
    async fn client_beyond_the_limit_of_connections_is_answered_503() {
        let server = server();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepting = server.clone();
        tokio::spawn(async move { accept(&accepting, &listener).await });
        let mut open: Vec<_> = (0..CONNECTIONS_MAX).map(|_| server.connections.token()).collect();
        for expected in [503, 200] {
            let mut client = TcpStream::connect(address).await.unwrap();
            let mut received = String::new();
            if expected == 200 {
                client.write_all(b"GET /health HTTP/1.1\r\nconnection: close\r\n\r\n").await.unwrap();
            }
            client.read_to_string(&mut received).await.unwrap();
            assert_eq!(statuses(&received), [expected]);
            open.pop();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn stop_with_idle_connections_ends_them_at_once() {
        let server = server();
        let (_new, serving_new) = connect(&server);
        let (mut used, serving_used) = connect(&server);
        used.write_all(b"GET /health HTTP/1.1\r\n\r\n").await.unwrap();
        read_until(&mut used, "}").await;
        server.stop.cancel();
        assert_eq!(time_until_end(serving_new).await, Duration::ZERO);
        assert_eq!(time_until_end(serving_used).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn stop_during_a_stream_sends_the_rest_at_once() {
        let server = server();
        let (mut client, _) = connect(&server);
        client.write_all(b"GET /stream?chunks=3&ms=60000 HTTP/1.1\r\n\r\n").await.unwrap();
        read_until(&mut client, "chunk 1 of 3\n").await;
        let since = Instant::now();
        server.stop.cancel();
        let mut rest = String::new();
        client.read_to_string(&mut rest).await.unwrap();
        assert!(rest.contains("chunk 2 of 3\n") && rest.ends_with("chunk 3 of 3\n\r\n0\r\n\r\n"), "{rest}");
        server.drain(SILENCE_MAX).await;
        assert_eq!(since.elapsed().as_secs(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn stop_during_a_request_without_end_waits_for_the_grace() {
        const GRACE: Duration = Duration::from_secs(10);
        let server = server();
        let (mut client, serving) = connect(&server);
        client.write_all(b"GET /hang HTTP/1.1\r\n\r\n").await.unwrap();
        tokio::task::yield_now().await;
        let since = Instant::now();
        server.stop.cancel();
        server.drain(GRACE).await;
        assert_eq!(since.elapsed().as_secs(), GRACE.as_secs());
        assert!(!serving.is_finished());
    }
}
