//! What people live through, told through the doors and on both databases.
//!
//! Names of stories begin with the promise they hold (`product.md`).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]
#![allow(clippy::missing_panics_doc, missing_docs, reason = "test code")]
#![allow(dead_code, reason = "no story uses all of the support")]
#![allow(clippy::wildcard_imports, reason = "each story sees what its file imports")]

#[path = "../support/mod.rs"]
mod support;

/// Tells one story twice: on SQLite and on PostgreSQL.
macro_rules! story {
    ($(#[$meta:meta])* async fn $name:ident($kind:ident) $body:block) => {
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn story($kind: crate::support::database::Kind) $body

            #[tokio::test]
            async fn sqlite() {
                story(crate::support::database::Kind::Sqlite).await;
            }

            #[tokio::test]
            async fn postgres() {
                story(crate::support::database::Kind::Postgres).await;
            }
        }
    };
}

mod access;
mod account;
mod api_contacts;
mod api_resets;
mod audit;
mod audit_heads;
mod bad_input;
mod bounces;
mod brought_along;
mod change_requests;
mod changes;
mod choose;
mod colleagues;
mod command;
mod contact_session;
mod customer_passkeys;
mod doors;
mod devices;
mod devices_doors;
mod editing;
mod error_pages;
mod export;
mod finding;
mod folding;
mod forgot;
mod forwarded;
mod floods;
mod fresh;
mod getting_started;
mod harmless;
mod import;
mod invitation;
mod known_device;
mod letters;
mod lists;
mod logo;
mod long_reads;
mod mail_answers;
mod mail_faults;
mod matrix;
mod privacy;
mod notices;
mod passkeys;
mod reference;
mod refusals;
mod reset;
mod restored;
mod retention;
mod rule;
mod run_faults;
mod runs;
mod second_factor;
mod set_aside;
mod settings;
mod sign_in;
mod slow_clients;
mod spam;
mod staff;
mod staff_blind;
mod staff_waits;
mod status;
mod stopping;
mod strict;
mod temporary;
mod throttle;
mod trail;
mod unchanged;
mod waiting_runs;
mod waits;
mod wording;
mod young_factors;
