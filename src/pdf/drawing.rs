use std::fmt::Write;

use super::block::{Block, Line};
use super::geometry::rounded;
use crate::qr::{QUIET_ZONE, Symbol};
use crate::typeface::EmbeddedFont;

/// The content of the form that shows a block: white, then black, in one colour space and without transparency.
pub(super) fn content(block: &Block<'_>, font: &mut EmbeddedFont) -> Vec<u8> {
    // All of it, for a line that was there would show in the gap between two codes.
    let [width, height] = [block.width, block.height].map(rounded);
    let mut content = format!("1 g 0 0 {width} {height} re f\n");
    for cell in &block.cells {
        let quiet = QUIET_ZONE as f64 * cell.module;
        // Modules are counted downwards from the upper left one. More decimals than usual: up to 177 sides add up.
        let (module, x, y) = (cell.module, rounded(cell.square.left + quiet), rounded(cell.square.top - quiet));
        // Writing to a string does not fail, here and below.
        let _ = writeln!(content, "q 0 g {module:.7} 0 0 -{module:.7} {x} {y} cm");
        modules(&mut content, cell.code.symbol);
        content += "f Q\n";
        if !cell.lines.is_empty() {
            content += "BT 0 g\n";
            for line in &cell.lines {
                text(&mut content, line, font);
            }
            content += "ET\n";
        }
    }
    content.into_bytes()
}

fn text(content: &mut String, line: &Line<'_>, font: &mut EmbeddedFont) {
    let [em, x, y] = [line.em, line.x, line.baseline].map(rounded);
    let _ = write!(content, "/F {em} Tf 1 0 0 1 {x} {y} Tm <");
    for byte in font.encode(line.text) {
        let _ = write!(content, "{byte:02X}");
    }
    content.push_str("> Tj\n");
}

/// One path of rectangles: dark modules that lie beside each other are one, and so are equal runs one below the other.
/// One path, so that nothing shines through between two of them.
fn modules(content: &mut String, symbol: &Symbol) {
    for (x, y, width, height) in rectangles(symbol) {
        for number in [x, y, width, height] {
            push_number(content, number);
            content.push(' ');
        }
        content.push_str("re\n");
    }
}

/// Numbers of modules, three digits at most.
fn push_number(content: &mut String, number: usize) {
    for (place, least) in [(100, 100), (10, 10), (1, 0)] {
        if number >= least {
            content.push(char::from(b'0' + (number / place % 10) as u8));
        }
    }
}

/// Column, row, width and height.
fn rectangles(symbol: &Symbol) -> Vec<(usize, usize, usize, usize)> {
    let mut done = Vec::new();
    // Runs that the row above ended with: first and last column, and the row in which they began.
    let mut open: Vec<(usize, usize, usize)> = Vec::new();
    for y in 0..=symbol.size() {
        let runs = runs(symbol, y);
        let mut next = Vec::with_capacity(runs.len());
        let mut above = open.iter().peekable();
        for (start, end) in runs {
            // Both lists are in order of columns.
            while above.next_if(|&&(known, ..)| known < start).is_some() {}
            let began = match above.peek() {
                Some(&&(known, known_end, began)) if (known, known_end) == (start, end) => began,
                _ => y,
            };
            next.push((start, end, began));
        }
        let ended = open.iter().filter(|run| !next.contains(run));
        done.extend(ended.map(|&(start, end, began)| (start, began, end - start, y - began)));
        open = next;
    }
    done
}

fn runs(symbol: &Symbol, y: usize) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut start = None;
    for x in 0..=symbol.size() {
        match (symbol.is_dark(x, y), start) {
            (true, None) => start = Some(x),
            (false, Some(begun)) => {
                runs.push((begun, x));
                start = None;
            }
            _ => {}
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::{Code, Stamp};
    use crate::qr::EccLevel;
    use crate::render::Label;
    use crate::typeface::Typeface;

    #[test]
    fn rectangles_cover_the_dark_modules_once() {
        for length in [1, 40, 200, 700] {
            let symbol = Symbol::encode(
                &"Zażółć gęślą jaźń? ".repeat(length).chars().take(length).collect::<String>(),
                EccLevel::M,
            );
            let symbol = symbol.unwrap();
            let mut covered = vec![vec![0; symbol.size()]; symbol.size()];
            let rectangles = rectangles(&symbol);
            for &(x, y, width, height) in &rectangles {
                for row in &mut covered[y..y + height] {
                    for module in &mut row[x..x + width] {
                        *module += 1;
                    }
                }
            }
            for (y, row) in covered.iter().enumerate() {
                for (x, &times) in row.iter().enumerate() {
                    assert_eq!(times, usize::from(symbol.is_dark(x, y)), "{x} {y}");
                }
            }
            let rows: usize = (0..symbol.size()).map(|y| runs(&symbol, y).len()).sum();
            assert!(rectangles.len() < rows, "some were merged: {} of {rows}", rectangles.len());
        }
    }

    /// What was on the page must not show between two codes, nor beside the smaller one.
    #[test]
    fn white_lies_under_all_of_it() {
        let symbols =
            ["a", "a longer one, and so a larger code"].map(|text| Symbol::encode(text, EccLevel::M).unwrap());
        let codes = symbols.each_ref().map(|symbol| Code { symbol, label: &Label::OFFLINE, url: "" });
        let block = Block::new(&codes, &Stamp::default());
        let content = content(&block, &mut EmbeddedFont::new(Typeface::regular()));
        let white = format!("1 g 0 0 {} {} re f\n", rounded(block.width), rounded(block.height));
        assert!(content.starts_with(white.as_bytes()), "{white}");
        let cells: f64 = block.cells.iter().map(|cell| cell.area.width()).sum();
        assert!(block.width > cells + 1.0, "there is a gap: {} {cells}", block.width);
    }

    #[test]
    fn numbers_are_short() {
        let mut text = String::new();
        for number in [0, 9, 10, 99, 100, 177] {
            push_number(&mut text, number);
            text.push(' ');
        }
        assert_eq!(text, "0 9 10 99 100 177 ");
    }
}
