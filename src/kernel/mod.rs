//! The ground: small types everything else is spoken in.

pub mod authorities;
pub mod calendar;
pub mod clock;
pub mod colour;
pub mod email_address;
pub mod folders;
pub mod id;
pub mod invisible;
pub mod language;
pub mod network;
pub mod picture;
pub mod sealing;
pub mod secret;
pub mod text;
pub mod timestamp;
pub mod username;

pub use clock::Clock;
pub use colour::{Accent, Colour};
pub use email_address::EmailAddress;
pub use id::Id;
pub use language::Language;
pub use network::Network;
pub use picture::Picture;
pub use sealing::SealingKey;
pub use secret::{Digest, Token};
pub use timestamp::Timestamp;
pub use username::Username;
