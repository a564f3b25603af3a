//! Where the tables of commands go.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::{Failure, failed};

/// Where a table goes.
pub(super) enum To {
    Screen,
    /// A file gets its name when it is whole, so that nobody takes half of one.
    File {
        unfinished: BufWriter<File>,
        path: PathBuf,
    },
}

impl To {
    /// A file that only its owner reads. One that is there already is refused, unless
    /// it is to be written `over`.
    pub(super) fn file(path: &Path, over: bool) -> Result<Self, Failure> {
        if path.exists() && !over {
            let text =
                format!("{} exists already; choose another name, or --force writes over it", path.display());
            return Err(Failure::Refused(text));
        }
        let part = part_of(path);
        // What an export that was cut off left; made anew, so that it has our mode.
        match fs::remove_file(&part) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(writing(&part, error)),
            _ => {}
        }
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part);
        let file = file.map_err(|error| writing(&part, error))?;
        Ok(Self::File { unfinished: BufWriter::new(file), path: path.to_owned() })
    }

    /// Writes more of it.
    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match self {
            Self::Screen => io::stdout().write_all(bytes).map_err(|error| failed("writing", error)),
            Self::File { unfinished, path } => {
                unfinished.write_all(bytes).map_err(|error| writing(path, error))
            }
        }
    }

    /// Removes what there is of the file; what went wrong is told already.
    pub(super) fn discard(self) {
        if let Self::File { path, .. } = self {
            drop(fs::remove_file(part_of(&path)));
        }
    }

    /// Gives it its name, now that it is whole.
    pub(super) fn close(self) -> Result<(), Failure> {
        match self {
            Self::Screen => io::stdout().flush().map_err(|error| failed("writing", error)),
            Self::File { unfinished, path } => {
                let file = unfinished.into_inner().map_err(|error| writing(&path, error.into_error()))?;
                file.sync_all().map_err(|error| writing(&path, error))?;
                fs::rename(part_of(&path), &path).map_err(|error| writing(&path, error))
            }
        }
    }
}

/// The name of a file that is not whole yet; `import --watch` leaves such alone.
fn part_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

fn writing(path: &Path, error: io::Error) -> Failure {
    failed(&format!("writing {}", path.display()), error)
}
