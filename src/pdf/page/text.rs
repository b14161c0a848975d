use super::content::{Operands, Reader, Run};
use super::geometry::{Matrix, Rect};
use crate::error::Result;
use crate::pdf_objects::Object;

/// In bytes, of one string: a quote has some letters, and a code may stand for sixteen.
const LONGEST_TEXT: usize = 4096;

impl<'a> Reader<'a> {
    /// Follows an operator of text (ISO 32000-1, 9).
    pub(in crate::pdf) fn text_operator(
        &mut self,
        word: &[u8],
        operands: &Operands,
        run: &mut Run<'_, 'a>,
    ) -> Result<()> {
        let number = |index: usize| operands.numbers.get(index).copied().unwrap_or_default();
        let state = &mut run.state;
        match word {
            b"BT" => {
                run.balance.text = true;
                (run.text, run.line) = (Matrix::IDENTITY, Matrix::IDENTITY);
            }
            b"ET" => run.balance.text = false,
            b"Tf" => {
                state.size = number(0);
                state.font = run.resources.font(operands.name())?;
            }
            b"Tc" => state.letter_space = number(0),
            b"Tw" => state.word_space = number(0),
            b"Tz" => state.stretch = number(0) / 100.0,
            b"TL" => state.leading = number(0),
            b"Ts" => state.rise = number(0),
            b"Tr" => state.mode = number(0) as i64,
            b"Td" => run.next_line(number(0), number(1)),
            b"TD" => {
                state.leading = -number(1);
                run.next_line(number(0), number(1));
            }
            b"Tm" => {
                if let Ok(matrix) = operands.numbers.as_slice().try_into() {
                    (run.text, run.line) = (Matrix(matrix), Matrix(matrix));
                }
            }
            b"T*" => run.next_line(0.0, -run.state.leading),
            b"Tj" => self.show(operands.value.as_ref(), run),
            b"'" => {
                run.next_line(0.0, -run.state.leading);
                self.show(operands.value.as_ref(), run);
            }
            b"\"" => {
                (state.word_space, state.letter_space) = (number(0), number(1));
                run.next_line(0.0, -run.state.leading);
                self.show(operands.value.as_ref(), run);
            }
            b"TJ" => {
                for item in operands.value.as_ref().and_then(Object::as_array).unwrap_or_default() {
                    match item.number() {
                        Some(back) => {
                            let back = -back / 1000.0 * run.state.size;
                            match run.state.font.as_ref().is_some_and(|font| font.widths.vertical) {
                                true => run.text = Matrix([1.0, 0.0, 0.0, 1.0, 0.0, back]).then(&run.text),
                                false => run.advance(back),
                            }
                        }
                        None => self.show(Some(item), run),
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn show(&mut self, text: Option<&Object>, run: &mut Run<'_, 'a>) {
        let Some(text) = text.and_then(Object::as_text) else { return };
        // Some readers take another font where this one is missing.
        let font = run.state.font.clone().unwrap_or_default();
        let (state, vertical) = (&run.state, font.widths.vertical);
        // Spaces leave no ink, nor do letters that are there to be found only (as in scans), or white ones.
        let (fills, strokes) = (!matches!(state.mode, 1 | 3 | 5 | 7), matches!(state.mode, 1 | 2 | 5 | 6));
        let is_seen = (fills && !state.fills_white() || strokes && !state.strokes_white()) && self.ink.wants_text();
        let mut quote = std::mem::take(&mut self.quote);
        quote.clear();
        let mut is_known = true;
        // From the first letter with ink to the last.
        let (mut length, mut ink) = (0.0, None::<(f64, f64)>);
        for (code, width, parts_words) in font.widths.letters(text) {
            let begin = length;
            length += state.size * if vertical { 1.0 } else { width };
            if is_seen {
                let letters = quote.len();
                is_known &= font.add(code, &mut quote);
                let is_space = match quote.get(letters..) {
                    None | Some("") => parts_words,
                    Some(letters) => letters.chars().all(char::is_whitespace),
                };
                if letters > LONGEST_TEXT {
                    quote.truncate(letters);
                }
                if !is_space {
                    ink = Some((ink.map_or(begin, |(first, _)| first), length));
                }
            }
            length += state.letter_space + if parts_words { state.word_space } else { 0.0 };
        }
        if let Some((first, last)) = ink {
            let [bottom, top] = font.widths.reach.map(|reach| state.rise + reach * state.size);
            let line = if vertical {
                // From the top downwards, in the middle of the line.
                Rect::new((-0.5 * state.size, -last + bottom), (0.5 * state.size, -first + 0.12 * state.size))
            } else {
                Rect::new((first * state.stretch, bottom), (last * state.stretch, top))
            };
            let around = run.text.then(&state.matrix).around(&line).intersection(&state.clip);
            self.ink.text(&around, if is_known { &quote } else { "" });
        }
        self.quote = quote;
        if vertical {
            run.text = Matrix([1.0, 0.0, 0.0, 1.0, 0.0, -length]).then(&run.text);
        } else {
            run.advance(length);
        }
    }
}

impl Run<'_, '_> {
    fn next_line(&mut self, x: f64, y: f64) {
        self.line = Matrix([1.0, 0.0, 0.0, 1.0, x, y]).then(&self.line);
        self.text = self.line;
    }

    fn advance(&mut self, width: f64) {
        self.text = Matrix([1.0, 0.0, 0.0, 1.0, width * self.state.stretch, 0.0]).then(&self.text);
    }
}
