//! A small SMTP server for tests: it takes mails in, shows them, and misbehaves
//! when told to. It shares no code with the mail code it tests.

#![allow(dead_code, reason = "no test file uses all of it")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc, reason = "test code")]

#[path = "smtp_sink_quotes.rs"]
mod quotes;
#[path = "smtp_sink_talk.rs"]
mod talk;

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mail_parser::MessageParser;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{ServerConfig, crypto, pki_types};

pub use quotes::Spelling;
use talk::{Next, Talk};

/// How the sink behaves from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Takes every mail.
    Accept,
    /// Gives this answer at that point instead of the usual one.
    Answer(At, &'static str),
    /// Takes every mail, and quotes the temporary password in it to whoever sent it.
    Quotes(Spelling),
    /// Reads the message up to its final dot, records it, and says nothing.
    HangAfterDot,
    /// Records the message and answers only once it is released.
    HoldAfterDot,
    /// Hangs up when the message has begun. A client notices before it has sent
    /// the whole only if the message is larger than the sockets' buffers: use
    /// some 8 MB.
    DropMidMessage,
    /// Records the message and hangs up instead of answering.
    DropAfterDot,
    /// Hangs up before the greeting.
    CloseAtOnce,
    /// Takes the connection and says nothing.
    HangAtOnce,
}

/// How the sink speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// As RFC 5321 has it.
    #[default]
    Usual,
    /// Its lines end with LF only.
    LfOnly,
    /// It answers codes without a word.
    BareCodes,
    /// It knows no EHLO.
    HeloOnly,
    /// It writes letters beyond ASCII in Latin-1.
    Latin1,
    /// It lets sign in by AUTH LOGIN only, offered as some of old do.
    LoginOnly,
    /// It lets sign in by tokens only.
    OauthOnly,
}

/// A point of the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The greeting; the sink hangs up after it.
    Greeting,
    /// STARTTLS.
    StartTls,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA.
    Data,
    /// After the final dot; the mail is not recorded.
    Message,
}

impl Mode {
    /// There is nobody of that name.
    pub const NO_SUCH_USER: Self = Self::Answer(At::Recipient, "550 5.1.1 No such user here");
    /// Not now, says the server to the recipient.
    pub const RECIPIENT_LATER: Self = Self::Answer(At::Recipient, "451 4.3.0 Try again later");
    /// Not now, says the server to the message.
    pub const MESSAGE_LATER: Self = Self::Answer(At::Message, "451 4.3.0 Try again later");
    /// Never, says the server to the message.
    pub const MESSAGE_REFUSED: Self = Self::Answer(At::Message, "554 5.7.1 Message refused");
}

/// How the sink protects its connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encryption {
    /// Not at all.
    #[default]
    None,
    /// It offers STARTTLS.
    StartTls,
    /// From the first byte.
    Implicit,
}

/// A mail that the sink took in.
#[derive(Clone, Debug)]
pub struct Received {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// The message as sent, less the dots of transport.
    pub raw: Vec<u8>,
    /// Whether it came over an encrypted connection.
    pub encrypted: bool,
    /// Who had signed in.
    pub user: Option<String>,
}

impl Received {
    /// A header's decoded value, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        let message = MessageParser::default().parse(&self.raw)?;
        let raw = message.header_raw(name)?.split_whitespace().collect::<Vec<_>>().join(" ");
        Some(message.header(name).and_then(|value| value.as_text()).map_or(raw, str::to_owned))
    }

    /// The decoded subject.
    pub fn subject(&self) -> String {
        self.header("Subject").unwrap_or_default()
    }

    /// The decoded plain-text part, with line feeds only.
    pub fn text_part(&self) -> String {
        let message = MessageParser::default().parse(&self.raw).expect("a message");
        message.body_text(0).expect("a text part").replace("\r\n", "\n")
    }

    /// The decoded HTML part, with line feeds only.
    pub fn html_part(&self) -> String {
        let message = MessageParser::default().parse(&self.raw).expect("a message");
        message.body_html(0).expect("an HTML part").replace("\r\n", "\n")
    }
}

/// A running server. It ends when dropped.
pub struct SmtpSink {
    address: SocketAddr,
    shared: Arc<Shared>,
    root_pem: String,
    task: tokio::task::JoinHandle<()>,
}

struct Shared {
    encryption: Encryption,
    credentials: Option<(String, String)>,
    tls: TlsAcceptor,
    mode: Mutex<Mode>,
    dialect: Mutex<Dialect>,
    mails: watch::Sender<Vec<Received>>,
    connections: AtomicUsize,
    /// Whether messages that are to be held still are.
    held: AtomicBool,
    /// Connections end when this changes.
    hang_up: watch::Sender<()>,
}

impl SmtpSink {
    /// Starts a plain server on a free port.
    pub async fn start() -> Self {
        Self::start_with(Encryption::None, None).await
    }

    /// Starts a server with encryption and, if it is to ask for them, the one
    /// user and password it knows.
    pub async fn start_with(encryption: Encryption, credentials: Option<(&str, &str)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let (tls, root_pem) = certificate();
        let shared = Arc::new(Shared {
            encryption,
            credentials: credentials.map(|(user, password)| (user.to_owned(), password.to_owned())),
            tls,
            mode: Mutex::new(Mode::Accept),
            dialect: Mutex::default(),
            mails: watch::channel(Vec::new()).0,
            connections: AtomicUsize::new(0),
            held: AtomicBool::new(false),
            hang_up: watch::channel(()).0,
        });
        let address = listener.local_addr().expect("an address");
        let task = tokio::spawn(listen(listener, Arc::clone(&shared)));
        Self { address, shared, root_pem, task }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL under which it is configured, with the right credentials.
    pub fn url(&self) -> String {
        let scheme = match self.shared.encryption {
            Encryption::None => "smtp",
            Encryption::StartTls => "smtp+starttls",
            Encryption::Implicit => "smtps",
        };
        let user = self
            .shared
            .credentials
            .as_ref()
            .map(|(user, password)| format!("{user}:{password}@"))
            .unwrap_or_default();
        format!("{scheme}://{user}{}", self.address)
    }

    /// The root certificate to trust (PEM).
    pub fn root_pem(&self) -> &str {
        &self.root_pem
    }

    /// Behaves like this from the next step on.
    pub fn set_mode(&self, mode: Mode) {
        if mode == Mode::HoldAfterDot {
            self.shared.held.store(true, Ordering::SeqCst);
        }
        *self.shared.mode.lock().unwrap() = mode;
    }

    /// Speaks like this on connections from now on.
    pub fn set_dialect(&self, dialect: Dialect) {
        *self.shared.dialect.lock().unwrap() = dialect;
    }

    /// Takes the messages that were held, and holds no more.
    pub fn release(&self) {
        self.shared.held.store(false, Ordering::SeqCst);
    }

    /// How many connections were opened.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Hangs up on every open connection.
    pub fn hang_up(&self) {
        self.shared.hang_up.send_replace(());
    }

    /// The mails taken in so far, oldest first.
    pub fn mails(&self) -> Vec<Received> {
        self.shared.mails.borrow().clone()
    }

    /// Forgets the mails taken in so far.
    pub fn clear(&self) {
        self.shared.mails.send_replace(Vec::new());
    }

    /// The mails, as soon as there are `count`. Panics after the deadline.
    pub async fn wait_for(&self, count: usize, deadline: Duration) -> Vec<Received> {
        self.wait_until(|mails| mails.len() >= count, deadline).await
    }

    /// The mails, as soon as they satisfy a condition. Panics after the deadline.
    pub async fn wait_until(
        &self,
        mut holds: impl FnMut(&[Received]) -> bool,
        deadline: Duration,
    ) -> Vec<Received> {
        let mut mails = self.shared.mails.subscribe();
        let waiting = tokio::time::timeout(deadline, mails.wait_for(|mails| holds(mails))).await;
        match waiting {
            Ok(mails) => mails.expect("the sink runs").clone(),
            Err(late) => panic!("waited {deadline:?} in vain ({late}); {} mails came", self.mails().len()),
        }
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        self.task.abort();
        self.hang_up();
    }
}

fn certificate() -> (TlsAcceptor, String) {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
    let key = pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("protocol versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .expect("a usable certificate");
    (TlsAcceptor::from(Arc::new(config)), made.cert.pem())
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        shared.connections.fetch_add(1, Ordering::SeqCst);
        let (shared, mut hang_up) = (Arc::clone(&shared), shared.hang_up.subscribe());
        tokio::spawn(async move {
            tokio::select! {
                _ = serve(stream, &shared) => {}
                _ = hang_up.changed() => {}
            }
        });
    }
}

async fn serve(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    match shared.mode() {
        Mode::CloseAtOnce => return Ok(()),
        Mode::HangAtOnce => std::future::pending().await,
        _ => {}
    }
    if shared.encryption == Encryption::Implicit {
        let mut talk = Talk::new(shared.tls.accept(stream).await?, true, shared.dialect());
        talk.greet(shared).await?;
        return talk.converse(shared).await.map(drop);
    }
    let mut talk = Talk::new(stream, false, shared.dialect());
    talk.greet(shared).await?;
    if let Next::Encrypt = talk.converse(shared).await? {
        let stream = shared.tls.accept(talk.stream.into_inner()).await?;
        Talk::new(stream, true, shared.dialect()).converse(shared).await?;
    }
    Ok(())
}

impl Shared {
    fn dialect(&self) -> Dialect {
        *self.dialect.lock().unwrap()
    }

    fn mode(&self) -> Mode {
        *self.mode.lock().unwrap()
    }

    /// The answer at a point: the one ordered, else the usual one.
    fn answer<'a>(&self, at: At, usual: &'a str) -> &'a str {
        match self.mode() {
            Mode::Answer(ordered, answer) if ordered == at => answer,
            _ => usual,
        }
    }
}
