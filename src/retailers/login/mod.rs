//! What a contact signs in with: their username, or their e-mail address while
//! nobody else has it (promise 6).

mod store;

use super::{Contact, store as contacts};
use crate::db::{Error, Tx};
use crate::kernel::id::ContactId;
use crate::kernel::{EmailAddress, Username, invisible};

pub use store::contacts_sharing;

/// What someone typed to say who they are, if it can be that.
#[derive(Clone, Debug)]
pub struct Login {
    username: Option<Username>,
    email: Option<EmailAddress>,
}

impl Login {
    /// Reads it. `None` when it is neither a username nor an e-mail address.
    pub fn parse(typed: &str) -> Option<Self> {
        let username = Username::parse(typed).ok();
        let email = EmailAddress::parse(&invisible::without(typed)).ok();
        (username.is_some() || email.is_some()).then_some(Self { username, email })
    }

    /// The form under which attempts are counted for it: one for all its
    /// spellings, whether anyone has it or not. An address is counted as one, since
    /// its domain has spellings that a username has not (UTS 46: `。` is a dot).
    pub fn key(&self) -> String {
        match (&self.username, &self.email) {
            (_, Some(email)) => email.key(),
            (Some(username), None) => username.key().to_owned(),
            (None, None) => String::new(),
        }
    }
}

/// Who signs in with this: the contact with that username, else the only one
/// with that address. What is looked up depends on what was typed and not on
/// what is found.
///
/// # Errors
/// When the database fails.
pub fn contact_by_login(tx: &mut Tx<'_>, login: &Login) -> Result<Option<Contact>, Error> {
    let named = match &login.username {
        Some(username) => contacts::contact_by_username(tx, username)?,
        None => None,
    };
    let addressed = match &login.email {
        Some(email) => contacts::only_contact_with(tx, email)?,
        None => None,
    };
    Ok(named.or(addressed))
}

/// Who but one contact signs in with a username: whoever has it, or the only one
/// whose address it is. Whoever were given it would be signed in, and mailed, in
/// that person's place.
///
/// # Errors
/// When the database fails.
pub fn username_taken(
    tx: &mut Tx<'_>,
    username: &Username,
    but: Option<ContactId>,
) -> Result<Option<ContactId>, Error> {
    if let Some(holder) = store::with_username(tx, username)? {
        return Ok(Some(holder).filter(|holder| Some(*holder) != but));
    }
    let Ok(email) = EmailAddress::parse(username.as_str()) else { return Ok(None) };
    let addressed = contacts::only_contact_with(tx, &email)?.map(|contact| contact.id);
    Ok(addressed.filter(|addressed| Some(*addressed) != but))
}

#[cfg(test)]
mod tests {
    use super::Login;

    #[test]
    fn promise_16_every_spelling_of_an_address_is_counted_as_one() {
        let key = |typed| Login::parse(typed).map(|login| login.key());
        for typed in [
            "Anna@Shop.example",
            "anna@shop\u{3002}example",
            "anna@shop\u{ff61}example",
            " an\u{200b}na@shop.example ",
        ] {
            assert_eq!(key(typed), key("anna@shop.example"), "{typed}");
        }
        assert_ne!(key("anna@shop.example"), key("anna"));
    }
}
