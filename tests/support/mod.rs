//! What stories are told with.

pub mod client;
pub mod command;
pub mod database;
pub mod letter;
pub mod log;
pub mod passkey;
pub mod people;
pub mod program;
pub mod runs;
pub mod shop;
pub mod smtp_sink;
