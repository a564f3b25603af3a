//! Iterated MD5 of phpass (`WordPress` before 6.8, `phpBB`, `Joomla`) and iterated SHA-512 of Drupal 7.
//!
//! <https://www.openwall.com/phpass/>

use md5::Md5;
use sha2::{Digest, Sha512};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{
    BroughtError, Measure,
    text::{ITOA64, to_hex, to_itoa64},
};

/// One hash of phpass or Drupal.
#[derive(Clone)]
pub(super) struct Phpass {
    family: Family,
    log2: u32,
    salt: [u8; Self::SALT],
    /// As written.
    digest: String,
}

/// Which of them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    /// MD5.
    Portable,
    /// SHA-512, cut to 55 characters in all.
    Drupal,
    /// The same over the MD5 in hexadecimal that Drupal 6 had kept.
    DrupalOverMd5,
}

impl Phpass {
    /// The fewest rounds, as a logarithm.
    const LEAST: u64 = 7;
    /// The most: about a second on one core. `WordPress` wrote 13, Drupal 15 and 16.
    const MOST: u64 = 22;
    const SALT: usize = 8;

    /// Whether `text` begins like one.
    pub(super) fn is_meant(text: &str) -> bool {
        split(text).is_some()
    }

    pub(super) fn read(text: &str) -> Result<Self, BroughtError> {
        let (family, rest) = split(text).ok_or(BroughtError::NotUnderstood)?;
        let sound = rest.bytes().all(|byte| ITOA64.contains(&byte));
        if !sound || rest.len() != 1 + Self::SALT + family.digits() {
            return Err(BroughtError::NotUnderstood);
        }
        let (setting, digest) = rest.split_at(1 + Self::SALT);
        let (count, salt) = setting.split_at(1);
        let log2 = ITOA64.iter().position(|symbol| count.as_bytes() == [*symbol]).unwrap_or(0) as u64;
        if log2 < Self::LEAST {
            return Err(BroughtError::NotUnderstood);
        }
        Measure::RoundsLog2.at_most(log2, Self::MOST)?;
        let salt = salt.as_bytes().try_into().map_err(|_| BroughtError::NotUnderstood)?;
        let log2 = u32::try_from(log2).map_err(|_| BroughtError::NotUnderstood)?;
        Ok(Self { family, log2, salt, digest: digest.to_owned() })
    }

    pub(super) fn text(&self) -> String {
        let count = char::from(ITOA64[self.log2 as usize]);
        let salt: String = self.salt.iter().copied().map(char::from).collect();
        format!("{}{count}{salt}{}", self.family.prefix(), self.digest)
    }

    pub(super) fn kind(&self) -> &'static str {
        match self.family {
            Family::Portable => "phpass",
            Family::Drupal | Family::DrupalOverMd5 => "Drupal 7",
        }
    }

    /// Whether it is of phpass itself, as `WordPress` had it.
    pub(super) fn is_portable(&self) -> bool {
        self.family == Family::Portable
    }

    pub(super) fn is_of(&self, secret: &str) -> bool {
        let digest = match self.family {
            Family::Portable => self.iterate::<Md5>(secret.as_bytes()),
            Family::Drupal => self.iterate::<Sha512>(secret.as_bytes()),
            Family::DrupalOverMd5 => self.iterate::<Sha512>(to_hex(&Md5::digest(secret)).as_bytes()),
        };
        let written = to_itoa64(&digest);
        self.digest.as_bytes().ct_eq(&written.as_bytes()[..self.digest.len()]).into()
    }

    fn iterate<D: Digest>(&self, secret: &[u8]) -> Zeroizing<Vec<u8>> {
        let mut digest = D::new().chain_update(self.salt).chain_update(secret).finalize();
        for _ in 0..1_u32 << self.log2 {
            digest = D::new().chain_update(&digest).chain_update(secret).finalize();
        }
        Zeroizing::new(digest.to_vec())
    }
}

impl Family {
    /// The canonical beginning.
    fn prefix(self) -> &'static str {
        match self {
            Self::Portable => "$P$",
            Self::Drupal => "$S$",
            Self::DrupalOverMd5 => "U$S$",
        }
    }

    /// Characters of the digest.
    fn digits(self) -> usize {
        match self {
            Self::Portable => 22,
            // Of 86, cut so that with the first twelve characters there are 55.
            Self::Drupal | Self::DrupalOverMd5 => 43,
        }
    }
}

fn split(text: &str) -> Option<(Family, &str)> {
    let families = [Family::Portable, Family::Drupal, Family::DrupalOverMd5];
    let found = families.into_iter().find_map(|family| Some((family, text.strip_prefix(family.prefix())?)));
    // phpBB's name for the same.
    found.or_else(|| Some((Family::Portable, text.strip_prefix("$H$")?)))
}
