use super::code_table::CodeTable;
use crate::error::Result;
use crate::pdf::document::file::File;
use crate::pdf_objects::{Dict, Object};

/// How wide the letters of a page's font are, and how far they reach.
pub(in crate::pdf) struct LetterWidths {
    /// Two bytes a letter, in composite fonts.
    wide: bool,
    /// Letters stand under each other.
    pub(in crate::pdf) vertical: bool,
    widths: CodeTable<f64>,
    default: f64,
    /// In em: how far letters reach below and above the baseline.
    pub(in crate::pdf) reach: [f64; 2],
}

/// Of a font that is missing.
impl Default for LetterWidths {
    fn default() -> Self {
        Self { wide: false, vertical: false, widths: CodeTable::default(), default: 0.6, reach: REACH }
    }
}

/// Of letters with accents on capitals, and of those that hang below the line.
const REACH: [f64; 2] = [-0.25, 0.95];

/// Widths that are read of one font.
const MOST_WIDTHS: usize = 70_000;

impl LetterWidths {
    pub(in crate::pdf) fn read(file: &File, font: &Dict) -> Result<Self> {
        if file.is(font, "Subtype", "Type0")? {
            return Self::composite(file, font);
        }
        // A type 3 font has a measure of its own; the others count in thousandths.
        let (mut measure, mut reach) = (0.001, REACH);
        if file.is(font, "Subtype", "Type3")? {
            let matrix = file.items(font, "FontMatrix")?;
            measure = matrix.first().and_then(Object::number).unwrap_or(0.001).abs();
            let height = matrix.get(3).and_then(Object::number).unwrap_or(0.001);
            let bounds: Vec<f64> = file.items(font, "FontBBox")?.iter().filter_map(Object::number).collect();
            // A box of zeros says that it is not known.
            if let &[_, bottom, _, top] = bounds.as_slice()
                && bottom < top
            {
                let ends = [bottom * height, top * height];
                reach = [ends[0].min(ends[1]), ends[0].max(ends[1])];
            }
        }
        let first = file.value(font, "FirstChar")?.integer().unwrap_or_default();
        let mut widths = CodeTable::default();
        for (code, width) in (first..).zip(file.items(font, "Widths")?.iter().take(256)) {
            let width = file.resolve(width)?.number();
            if let (Ok(code), Some(width)) = (u16::try_from(code), width) {
                widths.set(code, width * measure);
            }
        }
        // Of the fourteen fonts that need not say it, Courier is the widest.
        Ok(Self { wide: false, vertical: false, widths, default: 0.6, reach })
    }

    fn composite(file: &File, font: &Dict) -> Result<Self> {
        // Identity-V, UniJIS-UTF16-V, ...
        let vertical = file.value(font, "Encoding")?.as_name().is_some_and(|name| name.ends_with(b"-V"));
        let descendants = file.items(font, "DescendantFonts")?;
        let font = descendants.first().map(|font| file.dict(font)).transpose()?.flatten().unwrap_or_default();
        let default = file.value(&font, "DW")?.number().unwrap_or(1000.0) / 1000.0;
        let mut widths = CodeTable::default();
        let mut items = file.items(&font, "W")?.into_iter();
        // `first [widths]` or `first last width` (ISO 32000-1, 9.7.4.3).
        while let (Some(first), Some(second)) = (items.next(), items.next()) {
            let Some(first) = first.integer() else { break };
            match file.resolve(&second)?.as_ref() {
                Object::Array(list) => {
                    for (code, width) in (first..).zip(list) {
                        if let (Ok(code), Some(width)) = (u16::try_from(code), width.number()) {
                            widths.set(code, width / 1000.0);
                        }
                    }
                }
                last => {
                    let width = items.next().and_then(|width| width.number());
                    let (Some(last), Some(width)) = (last.integer(), width) else { break };
                    for code in first.max(0)..=last.min(0xffff) {
                        widths.set(code as u16, width / 1000.0);
                    }
                }
            }
            file.spend(widths.count() / 16)?;
            if widths.count() > MOST_WIDTHS {
                break;
            }
        }
        Ok(Self { wide: true, vertical, widths, default, reach: REACH })
    }

    /// The letters of a string: the code of each, its width in em, and whether it is the space that words are kept apart with.
    pub(in crate::pdf) fn letters<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = (u16, f64, bool)> + 'a {
        let codes = text.chunks(if self.wide { 2 } else { 1 });
        let codes = codes.map(|code| code.iter().fold(0_u16, |code, &byte| code << 8 | u16::from(byte)));
        codes.map(|code| (code, self.widths.get(code).unwrap_or(self.default), !self.wide && code == 32))
    }
}
