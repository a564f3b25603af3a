//! A staff user at one of the doors: what their handlers are given.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::session::{InPortal, InSales};
use super::{Answer, Failure, Page, Shared, Visit};
use crate::actor::{Actor, Door};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::kernel::Timestamp;
use crate::sessions::StaffSession;

/// A staff user at one of the doors, with all an answer needs.
pub struct Caller {
    /// The installation and its pages.
    pub web: Shared,
    /// Their request.
    pub visit: Visit,
    /// Their session.
    pub session: StaffSession,
    /// As whom they act.
    pub actor: Actor,
}

impl Caller {
    /// Where the addresses of this door begin.
    pub fn base(&self) -> &'static str {
        base(&self.actor)
    }

    /// The frame of a page for them.
    pub fn page(&self) -> Page {
        Page::of_staff(&self.web, &self.visit, Some(&self.session))
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.web.app.clock.now()
    }

    /// Runs `act` on a snapshot, as them.
    ///
    /// # Errors
    /// Whatever `act` returns, or that the database can't be reached.
    pub async fn read<T, F>(&self, mut act: F) -> Result<T>
    where
        F: FnMut(&mut Tx<'_>, &Actor) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let actor = self.actor.clone();
        self.web.app.db.read(move |tx| act(tx, &actor)).await
    }

    /// The same for what may take long: nothing else waits for it.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many wait already, else as [`Caller::read`].
    pub async fn read_long<T, F>(&self, mut act: F) -> Result<T>
    where
        F: FnMut(&mut Tx<'_>, &Actor) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let actor = self.actor.clone();
        self.web.app.db.read_long(move |tx| act(tx, &actor)).await
    }

    /// Runs `act` as one write transaction, as them.
    ///
    /// # Errors
    /// Whatever `act` returns, or that the database can't be reached.
    pub async fn write<T, F>(&self, mut act: F) -> Result<T>
    where
        F: FnMut(&mut Tx<'_>, &Actor) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let actor = self.actor.clone();
        self.web.app.db.write(move |tx| act(tx, &actor)).await
    }
}

/// Where the addresses of the actor's door begin.
pub fn base(actor: &Actor) -> &'static str {
    if actor.door == Door::Sales { "/sales" } else { "/portal" }
}

/// Someone signed in to the portal.
pub struct AtPortal(pub Caller);

/// Someone signed in to the sales app.
pub struct AtSales(pub Caller);

impl FromRequestParts<Shared> for AtPortal {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Answer<Self> {
        let InPortal(session, actor) = InPortal::from_request_parts(parts, web).await?;
        Ok(Self(Caller { web: Shared::clone(web), visit: Visit::of(web, parts), session, actor }))
    }
}

impl FromRequestParts<Shared> for AtSales {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Answer<Self> {
        let InSales(session, actor) = InSales::from_request_parts(parts, web).await?;
        Ok(Self(Caller { web: Shared::clone(web), visit: Visit::of(web, parts), session, actor }))
    }
}

/// The ids in the address. What is no id is not found, like an id of nothing.
pub struct Ids<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Shared> for Ids<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Answer<Self> {
        let path = Path::<T>::from_request_parts(parts, web).await;
        path.map(|Path(ids)| Self(ids)).map_err(|_| Error::NotFound.into())
    }
}
