//! Handing a message to the mail server, and knowing what became of it.

mod answer;
mod opening;
mod pool;
mod session;
mod tls;
mod wire;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lettre::address::Envelope;
use rustls::ClientConfig;

use super::answers::Verdict;
use super::quoting::Secrets;
use crate::config::SmtpUrl;
use pool::Pool;
use session::{Failed, Session};

/// Why it isn't known whether a mail was taken: this process, or the one before
/// it, ended in the middle.
pub const INTERRUPTED: &str = "Tradepost was stopped while the mail was handed over";

/// How long each step may take before it counts as failed. A mail server is
/// waited for as long as RFC 5321, 4.5.3.2 says: whoever gives up sooner sends a
/// mail again that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// To open the connection, and again to encrypt it.
    pub connect: Duration,
    /// For the greeting, and for the answer to each command but DATA.
    pub command: Duration,
    /// For the answer to DATA.
    pub data: Duration,
    /// For each block of the message to leave.
    pub block: Duration,
    /// For the answer to the message's last line.
    pub end_of_data: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            command: Duration::from_mins(5),
            data: Duration::from_mins(2),
            block: Duration::from_mins(3),
            end_of_data: Duration::from_mins(10),
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
        /// What that means.
        verdict: Verdict,
    },
    /// The server could not be talked to. It does not have the message.
    Unreachable {
        /// Why, in words for the operator.
        problem: String,
    },
    /// It was given up before the message could have been sent whole. The server
    /// does not have it.
    CutOff,
    /// The message was sent whole, or may have been, and no answer came. The
    /// server may have taken it.
    InDoubt {
        /// Why, in words for the operator.
        problem: String,
    },
}

impl Handover {
    /// The same, whatever part of the conversation quoted a secret.
    fn without(self, secrets: &Secrets) -> Self {
        let kept = |text: String| if secrets.are_in(&text) { answer::NOT_KEPT.to_owned() } else { text };
        match self {
            Self::Accepted { answer, server, encrypted } => {
                Self::Accepted { answer: kept(answer), server: kept(server), encrypted }
            }
            Self::Refused { answer, verdict } => Self::Refused { answer: kept(answer), verdict },
            Self::Unreachable { problem } => Self::Unreachable { problem: kept(problem) },
            Self::InDoubt { problem } => Self::InDoubt { problem: kept(problem) },
            Self::CutOff => Self::CutOff,
        }
    }
}

/// Why a mail server can't be talked to at all.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// The encryption could not be set up.
    #[error("setting up encryption for the mail server")]
    Tls(#[from] rustls::Error),
    /// The root to believe is no certificate.
    #[error("the root certificate is no certificate in PEM")]
    Root,
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
    hello: String,
    tls: Arc<ClientConfig>,
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
            tls: tls::config(server, None)?,
            timeouts: Timeouts::default(),
        };
        Ok(Self { door: Arc::new(door), pool: Pool::default() })
    }

    /// Believes certificates vouched for by this root (PEM) too.
    ///
    /// # Errors
    /// When it is no certificate.
    pub fn with_root(mut self, pem: &[u8]) -> Result<Self, SmtpError> {
        Arc::make_mut(&mut self.door).tls = tls::config(&self.door.server, Some(pem))?;
        Ok(self)
    }

    /// Waits this long instead of the usual.
    #[must_use]
    pub fn with_timeouts(mut self, timeouts: Timeouts) -> Self {
        Arc::make_mut(&mut self.door).timeouts = timeouts;
        self
    }

    /// Hands a message with these secrets over. Never fails: what went wrong is the
    /// outcome.
    ///
    /// Don't drop the future before it ends: whether the message was taken
    /// would not be known.
    pub async fn send(&self, envelope: &Envelope, message: &[u8], secrets: &Secrets) -> Handover {
        self.attempt(envelope, message, secrets, &AtomicBool::new(false)).await.without(secrets)
    }

    /// The same, given up when `end` completes: whether the message may have been
    /// taken by then is the outcome.
    pub async fn send_until(
        &self,
        envelope: &Envelope,
        message: &[u8],
        secrets: &Secrets,
        end: impl Future<Output = ()>,
    ) -> Handover {
        let whole = AtomicBool::new(false);
        tokio::select! {
            biased;
            handover = self.attempt(envelope, message, secrets, &whole) => handover.without(secrets),
            () = end => if whole.load(Ordering::Relaxed) {
                Handover::InDoubt { problem: INTERRUPTED.to_owned() }
            } else {
                Handover::CutOff
            }
        }
    }

    /// `whole` is set before the message's last line may leave.
    async fn attempt(
        &self,
        envelope: &Envelope,
        message: &[u8],
        secrets: &Secrets,
        whole: &AtomicBool,
    ) -> Handover {
        if let Some(mut session) = self.pool.take().await {
            match session.hand_over(envelope, message, secrets, whole).await {
                // The server had hung up meanwhile: once more, on a fresh connection.
                Err(Failed { stale: true, .. }) => {}
                outcome => return self.finish(session, outcome),
            }
        }
        match Session::open(&self.door).await {
            Ok(mut session) => {
                let outcome = session.hand_over(envelope, message, secrets, whole).await;
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

/// Who we are in EHLO; a name that is none becomes an address (RFC 5321, 4.1.3).
fn client_id(hello: &str) -> String {
    let name = hello.len() <= 255 && hello.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
    match hello.parse() {
        Ok(IpAddr::V4(address)) => format!("[{address}]"),
        Ok(IpAddr::V6(address)) => format!("[IPv6:{address}]"),
        Err(_) if name && !hello.is_empty() => hello.to_owned(),
        Err(_) => "[127.0.0.1]".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn we_introduce_ourselves_by_a_name_or_an_address() {
        assert_eq!(client_id("shop.harbour.example"), "shop.harbour.example");
        assert_eq!(client_id("192.0.2.7"), "[192.0.2.7]");
        assert_eq!(client_id("2001:db8::7"), "[IPv6:2001:db8::7]");
        for wrong in ["", "a b", "x\r\nMAIL FROM:<>", "b\u{fc}cher.example"] {
            assert_eq!(client_id(wrong), "[127.0.0.1]", "{wrong:?}");
        }
    }
}
