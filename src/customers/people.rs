//! Single acts on a contact or a retailer: who is active, who is signed in, and
//! the mark of an address that mail came back from.

use crate::access;
use crate::http::forms::{ActiveForm, Posted};
use crate::http::{Answer, AtPortal, Ids, redirect};
use crate::kernel::id::{ContactId, RetailerId, SessionId};

/// `POST /portal/contacts/{id}/active`
pub async fn set_contact_active(
    AtPortal(caller): AtPortal,
    Ids(id): Ids<ContactId>,
    Posted(form): Posted<ActiveForm>,
) -> Answer {
    let (on, now) = (form.is_yes(), caller.now());
    caller.write(move |tx, actor| access::set_contact_active(tx, actor, id, on, now)).await?;
    Ok(redirect(&format!("/portal/contacts/{id}"), Some(if on { "activated" } else { "deactivated" })))
}

/// `POST /portal/retailers/{id}/active`
pub async fn set_retailer_active(
    AtPortal(caller): AtPortal,
    Ids(id): Ids<RetailerId>,
    Posted(form): Posted<ActiveForm>,
) -> Answer {
    let (on, now) = (form.is_yes(), caller.now());
    caller.write(move |tx, actor| access::set_retailer_active(tx, actor, id, on, now)).await?;
    Ok(redirect(&format!("/portal/retailers/{id}"), Some(if on { "activated" } else { "deactivated" })))
}

/// `POST /portal/contacts/{id}/sessions/{session}/end`
pub async fn end_session(AtPortal(caller): AtPortal, Ids(ids): Ids<(ContactId, SessionId)>) -> Answer {
    let ((contact, session), now) = (ids, caller.now());
    caller.write(move |tx, actor| access::end_session(tx, actor, contact, session, now)).await?;
    Ok(redirect(&format!("/portal/contacts/{contact}"), Some("signed-out-there")))
}

/// `POST /portal/contacts/{id}/sessions/end`
pub async fn end_sessions(AtPortal(caller): AtPortal, Ids(id): Ids<ContactId>) -> Answer {
    let now = caller.now();
    caller.write(move |tx, actor| access::end_all_sessions(tx, actor, id, now)).await?;
    Ok(redirect(&format!("/portal/contacts/{id}"), Some("signed-out-everywhere")))
}

/// `POST /portal/contacts/{id}/bounce/clear`
pub async fn clear_bounce(AtPortal(caller): AtPortal, Ids(id): Ids<ContactId>) -> Answer {
    let now = caller.now();
    caller.write(move |tx, actor| access::clear_bounce(tx, actor, id, now)).await?;
    Ok(redirect(&format!("/portal/contacts/{id}"), Some("bounce-cleared")))
}
