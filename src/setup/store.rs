//! The SQL of test mails.

use crate::db::{Error, Row, Tx};
use crate::kernel::id::MailId;
use crate::mail::Kind;

pub(super) fn insert_test(tx: &mut Tx<'_>, mail: MailId, shown: Kind) -> Result<(), Error> {
    tx.run("insert into test_mails (mail_id, shown) values ($1, $2)", &[&mail, &shown.as_str()])?;
    Ok(())
}

/// What a test mail shows.
pub(super) fn shown(tx: &mut Tx<'_>, mail: MailId) -> Result<Option<Kind>, Error> {
    let row: Option<Row> = tx.opt("select shown from test_mails where mail_id = $1", &[&mail])?;
    row.map(|row| row.parse("shown", |name| Kind::from_name(name).ok_or("unknown kind of mail"))).transpose()
}
