//! Counting what was refused, by how it was answered: so no handler can forget to.

use std::sync::{Arc, OnceLock};

use axum::extract::MatchedPath;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;

use super::{Shared, Visit};
use crate::refusals::{Kind, Whom};

/// Who asks, once that is known, for whoever looks at the answer.
#[derive(Clone, Default)]
pub(super) struct WhoAsks(Arc<OnceLock<Whom>>);

/// On an answer to a request that another site had sent.
#[derive(Clone)]
pub(super) struct CrossSite;

impl WhoAsks {
    /// Says who it is.
    pub(super) fn tell(parts: &Parts, whom: Whom) {
        if let Some(Self(cell)) = parts.extensions.get() {
            let _ = cell.set(whom);
        }
    }
}

/// What is known of a request before it is answered.
pub(super) struct Asked {
    who: WhoAsks,
    /// Whether the address names one of many.
    names_one: bool,
}

impl Asked {
    pub(super) fn of(parts: &mut Parts) -> Self {
        let who = WhoAsks::default();
        parts.extensions.insert(who.clone());
        let route = parts.extensions.get::<MatchedPath>();
        Self { who, names_one: route.is_some_and(|route| route.as_str().contains('{')) }
    }

    /// Counts the answer if it is a refusal.
    pub(super) fn count(self, web: &Shared, visit: &Visit, answer: &Response) {
        let whom = self.who.0.get();
        let kind = match answer.status() {
            StatusCode::FORBIDDEN if answer.extensions().get::<CrossSite>().is_some() => Kind::CrossSite,
            StatusCode::FORBIDDEN => Kind::NotAllowed,
            StatusCode::NOT_FOUND if self.names_one && whom.is_some() => Kind::NotFound,
            StatusCode::TOO_MANY_REQUESTS => Kind::Throttled,
            _ => return,
        };
        let whom = whom.cloned().unwrap_or_else(|| Whom::at(&visit.place.address));
        web.app.refusals.count(kind, visit.place.door, whom, web.app.clock.now());
    }
}
