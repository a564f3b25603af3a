//! Tells people by mail when what they prove themselves with has changed, so
//! that nobody adds a key to another's door unseen (ASVS 5.0, 6.3.7).

mod store;

use crate::actor::{Actor, Who};
use crate::app::App;
use crate::db::Tx;
use crate::error::Result;
use crate::http::texts;
use crate::kernel::id::MailId;
use crate::kernel::names;
use crate::kernel::{EmailAddress, Timestamp, calendar};
use crate::mail::{self, Composed, Kind, Mail, NewMail, contexts};
use crate::passkeys::Owner;

names! {
    /// What changed.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Change {
        /// A passkey was added.
        PasskeyAdded = "passkey-added",
        /// A passkey was removed.
        PasskeyRemoved = "passkey-removed",
        /// An authenticator app was set up.
        AppAdded = "app-added",
        /// The authenticator app was removed.
        AppRemoved = "app-removed",
        /// The lost second factor was taken off by a mailed link and code.
        FactorsReset = "factors-reset",
        /// A second factor that was too young to stand was taken off with the password
        /// chosen by a mailed link and code.
        YoungFactorsRemoved = "young-factors-removed",
        /// A recovery code was used up.
        RecoveryCodeUsed = "recovery-code-used",
        /// New recovery codes were made; the former ones are void.
        RecoveryCodesMade = "recovery-codes-made",
        /// The password was changed.
        PasswordChanged = "password-changed",
        /// Mail goes to another address from now on, which is what staff sign in with.
        AddressChanged = "address-changed",
        /// The username was changed.
        UsernameChanged = "username-changed",
    }
}

/// Leaves a mail to whoever did it themself; who has no address is not told.
///
/// # Errors
/// When the database fails.
pub fn tell(tx: &mut Tx<'_>, owner: Owner, change: Change, now: Timestamp) -> Result<()> {
    tell_by(tx, &Actor::system(), (owner, None), change, now)
}

/// Leaves a mail to whoever it happened to, at another address if one is given,
/// that says who did it.
///
/// # Errors
/// When the database fails.
pub fn tell_by(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (owner, at): (Owner, Option<&EmailAddress>),
    change: Change,
    now: Timestamp,
) -> Result<()> {
    let found = match owner {
        Owner::Staff(id) => store::staff(tx, id)?,
        Owner::Contact(id) => store::contact(tx, id)?,
    };
    let Some((to, language)) = found else { return Ok(()) };
    let to = at.cloned().unwrap_or(to);
    let notice = NewMail {
        kind: Kind::SignInChanged,
        to,
        language,
        contact: if let Owner::Contact(id) = owner { Some(id) } else { None },
        staff: if let Owner::Staff(id) = owner { Some(id) } else { None },
    };
    let mail = mail::enqueue(tx, &notice, now)?;
    note(tx, mail, actor, change)
}

/// Notes of a mail what it tells of and who did that.
///
/// # Errors
/// When the database fails.
pub fn note(tx: &mut Tx<'_>, mail: MailId, actor: &Actor, change: Change) -> Result<()> {
    let (by, staff) = match &actor.who {
        Who::Staff(staff) => ("staff", Some(staff.id)),
        Who::Operator => ("operator", None),
        Who::System | Who::Contact(_) | Who::Nobody => ("", None),
    };
    Ok(store::insert(tx, mail, change.as_str(), (by, staff))?)
}

/// When what a mail tells of was done, and by whom if not by themself: "…, 14:02
/// (CET), by Robin Sample of Harbour Wholesale".
///
/// # Errors
/// When the database fails.
pub async fn when_and_by(app: &App, mail: &Mail) -> Result<String> {
    let id = mail.id;
    let told = app.db.read(move |tx| store::find(tx, id)).await?;
    Ok(said(app, mail, told.as_ref()))
}

fn said(app: &App, mail: &Mail, told: Option<&store::Told>) -> String {
    let at = calendar::day_and_time(mail.created_at, &app.config.time_zone, mail.language);
    let (key, name) = match told.map(|told| (told.by.as_str(), told.by_name.as_deref())) {
        Some(("staff", Some(name))) => ("notice-by-staff", name),
        Some(("operator", _)) => ("notice-by-operator", ""),
        _ => return at,
    };
    let settings = app.settings();
    let values = [("when", at.as_str()), ("name", name), ("supplier", settings.values.supplier.as_str())];
    texts::text_with(mail.language, key, &values)
}

/// Puts the mail together.
///
/// # Errors
/// When the database or the template fails.
pub async fn compose(app: &App, mail: &Mail) -> Result<Option<Composed>> {
    let id = mail.id;
    let Some(told) = app.db.read(move |tx| store::find(tx, id)).await? else { return Ok(None) };
    let website = app.config.http.public_url.as_str();
    let (page, forgot) = match told.kind.as_deref() {
        None => ("/account", "/forgot-password"),
        Some("rep") => ("/sales/me/second-factor", "/portal/forgot-password"),
        Some(_) => ("/portal/me/second-factor", "/portal/forgot-password"),
    };
    let context = contexts::SignInChanged {
        supplier: &app.settings().values.supplier,
        website,
        person: &told.person,
        change: &told.change,
        at: &said(app, mail, Some(&told)),
        page_url: &format!("{website}{page}"),
        forgot_url: &format!("{website}{forgot}"),
    };
    let rendered = app.templates().render(mail.kind, mail.language, &context)?;
    Ok(Some(Composed { rendered, to_name: Some(told.person), temporary: None }))
}
