//! The one key of an installation, in a file of its own and never in the
//! database it protects. Each purpose gets a key derived from it.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::kernel::Token;

/// The key. It can't be printed and is wiped when dropped.
#[derive(Clone)]
pub struct Keys(Arc<Zeroizing<[u8; 64]>>);

/// Why the key can't be had.
#[derive(Debug, thiserror::Error)]
#[error("security.key_file {file}: {problem}")]
pub struct KeyError {
    /// The file.
    file: String,
    /// What is wrong with it.
    problem: String,
}

impl Keys {
    /// Reads the key, which is made if its file isn't there; only the owner of
    /// the file may read it.
    ///
    /// # Errors
    /// When it can't be read or made.
    pub fn open(file: &Path) -> Result<Self, KeyError> {
        if !file.exists() {
            make(file).map_err(|error| wrong(file, error.to_string()))?;
        }
        Self::read(file)
    }

    /// Reads the key.
    ///
    /// # Errors
    /// When it isn't there or can't be read.
    pub fn read(file: &Path) -> Result<Self, KeyError> {
        let text = fs::read_to_string(file).map_err(|error| wrong(file, error.to_string()))?;
        let key = Token::parse(Zeroizing::new(text).trim())
            .ok_or_else(|| wrong(file, "must hold 64 hexadecimal digits, as Tradepost makes it".into()))?;
        // As long as a block of SHA-256, so that it is used as it is.
        let mut block = Zeroizing::new([0; 64]);
        block.copy_from_slice(key.expose().as_bytes());
        Ok(Self(Arc::new(block)))
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

fn wrong(file: &Path, problem: String) -> KeyError {
    KeyError { file: file.display().to_string(), problem }
}

/// Makes the key. Of two that make it at once the first one wins.
fn make(file: &Path) -> io::Result<()> {
    let key = Token::mint().map_err(io::Error::other)?.expose();
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
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

    #[test]
    fn a_key_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.key");
        let first = Keys::open(&file).unwrap();
        assert_eq!(*first.derive(b"x"), *Keys::open(&file).unwrap().derive(b"x"), "it is kept");
        assert_ne!(*first.derive(b"x"), *first.derive(b"y"), "each purpose has its own");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!format!("{first:?}").contains(&fs::read_to_string(&file).unwrap()[..8]));
    }

    #[test]
    fn a_file_that_holds_something_else_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("c.key");
        fs::write(&file, "not a key").unwrap();
        assert!(Keys::open(&file).unwrap_err().to_string().contains("64 hexadecimal digits"));
    }
}
