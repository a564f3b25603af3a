//! The customers as staff see them: the pages of the portal and the sales app.
//!
//! Both doors show the same people and call the same operations; what differs
//! is the frame. Everything is looked up through the actor.

pub mod dashboard;
pub mod edit;
pub mod invitations;
pub mod lists;
pub mod people;
pub mod portal;
mod resets;
pub mod sales;
pub mod search;
pub mod shapes;
pub mod transfer;
mod view;
