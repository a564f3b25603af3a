//! The SQL that writes contacts.

use crate::db::{Error, ToValue, Tx};
use crate::kernel::id::{ContactId, RetailerId};
use crate::kernel::{EmailAddress, Language, Timestamp, Username, text};
use crate::retailers::Contact;
use crate::retailers::edit::ContactDetails;

/// What an erased contact is called.
const NOBODY: &str = "Erased contact";

/// Adds a contact without a password.
///
/// # Errors
/// When the username is taken or the database fails.
pub fn insert_contact(tx: &mut Tx<'_>, new: &Contact, now: Timestamp) -> Result<(), Error> {
    insert_contacts(tx, std::slice::from_ref(new), now)
}

/// Adds contacts without passwords.
///
/// # Errors
/// As for [`insert_contact`].
pub fn insert_contacts(tx: &mut Tx<'_>, all: &[Contact], now: Timestamp) -> Result<(), Error> {
    let values = |new: &Contact| {
        vec![
            new.id.to_value(),
            new.retailer.to_value(),
            new.name.to_value(),
            text::search_key(&new.name).to_value(),
            new.position.to_value(),
            new.phone.to_value(),
            new.language.tag().to_value(),
            new.email.as_ref().map(EmailAddress::as_str).to_value(),
            new.email.as_ref().map(EmailAddress::key).to_value(),
            new.username.as_ref().map(Username::as_str).to_value(),
            new.username.as_ref().map(Username::key).to_value(),
            new.website_access.to_value(),
            new.active.to_value(),
            now.to_value(),
            now.to_value(),
        ]
    };
    tx.enter(
        "insert into contacts (id, retailer_id, name, name_key, position, phone, language, email, email_key, username, username_key,
             website_access, active, created_at, updated_at)",
        &all.iter().map(values).collect::<Vec<_>>(),
        "",
    )
}

/// Changes the details of a contact of whom somebody saw `version`; says whether it is
/// still that one.
///
/// # Errors
/// When the database fails.
pub fn change_details(
    tx: &mut Tx<'_>,
    (id, version): (ContactId, i64),
    new: &ContactDetails,
    now: Timestamp,
) -> Result<bool, Error> {
    tx.run_once(
        "update contacts set name = $3, name_key = $4, position = $5, phone = $6, language = $7,
             updated_at = $8, version = version + 1 where id = $1 and version = $2",
        &[
            &id,
            &version,
            &new.name,
            &text::search_key(&new.name),
            &new.position,
            &new.phone,
            &new.language.tag(),
            &now,
        ],
    )
}

/// Gives a contact another name.
///
/// # Errors
/// When the database fails.
pub fn rename(tx: &mut Tx<'_>, contact: ContactId, name: &str, now: Timestamp) -> Result<bool, Error> {
    tx.run_once(
        "update contacts set name = $2, name_key = $3, updated_at = $4, version = version + 1 where id = $1",
        &[&contact, &name, &text::search_key(name), &now],
    )
}

/// Gives a contact a username, or takes it away.
///
/// # Errors
/// When it is taken or the database fails.
pub fn set_username(
    tx: &mut Tx<'_>,
    contact: ContactId,
    username: Option<&Username>,
    now: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "update contacts set username = $2, username_key = $3, updated_at = $4, version = version + 1 where id = $1",
        &[
            &contact,
            &username.map(|username| username.as_str().to_owned()),
            &username.map(|username| username.key().to_owned()),
            &now,
        ],
    )?;
    Ok(())
}

/// Gives a contact another address for mail.
///
/// # Errors
/// When the database fails.
pub fn set_email(
    tx: &mut Tx<'_>,
    contact: ContactId,
    email: &EmailAddress,
    now: Timestamp,
) -> Result<bool, Error> {
    tx.run_once(
        "update contacts set email = $2, email_key = $3, email_changed_at = $4, bounced_at = null, updated_at = $4, version = version + 1 where id = $1",
        &[&contact, &email.as_str(), &email.key(), &now],
    )
}

/// Takes a contact's address away.
///
/// # Errors
/// When the database fails.
pub fn remove_email(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<(), Error> {
    tx.run(
        "update contacts set email = null, email_key = null, email_changed_at = $2, bounced_at = null, updated_at = $2,
             version = version + 1 where id = $1",
        &[&contact, &now],
    )?;
    Ok(())
}

/// Marks a contact's address as one that takes no mail.
///
/// # Errors
/// When the database fails.
pub fn mark_bounced(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<(), Error> {
    tx.run("update contacts set bounced_at = $2 where id = $1", &[&contact, &now])?;
    Ok(())
}

/// Takes that mark off.
///
/// # Errors
/// When the database fails.
pub fn clear_bounce(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<(), Error> {
    tx.run("update contacts set bounced_at = null, updated_at = $2 where id = $1", &[&contact, &now])?;
    Ok(())
}

/// Switches a contact's website access.
///
/// # Errors
/// When the database fails.
pub fn set_access(tx: &mut Tx<'_>, contact: ContactId, on: bool, now: Timestamp) -> Result<(), Error> {
    tx.run(
        "update contacts set website_access = $2, updated_at = $3, version = version + 1 where id = $1",
        &[&contact, &on, &now],
    )?;
    Ok(())
}

/// Activates or deactivates a contact.
///
/// # Errors
/// When the database fails.
pub fn set_active(tx: &mut Tx<'_>, contact: ContactId, on: bool, now: Timestamp) -> Result<(), Error> {
    tx.run(
        "update contacts set active = $2, updated_at = $3, version = version + 1 where id = $1",
        &[&contact, &on, &now],
    )?;
    Ok(())
}

/// Moves a contact to another retailer.
///
/// # Errors
/// When the database fails.
pub fn set_retailer(
    tx: &mut Tx<'_>,
    contact: ContactId,
    retailer: RetailerId,
    now: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "update contacts set retailer_id = $2, updated_at = $3, version = version + 1 where id = $1",
        &[&contact, &retailer, &now],
    )?;
    Ok(())
}

/// Writes what was kept of two records, but for the address.
///
/// # Errors
/// When the database fails.
pub fn put_merged(
    tx: &mut Tx<'_>,
    contact: ContactId,
    (details, username): (&ContactDetails, Option<&Username>),
    now: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "update contacts set name = $2, name_key = $3, position = $4, phone = $5, language = $6, username = $7, username_key = $8,
             updated_at = $9, version = version + 1 where id = $1",
        &[
            &contact,
            &details.name,
            &text::search_key(&details.name),
            &details.position,
            &details.phone,
            &details.language.tag(),
            &username.map(|username| username.as_str().to_owned()),
            &username.map(|username| username.key().to_owned()),
            &now,
        ],
    )?;
    Ok(())
}

/// Leaves of a record what its history needs.
///
/// # Errors
/// When the database fails.
pub fn retire(tx: &mut Tx<'_>, contact: ContactId, into: ContactId, now: Timestamp) -> Result<(), Error> {
    tx.run(
        "update contacts set merged_into_id = $2, active = $4, website_access = $4, username = null, username_key = null,
             email = null, email_key = null, password_hash = null, password_set_at = null, password_stopped_at = null,
             password_brought_at = null, updated_at = $3, version = version + 1 where id = $1",
        &[&contact, &into, &now, &false],
    )?;
    // What was merged into it before now belongs to the kept record.
    tx.run("update contacts set merged_into_id = $2 where merged_into_id = $1", &[&contact, &into])?;
    Ok(())
}

/// Sets the contact's own password.
///
/// # Errors
/// When the database fails.
pub fn set_password(
    tx: &mut Tx<'_>,
    contact: ContactId,
    hash: &passwords::Hash,
    now: Timestamp,
) -> Result<(), Error> {
    tx.run(
        "update contacts set password_hash = $2, password_set_at = $3, password_stopped_at = null, password_brought_at = null, updated_at = $3 where id = $1",
        &[&contact, &hash.as_str(), &now],
    )?;
    Ok(())
}

/// Makes the contact's own password useless. Its hash is kept, so that it can't
/// be chosen again.
///
/// # Errors
/// When the database fails.
pub fn stop_password(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<(), Error> {
    tx.run(
        "update contacts set password_stopped_at = $2, password_brought_at = null, updated_at = $2 where id = $1",
        &[&contact, &now],
    )?;
    Ok(())
}

/// Gives a contact without a password the one of the system before. Says
/// whether it did: who has one keeps it.
///
/// # Errors
/// When the database fails.
pub fn bring_password(
    tx: &mut Tx<'_>,
    contact: ContactId,
    brought: &passwords::Brought,
    now: Timestamp,
) -> Result<bool, Error> {
    tx.run_once(
        "update contacts set password_hash = $2, password_set_at = $3, password_brought_at = $3, password_stopped_at = null, updated_at = $3
         where id = $1 and password_hash is null",
        &[&contact, &brought.as_str(), &now],
    )
}

/// Takes away a password brought along with which nobody has signed in yet.
/// Says whether there was one.
///
/// # Errors
/// When the database fails.
pub fn take_password_back(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<bool, Error> {
    tx.run_once(
        "update contacts set password_hash = null, password_set_at = null, password_brought_at = null, updated_at = $2
         where id = $1 and password_brought_at is not null",
        &[&contact, &now],
    )
}

/// Notes that a contact signed in; `rehashed` replaces their hash by one made
/// here at the present cost, unless the password was changed meanwhile.
///
/// # Errors
/// When the database fails.
pub fn note_sign_in(
    tx: &mut Tx<'_>,
    contact: ContactId,
    rehashed: Option<(&passwords::Own, &passwords::Hash)>,
    now: Timestamp,
) -> Result<(), Error> {
    tx.run("update contacts set last_sign_in_at = $2 where id = $1", &[&contact, &now])?;
    if let Some((old, new)) = rehashed {
        tx.run(
            "update contacts set password_hash = $3, password_brought_at = null where id = $1 and password_hash = $2",
            &[&contact, &old.as_str(), &new.as_str()],
        )?;
    }
    Ok(())
}

/// Leaves of a contact that there was one; the database takes them off the
/// lists.
///
/// # Errors
/// When the database fails.
pub fn blank(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<bool, Error> {
    tx.run_once(
        "update contacts set name = $2, name_key = $3, position = '', phone = '', language = $4, email = null, email_key = null,
             email_changed_at = null, username = null, username_key = null, website_access = $5, active = $5, password_hash = null,
             password_set_at = null, password_stopped_at = null, password_brought_at = null, last_sign_in_at = null, bounced_at = null, erased_at = $6,
             updated_at = $6, version = version + 1
         where id = $1",
        &[&contact, &NOBODY, &text::search_key(NOBODY), &Language::English.tag(), &false, &now],
    )
}

/// Removes a contact to whom nothing refers from lists and search.
///
/// # Errors
/// When the database fails.
pub fn unlist(tx: &mut Tx<'_>, contact: ContactId) -> Result<(), Error> {
    tx.run("delete from contact_listings where contact_id = $1", &[&contact])?;
    Ok(())
}

/// Removes a contact to whom nothing refers and who is in no list.
///
/// # Errors
/// When the database fails.
pub fn remove(tx: &mut Tx<'_>, contact: ContactId) -> Result<(), Error> {
    tx.run("delete from contacts where id = $1", &[&contact])?;
    Ok(())
}
