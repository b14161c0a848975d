use std::iter::Peekable;

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
        // Of each length the first code word comes after all shorter ones.
        let mut counts = [0; LONGEST as usize + 1];
        for &length in &lengths {
            counts[usize::from(length)] += 1;
        }
        let mut next = [0_u16; LONGEST as usize + 1];
        for length in 2..next.len() {
            next[length] = (next[length - 1] + counts[length - 1]) << 1;
        }
        let word = |&length: &u8| {
            if length == 0 {
                return Bits::default();
            }
            let word = next[usize::from(length)];
            next[usize::from(length)] += 1;
            // Deflate stores code words from their highest bit on, and all else from the lowest.
            Bits { bits: u64::from(word.reverse_bits() >> (16 - length)), count: length.into() }
        };
        let words = lengths.iter().map(word).collect();
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

/// Huffman's lengths, without a limit: joins the two lightest trees until one is left, of equally heavy ones those that were
/// there before.
///
/// Trees that are joined are never lighter than those joined earlier, so that the lightest of all is the first of the
/// symbols left, by weight, or the first of the joined ones left.
fn best_lengths(weights: &[u32]) -> Vec<u8> {
    let mut symbols: Vec<usize> = (0..weights.len()).filter(|&symbol| weights[symbol] > 0).collect();
    symbols.sort_by_key(|&symbol| weights[symbol]);
    let mut symbols = symbols.into_iter().peekable();
    // By tree; the joined ones follow the symbols.
    let mut weights_of_all: Vec<u64> = weights.iter().copied().map(u64::from).collect();
    let mut parents = vec![0; weights.len()];
    let mut joined = weights.len();
    while let Some(light) = lightest(&mut symbols, &mut joined, &weights_of_all)
        && let Some(heavier) = lightest(&mut symbols, &mut joined, &weights_of_all)
    {
        parents[light] = parents.len();
        parents[heavier] = parents.len();
        parents.push(0);
        weights_of_all.push(weights_of_all[light] + weights_of_all[heavier]);
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

/// Takes the lightest tree from those that are left: `symbols`, and the joined ones from `joined` on.
fn lightest(symbols: &mut Peekable<impl Iterator<Item = usize>>, joined: &mut usize, weights: &[u64]) -> Option<usize> {
    let weight = weights.get(*joined);
    symbols.next_if(|&symbol| weight.is_none_or(|&weight| weights[symbol] <= weight)).or_else(|| {
        weight?;
        *joined += 1;
        Some(*joined - 1)
    })
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// The slow twin: all trees in one heap.
    fn by_heap(weights: &[u32]) -> Vec<u8> {
        let mut parents = vec![None; weights.len()];
        let mut trees: BinaryHeap<_> = (0..)
            .zip(weights)
            .filter(|(_, weight)| **weight > 0)
            .map(|(node, &weight)| Reverse((u64::from(weight), node)))
            .collect();
        while let (Some(Reverse(light)), Some(Reverse(heavier))) = (trees.pop(), trees.pop()) {
            parents[light.1] = Some(parents.len());
            parents[heavier.1] = Some(parents.len());
            trees.push(Reverse((light.0 + heavier.0, parents.len())));
            parents.push(None);
        }
        let depth = |symbol: usize| std::iter::successors(parents[symbol], |&node: &usize| parents[node]).count();
        (0..weights.len()).map(|symbol| depth(symbol) as u8).collect()
    }

    proptest! {
        #[test]
        fn lengths_are_those_of_a_heap(weights in vec(prop_oneof![Just(0_u32), 1..4_u32, 1..1_000_u32, any::<u32>()], 0..300)) {
            prop_assert_eq!(best_lengths(&weights), by_heap(&weights));
        }
    }

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
