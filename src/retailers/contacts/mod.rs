//! Writing contacts: every statement that changes the table, each under the name of what
//! it means. Who may do it, and what follows from it, is for the operations that call it.

mod store;

pub use store::*;
