//! Stands in for `cloudflare/proxy-everything`, the image whose network workerd puts a container
//! into, where that cannot be pulled. It lets requests in, and knows nothing of requests out.
//!
//! workerd says `CONNECT` and names the container's port in a header; the container is in the same
//! network, so that address can be dialled from here.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

const PORT: u16 = 39001;
const HEADERS_MAX: usize = 100;

fn main() -> io::Result<()> {
    let listener = TcpListener::bind(("0.0.0.0", PORT))?;
    for client in listener.incoming().flatten() {
        // A tunnel that breaks is noticed at both of its ends.
        thread::spawn(move || serve(&client));
    }
    Ok(())
}

fn serve(client: &TcpStream) -> io::Result<()> {
    client.set_nodelay(true)?;
    let mut reader = BufReader::new(client);
    let mut out = client;
    let mut first = String::new();
    while reader.read_line(&mut first)? > 0 {
        let mut address = String::new();
        let mut length = 0;
        for _ in 0..HEADERS_MAX {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim().split_once(':') else { break };
            match name.to_ascii_lowercase().as_str() {
                "x-dst-addr" => value.trim().clone_into(&mut address),
                "content-length" => length = value.trim().parse().unwrap_or(0),
                _ => {}
            }
        }
        if first.starts_with("CONNECT ") {
            return match TcpStream::connect(&address) {
                Ok(server) => {
                    out.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
                    tunnel(reader, client, &server)
                }
                Err(_) => out.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"),
            };
        }
        // Where requests out should go, and which certificate they trust: there are none.
        io::copy(&mut io::Read::take(&mut reader, length), &mut io::sink())?;
        out.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")?;
        first.clear();
    }
    Ok(())
}

/// Pumps both ways until both sides have said all.
fn tunnel(mut from_client: BufReader<&TcpStream>, client: &TcpStream, server: &TcpStream) -> io::Result<()> {
    server.set_nodelay(true)?;
    thread::scope(|scope| {
        scope.spawn(|| {
            let pumped = io::copy(&mut &*server, &mut &*client);
            client.shutdown(Shutdown::Write).and(pumped.map(drop))
        });
        let pumped = io::copy(&mut from_client, &mut &*server);
        server.shutdown(Shutdown::Write).and(pumped.map(drop))
    })
}
