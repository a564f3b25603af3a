//! Acts that a client may ask for again (`Idempotency-Key`).

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use serde::de::DeserializeOwned;

use super::body::read;
use super::problem::{self, Problem};
use crate::http::{Answer, Failure, Shared};
use crate::idempotency::{Attempt, Done, Once};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The least and the most characters of a key.
const LENGTH: std::ops::RangeInclusive<usize> = 8..=200;

/// A body of JSON, and the key of the act if it has one.
pub struct Keyed<T> {
    /// What was sent.
    pub sent: T,
    /// By what an earlier attempt is known.
    pub attempt: Option<Attempt>,
}

impl<T> Keyed<T> {
    /// What was sent, of an act that must have a key.
    ///
    /// # Errors
    /// When it has none.
    pub fn required(self) -> Answer<(T, Attempt)> {
        match self.attempt {
            Some(attempt) => Ok((self.sent, attempt)),
            None => Err(Problem::new(&problem::IDEMPOTENCY_KEY_REQUIRED).into()),
        }
    }
}

impl<T: DeserializeOwned> FromRequest<Shared> for Keyed<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &Shared) -> Answer<Self> {
        let key = key(request.headers().get(KEY))?;
        let (method, address) = (request.method().clone(), request.uri().path().to_owned());
        let (sent, bytes) = read(request).await?;
        let asked = [method.as_str().as_bytes(), address.as_bytes(), &bytes];
        Ok(Self { sent, attempt: key.map(|key| Attempt::new(&key, asked)) })
    }
}

fn key(header: Option<&HeaderValue>) -> Answer<Option<String>> {
    let Some(header) = header else { return Ok(None) };
    let key = header.to_str().unwrap_or_default();
    if LENGTH.contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(Some(key.to_owned()));
    }
    let detail = "An Idempotency-Key has 8 to 200 letters, digits and signs of ASCII; a UUID is best.";
    Err(Problem::new(&problem::UNREADABLE).saying(detail).into())
}

/// What was done, now or before; or why it was not.
///
/// # Errors
/// The problem `refused` makes of why it could not be done, or that the key
/// belongs to another act.
pub fn done<T>(once: Once<T>, refused: impl FnOnce(T) -> Failure) -> Answer<(Done, Replayed)> {
    match once {
        Once::Now(done) => Ok((done, Replayed(false))),
        Once::Before(done) => Ok((done, Replayed(true))),
        Once::OtherAct => Err(Problem::new(&problem::IDEMPOTENCY_KEY_REUSED).into()),
        Once::Lost => Err(Problem::new(&problem::LOST_IN_RESTORE).into()),
        Once::Not(why) => Err(refused(why)),
    }
}

/// Whether an answer is about an act that an earlier attempt did.
#[derive(Clone, Copy)]
pub struct Replayed(bool);

impl Replayed {
    /// Says so in the answer.
    pub fn mark(self, mut response: Response) -> Response {
        if self.0 {
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}
