//! Everything that is logged while the stories run, to be searched.

use std::io;
use std::sync::{Mutex, Once};

use tracing_subscriber::EnvFilter;

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static STARTED: Once = Once::new();

struct Heap;

impl io::Write for Heap {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Logs all there is to log, from now on and for every story; of libraries all
/// but their traces, which say what bytes went where and are many.
pub fn capture() {
    STARTED.call_once(|| {
        let filter = EnvFilter::new("debug,tradepost=trace,tradepost::statements=off");
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(|| Heap).init();
    });
}

/// How much has been logged so far.
pub fn mark() -> usize {
    LINES.lock().expect("the log").len()
}

/// What was logged since, by this story and those beside it.
pub fn since(mark: usize) -> Vec<u8> {
    LINES.lock().expect("the log")[mark..].to_vec()
}
