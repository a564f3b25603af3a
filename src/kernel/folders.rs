//! What a folder says is in it, on disk.

use std::fs::File;
use std::io;
use std::path::Path;

/// Writes to disk that a file is in its folder: without it a power cut may leave no
/// trace of a file whose bytes are there.
///
/// # Errors
/// When the system fails.
pub fn sync(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
