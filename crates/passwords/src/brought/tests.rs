//! Which texts are taken and which are refused.

use super::*;

fn read(hash: &str) -> Result<Reading, BroughtError> {
    Brought::read(&Given { hash, ..Given::default() })
}

fn kept(hash: &str) -> String {
    match read(hash) {
        Ok(Reading::Kept(brought)) => brought.as_str().to_owned(),
        other => panic!("{hash}: {other:?}"),
    }
}

fn refused(hash: &str) -> BroughtError {
    read(hash).map(|_| hash.to_owned()).unwrap_err()
}

const SALT: &str = "c2Vhc2FsdDlzZWFzYWx0OQ";
const KEY: &str = "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
const BCRYPT: &str = "zZCilMqr6XKKkl2ggaAiAOK5iEWWTN7OdeIE6oJ4pfntta.z4Xo16";

#[test]
fn every_kind_has_one_spelling() {
    let pbkdf2 = format!("$pbkdf2-sha256$i=1000${SALT}${KEY}");
    for text in [
        pbkdf2.clone(),
        format!("$pbkdf2-sha256$i=1000,l=32${SALT}${KEY}"),
        format!("$pbkdf2-sha256$1000${SALT}${KEY}"),
        format!("pbkdf2_sha256$1000$seasalt9seasalt9${KEY}="),
    ] {
        assert_eq!(kept(&text), pbkdf2, "{text}");
    }
    let scrypt = format!("$scrypt$ln=10,r=8,p=1${SALT}${KEY}");
    for text in [scrypt.clone(), format!("scrypt$1024$seasalt9seasalt9$8$1${KEY}=")] {
        assert_eq!(kept(&text), scrypt, "{text}");
    }
    let argon2i = format!("$argon2i$v=19$m=64,t=2,p=1${SALT}${KEY}");
    for text in [argon2i.clone(), format!("argon2{argon2i}")] {
        assert_eq!(kept(&text), argon2i, "{text}");
    }
    assert_eq!(kept("$H$9seasalt9vmZ8yRYRTgVr.hFdqYvuI."), "$P$9seasalt9vmZ8yRYRTgVr.hFdqYvuI.");
}

#[test]
fn the_bits_that_a_salt_of_bcrypt_has_to_spare_are_cleared() {
    let clean = format!("$2y$10${BCRYPT}");
    assert_eq!(kept(&clean), clean);
    assert_eq!(kept(&clean.replacen("AiAO", "AiAT", 1)), clean);
    assert_eq!(kept(&format!("bcrypt${clean}")), clean);
}

#[test]
fn what_costs_too_much_is_refused_with_the_most_that_is_taken() {
    use Measure as M;
    let big = u64::MAX;
    for (text, measure, most) in [
        (format!("$2y$15${BCRYPT}"), M::BcryptCost, 14),
        (format!("bcrypt_sha256$$2b$31${BCRYPT}"), M::BcryptCost, 14),
        (format!("$wp$2y$31${BCRYPT}"), M::BcryptCost, 14),
        (format!("pbkdf2_sha256$3000001$salt${KEY}="), M::Pbkdf2Iterations, 3_000_000),
        (format!("pbkdf2_sha256${big}$salt${KEY}="), M::Pbkdf2Iterations, 3_000_000),
        (format!("$pbkdf2$2000000${SALT}${KEY}"), M::Pbkdf2Iterations, 1_500_000),
        (format!("$scrypt$ln=19,r=8,p=1${SALT}${KEY}"), M::ScryptMemoryKib, 262_144),
        (format!("$scrypt$ln=63,r=8,p=1${SALT}${KEY}"), M::ScryptMemoryKib, 262_144),
        (format!("$scrypt$ln={big},r=8,p=1${SALT}${KEY}"), M::ScryptMemoryKib, 262_144),
        (format!("$scrypt$ln=17,r=8,p=5${SALT}${KEY}"), M::ScryptFilledKib, 524_288),
        (format!("scrypt$2$salt${big}$1${KEY}="), M::ScryptMemoryKib, 262_144),
        (format!("$argon2id$v=19$m=262145,t=1,p=1${SALT}${KEY}"), M::Argon2MemoryKib, 262_144),
        (format!("$argon2i$v=19$m=262144,t=5,p=1${SALT}${KEY}"), M::Argon2FilledKib, 1_048_576),
        (format!("$argon2d$v=19$m=262144,t=1,p=17${SALT}${KEY}"), M::Argon2Lanes, 16),
        (format!("{}:seasalt9:3_32_2_4294967296", "ab".repeat(32)), M::Argon2MemoryKib, 262_144),
        ("$P$Lseasalt9vmZ8yRYRTgVr.hFdqYvuI.".to_owned(), M::RoundsLog2, 22),
        (format!("$S$zseasalt9{}", "a".repeat(43)), M::RoundsLog2, 22),
    ] {
        assert_eq!(refused(&text), BroughtError::TooCostly { measure, most }, "{text}");
    }
}

#[test]
fn what_is_malformed_is_not_understood() {
    let long = "$2y$10$".repeat(100);
    for text in [
        "",
        "trout9lamp",
        "*",
        "!",
        "{SSHA}",
        "{SSHA}AAAA",
        "{SSHA",
        "{crypt}ab",
        "$2y$10$",
        &format!("$2x$10${BCRYPT}"),
        &format!("$2y$03${BCRYPT}"),
        &format!("$2y$1${BCRYPT}"),
        &format!("$2y$10${BCRYPT}x"),
        &format!("$2y$10$\u{e9}{}", &BCRYPT[2..]),
        &format!("$argon2id$v=16$m=64,t=2,p=1${SALT}${KEY}"),
        &format!("$argon2id$v=19$m=7,t=2,p=1${SALT}${KEY}"),
        "argon2$argon2",
        "$pbkdf2-sha256$0$c2Vh$c2Vh",
        &format!("$pbkdf2-sha3$1000${SALT}${KEY}"),
        &format!("$pbkdf2-sha256$1000$${KEY}"),
        &format!("$pbkdf2-sha256$i=1000,l=31${SALT}${KEY}"),
        &format!("$scrypt$ln=10,r=65,p=1${SALT}${KEY}"),
        &format!("$scrypt$ln=0,r=8,p=1${SALT}${KEY}"),
        &format!("scrypt$1000$salt$8$1${KEY}="),
        &format!("scrypt$1024$salt$0$1${KEY}="),
        "$P$4seasalt9vmZ8yRYRTgVr.hFdqYvuI.",
        "$P$9seasalt9vmZ8yRYRTgVr.hFdqYvuI",
        "AQAAAAEAAAPoAAAAEK6q415n",
        "AQAAAAIAAAPo/////66q415n",
        "d41d8cd98f00b204e9800998ecf8427e::0",
        "d41d8cd98f00b204e9800998ecf8427e:salt:1",
        "d41d8cd98f00b204e9800998ecf8427e:salt:5:2",
        "md5$salt$d41d8cd98f00b204e9800998ecf8427",
        "$over$md5$$argon2id$v=19$m=64,t=2,p=1$c2Vhc2FsdDlzZWFzYWx0OQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu",
        &long,
    ] {
        assert_eq!(refused(text), BroughtError::NotUnderstood, "{text}");
    }
}

#[test]
fn a_bare_digest_needs_its_format_and_that_its_salt() {
    let md5 = "d41d8cd98f00b204e9800998ecf8427e";
    assert_eq!(refused(md5), BroughtError::NeedsFormat);
    assert_eq!(refused(&format!("{md5}:salt")), BroughtError::NeedsFormat);
    // No version of Magento's, so it may be a salt with a colon.
    assert_eq!(refused(&format!("{md5}:salt:9")), BroughtError::NeedsFormat);
    let with = |hash, format, salt| Brought::read(&Given { hash, salt, format: Some(format) }).map(|_| ());
    assert_eq!(with(md5, Format::Md5, None), Ok(()));
    assert_eq!(with(md5, Format::Md5, Some("")), Ok(()));
    assert_eq!(with(md5, Format::Md5, Some("salt")), Err(BroughtError::TakesNoSalt));
    assert_eq!(with(md5, Format::Md5SaltPassword, Some("salt")), Ok(()));
    assert_eq!(with(md5, Format::Md5SaltPassword, None), Err(BroughtError::NeedsSalt));
    assert_eq!(with(md5, Format::Sha1, None), Err(BroughtError::NotUnderstood));
    assert_eq!(with("trout9lamp", Format::Sha1, None), Err(BroughtError::NotUnderstood));
    assert_eq!(with(&format!("{md5}:salt"), Format::Md5PasswordSalt, None), Ok(()));
}

#[test]
fn a_text_that_says_how_it_was_made_is_read_as_that() {
    let given =
        Given { hash: &format!("$2y$10${BCRYPT}"), salt: Some("salt"), format: Some(Format::OpenCart) };
    assert!(matches!(Brought::read(&given), Ok(Reading::Kept(_))));
}

#[test]
fn only_the_canonical_spelling_is_stored() {
    for text in [
        format!("$pbkdf2-sha256$1000${SALT}${KEY}"),
        format!("bcrypt$$2y$10${BCRYPT}"),
        format!("$over$md5-salt-password$$argon2id$v=19$m=64,t=2,p=1${SALT}${KEY}"),
        format!("$over$sha3$c2Vh$argon2id$v=19$m=64,t=2,p=1${SALT}${KEY}"),
        format!("$over$md5$c2Vh$argon2id$v=19$m=64,t=2,p=1${SALT}${KEY}"),
        "d41d8cd98f00b204e9800998ecf8427e".to_owned(),
    ] {
        assert_eq!(Brought::parse(&text).unwrap_err(), BroughtError::NotUnderstood, "{text}");
    }
    let over = format!("$over$md5-salt-password$c2Vh$argon2id$v=19$m=64,t=2,p=1${SALT}${KEY}");
    assert_eq!(Brought::parse(&over).unwrap().as_str(), over);
    assert!(crate::hash::Hash::parse(&over).is_err());
}
