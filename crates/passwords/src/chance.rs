//! The system's random source, asked in this one place.

/// The operating system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("asking the system for random bytes")]
pub struct ChanceError(#[source] getrandom::Error);

/// Fills `buffer` with random bytes of the operating system.
#[expect(clippy::disallowed_methods, reason = "the one place of this crate that asks the system for chance")]
pub(crate) fn system(buffer: &mut [u8]) -> Result<(), ChanceError> {
    getrandom::fill(buffer).map_err(ChanceError)
}
