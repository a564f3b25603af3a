//! The SQL of test mails.

use crate::db::{Error, Row, Tx};
use crate::kernel::id::MailId;
use crate::mail::Kind;

pub(super) fn insert_test(tx: &mut Tx<'_>, mail: MailId, shown: Kind, case: &str) -> Result<(), Error> {
    tx.run(
        "insert into test_mails (mail_id, shown, shown_case) values ($1, $2, $3)",
        &[&mail, &shown.as_str(), &case],
    )?;
    Ok(())
}

/// What a test mail shows, in which case.
pub(super) fn shown(tx: &mut Tx<'_>, mail: MailId) -> Result<Option<(Kind, String)>, Error> {
    let row: Option<Row> = tx.opt("select shown, shown_case from test_mails where mail_id = $1", &[&mail])?;
    let Some(row) = row else { return Ok(None) };
    let kind = row.named::<Kind>("shown")?;
    Ok(Some((kind, row.get("shown_case")?)))
}
