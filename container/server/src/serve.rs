//! One connection: requests, each answered before the next is read.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process;
use std::time::{Duration, Instant};

use crate::answer::{send, send_chunks, send_json, send_refusal};
use crate::body::Body;
use crate::files;
use crate::head::{Head, Length, Refusal};
use crate::health::Health;
use crate::life::Life;
use crate::limits::{CHUNKS_MAX, FILE_BYTES_MAX, LOOK_INTERVAL, PAUSE_MAX_MS, SILENCE_MAX, UNREAD_BYTES_MAX};
use crate::socket::{self, Reason};

/// What a request may look at.
pub struct Server {
    pub life: Life,
    pub health: Health,
}

/// The end of the container without a word, as a crash is.
const CRASH_EXIT_CODE: i32 = 70;

const FILES: &str = "/files";

/// Serves a client until it goes, is silent for too long, or cannot be understood.
///
/// # Errors
/// If the connection breaks: there is nobody to be told.
pub fn serve(server: &Server, stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(SILENCE_MAX))?;
    let (mut reader, mut out) = (BufReader::new(stream), stream);
    while is_heard(server, &mut reader, SILENCE_MAX)? {
        let _in_flight = server.life.request();
        let (head, length) = match read(&mut reader) {
            Ok(Some(request)) => request,
            Ok(None) => return Ok(()),
            Err(refusal) => return send_refusal(&mut out, &refusal),
        };
        if matches!(head.path.as_str(), "/ws" | "/echo") && socket::is_wanted(&head) {
            return echo_socket(server, &head, &mut reader, &mut out);
        }
        if head.lists("expect", "100-continue") {
            out.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        if head.path == "/hang" {
            return hang(server, &mut reader);
        }
        let mut body = Body::new(&mut reader, &length);
        answer(server, &head, &mut body, &mut out)?;
        if !body.skip(UNREAD_BYTES_MAX) || head.lists("connection", "close") {
            return Ok(());
        }
    }
    Ok(())
}

fn read(reader: &mut impl BufRead) -> Result<Option<(Head, Length)>, Refusal> {
    let Some(head) = Head::read(reader)? else { return Ok(None) };
    let length = head.length()?;
    Ok(Some((head, length)))
}

fn answer(
    server: &Server,
    head: &Head,
    body: &mut Body<impl BufRead>,
    out: &mut impl Write,
) -> io::Result<()> {
    let session = head.header("x-session-id");
    match head.path.as_str() {
        "/whoami" => send_json(out, 200, &server.life.json(session)),
        "/health" => send_json(out, 200, &server.health.json()),
        "/echo" => echo(head, body, out),
        "/stream" => stream(server, head, out),
        "/reset" => reset(head, out),
        "/crash" => process::exit(CRASH_EXIT_CODE),
        path => match path.strip_prefix("/files/") {
            Some(name) => file(head, name, body, out),
            None => send_refusal(out, &Refusal { status: 404, why: "there is nothing at this path" }),
        },
    }
}

/// The body goes back as it comes in: the first bytes are answered before the last have arrived.
fn echo(head: &Head, body: &mut impl Read, out: &mut impl Write) -> io::Result<()> {
    let kind = head.header("content-type").unwrap_or("application/octet-stream");
    let mut chunks = send_chunks(out, kind)?;
    let mut buffer = [0; 16 * 1024];
    loop {
        match body.read(&mut buffer)? {
            0 => return chunks.end(),
            count => chunks.send(&buffer[..count])?,
        }
    }
}

/// `?chunks=N&ms=M`: N numbered lines, M ms apart.
fn stream(server: &Server, head: &Head, out: &mut impl Write) -> io::Result<()> {
    let count = head.number("chunks", 3, CHUNKS_MAX);
    let pause = Duration::from_millis(head.number("ms", 100, PAUSE_MAX_MS));
    let mut chunks = send_chunks(out, "text/plain; charset=utf-8")?;
    for at in 1..=count {
        if at > 1 {
            server.life.sleep(pause);
        }
        chunks.send(format!("chunk {at} of {count}\n").as_bytes())?;
    }
    chunks.end()
}

fn file(head: &Head, name: &str, body: &mut Body<impl BufRead>, out: &mut impl Write) -> io::Result<()> {
    let path = match files::path(Path::new(FILES), name) {
        Ok(path) => path,
        Err(refusal) => return send_refusal(out, &refusal),
    };
    match head.method.as_str() {
        "GET" => match files::read(&path) {
            Ok(bytes) => send(out, 200, "application/octet-stream", &bytes),
            Err(refusal) => send_refusal(out, &refusal),
        },
        "PUT" => {
            let written = match body.read_up_to(FILE_BYTES_MAX)? {
                Some(bytes) => files::write(&path, &bytes).map(|new| (new, bytes.len())),
                None => Err(Refusal { status: 413, why: "a file has at most 1 MiB" }),
            };
            match written {
                Ok((new, length)) => {
                    send_json(out, if new { 201 } else { 200 }, &format!("{{\"bytes\":{length}}}"))
                }
                Err(refusal) => send_refusal(out, &refusal),
            }
        }
        _ => send_refusal(out, &Refusal { status: 405, why: "a file is read with GET, written with PUT" }),
    }
}

/// Takes away what a session left behind, for the pool to hand the container on.
fn reset(head: &Head, out: &mut impl Write) -> io::Result<()> {
    if head.method != "POST" {
        return send_refusal(out, &Refusal { status: 405, why: "a reset is a POST" });
    }
    match files::clear(Path::new(FILES)) {
        Ok(count) => send_json(out, 200, &format!("{{\"files\":{count}}}")),
        Err(refusal) => send_refusal(out, &refusal),
    }
}

fn echo_socket(
    server: &Server,
    head: &Head,
    reader: &mut BufReader<&TcpStream>,
    out: &mut &TcpStream,
) -> io::Result<()> {
    match socket::accept(head, out) {
        Ok(sent) => sent?,
        Err(refusal) => return send_refusal(out, &refusal),
    }
    // A client that says nothing is nothing unusual here.
    while is_heard(server, reader, Duration::MAX)? {
        if !socket::echo(out, socket::read_frame(reader)?)? {
            return Ok(());
        }
    }
    if server.life.is_stopping() { socket::close(out, Reason::GoingAway) } else { Ok(()) }
}

/// Never answers. The client may go, and the server may be told to stop.
fn hang(server: &Server, reader: &mut BufReader<&TcpStream>) -> io::Result<()> {
    while is_heard(server, reader, Duration::MAX)? {
        reader.consume(reader.buffer().len());
    }
    // With the request still in flight, so that it takes as long as may be.
    while server.life.is_stopping() {
        std::thread::sleep(LOOK_INTERVAL);
    }
    Ok(())
}

/// Waits until the client sends something; false if it goes, is silent for too long, or the server
/// is to stop.
fn is_heard(server: &Server, reader: &mut BufReader<&TcpStream>, limit: Duration) -> io::Result<bool> {
    let since = Instant::now();
    let stream = *reader.get_ref();
    stream.set_read_timeout(Some(LOOK_INTERVAL))?;
    loop {
        match reader.fill_buf() {
            Ok(bytes) => {
                let heard = !bytes.is_empty();
                stream.set_read_timeout(Some(SILENCE_MAX))?;
                return Ok(heard);
            }
            Err(error) if is_timeout(&error) => {
                if server.life.is_stopping() || since.elapsed() > limit {
                    return Ok(false);
                }
            }
            Err(error) => return Err(error),
        }
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}

#[cfg(test)]
mod tests {
    use std::net::{Shutdown, TcpListener};
    use std::thread;

    use super::*;

    /// What a client is answered that says this and no more.
    fn answered(said: &[u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let serving = thread::spawn(move || {
            let server = Server { life: Life::begin(), health: Health::new() };
            // Its own errors are the client's affair.
            let _ = serve(&server, &listener.accept().unwrap().0);
        });
        client.write_all(said).unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).unwrap();
        serving.join().unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// The status of every answer in it.
    fn statuses(answers: &str) -> Vec<&str> {
        answers.split("HTTP/1.1 ").skip(1).map(|answer| &answer[..3]).collect()
    }

    #[test]
    fn a_connection_serves_one_request_after_the_other() {
        let answers = answered(
            b"PUT /nothing HTTP/1.1\r\ncontent-length: 5\r\n\r\nhello\
              GET /health HTTP/1.1\r\n\r\nGET /whoami HTTP/1.1\r\nx-session-id: alice\r\n\r\n",
        );
        assert_eq!(statuses(&answers), ["404", "200", "200"]);
        assert!(answers.ends_with("\"session\":\"alice\"}"));
    }

    #[test]
    fn an_echo_ends_with_its_body() {
        let answers = answered(
            b"POST /echo HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n\
              GET /stream?chunks=1 HTTP/1.1\r\nconnection: close\r\n\r\nGET /whoami HTTP/1.1\r\n\r\n",
        );
        assert_eq!(statuses(&answers), ["200", "200"], "nothing follows a close");
        assert!(answers.contains("\r\n\r\n5\r\nhello\r\n0\r\n\r\n"));
    }

    #[test]
    fn a_socket_echoes_after_its_handshake() {
        let handshake = b"GET /echo HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
            sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n";
        let answer = answered(&[handshake.as_slice(), &[0x81, 0x82, 0, 0, 0, 0, b'h', b'i']].concat());
        assert!(answer.starts_with("HTTP/1.1 101 "));
        assert!(answer.ends_with("\u{2}hi"));
        assert_eq!(statuses(&answered(b"GET /ws HTTP/1.1\r\nupgrade: websocket\r\n\r\n")), ["400"]);
    }

    #[test]
    fn what_cannot_be_understood_ends_the_connection() {
        let answers = answered(b"PUT / HTTP/1.1\r\ncontent-length: x\r\n\r\nGET /health HTTP/1.1\r\n\r\n");
        assert_eq!(statuses(&answers), ["400"]);
    }

    #[test]
    fn a_hanging_request_is_never_answered() {
        assert_eq!(answered(b"GET /hang HTTP/1.1\r\n\r\n"), "");
    }
}
