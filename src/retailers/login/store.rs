//! The SQL of finding contacts by what they sign in with.

use crate::db::{Error, Row, Tx};
use crate::kernel::id::ContactId;
use crate::kernel::{EmailAddress, Username};
use crate::retailers::Contact;
use crate::retailers::store::CONTACT;

/// The contact with a username; of two whose usernames became one since they
/// were entered, the one it has always led to.
///
/// # Errors
/// When the database fails.
pub fn contact_by_username(tx: &mut Tx<'_>, username: &Username) -> Result<Option<Contact>, Error> {
    let sql = format!("{CONTACT} where c.username_key in ($1, $2) order by c.username_key <> $1 limit 1");
    tx.opt(&sql, &[&username.former_key(), &username.key()])
}

/// The contact whose mail goes to an address, if it is the only one.
///
/// # Errors
/// When the database fails.
pub(super) fn only_contact_with(tx: &mut Tx<'_>, email: &EmailAddress) -> Result<Option<Contact>, Error> {
    let mut found: Vec<Contact> =
        tx.all(&format!("{CONTACT} where c.email_key = $1 limit 2"), &[&email.key()])?;
    Ok(if found.len() == 1 { found.pop() } else { None })
}

/// The contacts whose mail goes to an address, by retailer and name.
///
/// # Errors
/// When the database fails.
pub fn contacts_by_email(tx: &mut Tx<'_>, email: &EmailAddress) -> Result<Vec<Contact>, Error> {
    tx.all(
        &format!("{CONTACT} where c.email_key = $1 order by r.name_key, c.name_key, c.id limit 100"),
        &[&email.key()],
    )
}

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
///
/// # Errors
/// When the database fails.
pub fn username_taken(tx: &mut Tx<'_>, username: &Username) -> Result<Option<ContactId>, Error> {
    let row: Option<Row> = tx.opt(
        "select id from contacts where username_key in ($1, $2) order by username_key <> $1 limit 1",
        &[&username.former_key(), &username.key()],
    )?;
    row.map(|row| row.get("id")).transpose()
}
