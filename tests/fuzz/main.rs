//! Whatever strangers send is read without breaking down: each parser that meets
//! them is fed with mutated samples, on a thread whose stack is an eighth of the
//! usual one, so that what recurses over its input ends this program.
//!
//! A second for each with every check; longer by hand, with another seed:
//!
//! ```sh
//! TRADEPOST_FUZZ_SECONDS=3600 TRADEPOST_FUZZ_SEED=7 ./check cargo test --release --test fuzz -- --nocapture
//! ```
//!
//! The crates `passwords` and `tables` have targets for cargo-fuzz of their own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

mod answers;
mod names;
mod random;
mod reports;
mod requests;
mod words;

use std::io::Write as _;
use std::time::{Duration, Instant};

use random::Random;

/// An eighth of what threads have by themselves.
const STACK: usize = 256 * 1024;

/// Feeds a parser until the time is over, and says how often.
fn fuzz(what: &str, mut once: impl FnMut(&mut Random) + Send + 'static) {
    let variable = |name: &str| std::env::var(name).ok().map(|value| value.parse::<u64>().expect("a number"));
    let seed = variable("TRADEPOST_FUZZ_SEED").unwrap_or(1);
    let lasts = Duration::from_secs(variable("TRADEPOST_FUZZ_SECONDS").unwrap_or(1));
    say(&format!("{what}: seed {seed}\n"));
    let feed = move || {
        let (mut random, end, mut count) = (Random::new(seed), Instant::now() + lasts, 0_u64);
        while Instant::now() < end {
            once(&mut random);
            count += 1;
        }
        count
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(feed).expect("a thread");
    let count = thread.join().unwrap_or_else(|_| panic!("{what} broke down with seed {seed}"));
    say(&format!("{what}: {count} inputs in {} s\n", lasts.as_secs()));
}

/// Says something past the test harness, which would keep it to itself.
fn say(words: &str) {
    std::io::stderr().write_all(words.as_bytes()).expect("somewhere to say it");
}
