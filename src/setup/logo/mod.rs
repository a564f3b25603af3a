//! The page on which a logo is handed in.

pub mod portal;
