//! What one Argon2id computation costs.

/// The cost of one Argon2id computation.
///
/// The default is OWASP's first choice for servers (Password Storage Cheat Sheet: 19 MiB, two
/// iterations, one lane).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes. They are computed one after the other on one thread.
    pub parallelism: u32,
}

/// The cost is outside what this system computes; see [`Cost::validate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "Argon2id cost out of bounds: {} KiB, {} iterations, {} lanes",
    .0.memory_kib, .0.iterations, .0.parallelism
)]
pub struct CostError(pub Cost);

impl Default for Cost {
    fn default() -> Self {
        Self { memory_kib: 19_456, iterations: 2, parallelism: 1 }
    }
}

impl Cost {
    /// Most memory: 256 MiB (RFC 9106 recommends 64 MiB where memory is short, libsodium's
    /// "moderate" takes 256 MiB). Each hashing thread may hold that much.
    pub const MAX_MEMORY_KIB: u32 = 256 * 1024;
    /// Most memory × iterations: 1 GiB filled, about one second.
    pub const MAX_FILLED_KIB: u64 = 1024 * 1024;
    /// Most lanes.
    pub const MAX_PARALLELISM: u32 = 16;

    /// Refuses what Argon2 does not define (RFC 9106 section 3.1) and what would let one stored
    /// hash take the machine: more than [`Cost::MAX_MEMORY_KIB`], [`Cost::MAX_FILLED_KIB`] or
    /// [`Cost::MAX_PARALLELISM`]. It does not judge whether a cost is high enough.
    pub fn validate(self) -> Result<Self, CostError> {
        let filled = u64::from(self.memory_kib) * u64::from(self.iterations);
        let sound = (1..=Self::MAX_PARALLELISM).contains(&self.parallelism)
            && (8 * self.parallelism..=Self::MAX_MEMORY_KIB).contains(&self.memory_kib)
            && (1..=Self::MAX_FILLED_KIB).contains(&filled);
        if sound { Ok(self) } else { Err(CostError(self)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(memory_kib: u32, iterations: u32, parallelism: u32) -> Cost {
        Cost { memory_kib, iterations, parallelism }
    }

    #[test]
    fn usual_costs_are_taken() {
        for usual in
            [Cost::default(), cost(8, 1, 1), cost(65_536, 4, 1), cost(65_536, 3, 4), cost(262_144, 3, 1)]
        {
            assert_eq!(usual.validate(), Ok(usual));
        }
    }

    #[test]
    fn absurd_costs_are_refused() {
        for absurd in [
            cost(0, 1, 1),
            cost(7, 1, 1),
            cost(15, 1, 2),
            cost(64, 0, 1),
            cost(64, 1, 0),
            cost(1_000, 1, 17),
            cost(262_145, 1, 1),
            cost(262_144, 5, 1),
            cost(8, u32::MAX, 1),
            cost(u32::MAX, u32::MAX, u32::MAX),
        ] {
            assert_eq!(absurd.validate(), Err(CostError(absurd)));
        }
    }
}
