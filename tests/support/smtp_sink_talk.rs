//! The sink's side of an SMTP conversation (RFC 5321).

use std::io;
use std::sync::atomic::Ordering;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufStream};

use super::{At, Dialect, Encryption, Mode, Received, Shared};

/// What follows a conversation.
pub(super) enum Next {
    Encrypt,
    HangUp,
}

/// A conversation with one client.
pub(super) struct Talk<S> {
    pub(super) stream: BufStream<S>,
    encrypted: bool,
    dialect: Dialect,
    user: Option<String>,
    from: Option<String>,
    to: Vec<String>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Talk<S> {
    pub(super) fn new(stream: S, encrypted: bool, dialect: Dialect) -> Self {
        let stream = BufStream::new(stream);
        Self { stream, encrypted, dialect, user: None, from: None, to: Vec::new() }
    }

    /// Says an answer of one line or, with `|` between them, of several.
    async fn say(&mut self, answer: &str) -> io::Result<()> {
        let end = if self.dialect == Dialect::LfOnly { "\n" } else { "\r\n" };
        let lines: Vec<&str> = match self.dialect {
            Dialect::BareCodes => vec![&answer[..3]],
            _ => answer.split('|').collect(),
        };
        let said = format!("{}{end}", lines.join(end));
        let bytes = match self.dialect {
            Dialect::Latin1 => said.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect(),
            _ => said.into_bytes(),
        };
        self.stream.write_all(&bytes).await?;
        self.stream.flush().await
    }

    async fn hear(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }

    pub(super) async fn greet(&mut self, shared: &Shared) -> io::Result<()> {
        let greeting = shared.answer(At::Greeting, "220 sink.example ESMTP");
        self.say(greeting).await?;
        if greeting.starts_with("220") { Ok(()) } else { Err(io::ErrorKind::ConnectionRefused.into()) }
    }

    pub(super) async fn converse(&mut self, shared: &Shared) -> io::Result<Next> {
        loop {
            let line = self.hear().await?;
            let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" if self.dialect == Dialect::HeloOnly => self.say("500 Command unrecognized").await?,
                "HELO" => self.say("250 sink.example").await?,
                "EHLO" => self.introduce(shared).await?,
                "STARTTLS" if shared.encryption == Encryption::StartTls && !self.encrypted => {
                    let answer = shared.answer(At::StartTls, "220 2.0.0 Go ahead");
                    self.say(answer).await?;
                    if answer.starts_with("220") {
                        return Ok(Next::Encrypt);
                    }
                }
                "AUTH" => self.sign_in(&line, shared).await?,
                "MAIL" if shared.credentials.is_some() && self.user.is_none() => {
                    self.say("530 5.7.0 Sign in first").await?;
                }
                "MAIL" => {
                    let answer = shared.answer(At::Sender, "250 2.1.0 Sender ok");
                    self.from = answer.starts_with('2').then(|| path(&line));
                    self.to.clear();
                    self.say(answer).await?;
                }
                "RCPT" if self.from.is_some() => {
                    let answer = shared.answer(At::Recipient, "250 2.1.5 Recipient ok");
                    if answer.starts_with('2') {
                        self.to.push(path(&line));
                    }
                    self.say(answer).await?;
                }
                "DATA" if !self.to.is_empty() => {
                    let answer = shared.answer(At::Data, "354 Go ahead");
                    self.say(answer).await?;
                    if answer.starts_with("354") && !self.message(shared).await? {
                        return Ok(Next::HangUp);
                    }
                }
                "RSET" => {
                    self.from = None;
                    self.say("250 2.0.0 Ok").await?;
                }
                "NOOP" => self.say("250 2.0.0 Ok").await?,
                "QUIT" => {
                    self.say("221 2.0.0 Bye").await?;
                    return Ok(Next::HangUp);
                }
                _ => self.say("503 5.5.1 Not now").await?,
            }
        }
    }

    async fn introduce(&mut self, shared: &Shared) -> io::Result<()> {
        let mut lines = vec!["sink.example"];
        if shared.encryption == Encryption::StartTls && !self.encrypted {
            lines.push("STARTTLS");
        }
        match (self.dialect, &shared.credentials) {
            (Dialect::OauthOnly, _) => lines.push("AUTH XOAUTH2 OAUTHBEARER"),
            (Dialect::LoginOnly, _) => lines.push("AUTH=LOGIN"),
            (_, Some(_)) => lines.push("AUTH PLAIN"),
            (_, None) => {}
        }
        lines.push("ENHANCEDSTATUSCODES");
        let (last, rest) = lines.split_last().expect("a line");
        let said = rest.iter().fold(String::new(), |said, line| said + "250-" + line + "|");
        self.say(&format!("{said}250 {last}")).await
    }

    /// AUTH PLAIN with its initial response (RFC 4616).
    async fn sign_in(&mut self, line: &str, shared: &Shared) -> io::Result<()> {
        if line.eq_ignore_ascii_case("AUTH LOGIN") {
            return self.log_in(shared).await;
        }
        let expected = shared.credentials.as_ref().map(|(user, password)| format!("\0{user}\0{password}"));
        let sent = line
            .rsplit(' ')
            .next()
            .and_then(|word| mail_parser::decoders::base64::base64_decode(word.as_bytes()));
        if expected.is_some() && sent == expected.map(String::into_bytes) {
            self.user = shared.credentials.as_ref().map(|(user, _)| user.clone());
            return self.say("235 2.7.0 Welcome").await;
        }
        // Some servers repeat what they were sent.
        self.say(&format!("535 5.7.8 Not accepted: {line}")).await
    }

    /// AUTH LOGIN, which asks for the user and then for the password.
    async fn log_in(&mut self, shared: &Shared) -> io::Result<()> {
        let mut heard = Vec::new();
        for question in ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"] {
            self.say(question).await?;
            let word = self.hear().await?;
            let word = mail_parser::decoders::base64::base64_decode(word.as_bytes()).unwrap_or_default();
            heard.push(String::from_utf8(word).unwrap_or_default());
        }
        let known = shared
            .credentials
            .as_ref()
            .is_some_and(|(user, password)| heard == [user.clone(), password.clone()]);
        if known {
            self.user = Some(heard.swap_remove(0));
            return self.say("235 2.7.0 Welcome").await;
        }
        self.say("535 5.7.139 Authentication unsuccessful, basic authentication is disabled").await
    }

    /// Takes the message in; `false` when the connection is to end.
    async fn message(&mut self, shared: &Shared) -> io::Result<bool> {
        if shared.mode() == Mode::DropMidMessage {
            self.hear().await?;
            return Ok(false);
        }
        let raw = self.lines_to_dot().await?;
        let quoting = match shared.mode() {
            Mode::Quotes(spelling) => spelling.answer(&raw),
            _ => String::new(),
        };
        let usual = if quoting.is_empty() { "250 2.0.0 Ok: queued as 1" } else { &quoting };
        let answer = shared.answer(At::Message, usual);
        if answer.starts_with('2') {
            let (from, to) = (self.from.take().unwrap_or_default(), std::mem::take(&mut self.to));
            let mail = Received { from, to, raw, encrypted: self.encrypted, user: self.user.clone() };
            shared.mails.send_modify(|mails| mails.push(mail));
        }
        let hold = shared.mode() == Mode::HoldAfterDot;
        while hold && shared.held.load(Ordering::SeqCst) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        match shared.mode() {
            Mode::DropAfterDot => return Ok(false),
            Mode::HangAfterDot => std::future::pending().await,
            _ => self.say(answer).await?,
        }
        Ok(true)
    }

    async fn lines_to_dot(&mut self) -> io::Result<Vec<u8>> {
        let mut raw = Vec::new();
        loop {
            let start = raw.len();
            if self.stream.read_until(b'\n', &mut raw).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if &raw[start..] == b".\r\n" {
                raw.truncate(start);
                return Ok(raw);
            }
            if raw[start] == b'.' {
                raw.remove(start);
            }
        }
    }
}

/// The address between angle brackets.
fn path(line: &str) -> String {
    let inner = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map(|(address, _)| address.to_owned()).unwrap_or_default()
}
