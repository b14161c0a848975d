//! Files with something wrong in them, for properties of what reads them.

use proptest::prelude::*;
use proptest::sample::Index;

/// A few bytes changed, and perhaps the end missing.
#[derive(Debug)]
pub struct Damage {
    changes: Vec<(Index, u8)>,
    cut: Option<Index>,
}

/// Any damage, to a file of any length.
pub fn damage() -> impl Strategy<Value = Damage> {
    let changes = prop::collection::vec((any::<Index>(), any::<u8>()), 1..4);
    (changes, prop::option::of(any::<Index>())).prop_map(|(changes, cut)| Damage { changes, cut })
}

impl Damage {
    /// The file, damaged.
    pub fn of(&self, mut file: Vec<u8>) -> Vec<u8> {
        for (place, byte) in &self.changes {
            let place = place.index(file.len());
            file[place] = *byte;
        }
        if let Some(cut) = self.cut {
            file.truncate(cut.index(file.len()));
        }
        file
    }
}
