use super::content::{Operands, Reader, Run};
use super::geometry::{Matrix, Rect};
use crate::error::Result;
use crate::pdf_objects::Object;

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
                let name = operands.value.as_ref().and_then(Object::as_name).unwrap_or_default();
                state.font = run.resources.font(name)?;
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
                        Some(back) => run.advance(-back / 1000.0 * run.state.size),
                        None => self.show(Some(item), run),
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn show(&mut self, text: Option<&Object>, run: &mut Run<'_, 'a>) {
        /// In em: how far letters reach from the baseline.
        const ASCENT: f64 = 0.75;
        const DESCENT: f64 = -0.22;
        let Some(text) = text.and_then(Object::as_text) else { return };
        let Some(font) = run.state.font.clone() else { return };
        let state = &run.state;
        let (mut width, mut ink) = (0.0, false);
        for (letter, space) in font.letters(text) {
            width += letter * state.size + state.letter_space + if space { state.word_space } else { 0.0 };
            ink |= !space;
        }
        // Spaces leave no ink, nor do letters that are there to be found only (as in scans), or white ones.
        if ink && !matches!(state.mode, 3 | 7) && !state.fill.white && self.found.is_none() {
            let (bottom, top) = (state.rise + DESCENT * state.size, state.rise + ASCENT * state.size);
            let line = Rect::new((0.0, bottom), (width * state.stretch, top));
            let around = run.text.then(&state.matrix).around(&line);
            self.note(state, &around, "text");
        }
        run.advance(width);
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
