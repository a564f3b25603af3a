//! The SQL of undoing.

use crate::db::{Error, Row, Tx};
use crate::kernel::Timestamp;
use crate::kernel::id::{ContactId, RetailerId, TerritoryId};

/// Whether a contact has not signed in, chosen a password, been sent a reset or
/// invitation, or been made part of a run since.
pub fn is_untouched(tx: &mut Tx<'_>, contact: ContactId, since: Timestamp) -> Result<bool, Error> {
    let row: Row = tx.one(
        "select exists (select 1 from contacts where id = $1 and (last_sign_in_at >= $2 or password_set_at > $2))
             or exists (select 1 from sessions where contact_id = $1 and created_at >= $2)
             or exists (select 1 from resets where contact_id = $1 and requested_at >= $2)
             or exists (select 1 from email_changes where contact_id = $1 and requested_at >= $2)
             or exists (select 1 from run_items i join runs r on r.id = i.run_id where i.contact_id = $1 and r.created_at >= $2) as touched",
        &[&contact, &since],
    )?;
    Ok(!row.get::<bool>("touched")?)
}

/// Whether nothing at all refers to a contact, who has neither signed in nor a
/// password of their own.
pub fn is_alone(tx: &mut Tx<'_>, contact: ContactId) -> Result<bool, Error> {
    let row: Row = tx.one(
        "select exists (select 1 from contacts where id = $1
                 and (last_sign_in_at is not null or password_hash is not null and password_brought_at is null))
             or exists (select 1 from mails where contact_id = $1) or exists (select 1 from resets where contact_id = $1)
             or exists (select 1 from temporary_passwords where contact_id = $1) or exists (select 1 from email_changes where contact_id = $1)
             or exists (select 1 from sessions where contact_id = $1) or exists (select 1 from run_items where contact_id = $1)
             or exists (select 1 from passkeys where contact_id = $1) or exists (select 1 from contacts where merged_into_id = $1)
             or exists (select 1 from change_requests where contact_id = $1) or exists (select 1 from idempotency_keys where contact_id = $1) as known",
        &[&contact],
    )?;
    Ok(!row.get::<bool>("known")?)
}

/// Whether a retailer has no contacts, not even erased or merged ones, and is
/// part of no run.
pub fn is_empty(tx: &mut Tx<'_>, retailer: RetailerId) -> Result<bool, Error> {
    let row: Row = tx.one(
        "select exists (select 1 from contacts where retailer_id = $1) or exists (select 1 from run_items where retailer_id = $1) as known",
        &[&retailer],
    )?;
    Ok(!row.get::<bool>("known")?)
}

/// Removes an empty retailer from lists and search.
pub fn unlist_retailer(tx: &mut Tx<'_>, retailer: RetailerId) -> Result<(), Error> {
    tx.run("delete from retailer_listings where retailer_id = $1", &[&retailer])?;
    Ok(())
}

/// Removes a territory that no retailer, staff user or run refers to; says
/// whether it did.
pub fn remove_unused_territory(tx: &mut Tx<'_>, territory: TerritoryId) -> Result<bool, Error> {
    tx.run_once(
        "delete from territories where id = $1 and not exists (select 1 from retailers where territory_id = $1)
             and not exists (select 1 from staff_territories where territory_id = $1)
             and not exists (select 1 from runs where territory_id = $1)",
        &[&territory],
    )
}
