//! The audit trail in the portal: every act that touches access, staff and data
//! as a sentence one can read (promise 16).

mod asked;
pub mod outside;
pub mod portal;
pub mod verifying;
mod words;

pub use words::Line;
