//! A request's first line and headers.

use std::io::{BufRead, Read};

use crate::limits::{HEAD_BYTES_MAX, HEADERS_MAX};

/// Why a request is not served: an HTTP status, and a sentence for the client.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub why: &'static str,
}

/// What precedes a body.
#[derive(Debug, PartialEq, Eq)]
pub struct Head {
    pub method: String,
    /// The path as it was sent, without the query.
    pub path: String,
    /// What follows the question mark; empty without one.
    pub query: String,
    /// Names in lower case, in the order in which they came.
    headers: Vec<(String, String)>,
}

/// How long the body is.
#[derive(Debug, PartialEq, Eq)]
pub enum Length {
    Bytes(u64),
    Chunked,
}

impl Head {
    /// Reads one head; `None` if the client closed the connection instead.
    ///
    /// # Errors
    /// A [`Refusal`] if it is malformed or larger than [`HEAD_BYTES_MAX`]. What follows it on the
    /// connection cannot be read.
    pub fn read(reader: &mut impl BufRead) -> Result<Option<Self>, Refusal> {
        let mut reader = reader.take(HEAD_BYTES_MAX);
        let Some(first) = line(&mut reader)? else { return Ok(None) };
        let mut headers = Vec::new();
        loop {
            let text = line(&mut reader)?.ok_or(bad("the headers have no end"))?;
            if text.is_empty() {
                break;
            }
            if headers.len() == HEADERS_MAX {
                return Err(Refusal { status: 431, why: "there are too many headers" });
            }
            let (name, value) = text.split_once(':').ok_or(bad("a header has no colon"))?;
            if name.is_empty() || name.contains([' ', '\t']) {
                return Err(bad("a header's name is empty or holds a space"));
            }
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let [method, target, version] = first.split(' ').collect::<Vec<_>>()[..] else {
            return Err(bad("the first line is not METHOD TARGET VERSION"));
        };
        if version != "HTTP/1.1" {
            return Err(Refusal { status: 505, why: "only HTTP/1.1 is spoken here" });
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Ok(Some(Self { method: method.into(), path: path.into(), query: query.into(), headers }))
    }

    /// The first header of that name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Does a header that lists words hold this one?
    pub fn lists(&self, name: &str, word: &str) -> bool {
        let words = self.header(name).unwrap_or_default().split(',');
        words.map(str::trim).any(|listed| listed.eq_ignore_ascii_case(word))
    }

    /// # Errors
    /// A [`Refusal`] if the length is no number, said twice, or in a coding nobody knows: who guesses
    /// takes a part of one request for the next.
    pub fn length(&self) -> Result<Length, Refusal> {
        let said = |name| self.headers.iter().filter(|(key, _)| key == name).count();
        match (self.header("transfer-encoding"), self.header("content-length")) {
            _ if said("transfer-encoding") + said("content-length") > 1 => {
                Err(bad("the body's length is said twice"))
            }
            (Some(coding), _) if coding.eq_ignore_ascii_case("chunked") => Ok(Length::Chunked),
            (Some(_), _) => Err(Refusal { status: 501, why: "of transfer codings only chunked is known" }),
            (None, Some(text)) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().map(Length::Bytes).map_err(|_| bad("content-length is no number"))
            }
            (None, Some(_)) => Err(bad("content-length is no number")),
            (None, None) => Ok(Length::Bytes(0)),
        }
    }

    /// The whole number that the query gives `name`, at most `max`; else `default`.
    pub fn number(&self, name: &str, default: u64, max: u64) -> u64 {
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        let found = pairs.filter(|(key, _)| *key == name).find_map(|(_, value)| value.parse().ok());
        found.unwrap_or(default).min(max)
    }
}

/// One line without its end; `None` if the stream ended before it began.
fn line(reader: &mut impl BufRead) -> Result<Option<String>, Refusal> {
    let mut bytes = Vec::new();
    reader.read_until(b'\n', &mut bytes).map_err(|_| bad("the connection broke off"))?;
    match bytes.pop() {
        None => return Ok(None),
        Some(b'\n') => {}
        Some(_) => return Err(Refusal { status: 431, why: "the headers are too large, or broke off" }),
    }
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

pub fn bad(why: &'static str) -> Refusal {
    Refusal { status: 400, why }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<Head>, Refusal> {
        Head::read(&mut text.as_bytes())
    }

    fn head(text: &str) -> Head {
        read(text).unwrap().unwrap()
    }

    #[test]
    fn a_head_is_method_path_query_and_headers() {
        let head = head("GET /stream?chunks=5&ms=x HTTP/1.1\r\nX-Session-Id:  alice \r\n\r\nbody");
        assert_eq!((head.method.as_str(), head.path.as_str()), ("GET", "/stream"));
        assert_eq!(head.header("x-session-id"), Some("alice"));
        assert_eq!(head.header("host"), None);
        assert_eq!(head.number("chunks", 3, 4), 4);
        assert_eq!(head.number("ms", 100, 1000), 100);
        assert_eq!(head.length(), Ok(Length::Bytes(0)));
    }

    #[test]
    fn a_closed_connection_is_no_request() {
        assert_eq!(read(""), Ok(None));
    }

    #[test]
    fn what_is_malformed_is_refused() {
        for text in ["GET / HTTP/1.1\r\n", "GET /\r\n\r\n", "GET / HTTP/1.1\r\nnonsense\r\n\r\n", "G"] {
            assert!(matches!(read(text), Err(Refusal { status: 400 | 431, .. })), "{text:?}");
        }
        assert_eq!(read("GET / HTTP/1.0\r\n\r\n").unwrap_err().status, 505);
        assert_eq!(read("GET / HTTP/1.1\r\na b: c\r\n\r\n").unwrap_err().status, 400);
    }

    #[test]
    fn a_head_has_a_bound() {
        let long = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(HEAD_BYTES_MAX as usize));
        assert_eq!(read(&long).unwrap_err().status, 431);
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(HEADERS_MAX + 1));
        assert_eq!(read(&many).unwrap_err().status, 431);
    }

    #[test]
    fn a_length_is_a_number_or_chunked_and_said_once() {
        let length = |headers: &str| head(&format!("PUT / HTTP/1.1\r\n{headers}\r\n")).length();
        assert_eq!(length("Content-Length: 12\r\n"), Ok(Length::Bytes(12)));
        assert_eq!(length("Transfer-Encoding: Chunked\r\n"), Ok(Length::Chunked));
        for wrong in [
            "content-length: -1\r\n",
            "content-length: +1\r\n",
            "content-length: 99999999999999999999\r\n",
            "content-length: 1\r\ncontent-length: 1\r\n",
            "content-length: 1\r\ntransfer-encoding: chunked\r\n",
        ] {
            assert_eq!(length(wrong).unwrap_err().status, 400, "{wrong:?}");
        }
        assert_eq!(length("transfer-encoding: gzip\r\n").unwrap_err().status, 501);
    }

    #[test]
    fn a_listed_word_is_found_in_any_case() {
        let head = head("GET / HTTP/1.1\r\nconnection: keep-alive, Upgrade\r\n\r\n");
        assert!(head.lists("connection", "upgrade"));
        assert!(!head.lists("connection", "close"));
    }
}
