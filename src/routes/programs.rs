//! What other programs ask for: the API, hooks and health; and the demo's inbox.

use axum::routing::{delete, get, patch, post, put};

use super::Route;
use crate::http::health;
use crate::{bounces, changes, dev_inbox, devices, reference, sign_in};

/// The API, where other programs are.
pub(super) fn api() -> Vec<Route> {
    use crate::customers::api::{contacts, requests, resets, retailers};
    use devices::api as devices;
    use sign_in::api as contact;
    vec![
        ("/api/v1/devices", get(devices::list).post(devices::sign_in)),
        ("/api/v1/devices/current", patch(devices::rename).delete(devices::sign_out)),
        ("/api/v1/devices/current/proof", post(devices::prove)),
        ("/api/v1/devices/{id}", delete(devices::revoke)),
        ("/api/v1/tokens", post(devices::refresh)),
        ("/api/v1/me", get(devices::me)),
        ("/api/v1/retailers", get(changes::api::retailers)),
        ("/api/v1/contacts", get(changes::api::contacts)),
        ("/api/v1/retailers/{id}", get(retailers::retailer)),
        ("/api/v1/retailers/{id}/contacts", post(contacts::add)),
        ("/api/v1/contacts/{id}", get(contacts::contact).patch(contacts::change)),
        ("/api/v1/contacts/{id}/sign-in", put(contacts::change_sign_in)),
        ("/api/v1/contacts/{id}/change-requests", post(requests::ask)),
        ("/api/v1/change-requests", get(requests::list)),
        ("/api/v1/change-requests/{id}", get(requests::request)),
        ("/api/v1/contacts/{id}/resets", get(resets::list).post(resets::start)),
        ("/api/v1/contacts/{id}/resets/{reset}", get(resets::reset).delete(resets::cancel)),
        ("/api/v1/contacts/{id}/resets/{reset}/events", get(resets::follow)),
        ("/api/v1/contact-session", get(contact::whoami).post(contact::sign_in).delete(contact::sign_out)),
        ("/api/v1/contact-session/password", put(contact::choose)),
        ("/api/v1/openapi.json", get(reference::api::openapi)),
        ("/api/docs", get(reference::api::docs)),
        ("/problems/{problem}", get(reference::api::problem)),
    ]
}

/// For other programs.
pub(super) fn hooks() -> Vec<Route> {
    vec![("/hooks/bounce", post(bounces::api::bounce))]
}

/// For load balancers and supervisors.
pub(super) fn health() -> Vec<Route> {
    vec![("/healthz", get(health::alive)), ("/readyz", get(health::ready))]
}

/// The inbox that only `tradepost demo` has.
pub(super) fn inbox() -> Vec<Route> {
    vec![
        ("/dev/inbox", get(dev_inbox::list)),
        ("/dev/inbox/clear", post(dev_inbox::clear)),
        ("/dev/inbox/{number}", get(dev_inbox::mail)),
        ("/dev/inbox/{number}/html", get(dev_inbox::html_part)),
    ]
}
