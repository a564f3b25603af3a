//! Tells people by mail when what they prove themselves with has changed, so
//! that nobody adds a key to another's door unseen (ASVS 5.0, 6.3.7).

mod store;

use crate::app::App;
use crate::db::Tx;
use crate::error::Result;
use crate::kernel::{Timestamp, calendar};
use crate::mail::{self, Composed, Kind, Mail, NewMail, contexts};
use crate::passkeys::Owner;

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// An authenticator app was set up.
    AppAdded,
    /// The authenticator app was removed.
    AppRemoved,
    /// The lost second factor was taken off by a mailed link and code.
    FactorsReset,
    /// A recovery code was used up.
    RecoveryCodeUsed,
}

impl Change {
    /// Its name in the database and in templates.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PasskeyAdded => "passkey-added",
            Self::PasskeyRemoved => "passkey-removed",
            Self::AppAdded => "app-added",
            Self::AppRemoved => "app-removed",
            Self::FactorsReset => "factors-reset",
            Self::RecoveryCodeUsed => "recovery-code-used",
        }
    }
}

/// Leaves a mail to whoever it happened to; who has no address is not told.
///
/// # Errors
/// When the database fails.
pub fn tell(tx: &mut Tx<'_>, owner: Owner, change: Change, now: Timestamp) -> Result<()> {
    let found = match owner {
        Owner::Staff(id) => store::staff(tx, id)?,
        Owner::Contact(id) => store::contact(tx, id)?,
    };
    let Some((to, language)) = found else { return Ok(()) };
    let notice = NewMail {
        kind: Kind::SignInChanged,
        to,
        language,
        contact: if let Owner::Contact(id) = owner { Some(id) } else { None },
        staff: if let Owner::Staff(id) = owner { Some(id) } else { None },
    };
    let mail = mail::enqueue(tx, &notice, now)?;
    Ok(store::insert(tx, mail, change.as_str())?)
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
        at: &calendar::day_and_time(mail.created_at, &app.config.time_zone, mail.language),
        page_url: &format!("{website}{page}"),
        forgot_url: &format!("{website}{forgot}"),
    };
    let rendered = app.templates().render(mail.kind, mail.language, &context)?;
    Ok(Some(Composed { rendered, to_name: Some(told.person), temporary: None }))
}
