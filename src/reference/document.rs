//! The document: every handler of the API, how one proves who one is, and a
//! name for each operation.

use serde_json::Value;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, PathItem};

use super::tidy::tidy;
use crate::error::{Error, Result};
use crate::{changes, customers, devices, sign_in};

/// The one list of what the API can be asked; `tests/stories/reference.rs` holds
/// it against the addresses that are answered.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tradepost",
        description = "The customers of a wholesale supplier: retailers, their contacts, and their access to the website.",
        version = "1"
    ),
    paths(
        devices::api::sign_in,
        devices::api::refresh,
        devices::api::me,
        devices::api::list,
        devices::api::rename,
        devices::api::prove,
        devices::api::sign_out,
        devices::api::revoke,
        changes::api::retailers,
        changes::api::contacts,
        customers::api::retailers::retailer,
        customers::api::contacts::contact,
        customers::api::contacts::add,
        customers::api::contacts::change,
        customers::api::contacts::change_sign_in,
        customers::api::requests::ask,
        customers::api::requests::list,
        customers::api::requests::request,
        customers::api::resets::list,
        customers::api::resets::start,
        customers::api::resets::reset,
        customers::api::resets::cancel,
        customers::api::resets::follow,
        sign_in::api::sign_in,
        sign_in::api::whoami,
        sign_in::api::choose,
        sign_in::api::sign_out,
        super::api::openapi,
    ),
    tags(
        (name = "Devices", description = "Staff sign in once on each device; its tokens are short-lived and renewed."),
        (name = "Customers", description = "Retailers and contacts, within one’s territories."),
        (name = "Resets", description = "Resets and invitations: the same act, before and after a contact has had a password of their own."),
        (name = "Contact sign-in", description = "A contact signs in, and chooses a password while they must."),
        (name = "This description", description = "What you are reading, for programs."),
    ),
    security(("device" = [])),
)]
struct Described;

/// The document, as `OpenAPI` 3.1 has it.
///
/// # Errors
/// When it can't be written as JSON.
pub fn document() -> Result<Value> {
    let mut document = Described::openapi();
    let components = document.components.get_or_insert_with(Components::default);
    for (name, about) in [
        ("device", "The access token of a staff user's device, from POST /api/v1/devices."),
        ("contact", "The token of a contact's session, from POST /api/v1/contact-session."),
    ] {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(about)).build();
        components.add_security_scheme(name, SecurityScheme::Http(scheme));
    }
    for (address, item) in &mut document.paths.paths {
        name_operations(address, item);
    }
    let mut document = serde_json::to_value(document)
        .map_err(|error| Error::Render { what: "the description of the API", problem: error.to_string() })?;
    tidy(&mut document);
    Ok(document)
}

/// Names follow from method and address, so that none is there twice.
fn name_operations(address: &str, item: &mut PathItem) {
    let place = address.trim_start_matches("/api/v1/").replace(['{', '}'], "").replace(['/', '.'], "-");
    let operations = [
        ("get", &mut item.get),
        ("put", &mut item.put),
        ("post", &mut item.post),
        ("patch", &mut item.patch),
        ("delete", &mut item.delete),
    ];
    for (method, operation) in operations {
        if let Some(operation) = operation {
            operation.operation_id = Some(format!("{method}-{place}"));
        }
    }
}
