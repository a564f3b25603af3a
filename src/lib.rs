//! Tradepost: the self-hosted home of a wholesale supplier's customers.
//!
//! The modules stand from ground to roof; none uses one that stands below it
//! in this list (`tests/architecture.rs` checks).

pub mod kernel;
pub mod db;
pub mod config;
pub mod keys;
pub mod actor;
pub mod audit;
pub mod jobs;
pub mod mail;
pub mod error;
pub mod sessions;
pub mod throttle;
pub mod passkeys;
pub mod epoch;
pub mod idempotency;
pub mod settings;
pub mod wording;
pub mod held;
pub mod stopping;
pub mod writable;
pub mod gauges;
pub mod app;
pub mod http;
pub mod retailers;
pub mod notice;
pub mod access;
pub mod change_requests;
pub mod listing;
pub mod recovery;
pub mod sign_in;
pub mod account;
pub mod staff;
pub mod devices;
pub mod setup;
pub mod set_aside;
pub mod runs;
pub mod import;
pub mod export;
pub mod bounces;
pub mod trail;
pub mod privacy;
pub mod restored;
pub mod getting_started;
pub mod dashboard;
pub mod customers;
pub mod sales_app;
pub mod changes;
pub mod reference;
pub mod dev_inbox;
pub mod worker;
pub mod routes;
pub mod demo;
pub mod cli;

pub use error::Error;
