//! Retailers, the customers, and their contacts.
//!
//! Everything is looked up through the actor: a retailer outside a rep's
//! territories is not found, in every door.

pub mod contacts;
pub mod edit;
mod login;
pub mod rep;
#[cfg(test)]
pub mod samples;
mod store;

use crate::actor::Actor;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::id::{ContactId, RetailerId};
use crate::kernel::{EmailAddress, Language, Timestamp, Username};

pub use edit::Edited;
pub use login::{Login, contact_by_login, contacts_sharing, username_taken};
pub use store::{
    contact_by_username, contacts_addressed, contacts_at, contacts_by_email, contacts_in, contacts_named,
    insert_retailer, insert_retailers, insert_territory, remove_retailer, retailer_by_account_number,
    retailers_called, retailers_in, retailers_nearly_numbered, retailers_numbered, set_retailer_active,
    territories, territory_named,
};

/// A retailer as lists and pages show it.
#[derive(Clone, Debug)]
pub struct Retailer {
    /// Which.
    pub id: RetailerId,
    /// Its number with the supplier.
    pub account_number: String,
    /// Its name.
    pub name: String,
    /// Its address, of several lines.
    pub address: String,
    /// The name of its territory.
    pub territory: String,
    /// Whether business is done with it.
    pub active: bool,
    /// How many contacts it has.
    pub contacts: i64,
    /// Goes up with every edit.
    pub version: i64,
}

/// A contact with all that decides about their access.
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts as the database has them; the state is `access::Access`"
)]
#[derive(Clone, Debug)]
pub struct Contact {
    /// Which.
    pub id: ContactId,
    /// Where they work.
    pub retailer: RetailerId,
    /// Its name.
    pub retailer_name: String,
    /// Its account number.
    pub account_number: String,
    /// Whether business is done with it.
    pub retailer_active: bool,
    /// Their name.
    pub name: String,
    /// What they do there.
    pub position: String,
    /// Their telephone number.
    pub phone: String,
    /// The language they are addressed in.
    pub language: Language,
    /// Where their mail goes.
    pub email: Option<EmailAddress>,
    /// When that was last changed.
    pub email_changed_at: Option<Timestamp>,
    /// What they sign in with.
    pub username: Option<Username>,
    /// The access switch.
    pub website_access: bool,
    /// Whether they still work there.
    pub active: bool,
    /// Whether a password of their own works now.
    pub has_password: bool,
    /// When they last chose a password, or theirs was brought along.
    pub password_set_at: Option<Timestamp>,
    /// When theirs was brought along from the system before, until they sign in with it.
    pub password_brought_at: Option<Timestamp>,
    /// When they last signed in.
    pub last_sign_in_at: Option<Timestamp>,
    /// When their address was found not to take mail.
    pub bounced_at: Option<Timestamp>,
    /// Whether a reset or invitation has ever been asked for.
    pub was_invited: bool,
    /// Whether one is on its way to the mail server now.
    pub mail_pending: bool,
    /// Until when the temporary password that was mailed last lives or lived,
    /// unless it was used or voided.
    pub temporary_until: Option<Timestamp>,
    /// Goes up with every edit.
    pub version: i64,
}

impl Contact {
    /// A contact who has just been entered: active, without access, address,
    /// username or password.
    pub fn new(id: ContactId, retailer: RetailerId, name: String, language: Language) -> Self {
        Self {
            id,
            retailer,
            retailer_name: String::new(),
            account_number: String::new(),
            retailer_active: true,
            name,
            position: String::new(),
            phone: String::new(),
            language,
            email: None,
            email_changed_at: None,
            username: None,
            website_access: false,
            active: true,
            has_password: false,
            password_set_at: None,
            password_brought_at: None,
            last_sign_in_at: None,
            bounced_at: None,
            was_invited: false,
            mail_pending: false,
            temporary_until: None,
            version: 1,
        }
    }
}

/// A retailer the actor may see.
///
/// # Errors
/// [`Error::NotFound`] when it isn't there or not for this actor.
pub fn find(tx: &mut Tx<'_>, actor: &Actor, id: RetailerId) -> Result<Retailer> {
    if !actor.may_see_customers() {
        return Err(Error::NotFound);
    }
    store::retailer(tx, actor.bounded_by(), id)?.ok_or(Error::NotFound)
}

/// The contacts of a retailer, by name.
///
/// # Errors
/// [`Error::NotFound`] as for [`find`].
pub fn contacts_of(tx: &mut Tx<'_>, actor: &Actor, retailer: RetailerId) -> Result<Vec<Contact>> {
    find(tx, actor, retailer)?;
    Ok(store::contacts_of(tx, retailer)?)
}

/// A contact the actor may see.
///
/// # Errors
/// [`Error::NotFound`] when they aren't there or not for this actor.
pub fn contact(tx: &mut Tx<'_>, actor: &Actor, id: ContactId) -> Result<Contact> {
    if !actor.may_see_customers() {
        return Err(Error::NotFound);
    }
    store::contact(tx, actor.bounded_by(), id)?.ok_or(Error::NotFound)
}
