//! What is known about a person: told to whoever may ask, erased, and kept no
//! longer than it has to be.

pub mod erase;
pub mod known;
pub mod portal;
pub mod retention;
pub mod site;
