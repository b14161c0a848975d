use std::ops::{BitAnd, BitOr, BitXor, Not};

/// A row of modules in `N` words of 64: module `x` is bit `x % 64` of word `x / 64`, set if it is dark.
///
/// All operators work on every module at once. What lies beyond either end of the words is light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row<const N: usize>(pub(super) [u64; N]);

impl<const N: usize> Row<N> {
    /// All modules light.
    pub(super) const LIGHT: Self = Self([0; N]);

    /// The first `count` modules dark, the others light.
    pub(super) fn first(count: usize) -> Self {
        Self(std::array::from_fn(|word| {
            let here = count.saturating_sub(64 * word).min(64);
            if here == 64 { u64::MAX } else { (1 << here) - 1 }
        }))
    }

    /// At each place the module `steps` to the right; `steps` is 1 to 63.
    pub(super) fn ahead(self, steps: u32) -> Self {
        Self(std::array::from_fn(|word| {
            let carried = self.0.get(word + 1).map_or(0, |next| next << (64 - steps));
            self.0[word] >> steps | carried
        }))
    }

    /// At each place the module `steps` to the left; `steps` is 1 to 63.
    pub(super) fn behind(self, steps: u32) -> Self {
        Self(std::array::from_fn(|word| {
            let carried = if word == 0 { 0 } else { self.0[word - 1] >> (64 - steps) };
            self.0[word] << steps | carried
        }))
    }

    /// How many modules are dark.
    pub(super) fn count(self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }
}

impl<const N: usize> BitAnd for Row<N> {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] & other.0[word]))
    }
}

impl<const N: usize> BitOr for Row<N> {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] | other.0[word]))
    }
}

impl<const N: usize> BitXor for Row<N> {
    type Output = Self;
    fn bitxor(self, other: Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] ^ other.0[word]))
    }
}

impl<const N: usize> Not for Row<N> {
    type Output = Self;
    fn not(self) -> Self {
        Self(self.0.map(|word| !word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_cross_the_words() {
        for place in 0..192 {
            let dark = Row::<3>::first(place + 1) ^ Row::first(place);
            assert_eq!(dark.count(), 1);
            for steps in 1..64 {
                let left = dark.ahead(steps as u32);
                let right = dark.behind(steps as u32);
                let at = |place: usize| Row::<3>::first(place + 1) ^ Row::first(place);
                assert_eq!(left, if steps <= place { at(place - steps) } else { Row::LIGHT });
                assert_eq!(right, if place + steps < 192 { at(place + steps) } else { Row::LIGHT });
            }
        }
    }

    #[test]
    fn first_at_the_edges_of_words() {
        assert_eq!(Row::<2>::first(0), Row([0, 0]));
        assert_eq!(Row::<2>::first(63), Row([u64::MAX >> 1, 0]));
        assert_eq!(Row::<2>::first(64), Row([u64::MAX, 0]));
        assert_eq!(Row::<2>::first(65), Row([u64::MAX, 1]));
        assert_eq!(Row::<2>::first(128), Row([u64::MAX, u64::MAX]));
    }
}
