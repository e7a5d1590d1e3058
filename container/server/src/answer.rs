//! What goes back to the client.

use std::io::{self, Write};

use crate::head::Refusal;

/// Writes a whole answer, in one go.
///
/// # Errors
/// If the client is gone, as all writing here.
pub fn send(out: &mut impl Write, status: u16, kind: &str, body: &[u8]) -> io::Result<()> {
    let head = format!("{}content-length: {}\r\n\r\n", first_lines(status, kind), body.len());
    out.write_all(&[head.as_bytes(), body].concat())?;
    out.flush()
}

pub fn send_json(out: &mut impl Write, status: u16, json: &str) -> io::Result<()> {
    send(out, status, "application/json", json.as_bytes())
}

pub fn send_refusal(out: &mut impl Write, &Refusal { status, why }: &Refusal) -> io::Result<()> {
    send_json(out, status, &format!("{{\"error\":{}}}", quoted(why)))
}

/// Begins an answer whose length is not known, to be written chunk by chunk.
pub fn send_chunks<'a, W: Write>(out: &'a mut W, kind: &str) -> io::Result<Chunks<'a, W>> {
    let head = first_lines(200, kind);
    out.write_all(format!("{head}transfer-encoding: chunked\r\n\r\n").as_bytes())?;
    out.flush()?;
    Ok(Chunks { out })
}

pub struct Chunks<'a, W> {
    out: &'a mut W,
}

impl<W: Write> Chunks<'_, W> {
    /// Sends these bytes at once; none of them would end the answer, so then nothing is sent.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let size = format!("{:x}\r\n", bytes.len());
        self.out.write_all(&[size.as_bytes(), bytes, b"\r\n"].concat())?;
        self.out.flush()
    }

    pub fn end(self) -> io::Result<()> {
        self.out.write_all(b"0\r\n\r\n")?;
        self.out.flush()
    }
}

fn first_lines(status: u16, kind: &str) -> String {
    let kind: String = kind.chars().filter(|char| !char.is_control()).collect();
    format!("HTTP/1.1 {status} {}\r\ncontent-type: {kind}\r\n", reason(status))
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Content Too Large",
        431 => "Request Header Fields Too Large",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        507 => "Insufficient Storage",
        _ => "Error",
    }
}

/// The text as JSON.
pub fn quoted(text: &str) -> String {
    let mut json = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '\\' => json.extend(['\\', char]),
            ..' ' => json.push_str(&format!("\\u{:04x}", u32::from(char))),
            _ => json.push(char),
        }
    }
    json.push('"');
    json
}

/// The text as JSON, or `null`.
pub fn quoted_or_null(text: Option<&str>) -> String {
    text.map_or_else(|| "null".to_owned(), quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_how_long_it_is() {
        let mut out = Vec::new();
        send_json(&mut out, 404, "{}").unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
        );
    }

    #[test]
    fn an_answer_in_chunks_ends_with_an_empty_one() {
        let mut out = Vec::new();
        let mut chunks = send_chunks(&mut out, "text/plain\r\nx: y").unwrap();
        for bytes in [b"hello".as_slice(), b"", b"0123456789abcdef"] {
            chunks.send(bytes).unwrap();
        }
        chunks.end().unwrap();
        let text = String::from_utf8(out).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("content-type: text/plainx: y\r\n"), "a type cannot add headers");
        assert_eq!(body, "5\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n");
    }

    #[test]
    fn text_is_quoted_as_json() {
        assert_eq!(quoted("a\"b\\c\n\u{7f}ö"), "\"a\\\"b\\\\c\\u000a\u{7f}ö\"");
        assert_eq!(quoted_or_null(None), "null");
    }
}
