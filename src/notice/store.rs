//! The SQL of notices.

use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::id::{ContactId, MailId, StaffId};
use crate::kernel::{EmailAddress, Language};

/// What a notice tells, and to whom.
pub(super) struct Told {
    pub change: String,
    pub person: String,
    /// Where a staff user works; `None` of a contact.
    pub kind: Option<String>,
    /// Who did it: `staff`, `operator`, or nobody else than themself.
    pub by: String,
    pub by_name: Option<String>,
}

pub(super) fn staff(tx: &mut Tx<'_>, id: StaffId) -> Result<Option<(EmailAddress, Language)>, Error> {
    let row: Option<Row> = tx.opt("select email from staff where id = $1", &[&id])?;
    row.map(|row| Ok((row.parse("email", EmailAddress::parse)?, Language::English))).transpose()
}

pub(super) fn contact(tx: &mut Tx<'_>, id: ContactId) -> Result<Option<(EmailAddress, Language)>, Error> {
    let row: Option<Row> =
        tx.opt("select email, language from contacts where id = $1 and email is not null", &[&id])?;
    let language = |row: &Row| row.parse("language", |tag| Language::from_tag(tag).ok_or("unknown language"));
    row.map(|row| Ok((row.parse("email", EmailAddress::parse)?, language(&row)?))).transpose()
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    mail: MailId,
    change: &str,
    (by, staff): (&str, Option<StaffId>),
) -> Result<(), Error> {
    tx.run(
        "insert into sign_in_changes (mail_id, change, changed_by, by_staff_id) values ($1, $2, $3, $4)",
        &[&mail, &change, &by, &staff],
    )?;
    Ok(())
}

pub(super) fn find(tx: &mut Tx<'_>, mail: MailId) -> Result<Option<Told>, Error> {
    tx.opt(
        "select x.change, x.changed_by, s.kind, coalesce(s.name, c.name) as person, b.name as by_name
         from sign_in_changes x join mails m on m.id = x.mail_id
         left join staff s on s.id = m.staff_id left join contacts c on c.id = m.contact_id left join staff b on b.id = x.by_staff_id
         where x.mail_id = $1 and coalesce(s.name, c.name) is not null",
        &[&mail],
    )
}

impl FromRow for Told {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            change: row.get("change")?,
            person: row.get("person")?,
            kind: row.get("kind")?,
            by: row.get("changed_by")?,
            by_name: row.get("by_name")?,
        })
    }
}
