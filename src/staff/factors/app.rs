//! The authenticator app: codes of six digits that change every 30 seconds
//! (RFC 6238), and recovery codes for when it is lost.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use data_encoding::BASE32_NOPAD;
use hmac::Mac;
use qrcode::QrCode;
use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::kernel::id::StaffId;
use crate::kernel::{Digest, Timestamp, Token};
use crate::keys::Keys;

/// What seals the secrets.
const SEALING: &[u8] = b"tradepost authenticator secret 1";
/// What digests recovery codes: 80 bits are few enough for a keyed one
/// (NIST 800-63B-4, 3.1.2).
const RECOVERY: &[u8] = b"tradepost recovery code 1";
/// Bytes of a secret (RFC 4226, section 4: 160 bits).
const SECRET: usize = 20;
/// Bytes of a recovery code.
const CODE: usize = 10;
/// Recovery codes that are made at once.
const CODES: usize = 10;

/// A secret as the database holds it.
pub(super) struct Sealed {
    pub secret: Vec<u8>,
    pub nonce: Vec<u8>,
}

/// Mints a secret, sealed for its owner.
pub(super) fn mint(keys: &Keys, staff: StaffId) -> Result<Sealed> {
    let (secret, nonce) = (Token::mint()?.digest(), Token::mint()?.digest());
    let nonce = &nonce.as_bytes()[..24];
    let sealed = cipher(keys).encrypt(
        &nonce_of(nonce)?,
        Payload { msg: &secret.as_bytes()[..SECRET], aad: staff.as_uuid().as_bytes() },
    );
    Ok(Sealed { secret: sealed.map_err(|_| broken())?, nonce: nonce.to_vec() })
}

/// The secret behind what is sealed for this owner.
pub(super) fn open(keys: &Keys, staff: StaffId, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>> {
    let owner = staff.as_uuid();
    let payload = Payload { msg: &sealed.secret, aad: owner.as_bytes() };
    let opened = cipher(keys).decrypt(&nonce_of(&sealed.nonce)?, payload);
    opened.map(Zeroizing::new).map_err(|_| broken())
}

fn cipher(keys: &Keys) -> XChaCha20Poly1305 {
    let key = keys.derive(SEALING);
    XChaCha20Poly1305::new((&*key).into())
}

fn nonce_of(bytes: &[u8]) -> Result<XNonce> {
    XNonce::try_from(bytes).map_err(|_| broken())
}

fn broken() -> Error {
    Error::Render {
        what: "an authenticator's secret",
        problem: "it can't be opened with the key in security.key_file".into(),
    }
}

/// The step whose code this is, of the present one and those beside it; so a
/// clock may be 30 seconds off (RFC 6238, section 5.2).
pub(super) fn step(secret: &[u8], code: &str, now: Timestamp) -> Option<i64> {
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    let seconds = u64::try_from(now.as_millis() / 1000).ok()?;
    (digits.len() == 6)
        .then(|| totp(secret)?.check(&digits, seconds))
        .flatten()
        .and_then(|step| step.try_into().ok())
}

fn totp(secret: &[u8]) -> Option<Totp> {
    Builder::new().with_secret(Secret::new(secret.into())).build().ok()
}

/// What the person types into the app: base32 in groups of four.
pub(super) fn words(secret: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(grouped(&BASE32_NOPAD.encode(secret)))
}

fn grouped(text: &str) -> String {
    text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
}

/// What the app reads off the screen: a square of so many modules, and the dark
/// ones as the path of an SVG.
pub(super) fn picture(secret: &[u8], supplier: &str, email: &str) -> Result<(usize, Zeroizing<String>)> {
    let encode = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let (issuer, account) = (encode(supplier), encode(email));
    let text = Zeroizing::new(format!(
        "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}",
        BASE32_NOPAD.encode(secret)
    ));
    let code = QrCode::new(text.as_bytes())
        .map_err(|error| Error::Render { what: "a QR code", problem: error.to_string() })?;
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == qrcode::Color::Dark);
    let squares: Vec<String> =
        dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width, at / width)).collect();
    Ok((width, Zeroizing::new(squares.concat())))
}

/// Mints recovery codes: what is shown once, and what is stored.
pub(super) fn mint_codes(keys: &Keys, staff: StaffId) -> Result<Vec<(Zeroizing<String>, Digest)>> {
    let mint = || {
        let code = Token::mint()?.digest();
        let text = Zeroizing::new(BASE32_NOPAD.encode(&code.as_bytes()[..CODE]));
        let digest = digest(keys, staff, &text);
        Ok((Zeroizing::new(grouped(&text)), digest))
    };
    (0..CODES).map(|_| mint()).collect()
}

/// The digest of a recovery code as typed; `None` for what can't be one. Letters
/// that look like digits count as what they look like.
pub(super) fn digest_of_typed(keys: &Keys, staff: StaffId, typed: &str) -> Option<Digest> {
    let letters =
        typed.chars().filter(char::is_ascii_alphanumeric).map(|letter| match letter.to_ascii_uppercase() {
            '0' => 'O',
            '1' => 'I',
            '8' => 'B',
            other => other,
        });
    let text: Zeroizing<String> = Zeroizing::new(letters.collect());
    (text.len() == CODE * 8 / 5).then(|| digest(keys, staff, &text))
}

fn digest(keys: &Keys, staff: StaffId, code: &str) -> Digest {
    let mut mac = keys.mac(RECOVERY);
    mac.update(staff.as_uuid().as_bytes());
    mac.update(code.as_bytes());
    let bytes: [u8; 32] = mac.finalize().into_bytes().into();
    Digest::from_bytes(&bytes).unwrap_or_else(|| Digest::of(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> (tempfile::TempDir, Keys) {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::make(&folder.path().join("a.key")).unwrap();
        (folder, keys)
    }

    #[test]
    fn a_secret_opens_for_its_owner_and_its_key_only() {
        let ((_kept, ours), (_too, other)) = (keys(), keys());
        let now = Timestamp::from_millis(1);
        let (anna, bert) = (StaffId::new(now), StaffId::new(now));
        let sealed = mint(&ours, anna).unwrap();
        let secret = open(&ours, anna, &sealed).unwrap();
        assert_eq!(secret.len(), SECRET);
        assert!(!sealed.secret.windows(SECRET).any(|window| window == secret.as_slice()));
        assert!(open(&ours, bert, &sealed).is_err() && open(&other, anna, &sealed).is_err());
        let mut broken = Sealed { secret: sealed.secret.clone(), nonce: sealed.nonce };
        broken.secret[3] ^= 1;
        assert!(open(&ours, anna, &broken).is_err());
    }

    /// RFC 6238, appendix B: its secret, and the last six digits of its codes.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")]
        {
            let at = |offset: i64| Timestamp::from_millis((seconds + offset) * 1000);
            assert_eq!(step(secret, code, at(0)), Some(seconds / 30), "{seconds}");
            assert_eq!(step(secret, &format!(" {} {} ", &code[..3], &code[3..]), at(0)), Some(seconds / 30));
            assert!(
                step(secret, code, at(30)).is_some() && step(secret, code, at(-30)).is_some(),
                "a clock that is off"
            );
            assert_eq!(step(secret, code, at(90)), None);
        }
        for nonsense in ["", "28708", "2870822", "abcdef", "٢٨٧٠٨٢"] {
            assert_eq!(step(secret, nonsense, Timestamp::from_millis(59_000)), None, "{nonsense}");
        }
    }

    #[test]
    fn recovery_codes_are_read_as_people_write_them() {
        let (_kept, keys) = keys();
        let staff = StaffId::new(Timestamp::from_millis(1));
        let codes = mint_codes(&keys, staff).unwrap();
        assert_eq!(codes.len(), CODES);
        for (text, digest) in &codes {
            assert_eq!(text.len(), 19);
            let written = text.to_lowercase().replace('o', "0").replace('i', "1").replace(' ', "-");
            assert_eq!(digest_of_typed(&keys, staff, &written), Some(*digest));
        }
        assert_eq!(digest_of_typed(&keys, staff, "ABCD"), None);
    }

    #[test]
    fn the_picture_is_a_square_of_dark_modules() {
        let (width, path) = picture(&[7; SECRET], "Harbour & Sons", "a@harbour.example").unwrap();
        assert!(width > 20 && path.matches('M').count() > width * 4);
    }
}
