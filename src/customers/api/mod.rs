//! Customers at the API: retailers, contacts, their resets and invitations.

pub mod contacts;
mod events;
pub mod requests;
pub mod resets;
pub mod retailers;
mod shapes;

pub use shapes::{ContactDetail, Reset, Resets};
