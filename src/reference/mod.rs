//! The API described: one `OpenAPI` document made from its handlers, and a page
//! for people made from that document.

pub mod api;
mod document;
mod example;
mod tidy;
mod view;

pub use document::document;
