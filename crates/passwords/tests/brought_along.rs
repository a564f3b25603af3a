//! Hashes of other systems, made by them or beside them (`tools/vectors.py`, `tools/vectors.mjs`).

#![allow(clippy::unwrap_used, reason = "these are tests")]

use std::{collections::BTreeSet, num::NonZeroUsize, sync::LazyLock};

use passwords::{Brought, Cost, Format, Given, Known, Matched, Own, Password, Pool, Reading, Settings};
use proptest::prelude::*;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    by: String,
    password: String,
    wrong: String,
    hash: String,
    salt: Option<String>,
    format: Option<String>,
}

impl Vector {
    fn given(&self) -> Given<'_> {
        let format = self.format.as_deref().map(|name| Format::from_name(name).unwrap());
        Given { hash: &self.hash, salt: self.salt.as_deref(), format }
    }
}

static VECTORS: LazyLock<Vec<Vector>> = LazyLock::new(|| {
    let files = [include_str!("vectors/python.json"), include_str!("vectors/npm.json")];
    files.into_iter().flat_map(|file| serde_json::from_str::<Vec<Vector>>(file).unwrap()).collect()
});

static POOL: LazyLock<Pool> = LazyLock::new(|| {
    let cost = Cost { memory_kib: 32, iterations: 1, parallelism: 1 };
    let settings = Settings { threads: NonZeroUsize::new(2).unwrap(), waiting: 100, per_share: 100, cost };
    Pool::start(settings).unwrap()
});

/// The hash as it is stored and read back.
async fn stored(given: &Given<'_>) -> Brought {
    let brought = match Brought::read(given).unwrap_or_else(|error| panic!("{}: {error}", given.hash)) {
        Reading::Kept(brought) => brought,
        Reading::Weak(weak) => POOL.wrap(weak).await.unwrap(),
    };
    let read_back = Brought::parse(brought.as_str()).unwrap();
    assert_eq!(read_back.as_str(), brought.as_str());
    read_back
}

async fn matched(typed: &str, own: &Brought) -> Matched {
    let known = Known { own: Some(Own::Brought(own.clone())), ..Known::default() };
    POOL.check(Password::parse(typed).unwrap(), known).await.unwrap().0
}

#[tokio::test]
async fn every_hash_is_of_its_password_and_of_no_other() {
    for vector in VECTORS.iter() {
        let what = format!("{} {}", vector.by, vector.hash);
        let own = stored(&vector.given()).await;
        assert_eq!(matched(&vector.password, &own).await, Matched::Own { outdated: true }, "{what}");
        assert_eq!(matched(&vector.wrong, &own).await, Matched::Nothing, "{what}");
    }
}

#[tokio::test]
async fn what_was_hashed_composed_may_be_typed_decomposed() {
    let composed = |vector: &&Vector| vector.password.nfc().eq(vector.password.chars());
    for vector in VECTORS.iter().filter(|vector| !vector.password.is_ascii()).filter(composed) {
        let typed: String = vector.password.nfd().collect();
        assert_ne!(typed, vector.password);
        let own = stored(&vector.given()).await;
        assert_eq!(matched(&typed, &own).await, Matched::Own { outdated: true }, "{}", vector.hash);
    }
}

#[tokio::test]
async fn what_is_stored_holds_no_weak_digest() {
    let (mut kept, mut wrapped) = (BTreeSet::new(), 0);
    for vector in VECTORS.iter() {
        match Brought::read(&vector.given()).unwrap() {
            Reading::Kept(brought) => drop(kept.insert(format!("{brought:?}"))),
            Reading::Weak(weak) => {
                assert!(format!("{weak:?}").len() < 40);
                let stored = POOL.wrap(weak).await.unwrap();
                let digest: String = vector.hash.chars().filter(char::is_ascii_alphanumeric).collect();
                assert!(!stored.as_str().contains(&digest[digest.len() - 12..]), "{}", vector.hash);
                assert!(!stored.as_str().contains(vector.hash.get(..12).unwrap()), "{}", vector.hash);
                assert!(stored.as_str().starts_with("$over$"), "{}", stored.as_str());
                wrapped += 1;
            }
        }
    }
    assert_eq!(kept.into_iter().collect::<Vec<_>>(), KINDS);
    assert!(wrapped > 100, "{wrapped}");
}

/// What `Debug` shows of the vectors that are kept.
const KINDS: [&str; 13] = [
    "Brought(Argon2d…)",
    "Brought(Argon2id over a weak hash…)",
    "Brought(Argon2id…)",
    "Brought(Argon2i…)",
    "Brought(Drupal 7…)",
    "Brought(PBKDF2-SHA-1…)",
    "Brought(PBKDF2-SHA-256…)",
    "Brought(PBKDF2-SHA-512…)",
    "Brought(bcrypt over HMAC-SHA-384…)",
    "Brought(bcrypt over SHA-256…)",
    "Brought(bcrypt…)",
    "Brought(phpass…)",
    "Brought(scrypt…)",
];

/// A text with some of its characters taken out, doubled or replaced.
fn mutated() -> impl Strategy<Value = String> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0..3_u8, any::<char>()), 1..4);
    (0..VECTORS.len(), edits).prop_map(|(index, edits)| {
        let mut text: Vec<char> = VECTORS[index].hash.chars().collect();
        for (at, edit, character) in edits {
            let at = at.index(text.len());
            match edit {
                0 => drop(text.remove(at)),
                1 => text.insert(at, text[at]),
                // Mostly one that a hash may well hold.
                _ => text[at] = if character.is_ascii() { character } else { '9' },
            }
        }
        text.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn a_damaged_text_is_refused_or_has_a_canonical_spelling(text in mutated(), format in 0..15_usize) {
        let format = Format::ALL.get(format).copied();
        if let Ok(Reading::Kept(brought)) = Brought::read(&Given { hash: &text, salt: None, format }) {
            let again = Brought::parse(brought.as_str()).unwrap();
            prop_assert_eq!(again.as_str(), brought.as_str());
        }
        if let Ok(brought) = Brought::parse(&text) {
            prop_assert_eq!(brought.as_str(), text);
        }
    }

    #[test]
    fn any_text_is_read_without_breaking_down(text in "\\PC{0,80}") {
        drop(Brought::read(&Given { hash: &text, salt: Some("salt"), format: Some(Format::OpenCart) }));
        drop(Brought::parse(&text));
    }
}
