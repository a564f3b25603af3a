//! Hashes per second: the pool against a bare loop of the same library with fresh memory.
//!
//! `cargo bench -p passwords`. Rounds of both alternate in one run, so that other load on the
//! machine hits both; the median round counts.
#![allow(clippy::unwrap_used, reason = "a bench may break down")]

use std::{
    num::NonZeroUsize,
    thread,
    time::{Duration, Instant},
};

use argon2::{Algorithm, Argon2, Params, Version};
use passwords::{Cost, Password, Pool, Settings, strength};

const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_secs(1);

fn main() {
    let cost = Cost::default();
    println!("Argon2id, {} KiB, t {}, p {}", cost.memory_kib, cost.iterations, cost.parallelism);
    for threads in [1, 2] {
        let settings =
            Settings { threads: NonZeroUsize::new(threads).unwrap(), waiting: 100, per_share: 100, cost };
        let pool = Pool::start(settings).unwrap();
        let hash = || drop(pool.hash_blocking(Password::parse("trout9lamp").unwrap()).unwrap());
        let mut figures: [Vec<f64>; 3] = Default::default();
        for _ in 0..ROUNDS {
            figures[0].push(per_second(threads, bare));
            // Two callers a thread keep the line from running empty.
            figures[1].push(per_second(threads * 2, hash));
            figures[2].push(per_second(threads, hash));
        }
        let [bare, busy, calm] = figures.map(median);
        print(threads, "bare loop, fresh memory", bare, bare);
        print(threads, "pool, kept busy", busy, bare);
        print(threads, "pool, wiping after each", calm, bare);
    }
    for (what, text) in [("words", "la plume de ma tante "), ("digits", "2026"), ("lookalikes", "@4$5!1|0")] {
        let password = Password::parse(&text.repeat(12)).unwrap();
        let start = Instant::now();
        strength(&password, &["marta.nowak@supplier.example", "Marta Nowak"]);
        println!("strength of long {what:<12} {:6.1} ms", start.elapsed().as_secs_f64() * 1e3);
    }
}

/// How often all `callers` together get `work` done in a second.
fn per_second(callers: usize, work: impl Fn() + Sync) -> f64 {
    let start = Instant::now();
    let count = || {
        let mut count = 0_u32;
        while start.elapsed() < ROUND {
            work();
            count += 1;
        }
        count
    };
    let total: u32 = thread::scope(|scope| {
        let callers: Vec<_> = (0..callers).map(|_| scope.spawn(count)).collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).sum()
    });
    f64::from(total) / start.elapsed().as_secs_f64()
}

fn bare() {
    let cost = Cost::default();
    let params = Params::new(cost.memory_kib, cost.iterations, cost.parallelism, Some(32)).unwrap();
    let mut digest = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(b"trout9lamp", b"0123456789abcdef", &mut digest)
        .unwrap();
    std::hint::black_box(digest);
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn print(threads: usize, what: &str, figure: f64, bare: f64) {
    let each = figure / threads as f64;
    println!("{threads} thread(s)  {what:<24} {figure:6.1}/s  {each:6.1}/s a thread  ×{:.2}", figure / bare);
}
