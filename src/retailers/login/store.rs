//! The SQL of usernames and e-mail addresses: who has one, and giving one.

use crate::db::{Error, Row, Tx};
use crate::kernel::id::ContactId;
use crate::kernel::{EmailAddress, Username};

/// How many other contacts share an address.
///
/// # Errors
/// When the database fails.
pub fn contacts_sharing(tx: &mut Tx<'_>, email: &EmailAddress, but: ContactId) -> Result<i64, Error> {
    let row: Row = tx.one(
        "select count(*) as others from contacts where email_key = $1 and id <> $2 and merged_into_id is null",
        &[&email.key(), &but],
    )?;
    row.get("others")
}

/// Who has a username.
pub(super) fn with_username(tx: &mut Tx<'_>, username: &Username) -> Result<Option<ContactId>, Error> {
    let row: Option<Row> = tx.opt(
        "select id from contacts where username_key in ($1, $2) order by username_key <> $1 limit 1",
        &[&username.former_key(), &username.key()],
    )?;
    row.map(|row| row.get("id")).transpose()
}
