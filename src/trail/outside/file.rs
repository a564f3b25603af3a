//! Adding lines to a file, or to standard output.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

/// Adds text at the end of a file, which is made for its owner alone; it is on disk
/// when this returns. The file is opened anew each time, so that it may be rotated.
pub(super) async fn add(file: PathBuf, text: String) -> Result<(), String> {
    blocking(move || {
        let mut opened = OpenOptions::new().append(true).create(true).mode(0o600).open(&file)?;
        opened.write_all(text.as_bytes())?;
        // A pipe or a device has nothing to sync.
        if opened.metadata()?.is_file() { opened.sync_data() } else { Ok(()) }
    })
    .await
}

/// Writes text to standard output.
pub(super) async fn print(text: String) -> Result<(), String> {
    blocking(move || {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    })
    .await
}

async fn blocking(write: impl FnOnce() -> io::Result<()> + Send + 'static) -> Result<(), String> {
    match tokio::task::spawn_blocking(write).await {
        Ok(written) => written.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}
