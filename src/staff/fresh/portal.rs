//! Asking once more who is there: before a page, or between a form and what
//! it does. What was typed into the form travels along, so nothing is lost.

use askama::Template;
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
use crate::http::{Answer, AtPortal, Caller, Failure, Page, Shared, bodies, html, redirect};
use crate::passkeys;
use crate::sessions::Standing;
use crate::staff::{self, factors::portal::Threshold};

/// The field of a form that holds the password as proof.
const PROOF: &str = "proof_password";
/// The field that holds a code of the second factor.
const CODE: &str = "proof_code";
/// The fields that hold a passkey as proof.
const CEREMONY: &str = "proof_ceremony";
const PASSKEY: &str = "proof_passkey";

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
        Err(Failure::Answered(Box::new(redirect(&format!("/portal/confirm?{query}"), None))))
    }
}

/// Someone at a door who proved their second factor, if they have one; they may
/// still have to set one up.
pub struct AtStep(pub Caller);

impl FromRequestParts<Shared> for AtStep {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Answer<Self> {
        let threshold = Threshold::from_request_parts(parts, web).await?;
        threshold.must_have_proved()?;
        let Threshold { web, visit, session, actor } = threshold;
        Ok(Self(Caller { web, visit, session, actor }))
    }
}

/// A form sent by someone at the portal who proved lately that it is them, or
/// proves it with the form.
pub struct Confirmed<T>(pub Caller, pub T);

impl<T: DeserializeOwned + Send> FromRequest<Shared> for Confirmed<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, web: &Shared) -> Answer<Self> {
        confirmed(request, web, |_| true).await
    }
}

/// A form that needs proof only if it does what is grave.
pub trait Grave {
    /// Whether it does.
    fn is_grave(&self) -> bool;
}

/// A form sent by someone at the portal; what is grave, as [`Confirmed`].
pub struct ConfirmedIfGrave<T>(pub Caller, pub T);

impl<T: DeserializeOwned + Send + Grave> FromRequest<Shared> for ConfirmedIfGrave<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, web: &Shared) -> Answer<Self> {
        let Confirmed(caller, form) = confirmed(request, web, T::is_grave).await?;
        Ok(Self(caller, form))
    }
}

async fn confirmed<T: DeserializeOwned + Send>(
    request: Request,
    web: &Shared,
    needs_proof: fn(&T) -> bool,
) -> Answer<Confirmed<T>> {
    let (mut parts, body) = request.into_parts();
    let AtPortal(caller) = AtPortal::from_request_parts(&mut parts, web).await?;
    let bytes = Zeroizing::new(bodies::whole(body).await?.to_vec());
    let (fields, proof) = Fields::read(&bytes)?;
    let form: T = serde_urlencoded::from_str(&fields.encoded()).map_err(|_| Failure::Unreadable)?;
    if needs_proof(&form) && !is_fresh(&caller.session, caller.now()) {
        let path =
            parts.extensions.get::<OriginalUri>().map_or(parts.uri.path(), |uri| uri.path()).to_owned();
        let given = given(&caller, proof).await?;
        if given != Given::Proof(Proof::Given) {
            let answer = ask(&caller, path, &fields, given)?;
            return Err(Failure::Answered(Box::new(answer)));
        }
        caller.renew().await?;
    }
    Ok(Confirmed(caller, form))
}

/// The fields of a form without the proof.
struct Fields(Vec<(String, String)>);

impl Fields {
    /// Parts the proof from the fields; wrong encodings are refused.
    fn read(bytes: &[u8]) -> Answer<(Self, Option<Typed>)> {
        if percent_encoding::percent_decode(bytes).decode_utf8().is_err() {
            return Err(Failure::Unreadable);
        }
        let (mut typed, mut fields) = (Typed::default(), Vec::new());
        for (name, value) in form_urlencoded::parse(bytes).into_owned() {
            match name.as_str() {
                PROOF => typed.password = Some(Zeroizing::new(value)),
                CODE => typed.code = Zeroizing::new(value),
                CEREMONY => typed.ceremony = value,
                PASSKEY => typed.passkey = value,
                _ => fields.push((name, value)),
            }
        }
        let proves = typed.password.is_some() || !typed.passkey.is_empty();
        Ok((Self(fields), proves.then_some(typed)))
    }

    fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

/// A proof as sent: the password, and a code if there is a second factor; or a
/// passkey.
#[derive(Default)]
struct Typed {
    password: Option<Zeroizing<String>>,
    code: Zeroizing<String>,
    ceremony: String,
    passkey: String,
}

/// What was handed in as a proof.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    Nothing,
    Proof(Proof),
}

async fn given(caller: &Caller, proof: Option<Typed>) -> Answer<Given> {
    let Some(typed) = proof else { return Ok(Given::Nothing) };
    let Some(password) = typed.password else { return by_passkey(caller, typed).await };
    let Ok(password) = Password::parse(&password) else { return Ok(Given::Proof(Proof::Refused)) };
    let proof = prove(&caller.web.app, &caller.session, &caller.actor, password, typed.code).await?;
    Ok(Given::Proof(proof))
}

async fn by_passkey(caller: &Caller, typed: Typed) -> Answer<Given> {
    let refused = Ok(Given::Proof(Proof::Refused));
    let Some(party) = caller.web.app.passkeys.clone() else { return refused };
    let answer = passkeys::Answer { ceremony: typed.ceremony, credential: typed.passkey };
    let (session, now) = (caller.session.clone(), caller.now());
    let good = caller
        .write(move |tx, actor| staff::passkeys::confirm(tx, (&party, actor), &session, &answer, now))
        .await?;
    if good { Ok(Given::Proof(Proof::Given)) } else { refused }
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
    base: &'static str,
    /// Whether a code of an app is asked for, too.
    has_app: bool,
    /// Whether a passkey will do.
    has_passkey: bool,
    errors: FieldErrors,
}

fn ask(caller: &Caller, action: String, fields: &Fields, given: Given) -> Answer<Response> {
    let (status, errors) = match given {
        Given::Nothing => (StatusCode::FORBIDDEN, FieldErrors::default()),
        Given::Proof(proof) => {
            (StatusCode::UNPROCESSABLE_ENTITY, refused(proof, caller.session.has_factor()))
        }
    };
    confirm_page(caller, status, (action, fields.0.clone(), true), errors)
}

fn confirm_page(
    caller: &Caller,
    status: StatusCode,
    (action, fields, form_waits): (String, Vec<(String, String)>, bool),
    errors: FieldErrors,
) -> Answer {
    let Caller { web, session, .. } = caller;
    let (has_app, base) = (session.has_app, caller.base());
    let has_passkey = session.has_passkey && web.app.passkeys.is_some();
    let page = match session.standing(caller.now()) {
        Standing::In | Standing::InUntil(_) => caller.page(),
        // Nothing else is open to them.
        _ => Page::of_staff(web, &caller.visit, None),
    };
    html(status, &ConfirmPage { page, action, fields, form_waits, base, has_app, has_passkey, errors })
}

fn refused(proof: Proof, has_factor: bool) -> FieldErrors {
    let text = match proof {
        Proof::TooMany => {
            "That was tried too often. Wait a quarter of an hour, or use a recovery code or a passkey."
        }
        Proof::Given | Proof::Refused if has_factor => {
            "That is not your password, or not a code or passkey that is good now. Nothing was changed."
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
    proof_password: Option<Secret>,
    #[serde(default)]
    proof_code: Secret,
    #[serde(default)]
    proof_ceremony: String,
    #[serde(default)]
    proof_passkey: String,
}

/// `GET /portal/confirm`, `GET /sales/confirm`
pub async fn confirm(AtStep(caller): AtStep, RawQuery(query): RawQuery) -> Answer {
    let query = query.unwrap_or_default();
    let to = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "to");
    let to = inside(&to.map(|(_, to)| to.into_owned()).unwrap_or_default(), caller.base());
    if is_fresh(&caller.session, caller.now()) {
        return Ok(redirect(&to, None));
    }
    before_page(&caller, StatusCode::OK, to, FieldErrors::default())
}

/// `POST /portal/confirm`, `POST /sales/confirm`
pub async fn submit_confirm(AtStep(caller): AtStep, Posted(form): Posted<ConfirmForm>) -> Answer {
    let to = inside(&form.to, caller.base());
    let owned = |typed: &Secret| Zeroizing::new(typed.expose().to_owned());
    let typed = Typed {
        password: form.proof_password.as_ref().map(owned),
        code: owned(&form.proof_code),
        ceremony: form.proof_ceremony,
        passkey: form.proof_passkey,
    };
    match given(&caller, Some(typed)).await? {
        Given::Proof(Proof::Given) => {
            caller.renew().await?;
            Ok(redirect(&to, None))
        }
        Given::Proof(proof) => before_page(
            &caller,
            StatusCode::UNPROCESSABLE_ENTITY,
            to,
            refused(proof, caller.session.has_factor()),
        ),
        Given::Nothing => Err(Failure::Unreadable),
    }
}

fn before_page(caller: &Caller, status: StatusCode, to: String, errors: FieldErrors) -> Answer {
    let fields = vec![("to".to_owned(), to)];
    confirm_page(caller, status, (format!("{}/confirm", caller.base()), fields, false), errors)
}

/// An address within a door; anything else becomes its first page.
fn inside(to: &str, base: &str) -> String {
    let plain = to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let within = to.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    if plain && within { to.to_owned() } else { base.to_owned() }
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
            assert_eq!(inside(away, "/portal"), "/portal", "{away:?}");
        }
        assert_eq!(inside("/portal/roles?for=1", "/portal"), "/portal/roles?for=1");
    }

    #[test]
    fn the_proof_does_not_travel_with_the_form() {
        let Ok((fields, proof)) = Fields::read(b"a=1&proof_password=secret+word&proof_code=1&a=2") else {
            panic!("unreadable")
        };
        assert_eq!(fields.encoded(), "a=1&a=2");
        assert_eq!(
            proof.and_then(|typed| typed.password).as_deref().map(String::as_str),
            Some("secret word")
        );
    }
}
