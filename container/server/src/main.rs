//! The server that runs in the demo's containers: says who it is, echoes, keeps files, and fails on
//! demand. It is the only process, and so the first: it has to hear of SIGTERM itself.
//!
//! `PORT` (8080), `START_DELAY_MS` (0), `NEVER_LISTEN=1` and `STOP_GRACE_MS` (10000) set its manners.

mod answer;
mod body;
mod files;
mod head;
mod health;
mod life;
mod limits;
mod serve;
mod socket;

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use head::Refusal;
use health::Health;
use life::{Life, number};
use limits::CONNECTIONS_MAX;
use serve::Server;

const PORT: u64 = 8080;

fn main() -> io::Result<()> {
    let server: &'static Server = Box::leak(Box::new(Server { life: Life::begin(), health: Health::new() }));
    server.life.end_when_told()?;
    server.life.sleep(Duration::from_millis(number("START_DELAY_MS", 0)));
    if number("NEVER_LISTEN", 0) == 1 {
        // Only a signal ends it.
        loop {
            thread::park();
        }
    }
    fs::create_dir_all("/files")?;
    let port = u16::try_from(number("PORT", PORT)).map_err(io::Error::other)?;
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))?;
    println!("listening on port {port}");
    for stream in listener.incoming() {
        match stream {
            Ok(stream) => accept(server, stream),
            // The client has gone again, or there are no more descriptors: some may be free soon.
            Err(_) => thread::sleep(Duration::from_millis(5)),
        }
    }
    Ok(())
}

fn accept(server: &'static Server, stream: TcpStream) {
    let Some(connection) = Connection::new() else {
        let busy = Refusal { status: 503, why: "there are as many connections as may be" };
        // Its client has nobody to complain to.
        let _ = answer::send_refusal(&mut &stream, &busy);
        return;
    };
    let work = move || {
        // A connection that breaks is its client's affair.
        let _ = serve::serve(server, &stream);
        drop(connection);
    };
    // No thread to be had: the client sees its connection closed.
    let _ = thread::Builder::new().spawn(work);
}

/// One of those that may be at once; it is no longer when this is dropped.
struct Connection;

static CONNECTIONS: AtomicUsize = AtomicUsize::new(0);

impl Connection {
    fn new() -> Option<Self> {
        let before = CONNECTIONS.fetch_add(1, Ordering::SeqCst);
        let connection = Self;
        (before < CONNECTIONS_MAX).then_some(connection)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        CONNECTIONS.fetch_sub(1, Ordering::SeqCst);
    }
}
