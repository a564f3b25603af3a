//! scrypt (RFC 7914) as Django, passlib and Werkzeug write it.

use scrypt::Params;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{
    BroughtError, Measure,
    text::{base64, hex, number, to_base64},
};

/// One scrypt hash.
#[derive(Clone)]
pub(super) struct Scrypt {
    params: Params,
    salt: Vec<u8>,
    digest: Vec<u8>,
}

/// The cost as written: N, r and p of RFC 7914.
struct Cost {
    n: u64,
    r: u64,
    p: u64,
}

impl Scrypt {
    /// Most memory: what Argon2 may take too. A computation has it for itself and gives it back.
    const MOST_KIB: u64 = 256 * 1024;
    /// Most memory filled over all lanes: about a second on one core.
    const MOST_FILLED_KIB: u64 = 512 * 1024;
    /// Largest block and most lanes; usual are 8 and 1 to 5. Nobody writes more.
    const MOST_R_OR_P: u64 = 64;
    const SALT: std::ops::RangeInclusive<usize> = 1..=128;
    const DIGEST: std::ops::RangeInclusive<usize> = 16..=64;

    /// Whether `text` begins like one.
    pub(super) fn is_meant(text: &str) -> bool {
        ["$scrypt$", "scrypt$", "scrypt:"].iter().any(|head| text.starts_with(head))
    }

    pub(super) fn read(text: &str) -> Result<Self, BroughtError> {
        let fields: Vec<&str> = text.split('$').collect();
        match fields.as_slice() {
            // passlib, and PHC strings.
            ["", "scrypt", cost, salt, digest] => {
                let cost = Cost::of_phc(cost)?;
                Self::new(&cost, base64(salt, Self::SALT)?, base64(digest, Self::DIGEST)?)
            }
            // Django.
            ["scrypt", n, salt, r, p, digest] => {
                let cost = Cost { n: number(n)?, r: number(r)?, p: number(p)? };
                Self::new(&cost, salt.as_bytes().to_vec(), base64(digest, Self::DIGEST)?)
            }
            // Werkzeug.
            [method, salt, digest] => {
                let fields: Vec<&str> = method.split(':').collect();
                let ["scrypt", n, r, p] = fields.as_slice() else { return Err(BroughtError::NotUnderstood) };
                let cost = Cost { n: number(n)?, r: number(r)?, p: number(p)? };
                Self::new(&cost, salt.as_bytes().to_vec(), hex(digest, Self::DIGEST)?)
            }
            _ => Err(BroughtError::NotUnderstood),
        }
    }

    /// A PHC string.
    pub(super) fn text(&self) -> String {
        let Self { params, salt, digest } = self;
        let (ln, r, p) = (params.log_n(), params.r(), params.p());
        format!("$scrypt$ln={ln},r={r},p={p}${}${}", to_base64(salt), to_base64(digest))
    }

    pub(super) fn is_of(&self, secret: &str) -> bool {
        let mut digest = Zeroizing::new(vec![0; self.digest.len()]);
        // Refused for an output of no bytes only; there are at least 16.
        let computed = scrypt::scrypt(secret.as_bytes(), &self.salt, &self.params, &mut digest).is_ok();
        computed & bool::from(self.digest.ct_eq(&digest))
    }

    fn new(cost: &Cost, salt: Vec<u8>, digest: Vec<u8>) -> Result<Self, BroughtError> {
        if !Self::SALT.contains(&salt.len()) || cost.n < 2 || !cost.n.is_power_of_two() {
            return Err(BroughtError::NotUnderstood);
        }
        let one = cost.n.saturating_mul(cost.r).div_ceil(8);
        Measure::ScryptMemoryKib.at_most(one, Self::MOST_KIB)?;
        Measure::ScryptFilledKib.at_most(one.saturating_mul(cost.p), Self::MOST_FILLED_KIB)?;
        let small = |number: u64| u32::try_from(number).ok().filter(|_| number <= Self::MOST_R_OR_P);
        let (Some(r), Some(p), Ok(ln)) = (small(cost.r), small(cost.p), u8::try_from(cost.n.ilog2())) else {
            return Err(BroughtError::NotUnderstood);
        };
        let params = Params::new(ln, r, p).map_err(|_| BroughtError::NotUnderstood)?;
        Ok(Self { params, salt, digest })
    }
}

impl Cost {
    /// From `ln=16,r=8,p=1`.
    fn of_phc(text: &str) -> Result<Self, BroughtError> {
        let fields: Vec<&str> = text.split(',').collect();
        let [ln, r, p] = fields.as_slice() else { return Err(BroughtError::NotUnderstood) };
        let named = |field: &str, name: &str| {
            field.strip_prefix(name).ok_or(BroughtError::NotUnderstood).and_then(number)
        };
        let ln = u32::try_from(named(ln, "ln=")?).unwrap_or(u32::MAX);
        Ok(Self { n: 1_u64.checked_shl(ln).unwrap_or(1 << 63), r: named(r, "r=")?, p: named(p, "p=")? })
    }
}
