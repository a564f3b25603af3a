//! Passwords of Tradepost: typed, generated, ruled, hashed and checked.
//!
//! The crate knows nothing of contacts, databases, mails or pages. Secrets have types that cannot
//! be printed, cloned or serialised and are wiped when dropped; what is stored is a
//! [`Hash`](struct@Hash), or a [`Brought`] one until its password is next typed.
//!
//! - [`Password`]: what a person typed, in NFKC.
//! - [`TemporaryPassword`]: what the system mints and mails.
//! - [`Rule`], [`StaffRule`], [`strength()`]: what a person may choose.
//! - [`Brought`]: hashes of the system that was used before.
//! - [`Pool`]: the threads that compute hashes.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod breached;
mod brought;
mod chance;
mod check;
mod common;
mod cost;
mod hash;
mod job;
mod memory;
mod obvious;
mod password;
mod pool;
mod queue;
mod rule;
mod staff;
mod strength;
mod temporary;
mod worker;

pub use breached::{Breached, BreachedError};
pub use brought::{Brought, BroughtError, Format, Given, Measure, Reading, Weak};
pub use chance::ChanceError;
pub use check::{Known, Matched, Own};
pub use cost::{Cost, CostError};
pub use hash::{Hash, HashError};
pub use memory::HashingError;
pub use password::{Password, PasswordError};
pub use pool::{Pool, PoolError, Settings, StartError};
pub use queue::Turn;
pub use rule::{About, Problem, Rule, RuleError};
pub use staff::StaffRule;
pub use strength::{Strength, strength};
pub use temporary::TemporaryPassword;
