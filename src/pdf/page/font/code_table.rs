/// A value for each code of one or two bytes.
///
/// Pages have letters by the thousand, and each is looked up: a leaf for 256 codes is made once one of them has a value, and the
/// codes of a font lie in few of them.
#[derive(Debug)]
pub(super) struct CodeTable<T> {
    leaves: Vec<Option<Leaf<T>>>,
    count: usize,
}

type Leaf<T> = Box<[Option<T>; 256]>;

impl<T> Default for CodeTable<T> {
    fn default() -> Self {
        Self { leaves: Vec::new(), count: 0 }
    }
}

impl<T: Copy> CodeTable<T> {
    pub(super) fn get(&self, code: u16) -> Option<T> {
        let [leaf, place] = code.to_be_bytes().map(usize::from);
        self.leaves.get(leaf)?.as_ref()?[place]
    }

    /// Gives a code its value, in place of the one that it had.
    pub(super) fn set(&mut self, code: u16, value: T) {
        let [leaf, place] = code.to_be_bytes().map(usize::from);
        if self.leaves.len() <= leaf {
            self.leaves.resize_with(leaf + 1, || None);
        }
        let leaf = self.leaves[leaf].get_or_insert_with(|| Box::new([None; 256]));
        self.count += usize::from(leaf[place].replace(value).is_none());
    }

    /// How many codes have a value.
    pub(super) fn count(&self) -> usize {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The slow twin is a map.
        #[test]
        fn holds_what_a_map_holds(pairs in proptest::collection::vec((any::<u16>(), any::<u8>()), 0..400)) {
            let mut table = CodeTable::default();
            let mut map = HashMap::new();
            for (code, value) in pairs {
                // Many beside each other, and some far away.
                let code = if value % 4 == 0 { code } else { code % 300 };
                table.set(code, value);
                map.insert(code, value);
                prop_assert_eq!(table.count(), map.len());
            }
            for code in 0..=u16::MAX {
                prop_assert_eq!(table.get(code), map.get(&code).copied());
            }
        }
    }
}
