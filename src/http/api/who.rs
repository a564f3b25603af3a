//! Who is asking the API.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::problem::{self, Problem};
use crate::http::{Answer, Caller, Failure, Shared};

/// A staff user at the API, by the access token of one of their devices.
pub struct AtApi(pub Caller);

impl FromRequestParts<Shared> for AtApi {
    type Rejection = Failure;

    async fn from_request_parts(_: &mut Parts, _: &Shared) -> Answer<Self> {
        Err(Problem::new(&problem::NOT_SIGNED_IN).into())
    }
}
