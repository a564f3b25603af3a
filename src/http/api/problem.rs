//! Problems (RFC 9457) with types that stay as they are: a client may decide by
//! them. The page about the API explains each from this list.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A kind of problem.
#[derive(Debug, PartialEq, Eq)]
pub struct Type {
    /// The end of its address, `/problems/{key}`.
    pub key: &'static str,
    /// Its status.
    pub status: StatusCode,
    /// It in a few words.
    pub title: &'static str,
    /// What a client does about it.
    pub advice: &'static str,
}

/// Writes the list once, and each of its members as a constant.
macro_rules! types {
    ($($name:ident $key:literal $status:ident $title:literal $advice:literal)*) => {
        $(#[doc = concat!($title, ".")]
        pub static $name: Type = Type { key: $key, status: StatusCode::$status, title: $title, advice: $advice };)*
        /// Every kind of problem, by status.
        pub static ALL: [&Type; [$($key),*].len()] = [$(&$name),*];
    };
}

types! {
    UNREADABLE "unreadable" BAD_REQUEST "This can't be read"
        "Send JSON with the fields described, and no others; ask with the parameters described."
    IDEMPOTENCY_KEY_REQUIRED "idempotency-key-required" BAD_REQUEST "This act needs an Idempotency-Key"
        "Send the header with a UUID made once for this act, and the same one when you try again."
    NOT_SIGNED_IN "not-signed-in" UNAUTHORIZED "Sign in first"
        "The token is absent, unknown or over. Sign in again."
    ACCESS_TOKEN_EXPIRED "access-token-expired" UNAUTHORIZED "The access token has expired"
        "Get a new one with the refresh token, then ask again."
    DEVICE_REVOKED "device-revoked" UNAUTHORIZED "This device was revoked"
        "Wipe what it holds. Someone who may sign in can do so anew."
    SIGN_IN_REFUSED "sign-in-refused" UNAUTHORIZED "That didn't work"
        "What was typed is wrong, or may not sign in here; staff may have tried too often. Which of these is not told. With Retry-After, the next attempt has to wait so many seconds."
    SECOND_FACTOR_REQUIRED "second-factor-required" FORBIDDEN "The second factor is needed"
        "Send the code of the authenticator app, or a recovery code, along with the password."
    SECOND_FACTOR_SET_UP_REQUIRED "second-factor-set-up-required" FORBIDDEN "A second factor must be set up"
        "The person's role demands one: they set it up in the portal or the sales app."
    PROOF_REQUIRED "proof-required" FORBIDDEN "Prove that it is you first"
        "Nothing was changed. Send the person's password to /api/v1/devices/current/proof, and a code if they have a second factor; then ask again within five minutes."
    PASSWORD_CHANGE_REQUIRED "password-change-required" FORBIDDEN "A password must be chosen first"
        "The contact signed in with a temporary password: they choose one of their own before anything else."
    NOT_ALLOWED "not-allowed" FORBIDDEN "Not allowed"
        "The person's role doesn't allow this."
    NOT_FOUND "not-found" NOT_FOUND "Not found"
        "There is no such thing, or not for this person: both answer alike."
    METHOD_NOT_ALLOWED "method-not-allowed" METHOD_NOT_ALLOWED "Not with this method"
        "The header Allow names those that can be used."
    NOT_POSSIBLE "not-possible" CONFLICT "Not possible as things stand"
        "`reason` says what stands in the way: inactive, off, missing_email, missing_username, bounced."
    CONFLICT "conflict" CONFLICT "Someone else was quicker"
        "Nothing was changed. Read how things stand now, and decide again."
    LOST_IN_RESTORE "lost-in-restore" CONFLICT "Whether this was done is not known"
        "This installation was restored from a copy that is older than the key, so what was done in between is lost. Nothing was done now. Look at how things stand; to do it, send it with a new key."
    CURSOR_EXPIRED "cursor-expired" GONE "This cursor no longer holds"
        "Begin again without `since`, and drop what is not named again."
    CHANGED_MEANWHILE "changed-meanwhile" PRECONDITION_FAILED "Someone else was quicker"
        "Nothing was changed. `current` is what is there now; decide, and send its version in If-Match."
    TOO_LARGE "too-large" PAYLOAD_TOO_LARGE "Too large"
        "Bodies are 64 KiB at most."
    UNSUPPORTED_MEDIA_TYPE "unsupported-media-type" UNSUPPORTED_MEDIA_TYPE "Send JSON"
        "Send the body with Content-Type: application/json."
    INVALID "invalid" UNPROCESSABLE_ENTITY "This can't be taken as it is"
        "Nothing was changed. `errors` says for each field what to do."
    IDEMPOTENCY_KEY_REUSED "idempotency-key-reused" UNPROCESSABLE_ENTITY "This Idempotency-Key was used for another act"
        "Make a key of its own for each act."
    PRECONDITION_REQUIRED "precondition-required" PRECONDITION_REQUIRED "Say which version you saw"
        "Send the ETag of what you read in If-Match."
    SIGN_IN_PAUSED "sign-in-paused" TOO_MANY_REQUESTS "Too many wrong passwords"
        "Nothing was checked. Wait as long as Retry-After says, in seconds, whether anyone is called so or not. A temporary password works at once, and so does a password with the `device` that an earlier sign-in answered."
    TOO_MANY_REQUESTS "too-many-requests" TOO_MANY_REQUESTS "Too many requests"
        "Wait as long as Retry-After says, in seconds."
    BROKEN "broken" INTERNAL_SERVER_ERROR "Something broke here"
        "Nothing you sent is at fault. Try again later with the same Idempotency-Key; tell `instance` to whoever runs this."
    OUTCOME_UNKNOWN "outcome-unknown" SERVICE_UNAVAILABLE "Whether this was done is not known"
        "No answer came from where it is kept. Send it again with the same Idempotency-Key: what was done is answered again and not done twice. Without a key, look first."
    BUSY "busy" SERVICE_UNAVAILABLE "Too busy at the moment"
        "Nothing was changed. Try again in a moment."
}

/// A problem, as it is answered.
#[derive(Clone, Debug)]
pub struct Problem {
    kind: &'static Type,
    detail: String,
    more: Map<String, Value>,
    version: Option<i64>,
    retry_after_s: Option<u64>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldError {
    /// The field.
    pub field: String,
    /// What to do about it, in a sentence.
    pub detail: String,
}

impl FieldError {
    /// What is wrong with `field`, in a sentence.
    pub fn new(field: &str, detail: impl Into<String>) -> Self {
        Self { field: field.to_owned(), detail: detail.into() }
    }
}

/// The body of every answer that is no success (RFC 9457).
#[derive(Debug, ToSchema)]
#[schema(as = Problem)]
#[expect(dead_code, reason = "describes what `Problem` writes")]
pub struct Described {
    /// What kind of problem: `/problems/…`, explained there.
    #[schema(example = "/problems/not-found")]
    r#type: String,
    /// It in a few words.
    title: String,
    /// The status again.
    status: u16,
    /// What happened here, in a sentence.
    detail: String,
    /// The request, as the log knows it.
    #[schema(example = "urn:uuid:019ac0de-0000-7000-8000-000000000000")]
    instance: Option<String>,
    /// With `invalid`: what is wrong with which field.
    errors: Option<Vec<FieldError>>,
    /// With `not-possible`: what stands in the way.
    reason: Option<String>,
    /// With `changed-meanwhile`: the resource as it is now.
    current: Option<Value>,
    /// With `second-factor-required`: what can be proved.
    factors: Option<Vec<String>>,
}

impl Problem {
    /// A problem of this kind, with its advice as the detail.
    pub fn new(kind: &'static Type) -> Self {
        Self { kind, detail: kind.advice.to_owned(), more: Map::new(), version: None, retry_after_s: None }
    }

    /// Fields that can't be taken.
    pub fn invalid(errors: &[FieldError]) -> Self {
        let detail: Vec<&str> = errors.iter().map(|error| error.detail.as_str()).collect();
        Self::new(&INVALID).saying(detail.join(" ")).with("errors", &errors)
    }

    /// Says something else than the advice.
    #[must_use]
    pub fn saying(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Adds a member.
    #[must_use]
    pub fn with(mut self, member: &str, value: &impl Serialize) -> Self {
        // What can't be written as JSON leaves its member out; every value here can be.
        if let Ok(value) = serde_json::to_value(value) {
            self.more.insert(member.to_owned(), value);
        }
        self
    }

    /// Says which version there is now.
    #[must_use]
    pub fn at_version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }

    /// Says in how many seconds to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// The problem of an answer that only has a status.
    pub fn of_status(status: StatusCode) -> Self {
        Self::new(match status {
            StatusCode::UNAUTHORIZED => &NOT_SIGNED_IN,
            StatusCode::FORBIDDEN => &NOT_ALLOWED,
            StatusCode::NOT_FOUND => &NOT_FOUND,
            StatusCode::METHOD_NOT_ALLOWED => &METHOD_NOT_ALLOWED,
            StatusCode::CONFLICT => &CONFLICT,
            StatusCode::PAYLOAD_TOO_LARGE => &TOO_LARGE,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => &UNSUPPORTED_MEDIA_TYPE,
            StatusCode::REQUEST_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE => &BUSY,
            status if status.is_client_error() => &UNREADABLE,
            _ => &BROKEN,
        })
    }

    /// The answer; `id` is the request's.
    pub fn answer(&self, id: &str) -> Response {
        let mut body = self.more.clone();
        body.insert("type".into(), format!("/problems/{}", self.kind.key).into());
        body.insert("title".into(), self.kind.title.into());
        body.insert("status".into(), self.kind.status.as_u16().into());
        body.insert("detail".into(), self.detail.clone().into());
        body.insert("instance".into(), format!("urn:uuid:{id}").into());
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (self.kind.status, kind, Value::Object(body).to_string()).into_response();
        let headers = response.headers_mut();
        if let Some(tag) =
            self.version.and_then(|version| HeaderValue::from_str(&format!("\"{version}\"")).ok())
        {
            headers.insert(header::ETAG, tag);
        }
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.kind.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
