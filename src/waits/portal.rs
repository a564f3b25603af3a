//! The portal's page of who has to wait.

use askama::Template;
use axum::http::StatusCode;
use serde::Deserialize;

use super::{Wait, Whom};
use crate::actor::{Act, Actor};
use crate::http::forms::{NoFields, Posted};
use crate::http::{Answer, AtPortal, Ids, Page, html, redirect};
use crate::kernel::id::{ContactId, StaffId};
use crate::staff::fresh::portal::Confirmed;

/// Networks that are named of one person.
const NAMED: usize = 3;

#[derive(Template)]
#[template(path = "waits/pages/waits.html")]
struct WaitsPage {
    page: Page,
    rows: Vec<Row>,
}

/// A line of the page.
struct Row {
    wait: Wait,
    /// Their page; empty for a network.
    href: String,
    /// From where they wait.
    from: String,
    /// Where lifting it is asked for; empty for who may not.
    lift: String,
    /// The network that is sent along, if it is one.
    network: String,
}

impl Row {
    fn new(wait: Wait, actor: &Actor) -> Self {
        let (href, lift, may, network) = match &wait.whom {
            Whom::Contact(id) => {
                let page = format!("/portal/contacts/{id}");
                (page.clone(), format!("{page}/waits/lift"), actor.may(Act::TriggerReset), String::new())
            }
            Whom::Staff(id) => {
                let page = format!("/portal/staff/{id}");
                (page.clone(), format!("{page}/waits/lift"), actor.may(Act::ManageStaff), String::new())
            }
            Whom::Network(network) => {
                let may = super::may_lift_networks(actor);
                (String::new(), "/portal/waits/networks/lift".to_owned(), may, network.clone())
            }
        };
        let from = from(&wait);
        Self { wait, href, from, lift: if may { lift } else { String::new() }, network }
    }
}

/// From where someone waits, in words.
pub fn from(wait: &Wait) -> String {
    let named = wait.networks.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = wait.networks.len().saturating_sub(NAMED);
    let named = if more > 0 { format!("{named} and {more} more") } else { named };
    match (&wait.whom, wait.everywhere) {
        (Whom::Network(_), _) => "every device there that is not known".to_owned(),
        (_, true) => "everywhere but on devices they have used before".to_owned(),
        (_, false) => named,
    }
}

/// `GET /portal/waits`
pub async fn waits(AtPortal(caller): AtPortal) -> Answer {
    let now = caller.now();
    let waits = caller.read(move |tx, actor| super::all(tx, actor, now)).await?;
    let rows = waits.into_iter().map(|wait| Row::new(wait, &caller.actor)).collect();
    html(StatusCode::OK, &WaitsPage { page: caller.page(), rows })
}

/// `POST /portal/contacts/{id}/waits/lift`
pub async fn lift_of_contact(
    AtPortal(caller): AtPortal,
    Ids(id): Ids<ContactId>,
    _: Posted<NoFields>,
) -> Answer {
    let now = caller.now();
    caller.write(move |tx, actor| super::lift_of_contact(tx, actor, id, now)).await?;
    Ok(redirect(&format!("/portal/contacts/{id}"), Some("wait-lifted")))
}

/// `POST /portal/staff/{id}/waits/lift`
pub async fn lift_of_staff(Ids(id): Ids<StaffId>, Confirmed(caller, _): Confirmed<NoFields>) -> Answer {
    let now = caller.now();
    caller.write(move |tx, actor| super::lift_of_staff(tx, actor, id, now)).await?;
    Ok(redirect("/portal/waits", Some("wait-lifted")))
}

/// What lifting the wait of a network sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkForm {
    network: String,
}

/// `POST /portal/waits/networks/lift`
pub async fn lift_of_network(AtPortal(caller): AtPortal, Posted(form): Posted<NetworkForm>) -> Answer {
    let now = caller.now();
    caller.write(move |tx, actor| super::lift_of_network(tx, actor, &form.network, now)).await?;
    Ok(redirect("/portal/waits", Some("wait-lifted")))
}
