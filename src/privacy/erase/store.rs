//! The SQL of erasing a contact.

use crate::db::{Error, Row, Tx};
use crate::kernel::id::ContactId;
use crate::kernel::{Language, Timestamp, text};

/// What an erased contact is called.
const NOBODY: &str = "Erased contact";

/// A contact and the records that were merged into theirs.
pub(super) fn records_of(tx: &mut Tx<'_>, contact: ContactId) -> Result<Vec<ContactId>, Error> {
    let rows: Vec<Row> =
        tx.all("select id from contacts where id = $1 or merged_into_id = $1", &[&contact])?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// Calls back mail of every kind that has not left.
pub(super) fn cancel_mails(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<u64, Error> {
    tx.run(
        "update mails set state = 'cancelled', finished_at = $2, next_try_at = null, held_at = null
         where contact_id = $1 and finished_at is null",
        &[&contact, &now],
    )
}

/// Leaves of mails when they were sent and how that ended.
pub(super) fn blank_mails(tx: &mut Tx<'_>, contact: ContactId) -> Result<u64, Error> {
    tx.run(
        "update mails set to_address = '', answer = null, returned = null where contact_id = $1",
        &[&contact],
    )
}

pub(super) fn remove_sessions(tx: &mut Tx<'_>, contact: ContactId) -> Result<u64, Error> {
    tx.run("delete from sessions where contact_id = $1", &[&contact])
}

pub(super) fn remove_email_changes(tx: &mut Tx<'_>, contact: ContactId) -> Result<u64, Error> {
    tx.run("delete from email_changes where contact_id = $1", &[&contact])
}

/// Forgets where the mail of runs went.
pub(super) fn blank_domains(tx: &mut Tx<'_>, contact: ContactId) -> Result<u64, Error> {
    tx.run("update run_items set domain = '' where contact_id = $1", &[&contact])
}

/// Leaves of a contact that there was one; the database takes them off the
/// lists.
pub(super) fn blank_contact(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<bool, Error> {
    tx.run_once(
        "update contacts set name = $2, name_key = $3, position = '', phone = '', language = $4, email = null, email_key = null,
             email_changed_at = null, username = null, username_key = null, website_access = $5, active = $5, password_hash = null,
             password_set_at = null, password_stopped_at = null, password_brought_at = null, last_sign_in_at = null, bounced_at = null, erased_at = $6,
             updated_at = $6, version = version + 1
         where id = $1",
        &[&contact, &NOBODY, &text::search_key(NOBODY), &Language::English.tag(), &false, &now],
    )
}
