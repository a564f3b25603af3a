//! The SQL of acts that are done once.

use super::{Attempt, Done};
use crate::db::{Error, FromRow, Row, Tx};
use crate::kernel::id::StaffId;
use crate::kernel::{Digest, Timestamp};

/// An act that was done.
pub(super) struct Known {
    pub fingerprint: Digest,
    pub done: Done,
}

pub(super) fn find(tx: &mut Tx<'_>, staff: StaffId, key: &Digest) -> Result<Option<Known>, Error> {
    tx.opt(
        "select fingerprint, contact_id, reset_id, change_request_id from idempotency_keys where staff_id = $1 and key_digest = $2",
        &[&staff, key],
    )
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    staff: StaffId,
    attempt: &Attempt,
    done: Done,
    now: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "insert into idempotency_keys (staff_id, key_digest, fingerprint, contact_id, reset_id, change_request_id, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        &[&staff, &attempt.key, &attempt.fingerprint, &done.contact, &done.reset, &done.request, &now],
    )?;
    Ok(())
}

impl FromRow for Known {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            fingerprint: row.get("fingerprint")?,
            done: Done {
                contact: row.get("contact_id")?,
                reset: row.get("reset_id")?,
                request: row.get("change_request_id")?,
            },
        })
    }
}
