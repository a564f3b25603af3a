//! Handing a file in.

pub mod portal;
