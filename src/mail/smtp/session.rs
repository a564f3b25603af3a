//! One connection to the mail server, and a message's way over it.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lettre::address::Envelope;
use tokio::time::{Instant, timeout};

use super::answer::{self, Answer};
use super::opening::{self, Opened};
use super::wire::{Reply, Wire};
use super::{Door, Handover, Timeouts};
use crate::mail::answers::Stage;
use crate::mail::quoting::Secrets;

/// How long an idle server may take to say that it is still there, or to
/// forget what it refused.
const SHORT: Duration = Duration::from_secs(5);
/// Bytes of a message that are written at once.
const BLOCK: usize = 64 * 1024;
/// So many mails' secrets are known again in answers.
const REMEMBERED: usize = 3;

/// An open connection.
pub(super) struct Session {
    wire: Wire,
    timeouts: Timeouts,
    /// The name by which the server introduced itself.
    server: String,
    /// How many messages went over it.
    messages: u32,
    /// The secrets of the latest of them: an answer may quote one before, too.
    secrets: Vec<Secrets>,
    last_used: Instant,
}

/// A handover after which the connection can't be used again.
pub(super) struct Failed {
    pub(super) handover: Handover,
    /// Whether a connection that had been used before turned out to be dead
    /// before anything was asked of it.
    pub(super) stale: bool,
}

/// A step's failure: the server's no, or no answer at all.
pub(super) enum Trouble {
    Said(Answer),
    Silent(String),
}

impl Session {
    /// Opens a connection.
    pub(super) async fn open(door: &Door) -> Result<Self, Handover> {
        let Opened { wire, name } = opening::open(door).await?;
        let server = if name.is_empty() { door.server.host.clone() } else { name };
        let (timeouts, last_used) = (door.timeouts, Instant::now());
        Ok(Self { wire, timeouts, server, messages: 0, secrets: Vec::new(), last_used })
    }

    /// Hands a message over; `whole` is set before its last line may leave. `Err`
    /// when the connection is not usable any more.
    pub(super) async fn hand_over(
        &mut self,
        envelope: &Envelope,
        message: &[u8],
        secrets: &Secrets,
        whole: &AtomicBool,
    ) -> Result<Handover, Failed> {
        let used_before = self.messages > 0;
        self.secrets.insert(0, secrets.clone());
        self.secrets.truncate(REMEMBERED);
        self.messages += 1;
        let outcome = match self.introduce(envelope).await {
            Ok(()) => self.content(envelope, message, whole).await,
            Err((stage, trouble)) => {
                let hung_up = matches!(trouble, Trouble::Silent(_)) || trouble.is_goodbye();
                let handover = trouble.without_addresses(envelope).handover(stage);
                Err(Failed { handover, stale: used_before && stage == Stage::Sender && hung_up })
            }
        };
        self.last_used = Instant::now();
        match outcome {
            Err(Failed { handover: Handover::Refused { answer, verdict }, stale: false })
                if !answer.starts_with("421") && self.reset().await =>
            {
                Ok(Handover::Refused { answer, verdict })
            }
            other => other,
        }
    }

    /// Names sender and recipients, and asks leave to send the message.
    async fn introduce(&mut self, envelope: &Envelope) -> Result<(), (Stage, Trouble)> {
        let wait = self.timeouts.command;
        let from = envelope.from().map(AsRef::<str>::as_ref).unwrap_or_default();
        self.agreed(wait, &format!("MAIL FROM:<{from}>"))
            .await
            .map_err(|trouble| (Stage::Sender, trouble))?;
        for to in envelope.to() {
            let rcpt = format!("RCPT TO:<{to}>");
            self.agreed(wait, &rcpt).await.map_err(|trouble| (Stage::Recipient, trouble))?;
        }
        match answered(self.timeouts.data, self.wire.ask("DATA")).await {
            Ok(leave) if leave.code == 354 => Ok(()),
            Ok(reply) if reply.code >= 400 => Err((Stage::Content, Trouble::Said(self.said(&reply)))),
            Ok(reply) => {
                let problem = format!("the mail server answered {} where 354 was due", reply.code);
                Err((Stage::Content, Trouble::Silent(problem)))
            }
            Err(problem) => Err((Stage::Content, Trouble::Silent(problem))),
        }
    }

    async fn agreed(&mut self, wait: Duration, command: &str) -> Result<(), Trouble> {
        match answered(wait, self.wire.ask(command)).await {
            Ok(reply) if reply.is_yes() => Ok(()),
            Ok(reply) => Err(Trouble::Said(self.said(&reply))),
            Err(problem) => Err(Trouble::Silent(problem)),
        }
    }

    /// Sends the message. From the moment its last line may have left, silence
    /// is doubt.
    async fn content(
        &mut self,
        envelope: &Envelope,
        message: &[u8],
        whole: &AtomicBool,
    ) -> Result<Handover, Failed> {
        let failed = |handover| Err(Failed { handover, stale: false });
        let secrets = self.secrets.clone();
        let told =
            |reply: &Reply| Answer::of(reply, &secrets).without_addresses(envelope).without_content(message);
        let stuffed = zeroize::Zeroizing::new(stuffed(message));
        for block in stuffed.chunks(BLOCK) {
            if let Err(problem) = answered(self.timeouts.block, self.wire.write(block)).await {
                let problem = format!("the connection broke while the message was being sent: {problem}");
                return failed(Handover::Unreachable { problem: answer::one_line(&problem) });
            }
        }
        whole.store(true, Ordering::Relaxed);
        match answered(self.timeouts.end_of_data, self.wire.ask(".")).await {
            Ok(reply) if reply.is_yes() => Ok(Handover::Accepted {
                answer: told(&reply).text(),
                server: self.server.clone(),
                encrypted: Some(self.wire.encrypted),
            }),
            Ok(reply) if reply.code >= 400 => failed(Trouble::Said(told(&reply)).handover(Stage::Content)),
            Ok(reply) => {
                let problem = format!("the mail server answered {} to the message", reply.code);
                failed(Handover::InDoubt { problem })
            }
            Err(problem) => failed(Handover::InDoubt {
                problem: answer::one_line(&format!(
                    "the message was sent, but the mail server did not say whether it took it: {problem}"
                )),
            }),
        }
    }

    fn said(&self, reply: &Reply) -> Answer {
        Answer::of(reply, &self.secrets)
    }

    /// Makes the connection fit for another message after a refusal.
    async fn reset(&mut self) -> bool {
        self.agreed(SHORT, "RSET").await.is_ok()
    }

    /// Whether the server still answers.
    pub(super) async fn still_works(&mut self) -> bool {
        self.agreed(SHORT, "NOOP").await.is_ok()
    }

    pub(super) fn idle_for(&self) -> Duration {
        self.last_used.elapsed()
    }

    pub(super) fn messages(&self) -> u32 {
        self.messages
    }

    pub(super) async fn quit(&mut self) {
        drop(self.wire.ask("QUIT").await);
    }
}

impl Trouble {
    /// What becomes of the mail.
    pub(super) fn handover(self, stage: Stage) -> Handover {
        match self {
            Self::Said(answer) => Handover::Refused { answer: answer.text(), verdict: answer.verdict(stage) },
            Self::Silent(problem) => Handover::Unreachable { problem },
        }
    }

    fn without_addresses(self, envelope: &Envelope) -> Self {
        match self {
            Self::Said(answer) => Self::Said(answer.without_addresses(envelope)),
            silent @ Self::Silent(_) => silent,
        }
    }

    /// Whether the server said that it is about to hang up.
    fn is_goodbye(&self) -> bool {
        matches!(self, Self::Said(answer) if answer.code == 421)
    }
}

/// What a step gives within the time allowed, or why it gives nothing.
pub(super) async fn answered<T>(
    within: Duration,
    step: impl Future<Output = io::Result<T>>,
) -> Result<T, String> {
    match timeout(within, step).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(answer::of_io(&error)),
        Err(_) => Err(format!("no answer within {} s", within.as_secs_f32().ceil())),
    }
}

/// The message up to its final dot: a dot at the beginning of a line is doubled
/// (RFC 5321, 4.5.2), and the last line ends.
fn stuffed(message: &[u8]) -> Vec<u8> {
    let mut stuffed = Vec::with_capacity(message.len() + 2);
    let mut at_start = true;
    for &byte in message {
        if at_start && byte == b'.' {
            stuffed.push(b'.');
        }
        stuffed.push(byte);
        at_start = byte == b'\n';
    }
    if !stuffed.ends_with(b"\r\n") {
        stuffed.extend_from_slice(b"\r\n");
    }
    stuffed
}

impl Answer {
    /// A reply in a conversation about mails with these secrets.
    pub(super) fn of(reply: &Reply, secrets: &[Secrets]) -> Self {
        Self::new(reply.code, &reply.words(), secrets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_at_the_beginning_of_lines_are_doubled_and_the_last_line_ends() {
        let cases: [(&[u8], &[u8]); 4] = [
            (b".\r\n..a\r\nb.\r\n", b"..\r\n...a\r\nb.\r\n"),
            (b"a", b"a\r\n"),
            (b"", b"\r\n"),
            (b"a\n.\r\n", b"a\n..\r\n"),
        ];
        for (message, expected) in cases {
            assert_eq!(stuffed(message), expected, "{message:?}");
        }
    }
}
