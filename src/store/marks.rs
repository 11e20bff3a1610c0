//! Payloads that were seen to be named, in little memory.
//!
//! A Bloom filter: what was marked is always found; of what was not, about one in five hundred is found too, and is
//! looked at again in another round, whose filter is another. It has sixteen bits for each payload, and 64 MiB at most.

use crate::base::Sha256;

/// Bits of the smallest and of the largest filter.
const LEAST_BITS: u64 = 1 << 20;
const MOST_BITS: u64 = 1 << 29;
const BITS_PER_PAYLOAD: u64 = 16;

/// The payloads that were marked, and a few others.
pub(crate) struct Marks {
    words: Vec<u64>,
    /// How far a product is shifted to become the number of a bit.
    shift: u32,
    /// Odd, and another in each round.
    factor: u64,
}

impl Marks {
    /// Room for so many payloads.
    pub(crate) fn for_payloads(payloads: u64, round: u64) -> Self {
        let bits = payloads.saturating_mul(BITS_PER_PAYLOAD).clamp(LEAST_BITS, MOST_BITS).next_power_of_two();
        let words = vec![0; usize::try_from(bits / 64).unwrap_or(0)];
        let factor = round.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        Self { words, shift: 64 - bits.trailing_zeros(), factor }
    }

    pub(crate) fn mark(&mut self, sha256: &Sha256) {
        for bit in self.bits(sha256) {
            if let Some(word) = self.words.get_mut(bit / 64) {
                *word |= 1 << (bit % 64);
            }
        }
    }

    pub(crate) fn has(&self, sha256: &Sha256) -> bool {
        let is_set = |bit: usize| self.words.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1);
        self.bits(sha256).into_iter().all(is_set)
    }

    /// Four bits, one for each quarter of the hash.
    fn bits(&self, sha256: &Sha256) -> [usize; 4] {
        let (quarters, _) = sha256.as_bytes().as_chunks::<8>();
        let mut bits = [0; 4];
        for (bit, quarter) in bits.iter_mut().zip(quarters) {
            let product = u64::from_le_bytes(*quarter).wrapping_mul(self.factor);
            *bit = usize::try_from(product >> self.shift).unwrap_or(0);
        }
        bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_marked_is_found_and_little_else() {
        let sha256 = |n: u32| Sha256::of(&n.to_be_bytes());
        let found_too = |round: u64| {
            let mut marks = Marks::for_payloads(100_000, round);
            (0..100_000).for_each(|n| marks.mark(&sha256(n)));
            assert!((0..100_000).all(|n| marks.has(&sha256(n))));
            (100_000..200_000).filter(|n| marks.has(&sha256(*n))).collect::<Vec<_>>()
        };
        let (one, other) = (found_too(1), found_too(2));
        assert!(one.len() < 500 && other.len() < 500, "{} {}", one.len(), other.len());
        let again = one.iter().filter(|n| other.contains(n)).count();
        assert!(again * 20 <= one.len(), "another round finds others: {again} of {}", one.len());
    }
}
