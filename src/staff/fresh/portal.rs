//! Asking once more who is there: before a page, or between a form and what
//! it does. What was typed into the form travels along, so nothing is lost.

use askama::Template;
use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, OriginalUri, RawQuery, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use passwords::Password;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::form_urlencoded;
use zeroize::Zeroizing;

use super::{Proof, is_fresh, prove};
use crate::http::forms::{FieldErrors, Posted, Secret};
use crate::http::{Answer, AtPortal, Caller, Failure, Page, Shared, html, redirect};

/// The field of a form that holds the password as proof.
const PROOF: &str = "proof_password";
/// The field that holds a code of the second factor.
const CODE: &str = "proof_code";
/// Where a page is asked for, once it is proved who is there.
const CONFIRM: &str = "/portal/confirm";

/// Someone at the portal who proved lately that it is them: for pages.
pub struct FreshPortal(pub Caller);

impl FromRequestParts<Shared> for FreshPortal {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Answer<Self> {
        let AtPortal(caller) = AtPortal::from_request_parts(parts, web).await?;
        if is_fresh(&caller.session, caller.now()) {
            return Ok(Self(caller));
        }
        let asked = parts.uri.path_and_query().map_or("/portal", |asked| asked.as_str());
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("to", asked).finish();
        Err(Failure::Answered(Box::new(redirect(&format!("{CONFIRM}?{query}"), None))))
    }
}

/// A form sent by someone at the portal who proved lately that it is them, or
/// proves it with the form.
pub struct Confirmed<T>(pub Caller, pub T);

impl<T: DeserializeOwned> FromRequest<Shared> for Confirmed<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, web: &Shared) -> Answer<Self> {
        let (mut parts, body) = request.into_parts();
        let AtPortal(caller) = AtPortal::from_request_parts(&mut parts, web).await?;
        let bytes = to_bytes(body, usize::MAX).await.map_err(|_| Failure::TooLarge)?;
        let bytes = Zeroizing::new(bytes.to_vec());
        let (fields, proof) = Fields::read(&bytes)?;
        if !is_fresh(&caller.session, caller.now()) {
            let path =
                parts.extensions.get::<OriginalUri>().map_or(parts.uri.path(), |uri| uri.path()).to_owned();
            let given = given(&caller, proof).await?;
            if given != Given::Proof(Proof::Given) {
                let answer = ask(&caller, path, &fields, given)?;
                return Err(Failure::Answered(Box::new(answer)));
            }
        }
        let form = serde_urlencoded::from_str(&fields.encoded()).map_err(|_| Failure::Unreadable)?;
        Ok(Self(caller, form))
    }
}

/// The fields of a form without the proof.
struct Fields(Vec<(String, String)>);

impl Fields {
    /// Parts the proof from the fields; wrong encodings are refused.
    fn read(bytes: &[u8]) -> Answer<(Self, Option<Typed>)> {
        if percent_encoding::percent_decode(bytes).decode_utf8().is_err() {
            return Err(Failure::Unreadable);
        }
        let (mut password, mut code, mut fields) = (None, Zeroizing::default(), Vec::new());
        for (name, value) in form_urlencoded::parse(bytes).into_owned() {
            match name.as_str() {
                PROOF => password = Some(Zeroizing::new(value)),
                CODE => code = Zeroizing::new(value),
                _ => fields.push((name, value)),
            }
        }
        Ok((Self(fields), password.map(|password| Typed { password, code })))
    }

    fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

/// A proof as typed: the password, and a code if there is a second factor.
struct Typed {
    password: Zeroizing<String>,
    code: Zeroizing<String>,
}

/// What was handed in as a proof.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    Nothing,
    Proof(Proof),
}

async fn given(caller: &Caller, proof: Option<Typed>) -> Answer<Given> {
    let Some(typed) = proof else { return Ok(Given::Nothing) };
    let Ok(password) = Password::parse(&typed.password) else { return Ok(Given::Proof(Proof::Refused)) };
    let proof = prove(&caller.web.app, &caller.session, &caller.actor, password, typed.code).await?;
    Ok(Given::Proof(proof))
}

#[derive(Template)]
#[template(path = "staff/fresh/pages/confirm.html")]
struct ConfirmPage {
    page: Page,
    /// Where the form goes.
    action: String,
    /// What was typed into the form that waits for the proof.
    fields: Vec<(String, String)>,
    /// Whether a form waits; else it is a page.
    form_waits: bool,
    /// Whether a code is asked for, too.
    has_factor: bool,
    errors: FieldErrors,
}

fn ask(caller: &Caller, action: String, fields: &Fields, given: Given) -> Answer<Response> {
    let (status, errors) = match given {
        Given::Nothing => (StatusCode::FORBIDDEN, FieldErrors::default()),
        Given::Proof(proof) => (StatusCode::UNPROCESSABLE_ENTITY, refused(proof, caller.session.has_factor)),
    };
    let (page, has_factor) = (caller.page(), caller.session.has_factor);
    html(
        status,
        &ConfirmPage { page, action, fields: fields.0.clone(), form_waits: true, has_factor, errors },
    )
}

fn refused(proof: Proof, has_factor: bool) -> FieldErrors {
    let text = match proof {
        Proof::TooMany => "That was tried too often. Wait a quarter of an hour and try again.",
        Proof::Given | Proof::Refused if has_factor => {
            "That is not your password, or not a code that is good now. Nothing was changed."
        }
        Proof::Given | Proof::Refused => "That is not your password. Nothing was changed.",
    };
    FieldErrors::one(PROOF, text)
}

/// What the form before a page sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfirmForm {
    to: String,
    proof_password: Secret,
    #[serde(default)]
    proof_code: Secret,
}

/// `GET /portal/confirm`
pub async fn confirm(AtPortal(caller): AtPortal, RawQuery(query): RawQuery) -> Answer {
    let query = query.unwrap_or_default();
    let to = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "to");
    let to = inside(&to.map(|(_, to)| to.into_owned()).unwrap_or_default());
    if is_fresh(&caller.session, caller.now()) {
        return Ok(redirect(&to, None));
    }
    before_page(&caller, StatusCode::OK, to, FieldErrors::default())
}

/// `POST /portal/confirm`
pub async fn submit_confirm(AtPortal(caller): AtPortal, Posted(form): Posted<ConfirmForm>) -> Answer {
    let to = inside(&form.to);
    let owned = |typed: &Secret| Zeroizing::new(typed.expose().to_owned());
    let typed = Typed { password: owned(&form.proof_password), code: owned(&form.proof_code) };
    match given(&caller, Some(typed)).await? {
        Given::Proof(Proof::Given) => Ok(redirect(&to, None)),
        Given::Proof(proof) => before_page(
            &caller,
            StatusCode::UNPROCESSABLE_ENTITY,
            to,
            refused(proof, caller.session.has_factor),
        ),
        Given::Nothing => Err(Failure::Unreadable),
    }
}

fn before_page(caller: &Caller, status: StatusCode, to: String, errors: FieldErrors) -> Answer {
    let fields = vec![("to".to_owned(), to)];
    let (page, action, has_factor) = (caller.page(), CONFIRM.to_owned(), caller.session.has_factor);
    html(status, &ConfirmPage { page, action, fields, form_waits: false, has_factor, errors })
}

/// An address within the portal; anything else becomes its first page.
fn inside(to: &str) -> String {
    let plain = to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let within = to == "/portal" || to.starts_with("/portal/") || to.starts_with("/portal?");
    if plain && within { to.to_owned() } else { "/portal".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_sent_on_within_the_portal_only() {
        for away in [
            "",
            "/",
            "//evil.example",
            "/portalx",
            "https://evil.example/portal",
            "/portal/\\evil",
            "/portal/\r\nx: y",
        ] {
            assert_eq!(inside(away), "/portal", "{away:?}");
        }
        assert_eq!(inside("/portal/roles?for=1"), "/portal/roles?for=1");
    }

    #[test]
    fn the_proof_does_not_travel_with_the_form() {
        let Ok((fields, proof)) = Fields::read(b"a=1&proof_password=secret+word&proof_code=1&a=2") else {
            panic!("unreadable")
        };
        assert_eq!(fields.encoded(), "a=1&a=2");
        assert_eq!(proof.map(|typed| typed.password.to_string()).as_deref(), Some("secret word"));
    }
}
