//! The line to a mail server: commands go out, replies come in (RFC 5321, 4.2).
//! What it says is read as leniently as can be done without doubt: lines may end
//! with LF only, a code may stand alone, words may be in any encoding.

use std::io;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// The most bytes of one reply; more is no reply but an attack.
const LONGEST_REPLY: usize = 64 * 1024;

/// What a reply's line is read from and a command is written to.
trait Channel: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Channel for T {}

/// An open line, encrypted or not.
pub(super) struct Wire {
    channel: BufReader<Box<dyn Channel>>,
    pub(super) encrypted: bool,
}

/// What the server said: a code of three digits and its words, line by line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    pub(super) lines: Vec<String>,
}

impl Wire {
    /// A line that has just been opened.
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { channel: BufReader::new(Box::new(stream)), encrypted: false }
    }

    /// The same line, encrypted. What came unencrypted and was not read yet is
    /// not believed (RFC 3207, 4.2).
    pub(super) async fn encrypt(self, tls: &TlsConnector, name: ServerName<'static>) -> io::Result<Self> {
        if !self.channel.buffer().is_empty() {
            return Err(no_reply());
        }
        let stream = tls.connect(name, self.channel.into_inner()).await?;
        Ok(Self { channel: BufReader::new(Box::new(stream)), encrypted: true })
    }

    /// Sends a command and reads the reply.
    pub(super) async fn ask(&mut self, command: &str) -> io::Result<Reply> {
        self.write(format!("{command}\r\n").as_bytes()).await?;
        self.reply().await
    }

    /// Sends bytes as they are.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.channel.write_all(bytes).await?;
        self.channel.flush().await
    }

    /// Reads one reply.
    pub(super) async fn reply(&mut self) -> io::Result<Reply> {
        let (mut lines, mut left) = (Vec::new(), LONGEST_REPLY);
        loop {
            let mut line = Vec::new();
            let limit = u64::try_from(left).unwrap_or(u64::MAX);
            (&mut self.channel).take(limit).read_until(b'\n', &mut line).await?;
            left = left.saturating_sub(line.len());
            if line.is_empty() && left > 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if left == 0 {
                return Err(no_reply());
            }
            let (code, goes_on, words) = parts(&line).ok_or_else(no_reply)?;
            lines.push(words);
            if !goes_on {
                return Ok(Reply { code, lines });
            }
        }
    }
}

impl Reply {
    /// Whether the server agreed.
    pub(super) fn is_yes(&self) -> bool {
        self.code / 100 == 2
    }

    /// Its words in a row. An enhanced code (RFC 2034) that every line repeats is
    /// said once.
    pub(super) fn words(&self) -> String {
        let first = self.lines.first().map(String::as_str).unwrap_or_default();
        let code = first.split(' ').next().filter(|code| code.split('.').count() == 3);
        let others = self.lines.iter().skip(1).map(|line| {
            code.and_then(|code| line.strip_prefix(code)).unwrap_or(line).trim_start().to_owned()
        });
        [first.to_owned()].into_iter().chain(others).collect::<Vec<_>>().join(" ")
    }
}

/// The code of a line, whether another follows, and its words.
fn parts(line: &[u8]) -> Option<(u16, bool, String)> {
    let line = line.trim_ascii_end();
    let (code, rest) = line.split_at_checked(3)?;
    let code = str::from_utf8(code).ok().filter(|code| code.bytes().all(|b| b.is_ascii_digit()))?;
    let code = code.parse().ok().filter(|code| (200..600).contains(code))?;
    let words = String::from_utf8_lossy(rest.get(1..).unwrap_or_default()).trim().to_owned();
    match rest.first() {
        Some(b'-') => Some((code, true, words)),
        None | Some(b' ' | b'\t') => Some((code, false, words)),
        Some(_) => None,
    }
}

fn no_reply() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(bytes: &[u8]) -> io::Result<Reply> {
        let (mut there, here) = tokio::io::duplex(1024 * 1024);
        there.write_all(bytes).await.unwrap();
        drop(there);
        Wire { channel: BufReader::new(Box::new(here)), encrypted: false }.reply().await
    }

    fn said(code: u16, lines: &[&str]) -> Reply {
        Reply { code, lines: lines.iter().map(|&line| line.to_owned()).collect() }
    }

    #[tokio::test]
    async fn a_reply_is_read_however_it_ends_and_whatever_its_words_are_written_in() {
        let cases: [(&[u8], Reply); 7] = [
            (b"250 2.0.0 Ok\r\n", said(250, &["2.0.0 Ok"])),
            (b"250 2.0.0 Ok\n", said(250, &["2.0.0 Ok"])),
            (b"250\r\n", said(250, &[""])),
            (b"354\n", said(354, &[""])),
            (b"250-one\n250-\r\n250 three\n", said(250, &["one", "", "three"])),
            (b"550 Empf\xe4nger unbekannt\r\n", said(550, &["Empf\u{fffd}nger unbekannt"])),
            (b"250 no end", said(250, &["no end"])),
        ];
        for (bytes, expected) in cases {
            assert_eq!(read(bytes).await.unwrap(), expected, "{bytes:?}");
        }
    }

    #[tokio::test]
    async fn what_is_no_reply_is_none() {
        for bytes in
            [&b"Hello\r\n"[..], b"25\r\n", b"250_x\r\n", b"999 x\r\n", b"100 x\r\n", b"\xff\xff\xff\n"]
        {
            let error = read(bytes).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{bytes:?}");
        }
        for bytes in [&b""[..], b"250-and then\r\n"] {
            assert_eq!(read(bytes).await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        }
        let endless = b"250-x\r\n".repeat(LONGEST_REPLY / 7 + 1);
        assert_eq!(read(&endless).await.unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert!(read(&vec![b'2'; LONGEST_REPLY + 1]).await.is_err());
    }

    #[test]
    fn an_enhanced_code_that_every_line_repeats_is_said_once() {
        let reply = said(550, &["5.1.1 The account", "5.1.1 does not exist.", "See 5.1.1"]);
        assert_eq!(reply.words(), "5.1.1 The account does not exist. See 5.1.1");
    }
}
