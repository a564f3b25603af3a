//! Where a reset stands, and what to point out before one is sent.

use std::time::Duration;

use crate::kernel::Timestamp;
use crate::kernel::id::{ContactId, MailId, ResetId};
use crate::mail::{Delivery, Kind};
use crate::retailers::Contact;

/// Requests closer together than this are one: a double click.
pub(super) const DOUBLE_CLICK: Duration = Duration::from_secs(5);
/// How long a changed address is pointed out.
const RECENTLY_CHANGED: Duration = Duration::from_hours(168);
/// How long a reset counts as just sent.
const JUST_SENT: Duration = Duration::from_mins(2);

/// Who started a reset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartedBy {
    /// The contact, or someone in their name, on the website.
    Contact,
    /// A staff user of that name.
    Staff(String),
    /// The operator, by command.
    Operator,
}

/// A reset or invitation with its mail and its temporary password.
#[derive(Clone, Debug)]
pub struct Reset {
    /// Which.
    pub id: ResetId,
    /// Whose.
    pub contact: ContactId,
    /// [`Kind::Reset`] or [`Kind::Invitation`].
    pub kind: Kind,
    /// By whom.
    pub started_by: StartedBy,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Whether it stopped the current password.
    pub stops_current: bool,
    /// When a password was chosen by it.
    pub used_at: Option<Timestamp>,
    /// When it was called back.
    pub cancelled_at: Option<Timestamp>,
    /// When a later one took its place.
    pub superseded_at: Option<Timestamp>,
    /// Until when its temporary password lives.
    pub expires_at: Option<Timestamp>,
    /// Its mail.
    pub mail: MailId,
    /// Where the mail is on its way.
    pub delivery: Delivery,
    /// When the mail is tried next.
    pub next_try_at: Option<Timestamp>,
    /// When the mail came to its end.
    pub finished_at: Option<Timestamp>,
    /// What the mail server answered, or why it could not be asked.
    pub answer: Option<String>,
    /// Whether the mail was handed over encrypted.
    pub encrypted: Option<bool>,
    /// Whether the mail may have arrived although no answer says so.
    pub unsure: bool,
    /// Whether the mail waits for a person, since it may have left before a restore.
    pub held: bool,
    /// When the mail came back after it had been taken, and why.
    pub returned: Option<(Timestamp, String)>,
}

/// Where a reset stands (promise 12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The mail has not been tried yet.
    Waiting,
    /// The mail server could not take the mail yet.
    PutOff {
        /// When it is tried again; nothing when a person has to try it.
        next: Option<Timestamp>,
    },
    /// The mail may have left before the installation was restored; a person sends
    /// or drops it.
    Held,
    /// The mail server took the mail; the temporary password lives until then.
    HandedOver {
        /// When it expires.
        until: Timestamp,
    },
    /// The mail server refused the mail for good.
    Bounced,
    /// Retries ended.
    GivenUp,
    /// The mail may have arrived, and is not sent again: it is one of many that
    /// nobody may get twice, or was in doubt three times.
    Unsure,
    /// A password was chosen by it.
    Used(Timestamp),
    /// The temporary password ran out.
    Expired(Timestamp),
    /// It was called back.
    Cancelled(Timestamp),
    /// A later one took its place.
    Superseded(Timestamp),
}

impl Progress {
    /// Whether nothing more will happen to it by itself.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Waiting | Self::PutOff { .. } | Self::Held | Self::HandedOver { .. })
    }
}

/// Where a reset stands at `now`.
pub fn progress(reset: &Reset, now: Timestamp) -> Progress {
    if let Some(at) = reset.used_at {
        return Progress::Used(at);
    }
    if let Some(at) = reset.cancelled_at {
        return Progress::Cancelled(at);
    }
    if let Some(at) = reset.superseded_at {
        return Progress::Superseded(at);
    }
    if reset.held {
        return Progress::Held;
    }
    match (reset.delivery, reset.expires_at) {
        (Delivery::Accepted, Some(until)) if until > now => Progress::HandedOver { until },
        (Delivery::Accepted, until) => {
            Progress::Expired(until.or(reset.finished_at).unwrap_or(reset.requested_at))
        }
        (Delivery::Waiting, _) => Progress::Waiting,
        (Delivery::PutOff, _) => Progress::PutOff { next: reset.next_try_at },
        (Delivery::Bounced, _) => Progress::Bounced,
        (Delivery::GivenUp, _) if reset.unsure => Progress::Unsure,
        (Delivery::GivenUp, _) => Progress::GivenUp,
        (Delivery::Cancelled, _) => Progress::Cancelled(reset.finished_at.unwrap_or(reset.requested_at)),
    }
}

/// Something to point out before a reset is sent (promise 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caution {
    /// So many other contacts share the address.
    Shared(i64),
    /// The address was changed recently.
    EmailChanged(Timestamp),
    /// A reset was sent a moment ago.
    JustSent,
    /// Mail to the address bounced before.
    Bounced(Timestamp),
}

/// What is known around a contact before a reset is sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Around<'a> {
    /// How many others share the address.
    pub sharing: i64,
    /// When mail to the address bounced last.
    pub bounced: Option<Timestamp>,
    /// The reset that was started last.
    pub latest: Option<&'a Reset>,
}

/// What to point out about a reset of `contact` at `now`.
pub fn cautions(contact: &Contact, around: Around<'_>, now: Timestamp) -> Vec<Caution> {
    let Around { sharing, bounced, latest } = around;
    let shared = (sharing > 0).then_some(Caution::Shared(sharing));
    let changed =
        contact.email_changed_at.filter(|at| now.since(*at) < RECENTLY_CHANGED).map(Caution::EmailChanged);
    let sent = latest
        .filter(|reset| reset.cancelled_at.is_none())
        .map(|reset| reset.requested_at)
        .filter(|at| now.since(*at) < JUST_SENT)
        .map(|_| Caution::JustSent);
    let bounced = bounced.filter(|_| contact.bounced_at.is_none()).map(Caution::Bounced);
    [shared, changed, bounced, sent].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reset() -> Reset {
        let at = Timestamp::from_millis(1000);
        Reset {
            id: ResetId::new(at),
            contact: ContactId::new(at),
            kind: Kind::Reset,
            started_by: StartedBy::Contact,
            requested_at: at,
            stops_current: false,
            used_at: None,
            cancelled_at: None,
            superseded_at: None,
            expires_at: None,
            mail: MailId::new(at),
            delivery: Delivery::Waiting,
            next_try_at: None,
            finished_at: None,
            answer: None,
            encrypted: None,
            unsure: false,
            held: false,
            returned: None,
        }
    }

    #[test]
    fn promise_12_every_stage_has_its_name() {
        let (then, now, later) =
            (Timestamp::from_millis(2000), Timestamp::from_millis(3000), Timestamp::from_millis(4000));
        let accepted = Reset { delivery: Delivery::Accepted, expires_at: Some(later), ..reset() };
        let cases = [
            (reset(), Progress::Waiting),
            (
                Reset { delivery: Delivery::PutOff, next_try_at: Some(later), ..reset() },
                Progress::PutOff { next: Some(later) },
            ),
            (accepted.clone(), Progress::HandedOver { until: later }),
            (Reset { expires_at: Some(now), ..accepted.clone() }, Progress::Expired(now)),
            (Reset { used_at: Some(then), ..accepted.clone() }, Progress::Used(then)),
            (Reset { superseded_at: Some(then), ..accepted.clone() }, Progress::Superseded(then)),
            (Reset { cancelled_at: Some(then), ..accepted }, Progress::Cancelled(then)),
            (Reset { delivery: Delivery::Bounced, ..reset() }, Progress::Bounced),
            (Reset { delivery: Delivery::GivenUp, ..reset() }, Progress::GivenUp),
            (Reset { delivery: Delivery::GivenUp, unsure: true, ..reset() }, Progress::Unsure),
        ];
        for (reset, expected) in cases {
            assert_eq!(progress(&reset, now), expected);
        }
    }
}
