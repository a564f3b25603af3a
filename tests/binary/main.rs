//! The real executable, driven from outside: its commands, its pages over
//! plain HTTP, and a mail server that is not ours (aiosmtpd).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

mod away;
mod commands;
mod crashes;
mod databases;

mod export;
mod failover;
mod imports;
mod keys;
mod leaks;
mod mail_server;
mod moving_in;
mod operation;
mod places;
mod poison;
mod pooled;
mod postbox;
mod program;
mod restoring;
mod servers;
mod staff;
mod stopping;
mod story;
mod visitor;
mod watching;

use std::time::{Duration, Instant};

/// The longest anything is waited for, unless said otherwise. Generous, since
/// the machine may be busy with something else.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks again and again until there is an answer.
fn until<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    until_for(PATIENCE, what, ask)
}

fn until_for<T>(patience: Duration, what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + patience;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "waited {patience:?} in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A port nobody listens on. Asked for and given back, so that it can be
/// listened on again after a crash.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}
