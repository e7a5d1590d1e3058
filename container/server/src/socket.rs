//! A WebSocket that sends back what it gets, frame by frame.

use std::io::{self, BufRead, Write};

use sha1::{Digest, Sha1};

use crate::head::{Head, Refusal};
use crate::limits::FRAME_BYTES_MAX;

const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// What the client is told when the connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    GoingAway = 1001,
    Protocol = 1002,
    TooBig = 1009,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Frame {
    /// Is it the last of its message?
    last: bool,
    kind: u8,
    bytes: Vec<u8>,
}

/// What `read_frame` found.
#[derive(Debug, PartialEq, Eq)]
pub enum Read {
    Frame(Frame),
    Wrong(Reason),
}

/// Does the client ask for a WebSocket?
pub fn is_wanted(head: &Head) -> bool {
    head.lists("upgrade", "websocket")
}

/// # Errors
/// A [`Refusal`] if the request is none that RFC 6455 knows.
pub fn accept(head: &Head, out: &mut impl Write) -> Result<io::Result<()>, Refusal> {
    let key = head.header("sec-websocket-key").unwrap_or_default();
    if head.method != "GET" || key.is_empty() || head.header("sec-websocket-version") != Some("13") {
        return Err(Refusal { status: 400, why: "this is no handshake of a WebSocket of version 13" });
    }
    let answer = accept_value(key);
    let lines = format!(
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
         sec-websocket-accept: {answer}\r\n\r\n"
    );
    Ok(out.write_all(lines.as_bytes()).and_then(|()| out.flush()))
}

/// Sends a frame back; false when the connection is to end.
///
/// # Errors
/// If the client is gone.
pub fn echo(out: &mut impl Write, read: Read) -> io::Result<bool> {
    match read {
        Read::Wrong(reason) => close(out, reason).map(|()| false),
        Read::Frame(Frame { kind: PONG, .. }) => Ok(true),
        Read::Frame(frame) => {
            let kind = if frame.kind == PING { PONG } else { frame.kind };
            write_frame(out, &Frame { kind, ..frame })?;
            Ok(kind != CLOSE)
        }
    }
}

pub fn close(out: &mut impl Write, reason: Reason) -> io::Result<()> {
    let bytes = (reason as u16).to_be_bytes().to_vec();
    write_frame(out, &Frame { last: true, kind: CLOSE, bytes })
}

/// Reads one frame.
///
/// # Errors
/// If the connection ends.
pub fn read_frame(reader: &mut impl BufRead) -> io::Result<Read> {
    let [first, second] = array(reader)?;
    let length = match second & 0x7f {
        126 => u64::from(u16::from_be_bytes(array(reader)?)),
        127 => u64::from_be_bytes(array(reader)?),
        short => u64::from(short),
    };
    let (last, kind) = (first & 0x80 != 0, first & 0x0f);
    let known = matches!(kind, 0..=2 | CLOSE..=PONG);
    let control = kind >= CLOSE;
    // Nothing that would give the reserved bits a meaning was agreed on; a client's frames are masked.
    if first & 0x70 != 0 || !known || second & 0x80 == 0 || (control && (!last || length > 125)) {
        return Ok(Read::Wrong(Reason::Protocol));
    }
    if length > FRAME_BYTES_MAX {
        return Ok(Read::Wrong(Reason::TooBig));
    }
    let mask: [u8; 4] = array(reader)?;
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
    reader.read_exact(&mut bytes)?;
    for (byte, mask) in bytes.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= mask;
    }
    Ok(Read::Frame(Frame { last, kind, bytes }))
}

fn write_frame(out: &mut impl Write, Frame { last, kind, bytes }: &Frame) -> io::Result<()> {
    let mut head = vec![if *last { 0x80 | kind } else { *kind }];
    match bytes.len() {
        short @ ..126 => head.push(short as u8),
        medium @ ..0x1_0000 => {
            head.push(126);
            head.extend((medium as u16).to_be_bytes());
        }
        long => {
            head.push(127);
            head.extend((long as u64).to_be_bytes());
        }
    }
    out.write_all(&[&head[..], bytes].concat())?;
    out.flush()
}

fn array<const N: usize>(reader: &mut impl BufRead) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn accept_value(key: &str) -> String {
    base64(&Sha1::new().chain_update(key).chain_update(GUID).finalize())
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at) & 63) as usize];
            text.push(if at > three.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A client's frame.
    fn masked(first: u8, bytes: &[u8]) -> Vec<u8> {
        let mut frame = vec![first];
        match bytes.len() {
            short @ ..126 => frame.push(0x80 | short as u8),
            medium @ ..0x1_0000 => {
                frame.push(0x80 | 126);
                frame.extend((medium as u16).to_be_bytes());
            }
            long => {
                frame.push(0x80 | 127);
                frame.extend((long as u64).to_be_bytes());
            }
        }
        let mask = [1, 2, 3, 4];
        frame.extend(mask);
        frame.extend(bytes.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        frame
    }

    fn echoed(frame: &[u8]) -> (Vec<u8>, bool) {
        let mut out = Vec::new();
        let goes_on = echo(&mut out, read_frame(&mut &*frame).unwrap()).unwrap();
        (out, goes_on)
    }

    #[test]
    fn the_handshake_of_the_standards_example() {
        assert_eq!(accept_value("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn base64_of_every_remainder() {
        let texts = ["", "f", "fo", "foo", "foob"].map(|text| base64(text.as_bytes()));
        assert_eq!(texts, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]);
    }

    #[test]
    fn a_frame_of_any_length_comes_back_unmasked() {
        for (length, head) in [
            (0, vec![0x82, 0]),
            (125, vec![0x82, 125]),
            (126, vec![0x82, 126, 0, 126]),
            (0xffff, vec![0x82, 126, 0xff, 0xff]),
            (0x1_0000, vec![0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let bytes: Vec<u8> = (0..length).map(|at| at as u8).collect();
            let expected = [head, bytes.clone()].concat();
            assert_eq!(echoed(&masked(0x82, &bytes)), (expected, true), "{length}");
        }
    }

    #[test]
    fn a_part_of_a_message_stays_one() {
        assert_eq!(echoed(&masked(0x01, b"a")), (vec![0x01, 1, b'a'], true));
    }

    #[test]
    fn a_ping_is_answered_and_a_pong_is_not() {
        assert_eq!(echoed(&masked(0x89, b"hi")), (vec![0x8a, 2, b'h', b'i'], true));
        assert_eq!(echoed(&masked(0x8a, b"hi")), (vec![], true));
    }

    #[test]
    fn a_close_is_answered_with_its_own_code() {
        assert_eq!(echoed(&masked(0x88, &[3, 232])), (vec![0x88, 2, 3, 232], false));
    }

    #[test]
    fn what_the_standard_forbids_closes_the_connection() {
        let protocol = (vec![0x88, 2, 3, 234], false);
        assert_eq!(echoed(&[0x82, 1, b'a']), protocol, "no mask");
        assert_eq!(echoed(&masked(0xc2, b"a")), protocol, "a reserved bit");
        assert_eq!(echoed(&masked(0x83, b"a")), protocol, "an unknown kind");
        assert_eq!(echoed(&masked(0x09, b"a")), protocol, "a ping in parts");
        let long = [&[0x82, 0xff][..], &(FRAME_BYTES_MAX + 1).to_be_bytes()].concat();
        assert_eq!(echoed(&long), (vec![0x88, 2, 3, 241], false), "too long");
    }

    #[test]
    fn a_frame_that_breaks_off_is_an_error() {
        let frame = masked(0x82, b"hello");
        for length in 0..frame.len() {
            assert!(read_frame(&mut &frame[..length]).is_err());
        }
    }
}
