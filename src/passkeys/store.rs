//! The SQL of passkeys.

use super::{Owner, Passkey};
use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::id::{ContactId, PasskeyId, SessionId, StaffId};
use crate::kernel::{Digest, Timestamp};

/// A passkey with its public half.
pub(super) struct Kept {
    pub id: PasskeyId,
    pub owner: Owner,
    /// As the library wrote it.
    pub credential: String,
}

pub(super) struct NewCeremony {
    pub token: Digest,
    pub purpose: &'static str,
    pub session: Option<SessionId>,
    pub state: String,
    pub expires_at: Timestamp,
}

/// Someone's passkeys, oldest first.
///
/// # Errors
/// When the database fails.
pub fn list(tx: &mut Tx<'_>, owner: Owner) -> Result<Vec<Passkey>, Error> {
    tx.all(
        "select id, name, created_at, last_used_at from passkeys where staff_id = $1 or contact_id = $2 order by created_at, id limit 100",
        &[&owner.staff(), &owner.contact()],
    )
}

pub(super) fn credential_ids(tx: &mut Tx<'_>, owner: Owner) -> Result<Vec<String>, Error> {
    let rows: Vec<Row> = tx.all(
        "select credential_id from passkeys where staff_id = $1 or contact_id = $2 order by created_at, id limit 100",
        &[&owner.staff(), &owner.contact()],
    )?;
    rows.iter().map(|row| row.get("credential_id")).collect()
}

pub(super) fn by_credential_id(tx: &mut Tx<'_>, credential_id: &str) -> Result<Option<Kept>, Error> {
    tx.opt(
        "select id, staff_id, contact_id, credential from passkeys where credential_id = $1",
        &[&credential_id],
    )
}

/// Keeps a passkey; says whether nobody has it yet.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    owner: Owner,
    name: &str,
    (credential_id, credential): (&str, &str),
    now: Timestamp,
) -> Result<bool, Error> {
    tx.run_once(
        "insert into passkeys (id, staff_id, contact_id, name, credential_id, credential, created_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (credential_id) do nothing",
        &[&PasskeyId::new(now), &owner.staff(), &owner.contact(), &name, &credential_id, &credential, &now],
    )
}

pub(super) fn note_use(
    tx: &mut Tx<'_>,
    id: PasskeyId,
    credential: &str,
    now: Timestamp,
) -> Result<bool, Error> {
    tx.run_once(
        "update passkeys set credential = $2, last_used_at = $3 where id = $1",
        &[&id, &credential, &now],
    )
}

/// Removes one of someone's passkeys; another's is not found.
///
/// # Errors
/// When the database fails.
pub fn remove(tx: &mut Tx<'_>, owner: Owner, id: PasskeyId) -> Result<bool, Error> {
    tx.run_once(
        "delete from passkeys where id = $1 and (staff_id = $2 or contact_id = $3)",
        &[&id, &owner.staff(), &owner.contact()],
    )
}

/// Removes all of someone's passkeys; gives how many.
///
/// # Errors
/// When the database fails.
pub fn remove_all(tx: &mut Tx<'_>, owner: Owner) -> Result<u64, Error> {
    tx.run("delete from passkeys where staff_id = $1 or contact_id = $2", &[&owner.staff(), &owner.contact()])
}

/// Removes someone's passkeys that were added since then; gives how many.
///
/// # Errors
/// When the database fails.
pub fn remove_added_since(tx: &mut Tx<'_>, owner: Owner, since: Timestamp) -> Result<u64, Error> {
    tx.run(
        "delete from passkeys where (staff_id = $1 or contact_id = $2) and created_at >= $3",
        &[&owner.staff(), &owner.contact(), &since],
    )
}

pub(super) fn begin(tx: &mut Tx<'_>, new: &NewCeremony) -> Result<(), Error> {
    tx.run(
        "insert into passkey_ceremonies (token_digest, purpose, session_id, state, expires_at) values ($1, $2, $3, $4, $5)",
        &[&new.token, &new.purpose, &new.session, &new.state, &new.expires_at],
    )?;
    Ok(())
}

/// Takes what was remembered of a ceremony away: of two answers one finds it.
pub(super) fn take(
    tx: &mut Tx<'_>,
    token: Digest,
    purpose: &str,
    session: Option<SessionId>,
    now: Timestamp,
) -> Result<Option<String>, Error> {
    let row: Option<Row> = tx.opt(
        "delete from passkey_ceremonies where token_digest = $1 and purpose = $2 and session_id is not distinct from $3 and expires_at > $4
         returning state",
        &[&token, &purpose, &session, &now],
    )?;
    row.map(|row| row.get("state")).transpose()
}

/// Removes some of the challenges that were never answered; says whether there may
/// be more.
///
/// # Errors
/// When the database fails.
pub fn forget_old(tx: &mut Tx<'_>, now: Timestamp) -> Result<bool, Error> {
    let removed = tx.run(
        "delete from passkey_ceremonies where token_digest in
             (select token_digest from passkey_ceremonies where expires_at <= $1 limit 1000)",
        &[&now],
    )?;
    Ok(removed > 0)
}

impl FromRow for Passkey {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            created_at: row.get("created_at")?,
            last_used_at: row.get("last_used_at")?,
        })
    }
}

impl FromRow for Kept {
    fn from_row(row: &Row) -> Result<Self, Error> {
        let owner =
            match (row.get::<Option<StaffId>>("staff_id")?, row.get::<Option<ContactId>>("contact_id")?) {
                (Some(staff), _) => Owner::Staff(staff),
                (None, Some(contact)) => Owner::Contact(contact),
                (None, None) => row.parse("credential", |_| Err("a passkey of nobody"))?,
            };
        Ok(Self { id: row.get("id")?, owner, credential: row.get("credential")? })
    }
}
