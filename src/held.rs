//! Files that were handed in, held by this node for a while, so that they can be
//! read another way: another sheet, another encoding, a column more.
//!
//! They may hold secrets, so no database, backup or export ever has them (promise
//! 1). Each lies in a temporary file without a name: it is gone with the process
//! however that ends, and at the latest when its time is up. Other nodes don't have
//! it; there it is handed in again.

use std::fs::File;
use std::io::{self, Seek};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::kernel::Timestamp;
use crate::kernel::id::ImportId;

/// How long a file is held.
pub const HELD_FOR: Duration = Duration::from_hours(1);
/// Files and bytes that are held at most; the oldest go first.
const MOST: usize = 16;
const MOST_BYTES: u64 = 512 * 1024 * 1024;

/// The files that this node holds.
#[derive(Default)]
pub struct HeldFiles(Mutex<Vec<Held>>);

struct Held {
    of: ImportId,
    file: Arc<Mutex<File>>,
    bytes: u64,
    until: Timestamp,
}

impl HeldFiles {
    /// Holds the file of an import.
    ///
    /// # Errors
    /// When its size can't be read.
    pub fn keep(&self, of: ImportId, file: File, now: Timestamp) -> io::Result<()> {
        let held = Held {
            of,
            bytes: file.metadata()?.len(),
            file: Arc::new(Mutex::new(file)),
            until: now.plus(HELD_FOR),
        };
        let mut all = self.all();
        all.push(held);
        while all.len() > MOST || all.iter().map(|held| held.bytes).sum::<u64>() > MOST_BYTES {
            all.remove(0);
        }
        Ok(())
    }

    /// Whether the file of an import is still here.
    pub fn has(&self, of: ImportId, now: Timestamp) -> bool {
        self.all().iter().any(|held| held.of == of && held.until > now)
    }

    /// A copy of the file of an import, if it is still here. Blocks.
    ///
    /// # Errors
    /// When it can't be copied.
    pub fn copy(&self, of: ImportId, now: Timestamp) -> io::Result<Option<File>> {
        let found =
            self.all().iter().find(|held| held.of == of && held.until > now).map(|held| held.file.clone());
        let Some(held) = found else { return Ok(None) };
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        let mut copy = tempfile::tempfile()?;
        held.rewind()?;
        io::copy(&mut *held, &mut copy)?;
        copy.rewind()?;
        Ok(Some(copy))
    }

    /// The file of an import is that of another one from now on.
    pub fn hand_on(&self, from: ImportId, to: ImportId) {
        for held in self.all().iter_mut().filter(|held| held.of == from) {
            held.of = to;
        }
    }

    /// Lets the file of an import go.
    pub fn forget(&self, of: ImportId) {
        self.all().retain(|held| held.of != of);
    }

    /// Lets go what was held long enough.
    pub fn forget_old(&self, now: Timestamp) {
        self.all().retain(|held| held.until > now);
    }

    fn all(&self) -> MutexGuard<'_, Vec<Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::*;

    #[test]
    fn a_file_is_held_for_its_time_and_handed_on() {
        let (now, files) = (Timestamp::from_millis(1), HeldFiles::default());
        let (one, two) = (ImportId::new(now), ImportId::new(now));
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"a;b").unwrap();
        files.keep(one, file, now).unwrap();
        files.hand_on(one, two);
        assert!(!files.has(one, now) && files.copy(one, now).unwrap().is_none());
        for _ in 0..2 {
            let mut text = String::new();
            files.copy(two, now).unwrap().unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "a;b");
        }
        files.forget_old(now.plus(HELD_FOR));
        assert!(files.all().is_empty());
    }

    #[test]
    fn of_many_files_the_oldest_go() {
        let (now, files) = (Timestamp::from_millis(1), HeldFiles::default());
        let ids: Vec<ImportId> = (0..MOST + 2).map(|_| ImportId::new(now)).collect();
        for id in &ids {
            files.keep(*id, tempfile::tempfile().unwrap(), now).unwrap();
        }
        let here: Vec<bool> = ids.iter().map(|id| files.has(*id, now)).collect();
        assert_eq!(here.iter().position(|here| *here), Some(2));
    }
}
