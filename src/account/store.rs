//! The SQL of changes of an e-mail address.

use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::id::{ContactId, EmailChangeId, MailId};
use crate::kernel::{Digest, EmailAddress, Timestamp};

/// A change that can be confirmed.
#[derive(Clone, Debug)]
pub struct Change {
    /// Which.
    pub id: EmailChangeId,
    /// Whose.
    pub contact: ContactId,
    /// The address to be.
    pub new: EmailAddress,
}

pub(super) struct NewChange<'a> {
    pub contact: ContactId,
    pub mail: MailId,
    pub new: &'a EmailAddress,
    pub until: Timestamp,
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    id: EmailChangeId,
    new: &NewChange<'_>,
    now: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "insert into email_changes (id, contact_id, mail_id, new_email, requested_at, expires_at) values ($1, $2, $3, $4, $5, $6)",
        &[&id, &new.contact, &new.mail, &new.new.as_str(), &now, &new.until],
    )?;
    Ok(())
}

/// Gives an open change the link of the mail about to leave; until when it lives.
pub(super) fn set_token(
    tx: &mut Tx<'_>,
    mail: MailId,
    token: Digest,
    now: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    let row: Option<Row> = tx.opt(
        "update email_changes set token_digest = $2 where mail_id = $1 and finished_at is null and expires_at > $3 returning expires_at",
        &[&mail, &token, &now],
    )?;
    row.map(|row| row.get("expires_at")).transpose()
}

pub(super) fn by_token(tx: &mut Tx<'_>, token: Digest, now: Timestamp) -> Result<Option<Change>, Error> {
    tx.opt(
        "select id, contact_id, new_email from email_changes where token_digest = $1 and finished_at is null and expires_at > $2",
        &[&token, &now],
    )
}

/// The address a contact still has to confirm.
pub(super) fn open(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<Option<Change>, Error> {
    tx.opt(
        "select id, contact_id, new_email from email_changes
         where contact_id = $1 and finished_at is null and expires_at > $2 order by requested_at desc limit 1",
        &[&contact, &now],
    )
}

pub(super) fn finish(tx: &mut Tx<'_>, id: EmailChangeId, now: Timestamp) -> Result<bool, Error> {
    tx.run_once(
        "update email_changes set finished_at = $2 where id = $1 and finished_at is null",
        &[&id, &now],
    )
}

/// Closes earlier changes: only the latest can be confirmed.
pub(super) fn finish_open(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<u64, Error> {
    tx.run(
        "update email_changes set finished_at = $2 where contact_id = $1 and finished_at is null",
        &[&contact, &now],
    )
}

impl FromRow for Change {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            contact: row.get("contact_id")?,
            new: row.parse("new_email", EmailAddress::parse)?,
        })
    }
}
