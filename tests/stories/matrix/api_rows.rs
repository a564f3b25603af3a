//! The rows of the API. Where a right is needed, a body that could be taken goes
//! along, a member a pair.

use super::rows::{About, For, Row, any, edits, resets, sees, signs_in};

const fn row(method: &'static str, address: &'static str, whom: For, about: About) -> Row {
    Row { method, address, whom, about, fields: &[] }
}

const fn with(mut row: Row, fields: &'static [(&'static str, &'static str)]) -> Row {
    row.fields = fields;
    row
}

#[rustfmt::skip]
pub fn api_rows() -> Vec<Row> {
    use About::{Customer, Nothing, Own};
    use For::{Anyone, Api, ApiChoosing, ApiContact, Device};
    vec![
        row("POST", "/api/v1/devices", Anyone, Nothing),
        row("GET", "/api/v1/devices", Api(any), Nothing),
        row("PATCH", "/api/v1/devices/current", Api(any), Nothing),
        row("DELETE", "/api/v1/devices/current", Device, Nothing),
        row("POST", "/api/v1/devices/current/proof", Api(any), Nothing),
        row("DELETE", "/api/v1/devices/{id}", Api(any), Own),
        row("POST", "/api/v1/tokens", Anyone, Nothing),
        row("GET", "/api/v1/me", Api(any), Nothing),
        row("GET", "/api/v1/retailers", Api(sees), Nothing),
        row("GET", "/api/v1/contacts", Api(sees), Nothing),
        row("GET", "/api/v1/retailers/{id}", Api(sees), Customer),
        with(row("POST", "/api/v1/retailers/{id}/contacts", Api(edits), Customer), &[("name", "Nina Sample")]),
        row("GET", "/api/v1/contacts/{id}", Api(sees), Customer),
        with(row("PATCH", "/api/v1/contacts/{id}", Api(edits), Customer), &[("name", "Nina Sample")]),
        with(row("PUT", "/api/v1/contacts/{id}/sign-in", Api(signs_in), Customer), &[("email", "null"), ("username", "null"), ("website_access", "false")]),
        with(row("POST", "/api/v1/contacts/{id}/change-requests", Api(edits), Customer), &[("note", "Please")]),
        row("GET", "/api/v1/change-requests", Api(sees), Nothing),
        row("GET", "/api/v1/change-requests/{id}", Api(signs_in), Customer),
        row("GET", "/api/v1/contacts/{id}/resets", Api(sees), Customer),
        row("POST", "/api/v1/contacts/{id}/resets", Api(resets), Customer),
        row("GET", "/api/v1/contacts/{id}/resets/{reset}", Api(sees), Customer),
        row("DELETE", "/api/v1/contacts/{id}/resets/{reset}", Api(resets), Customer),
        row("GET", "/api/v1/contacts/{id}/resets/{reset}/events", Api(sees), Customer),
        row("POST", "/api/v1/contact-session", Anyone, Nothing),
        row("GET", "/api/v1/contact-session", ApiContact, Nothing),
        row("DELETE", "/api/v1/contact-session", ApiChoosing, Nothing),
        row("PUT", "/api/v1/contact-session/password", ApiChoosing, Nothing),
        row("GET", "/api/v1/openapi.json", Anyone, Nothing),
        row("GET", "/api/docs", Anyone, Nothing),
        row("GET", "/problems/{problem}", Anyone, Nothing),
    ]
}
