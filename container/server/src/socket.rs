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
