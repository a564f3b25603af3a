//! What could be a secret. An import neither keeps nor shows it, whatever its
//! column is said to hold (promise 1).

use passwords::TemporaryPassword;

use super::Field;
use super::vocabulary;

/// Parts of headings, as [`vocabulary::words`] are joined, that speak of secrets
/// wherever they stand.
const PARTS: &[&str] = &[
    "passwor",
    "passwd",
    "passphras",
    "passcode",
    "passkey",
    "passhash",
    "kennwor",
    "losungswort",
    "wachtwoor",
    "motdepass",
    "contrasen",
    "palavrapasse",
    "parolachiave",
    "parolaordine",
    "losenord",
    "adgangskode",
    "passord",
    "salasana",
    "jelszo",
    "lozinka",
    "zugangscode",
    "zugangsdaten",
    "zugriffscode",
    "accesscode",
    "logincode",
    "geheim",
    "securityanswer",
    "securityquestion",
    "secretanswer",
    "secretquestion",
    "sicherheitsantwort",
    "sicherheitsfrage",
    "apikey",
    "accesskey",
    "authkey",
    "privatekey",
    "secretkey",
    "пароль",
    "密码",
    "密碼",
    "パスワード",
    "비밀번호",
];

/// Words of headings that speak of secrets when they stand alone.
const WORDS: &[&str] = &[
    "pass",
    "passw",
    "pw",
    "pwd",
    "pword",
    "psw",
    "pswd",
    "pin",
    "pincode",
    "puk",
    "tan",
    "mdp",
    "hash",
    "hashed",
    "salt",
    "otp",
    "totp",
    "mfa",
    "cvv",
    "token",
    "secret",
    "secrets",
    "credentials",
    "clave",
    "haslo",
    "heslo",
    "geslo",
    "senha",
    "sifre",
    "parola",
    "parole",
];

/// Words of which something else may stand before, as in `userpwd`.
const ENDINGS: &[&str] = &["pwd", "passw", "token", "pwhash"];
/// Who has a `pin` or a `pass`, where both are one word.
const WHOSE: &[&str] = &[
    "user", "usr", "web", "login", "shop", "portal", "app", "access", "customer", "cust", "client", "kunden",
    "kunde", "kd", "b2b", "db", "my",
];

/// Whether a heading says that its column holds passwords, what they were made
/// into, or other secrets.
pub fn is_heading(heading: &str) -> bool {
    let words = vocabulary::words(heading);
    let joined = words.concat();
    let bare = |word: &str| word.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    PARTS.iter().any(|part| joined.contains(part))
        || words.iter().map(|word| bare(word)).chain([bare(&joined)]).any(|word| is_word(&word))
        || Field::guess(heading).is_some_and(Field::is_of_passwords)
}

fn is_word(word: &str) -> bool {
    let of_someone = |what: &str| word.strip_suffix(what).is_some_and(|whose| WHOSE.contains(&whose));
    WORDS.contains(&word)
        || ENDINGS.iter().any(|ending| word.ends_with(ending))
        || ["pin", "pass", "pw", "hash", "secret"].into_iter().any(of_someone)
}

/// Whether a cell of a column that holds `field` looks like a hash or like a
/// temporary password. A number or name that somebody goes by may be as long and
/// as random as a bare digest.
pub fn is_cell(text: &str, field: Field) -> bool {
    let text = text.trim();
    let is_name = matches!(field, Field::AccountNumber | Field::Username);
    text.len() > 12 && (says_how_it_was_made(text) || !is_name && (is_digest(text) || is_temporary(text)))
}

/// Hashes that say themselves what they are, known here or not.
fn says_how_it_was_made(text: &str) -> bool {
    const BEGINNINGS: &[&str] = &[
        "pbkdf2", "scrypt:", "scrypt$", "bcrypt", "argon2", "sha1$", "sha256$", "sha512$", "md5$", "crypt$",
    ];
    let lower = text.to_ascii_lowercase();
    // `$id$…` of crypt(3), `{SCHEME}…` of RFC 2307.
    let between = |open: char, close: char| {
        let scheme = lower.strip_prefix(open).and_then(|rest| rest.split_once(close)).map(|(name, _)| name);
        scheme.is_some_and(|name| {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            !name.is_empty() && name.len() <= 20 && name.chars().all(plain)
        })
    };
    !text.contains(char::is_whitespace)
        && (BEGINNINGS.iter().any(|beginning| lower.starts_with(beginning))
            || between('$', '$')
            || between('{', '}')
            || text.starts_with("AQAAAA") && text.len() >= 60)
}

/// Hexadecimal digits as long as digests are, perhaps with a salt behind them.
fn is_digest(text: &str) -> bool {
    const LENGTHS: [usize; 6] = [32, 40, 56, 64, 96, 128];
    let digest = text.split(':').next().unwrap_or(text);
    let digest = digest.strip_prefix('*').or_else(|| digest.strip_prefix("0x")).unwrap_or(digest);
    LENGTHS.contains(&digest.len()) && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Letters and digits in the shape that is mailed here.
fn is_temporary(text: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| text.as_bytes().iter().any(|byte| kind(byte));
    has(u8::is_ascii_alphabetic) && has(u8::is_ascii_digit) && TemporaryPassword::recognise(text).is_some()
}

/// What is said of such a cell.
pub const SECRET: &str = "looks like a password or its hash, and so was not kept; no column but that of password hashes may hold any";

/// Whether what stands in place of a hash says that there is none: Django writes
/// `!`, the files of Unix systems `*`.
pub fn is_no_password(hash: &str) -> bool {
    hash.starts_with('!') || matches!(hash, "*" | "x" | "NP" | "*LK*" | "NULL" | "null")
}

/// What a hash is that can't come along, where it says so itself.
pub fn kind_in_words(hash: &str) -> Option<&'static str> {
    const KINDS: [(&str, &str); 6] = [
        (
            "$1$",
            "is a hash of Unix systems (MD5 crypt), which can’t come along; empty the cell to invite this person instead",
        ),
        (
            "$apr1$",
            "is a hash of Apache (MD5 crypt), which can’t come along; empty the cell to invite this person instead",
        ),
        (
            "$5$",
            "is a hash of Unix systems (SHA-256 crypt), which can’t come along; empty the cell to invite this person instead",
        ),
        (
            "$6$",
            "is a hash of Unix systems (SHA-512 crypt), which can’t come along; empty the cell to invite this person instead",
        ),
        (
            "$y$",
            "is a hash of Unix systems (yescrypt), which can’t come along; empty the cell to invite this person instead",
        ),
        (
            "$7$",
            "is a hash of Unix systems (scrypt), which can’t come along; empty the cell to invite this person instead",
        ),
    ];
    KINDS.iter().find(|(beginning, _)| hash.starts_with(beginning)).map(|(_, words)| *words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promise_1_headings_of_secrets_are_known_in_many_words() {
        for heading in [
            "Kennwort",
            "pwd",
            "PIN",
            "user_password",
            "encrypted_password",
            "Passwort",
            "mot de passe",
            "wachtwoord",
            "Contraseña",
            "hasło",
            "userPass",
            "user_pass",
            "Web-PIN",
            "Kunden-PIN",
            "Pwd 2",
            "password_hash",
            "Hash",
            "salt",
            "customers_password",
            "Password (initial)",
            "API key",
            "reset_token",
            "remember_token",
            "Lösenord",
            "пароль",
            "密码",
            "şifre",
            "Parola",
            "Passw.",
            "PW",
            "Zugangsdaten",
            "Sicherheitsantwort",
            "pass1",
            "LoginPwd",
            "Heslo",
            "MDP",
            "two_factor_secret",
            "PassWord",
        ] {
            assert!(is_heading(heading), "{heading}");
        }
        for heading in [
            "Company",
            "Compass",
            "Spinnerei",
            "Secretary",
            "Standort",
            "Stand",
            "Position",
            "Ansprechpartner",
            "Total Spent",
            "Tax Number",
            "Kundennummer",
            "Bypass",
            "Opinion",
            "Hashtag",
            "Passau",
            "Shipping",
        ] {
            assert!(!is_heading(heading), "{heading}");
        }
    }

    #[test]
    fn promise_1_cells_that_look_like_secrets_are_known() {
        for cell in [
            "$2y$10$abcdefghijklmnopqrstuu",
            "$6$rounds=5000$saltsalt$xxxx",
            "$1$saltsalt$xxxxxxxx",
            "$y$j9T$abc$def",
            "{SSHA}c2VjcmV0c2FsdA==",
            "pbkdf2_sha256$600000$a$b",
            "5f4dcc3b5aa765d61d8327deb882cf99",
            "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8",
            "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19",
            "5f4dcc3b5aa765d61d8327deb882cf99:salt:0",
            "K7QM-2RXD-9TWP-CH4F",
            "scrypt:32768:8:1$ab$cd",
        ] {
            assert!(is_cell(cell, Field::Position), "{cell}");
        }
        for cell in [
            "Anna Sample",
            "+44 1947 601 234",
            "1 Quay, Harbour",
            "$5 discount",
            "4155550123456789",
            "12-3456-7890",
        ] {
            assert!(!is_cell(cell, Field::Position), "{cell}");
        }
        assert!(
            !is_cell("5f4dcc3b5aa765d61d8327deb882cf99", Field::AccountNumber),
            "a number may be so long"
        );
        assert!(is_cell("$2y$10$abcdefghijklmnopqrstuu", Field::Username));
    }
}
