//! The SQL of invitations' pages.

use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::id::{ContactId, ResetId};
use crate::kernel::{Digest, EmailAddress, Timestamp};

/// What the link in an invitation leads to.
pub(super) struct Link {
    pub contact: ContactId,
    /// Where the invitation went; nothing once that was blanked.
    pub to: Option<EmailAddress>,
    pub until: Timestamp,
    pub cancelled: bool,
}

/// Until when a contact's latest page is open, if one is.
pub(super) fn open_until(
    tx: &mut Tx<'_>,
    contact: ContactId,
    now: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    let row: Row = tx.one(
        "select max(page_until) as until from resets where contact_id = $1 and page_until > $2 and cancelled_at is null",
        &[&contact, &now],
    )?;
    row.get("until")
}

/// Opens the page of an invitation.
pub(super) fn open(tx: &mut Tx<'_>, reset: ResetId, until: Timestamp) -> Result<bool, Error> {
    tx.run_once("update resets set page_until = $2 where id = $1", &[&reset, &until])
}

/// Until when the page of an invitation is open, if it has one.
pub(super) fn page_until(tx: &mut Tx<'_>, reset: ResetId) -> Result<Option<Timestamp>, Error> {
    let row: Row = tx.one("select page_until from resets where id = $1", &[&reset])?;
    row.get("page_until")
}

/// Adds a link to the page of an invitation.
pub(super) fn insert_link(
    tx: &mut Tx<'_>,
    token: Digest,
    reset: ResetId,
    now: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "insert into invitation_links (token_digest, reset_id, minted_at) values ($1, $2, $3)",
        &[&token, &reset, &now],
    )?;
    Ok(())
}

/// What a link leads to.
pub(super) fn by_token(tx: &mut Tx<'_>, token: Digest) -> Result<Option<Link>, Error> {
    tx.opt(
        "select x.contact_id, x.page_until, x.cancelled_at, m.to_address
         from invitation_links l join resets x on x.id = l.reset_id join mails m on m.id = x.mail_id where l.token_digest = $1",
        &[&token],
    )
}

/// Whether an invitation of a contact was taken by the mail server and not
/// called back.
pub(super) fn stands(tx: &mut Tx<'_>, contact: ContactId) -> Result<bool, Error> {
    let row: Option<Row> = tx.opt(
        "select x.id from resets x join mails m on m.id = x.mail_id
         where x.contact_id = $1 and x.cancelled_at is null and m.kind = 'invitation' and m.state = 'accepted' limit 1",
        &[&contact],
    )?;
    Ok(row.is_some())
}

impl FromRow for Link {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            contact: row.get("contact_id")?,
            to: EmailAddress::parse(&row.get::<String>("to_address")?).ok(),
            until: row.get::<Option<Timestamp>>("page_until")?.unwrap_or(Timestamp::from_millis(0)),
            cancelled: row.get::<Option<Timestamp>>("cancelled_at")?.is_some(),
        })
    }
}
