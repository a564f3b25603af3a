//! The access switch's SQL.

use crate::db::{Error, Tx};
use crate::kernel::Timestamp;
use crate::kernel::id::ContactId;

/// Marks a contact's resets as cancelled that were not used or overtaken.
pub(super) fn cancel_open_resets(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<u64, Error> {
    tx.run(
        "update resets set cancelled_at = $2
         where contact_id = $1 and used_at is null and cancelled_at is null and superseded_at is null
           and (exists (select 1 from mails m where m.id = resets.mail_id and m.finished_at is null)
             or exists (select 1 from temporary_passwords p
                        where p.reset_id = resets.id and p.voided_at is null and p.used_at is null and p.expires_at > $2))",
        &[&contact, &now],
    )
}

/// Ends the pages of a contact's invitations.
pub(super) fn close_invitations(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<u64, Error> {
    tx.run("update resets set page_until = $2 where contact_id = $1 and page_until > $2", &[&contact, &now])
}

/// Closes changes of a contact's address that wait for confirmation.
pub(super) fn close_email_changes(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<u64, Error> {
    tx.run(
        "update email_changes set finished_at = $2 where contact_id = $1 and finished_at is null",
        &[&contact, &now],
    )
}
