//! The SQL of what a restore left behind.

use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::Timestamp;
use crate::kernel::id::{ContactId, MailId};
use crate::mail::Kind;

/// A mail that may have left before the restore.
#[derive(Clone, Debug)]
pub struct Held {
    /// Which.
    pub id: MailId,
    /// What it is.
    pub kind: Kind,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// The contact it is for or about.
    pub contact: Option<ContactId>,
    /// Who that is: a contact with the retailer, or a staff user; empty when
    /// nobody is known.
    pub whom: String,
}

impl Held {
    /// Forgets whom it is for, for who may not see customers.
    pub(super) fn unnamed(&mut self) {
        self.contact = None;
        self.whom = String::new();
    }
}

pub(super) fn count_held(tx: &mut Tx<'_>) -> Result<i64, Error> {
    let row: Row = tx.one("select count(*) as n from mails where held_at is not null", &[])?;
    row.get("n")
}

pub(super) fn held(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Held>, Error> {
    tx.all(
        "select m.id, m.kind, m.created_at, m.contact_id,
                coalesce(c.name || ', ' || r.name, s.name, '') as whom
         from mails m left join contacts c on c.id = m.contact_id left join retailers r on r.id = c.retailer_id
              left join staff s on s.id = m.staff_id
         where m.held_at is not null order by m.created_at, m.id limit $1",
        &[&limit],
    )
}

impl FromRow for Held {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get("id")?,
            kind: row.named("kind")?,
            created_at: row.get("created_at")?,
            contact: row.get("contact_id")?,
            whom: row.get("whom")?,
        })
    }
}
