use std::collections::HashMap;
use std::rc::Rc;

use super::geometry::{Matrix, Point, Rect};
use super::graphics::{Paint, Path, Space, State};
use super::letter_widths::LetterWidths;
use crate::error::{Error, Kind, Result};
use crate::pdf::document::file::File;
use crate::pdf::document::lexer::{Lexer, Token, is_space};
use crate::pdf_objects::{Dict, Id, Object};

/// Follows the operators of a page, and notes what it draws in an area.
pub(in crate::pdf) struct Reader<'a> {
    pub(in crate::pdf) file: &'a File,
    area: Rect,
    /// What falls into the area, once something does.
    pub(in crate::pdf) found: Option<&'static str>,
    pub(in crate::pdf) fonts: HashMap<Id, Rc<LetterWidths>>,
    steps: u32,
}

/// How content leaves its nesting.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::pdf) struct Balance {
    /// `Q` without a `q`.
    pub(in crate::pdf) closed: usize,
    /// `q` without a `Q`.
    pub(in crate::pdf) open: usize,
    /// `BDC` without an `EMC`.
    pub(in crate::pdf) marked: usize,
    /// `BT` without an `ET`.
    pub(in crate::pdf) text: bool,
}

/// Operators, on one page with its forms.
const MOST_STEPS: u32 = 3_000_000;
/// `q` within `q`; a page that never closes them has some hundred.
const DEEPEST_STATE: usize = 1000;
/// Forms within forms.
const DEEPEST_FORM: u32 = 12;
/// In bytes unpacked.
const LARGEST_FORM: usize = 16 << 20;

/// The numbers before an operator, as far as one takes them, and the one other value it may have.
pub(in crate::pdf) struct Operands {
    pub(in crate::pdf) numbers: Vec<f64>,
    pub(in crate::pdf) value: Option<Object>,
}

/// What belongs to one content stream: a page's, or a form's.
pub(in crate::pdf) struct Run<'r> {
    pub(in crate::pdf) resources: &'r Dict,
    depth: u32,
    pub(in crate::pdf) state: State,
    stack: Vec<State>,
    pub(in crate::pdf) balance: Balance,
    /// The matrix of the text, and of its line.
    pub(in crate::pdf) text: Matrix,
    pub(in crate::pdf) line: Matrix,
    clips: bool,
}

impl<'a> Reader<'a> {
    /// `area` in the page's units.
    pub(in crate::pdf) fn new(file: &'a File, area: Rect) -> Self {
        Self { file, area, found: None, fonts: HashMap::new(), steps: 0 }
    }

    /// Reads a page's content.
    ///
    /// # Errors
    /// `pdf_damaged` for what is not content, `pdf_limits`.
    pub(in crate::pdf) fn page(&mut self, content: &[u8], resources: &Dict) -> Result<Balance> {
        self.run(content, resources, State::new(Matrix::IDENTITY), 0)
    }

    fn run(&mut self, content: &[u8], resources: &Dict, state: State, depth: u32) -> Result<Balance> {
        let mut lexer = Lexer::content(content);
        let mut run = Run {
            resources,
            depth,
            state,
            stack: Vec::new(),
            balance: Balance::default(),
            text: Matrix::IDENTITY,
            line: Matrix::IDENTITY,
            clips: false,
        };
        let mut path = Path::new(self.area);
        let mut operands = Operands { numbers: Vec::new(), value: None };
        while let Some(token) = lexer.next_token()? {
            match token {
                Token::Value(value) => match value.number() {
                    // No operator takes more, but colours of thirty inks exist.
                    Some(number) if operands.numbers.len() < 64 => operands.numbers.push(number),
                    Some(_) => {}
                    None => operands.value = Some(value),
                },
                Token::Word(b"BI") => {
                    if skip_inline_image(&mut lexer)? {
                        self.unit_square(&run.state, "a picture");
                    }
                }
                Token::Word(word) => {
                    self.steps += 1;
                    if self.steps > MOST_STEPS {
                        return Err(Error::new(Kind::PdfLimits, "the page has more than three million operators"));
                    }
                    self.operator(word, &operands, &mut run, &mut path)?;
                    operands.numbers.clear();
                    operands.value = None;
                }
            }
        }
        run.balance.open = run.stack.len();
        Ok(run.balance)
    }

    fn operator(&mut self, word: &[u8], operands: &Operands, run: &mut Run<'_>, path: &mut Path) -> Result<()> {
        let numbers = operands.numbers.as_slice();
        match word {
            b"q" => {
                if run.stack.len() >= DEEPEST_STATE {
                    return Err(Error::new(Kind::PdfLimits, "graphics states are nested a thousand deep"));
                }
                run.stack.push(run.state.clone());
            }
            b"Q" => match run.stack.pop() {
                Some(state) => run.state = state,
                None if run.balance.closed >= DEEPEST_STATE => {
                    return Err(Error::new(Kind::PdfLimits, "a thousand graphics states are closed and never opened"));
                }
                None => run.balance.closed += 1,
            },
            b"cm" => {
                if let Ok(matrix) = numbers.try_into() {
                    run.state.matrix = Matrix(matrix).then(&run.state.matrix);
                    if !run.state.matrix.is_finite() {
                        return Err(Error::new(Kind::PdfDamaged, "the page is enlarged beyond all numbers"));
                    }
                }
            }
            b"w" => run.state.line_width = numbers.first().copied().unwrap_or_default().abs(),
            b"BMC" | b"BDC" => run.balance.marked += 1,
            b"EMC" => run.balance.marked = run.balance.marked.saturating_sub(1),
            b"m" | b"l" | b"c" | b"v" | b"y" | b"h" | b"re" => construct(word, numbers, &run.state, path),
            b"W" | b"W*" => run.clips = true,
            b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" | b"S" | b"s" | b"n" => {
                self.paint(word, run, path);
                *path = Path::new(self.area);
            }
            b"g" | b"rg" | b"k" | b"sc" | b"scn" | b"cs" | b"G" | b"RG" | b"K" | b"SC" | b"SCN" | b"CS" => {
                self.colour(word, operands, run)?;
            }
            b"sh" => self.note(&run.state, &self.area.clone(), "a shading"),
            b"Do" => self.draw(operands, run)?,
            _ => self.text_operator(word, operands, run)?,
        }
        Ok(())
    }

    fn paint(&mut self, word: &[u8], run: &mut Run<'_>, path: &mut Path) {
        let state = &run.state;
        let half = state.line_width * state.matrix.growth() / 2.0;
        if matches!(word, b"s" | b"b" | b"b*") {
            path.close(half);
        }
        let visible = state.clip.meets(&self.area);
        if visible && !state.fill.white && !matches!(word, b"S" | b"s" | b"n") && path.covers() {
            self.found.get_or_insert("a filled area");
        }
        if visible && !state.stroke.white && matches!(word, b"S" | b"s" | b"B" | b"B*" | b"b" | b"b*") && path.crossed {
            self.found.get_or_insert("a line");
        }
        if std::mem::take(&mut run.clips) {
            run.state.clip = run.state.clip.intersection(&path.around());
        }
    }

    fn colour(&mut self, word: &[u8], operands: &Operands, run: &mut Run<'_>) -> Result<()> {
        let strokes = word.first().is_some_and(u8::is_ascii_uppercase);
        let paint = if strokes { run.state.stroke } else { run.state.fill };
        let paint = match word.to_ascii_lowercase().as_slice() {
            b"g" | b"rg" => Paint::of(Space::Light, &operands.numbers),
            b"k" => Paint::of(Space::Ink, &operands.numbers),
            b"cs" => Paint { space: self.space(operands.value.as_ref(), run.resources)?, white: false },
            // A pattern is named.
            _ if operands.value.is_some() => Paint { white: false, ..paint },
            _ => Paint::of(paint.space, &operands.numbers),
        };
        *(if strokes { &mut run.state.stroke } else { &mut run.state.fill }) = paint;
        Ok(())
    }

    fn space(&self, name: Option<&Object>, resources: &Dict) -> Result<Space> {
        let name = name.and_then(Object::as_name).unwrap_or_default();
        let known = |name: &[u8]| match name {
            b"DeviceGray" | b"DeviceRGB" | b"CalGray" | b"CalRGB" | b"ICCBased" => Some(Space::Light),
            b"DeviceCMYK" | b"Separation" | b"DeviceN" => Some(Space::Ink),
            b"Lab" => Some(Space::Lab),
            b"Pattern" | b"Indexed" => Some(Space::Other),
            _ => None,
        };
        if let Some(space) = known(name) {
            return Ok(space);
        }
        let spaces = self.file.dict_in(resources, "ColorSpace")?.unwrap_or_default();
        let space = self.file.value(&spaces, &String::from_utf8_lossy(name))?;
        let first = space.as_array().and_then(<[Object]>::first).unwrap_or(&space);
        Ok(first.as_name().and_then(known).unwrap_or(Space::Other))
    }

    fn draw(&mut self, operands: &Operands, run: &Run<'_>) -> Result<()> {
        let name = operands.value.as_ref().and_then(Object::as_name).unwrap_or_default();
        let objects = self.file.dict_in(run.resources, "XObject")?.unwrap_or_default();
        let Some(object) = objects.get(&String::from_utf8_lossy(name)) else { return Ok(()) };
        let Some(stream) = self.file.stream(object)? else { return Ok(()) };
        if stream.dict.is("Subtype", "Image") {
            let mask = *self.file.value(&stream.dict, "ImageMask")? == Object::Bool(true);
            if !(mask && run.state.fill.white) {
                self.unit_square(&run.state, "a picture");
            }
            return Ok(());
        }
        // Once something is found, forms have nothing to add: what they leave open ends with them.
        if !stream.dict.is("Subtype", "Form") || self.found.is_some() {
            return Ok(());
        }
        if run.depth >= DEEPEST_FORM {
            return Err(Error::new(Kind::PdfLimits, "forms are nested too deep"));
        }
        let mut state = run.state.clone();
        if let Some(matrix) = Matrix::read(&self.file.items(&stream.dict, "Matrix")?) {
            state.matrix = matrix.then(&state.matrix);
        }
        if let Some(bounds) = Rect::read(&self.file.items(&stream.dict, "BBox")?) {
            state.clip = state.clip.intersection(&state.matrix.around(&bounds));
        }
        if !state.clip.meets(&self.area) {
            return Ok(());
        }
        // Forms of old have no resources, and use the page's.
        let resources = self.file.dict_in(&stream.dict, "Resources")?;
        let content = self.file.decode(&stream, LARGEST_FORM)?;
        self.run(&content, resources.as_ref().unwrap_or(run.resources), state, run.depth + 1)?;
        Ok(())
    }

    fn unit_square(&mut self, state: &State, what: &'static str) {
        let square = state.matrix.around(&Rect::new((0.0, 0.0), (1.0, 1.0)));
        self.note(state, &square, what);
    }

    pub(in crate::pdf) fn note(&mut self, state: &State, drawn: &Rect, what: &'static str) {
        if drawn.intersection(&state.clip).meets(&self.area) {
            self.found.get_or_insert(what);
        }
    }
}

fn construct(word: &[u8], numbers: &[f64], state: &State, path: &mut Path) {
    let half = state.line_width * state.matrix.growth() / 2.0;
    let point = |x: f64, y: f64| -> Point { state.matrix.apply((x, y)) };
    match (word, numbers) {
        (b"m", &[x, y, ..]) => path.move_to(point(x, y)),
        (b"l", &[x, y, ..]) => path.line_to(point(x, y), half),
        (b"c", &[x1, y1, x2, y2, x, y, ..]) => path.curve_to(point(x1, y1), point(x2, y2), point(x, y), half),
        (b"v", &[x2, y2, x, y, ..]) => path.curve_to(path.at(), point(x2, y2), point(x, y), half),
        (b"y", &[x1, y1, x, y, ..]) => path.curve_to(point(x1, y1), point(x, y), point(x, y), half),
        (b"re", &[x, y, width, height, ..]) => {
            path.move_to(point(x, y));
            path.line_to(point(x + width, y), half);
            path.line_to(point(x + width, y + height), half);
            path.line_to(point(x, y + height), half);
            path.close(half);
        }
        (b"h", _) => path.close(half),
        _ => {}
    }
}

/// Passes over a picture within content (ISO 32000-1, 8.9.7), from behind its `BI` to behind its `EI`. False if the
/// content ends before.
///
/// Where compressed bytes end is not said anywhere: the first `EI` between white space behind which text follows.
pub(in crate::pdf) fn skip_inline_image(lexer: &mut Lexer<'_>) -> Result<bool> {
    loop {
        match lexer.next_token()? {
            Some(Token::Word(b"ID")) => break,
            Some(_) => {}
            None => return Ok(false),
        }
    }
    let data = lexer.data;
    let mut at = lexer.at + 1;
    while let Some(found) = data.get(at..).and_then(|rest| memchr::memmem::find(rest, b"EI")) {
        let start = at + found;
        let before = start.checked_sub(1).and_then(|place| data.get(place)).is_none_or(|&byte| is_space(byte));
        let behind = data.get(start + 2..).unwrap_or_default();
        let ends = behind.first().is_none_or(|&byte| is_space(byte));
        if before && ends && behind.iter().take(16).all(|&byte| is_space(byte) && byte != 0 || byte.is_ascii_graphic())
        {
            lexer.at = start + 2;
            return Ok(true);
        }
        at = start + 2;
    }
    lexer.at = data.len();
    Ok(true)
}
