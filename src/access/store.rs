//! The access switch's SQL.

use crate::db::{Error, Tx};
use crate::kernel::Timestamp;
use crate::kernel::id::ContactId;

pub(super) fn set_switch(tx: &mut Tx<'_>, contact: ContactId, on: bool, now: Timestamp) -> Result<(), Error> {
    tx.run(
        "update contacts set website_access = $2, updated_at = $3, version = version + 1 where id = $1",
        &[&contact, &on, &now],
    )?;
    Ok(())
}

/// Voids every temporary password of a contact.
///
/// # Errors
/// When the database fails.
pub fn void_temporary_passwords(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<u64, Error> {
    tx.run("update temporary_passwords set voided_at = $2 where contact_id = $1 and voided_at is null and used_at is null", &[&contact, &now])
}

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

/// Calls back the mails of a contact's resets that have not left.
///
/// # Errors
/// When the database fails.
pub fn cancel_unsent_mails(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<u64, Error> {
    tx.run(
        "update mails set state = 'cancelled', finished_at = $2, next_try_at = null
         where contact_id = $1 and finished_at is null and kind in ('reset', 'invitation')",
        &[&contact, &now],
    )
}

/// Closes changes of a contact's address that wait for confirmation.
pub(super) fn close_email_changes(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<u64, Error> {
    tx.run(
        "update email_changes set finished_at = $2 where contact_id = $1 and finished_at is null",
        &[&contact, &now],
    )
}
