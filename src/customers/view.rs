//! Rows in the words of the pages.

mod access;
mod chart;
mod confirmation;
mod list;
mod mail;
mod status;

use std::time::Duration;

use crate::actor::{Act, Actor};
use crate::audit::{self, Entry};
use crate::change_requests;
use crate::customers::requests::RequestView;
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::Timestamp;
use crate::kernel::id::ContactId;
use crate::privacy::erase;
use crate::recovery;
use crate::retailers::{self, Contact};
use crate::sessions::{self, Device};
use crate::trail::Line;
use crate::waits;

pub use access::{AccessView, Need, obstacle as in_the_way};
pub use chart::Chart;
pub use confirmation::{Confirmation, cautions};
pub use list::Frame;
pub use mail::{Queue, without_addresses};
pub use status::{ResetView, Step};

/// Resets of a contact that are listed.
const RESETS: i64 = 10;
/// Entries of the audit trail that are shown of a contact.
const HISTORY: i64 = 50;
/// Those of them that are in sight; the others are folded away.
const RECENT: usize = 8;

/// A state in a word and a shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    /// `neutral`, `ok`, `warn`, `bad` or `info`.
    pub tone: &'static str,
    /// What is drawn before the word.
    pub shape: &'static str,
    /// What it says.
    pub word: String,
}

impl Badge {
    fn new(tone: &'static str, shape: &'static str, word: impl Into<String>) -> Self {
        Self { tone, shape, word: word.into() }
    }
}

/// A contact in a list.
#[derive(Clone, Debug)]
pub struct ContactRow {
    /// Who.
    pub contact: Contact,
    /// Where they stand with the website.
    pub badge: Badge,
}

impl ContactRow {
    /// A contact as they stand at `now`.
    pub fn new(contact: Contact, now: Timestamp) -> Self {
        let badge = access::badge_of(&contact, now);
        Self { contact, badge }
    }
}

/// A contact with all that the pages show of them.
#[derive(Clone, Debug)]
pub struct ContactView {
    /// Who.
    pub contact: Contact,
    /// Where they stand with the website.
    pub access: AccessView,
    /// The reset or invitation that was started last.
    pub latest: Option<ResetView>,
    /// Those before it, newest first.
    pub earlier: Vec<ResetView>,
    /// What happened, if the actor may know it.
    pub history: Option<Vec<Line>>,
    /// What is needed to sign in; empty when nothing is missing.
    pub needs: Vec<Need>,
    /// What to look at twice about their address.
    pub cautions: Vec<String>,
    /// Where they are signed in.
    pub devices: Vec<Device>,
    /// From where they have to wait after wrong passwords, and until when.
    pub wait: Option<(String, Timestamp)>,
    /// What a rep asked the office to change about how they sign in.
    pub request: Option<RequestView>,
    /// Whether the actor may change their details.
    pub may_edit: bool,
    /// Whether the actor may export what is known of them.
    pub may_export: bool,
    /// Whether the actor may erase them.
    pub may_erase: bool,
}

impl ContactView {
    /// Reads a contact the actor may see, with what happened if they may see
    /// that, too.
    pub fn read(tx: &mut Tx<'_>, actor: &Actor, id: ContactId, now: Timestamp) -> Result<Self> {
        let contact = retailers::contact(tx, actor, id)?;
        let resets = recovery::of_contact(tx, id, RESETS)?;
        let mut resets = resets.iter().map(|reset| ResetView::new(reset, actor, now));
        let history =
            if actor.may(Act::ViewAudit) { Some(audit::of_contact(tx, id, HISTORY)?) } else { None };
        let (_, cautions) = cautions(tx, &contact, None, now)?;
        let request = change_requests::open_of(tx, id)?;
        let may_settle = actor.may(Act::ChangeSignIn);
        let sentences = |entries: Vec<Entry>| entries.iter().map(Line::new).collect();
        Ok(Self {
            access: AccessView::new(&contact, actor, now),
            latest: resets.next(),
            earlier: resets.collect(),
            history: history.map(sentences),
            needs: access::needs(&contact, actor),
            cautions,
            devices: sessions::device_list(tx, id, now)?,
            wait: waits::of_contact(tx, id, now)?.map(|wait| (waits::portal::from(&wait), wait.until)),
            request: request.map(|request| RequestView::new(request, &contact, may_settle)),
            may_edit: actor.may_edit_customers(),
            may_export: actor.may(Act::Export),
            may_erase: erase::may(actor),
            contact,
        })
    }

    /// The way to their page.
    pub fn trail(&self) -> Vec<(String, String)> {
        trail_to(&self.contact)
    }

    /// What happened last.
    pub fn recent(&self) -> &[Line] {
        let history = self.history.as_deref().unwrap_or_default();
        &history[..history.len().min(RECENT)]
    }

    /// What happened before that.
    pub fn before(&self) -> &[Line] {
        self.history.as_deref().and_then(|history| history.get(RECENT..)).unwrap_or_default()
    }

    /// What their language is called.
    pub fn language(&self) -> &'static str {
        self.contact.language.name()
    }

    /// The address to call them at, if their number is one.
    pub fn call_href(&self) -> Option<String> {
        call_href(&self.contact.phone)
    }
}

/// The way to a page about a contact: links above its title.
pub fn trail(contact: &Contact) -> Vec<(String, String)> {
    let mut trail = trail_to(contact);
    trail.push((contact.name.clone(), format!("/portal/contacts/{}", contact.id)));
    trail
}

fn trail_to(contact: &Contact) -> Vec<(String, String)> {
    let retailer = format!("/portal/retailers/{}", contact.retailer);
    vec![("Retailers".into(), "/portal/retailers".into()), (contact.retailer_name.clone(), retailer)]
}

/// `tel:` with what can be dialled (RFC 3966).
fn call_href(phone: &str) -> Option<String> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let plus = if phone.trim_start().starts_with('+') { "+" } else { "" };
    (!digits.is_empty()).then(|| format!("tel:{plus}{digits}"))
}

/// A span in its largest unit, spelt out: `31 hours`, `1 minute`.
fn spelt(span: Duration) -> String {
    let (count, unit) = largest(span);
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

/// A span in its largest unit, short: `31 h`.
fn short(span: Duration) -> String {
    let (count, unit) = largest(span);
    let unit = match unit {
        "day" => "d",
        "hour" => "h",
        _ => "min",
    };
    format!("{count} {unit}")
}

/// Days from three on, hours from one on, else minutes.
fn largest(span: Duration) -> (u64, &'static str) {
    let minutes = span.as_secs() / 60;
    match minutes / 60 {
        0 => (minutes.max(1), "minute"),
        hours @ 1..72 => (hours, "hour"),
        hours => (hours / 24, "day"),
    }
}

#[cfg(test)]
mod samples;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_said_in_their_largest_unit() {
        let said = |minutes: u64| (spelt(Duration::from_mins(minutes)), short(Duration::from_mins(minutes)));
        assert_eq!(said(0), ("1 minute".into(), "1 min".into()));
        assert_eq!(said(59), ("59 minutes".into(), "59 min".into()));
        assert_eq!(said(119), ("1 hour".into(), "1 h".into()));
        assert_eq!(said(31 * 60), ("31 hours".into(), "31 h".into()));
        assert_eq!(said(96 * 60), ("4 days".into(), "4 d".into()));
    }

    #[test]
    fn a_link_to_call_holds_nothing_but_the_number() {
        assert_eq!(call_href("+44 (0)1947 000-000"), Some("tel:+4401947000000".into()));
        assert_eq!(call_href("none;ext=x"), None);
    }
}
