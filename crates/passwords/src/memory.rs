//! The seam over the Argon2 library: computing a digest and wiping, nothing else.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::{Zeroize, Zeroizing};

use crate::hash::Recipe;

/// The Argon2 library refused; costs are checked before, so this is a defect.
#[derive(Debug, thiserror::Error)]
#[error("computing Argon2: {0}")]
pub struct HashingError(argon2::Error);

/// Argon2's memory, allocated at the first digest and then reused: fresh memory costs a page fault
/// for every 4 KiB of every hash.
///
/// Old content does no harm to a digest, as the first pass overwrites every block before reading
/// it (RFC 9106 section 3.2). It must not lie around for long, though: from the final blocks the
/// passes can be calculated backwards to the first block, which tests a guess without any of
/// Argon2's cost. So the owner calls [`Memory::wipe_down_to`] whenever it has nothing more to do, and
/// not between two digests in a row, where the second overwrites the first anyway.
#[derive(Default)]
pub(crate) struct Memory {
    blocks: Vec<Block>,
    used: usize,
}

impl Memory {
    /// Computes Argon2id version 19 of `secret`.
    pub(crate) fn digest(
        &mut self,
        secret: &[u8],
        recipe: &Recipe,
    ) -> Result<Zeroizing<Vec<u8>>, HashingError> {
        self.digest_by(Algorithm::Argon2id, secret, recipe)
    }

    /// Computes version 19 of one of the three Argon2 algorithms.
    pub(crate) fn digest_by(
        &mut self,
        algorithm: Algorithm,
        secret: &[u8],
        recipe: &Recipe,
    ) -> Result<Zeroizing<Vec<u8>>, HashingError> {
        let cost = recipe.cost;
        let params = Params::new(cost.memory_kib, cost.iterations, cost.parallelism, Some(recipe.length))
            .map_err(HashingError)?;
        let needed = params.block_count();
        if self.blocks.len() < needed {
            // Wiped and allocated anew, as growing would leave a copy behind.
            self.wipe();
            self.blocks = vec![Block::new(); needed];
        }
        self.used = self.used.max(needed);
        let mut digest = Zeroizing::new(vec![0; recipe.length]);
        Argon2::new(algorithm, Version::V0x13, params)
            .hash_password_into_with_memory(secret, &recipe.salt, &mut digest, &mut self.blocks[..needed])
            .map_err(HashingError)?;
        Ok(digest)
    }

    /// Overwrites what the digests left behind, and gives back what is beyond `keep_kib`.
    pub(crate) fn wipe_down_to(&mut self, keep_kib: u32) {
        self.wipe();
        if self.blocks.len() > keep_kib as usize {
            self.blocks = Vec::new();
        }
    }

    #[cfg(test)]
    pub(crate) fn is_wiped(&self) -> bool {
        self.blocks.iter().all(|block| block.as_ref().iter().all(|word| *word == 0))
    }

    fn wipe(&mut self) {
        self.blocks[..self.used].iter_mut().zeroize();
        self.used = 0;
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.wipe();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::Cost;

    fn recipe(memory_kib: u32, parallelism: u32) -> Recipe {
        Recipe::new(Cost { memory_kib, iterations: 2, parallelism }, [7; 16])
    }

    #[test]
    fn reused_memory_gives_the_same_digest_as_fresh_memory() {
        let mut reused = Memory::default();
        for recipe in [recipe(64, 1), recipe(256, 4), recipe(8, 1), recipe(64, 1), recipe(300, 2)] {
            let mut fresh = Memory::default();
            assert_eq!(reused.digest(b"one", &recipe).unwrap(), fresh.digest(b"one", &recipe).unwrap());
        }
    }

    #[test]
    fn nothing_is_allocated_before_the_first_digest_nor_in_excess_afterwards() {
        let mut memory = Memory::default();
        assert_eq!(memory.blocks.capacity(), 0);
        memory.digest(b"one", &recipe(64, 1)).unwrap();
        memory.wipe_down_to(64);
        assert_eq!(memory.blocks.len(), 64);
        memory.digest(b"one", &recipe(72, 1)).unwrap();
        memory.wipe_down_to(64);
        assert_eq!(memory.blocks.capacity(), 0);
    }

    #[test]
    fn wiping_leaves_only_zeros() {
        let mut memory = Memory::default();
        memory.digest(b"one", &recipe(64, 1)).unwrap();
        assert!(memory.blocks.iter().all(|block| block.as_ref().iter().any(|word| *word != 0)));
        memory.wipe_down_to(64);
        assert!(memory.is_wiped());
    }
}
