//! What hyper reads leniently and two readers may take differently, which is how
//! requests are smuggled past a proxy, is refused before hyper sees it (RFC 9112,
//! 2.2 and 6.1; ASVS 5.0, 4.2.1).

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use axum::http::{Request, Response, StatusCode, Version, header, uri::Authority};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// As much of a line as tells what it says of where the body ends.
const KEPT: usize = 128;

/// A connection whose requests' heads are looked at byte by byte. What is refused
/// becomes a byte that no head may have, so hyper answers `400` and closes.
pub(super) struct Strict<S> {
    stream: S,
    heads: Heads,
    refused: bool,
}

impl<S> Strict<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, heads: Heads::default(), refused: false }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Strict<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.refused {
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, buf))?;
        let read = &mut buf.filled_mut()[before..];
        if let Some(at) = read.iter().position(|byte| !this.heads.take(*byte)) {
            read[at] = 0;
            buf.set_filled(before + at + 1);
            this.refused = true;
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Strict<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Whether a request names the host it is for, once and so that it can be read (RFC
/// 9112, 3.2). Before HTTP/1.1 it need not name any, and some that look whether we
/// are well don't.
pub(super) fn names_its_host<B>(request: &Request<B>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => request.version() < Version::HTTP_11,
        (Some(host), None) => {
            Authority::try_from(host.as_bytes()).is_ok_and(|host| !host.as_str().contains('@'))
        }
        (Some(_), Some(_)) => false,
    }
}

/// The answer to a request that doesn't.
pub(super) fn no_host() -> Response<Body> {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::BAD_REQUEST;
    close(&mut answer);
    answer
}

/// Closes the connection after an answer.
pub(super) fn close(answer: &mut Response<Body>) {
    answer.headers_mut().insert(header::CONNECTION, header::HeaderValue::from_static("close"));
}

/// Where in a stream of requests the next byte stands.
#[derive(Default)]
struct Heads {
    place: Place,
    /// The beginning of the line being read.
    line: Vec<u8>,
    /// Whether anything of a head was there; empty lines before one are let be
    /// (RFC 9112, 2.2).
    begun: bool,
    after_return: bool,
    length: Option<u64>,
    chunked: bool,
}

#[derive(Default)]
enum Place {
    #[default]
    Head,
    /// In a body with so many bytes left.
    Body(u64),
    /// In a chunked body. Whoever answers closes the connection then, so no further
    /// request is read from it.
    Chunks,
}

impl Heads {
    /// Takes the next byte; says whether it may stand there.
    fn take(&mut self, byte: u8) -> bool {
        match &mut self.place {
            Place::Chunks => true,
            Place::Body(left) => {
                *left -= 1;
                if *left == 0 {
                    *self = Self::default();
                }
                true
            }
            Place::Head => self.take_of_head(byte),
        }
    }

    fn take_of_head(&mut self, byte: u8) -> bool {
        let after_return = std::mem::replace(&mut self.after_return, byte == b'\r');
        match byte {
            b'\n' => after_return && self.line_ends(),
            b'\r' => true,
            _ => {
                if self.line.len() < KEPT {
                    self.line.push(byte);
                }
                true
            }
        }
    }

    fn line_ends(&mut self) -> bool {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            return !self.begun || self.head_ends();
        }
        let request_line = !std::mem::replace(&mut self.begun, true);
        if request_line { true } else { self.header(&line) }
    }

    fn header(&mut self, line: &[u8]) -> bool {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { return true };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.chunked = true;
        }
        if name.eq_ignore_ascii_case(b"content-length") {
            let digits = value.iter().all(u8::is_ascii_digit);
            let length =
                std::str::from_utf8(value).ok().filter(|_| digits).and_then(|text| text.parse().ok());
            let Some(length) = length else { return false };
            return self.length.replace(length).is_none_or(|before| before == length);
        }
        true
    }

    /// A head that says twice where its body ends is refused (RFC 9112, 6.1).
    fn head_ends(&mut self) -> bool {
        let place = match (self.chunked, self.length) {
            (true, Some(_)) => return false,
            (true, None) => Place::Chunks,
            (false, None | Some(0)) => Place::Head,
            (false, Some(length)) => Place::Body(length),
        };
        *self = Self { place, ..Self::default() };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused_at(stream: &str) -> Option<usize> {
        let mut heads = Heads::default();
        stream.bytes().position(|byte| !heads.take(byte))
    }

    #[test]
    fn a_request_names_one_host() {
        let asked = |version, hosts: &[&str]| {
            let request = Request::builder().version(version);
            let request = hosts.iter().fold(request, |request, host| request.header("host", *host));
            names_its_host(&request.body(()).expect("a request"))
        };
        for host in ["shop.example", "shop.example:8080", "[::1]:80", "127.0.0.1"] {
            assert!(asked(Version::HTTP_11, &[host]), "{host}");
        }
        assert!(asked(Version::HTTP_10, &[]));
        let wrong: [&[&str]; 6] =
            [&[], &["a", "a"], &["a", "b"], &[""], &["user@shop.example"], &["shop.example/x y"]];
        for hosts in wrong {
            assert!(!asked(Version::HTTP_11, hosts), "{hosts:?}");
        }
    }

    #[test]
    fn requests_one_after_the_other_are_let_through() {
        for stream in [
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST / HTTP/1.1\r\ncontent-LENGTH: 4\r\n\r\na\nb\nGET / HTTP/1.1\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n\n\r\n0\r\n\r\n",
        ] {
            assert_eq!(refused_at(stream), None, "{stream:?}");
        }
    }

    #[test]
    fn a_line_that_ends_without_a_return_is_refused_where_it_ends() {
        for stream in [
            "GET / HTTP/1.1\n",
            "GET / HTTP/1.1\r\nHost: a\n",
            "GET / HTTP/1.1\r\nHost: a\r\n\n",
            "\n",
            "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n\n\nGET / HTTP/1.1\n",
        ] {
            assert_eq!(refused_at(stream), Some(stream.len() - 1), "{stream:?}");
        }
    }

    #[test]
    fn a_body_with_two_ends_or_none_that_can_be_read_is_refused() {
        for stream in [
            "POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n",
            "POST / HTTP/1.1\r\nContent-Length: +2\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 2, 2\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
        ] {
            assert_eq!(refused_at(stream), Some(stream.len() - 1), "{stream:?}");
        }
    }
}
