//! What checking a hash brought along takes, by kind: at its usual cost and at the largest that is
//! taken, on a thread of the pool.
//!
//! `cargo bench -p passwords --bench brought`. The median of five; the Argon2id that is computed
//! beside each is taken off.
#![allow(clippy::unwrap_used, reason = "a bench may break down")]

use std::{num::NonZeroUsize, time::Instant};

use passwords::{Brought, Cost, Given, Known, Own, Password, Pool, Reading, Settings};

const ROUNDS: usize = 5;
const SALT: &str = "c2Vhc2FsdDlzZWFzYWx0OQ";
const KEY: &str = "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
const LONG_KEY: &str =
    "j0CsV6sXsB6pwv4p7yZy7jk0/zO1gwwytozAnlOujOgZRLLj/PpQpSH/oRR8qEpq7pwkYAZpW4ezS+s7z6Laow";
const SHORT_KEY: &str = "c2Vhc2FsdDlzZWFzYWx0OXNlYXM";
const BCRYPT: &str = "zZCilMqr6XKKkl2ggaAiAOK5iEWWTN7OdeIE6oJ4pfntta.z4Xo16";

fn main() {
    let cost = Cost { memory_kib: 8, iterations: 1, parallelism: 1 };
    let pool = Pool::start(Settings { threads: NonZeroUsize::MIN, waiting: 1, per_share: 1, cost }).unwrap();
    let beside = median(|| check(&pool, None));
    for (what, hash) in hashes() {
        let Reading::Kept(own) = Brought::read(&Given { hash: &hash, ..Given::default() }).unwrap() else {
            panic!("{what}");
        };
        let taken = median(|| check(&pool, Some(&own))) - beside;
        println!("{what:<52} {:7.0} ms", taken * 1e3);
    }
}

fn hashes() -> Vec<(&'static str, String)> {
    let iterated = "a".repeat(43);
    vec![
        ("bcrypt, cost 10 (PHP, Laravel)", format!("$2y$10${BCRYPT}")),
        ("bcrypt, cost 12 (Django, Laravel 11)", format!("$2y$12${BCRYPT}")),
        ("bcrypt, cost 14, the largest", format!("$2y$14${BCRYPT}")),
        ("PBKDF2-SHA-1, 1,000 (ASP.NET Identity 2)", format!("$pbkdf2-sha1$i=1000${SALT}${KEY}")),
        ("PBKDF2-SHA-1, 3,000,000, the largest", format!("$pbkdf2-sha1$i=3000000${SALT}${SHORT_KEY}")),
        ("PBKDF2-SHA-256, 1,000,000 (Django 5.2)", format!("$pbkdf2-sha256$i=1000000${SALT}${KEY}")),
        ("PBKDF2-SHA-256, 3,000,000, the largest", format!("$pbkdf2-sha256$i=3000000${SALT}${KEY}")),
        ("PBKDF2-SHA-512, 100,000 (ASP.NET Identity 3)", format!("$pbkdf2-sha512$i=100000${SALT}${KEY}")),
        ("PBKDF2-SHA-512, 3,000,000, the largest", format!("$pbkdf2-sha512$i=3000000${SALT}${LONG_KEY}")),
        ("scrypt, 2^14, 8, 5 (Django)", format!("$scrypt$ln=14,r=8,p=5${SALT}${KEY}")),
        ("scrypt, 2^15, 8, 1 (Werkzeug)", format!("$scrypt$ln=15,r=8,p=1${SALT}${KEY}")),
        ("scrypt, 2^18, 8, 2, the largest", format!("$scrypt$ln=18,r=8,p=2${SALT}${KEY}")),
        ("Argon2id, 64 MiB, 4 passes (Laravel)", format!("$argon2id$v=19$m=65536,t=4,p=1${SALT}${KEY}")),
        ("Argon2id, 256 MiB, 4 passes, the largest", format!("$argon2id$v=19$m=262144,t=4,p=1${SALT}${KEY}")),
        ("phpass, 2^13 (WordPress)", "$P$Bseasalt9vmZ8yRYRTgVr.hFdqYvuI.".into()),
        ("phpass, 2^22, the largest", "$P$Kseasalt9vmZ8yRYRTgVr.hFdqYvuI.".into()),
        ("Drupal 7, 2^15", format!("$S$Dseasalt9{iterated}")),
        ("Drupal 7, 2^22, the largest", format!("$S$Kseasalt9{iterated}")),
    ]
}

/// Seconds that one check takes.
fn check(pool: &Pool, own: Option<&Brought>) -> f64 {
    let known = Known { own: own.cloned().map(Own::Brought), ..Known::default() };
    let start = Instant::now();
    pool.check_blocking(Password::parse("trout9lamp").unwrap(), known).unwrap();
    start.elapsed().as_secs_f64()
}

fn median(measure: impl Fn() -> f64) -> f64 {
    let mut figures: Vec<f64> = (0..ROUNDS).map(|_| measure()).collect();
    figures.sort_by(f64::total_cmp);
    figures[ROUNDS / 2]
}
