//! A test mail: the words of a mail as they are now, with samples, to whoever
//! asks for it and to nobody else.

use super::store;
use crate::actor::{Actor, Who};
use crate::app::App;
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::Timestamp;
use crate::mail::templates::{Templates, Which};
use crate::mail::{self, Composed, Kind, Mail, NewMail};
use crate::{settings, staff};

/// What its subject begins with, so that nobody takes it for a real one.
const MARK: &str = "[Test]";

/// Leaves a test mail to the staff user who acts, in one of the mail's cases or
/// in the usual one.
///
/// # Errors
/// When the actor may not or is no staff user, or the database fails.
pub fn send(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (shown, language): Which,
    case: &str,
    now: Timestamp,
) -> Result<()> {
    settings::must_change(actor)?;
    let case = Templates::case(shown, case);
    let Who::Staff(who) = &actor.who else { return Err(Error::NotAllowed) };
    let staff = staff::find(tx, who.id)?.ok_or(Error::NotFound)?;
    let new = NewMail { kind: Kind::Test, to: staff.email, language, contact: None, staff: Some(staff.id) };
    let mail = mail::enqueue(tx, &new, now)?;
    store::insert_test(tx, mail, shown, &case)?;
    audit::record(tx, actor, now, Event::TemplateTested, About::default().with("template", shown.as_str()))?;
    Ok(())
}

/// Puts a test mail together: nothing in it is anybody's.
///
/// # Errors
/// When the database or a template fails.
pub async fn compose(app: &App, mail: &Mail) -> Result<Option<Composed>> {
    let id = mail.id;
    let Some((shown, case)) = app.db.read(move |tx| store::shown(tx, id)).await? else { return Ok(None) };
    let settings = app.settings();
    let named = (settings.values.supplier.as_str(), app.config.http.public_url.as_str());
    let which = (shown, mail.language);
    let mut rendered = app.templates().sample(which, &case, named, settings.values.include_username)?;
    rendered.subject = format!("{MARK} {}", rendered.subject);
    Ok(Some(Composed { rendered, to_name: None, temporary: None }))
}
