//! Chance with a seed, and what it does to samples.

/// Numbers that look like chance (xorshift64*); the same seed gives the same.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next()).expect("48 bits") % end.max(1)
    }

    /// One of some.
    pub fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    /// A sample with pieces put in, repeated, moved, cut out and bytes changed; of
    /// at most `longest` bytes.
    pub fn mutated(&mut self, sample: &[u8], pieces: &[&str], longest: usize) -> Vec<u8> {
        let mut bytes = sample.to_vec();
        for _ in 0..=self.below(6) {
            let at = self.below(bytes.len() + 1);
            let to = at + self.below(bytes.len() - at + 1).min(200);
            match self.below(6) {
                0 => drop(bytes.splice(at..at, self.one(pieces).bytes())),
                1 => {
                    // Deep: what recurses breaks down here.
                    let times = 1 << self.below(14);
                    let piece = self.one(pieces).repeat(times);
                    drop(bytes.splice(at..at, piece.into_bytes()));
                }
                2 => drop(bytes.drain(at..to)),
                3 => {
                    let piece = bytes[at..to].to_vec();
                    let into = self.below(bytes.len() + 1);
                    drop(bytes.splice(into..into, piece));
                }
                4 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                _ => bytes.extend(self.one(pieces).bytes()),
            }
            bytes.truncate(longest);
        }
        bytes
    }

    /// The same as text.
    pub fn mutated_text(&mut self, sample: &str, pieces: &[&str], longest: usize) -> String {
        String::from_utf8_lossy(&self.mutated(sample.as_bytes(), pieces, longest)).into_owned()
    }
}
