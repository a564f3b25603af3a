//! The SQL of everything known about a contact. A column is called like the
//! file calls it; no hash, digest or salt is ever selected.

use super::{Record, Told};
use crate::db::{Error, Row, Tx};
use crate::kernel::Id;
use crate::kernel::id::{ContactId, of};

/// What a column holds.
#[derive(Clone, Copy)]
enum Holds {
    Id,
    Text,
    Word,
    Moment,
    Yes,
    Number,
}
use Holds::{Moment, Number, Text, Word, Yes};

/// The labels of columns, and what they hold.
type Shape = [(&'static str, Holds)];

pub(super) fn person(tx: &mut Tx<'_>, contact: ContactId) -> Result<Vec<Record>, Error> {
    let rows = tx.all(
        "select id, name, position, phone, language, email, email_changed_at, username, website_access, active,
             password_hash is not null as has_password, password_set_at, password_brought_at, last_sign_in_at, bounced_at, created_at, updated_at as changed_at
         from contacts where id = $1",
        &[&contact],
    )?;
    let shape = [
        ("known-id", Holds::Id),
        ("known-name", Text),
        ("known-position", Text),
        ("known-phone", Text),
        ("known-language", Word),
        ("known-email", Text),
        ("known-email-changed-at", Moment),
        ("known-username", Text),
        ("known-website-access", Yes),
        ("known-active", Yes),
        ("known-has-password", Yes),
        ("known-password-set-at", Moment),
        ("known-password-brought-at", Moment),
        ("known-last-sign-in-at", Moment),
        ("known-bounced-at", Moment),
        ("known-created-at", Moment),
        ("known-changed-at", Moment),
    ];
    records(&rows, &shape)
}

pub(super) fn retailer(tx: &mut Tx<'_>, contact: ContactId) -> Result<Vec<Record>, Error> {
    let rows = tx.all(
        "select r.name, r.account_number, r.address, t.name as territory, r.active
         from contacts c join retailers r on r.id = c.retailer_id join territories t on t.id = r.territory_id where c.id = $1",
        &[&contact],
    )?;
    let shape = [
        ("known-name", Text),
        ("known-account-number", Text),
        ("known-address", Text),
        ("known-territory", Text),
        ("known-active", Yes),
    ];
    records(&rows, &shape)
}

pub(super) fn merged_records(tx: &mut Tx<'_>, contact: ContactId) -> Result<Vec<Record>, Error> {
    let rows = tx.all(
        "select id, name, position, phone, language, last_sign_in_at, created_at, updated_at as changed_at
         from contacts where merged_into_id = $1 order by created_at",
        &[&contact],
    )?;
    let shape = [
        ("known-id", Holds::Id),
        ("known-name", Text),
        ("known-position", Text),
        ("known-phone", Text),
        ("known-language", Word),
        ("known-last-sign-in-at", Moment),
        ("known-created-at", Moment),
        ("known-changed-at", Moment),
    ];
    records(&rows, &shape)
}

pub(super) fn passkeys(tx: &mut Tx<'_>, contact: ContactId) -> Result<Vec<Record>, Error> {
    let rows = tx.all(
        "select name, created_at as added_at, last_used_at from passkeys where contact_id = $1 order by created_at desc",
        &[&contact],
    )?;
    records(&rows, &[("known-name", Text), ("known-added-at", Moment), ("known-last-used-at", Moment)])
}

pub(super) fn sessions(tx: &mut Tx<'_>, contact: ContactId, limit: i64) -> Result<Vec<Record>, Error> {
    let rows = tx.all(
        "select created_at as started_at, last_seen_at, expires_at, ended_at, address as internet_address, device from sessions
         where contact_id = $1 or contact_id in (select id from contacts where merged_into_id = $1) order by created_at desc limit $2",
        &[&contact, &limit],
    )?;
    let shape = [
        ("known-started-at", Moment),
        ("known-last-seen-at", Moment),
        ("known-expires-at", Moment),
        ("known-ended-at", Moment),
        ("known-internet-address", Text),
        ("known-device", Text),
    ];
    records(&rows, &shape)
}

pub(super) fn resets(tx: &mut Tx<'_>, contact: ContactId, limit: i64) -> Result<Vec<Record>, Error> {
    let rows = tx.all(
        "select m.kind, x.requested_at as asked_at, x.started_by as asked_by, x.door, x.stop_current as stopped_password,
             m.state as mail_state, m.finished_at,
             case when x.used_at is null and x.cancelled_at is null and x.superseded_at is null
                 then (select max(p.expires_at) from temporary_passwords p where p.reset_id = x.id) end as expires_at,
             x.used_at, x.cancelled_at, x.superseded_at as replaced_at
         from resets x join mails m on m.id = x.mail_id
         where x.contact_id = $1 or x.contact_id in (select id from contacts where merged_into_id = $1) order by x.requested_at desc limit $2",
        &[&contact, &limit],
    )?;
    let shape = [
        ("known-kind", Word),
        ("known-asked-at", Moment),
        ("known-asked-by", Word),
        ("known-door", Word),
        ("known-stopped-password", Yes),
        ("known-mail-state", Word),
        ("known-finished-at", Moment),
        ("known-expires-at", Moment),
        ("known-used-at", Moment),
        ("known-cancelled-at", Moment),
        ("known-replaced-at", Moment),
    ];
    records(&rows, &shape)
}

pub(super) fn mails(tx: &mut Tx<'_>, contact: ContactId, limit: i64) -> Result<Vec<Record>, Error> {
    let rows = tx.all(
        "select kind, to_address as sent_to, language, created_at as asked_at, state as mail_state, attempts, finished_at, answer, encrypted,
             returned_at, returned
         from mails
         where contact_id = $1 or contact_id in (select id from contacts where merged_into_id = $1) order by created_at desc limit $2",
        &[&contact, &limit],
    )?;
    let shape = [
        ("known-kind", Word),
        ("known-sent-to", Text),
        ("known-language", Word),
        ("known-asked-at", Moment),
        ("known-mail-state", Word),
        ("known-attempts", Number),
        ("known-finished-at", Moment),
        ("known-answer", Text),
        ("known-encrypted", Yes),
        ("known-returned-at", Moment),
        ("known-returned", Text),
    ];
    records(&rows, &shape)
}

pub(super) fn email_changes(tx: &mut Tx<'_>, contact: ContactId, limit: i64) -> Result<Vec<Record>, Error> {
    let rows = tx.all(
        "select new_email, requested_at as asked_at, expires_at, finished_at from email_changes
         where contact_id = $1 or contact_id in (select id from contacts where merged_into_id = $1) order by requested_at desc limit $2",
        &[&contact, &limit],
    )?;
    let shape = [
        ("known-new-email", Text),
        ("known-asked-at", Moment),
        ("known-expires-at", Moment),
        ("known-finished-at", Moment),
    ];
    records(&rows, &shape)
}

pub(super) fn change_requests(tx: &mut Tx<'_>, contact: ContactId, limit: i64) -> Result<Vec<Record>, Error> {
    let rows = tx.all(
        "select id, asked_at, email, username, website_access, note, state, settled_at, answer as office_answer
         from change_requests where contact_id = $1 order by asked_at desc limit $2",
        &[&contact, &limit],
    )?;
    let shape = [
        ("known-id", Holds::Id),
        ("known-asked-at", Moment),
        ("known-email", Text),
        ("known-username", Text),
        ("known-website-access", Yes),
        ("known-note", Text),
        ("known-state", Word),
        ("known-settled-at", Moment),
        ("known-office-answer", Text),
    ];
    records(&rows, &shape)
}

pub(super) fn runs(tx: &mut Tx<'_>, contact: ContactId, limit: i64) -> Result<Vec<Record>, Error> {
    let rows = tx.all(
        "select r.act, r.created_at as started_at, i.domain, i.state, i.reason, i.acted_at from run_items i join runs r on r.id = i.run_id
         where i.contact_id = $1 or i.contact_id in (select id from contacts where merged_into_id = $1) order by r.created_at desc limit $2",
        &[&contact, &limit],
    )?;
    let shape = [
        ("known-act", Word),
        ("known-started-at", Moment),
        ("known-domain", Text),
        ("known-state", Word),
        ("known-reason", Word),
        ("known-acted-at", Moment),
    ];
    records(&rows, &shape)
}

fn records(rows: &[Row], shape: &Shape) -> Result<Vec<Record>, Error> {
    rows.iter()
        .map(|row| shape.iter().map(|(label, holds)| Ok((*label, told(row, label, *holds)?))).collect())
        .collect()
}

fn told(row: &Row, label: &str, holds: Holds) -> Result<Told, Error> {
    let column = super::name(label);
    let told = match holds {
        Holds::Id => row.get::<Option<Id<of::Contact>>>(&column)?.map(|id| Told::Text(id.to_string())),
        Text => row.get::<Option<String>>(&column)?.filter(|text| !text.is_empty()).map(Told::Text),
        Word => row.get::<Option<String>>(&column)?.filter(|text| !text.is_empty()).map(Told::Word),
        Moment => row.get::<Option<_>>(&column)?.map(Told::Moment),
        Yes => row.get::<Option<_>>(&column)?.map(Told::Yes),
        Number => row.get::<Option<_>>(&column)?.map(Told::Number),
    };
    Ok(told.unwrap_or(Told::Nothing))
}
