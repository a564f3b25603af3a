//! Whether business is done with a contact or a retailer.

use super::call_back_resets;
use crate::actor::{Act, Actor};
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::Timestamp;
use crate::kernel::id::{ContactId, RetailerId};
use crate::retailers::contacts;
use crate::{retailers, sessions};

/// Activates or deactivates a contact. Deactivating ends their sessions and
/// voids temporary passwords; activating again loses nothing (promise 13).
///
/// # Errors
/// [`Error::NotFound`] or [`Error::NotAllowed`] when the actor may not.
pub fn set_contact_active(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ContactId,
    on: bool,
    now: Timestamp,
) -> Result<()> {
    let contact = retailers::contact(tx, actor, id)?;
    may(actor, on)?;
    if contact.active == on {
        return Ok(());
    }
    contacts::set_active(tx, id, on, now)?;
    if !on {
        shut_out(tx, id, now)?;
    }
    let event = if on { Event::ContactActivated } else { Event::ContactDeactivated };
    Ok(audit::record(tx, actor, now, event, About::contact(contact.retailer, id))?)
}

/// Activates or deactivates a retailer: of its contacts nobody gets in while it
/// is not active.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::NotAllowed`] when the actor may not.
pub fn set_retailer_active(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: RetailerId,
    on: bool,
    now: Timestamp,
) -> Result<()> {
    let retailer = retailers::find(tx, actor, id)?;
    may(actor, on)?;
    if retailer.active == on {
        return Ok(());
    }
    retailers::set_retailer_active(tx, id, on, now)?;
    if !on {
        for contact in retailers::contacts_of(tx, actor, id)? {
            shut_out(tx, contact.id, now)?;
        }
    }
    let event = if on { Event::RetailerActivated } else { Event::RetailerDeactivated };
    Ok(audit::record(tx, actor, now, event, About::retailer(id))?)
}

/// Who edits customers may activate; deactivating shuts people out, so it needs
/// what the access switch needs, too.
fn may(actor: &Actor, on: bool) -> Result<()> {
    let may = actor.may_edit_customers() && (on || actor.may(Act::ChangeSignIn));
    if may { Ok(()) } else { Err(Error::NotAllowed) }
}

fn shut_out(tx: &mut Tx<'_>, contact: ContactId, now: Timestamp) -> Result<()> {
    sessions::end_all_of_contact(tx, contact, None, now)?;
    call_back_resets(tx, contact, now)
}
