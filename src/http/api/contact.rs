//! Contacts at the API.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::bearer;
use super::problem::{self, Problem};
use crate::http::{Answer, Failure, Shared, session};
use crate::kernel::Token;
use crate::sessions::ContactSession;

/// A contact who signed in with a password of their own.
pub struct ContactAtApi(pub ContactSession);

/// A contact, even one who must choose a password first.
pub struct ChoosingAtApi(pub ContactSession);

impl FromRequestParts<Shared> for ChoosingAtApi {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Answer<Self> {
        let token = bearer(&parts.headers).and_then(Token::parse);
        let found = match token {
            Some(token) => session::contact_by(&token, web).await?,
            None => None,
        };
        found.map(Self).ok_or_else(|| Problem::new(&problem::NOT_SIGNED_IN).into())
    }
}

impl FromRequestParts<Shared> for ContactAtApi {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Answer<Self> {
        let ChoosingAtApi(session) = ChoosingAtApi::from_request_parts(parts, web).await?;
        if session.temporary.is_some() {
            return Err(Problem::new(&problem::PASSWORD_CHANGE_REQUIRED).into());
        }
        Ok(Self(session))
    }
}
