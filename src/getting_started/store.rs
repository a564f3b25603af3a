//! The SQL of the first steps.

use super::{Facts, TestMail};
use crate::db::{Error, FromRow, Row, Tx};

/// What the first steps left behind.
pub(super) fn facts(tx: &mut Tx<'_>) -> Result<Facts, Error> {
    let facts: Facts = tx.one(
        "select (select count(*) from territories) as territories, (select min(name) from territories) as territory,
            (select count(*) from contacts where erased_at is null) as contacts,
            (select count(*) from staff where active) as people,
            exists (select 1 from mails where kind = 'test' and state = 'accepted') as tested,
            exists (select 1 from mails where kind = 'invitation' and state = 'accepted') as invited,
            exists (select 1 from mails where kind = 'invitation' and finished_at is null) as inviting,
            exists (select 1 from contacts where last_sign_in_at is not null or (password_set_at is not null and password_brought_at is null)) as signed_in",
        &[],
    )?;
    Ok(Facts { test: latest_test(tx)?, ..facts })
}

/// The test mail that was asked for last.
fn latest_test(tx: &mut Tx<'_>) -> Result<Option<TestMail>, Error> {
    tx.opt(
        "select state, answer from mails where kind = 'test' order by created_at desc, id desc limit 1",
        &[],
    )
}

impl FromRow for Facts {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            territories: row.get("territories")?,
            territory: row.get::<Option<String>>("territory")?.unwrap_or_default(),
            contacts: row.get("contacts")?,
            people: row.get("people")?,
            tested: row.get("tested")?,
            test: None,
            invited: row.get("invited")?,
            inviting: row.get("inviting")?,
            signed_in: row.get("signed_in")?,
        })
    }
}

impl FromRow for TestMail {
    fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            delivery: row.named("state")?,
            answer: row.get::<Option<String>>("answer")?.unwrap_or_default(),
        })
    }
}
