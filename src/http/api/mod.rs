//! What all handlers of the API share: who is asking, JSON that is read
//! strictly, problems with stable types, moments, versions.

mod bearer;
mod body;
mod contact;
mod keyed;
mod moment;
mod precondition;
pub mod problem;
mod rate;
mod streams;
mod who;

pub use bearer::bearer;
pub use body::{Asked, Sent, created, ok};
pub use contact::{ChoosingAtApi, ContactAtApi};
pub use keyed::{Keyed, Replayed, done};
pub use moment::Moment;
pub use precondition::{IfMatch, with_version};
pub use problem::{FieldError, Problem};
pub use rate::{Rates, Told, tell};
pub use streams::{OpenStream, Streams};
pub use who::{AtApi, DeviceAtApi, factor_required, must_be_in};
