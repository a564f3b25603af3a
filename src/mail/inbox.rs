//! The inbox of `tradepost demo`: mails are shown on a page instead of sent.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::message::{Kind, Rendered};
use crate::kernel::{EmailAddress, Timestamp, text};

/// How many mails are kept; the oldest goes when one more arrives.
const CAPACITY: usize = 500;

/// The last mails of a demonstration, in memory only. Clones share them.
///
/// It shows temporary passwords, so only `tradepost demo` has one (promise 1).
#[derive(Clone, Default)]
pub struct DevInbox {
    shelf: Arc<Mutex<Shelf>>,
}

#[derive(Default)]
struct Shelf {
    /// The number of the newest mail; 0 before the first.
    last: u64,
    /// Oldest first.
    mails: VecDeque<InboxMail>,
}

/// A mail in the inbox.
#[derive(Clone)]
pub struct InboxMail {
    /// Its number: 1 for the first mail of this run.
    pub number: u64,
    /// What it is.
    pub kind: Kind,
    /// Where it would have gone.
    pub to: EmailAddress,
    /// Its subject.
    pub subject: String,
    /// Its plain-text part.
    pub text: String,
    /// Its HTML part.
    pub html: String,
    /// When it was delivered.
    pub at: Timestamp,
}

impl DevInbox {
    /// Takes a mail in and says its number.
    pub fn deliver(&self, kind: Kind, to: &EmailAddress, rendered: &Rendered, at: Timestamp) -> u64 {
        let mut kept = self.shelf();
        kept.last += 1;
        let number = kept.last;
        if kept.mails.len() == CAPACITY {
            kept.mails.pop_front();
        }
        kept.mails.push_back(InboxMail {
            number,
            kind,
            to: to.clone(),
            subject: rendered.subject.clone(),
            text: rendered.text.as_str().to_owned(),
            html: rendered.html.as_str().to_owned(),
            at,
        });
        number
    }

    /// The mails, newest first; with a query those whose address, subject,
    /// kind or text holds it, compared without case.
    pub fn list(&self, query: Option<&str>) -> Vec<InboxMail> {
        let wanted = query.map(str::trim).filter(|query| !query.is_empty()).map(text::search_key);
        let kept = self.shelf();
        kept.mails
            .iter()
            .rev()
            .filter(|mail| wanted.as_deref().is_none_or(|key| mail.holds(key)))
            .cloned()
            .collect()
    }

    /// The mail with this number, if it is still there.
    pub fn get(&self, number: u64) -> Option<InboxMail> {
        self.shelf().mails.iter().find(|mail| mail.number == number).cloned()
    }

    /// Empties the inbox; numbers go on.
    pub fn clear(&self) {
        self.shelf().mails.clear();
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InboxMail {
    fn holds(&self, key: &str) -> bool {
        let texts = [self.to.as_str(), &self.subject, self.kind.as_str(), &self.text];
        texts.into_iter().any(|text| text::search_key(text).contains(key))
    }
}

impl fmt::Debug for DevInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DevInbox({} mails)", self.shelf().mails.len())
    }
}

impl fmt::Debug for InboxMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InboxMail({}, {:?})", self.number, self.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::quoting::Secrets;

    fn deliver(inbox: &DevInbox, to: &str, subject: &str) -> u64 {
        let rendered = Rendered {
            subject: subject.into(),
            text: "K7QM-2RXD-9TWP".to_owned().into(),
            html: String::new().into(),
            secrets: Secrets::default(),
        };
        let to = EmailAddress::parse(to).expect("an address");
        inbox.deliver(Kind::Reset, &to, &rendered, Timestamp::from_millis(7))
    }

    #[test]
    fn clones_share_mails_newest_first_and_search_ignores_case() {
        let inbox = DevInbox::default();
        let first = deliver(&inbox, "orders@barlow.example", "Your temporary password for Barlow & Sons");
        let second = deliver(&inbox.clone(), "shop@quay.example", "Welcome");
        let numbers = |query| inbox.list(query).iter().map(|mail| mail.number).collect::<Vec<_>>();
        assert_eq!(numbers(None), [second, first]);
        assert_eq!(numbers(Some(" ")), [second, first]);
        assert_eq!(numbers(Some("BARLOW")), [first]);
        assert_eq!(numbers(Some("k7qm-2")), [second, first]);
        assert_eq!(numbers(Some("nothing like it")), [0; 0]);
        assert_eq!(inbox.get(first).map(|mail| mail.at), Some(Timestamp::from_millis(7)));
    }

    #[test]
    fn the_oldest_goes_when_it_is_full_and_numbers_are_never_used_again() {
        let inbox = DevInbox::default();
        for _ in 0..=CAPACITY {
            deliver(&inbox, "orders@barlow.example", "Welcome");
        }
        assert_eq!(inbox.list(None).len(), CAPACITY);
        assert!(inbox.get(1).is_none() && inbox.get(2).is_some());
        inbox.clear();
        assert!(inbox.list(None).is_empty());
        assert_eq!(deliver(&inbox, "orders@barlow.example", "Welcome"), 502);
    }

    #[test]
    fn nothing_of_a_mail_is_printed() {
        let inbox = DevInbox::default();
        deliver(&inbox, "orders@barlow.example", "Welcome");
        let printed = format!("{inbox:?} {:?}", inbox.list(None));
        assert!(!printed.contains("K7QM") && !printed.contains("barlow"), "{printed}");
    }
}
