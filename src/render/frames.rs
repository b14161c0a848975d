use super::Label;

/// How many are kept. In a batch of offline invoices a handful of symbol sizes occur, each with one of two labels;
/// KSeF numbers are all different, and push each other out.
const LIMIT: usize = 16;

/// What pictures with symbols of one size and with one label have in common, kept for the next of them.
pub(in crate::render) struct Frames<F> {
    kept: Vec<(usize, Label, F)>,
}

impl<F> Frames<F> {
    /// The frame around a code, the same for all of its size and label.
    pub(in crate::render) fn of(&mut self, size: usize, label: &Label, make: impl FnOnce() -> F) -> &F {
        let found = self.kept.iter().position(|kept| kept.0 == size && kept.1 == *label);
        let place = found.unwrap_or_else(|| {
            if self.kept.len() == LIMIT {
                self.kept.clear();
            }
            self.kept.push((size, label.clone(), make()));
            self.kept.len() - 1
        });
        &self.kept[place].2
    }
}

impl<F> Default for Frames<F> {
    fn default() -> Self {
        Self { kept: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_once_and_few_kept() {
        let mut frames = Frames::default();
        for size in 0..=LIMIT {
            for label in [Label::OFFLINE, Label::CERTYFIKAT] {
                let expected = (size, label.as_str().to_owned());
                assert_eq!(*frames.of(size, &label, || (size, label.as_str().to_owned())), expected);
                assert_eq!(*frames.of(size, &label, || unreachable!()), expected);
            }
            assert!(frames.kept.len() <= LIMIT);
        }
    }
}
