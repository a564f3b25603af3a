//! Handing a message to the mail server, and knowing what became of it.

mod answer;
mod pool;
mod session;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::client::{Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use tokio::time::Instant;

use crate::config::{SmtpSecurity, SmtpUrl};
use pool::Pool;
use session::{Failed, Session};

/// How long each step may take before it counts as failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// To open the connection, and again to encrypt it.
    pub connect: Duration,
    /// For the answer to each command.
    pub command: Duration,
    /// For the message itself, up to the server's answer to its last line.
    pub end_of_data: Duration,
    /// For everything together, cutting the others short; the worker must not
    /// give up sooner, or it would not know whether the message was taken.
    pub overall: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            command: Duration::from_secs(20),
            end_of_data: Duration::from_mins(1),
            overall: Duration::from_secs(40),
        }
    }
}

/// What became of a message. Answers and problems are one line of at most 300
/// characters without anything of the message, addresses or credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handover {
    /// The server took the message; it is its business now.
    Accepted {
        /// What it said.
        answer: String,
        /// The name by which it introduced itself.
        server: String,
        /// Whether the connection was encrypted; `None` when there was none.
        encrypted: Option<bool>,
    },
    /// The server answered no. It does not have the message.
    Refused {
        /// What it said.
        answer: String,
        /// Whether the same message will be refused again: a 5xx answer to the
        /// recipient or the message. One to the connection or the sender is
        /// the operator's to put right, so it isn't.
        permanent: bool,
        /// Whether the reason is the recipient's address or mailbox.
        about_recipient: bool,
    },
    /// The server could not be talked to, or would not let us in. It does not
    /// have the message.
    Unreachable {
        /// Why, in words for the operator.
        problem: String,
    },
    /// The message was sent whole, or may have been, and no answer came. The
    /// server may have taken it.
    InDoubt {
        /// Why, in words for the operator.
        problem: String,
    },
}

/// Why a mail server can't be talked to at all.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// The encryption could not be set up.
    #[error("setting up encryption for the mail server")]
    Tls(#[source] lettre::transport::smtp::Error),
}

/// The way to the mail server. Clones share its idle connections.
///
/// How the server proves who it is:
/// - `smtps://` and `smtp+starttls://`: by a certificate for its name that the
///   system's roots vouch for; anything else is no connection.
/// - `smtp://`: encryption is used when offered. Any certificate will do, for
///   without encryption nothing would be proved either (RFC 7435); but once
///   credentials are to be sent to another machine it must be a valid one.
///
/// Credentials never leave this machine unencrypted.
#[derive(Clone)]
pub struct Smtp {
    door: Arc<Door>,
    pool: Pool,
}

/// What is needed to open a connection.
#[derive(Clone)]
struct Door {
    server: SmtpUrl,
    hello: ClientId,
    tls: TlsParameters,
    timeouts: Timeouts,
}

impl Smtp {
    /// The way to a server, to which we introduce ourselves as `hello`: the
    /// name of this machine or of the website.
    ///
    /// # Errors
    /// When the system's root certificates can't be used.
    pub fn new(server: &SmtpUrl, hello: &str) -> Result<Self, SmtpError> {
        let door = Door {
            server: server.clone(),
            hello: client_id(hello),
            tls: tls(server, None)?,
            timeouts: Timeouts::default(),
        };
        Ok(Self { door: Arc::new(door), pool: Pool::default() })
    }

    /// Believes certificates vouched for by this root (PEM) too.
    ///
    /// # Errors
    /// When it is no certificate.
    pub fn with_root(mut self, pem: &[u8]) -> Result<Self, SmtpError> {
        Arc::make_mut(&mut self.door).tls = tls(&self.door.server, Some(pem))?;
        Ok(self)
    }

    /// Waits this long instead of the usual.
    #[must_use]
    pub fn with_timeouts(mut self, timeouts: Timeouts) -> Self {
        Arc::make_mut(&mut self.door).timeouts = timeouts;
        self
    }

    /// Hands a message over. Never fails: what went wrong is the outcome.
    ///
    /// Don't drop the future before it ends: whether the message was taken
    /// would not be known.
    pub async fn send(&self, envelope: &Envelope, message: &[u8]) -> Handover {
        let limits =
            Limits { timeouts: self.door.timeouts, deadline: Instant::now() + self.door.timeouts.overall };
        if let Some(mut session) = self.pool.take(limits).await {
            match session.hand_over(envelope, message, limits).await {
                // The server had hung up meanwhile: once more, on a fresh connection.
                Err(Failed { stale: true, .. }) => {}
                outcome => return self.finish(session, outcome),
            }
        }
        match Session::open(&self.door, limits).await {
            Ok(mut session) => {
                let outcome = session.hand_over(envelope, message, limits).await;
                self.finish(session, outcome)
            }
            Err(handover) => handover,
        }
    }

    /// Takes leave of the server on every idle connection, before the program
    /// ends.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Keeps the connection if it can be used again.
    fn finish(&self, session: Session, outcome: Result<Handover, Failed>) -> Handover {
        match outcome {
            Ok(handover) => {
                self.pool.put(session);
                handover
            }
            Err(failed) => failed.handover,
        }
    }
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Smtp({:?})", self.door.server)
    }
}

/// The timeouts of one handover and its end.
#[derive(Clone, Copy)]
struct Limits {
    timeouts: Timeouts,
    deadline: Instant,
}

impl Limits {
    /// The time a step may take: its own, but not beyond the end of the whole.
    fn of(self, step: Duration) -> Duration {
        step.min(self.deadline.saturating_duration_since(Instant::now()))
    }
}

/// Who we are in EHLO; a name that is none becomes an address (RFC 5321, 4.1.3).
fn client_id(hello: &str) -> ClientId {
    let name = hello.len() <= 255 && hello.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
    match hello.parse() {
        Ok(std::net::IpAddr::V4(address)) => ClientId::Ipv4(address),
        Ok(std::net::IpAddr::V6(address)) => ClientId::Ipv6(address),
        Err(_) if name && !hello.is_empty() => ClientId::Domain(hello.to_owned()),
        Err(_) => ClientId::Ipv4(std::net::Ipv4Addr::LOCALHOST),
    }
}

fn tls(server: &SmtpUrl, root: Option<&[u8]>) -> Result<TlsParameters, SmtpError> {
    let builder = TlsParameters::builder(server.host.clone());
    let secretless = server.credentials.is_none() || server.is_local();
    if server.security == SmtpSecurity::Opportunistic && secretless {
        let any = builder.certificate_store(CertificateStore::None);
        let any = any.dangerous_accept_invalid_certs(true).dangerous_accept_invalid_hostnames(true);
        return any.build().map_err(SmtpError::Tls);
    }
    let builder = match root {
        Some(pem) => builder.add_root_certificate(Certificate::from_pem(pem).map_err(SmtpError::Tls)?),
        None => builder,
    };
    builder.build().map_err(SmtpError::Tls)
}

/// Whether a mail server's no, as a report quotes it, is about the recipient's
/// address, so that no other mail to it would arrive.
pub fn is_about_recipient(code: u16, words: &str) -> bool {
    answer::Answer::new(code, words).is_about_recipient(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn we_introduce_ourselves_by_a_name_or_an_address() {
        assert_eq!(client_id("shop.harbour.example").to_string(), "shop.harbour.example");
        assert_eq!(client_id("192.0.2.7").to_string(), "[192.0.2.7]");
        assert_eq!(client_id("2001:db8::7").to_string(), "[IPv6:2001:db8::7]");
        for wrong in ["", "a b", "x\r\nMAIL FROM:<>", "b\u{fc}cher.example"] {
            assert_eq!(client_id(wrong).to_string(), "[127.0.0.1]", "{wrong:?}");
        }
    }
}
