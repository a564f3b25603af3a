//! The one key of an installation, in a file of its own and never in the
//! database it protects. Each purpose gets a key derived from it.
//!
//! The database knows its key's fingerprint. So a backup that was restored without
//! the key, or a node with another one, is found out at the start and not when
//! someone's second factor can't be checked.

mod store;

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::db::{self, Db, Tx};
use crate::kernel::{Digest, SealingKey, Timestamp, Token, folders};

/// What the fingerprint is made for.
const FINGERPRINT: &[u8] = b"tradepost fingerprint 1";
/// What the audit trail is sealed with.
const TRAIL: &[u8] = b"tradepost audit trail 1";

/// The key. It can't be printed and is wiped when dropped.
#[derive(Clone)]
pub struct Keys(Arc<Zeroizing<[u8; 64]>>);

/// What tells keys apart: a digest keyed with the key itself, so it says nothing
/// about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(Digest);

/// Why the key can't be had. Each says where, what is wrong, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file isn't there.
    #[error(
        "{}: there is no such file (security.key_file), and this database belongs to the key with the fingerprint {wanted}. {WAY_OUT}", .file.display()
    )]
    Missing {
        /// The file.
        file: PathBuf,
        /// The key that belongs to the database.
        wanted: Fingerprint,
    },
    /// The file isn't there, and a database from before fingerprints needs it.
    #[error(
        "{}: there is no such file (security.key_file), and this database holds secrets that only its key opens. {WAY_OUT}", .file.display()
    )]
    MissingOfOld {
        /// The file.
        file: PathBuf,
    },
    /// The file holds another key.
    #[error(
        "{}: this key (security.key_file) has the fingerprint {found}, and this database belongs to the key with the fingerprint {wanted}. {WAY_OUT}", .file.display()
    )]
    Another {
        /// The file.
        file: PathBuf,
        /// The key in it.
        found: Fingerprint,
        /// The key that belongs to the database.
        wanted: Fingerprint,
    },
    /// No file is named.
    #[error(
        "security.key_file is not set, and this database belongs to the key with the fingerprint {wanted}. Name the file that holds this key; every node needs the same copy"
    )]
    NotNamed {
        /// The key that belongs to the database.
        wanted: Fingerprint,
    },
    /// The file can't be read or made, or holds something else.
    #[error("{} (security.key_file): {problem}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// The database fails.
    #[error("looking for the fingerprint of the key: {0}")]
    Database(#[from] db::Error),
}

/// What to do when the key isn't the one.
const WAY_OUT: &str = "Put the key file back from where you keep it (with several nodes: copy it from another one). If it is lost for good, `tradepost keys replace` says what is lost with it, and makes another";

/// The key of an installation: the one its database belongs to, which seals the
/// audit trail from now on. A database that knows none takes the one that is
/// there, and makes one where there is no file.
///
/// # Errors
/// When it is missing, can't be read, or is another.
pub async fn of(db: &Db, file: Option<&Path>, now: Timestamp) -> Result<Option<Keys>, KeyError> {
    let keys = find(db, file, now).await?;
    if let Some(keys) = &keys {
        db.seal_with(keys.sealing());
    }
    Ok(keys)
}

/// Seals what a command writes into the audit trail, if the key that belongs to the
/// database is at hand. A command works without it: its entries wait for a node then.
///
/// # Errors
/// When the database fails.
pub async fn seal_if_at_hand(db: &Db, file: Option<&Path>) -> Result<(), db::Error> {
    let keys = file.map(Keys::read).and_then(Result::ok).flatten();
    if let (Some(keys), Some(wanted)) = (keys, db.read(known).await?)
        && keys.fingerprint() == wanted
    {
        db.seal_with(keys.sealing());
    }
    Ok(())
}

async fn find(db: &Db, file: Option<&Path>, now: Timestamp) -> Result<Option<Keys>, KeyError> {
    let known = db.read(known).await?;
    let Some(file) = file else {
        return known.map_or(Ok(None), |wanted| Err(KeyError::NotNamed { wanted }));
    };
    if let Some(wanted) = known {
        return Keys::belonging_to(file, wanted).map(Some);
    }
    let keys = match Keys::read(file)? {
        Some(keys) => keys,
        None if db.read(store::needs_its_key).await? => {
            return Err(KeyError::MissingOfOld { file: file.to_owned() });
        }
        None => Keys::make(file)?,
    };
    let own = keys.fingerprint();
    // Of two nodes that start with a key each, the first one's counts.
    let wanted = db.write(move |tx| adopt(tx, own, now)).await?;
    if wanted == own { Ok(Some(keys)) } else { Keys::belonging_to(file, wanted).map(Some) }
}

/// The fingerprint of the key a database belongs to, if it knows one.
///
/// # Errors
/// When the database fails.
pub fn known(tx: &mut Tx<'_>) -> Result<Option<Fingerprint>, db::Error> {
    Ok(store::find(tx)?.map(Fingerprint))
}

/// Makes a database that belongs to no key belong to this one; gives the one it
/// belongs to.
fn adopt(tx: &mut Tx<'_>, own: Fingerprint, now: Timestamp) -> Result<Fingerprint, db::Error> {
    store::insert(tx, own.0, now)?;
    Ok(known(tx)?.unwrap_or(own))
}

/// Makes a database belong to another key. What the former one sealed, nobody
/// opens any more.
///
/// # Errors
/// When the database fails.
pub fn replace(tx: &mut Tx<'_>, by: Fingerprint, now: Timestamp) -> Result<(), db::Error> {
    store::replace(tx, by.0, now)
}

impl Keys {
    /// Reads the key that belongs to a database.
    ///
    /// # Errors
    /// When it isn't there, can't be read, or is another.
    pub fn belonging_to(file: &Path, wanted: Fingerprint) -> Result<Self, KeyError> {
        let keys = Self::read(file)?.ok_or_else(|| KeyError::Missing { file: file.to_owned(), wanted })?;
        match keys.fingerprint() {
            found if found != wanted => Err(KeyError::Another { file: file.to_owned(), found, wanted }),
            _ => Ok(keys),
        }
    }

    /// Reads the key; none when its file isn't there.
    ///
    /// # Errors
    /// When it can't be read, or the file holds something else.
    pub fn read(file: &Path) -> Result<Option<Self>, KeyError> {
        let text = match fs::read_to_string(file) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                let problem = format!(
                    "it can't be read ({error}); it must be a file that the account that runs Tradepost may read"
                );
                return Err(wrong(file, problem));
            }
        };
        let key = Token::parse(text.trim()).ok_or_else(|| {
            wrong(file, "it must hold 64 hexadecimal digits, as Tradepost makes it; this is another file, or a damaged one".into())
        })?;
        // As long as a block of SHA-256, so that it is used as it is.
        let mut block = Zeroizing::new([0; 64]);
        block.copy_from_slice(key.expose().as_bytes());
        Ok(Some(Self(Arc::new(block))))
    }

    /// Makes the key; only the owner of the file may read it. Of two that make it
    /// at once the first one wins.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn make(file: &Path) -> Result<Self, KeyError> {
        write_new(file).map_err(|error| {
            let problem = format!(
                "it can't be made ({error}); its folder must be there, and the account that runs Tradepost must be allowed to write into it"
            );
            wrong(file, problem)
        })?;
        Self::read(file)?.ok_or_else(|| wrong(file, "it went away while it was made".into()))
    }

    /// What tells it from others.
    pub fn fingerprint(&self) -> Fingerprint {
        let bytes: [u8; 32] = self.mac(FINGERPRINT).finalize().into_bytes().into();
        Fingerprint(Digest::from_bytes(&bytes).unwrap_or_else(|| Digest::of(&bytes)))
    }

    /// What the audit trail is sealed with.
    pub fn sealing(&self) -> SealingKey {
        SealingKey::new(&self.derive(TRAIL))
    }

    /// An HMAC-SHA256 that has taken in its purpose, so that it says nothing
    /// about anything else.
    pub fn mac(&self, purpose: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new((&**self.0).into());
        mac.update(purpose);
        mac
    }

    /// A key of 256 bits for a purpose.
    pub fn derive(&self, purpose: &[u8]) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.mac(purpose).finalize().into_bytes().into())
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}

/// As people compare it: half of it, in groups.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = self.0.hex();
        let groups: Vec<&str> = (0..4).filter_map(|group| hex.get(group * 4..group * 4 + 4)).collect();
        f.write_str(&groups.join("-"))
    }
}

fn wrong(file: &Path, problem: String) -> KeyError {
    KeyError::File { file: file.to_owned(), problem }
}

fn write_new(file: &Path) -> io::Result<()> {
    let key = Token::mint().map_err(io::Error::other)?.expose();
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
        Ok(mut new) => {
            new.write_all(key.as_bytes())?;
            new.sync_all()?;
            folders::sync(file)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.key");
        assert!(Keys::read(&file).unwrap().is_none(), "reading makes none");
        let first = Keys::make(&file).unwrap();
        assert_eq!(*first.derive(b"x"), *Keys::make(&file).unwrap().derive(b"x"), "it is kept");
        assert_ne!(*first.derive(b"x"), *first.derive(b"y"), "each purpose has its own");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!format!("{first:?}").contains(&fs::read_to_string(&file).unwrap()[..8]));
    }

    #[test]
    fn a_fingerprint_tells_keys_apart_and_says_nothing_about_them() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = ["a.key", "b.key"].map(|name| folder.path().join(name));
        let (a, b) = (Keys::make(&one).unwrap(), Keys::make(&other).unwrap());
        assert_ne!(a.fingerprint(), b.fingerprint());
        assert!(Keys::belonging_to(&one, a.fingerprint()).is_ok());
        let told = Keys::belonging_to(&one, b.fingerprint()).unwrap_err().to_string();
        assert!(told.contains(&a.fingerprint().to_string()) && told.contains("keys replace"), "{told}");
        let text = fs::read_to_string(&one).unwrap();
        assert!(a.fingerprint().to_string().split('-').all(|group| !text.starts_with(group)));
        assert_eq!(a.fingerprint().to_string().len(), 19);
    }

    #[test]
    fn a_file_that_holds_something_else_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("c.key");
        fs::write(&file, "not a key").unwrap();
        assert!(Keys::read(&file).unwrap_err().to_string().contains("64 hexadecimal digits"));
        assert!(Keys::read(folder.path()).unwrap_err().to_string().contains("can't be read"));
    }
}
