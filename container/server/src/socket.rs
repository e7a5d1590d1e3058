//! A WebSocket that echoes messages.

use std::error::Error;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use tokio_tungstenite::tungstenite;
use tokio_util::sync::CancellationToken;

use crate::limits::MESSAGE_BYTES_MAX;
use crate::server::Server;

/// Accepts the handshake. The socket counts as a connection until it ends.
pub fn accept(server: &Server, upgrade: WebSocketUpgrade) -> Response {
    let (stop, open) = (server.stop.clone(), server.connections.token());
    upgrade.max_frame_size(MESSAGE_BYTES_MAX).max_message_size(MESSAGE_BYTES_MAX).on_upgrade(
        move |socket| async move {
            echo(socket, stop).await;
            drop(open);
        },
    )
}

async fn echo(mut socket: WebSocket, stop: CancellationToken) {
    let code = loop {
        match stop.run_until_cancelled(socket.recv()).await {
            None => break close_code::AWAY,
            Some(None) => return,
            Some(Some(Err(error))) => break code_for(&error),
            Some(Some(Ok(message @ (Message::Text(_) | Message::Binary(_))))) => {
                if socket.send(message).await.is_err() {
                    return;
                }
            }
            // `recv` itself answers a ping and a close.
            Some(Some(Ok(_))) => {}
        }
    };
    let close = Message::Close(Some(CloseFrame { code, reason: "".into() }));
    // The client may be gone.
    let _ = socket.send(close).await;
}

fn code_for(error: &axum::Error) -> u16 {
    match error.source().and_then(|source| source.downcast_ref()) {
        Some(tungstenite::Error::Capacity(_)) => close_code::SIZE,
        _ => close_code::PROTOCOL,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::{SinkExt, StreamExt};
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
    use tokio::time::{Instant, sleep, timeout};
    use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Message};
    use tokio_tungstenite::{WebSocketStream, client_async};

    use crate::client::{connect, exchange, read_until, request, server, statuses};
    use crate::limits::{MESSAGE_BYTES_MAX, SILENCE_MAX};
    use crate::server::Server;

    const HANDSHAKE: &[u8] = b"GET /ws HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
        sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n";

    async fn open(server: &Arc<Server>, path: &str) -> WebSocketStream<DuplexStream> {
        let (stream, _) = connect(server);
        client_async(format!("ws://server{path}"), stream).await.unwrap().0
    }

    /// What the server sends after a handshake and these bytes, until it closes the connection.
    async fn frames_after(server: &Arc<Server>, sent: &[u8]) -> Vec<u8> {
        let (mut stream, _) = connect(server);
        stream.write_all(HANDSHAKE).await.unwrap();
        read_until(&mut stream, "\r\n\r\n").await;
        stream.write_all(sent).await.unwrap();
        let mut frames = Vec::new();
        timeout(1000 * SILENCE_MAX, stream.read_to_end(&mut frames)).await.unwrap().unwrap();
        frames
    }

    fn close_frame(code: u16) -> Vec<u8> {
        [&[0x88, 2], &code.to_be_bytes()[..]].concat()
    }

    #[tokio::test(start_paused = true)]
    async fn socket_with_messages_of_any_length_echoes_them() {
        for path in ["/ws", "/echo"] {
            let mut socket = open(&server(), path).await;
            for length in [0, 125, 126, 0xffff, 0x1_0000, MESSAGE_BYTES_MAX] {
                for message in [Message::text("a".repeat(length)), Message::binary(vec![255; length])] {
                    socket.send(message.clone()).await.unwrap();
                    assert!(socket.next().await.unwrap().unwrap() == message, "{path} {length}");
                }
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn socket_that_is_pinged_answers_with_the_same_bytes() {
        let mut socket = open(&server(), "/ws").await;
        socket.send(Message::Pong("unsolicited".into())).await.unwrap();
        socket.send(Message::Ping("hi".into())).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), Message::Pong("hi".into()));
    }

    #[tokio::test(start_paused = true)]
    async fn socket_that_is_closed_answers_with_the_same_code() {
        let server = server();
        let mut socket = open(&server, "/ws").await;
        let close = Message::Close(Some(CloseFrame { code: 4321.into(), reason: "".into() }));
        socket.send(close.clone()).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), close);
        assert!(socket.next().await.is_none());
        server.connections.close();
        server.connections.wait().await;
    }

    #[tokio::test(start_paused = true)]
    async fn socket_with_a_message_over_the_limit_is_closed_with_1009() {
        let length = (MESSAGE_BYTES_MAX as u64 + 1).to_be_bytes();
        let head = [&[0x82, 0xff][..], &length, &[1, 2, 3, 4]].concat();
        assert_eq!(frames_after(&server(), &head).await, close_frame(1009));
    }

    #[tokio::test(start_paused = true)]
    async fn socket_with_an_invalid_frame_is_closed_with_1002() {
        for (frame, why) in [
            (&[0x82, 1, b'a'][..], "no mask"),
            (&[0xc2, 0x80, 1, 2, 3, 4], "a reserved bit"),
            (&[0x83, 0x80, 1, 2, 3, 4], "an unknown opcode"),
            (&[0x09, 0x80, 1, 2, 3, 4], "a ping in fragments"),
        ] {
            assert_eq!(frames_after(&server(), frame).await, close_frame(1002), "{why}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn socket_that_is_silent_stays_open_until_the_server_stops() {
        let server = server();
        let stop = server.stop.clone();
        tokio::spawn(async move {
            sleep(100 * SILENCE_MAX).await;
            stop.cancel();
        });
        let since = Instant::now();
        assert_eq!(frames_after(&server, b"").await, close_frame(1001));
        assert!(since.elapsed() >= 100 * SILENCE_MAX);
        server.drain(SILENCE_MAX).await;
        assert!(server.connections.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn socket_counts_as_a_connection() {
        let server = server();
        let _socket = open(&server, "/ws").await;
        sleep(SILENCE_MAX).await;
        assert_eq!(server.connections.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn handshake_without_its_headers_is_refused() {
        let sent = b"GET /ws HTTP/1.1\r\nupgrade: websocket\r\nconnection: close\r\n\r\n";
        assert_eq!(statuses(&exchange(&server(), sent).await), [400]);
        assert_eq!(request(&server(), "GET /ws").await.0, 404, "no handshake at all");
    }
}
