//! Stories of tables: what people upload, and what they had better not.
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod read;
mod book;
mod csv;
mod reports;
mod xlsx;
mod stored;
mod hostile;
mod written;
