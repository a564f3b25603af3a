//! The SQL of sample data: states that took weeks to come about.

use crate::db::{Error, Row, Tx};
use crate::kernel::id::{MailId, ResetId, StaffId, TemporaryPasswordId};
use crate::kernel::{Digest, EmailAddress, Timestamp};
use crate::retailers::{Contact, contacts};

/// A reset that was asked for some time ago.
pub(super) struct PastReset<'a> {
    pub contact: &'a Contact,
    pub hash: &'a passwords::Hash,
    pub asked_at: Timestamp,
    pub invitation: bool,
}

pub(super) fn is_empty(tx: &mut Tx<'_>) -> Result<bool, Error> {
    let row: Row = tx.one("select count(*) as retailers from retailers", &[])?;
    Ok(row.get::<i64>("retailers")? == 0)
}

pub(super) fn set_staff_password(
    tx: &mut Tx<'_>,
    staff: StaffId,
    hash: &passwords::Hash,
    at: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "update staff set password_hash = $2, password_set_at = $3 where id = $1",
        &[&staff, &hash.as_str(), &at],
    )?;
    Ok(())
}

/// Writes a reset with its mail; `until` is when its temporary password ends,
/// `None` when the mail bounced.
pub(super) fn past_reset(
    tx: &mut Tx<'_>,
    past: &PastReset<'_>,
    until: Option<Timestamp>,
) -> Result<(), Error> {
    let (mail, reset) = (MailId::new(past.asked_at), ResetId::new(past.asked_at));
    let to = past.contact.email.as_ref().map(EmailAddress::as_str).unwrap_or_default();
    let kind = if past.invitation { "invitation" } else { "reset" };
    let (state, answer) = match until {
        Some(_) => ("accepted", "mail.sample-wholesale.example: 2.0.0 Ok: queued"),
        None => ("bounced", "550 5.1.1 no such mailbox here"),
    };
    tx.run(
        "insert into mails (id, kind, to_address, language, contact_id, created_at, state, attempts, finished_at, answer, encrypted)
         values ($1, $2, $3, $4, $5, $6, $7, 1, $6, $8, $9)",
        &[&mail, &kind, &to, &past.contact.language.tag(), &past.contact.id, &past.asked_at, &state, &answer, &until.map(|_| true)],
    )?;
    tx.run(
        "insert into resets (id, contact_id, number, voids_before, mail_id, started_by, door, stop_current, requested_at)
         select $1, $2, coalesce(max(number), 0) + 1, coalesce(max(number), 0) + 1, $3, 'operator', 'command-line', $4, $5 from resets where contact_id = $2",
        &[&reset, &past.contact.id, &mail, &false, &past.asked_at],
    )?;
    let Some(until) = until else {
        return contacts::mark_bounced(tx, past.contact.id, past.asked_at);
    };
    let id = TemporaryPasswordId::new(past.asked_at);
    tx.run(
        "insert into temporary_passwords (id, reset_id, contact_id, number, hash, cancel_digest, minted_at, expires_at, accepted_at)
         select $1, $2, $3, coalesce(max(number), 0) + 1, $4, $5, $6, $7, $6 from temporary_passwords where contact_id = $3",
        &[&id, &reset, &past.contact.id, &past.hash.as_str(), &Digest::of(id.to_string().as_bytes()), &past.asked_at, &until],
    )?;
    Ok(())
}
