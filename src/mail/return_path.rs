//! A return path for each mail, so that a report about its delivery says
//! which one it is about (variable envelope return path, VERP): the id of the
//! mail and a signature that only this installation can make.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;

use data_encoding::BASE32_DNSSEC;
use hmac::{Hmac, KeyInit, Mac};
use lettre::Address;
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::config::Bounces;
use crate::kernel::Token;
use crate::kernel::id::MailId;

/// Bytes of the signature that are written: 80 bits, which nobody guesses by
/// sending mail (RFC 2104, 5: at least half of the hash or 80 bits).
const SIGNATURE: usize = 10;
/// What the key is used for: it signs nothing else that looks the same.
const PURPOSE: &[u8] = b"tradepost return path 1";

/// Where reports about the delivery of mails come back.
#[derive(Clone)]
pub struct ReturnPath {
    address: Address,
    /// As long as a block of SHA-256, so that it is used as it is.
    key: Zeroizing<[u8; 64]>,
}

/// Why the key can't be had.
#[derive(Debug, thiserror::Error)]
#[error("security.key_file {file}: {problem}")]
pub struct KeyError {
    /// The file.
    file: String,
    /// What is wrong with it.
    problem: String,
}

impl KeyError {
    fn new(bounces: &Bounces, problem: String) -> Self {
        Self { file: bounces.key_file.display().to_string(), problem }
    }
}

impl ReturnPath {
    /// Reads the key, which is made if its file isn't there; only the owner of
    /// the file may read it.
    ///
    /// # Errors
    /// When it can't be read or made.
    pub fn open(bounces: &Bounces) -> Result<Self, KeyError> {
        if !bounces.key_file.exists() {
            make(bounces).map_err(|error| KeyError::new(bounces, error.to_string()))?;
        }
        Self::read(bounces)
    }

    /// Reads the key.
    ///
    /// # Errors
    /// When it isn't there or can't be read.
    pub fn read(bounces: &Bounces) -> Result<Self, KeyError> {
        let wrong = |problem: String| KeyError::new(bounces, problem);
        let text = fs::read_to_string(&bounces.key_file).map_err(|error| wrong(error.to_string()))?;
        let key = Token::parse(Zeroizing::new(text).trim())
            .ok_or_else(|| wrong("must hold 64 hexadecimal digits, as Tradepost makes it".into()))?;
        let mut block = Zeroizing::new([0; 64]);
        block.copy_from_slice(key.expose().as_bytes());
        Ok(Self { address: bounces.address.clone(), key: block })
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
        let mut mac = Hmac::<Sha256>::new((&*self.key).into());
        mac.update(PURPOSE);
        mac.update(id.as_bytes());
        mac
    }
}

impl fmt::Debug for ReturnPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReturnPath({})", self.address)
    }
}

/// Makes the key. Of two that make it at once the first one wins.
fn make(bounces: &Bounces) -> io::Result<()> {
    let key = Token::mint().map_err(io::Error::other)?.expose();
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&bounces.key_file) {
        Ok(mut file) => {
            file.write_all(key.as_bytes())?;
            file.sync_all()
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::kernel::Timestamp;

    fn path(folder: &tempfile::TempDir, name: &str) -> ReturnPath {
        let bounces = Bounces {
            address: "bounces@harbour.example".parse().unwrap(),
            key_file: folder.path().join(name),
        };
        ReturnPath::open(&bounces).unwrap()
    }

    #[test]
    fn a_return_path_names_its_mail_and_fits_into_an_address() {
        let folder = tempfile::tempdir().unwrap();
        let (path, mail) = (path(&folder, "a.key"), MailId::new(Timestamp::from_millis(1)));
        let address = path.of(mail).unwrap().to_string();
        assert!(address.len() <= 7 + 43 + 16 && address.starts_with("bounces+"), "{address}");
        assert_eq!(path.mail_of(&address), Some(mail));
        assert_eq!(path.mail_of(&address.to_uppercase()), Some(mail));
        let mode = fs::metadata(folder.path().join("a.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
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
        assert!(
            !format!("{ours:?}").contains(&fs::read_to_string(folder.path().join("a.key")).unwrap()[..8])
        );
    }

    #[test]
    fn a_key_file_that_holds_something_else_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let key_file = folder.path().join("c.key");
        fs::write(&key_file, "not a key").unwrap();
        let bounces = Bounces { address: "bounces@harbour.example".parse().unwrap(), key_file };
        assert!(ReturnPath::open(&bounces).unwrap_err().to_string().contains("64 hexadecimal digits"));
    }
}
