//! A return path for each mail, so that a report about its delivery says
//! which one it is about (variable envelope return path, VERP): the id of the
//! mail and a signature that only this installation can make.

use std::fmt;

use data_encoding::BASE32_DNSSEC;
use hmac::{Hmac, Mac};
use lettre::Address;
use sha2::Sha256;
use uuid::Uuid;

use crate::kernel::id::MailId;
use crate::keys::Keys;

/// Bytes of the signature that are written: 80 bits, which nobody guesses by
/// sending mail (RFC 2104, 5: at least half of the hash or 80 bits).
const SIGNATURE: usize = 10;
/// What the key is used for: it signs nothing else that looks the same.
const PURPOSE: &[u8] = b"tradepost return path 1";

/// Where reports about the delivery of mails come back.
#[derive(Clone)]
pub struct ReturnPath {
    address: Address,
    keys: Keys,
}

impl ReturnPath {
    /// Return paths under an address, signed with the installation's key.
    pub fn new(address: Address, keys: Keys) -> Self {
        Self { address, keys }
    }

    /// The return path of a mail: `bounces+MARK@harbour.example`.
    ///
    /// # Errors
    /// When the address would not be one.
    pub fn of(&self, mail: MailId) -> Result<Address, lettre::address::AddressError> {
        let id = mail.as_uuid();
        let mark = [id.as_bytes(), self.signature(id).as_slice()].concat();
        let local = format!("{}+{}", self.address.user(), BASE32_DNSSEC.encode(&mark));
        Address::new(local, self.address.domain())
    }

    /// The mail whose return path this is; `None` for anything that was not
    /// made here. Letters count without case: mail servers may change it.
    pub fn mail_of(&self, address: &str) -> Option<MailId> {
        let (local, domain) = address.rsplit_once('@')?;
        let (user, mark) = local.split_once('+')?;
        let ours = user.eq_ignore_ascii_case(self.address.user())
            && domain.eq_ignore_ascii_case(self.address.domain());
        let mark = BASE32_DNSSEC.decode(mark.as_bytes()).ok().filter(|_| ours)?;
        let (id, signature) = mark.split_at_checked(16)?;
        let id = Uuid::from_slice(id).ok()?;
        let signed = signature.len() == SIGNATURE && self.mac(id).verify_truncated_left(signature).is_ok();
        signed.then(|| MailId::from_uuid(id))
    }

    fn signature(&self, id: Uuid) -> [u8; SIGNATURE] {
        let whole = self.mac(id).finalize().into_bytes();
        std::array::from_fn(|place| whole[place])
    }

    fn mac(&self, id: Uuid) -> Hmac<Sha256> {
        let mut mac = self.keys.mac(PURPOSE);
        mac.update(id.as_bytes());
        mac
    }
}

impl fmt::Debug for ReturnPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReturnPath({})", self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Timestamp;

    fn path(folder: &tempfile::TempDir, name: &str) -> ReturnPath {
        let keys = Keys::make(&folder.path().join(name)).unwrap();
        ReturnPath::new("bounces@harbour.example".parse().unwrap(), keys)
    }

    #[test]
    fn a_return_path_names_its_mail_and_fits_into_an_address() {
        let folder = tempfile::tempdir().unwrap();
        let (path, mail) = (path(&folder, "a.key"), MailId::new(Timestamp::from_millis(1)));
        let address = path.of(mail).unwrap().to_string();
        assert!(address.len() <= 7 + 43 + 16 && address.starts_with("bounces+"), "{address}");
        assert_eq!(path.mail_of(&address), Some(mail));
        assert_eq!(path.mail_of(&address.to_uppercase()), Some(mail));
        assert_eq!(super::tests::path(&folder, "a.key").mail_of(&address), Some(mail), "the key is kept");
    }

    #[test]
    fn a_return_path_can_not_be_forged() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, other) = (path(&folder, "a.key"), path(&folder, "b.key"));
        let mail = MailId::new(Timestamp::from_millis(1));
        let address = ours.of(mail).unwrap().to_string();
        assert_eq!(ours.mail_of(other.of(mail).unwrap().as_ref()), None);
        for place in 8..address.find('@').unwrap() {
            for letter in ["0", "z", "v", "+", ""] {
                let mut forged = address.clone();
                forged.replace_range(place..=place, letter);
                assert!(forged == address || ours.mail_of(&forged).is_none(), "{forged}");
            }
        }
        let unsigned = format!("bounces+{}@harbour.example", BASE32_DNSSEC.encode(mail.as_uuid().as_bytes()));
        for nonsense in ["", "@", "bounces@harbour.example", "bounces+@harbour.example", &unsigned, "x"] {
            assert_eq!(ours.mail_of(nonsense), None, "{nonsense}");
        }
        assert_eq!(ours.mail_of(&address.replace("harbour", "arbour")), None);
    }
}
