//! What all doors share: sessions by cookie, pages, errors, headers, limits.

pub mod api;
pub mod bodies;
pub mod brand;
pub mod caller;
pub mod cookies;
pub mod drawn;
pub mod error;
mod error_page;
mod floods;
pub mod forms;
pub mod forwarded;
pub mod headers;
pub mod health;
pub mod metrics;
pub mod page;
pub mod places;
pub mod post;
mod refused;
pub mod renewed;
pub mod serve;
pub mod session;
mod strict;
pub mod texts;
mod turns;
pub mod visit;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::app::App;

pub use caller::{AtPortal, AtSales, Caller, Ids};
pub use drawn::Drawn;
pub use error::{Answer, Failure};
pub use floods::Floods;
pub use page::{Flash, Page, html, json, link_gone, redirect};
pub use turns::{Turns, in_turn};
pub use visit::Visit;

/// A running installation with what its pages need.
pub struct Web {
    /// The installation.
    pub app: Arc<App>,
    /// The address of each file in `web/`, with a hash of its contents.
    pub assets: Arc<Assets>,
    /// The files of the sales app: the address of each, and the one that differs
    /// with its contents.
    pub app_files: BTreeMap<String, String>,
    /// Pictures that are drawn here.
    pub drawn: Drawn,
    /// The streams of events that are open.
    pub streams: api::Streams,
    /// How much devices asked this node lately.
    pub rates: api::Rates,
    /// How often networks asked lately for what costs a row.
    pub floods: Floods,
    /// The requests under way, by network.
    pub turns: Turns,
    /// What was said lately of where requests come from.
    pub remarks: forwarded::Remarks,
}

/// What handlers are given as their state.
pub type Shared = Arc<Web>;

/// File names to the addresses they are served at.
pub type Assets = BTreeMap<String, String>;
