//! Handing a file in, and how it is read.

pub mod portal;
mod reading;

pub use reading::{Reading, ReadingForm, found_in_words};
