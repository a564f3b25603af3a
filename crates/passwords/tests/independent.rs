//! Every hash is checked by implementations that are not ours.

#![allow(clippy::unwrap_used, reason = "these are tests")]

use std::{num::NonZeroUsize, sync::LazyLock};

use argon2_rust::{Algorithm, Argon2, Params, Version, params::Memory};
use passwords::{Cost, Known, Matched, Own, Password, Pool, Settings, TemporaryPassword};
use proptest::prelude::*;

fn pool(cost: Cost) -> Pool {
    let settings = Settings { threads: NonZeroUsize::MIN, waiting: 100, per_share: 100, cost };
    Pool::start(settings).unwrap()
}

/// The thread and its memory are reused by all cases.
static POOL: LazyLock<Pool> = LazyLock::new(|| pool(Cost { memory_kib: 32, iterations: 1, parallelism: 1 }));

fn matched(typed: &str, hash: &str) -> Matched {
    let known = Known { own: Some(Own::parse(hash, false).unwrap()), ..Known::default() };
    POOL.check_blocking(Password::parse(typed).unwrap(), known).unwrap().0
}

/// Made by the C reference implementation, through Python's argon2-cffi; the second is also in
/// the reference's own `test.c`.
const VECTORS: [(&str, &str); 5] = [
    ("password", "$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHQ$FqGkmHNGCd0BRW2kBt6fPZ2pPmyGwwChL8FGUhTOSSI"),
    ("password", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
    (
        "correct horse battery staple",
        "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$gy5SuVm5Z7Vw7keB9se9p87QGcomaseB/S2U1OhTsM0",
    ),
    (
        "Grüße 123 ✨",
        "$argon2id$v=19$m=256,t=3,p=4$AAECAwQFBgcICQoLDA0ODw$quGsSmh/vVP/Ns0yVAY9XISipTe/W0ofs7Pak5+gOT8",
    ),
    ("K7QM2RXD9TWPCCFH", "$argon2id$v=19$m=8,t=1,p=1$/////////////////////w$aMthHCeUWt4OIbL0Xlcm2g"),
];

#[test]
fn hashes_of_the_reference_are_known() {
    for (typed, hash) in VECTORS {
        assert_eq!(matched(typed, hash), Matched::Own { outdated: true }, "{hash}");
        assert_eq!(matched(&format!("{typed}!"), hash), Matched::Nothing, "{hash}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn our_hashes_are_known_elsewhere(typed in "\\PC{1,40}") {
        let password = Password::parse(&typed).unwrap();
        let normal = password.expose().to_owned();
        let hash = POOL.hash_blocking(password).unwrap();
        prop_assert!(Argon2::verify_encoded(hash.as_str(), normal.as_bytes(), Algorithm::Argon2id).is_ok());
        prop_assert!(Argon2::verify_encoded(hash.as_str(), b"", Algorithm::Argon2id).is_err());
        prop_assert_eq!(matched(&typed, hash.as_str()), Matched::Own { outdated: false });
    }

    #[test]
    fn hashes_of_others_are_known_here(
        typed in "\\PC{1,40}",
        salt in prop::collection::vec(any::<u8>(), 8..48),
        (memory, passes, lanes) in (32u64..100, 1u32..4, 1u32..4),
        length in 16u64..64,
    ) {
        let normal = Password::parse(&typed).unwrap().expose().to_owned();
        let params = Params::builder()
            .memory(Memory::kib(memory)).passes(passes).lanes(lanes)
            .tag_len(argon2_rust::params::TagLen::bytes(length)).build().unwrap();
        let other = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash = other.hash_encoded(normal.as_bytes(), &salt).unwrap();
        prop_assert!(matches!(matched(&typed, &hash), Matched::Own { .. }), "{}", hash);
    }
}

#[tokio::test]
async fn a_temporary_password_is_hashed_without_its_dashes() {
    let minted = TemporaryPassword::generate_from_system().unwrap();
    let hash = POOL.hash_temporary(&minted, None).await.unwrap();
    let bare = minted.grouped().replace('-', "");
    assert!(Argon2::verify_encoded(hash.as_str(), bare.as_bytes(), Algorithm::Argon2id).is_ok());
}

#[test]
fn the_default_cost_is_known_elsewhere() {
    let hash = pool(Cost::default()).hash_blocking(Password::parse("trout9lamp").unwrap()).unwrap();
    assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert!(Argon2::verify_encoded(hash.as_str(), b"trout9lamp", Algorithm::Argon2id).is_ok());
}
