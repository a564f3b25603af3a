//! A page of retailers, as a table in the portal and as the pane of the sales
//! app.

use crate::actor::{Actor, Door};
use crate::customers::Asked;
use crate::db::Tx;
use crate::error::Result;
use crate::http::caller::base;
use crate::kernel::id::RetailerId;
use crate::retailers::{self, Retailer};

/// A page of retailers with the ways on from it.
#[derive(Clone, Debug)]
pub struct RetailerList {
    /// What was searched for; empty for everything.
    pub query: String,
    /// The rows.
    pub rows: Vec<Retailer>,
    /// Where the next page is; empty when this is the last.
    pub next_href: String,
    /// Where the first page is; empty when this is it.
    pub start_href: String,
    /// What an address needs at its end to keep the search.
    pub suffix: String,
    /// Whether only the retailers of some territories are listed.
    pub bounded: bool,
    /// The retailer one is at.
    current: Option<RetailerId>,
}

impl RetailerList {
    /// Reads what was asked for.
    pub fn read(tx: &mut Tx<'_>, actor: &Actor, asked: &Asked, current: Option<RetailerId>) -> Result<Self> {
        let page = retailers::list(tx, actor, &asked.query, asked.after)?;
        let href = |after| format!("{}/retailers{}", base(actor), asked.suffix(after));
        Ok(Self {
            query: asked.query.clone(),
            rows: page.retailers,
            next_href: page.next.map(|after| href(Some(after))).unwrap_or_default(),
            start_href: asked.after.map(|_| href(None)).unwrap_or_default(),
            suffix: asked.suffix(None),
            bounded: actor.bounded_by().is_some(),
            current,
        })
    }

    /// Reads the pane beside a page about a retailer; only the sales app has
    /// one.
    pub fn beside(tx: &mut Tx<'_>, actor: &Actor, current: RetailerId) -> Result<Option<Self>> {
        match actor.door {
            Door::Sales => Self::read(tx, actor, &Asked::default(), Some(current)).map(Some),
            _ => Ok(None),
        }
    }

    /// Whether this is the retailer one is at.
    pub fn is_current(&self, retailer: &Retailer) -> bool {
        self.current == Some(retailer.id)
    }

    /// How many there are on this page.
    pub fn summary(&self) -> String {
        match self.rows.len() {
            1 => "1 retailer".to_owned(),
            all if self.next_href.is_empty() && self.start_href.is_empty() => format!("{all} retailers"),
            some => format!("{some} retailers on this page"),
        }
    }
}
