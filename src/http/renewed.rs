//! Another token for the session of someone who proved once more that it is them
//! (ASVS 5.0, 7.2.4): whoever proves it does so in the middle of a request, and the
//! answer carries the cookie.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::cookies::{Cookies, Jar};
use super::{Caller, Shared};
use crate::error::Result;
use crate::kernel::Token;
use crate::sessions;

/// Where a request leaves the token that its answer hands over.
#[derive(Clone, Debug, Default)]
pub struct Renewed(Arc<Mutex<Option<Token>>>);

impl Renewed {
    fn put(&self, token: Token) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(token);
    }

    fn take(&self) -> Option<Token> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Caller {
    /// Gives the session of a browser another token; the one before opens nothing
    /// any more.
    ///
    /// # Errors
    /// When the database or the random source fails.
    pub async fn renew(&self) -> Result<()> {
        let (id, token) = (self.session.id, Token::mint()?);
        let digest = token.digest();
        if self.web.app.db.write(move |tx| sessions::renew(tx, id, digest)).await? {
            self.visit.renewed.put(token);
        }
        Ok(())
    }
}

/// Lets the answer carry the cookie of a session that was renewed.
pub async fn carry(State(web): State<Shared>, mut request: Request, next: Next) -> Response {
    let renewed = Renewed::default();
    request.extensions_mut().insert(renewed.clone());
    let mut response = next.run(request).await;
    if let Some(token) = renewed.take() {
        let cookies = Cookies { https: web.app.config.http.public_url.starts_with("https:") };
        cookies.set(
            response.headers_mut(),
            Jar::Staff,
            &token.expose(),
            web.app.config.sessions.staff_lasts.as_secs(),
        );
    }
    response
}
