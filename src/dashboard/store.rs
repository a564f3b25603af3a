//! The SQL of the dashboard.

use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::Timestamp;
use crate::kernel::id::StaffId;
use crate::listing::Standing;

/// Acts of one kind within a quarter of an hour: every zone's days begin with
/// one.
pub(super) struct Acts {
    pub at: Timestamp,
    pub is_sign_in: bool,
    pub count: i64,
}

/// A quarter of an hour, in milliseconds.
const SLOT_MS: i64 = 900_000;

/// Sign-ins of contacts, and resets and invitations asked for, since a moment.
pub(super) fn acts(tx: &mut Tx<'_>, staff: Option<StaffId>, since: Timestamp) -> Result<Vec<Acts>, Error> {
    match staff {
        None => tx.all(
            "select a.act, a.at / $2 as slot, count(*) as acts from audit a
             where a.act in ('signed-in', 'signed-in-temporarily', 'reset-requested', 'invitation-requested')
               and a.at >= $1 and a.contact_id is not null
             group by a.act, a.at / $2",
            &[&since, &SLOT_MS],
        ),
        Some(staff) => tx.all(
            "select a.act, a.at / $2 as slot, count(*) as acts from audit a join retailers r on r.id = a.retailer_id
             where a.act in ('signed-in', 'signed-in-temporarily', 'reset-requested', 'invitation-requested')
               and a.at >= $1 and a.contact_id is not null
               and r.territory_id in (select territory_id from staff_territories where staff_id = $3)
             group by a.act, a.at / $2",
            &[&since, &SLOT_MS, &staff],
        ),
    }
}

/// Contacts who stand alike.
pub(super) struct Group {
    standing: String,
    has_password: bool,
    /// Whether a temporary password of theirs is good.
    live: bool,
    pub contacts: i64,
}

impl Group {
    /// Whether the filter of lists counts them so.
    pub(super) fn is(&self, standing: Standing) -> bool {
        match (standing, self.standing.as_str()) {
            (Standing::Active, "active" | "brought-along" | "resetting" | "reset-sent") => self.has_password,
            (Standing::Invited, "invited") => self.live,
            (Standing::Expired, "invited") => !self.live,
            (Standing::Invited, "inviting")
            | (Standing::Expired, "invitation-expired")
            | (Standing::NotInvited, "not-invited")
            | (Standing::Missing, "missing-email" | "missing-username") => true,
            _ => false,
        }
    }
}

/// How many contacts stand how.
pub(super) fn groups(tx: &mut Tx<'_>, staff: Option<StaffId>, now: Timestamp) -> Result<Vec<Group>, Error> {
    match staff {
        None => tx.all(
            "select l.standing, l.has_password, coalesce(l.temporary_until > $1, false) as live, count(*) as contacts
             from contact_listings l group by l.standing, l.has_password, coalesce(l.temporary_until > $1, false)",
            &[&now],
        ),
        Some(staff) => tx.all(
            "select l.standing, l.has_password, coalesce(l.temporary_until > $1, false) as live, count(*) as contacts
             from contact_listings l where l.territory_id in (select territory_id from staff_territories where staff_id = $2)
             group by l.standing, l.has_password, coalesce(l.temporary_until > $1, false)",
            &[&now, &staff],
        ),
    }
}

impl FromRow for Group {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            standing: row.get("standing")?,
            has_password: row.get("has_password")?,
            live: row.get("live")?,
            contacts: row.get("contacts")?,
        })
    }
}

impl FromRow for Acts {
    fn from_row(row: &Row) -> Result<Self, Error> {
        let act: String = row.get("act")?;
        Ok(Self {
            at: Timestamp::from_millis(row.get::<i64>("slot")? * SLOT_MS),
            is_sign_in: act.starts_with("signed-in"),
            count: row.get("acts")?,
        })
    }
}
