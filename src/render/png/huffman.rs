use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::bit_writer::Bits;

/// A prefix code in the canonical form of RFC 1951, 3.2.2.
pub(super) struct Huffman {
    lengths: Vec<u8>,
    /// What is written for each symbol; nothing for one that does not occur.
    words: Vec<Bits>,
}

/// Deflate allows 15 bits. One less lets four code words go into one write ([`Bits::MOST`]).
pub(super) const LONGEST: u8 = 14;

impl Huffman {
    /// The best code for symbols that occur `weights` times. At least two weights must be above zero.
    pub(super) fn for_weights(weights: &[u32]) -> Self {
        let mut weights = weights.to_vec();
        loop {
            let lengths = best_lengths(&weights);
            if lengths.iter().all(|&length| length <= LONGEST) {
                return Self::from_lengths(lengths);
            }
            // Flatter weights make a shallower tree. It takes few rounds to come to equal ones.
            for weight in &mut weights {
                *weight = weight.div_ceil(2);
            }
        }
    }

    /// The code with these lengths, at most [`LONGEST`], by symbol.
    pub(super) fn from_lengths(lengths: Vec<u8>) -> Self {
        let mut words = vec![Bits::default(); lengths.len()];
        let mut next: u16 = 0;
        for length in 1..=LONGEST {
            next <<= 1;
            for (word, _) in words.iter_mut().zip(&lengths).filter(|(_, of)| **of == length) {
                // Deflate stores code words from their highest bit on, and all else from the lowest.
                let bits = u64::from(next.reverse_bits() >> (16 - length));
                *word = Bits { bits, count: length.into() };
                next += 1;
            }
        }
        Self { lengths, words }
    }

    /// The lengths in bits, by symbol.
    pub(super) fn lengths(&self) -> &[u8] {
        &self.lengths
    }

    /// What is written for a symbol.
    pub(super) fn word(&self, symbol: usize) -> Bits {
        self.words[symbol]
    }
}

/// Huffman's lengths, without a limit: joins the two lightest trees until one is left.
fn best_lengths(weights: &[u32]) -> Vec<u8> {
    let mut parents = vec![0; weights.len()];
    let mut trees: BinaryHeap<_> = (0..)
        .zip(weights)
        .filter(|(_, weight)| **weight > 0)
        .map(|(node, &weight)| Reverse((u64::from(weight), node)))
        .collect();
    while let (Some(Reverse(light)), Some(Reverse(heavier))) = (trees.pop(), trees.pop()) {
        let joined = parents.len();
        parents.push(0);
        parents[light.1] = joined;
        parents[heavier.1] = joined;
        trees.push(Reverse((light.0 + heavier.0, joined)));
    }
    // A parent comes after its children, so that going backwards each depth is known when it is needed.
    let mut depths = vec![0u8; parents.len()];
    for node in (0..parents.len()).rev() {
        if parents[node] != 0 {
            depths[node] = depths[parents[node]].saturating_add(1);
        }
    }
    depths.truncate(weights.len());
    depths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_1951() {
        let code = Huffman::from_lengths(vec![3, 3, 3, 3, 3, 2, 4, 4]);
        let words: Vec<String> = (0..8)
            .map(|symbol| {
                let Bits { bits, count } = code.word(symbol);
                (0..count).map(|bit| char::from(b'0' + (bits >> bit & 1) as u8)).collect()
            })
            .collect();
        assert_eq!(words, ["010", "011", "100", "101", "110", "00", "1110", "1111"]);
    }

    #[test]
    fn lengths_follow_the_weights_and_fill_the_code() {
        let code = Huffman::for_weights(&[8, 4, 2, 1, 1, 0]);
        assert_eq!(code.lengths(), [1, 2, 3, 4, 4, 0]);
        // Without the limit, Fibonacci's weights give lengths up to 39.
        let mut weights = vec![1, 1];
        for place in 2..40 {
            weights.push(weights[place - 1] + weights[place - 2]);
        }
        let lengths = Huffman::for_weights(&weights).lengths;
        assert!(lengths.iter().all(|length| (1..=LONGEST).contains(length)));
        assert_eq!(lengths.iter().map(|length| 1 << (LONGEST - length)).sum::<u32>(), 1 << LONGEST);
    }
}
