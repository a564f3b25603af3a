//! What waits to be handed to the mail server, without saying to whom.

use crate::actor::Actor;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::Timestamp;
use crate::mail::{self, Waiting};

/// Waiting mails that are listed.
const LISTED: usize = 200;

/// The mails that wait.
#[derive(Clone, Debug)]
pub struct Queue {
    /// How many there are, in words.
    pub summary: String,
    /// The oldest of them.
    pub rows: Vec<Row>,
}

/// A mail that waits.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is.
    pub what: &'static str,
    /// When it was asked for.
    pub since: Timestamp,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next; at once when nothing is said.
    pub next: Option<Timestamp>,
    /// Why it was put off; empty when it wasn't.
    pub reason: String,
    /// Whether it waits for a person since a restore.
    pub held: bool,
}

impl Queue {
    /// Reads what waits, oldest first. Not for who sees only some customers,
    /// since it tells of all.
    pub fn read(tx: &mut Tx<'_>, actor: &Actor) -> Result<Self> {
        if !actor.may_see_customers() || actor.bounded_by().is_some() {
            return Err(Error::NotAllowed);
        }
        let limit = i64::try_from(LISTED + 1).unwrap_or(i64::MAX);
        Ok(Self::new(&mail::waiting(tx, limit)?))
    }

    fn new(waiting: &[Waiting]) -> Self {
        let put_off = waiting.iter().filter(|mail| mail.next_try_at.is_some()).count();
        let all = match waiting.len() {
            1 => "1 mail waits".to_owned(),
            few @ 0..=LISTED => format!("{few} mails wait"),
            _ => format!("More than {LISTED} mails wait"),
        };
        let summary = if put_off == 0 { all } else { format!("{all}, {put_off} of them put off") };
        Self { summary, rows: waiting.iter().take(LISTED).map(row).collect() }
    }
}

fn row(mail: &Waiting) -> Row {
    let reason = mail.answer.as_deref().map(without_addresses).unwrap_or_default();
    Row {
        what: mail.kind.title(),
        since: mail.created_at,
        attempts: mail.attempts,
        next: mail.next_try_at,
        reason,
        held: mail.held,
    }
}

/// A mail server's words without the addresses it may quote.
pub fn without_addresses(answer: &str) -> String {
    let words = answer.split_whitespace().map(|word| if word.contains('@') { "…" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::samples::NOW;
    use super::*;
    use crate::kernel::id::MailId;
    use crate::mail::Kind;

    fn waiting(answer: Option<&str>) -> Waiting {
        let next_try_at = answer.map(|_| NOW);
        Waiting {
            id: MailId::new(NOW),
            kind: Kind::Reset,
            created_at: NOW,
            attempts: 2,
            next_try_at,
            answer: answer.map(str::to_owned),
            held: false,
        }
    }

    #[test]
    fn every_kind_of_mail_has_a_name() {
        let names: BTreeSet<&str> = Kind::WORDED.into_iter().map(Kind::title).collect();
        assert_eq!(names.len(), Kind::WORDED.len());
    }

    #[test]
    fn what_waits_is_counted_and_nobody_is_named() {
        let queue = Queue::new(&[waiting(None), waiting(Some("451 <anna@harbour.example>: try later"))]);
        assert_eq!(queue.summary, "2 mails wait, 1 of them put off");
        assert_eq!(queue.rows[1].reason, "451 … try later");
        assert_eq!(Queue::new(&[]).summary, "0 mails wait");
        assert_eq!(Queue::new(&vec![waiting(None); LISTED + 1]).rows.len(), LISTED);
    }
}
