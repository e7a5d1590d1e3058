//! A request's body, read as it comes.

use std::io::{self, BufRead, Read};

use crate::head::Length;
use crate::limits::CHUNK_LINE_BYTES_MAX;

/// Reads exactly one body and leaves the connection where the next request begins.
pub struct Body<'a, R> {
    reader: &'a mut R,
    /// Of the body or, if it is chunked, of this chunk.
    left: u64,
    chunked: bool,
    done: bool,
    first: bool,
}

impl<'a, R: BufRead> Body<'a, R> {
    pub fn new(reader: &'a mut R, length: &Length) -> Self {
        match *length {
            Length::Bytes(left) => Self { reader, left, chunked: false, done: left == 0, first: true },
            Length::Chunked => Self { reader, left: 0, chunked: true, done: false, first: true },
        }
    }

    /// All of it, or `None` if it is longer than `max`.
    ///
    /// # Errors
    /// If the connection or the body's coding is broken.
    pub fn read_up_to(&mut self, max: u64) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        self.take(max + 1).read_to_end(&mut bytes)?;
        Ok((bytes.len() as u64 <= max).then_some(bytes))
    }

    /// Reads what nobody wanted, so that the next request can be; false if it is too much for that.
    pub fn skip(&mut self, max: u64) -> bool {
        let skipped = io::copy(&mut self.by_ref().take(max), &mut io::sink());
        skipped.is_ok() && self.done
    }

    fn next_chunk(&mut self) -> io::Result<()> {
        if !self.first {
            // The line end that closes the chunk before.
            self.line()?.is_empty().then_some(()).ok_or_else(|| broken("a chunk is longer than it said"))?;
        }
        self.first = false;
        let line = self.line()?;
        let size = line.split(';').next().unwrap_or_default().trim();
        if size.is_empty() || size.len() > 15 || !size.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(broken("a chunk's size is no number"));
        }
        self.left = u64::from_str_radix(size, 16).map_err(|_| broken("a chunk's size is no number"))?;
        if self.left == 0 {
            // Trailers may follow, up to an empty line; nobody here wants them.
            for _ in 0..16 {
                if self.line()?.is_empty() {
                    self.done = true;
                    return Ok(());
                }
            }
            return Err(broken("there are too many trailers"));
        }
        Ok(())
    }

    fn line(&mut self) -> io::Result<String> {
        let mut bytes = Vec::new();
        self.reader.take(CHUNK_LINE_BYTES_MAX).read_until(b'\n', &mut bytes)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let line = text.strip_suffix('\n').ok_or_else(|| broken("a chunk's first line is too long"))?;
        Ok(line.trim_end_matches('\r').to_owned())
    }
}

impl<R: BufRead> Read for Body<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.chunked && self.left == 0 && !self.done {
            self.next_chunk()?;
        }
        if self.done || buffer.is_empty() {
            return Ok(0);
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.reader.read(&mut buffer[..most])?;
        if count == 0 {
            return Err(broken("the body broke off"));
        }
        self.left -= count as u64;
        self.done = self.left == 0 && !self.chunked;
        Ok(count)
    }
}

fn broken(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, length: Length) -> (io::Result<Vec<u8>>, String) {
        let mut rest = text.as_bytes();
        let mut bytes = Vec::new();
        let read = Body::new(&mut rest, &length).read_to_end(&mut bytes).map(|_| bytes);
        (read, String::from_utf8_lossy(rest).into_owned())
    }

    #[test]
    fn a_body_ends_where_the_next_request_begins() {
        for (text, length) in [
            ("helloGET", Length::Bytes(5)),
            ("5\r\nhello\r\n0\r\n\r\nGET", Length::Chunked),
            ("2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\na: b\r\n\r\nGET", Length::Chunked),
        ] {
            let (body, rest) = read(text, length);
            assert_eq!((body.unwrap().as_slice(), rest.as_str()), (b"hello".as_slice(), "GET"));
        }
        assert_eq!(read("GET", Length::Bytes(0)).0.unwrap(), b"");
    }

    #[test]
    fn a_broken_body_is_an_error() {
        for text in ["5\r\nhel", "x\r\n", "-1\r\n", "5\r\nhelloo\r\n0\r\n\r\n", "ffffffffffffffff\r\n", ""] {
            assert!(read(text, Length::Chunked).0.is_err(), "{text:?}");
        }
        assert!(read("hel", Length::Bytes(5)).0.is_err());
        let endless = "1".repeat(CHUNK_LINE_BYTES_MAX as usize + 1);
        assert!(read(&endless, Length::Chunked).0.is_err());
    }

    #[test]
    fn a_body_longer_than_its_bound_is_not_kept() {
        let read = |max| Body::new(&mut "hello".as_bytes(), &Length::Bytes(5)).read_up_to(max).unwrap();
        assert_eq!(read(5).as_deref(), Some(b"hello".as_slice()));
        assert_eq!(read(4), None);
    }

    #[test]
    fn an_unread_body_is_skipped_if_it_is_short() {
        let skipped = |max| Body::new(&mut "5\r\nhello\r\n0\r\n\r\n".as_bytes(), &Length::Chunked).skip(max);
        assert!(skipped(6));
        assert!(!skipped(4));
    }
}
