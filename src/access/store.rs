//! The access switch's SQL.

use crate::db::{Error, Tx};
use crate::kernel::id::{ContactId, RetailerId};
use crate::kernel::{Timestamp, Username};

pub(super) fn set_switch(tx: &mut Tx<'_>, contact: ContactId, on: bool, now: Timestamp) -> Result<(), Error> {
    tx.run(
        "update contacts set website_access = $2, updated_at = $3, version = version + 1 where id = $1",
        &[&contact, &on, &now],
    )?;
    Ok(())
}

pub(super) fn set_contact_active(
    tx: &mut Tx<'_>,
    contact: ContactId,
    on: bool,
    now: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "update contacts set active = $2, updated_at = $3, version = version + 1 where id = $1",
        &[&contact, &on, &now],
    )?;
    Ok(())
}

pub(super) fn set_retailer_active(
    tx: &mut Tx<'_>,
    retailer: RetailerId,
    on: bool,
    now: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "update retailers set active = $2, updated_at = $3, version = version + 1 where id = $1",
        &[&retailer, &on, &now],
    )?;
    Ok(())
}

pub(super) fn set_username(
    tx: &mut Tx<'_>,
    contact: ContactId,
    username: Option<&Username>,
    now: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "update contacts set username = $2, username_key = $3, updated_at = $4, version = version + 1 where id = $1",
        &[
            &contact,
            &username.map(|username| username.as_str().to_owned()),
            &username.map(|username| username.key().to_owned()),
            &now,
        ],
    )?;
    Ok(())
}

pub(super) fn remove_email(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<(), Error> {
    tx.run(
        "update contacts set email = null, email_key = null, email_changed_at = $2, bounced_at = null, updated_at = $2,
             version = version + 1 where id = $1",
        &[&contact, &now],
    )?;
    Ok(())
}

pub(super) fn mark_bounced(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<(), Error> {
    tx.run("update contacts set bounced_at = $2 where id = $1", &[&contact, &now])?;
    Ok(())
}

pub(super) fn clear_bounce(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<(), Error> {
    tx.run("update contacts set bounced_at = null, updated_at = $2 where id = $1", &[&contact, &now])?;
    Ok(())
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
        "update mails set state = 'cancelled', finished_at = $2, next_try_at = null, held_at = null
         where contact_id = $1 and finished_at is null and kind in ('reset', 'invitation')",
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
