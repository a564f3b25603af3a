//! The SQL of staff, roles and their resets.

use super::NewStaff;
use super::recovery::Purpose;
use crate::actor::Permissions;
use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::id::{MailId, RoleId, StaffId, StaffResetId, TerritoryId};
use crate::kernel::{Digest, EmailAddress, Timestamp, text};
use crate::mail;
use crate::sessions::StaffKind;

/// A staff user.
#[derive(Clone, Debug)]
pub struct Staff {
    /// Which.
    pub id: StaffId,
    /// Where their mail goes, and what they sign in with.
    pub email: EmailAddress,
    /// Their name.
    pub name: String,
    /// Where they work.
    pub kind: StaffKind,
    /// Whether they still work here.
    pub active: bool,
    /// The hash of their password, once they have one.
    pub password: Option<passwords::Hash>,
    /// What their role allows.
    pub permissions: Permissions,
}

/// A reset of a staff password that can still be used.
#[derive(Clone, Debug)]
pub struct Pending {
    /// Which.
    pub id: StaffResetId,
    /// Whether it is for the first password.
    pub first_password: bool,
    /// What link and code are for.
    pub purpose: Purpose,
    /// Whose.
    pub staff: Staff,
}

/// What came of trying a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Try {
    /// It is the one.
    Right,
    /// It isn't; so many tries are left.
    Wrong {
        /// How many.
        left: i64,
    },
    /// The link is no good any more.
    Void,
}

const STAFF: &str = "s.id as staff_id, s.email, s.name, s.kind, s.active, s.password_hash, r.permissions";

/// A staff user by id.
///
/// # Errors
/// When the database fails.
pub fn find(tx: &mut Tx<'_>, id: StaffId) -> Result<Option<Staff>, Error> {
    tx.opt(&format!("select {STAFF} from staff s join roles r on r.id = s.role_id where s.id = $1"), &[&id])
}

/// A staff user by e-mail address.
///
/// # Errors
/// When the database fails.
pub fn by_email(tx: &mut Tx<'_>, email: &EmailAddress) -> Result<Option<Staff>, Error> {
    tx.opt(
        &format!("select {STAFF} from staff s join roles r on r.id = s.role_id where s.email_key = $1"),
        &[&email.key()],
    )
}

/// Whether there is a staff user, or ever was.
///
/// # Errors
/// When the database fails.
pub fn anybody(tx: &mut Tx<'_>) -> Result<bool, Error> {
    let row: Option<Row> = tx.opt("select id from staff limit 1", &[])?;
    Ok(row.is_some())
}

/// Every staff user there is or was, by name.
///
/// # Errors
/// When the database fails.
pub fn names(tx: &mut Tx<'_>) -> Result<Vec<(StaffId, String)>, Error> {
    let rows: Vec<Row> = tx.all("select id, name from staff order by name, id", &[])?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("name")?))).collect()
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    id: StaffId,
    new: &NewStaff,
    password: Option<&passwords::Hash>,
    now: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "insert into staff (id, email, email_key, name, kind, role_id, role_since, active, password_hash, password_set_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $10, $7, $8, $9, $10)",
        &[
            &id,
            &new.email.as_str(),
            &new.email.key(),
            &new.name,
            &new.kind.as_str(),
            &new.role,
            &true,
            &password.map(|hash| hash.as_str().to_owned()),
            &password.map(|_| now),
            &now,
        ],
    )?;
    Ok(())
}

pub(super) fn insert_territory(tx: &mut Tx<'_>, staff: StaffId, territory: TerritoryId) -> Result<(), Error> {
    tx.run(
        "insert into staff_territories (staff_id, territory_id) values ($1, $2) on conflict do nothing",
        &[&staff, &territory],
    )?;
    Ok(())
}

pub(super) fn set_password(
    tx: &mut Tx<'_>,
    staff: StaffId,
    hash: &passwords::Hash,
    now: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "update staff set password_hash = $2, password_set_at = $3 where id = $1",
        &[&staff, &hash.as_str(), &now],
    )?;
    Ok(())
}

pub(super) fn note_sign_in(
    tx: &mut Tx<'_>,
    staff: StaffId,
    rehashed: Option<(&passwords::Hash, &passwords::Hash)>,
    now: Timestamp,
) -> Result<(), Error> {
    tx.run("update staff set last_sign_in_at = $2 where id = $1", &[&staff, &now])?;
    if let Some((old, new)) = rehashed {
        tx.run(
            "update staff set password_hash = $3 where id = $1 and password_hash = $2",
            &[&staff, &old.as_str(), &new.as_str()],
        )?;
    }
    Ok(())
}

pub(super) fn establish_role(
    tx: &mut Tx<'_>,
    id: RoleId,
    name: &str,
    permissions: &str,
) -> Result<(), Error> {
    tx.run(
        "insert into roles (id, name, name_key, built_in, permissions) values ($1, $2, $3, $4, $5)
         on conflict (name_key) do update set permissions = $5, built_in = $4",
        &[&id, &name, &text::search_key(name), &true, &permissions],
    )?;
    Ok(())
}

pub(super) fn role_named(tx: &mut Tx<'_>, name: &str) -> Result<Option<RoleId>, Error> {
    let row: Option<Row> = tx.opt("select id from roles where name_key = $1", &[&text::search_key(name)])?;
    row.map(|row| row.get("id")).transpose()
}

pub(super) fn void_resets(tx: &mut Tx<'_>, staff: StaffId, now: Timestamp) -> Result<(), Error> {
    tx.run(
        "update staff_resets set finished_at = $2 where staff_id = $1 and finished_at is null",
        &[&staff, &now],
    )?;
    mail::cancel_resets_of_staff(tx, staff, now)?;
    Ok(())
}

/// How many links that set a password are good until then, or will be once their mail
/// leaves. A mail that is held after a restore may never leave, so it doesn't count.
pub(super) fn good_resets(tx: &mut Tx<'_>, staff: StaffId, then: Timestamp) -> Result<i64, Error> {
    let row: Row = tx.one(
        "select count(*) as resets from staff_resets x join mails m on m.id = x.mail_id
         where x.staff_id = $1 and x.finished_at is null and x.purpose = 'password' and x.tries_left > 0
           and (x.expires_at > $2 or (m.finished_at is null and m.held_at is null))",
        &[&staff, &then],
    )?;
    row.get("resets")
}

pub(super) struct NewReset {
    pub id: StaffResetId,
    pub purpose: Purpose,
    pub staff: StaffId,
    pub mail: MailId,
    pub first_password: bool,
    pub tries: i64,
}

pub(super) fn insert_reset(tx: &mut Tx<'_>, new: &NewReset, now: Timestamp) -> Result<(), Error> {
    tx.run(
        "insert into staff_resets (id, staff_id, mail_id, first_password, requested_at, tries_left, purpose) values ($1, $2, $3, $4, $5, $6, $7)",
        &[&new.id, &new.staff, &new.mail, &new.first_password, &now, &new.tries, &new.purpose.as_str()],
    )?;
    Ok(())
}

pub(super) fn reset_by_mail(tx: &mut Tx<'_>, mail: MailId) -> Result<Option<Pending>, Error> {
    tx.opt(
        &format!(
            "select x.id, x.first_password, x.purpose, {STAFF} from staff_resets x join staff s on s.id = x.staff_id join roles r on r.id = s.role_id
             where x.mail_id = $1 and x.finished_at is null and s.active"
        ),
        &[&mail],
    )
}

pub(super) fn reset_by_token(
    tx: &mut Tx<'_>,
    token: Digest,
    purpose: Purpose,
    now: Timestamp,
) -> Result<Option<Pending>, Error> {
    tx.opt(
        &format!(
            "select x.id, x.first_password, x.purpose, {STAFF} from staff_resets x join staff s on s.id = x.staff_id join roles r on r.id = s.role_id
             where x.token_digest = $1 and x.finished_at is null and x.expires_at > $2 and x.tries_left > 0 and s.active and x.purpose = $3"
        ),
        &[&token, &now, &purpose.as_str()],
    )
}

pub(super) fn set_secrets(
    tx: &mut Tx<'_>,
    id: StaffResetId,
    token: Digest,
    code: Digest,
    until: Timestamp,
) -> Result<bool, Error> {
    tx.run_once(
        "update staff_resets set token_digest = $2, code_digest = $3, expires_at = $4 where id = $1 and finished_at is null",
        &[&id, &token, &code, &until],
    )
}

/// Takes one of the tries and compares.
pub(super) fn try_code(tx: &mut Tx<'_>, token: Digest, code: Digest, now: Timestamp) -> Result<Try, Error> {
    let row: Option<Row> = tx.opt(
        "update staff_resets set tries_left = tries_left - 1
         where token_digest = $1 and finished_at is null and expires_at > $2 and tries_left > 0 returning tries_left, code_digest",
        &[&token, &now],
    )?;
    let Some(row) = row else { return Ok(Try::Void) };
    let stored: Option<Digest> = row.get("code_digest")?;
    match (stored == Some(code), row.get("tries_left")?) {
        (true, _) => Ok(Try::Right),
        (false, 0) => Ok(Try::Void),
        (false, left) => Ok(Try::Wrong { left }),
    }
}

pub(super) fn finish_reset(tx: &mut Tx<'_>, id: StaffResetId, now: Timestamp) -> Result<bool, Error> {
    tx.run_once(
        "update staff_resets set finished_at = $2 where id = $1 and finished_at is null and expires_at > $2",
        &[&id, &now],
    )
}

impl FromRow for Staff {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("staff_id")?,
            email: row.parse("email", EmailAddress::parse)?,
            name: row.get("name")?,
            kind: row.named("kind")?,
            active: row.get("active")?,
            password: row.parse_opt("password_hash", passwords::Hash::parse)?,
            permissions: row.parse("permissions", |text| serde_json::from_str(text))?,
        })
    }
}

impl FromRow for Pending {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            first_password: row.get("first_password")?,
            purpose: row.named("purpose")?,
            staff: Staff::from_row(row)?,
        })
    }
}
