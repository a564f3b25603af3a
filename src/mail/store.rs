//! The mails' SQL.

use super::answers::Class;
use super::{Delivery, Kind, NewMail};
use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::id::{ContactId, MailId, StaffId};
use crate::kernel::{EmailAddress, Language, Timestamp};

/// A mail and where it is on its way.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Which.
    pub id: MailId,
    /// What it is.
    pub kind: Kind,
    /// To whom.
    pub to: EmailAddress,
    /// In which language.
    pub language: Language,
    /// The contact it is for or about.
    pub contact: Option<ContactId>,
    /// The staff user it is for.
    pub staff: Option<StaffId>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Where it is on its way.
    pub state: Delivery,
    /// How often it was tried.
    pub attempts: i64,
    /// Whether it must not be handed over again when it may have arrived.
    pub once: bool,
    /// How often it may have arrived although no answer said so.
    pub doubts: i64,
}

/// How a mail ended.
#[derive(Clone, Copy, Debug)]
pub struct End<'a> {
    /// Accepted, bounced or given up.
    pub state: Delivery,
    /// What the mail server said, or why it could not be asked.
    pub answer: &'a str,
    /// Whether it was handed over encrypted; unknown when it wasn't.
    pub encrypted: Option<bool>,
    /// Whether it may have arrived although no answer says so.
    pub unsure: bool,
    /// Whom the answer is about; nobody when there was none.
    pub class: Option<Class>,
}

/// Why a mail is tried again later.
#[derive(Clone, Copy, Debug)]
pub struct Later<'a> {
    /// What the mail server said, or why it could not be asked.
    pub answer: &'a str,
    /// Whom the answer is about; nobody when there was none.
    pub class: Option<Class>,
    /// Whether the mail server certainly doesn't have it.
    pub certain: bool,
}

/// A line of `tradepost outbox`.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Which mail.
    pub id: MailId,
    /// What it is.
    pub kind: Kind,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next; at once when nothing is said.
    pub next_try_at: Option<Timestamp>,
    /// What the mail server said last, or why it could not be asked.
    pub answer: Option<String>,
    /// Whether it waits for a person, since it may have left before a restore.
    pub held: bool,
}

/// Why a held mail waits.
const HELD: &str = "It may have left before this installation was restored";

pub(super) fn insert(
    tx: &mut Tx<'_>,
    id: MailId,
    (new, once): (&NewMail, bool),
    now: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "insert into mails (id, kind, to_address, language, contact_id, staff_id, created_at, state, once) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[&id, &new.kind.as_str(), &new.to.as_str(), &new.language.tag(), &new.contact, &new.staff, &now, &Delivery::Waiting.as_str(), &once],
    )?;
    Ok(())
}

/// A mail, unless its address was blanked since.
///
/// # Errors
/// When the database fails.
pub fn find(tx: &mut Tx<'_>, id: MailId) -> Result<Option<Mail>, Error> {
    tx.opt("select id, kind, to_address, language, contact_id, staff_id, created_at, state, attempts, once, doubts from mails where id = $1 and to_address <> ''", &[&id])
}

/// Counts an attempt that is about to be made.
///
/// # Errors
/// When the database fails.
pub fn count_attempt(tx: &mut Tx<'_>, id: MailId) -> Result<(), Error> {
    tx.run("update mails set attempts = attempts + 1 where id = $1", &[&id])?;
    Ok(())
}

/// Notes that a mail is handed over now: from here on it may arrive, whatever
/// becomes of this process. Says whether it may be, having been in doubt less
/// often than `most`: of two workers that have a mail sent only once, of which
/// one lost its lease, one hands it over.
///
/// # Errors
/// When the database fails.
pub fn about_to_hand_over(tx: &mut Tx<'_>, id: MailId, most: i64) -> Result<bool, Error> {
    tx.run_once(
        "update mails set doubts = doubts + 1 where id = $1 and finished_at is null and doubts < $2",
        &[&id, &most],
    )
}

/// Notes how a mail ended; says whether it had not ended before.
///
/// # Errors
/// When the database fails.
pub fn finish(tx: &mut Tx<'_>, id: MailId, end: &End<'_>, now: Timestamp) -> Result<bool, Error> {
    tx.run_once(
        "update mails set state = $2, answer = $3, encrypted = $4, unsure = $5, finished_at = $6, class = $7, next_try_at = null where id = $1 and finished_at is null",
        &[&id, &end.state.as_str(), &end.answer, &end.encrypted, &end.unsure, &now, &end.class.map(Class::as_str)],
    )
}

/// Notes that a mail is tried again later, and why.
///
/// # Errors
/// When the database fails.
pub fn put_off(tx: &mut Tx<'_>, id: MailId, why: &Later<'_>, until: Timestamp) -> Result<bool, Error> {
    tx.run_once(
        "update mails set state = $2, answer = $3, next_try_at = $4, class = $5, doubts = doubts - $6 where id = $1 and finished_at is null",
        &[
            &id,
            &Delivery::PutOff.as_str(),
            &why.answer,
            &until,
            &why.class.map(Class::as_str),
            &i64::from(why.certain),
        ],
    )
}

/// Notes that a mail is not tried by itself any more, and why.
///
/// # Errors
/// When the database fails.
pub fn set_aside(tx: &mut Tx<'_>, id: MailId, why: &str) -> Result<(), Error> {
    tx.run(
        "update mails set state = $2, answer = $3, next_try_at = null where id = $1 and finished_at is null",
        &[&id, &Delivery::PutOff.as_str(), &why],
    )?;
    Ok(())
}

/// Notes that a mail came back although it may have been taken, and why; says
/// whether that was not known before. What the mail server answered then is
/// kept.
///
/// # Errors
/// When the database fails.
pub fn returned(
    tx: &mut Tx<'_>,
    id: MailId,
    (why, class): (&str, Class),
    now: Timestamp,
) -> Result<bool, Error> {
    tx.run_once(
        "update mails set state = case when state = 'cancelled' then state else 'bounced' end, unsure = $4, next_try_at = null, held_at = null,
             returned_at = $3, returned = $2, class = $5, finished_at = coalesce(finished_at, $3) where id = $1 and returned_at is null",
        &[&id, &why, &now, &false, &class.as_str()],
    )
}

/// When mail to this address of a contact bounced last.
///
/// # Errors
/// When the database fails.
pub fn last_bounced(
    tx: &mut Tx<'_>,
    contact: ContactId,
    address: &EmailAddress,
) -> Result<Option<Timestamp>, Error> {
    let row: Row = tx.one(
        "select max(coalesce(returned_at, finished_at)) as at from mails
         where contact_id = $1 and to_address = $2 and state = 'bounced'",
        &[&contact, &address.as_str()],
    )?;
    row.get("at")
}

/// Calls a mail back; says whether it had not left yet.
///
/// # Errors
/// When the database fails.
pub fn cancel(tx: &mut Tx<'_>, id: MailId, now: Timestamp) -> Result<bool, Error> {
    tx.run_once(
        "update mails set state = $2, finished_at = $3, next_try_at = null, held_at = null where id = $1 and finished_at is null",
        &[&id, &Delivery::Cancelled.as_str(), &now],
    )
}

/// Holds every mail that has not come to its end until a person has decided; gives
/// how many.
///
/// # Errors
/// When the database fails.
pub fn hold_unfinished(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, Error> {
    tx.run(
        "update mails set held_at = $1, state = 'put-off', next_try_at = null, answer = $2, class = null where finished_at is null",
        &[&now, &HELD],
    )
}

/// What waits, oldest first.
///
/// # Errors
/// When the database fails.
pub fn waiting(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Waiting>, Error> {
    tx.all(
        "select id, kind, created_at, attempts, next_try_at, answer, held_at is not null as held from mails where finished_at is null order by created_at limit $1",
        &[&limit],
    )
}

fn kind(row: &Row) -> Result<Kind, Error> {
    row.named::<Kind>("kind")
}

/// Calls back the mails of a contact's resets and invitations that have not left.
///
/// # Errors
/// When the database fails.
pub fn cancel_resets_of(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<u64, Error> {
    tx.run(
        "update mails set state = 'cancelled', finished_at = $2, next_try_at = null, held_at = null
         where contact_id = $1 and finished_at is null and kind in ('reset', 'invitation')",
        &[&contact, &now],
    )
}

/// The same of a staff user's links.
///
/// # Errors
/// When the database fails.
pub fn cancel_resets_of_staff(tx: &mut Tx<'_>, staff: StaffId, now: Timestamp) -> Result<u64, Error> {
    tx.run(
        "update mails set state = 'cancelled', finished_at = $2, next_try_at = null, held_at = null
         where staff_id = $1 and finished_at is null and kind = 'staff-reset'",
        &[&staff, &now],
    )
}

/// Calls back a contact's mail of every kind that has not left.
///
/// # Errors
/// When the database fails.
pub fn cancel_all_of(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<u64, Error> {
    tx.run(
        "update mails set state = 'cancelled', finished_at = $2, next_try_at = null, held_at = null
         where contact_id = $1 and finished_at is null",
        &[&contact, &now],
    )
}

/// Leaves of a contact's mails when they were sent and how that ended.
///
/// # Errors
/// When the database fails.
pub fn blank_all_of(tx: &mut Tx<'_>, contact: ContactId) -> Result<u64, Error> {
    tx.run(
        "update mails set to_address = '', answer = null, returned = null where contact_id = $1",
        &[&contact],
    )
}

/// Leaves of mails that ended before a moment when they were sent and how that ended,
/// `limit` at a time.
///
/// # Errors
/// When the database fails.
pub fn blank_old(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<u64, Error> {
    tx.run(
        "update mails set to_address = '', answer = null, returned = null where id in
             (select id from mails where finished_at < $1 and to_address <> '' order by finished_at limit $2)",
        &[&before, &limit],
    )
}

/// Removes such notices, which no page and no history needs.
///
/// # Errors
/// When the database fails.
pub fn remove_old_notices(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<u64, Error> {
    tx.run(
        "delete from mails where id in
             (select m.id from mails m where m.finished_at < $1 and m.to_address = ''
                and m.kind in ('password-changed', 'email-changed', 'email-confirmation', 'usernames', 'sign-in-changed', 'test', 'invitation-username')
                and not exists (select 1 from email_changes e where e.mail_id = m.id)
              order by m.finished_at limit $2)",
        &[&before, &limit],
    )
}

/// Takes held mails out of waiting for a person: one, or every one.
///
/// # Errors
/// When the database fails.
pub fn release_held(tx: &mut Tx<'_>, which: Option<MailId>) -> Result<Vec<MailId>, Error> {
    let rows: Vec<Row> = match which {
        Some(id) => tx.all(
            "update mails set held_at = null, answer = null, state = 'waiting' where id = $1 and held_at is not null returning id",
            &[&id],
        )?,
        None => tx.all(
            "update mails set held_at = null, answer = null, state = 'waiting' where held_at is not null returning id",
            &[],
        )?,
    };
    rows.iter().map(|row| row.get("id")).collect()
}

impl FromRow for Mail {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            kind: kind(row)?,
            to: row.parse("to_address", EmailAddress::parse)?,
            language: row.parse("language", |tag| Language::from_tag(tag).ok_or("unknown language"))?,
            contact: row.get("contact_id")?,
            staff: row.get("staff_id")?,
            created_at: row.get("created_at")?,
            state: row.named("state")?,
            attempts: row.get("attempts")?,
            once: row.get("once")?,
            doubts: row.get("doubts")?,
        })
    }
}

impl FromRow for Waiting {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            kind: kind(row)?,
            created_at: row.get("created_at")?,
            attempts: row.get("attempts")?,
            next_try_at: row.get("next_try_at")?,
            answer: row.get("answer")?,
            held: row.get("held")?,
        })
    }
}
