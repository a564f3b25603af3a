//! Argon2 (RFC 9106) from elsewhere: PHC strings, Django's with its name before, Magento's; and
//! Argon2id over a weak hash.

use argon2::Algorithm;

use super::{
    BroughtError, Measure,
    format::Format,
    text::{base64, hex, to_base64},
    weak::{Simple, Weak, magento_cost},
};
use crate::{
    cost::{Cost, CostError},
    hash::{Hash, HashError, Recipe},
    memory::{HashingError, Memory},
};

/// One Argon2 hash.
#[derive(Clone)]
pub(super) struct Argon {
    algorithm: Algorithm,
    /// Written as if it were of Argon2id.
    hash: Hash,
    /// What is done to the password before: then the secret is the weak digest in hexadecimal.
    under: Option<Simple>,
}

impl Argon {
    /// What a hash over a weak one begins with. Nothing that is read begins so.
    const OVER: &str = "$over$";

    pub(super) fn over(weak: &Weak, hash: Hash) -> Self {
        Self { algorithm: Algorithm::Argon2id, hash, under: Some(weak.simple.clone()) }
    }

    /// Whether `text` begins like one.
    pub(super) fn is_meant(text: &str) -> bool {
        text.starts_with("$argon2") || text.starts_with("argon2$argon2") || magento(text).is_some()
    }

    pub(super) fn read(text: &str) -> Result<Self, BroughtError> {
        if let Some((digest, salt, versions)) = magento(text) {
            return Self::read_magento(digest, salt, versions);
        }
        let text = if text.starts_with('$') { text } else { &text["argon2".len()..] };
        let (name, rest) = text
            .strip_prefix('$')
            .and_then(|text| text.split_once('$'))
            .ok_or(BroughtError::NotUnderstood)?;
        let algorithm = match name {
            "argon2id" => Algorithm::Argon2id,
            "argon2i" => Algorithm::Argon2i,
            "argon2d" => Algorithm::Argon2d,
            _ => return Err(BroughtError::NotUnderstood),
        };
        let hash = Hash::parse(&format!("$argon2id${rest}"))?;
        Ok(Self { algorithm, hash, under: None })
    }

    /// One that [`Argon::text`] wrote over a weak hash.
    pub(super) fn read_over(text: &str) -> Option<Result<Self, BroughtError>> {
        let rest = text.strip_prefix(Self::OVER)?;
        Some(Self::after_over(rest))
    }

    pub(super) fn text(&self) -> String {
        let hash = self.hash.as_str().replacen("argon2id", self.algorithm.as_str(), 1);
        match &self.under {
            None => hash,
            Some(Simple { format, salt }) => {
                format!("{}{}${}{hash}", Self::OVER, format.as_str(), to_base64(salt))
            }
        }
    }

    pub(super) fn kind(&self) -> &'static str {
        match (self.algorithm, &self.under) {
            (_, Some(_)) => "Argon2id over a weak hash",
            (Algorithm::Argon2d, None) => "Argon2d",
            (Algorithm::Argon2i, None) => "Argon2i",
            (Algorithm::Argon2id, None) => "Argon2id",
        }
    }

    pub(super) fn is_of(&self, secret: &str, memory: &mut Memory) -> Result<bool, HashingError> {
        let under = self.under.as_ref().map(|simple| simple.digest(secret.as_bytes()));
        let secret = under.as_ref().map_or(secret, |digest| digest.as_str());
        let digest = memory.digest_by(self.algorithm, secret.as_bytes(), self.hash.recipe())?;
        Ok(self.hash.is_digest(&digest))
    }

    fn after_over(text: &str) -> Result<Self, BroughtError> {
        let fields: Vec<&str> = text.splitn(3, '$').collect();
        let [format, salt, hash] = fields.as_slice() else { return Err(BroughtError::NotUnderstood) };
        let format = Format::from_name(format).ok_or(BroughtError::NotUnderstood)?;
        let salt = if format.is_salted() { base64(salt, 1..=Weak::MAX_SALT) } else { base64(salt, 0..=0) }?;
        let hash = Hash::parse(&format!("${hash}"))?;
        Ok(Self { algorithm: Algorithm::Argon2id, hash, under: Some(Simple { format, salt }) })
    }

    /// Argon2id of the password, or of a fast hash that had been upgraded, under the first 16 bytes
    /// of the salt (a shorter one is repeated).
    fn read_magento(digest: &str, salt: &str, versions: &str) -> Result<Self, BroughtError> {
        let (before, last) =
            versions.rsplit_once(':').map_or((None, versions), |(before, last)| (Some(before), last));
        let under = match before.map(Weak::magento) {
            None => None,
            Some(Some(format)) => Some(Simple { format, salt: salt.as_bytes().to_vec() }),
            Some(None) => return Err(BroughtError::NotUnderstood),
        };
        let [length, passes, memory] = magento_cost(last).ok_or(BroughtError::NotUnderstood)?;
        let length = usize::try_from(length).map_err(|_| BroughtError::NotUnderstood)?;
        if salt.is_empty() || salt.len() > Weak::MAX_SALT || !(16..=64).contains(&length) {
            return Err(BroughtError::NotUnderstood);
        }
        let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let cost = Cost { memory_kib: small(memory / 1024), iterations: small(passes), parallelism: 1 };
        let salt = salt.bytes().cycle().take(Recipe::SALT).collect();
        let recipe = Recipe { cost: cost.validate().map_err(HashError::from)?, salt, length };
        let hash = Hash::new(recipe, &hex(digest, length..=length)?);
        Ok(Self { algorithm: Algorithm::Argon2id, hash, under })
    }
}

impl From<HashError> for BroughtError {
    fn from(error: HashError) -> Self {
        let HashError::Cost(CostError(cost)) = error else { return Self::NotUnderstood };
        let filled = u64::from(cost.memory_kib) * u64::from(cost.iterations);
        let within = Measure::Argon2Lanes
            .at_most(u64::from(cost.parallelism), u64::from(Cost::MAX_PARALLELISM))
            .and_then(|()| {
                Measure::Argon2MemoryKib.at_most(u64::from(cost.memory_kib), u64::from(Cost::MAX_MEMORY_KIB))
            })
            .and_then(|()| Measure::Argon2FilledKib.at_most(filled, Cost::MAX_FILLED_KIB));
        // Too little is no Argon2.
        within.err().unwrap_or(Self::NotUnderstood)
    }
}

/// Digest, salt and versions of a hash of Magento that ends in Argon2id.
fn magento(text: &str) -> Option<(&str, &str, &str)> {
    let fields: Vec<&str> = text.splitn(3, ':').collect();
    let [digest, salt, versions] = fields.as_slice() else { return None };
    let last = versions.rsplit(':').next()?;
    (last == "2" || last.starts_with("3_")).then_some((digest, salt, versions))
}
