//! The customers as staff see them: the pages of the portal, the sales app and
//! the API.
//!
//! All doors show the same people and call the same operations; what differs
//! is the frame. Everything is looked up through the actor.

pub mod api;
pub mod dashboard;
pub mod edit;
pub mod invitations;
pub mod lists;
pub mod people;
pub mod portal;
pub mod requests;
mod resets;
pub mod search;
pub mod shapes;
pub mod transfer;
mod view;
