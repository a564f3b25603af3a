//! What all handlers of the API share: who is asking, JSON that is read
//! strictly, problems with stable types, moments, versions.

mod bearer;
mod body;
mod contact;
mod moment;
mod precondition;
pub mod problem;
mod who;

pub use bearer::bearer;
pub use body::{Asked, Sent, created, ok};
pub use contact::{ChoosingAtApi, ContactAtApi};
pub use moment::Moment;
pub use precondition::{IfMatch, with_version};
pub use problem::{FieldError, Problem};
pub use who::AtApi;
