use crate::qr::{QUIET_ZONE, Symbol};
use crate::render::Code;

/// A code as dots of a printer, with its quiet zone: rows of whole bytes, the first dot in the highest bit, set for black.
pub(super) struct Dots {
    pub(super) bytes_a_row: usize,
    pub(super) bytes: Vec<u8>,
}

impl Dots {
    /// Draws a code with modules of `module` dots, `shift` dots from the left.
    pub(super) fn new(symbol: &Symbol, module: usize, shift: usize) -> Self {
        let side = (symbol.size() + 2 * QUIET_ZONE) * module;
        let bytes_a_row = (shift + side).div_ceil(8);
        let mut bytes = Vec::with_capacity(bytes_a_row * side);
        for y in 0..side {
            let mut row = vec![0; bytes_a_row];
            for x in 0..side {
                let place = |dot: usize| (dot / module).checked_sub(QUIET_ZONE);
                let is_dark = place(x).zip(place(y)).is_some_and(|(x, y)| symbol.is_dark(x, y));
                if is_dark && let Some(byte) = row.get_mut((shift + x) / 8) {
                    *byte |= 0x80 >> ((shift + x) % 8);
                }
            }
            bytes.extend(row);
        }
        Self { bytes_a_row, bytes }
    }
}

/// The dots of a module, if a code of `size` modules and its quiet zone have `room`: four, which are half a millimetre at 203
/// dpi, or as many as there is room for, and one at least.
pub(super) fn module_dots(size: usize, room: usize) -> usize {
    (room / (size + 2 * QUIET_ZONE)).clamp(1, 4)
}

/// The size of the code that a printer makes: it may take all for bytes, which needs more room than the segments that we choose.
pub(super) fn size_by_printer(code: &Code) -> usize {
    Symbol::encode(&"x".repeat(code.link().len()), code.symbol().level()).map_or(177, |symbol| symbol.size())
}
