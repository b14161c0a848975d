use std::sync::OnceLock;

use qrcode::EcLevel;
use qrcode::canvas::{Canvas, Module};

use super::Version;

/// The modules of a version that show no data: finder, alignment and timing patterns, version and format information.
///
/// In rows of 64 modules a word, each row beginning a word.
pub(super) struct Functions {
    size: usize,
    /// Set where there is one.
    reserved: Box<[u64]>,
    /// Set where it is dark. Those of the format information, which depends on level and mask, are light.
    dark: Box<[u64]>,
}

impl Functions {
    /// Those of a version, drawn at their first use by the `qrcode` crate.
    pub(super) fn of(version: Version) -> &'static Self {
        static BY_VERSION: [OnceLock<Functions>; 40] = [const { OnceLock::new() }; 40];
        BY_VERSION[usize::from(version.number()) - 1].get_or_init(|| Self::new(version))
    }

    fn new(version: Version) -> Self {
        let size = version.size();
        // Not `qrcode::canvas::is_functional`: it forgets the version information (0.14.1). The level does not
        // matter: the format information has its modules reserved at any.
        let mut canvas = Canvas::new(version.into(), EcLevel::L);
        canvas.draw_all_functional_patterns();
        let words = size.div_ceil(64);
        let mut functions = Self { size, reserved: vec![0; size * words].into(), dark: vec![0; size * words].into() };
        for (x, y) in (0..size).flat_map(|y| (0..size).map(move |x| (x, y))) {
            let module = canvas.get(x as i16, y as i16);
            let word = y * words + x / 64;
            functions.reserved[word] |= u64::from(module != Module::Empty) << (x % 64);
            functions.dark[word] |= u64::from(module.is_dark()) << (x % 64);
        }
        functions
    }

    /// How many modules show data, or nothing.
    pub(super) fn data_modules(&self) -> usize {
        self.size * self.size - self.reserved.iter().map(|word| word.count_ones() as usize).sum::<usize>()
    }

    /// True for a module that shows data, or nothing.
    pub(super) fn is_data(&self, x: usize, y: usize) -> bool {
        self.reserved[y * self.size.div_ceil(64) + x / 64] >> (x % 64) & 1 == 0
    }

    /// Word after word, row by row: the modules that show no data, and those of them that are dark.
    pub(super) fn words(&self) -> impl Iterator<Item = (u64, u64)> {
        self.reserved.iter().copied().zip(self.dark.iter().copied())
    }
}
