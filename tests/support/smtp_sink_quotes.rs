//! A mail server that quotes what it was handed.

/// How a temporary password is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// `keyword:K7QM-…`
    Glued,
    /// `[k7qm2rxd…]x`
    Bracketed,
    /// In hexadecimal digits.
    Hex,
    /// The message's lines in base64.
    Base64,
    /// One line for each half of it.
    Parted,
}

impl Spelling {
    /// What is said of a message.
    pub(super) fn answer(self, message: &[u8]) -> String {
        let text = String::from_utf8_lossy(message);
        let is_one = |line: &&str| line.len() == 19 && line.split('-').all(|group| group.len() == 4);
        let password = text.lines().find(is_one).unwrap_or_default();
        match self {
            Self::Glued => format!("250 2.0.0 keyword:{password} found"),
            Self::Bracketed => format!("250 2.0.0 [{}]x", password.replace('-', "").to_lowercase()),
            Self::Hex => format!("250 2.0.0 0x{}", data_encoding::HEXLOWER.encode(password.as_bytes())),
            Self::Base64 => {
                let line = format!("Your password {password} was read");
                format!("250 2.0.0 {}", data_encoding::BASE64.encode(line.as_bytes()))
            }
            Self::Parted => format!("250-2.0.0 seen {}|250 2.0.0 {} in it", &password[..7], &password[7..]),
        }
    }
}
