//! One connection to the mail server: opening it, and a message's way over it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::{Response, Severity};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::answer::{self, Answer};
use super::{Door, Handover, Limits};
use crate::config::SmtpSecurity;

/// An open connection, introduced, encrypted and signed in as the URL asks.
pub(super) struct Session {
    connection: AsyncSmtpConnection,
    /// The name by which the server introduced itself.
    server: String,
    /// How many messages went over it.
    messages: u32,
    last_used: Instant,
}

/// A handover after which the connection can't be used again.
pub(super) struct Failed {
    pub(super) handover: Handover,
    /// Whether a connection that had been used before turned out to be dead
    /// before anything was asked of it.
    pub(super) stale: bool,
}

/// The stage at which a handover is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Sender,
    Recipient,
    Content,
}

/// A step's failure: the server's no, or no answer at all.
enum Trouble {
    Said(Answer),
    Silent(String),
}

impl Session {
    /// Opens a connection.
    pub(super) async fn open(door: &Door, limits: Limits) -> Result<Self, Handover> {
        let connection = connect(door, limits).await?;
        let connection = encrypt(connection, door, limits).await?;
        let connection = sign_in(connection, door, limits).await?;
        let server = match answer::one_line(connection.server_info().name()) {
            name if name.is_empty() => door.server.host.clone(),
            name => name,
        };
        Ok(Self { connection, server, messages: 0, last_used: Instant::now() })
    }

    /// Hands a message over. `Err` when the connection is not usable any more.
    pub(super) async fn hand_over(
        &mut self,
        envelope: &Envelope,
        message: &[u8],
        limits: Limits,
    ) -> Result<Handover, Failed> {
        let used_before = self.messages > 0;
        self.messages += 1;
        let outcome = match self.introduce(envelope, message, limits).await {
            Ok(()) => self.content(message, limits).await,
            Err((stage, trouble)) => {
                let silent = matches!(trouble, Trouble::Silent(_));
                let hung_up = used_before && stage == Stage::Sender && (silent || trouble.is_goodbye());
                let handover = match trouble {
                    Trouble::Said(answer) => refused(&answer.without_addresses(envelope), stage),
                    Trouble::Silent(problem) => Handover::Unreachable { problem },
                };
                Err(Failed { handover, stale: hung_up })
            }
        };
        self.last_used = Instant::now();
        match outcome {
            Err(Failed {
                handover: Handover::Refused { answer, permanent, about_recipient },
                stale: false,
            }) if !answer.starts_with("421") && self.reset(limits).await => {
                Ok(Handover::Refused { answer, permanent, about_recipient })
            }
            other => other,
        }
    }

    /// Names sender and recipients, and asks leave to send the message.
    async fn introduce(
        &mut self,
        envelope: &Envelope,
        message: &[u8],
        limits: Limits,
    ) -> Result<(), (Stage, Trouble)> {
        let wait = limits.of(limits.timeouts.command);
        let eight_bit =
            !message.is_ascii() && self.connection.server_info().supports_feature(Extension::EightBitMime);
        let parameters =
            if eight_bit { vec![MailParameter::Body(MailBodyParameter::EightBitMime)] } else { vec![] };
        let mail = Mail::new(envelope.from().cloned(), parameters);
        answered(wait, self.connection.command(mail)).await.map_err(|trouble| (Stage::Sender, trouble))?;
        for recipient in envelope.to() {
            let recipient = Rcpt::new(recipient.clone(), vec![]);
            let wait = limits.of(limits.timeouts.command);
            answered(wait, self.connection.command(recipient))
                .await
                .map_err(|trouble| (Stage::Recipient, trouble))?;
        }
        let wait = limits.of(limits.timeouts.command);
        let leave = answered(wait, self.connection.command(Data))
            .await
            .map_err(|trouble| (Stage::Content, trouble))?;
        if leave.has_code(354) {
            return Ok(());
        }
        Err((
            Stage::Content,
            Trouble::Silent(format!("the mail server answered {} where 354 was due", leave.code())),
        ))
    }

    /// Sends the message. From the moment its last line may have left, silence
    /// is doubt.
    async fn content(&mut self, message: &[u8], limits: Limits) -> Result<Handover, Failed> {
        let whole = AtomicBool::new(false);
        let body = message.strip_suffix(b"\r\n").unwrap_or(message);
        // lettre asks for the next chunk after having written the last one, and
        // writes the final dot once there is none.
        let mut chunks = body.chunks(64 * 1024);
        let watched = std::iter::from_fn(|| {
            let chunk = chunks.next();
            whole.store(chunk.is_none(), Ordering::Relaxed);
            chunk
        });
        let wait = limits.of(limits.timeouts.end_of_data);
        let outcome = answered(wait, self.connection.message_iter(watched)).await;
        let failed = |handover| Err(Failed { handover, stale: false });
        match outcome {
            Ok(response) if response.code().severity == Severity::PositiveCompletion => {
                Ok(Handover::Accepted {
                    answer: Answer::from(&response).without_content(message).text(),
                    server: self.server.clone(),
                    encrypted: Some(self.connection.is_encrypted()),
                })
            }
            Ok(response) => failed(Handover::InDoubt {
                problem: format!("the mail server answered {} to the message", response.code()),
            }),
            Err(Trouble::Said(answer)) => failed(refused(&answer.without_content(message), Stage::Content)),
            Err(Trouble::Silent(problem)) if whole.load(Ordering::Relaxed) => failed(Handover::InDoubt {
                problem: answer::one_line(&format!(
                    "the message was sent, but the mail server did not say whether it took it: {problem}"
                )),
            }),
            Err(Trouble::Silent(problem)) => failed(Handover::Unreachable {
                problem: answer::one_line(&format!(
                    "the connection broke while the message was being sent: {problem}"
                )),
            }),
        }
    }

    /// Makes the connection fit for another message after a refusal.
    async fn reset(&mut self, limits: Limits) -> bool {
        answered(limits.of(limits.timeouts.command), self.connection.command(Rset)).await.is_ok()
    }

    /// Whether the server still answers.
    pub(super) async fn still_works(&mut self, limits: Limits) -> bool {
        timeout(limits.of(limits.timeouts.command), self.connection.test_connected()).await.unwrap_or(false)
    }

    pub(super) fn idle_for(&self) -> Duration {
        self.last_used.elapsed()
    }

    pub(super) fn messages(&self) -> u32 {
        self.messages
    }

    pub(super) async fn quit(&mut self) {
        drop(self.connection.quit().await);
    }
}

impl Trouble {
    /// Whether the server said that it is about to hang up.
    fn is_goodbye(&self) -> bool {
        matches!(self, Self::Said(answer) if answer.code == 421)
    }
}

/// A connection, encrypted if the URL asks for it from the first byte.
async fn connect(door: &Door, limits: Limits) -> Result<AsyncSmtpConnection, Handover> {
    let address = (door.server.host.as_str(), door.server.port);
    let wait = limits.of(limits.timeouts.connect);
    let greeting = limits.of(limits.timeouts.connect + limits.timeouts.command);
    let connected = if door.server.security == SmtpSecurity::Tls {
        let tls = Some(door.tls.clone());
        answered(greeting, AsyncSmtpConnection::connect_tokio1(address, Some(wait), &door.hello, tls, None))
            .await
    } else {
        let stream = match timeout(wait, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(unreachable(door, &answer::of_io(&error))),
            Err(_) => return Err(unreachable(door, "no answer in time")),
        };
        // The final dot is a packet of its own; waiting to fill it costs 40 ms.
        if let Err(error) = stream.set_nodelay(true) {
            return Err(unreachable(door, &answer::of_io(&error)));
        }
        answered(greeting, AsyncSmtpConnection::connect_with_transport(Box::new(stream), &door.hello)).await
    };
    connected.map_err(|trouble| match trouble {
        // "No" to the connection says nothing about the message.
        Trouble::Said(answer) => {
            Handover::Refused { answer: answer.text(), permanent: false, about_recipient: false }
        }
        Trouble::Silent(problem) => unreachable(door, &problem),
    })
}

/// Encrypts the connection if the server offers it or the URL demands it.
async fn encrypt(
    mut connection: AsyncSmtpConnection,
    door: &Door,
    limits: Limits,
) -> Result<AsyncSmtpConnection, Handover> {
    if connection.is_encrypted() {
        return Ok(connection);
    }
    if !connection.can_starttls() {
        if door.server.security == SmtpSecurity::StartTls {
            let problem =
                "it offers no encryption (STARTTLS), which smtp+starttls:// in mail.smtp_url demands";
            return Err(unreachable(door, problem));
        }
        return Ok(connection);
    }
    let wait = limits.of(limits.timeouts.connect);
    match answered(wait, connection.starttls(door.tls.clone(), &door.hello)).await {
        Ok(()) => Ok(connection),
        Err(Trouble::Said(answer)) => Err(unreachable(
            door,
            &format!("it offers encryption (STARTTLS) but then refused it: {}", answer.text()),
        )),
        Err(Trouble::Silent(problem)) => Err(unreachable(door, &problem)),
    }
}

/// Signs in if the URL names a user.
async fn sign_in(
    mut connection: AsyncSmtpConnection,
    door: &Door,
    limits: Limits,
) -> Result<AsyncSmtpConnection, Handover> {
    let Some((user, password)) = &door.server.credentials else { return Ok(connection) };
    if !connection.is_encrypted() && !door.server.is_local() {
        let problem = "it offers no encryption, and the password in mail.smtp_url is only sent over an encrypted connection";
        return Err(unreachable(door, problem));
    }
    let mechanisms = [Mechanism::Plain, Mechanism::Login];
    if connection.server_info().get_auth_mechanism(&mechanisms).is_none() {
        let problem = "mail.smtp_url names a user, but it offers no sign-in that we know (AUTH PLAIN or LOGIN) on this port";
        return Err(unreachable(door, problem));
    }
    let credentials = Credentials::new(user.clone(), password.as_str().to_owned());
    let wait = limits.of(limits.timeouts.command);
    match answered(wait, connection.auth(&mechanisms, &credentials)).await {
        Ok(_) => Ok(connection),
        // Its words could repeat what we sent.
        Err(Trouble::Said(answer)) => {
            let problem =
                format!("it did not accept the user and password of mail.smtp_url ({})", answer.codes());
            Err(unreachable(door, &problem))
        }
        Err(Trouble::Silent(problem)) => Err(unreachable(door, &format!("while signing in: {problem}"))),
    }
}

/// What the server answers within the time allowed.
async fn answered<T>(within: Duration, step: impl Future<Output = Result<T, Error>>) -> Result<T, Trouble> {
    match timeout(within, step).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => {
            Err(Answer::of_error(&error)
                .map_or_else(|| Trouble::Silent(answer::of_error(&error)), Trouble::Said))
        }
        Err(_) => Err(Trouble::Silent(format!("no answer within {} s", within.as_secs_f32().ceil()))),
    }
}

fn refused(answer: &Answer, stage: Stage) -> Handover {
    Handover::Refused {
        // A sender that is refused is a setting to be put right, not a reason
        // to drop the mail.
        permanent: stage != Stage::Sender && answer.is_permanent(),
        about_recipient: stage != Stage::Sender && answer.is_about_recipient(stage == Stage::Recipient),
        answer: answer.text(),
    }
}

fn unreachable(door: &Door, problem: &str) -> Handover {
    let (host, port) = (&door.server.host, door.server.port);
    Handover::Unreachable { problem: answer::one_line(&format!("mail server {host}:{port}: {problem}")) }
}

impl From<&Response> for Answer {
    fn from(response: &Response) -> Self {
        let text = response.message().collect::<Vec<_>>().join(" ");
        Self::new(response.code().into(), &text)
    }
}
