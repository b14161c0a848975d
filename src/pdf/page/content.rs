use std::rc::Rc;

use super::balance::Balance;
use super::geometry::{Matrix, Point, Rect};
use super::graphics::{Paint, Path, Space, State};
use super::ink::Ink;
use super::inline_image;
use super::resources::{Drawn, Resources, Settings};
use crate::error::{Error, Kind, Result};
use crate::pdf::document::file::File;
use crate::pdf::document::lexer::{Lexer, Token};
use crate::pdf_objects::Object;

/// Follows the operators of a page, and notes where it draws.
pub(in crate::pdf) struct Reader<'a> {
    pub(in crate::pdf) file: &'a File,
    pub(in crate::pdf) ink: Ink,
    /// True once codes of an earlier stamping are drawn.
    pub(in crate::pdf) is_stamped: bool,
    /// The letters of the string at hand.
    pub(in crate::pdf) quote: String,
    /// True if the document has layers, of which readers may hide some.
    pub(super) has_layers: bool,
    steps: u32,
    /// Words that are no operators, and names of what is not there, in all.
    unknown: u32,
    /// True within what is drawn by the way.
    pub(super) is_aside: bool,
    /// Where one part of the content joins the next.
    joins: Vec<usize>,
}

/// What the form with the codes is called on a page, and how its content begins.
pub(in crate::pdf) const NAME: &str = "KsefQr";
pub(in crate::pdf) const BEGINNING: &str = "1 g 0 0 ";

/// Operators, on one page with its forms.
const MOST_STEPS: u32 = 3_000_000;
/// Words that are no operators, and names of what is not there: some readers give a page up after a hundred of them.
const MOST_UNKNOWN: u32 = 50;
/// In bytes: some readers cut longer ones in two (ISO 32000-1, annex C).
const LONGEST_WORD: usize = 127;
/// Before one operator: none takes that many, and some readers give a page up.
const MOST_OPERANDS: usize = 1000;
/// `q` within `q`; a page that never closes them has some hundred.
const DEEPEST_STATE: usize = 1000;
/// Forms within forms.
const DEEPEST_FORM: u32 = 12;
/// In bytes unpacked.
pub(super) const LARGEST_FORM: usize = 16 << 20;

/// The numbers before an operator, as far as one takes them, and the one other value it may have.
#[derive(Default)]
pub(in crate::pdf) struct Operands {
    pub(in crate::pdf) numbers: Vec<f64>,
    pub(in crate::pdf) value: Option<Object>,
    /// How many there are in all.
    count: usize,
}

impl Operands {
    /// The name that an operator is given; an empty one if it is given none.
    pub(in crate::pdf) fn name(&self) -> &[u8] {
        self.value.as_ref().and_then(Object::as_name).unwrap_or_default()
    }
}

/// What belongs to one content stream: a page's, or a form's.
pub(in crate::pdf) struct Run<'r, 'f> {
    pub(in crate::pdf) resources: &'r Resources<'f>,
    pub(super) depth: u32,
    pub(in crate::pdf) state: State,
    stack: Vec<State>,
    pub(in crate::pdf) balance: Balance,
    /// The matrix of the text, and of its line.
    pub(in crate::pdf) text: Matrix,
    pub(in crate::pdf) line: Matrix,
    clips: bool,
}

impl<'a> Reader<'a> {
    pub(in crate::pdf) fn new(file: &'a File, ink: Ink) -> Self {
        Self {
            file,
            ink,
            is_stamped: false,
            quote: String::new(),
            has_layers: false,
            steps: 0,
            unknown: 0,
            is_aside: false,
            joins: Vec::new(),
        }
    }

    /// Reads a page's content, of parts that are joined at these places.
    ///
    /// # Errors
    /// `pdf_damaged` for what is not content, `pdf_limits`.
    pub(in crate::pdf) fn page(
        &mut self,
        content: &[u8],
        joins: Vec<usize>,
        resources: &Resources<'a>,
    ) -> Result<Balance> {
        self.joins = joins;
        if !resources.has_usual_grey()? {
            let why = "the page has another colour in the place of grey (/DefaultGray), which may hide the codes";
            return Err(Error::new(Kind::PdfDamaged, why));
        }
        self.has_layers = self.file.catalog()?.get("OCProperties").is_some();
        self.run(content, resources, State::new(Matrix::IDENTITY), 0)
    }

    /// Follows content.
    ///
    /// # Errors
    /// `pdf_damaged`, `pdf_limits`.
    pub(super) fn run(
        &mut self,
        content: &[u8],
        resources: &Resources<'a>,
        state: State,
        depth: u32,
    ) -> Result<Balance> {
        if depth > DEEPEST_FORM {
            return Err(Error::new(Kind::PdfLimits, "forms are nested too deep"));
        }
        let mut lexer = Lexer::parts(content, std::mem::take(&mut self.joins));
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
        let mut path = Path::default();
        let mut operands = Operands::default();
        while let Some(token) = lexer.next_token()? {
            match token {
                Token::Value(value) => {
                    operands.count += 1;
                    if operands.count > MOST_OPERANDS {
                        return Err(no_content(&lexer));
                    }
                    match value.number() {
                        // No operator takes more, but colours of thirty inks exist.
                        Some(number) if operands.numbers.len() < 64 => operands.numbers.push(number),
                        Some(_) => {}
                        None => operands.value = Some(value),
                    }
                }
                Token::Word(word) => {
                    self.step(1)?;
                    if word == b"BI" {
                        let image = inline_image::skip(self.file, &mut lexer, run.resources.dict())?;
                        let is_mask = ["IM", "ImageMask"].iter().any(|key| image.get(key) == Some(&Object::Bool(true)));
                        self.picture(&run.state, is_mask);
                    } else {
                        self.enough(word, operands.count, &lexer)?;
                        // What says how wide a letter is makes some readers leave the colours of a page.
                        if !self.is_aside && matches!(word, b"d0" | b"d1") {
                            return Err(no_content(&lexer));
                        }
                        self.operator(word, &operands, &mut run, &mut path)?;
                        if self.unknown > MOST_UNKNOWN {
                            return Err(no_content(&lexer));
                        }
                    }
                    operands.numbers.clear();
                    (operands.value, operands.count) = (None, 0);
                }
            }
        }
        run.balance.open = run.stack.len();
        run.balance.path |= !path.is_empty() || run.clips;
        Ok(run.balance)
    }

    /// Counts work as so many operators.
    pub(super) fn step(&mut self, operators: u32) -> Result<()> {
        self.steps += operators;
        if self.steps > MOST_STEPS {
            return Err(Error::new(Kind::PdfLimits, "the page has more than three million operators"));
        }
        Ok(())
    }

    /// Checks that an operator has the operands that it takes: where it has too few, some readers give the page up.
    fn enough(&mut self, word: &[u8], count: usize, lexer: &Lexer<'_>) -> Result<()> {
        // Bytes beyond ASCII are white space to some readers.
        if word.len() > LONGEST_WORD || !word.is_ascii() {
            return Err(no_content(lexer));
        }
        let takes = match word {
            b"q" | b"Q" | b"BT" | b"ET" | b"T*" | b"EMC" | b"BX" | b"EX" | b"W" | b"W*" | b"h" | b"n" | b"f" | b"F"
            | b"f*" | b"B" | b"B*" | b"b" | b"b*" | b"S" | b"s" | b"sc" | b"scn" | b"SC" | b"SCN" => 0,
            b"w" | b"J" | b"j" | b"M" | b"i" | b"ri" | b"gs" | b"g" | b"G" | b"cs" | b"CS" | b"sh" | b"Do" | b"Tj"
            | b"TJ" | b"'" | b"Tc" | b"Tw" | b"Tz" | b"TL" | b"Tr" | b"Ts" | b"BMC" | b"MP" => 1,
            b"d" | b"m" | b"l" | b"Td" | b"TD" | b"Tf" | b"BDC" | b"DP" | b"d0" => 2,
            b"rg" | b"RG" | b"\"" => 3,
            b"k" | b"K" | b"re" | b"v" | b"y" => 4,
            b"c" | b"cm" | b"Tm" | b"d1" => 6,
            _ => {
                self.unknown += 1;
                0
            }
        };
        if count >= takes {
            return Ok(());
        }
        let word = String::from_utf8_lossy(word);
        Err(lexer.damaged(&format!("the operator {word} takes {takes} operands, and has {count}")))
    }

    fn operator(&mut self, word: &[u8], operands: &Operands, run: &mut Run<'_, 'a>, path: &mut Path) -> Result<()> {
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
                path.clear();
            }
            b"g" | b"rg" | b"k" | b"sc" | b"scn" | b"cs" | b"G" | b"RG" | b"K" | b"SC" | b"SCN" | b"CS" => {
                self.colour(word, operands, run)?;
            }
            b"gs" => match run.resources.settings(operands.name())? {
                Some(settings) => {
                    change(&mut run.state, &settings);
                    self.by_the_way(&settings.asides, run)?;
                }
                None => self.unknown += 1,
            },
            b"sh" => self.note(&run.state, &Rect::EVERYTHING, "a shading"),
            b"Do" => {
                if let Some(left) = self.draw(operands, run)? {
                    run.balance.inherit(left)?;
                }
            }
            _ => {
                self.text_operator(word, operands, run)?;
                if self.has_layers && word == b"Tf" {
                    self.by_the_way(run.resources.glyphs(operands.name())?.as_slice(), run)?;
                }
            }
        }
        Ok(())
    }

    fn paint(&mut self, word: &[u8], run: &mut Run<'_, 'a>, path: &mut Path) {
        let state = &run.state;
        if matches!(word, b"s" | b"b" | b"b*") {
            path.close();
        }
        let fills = !matches!(word, b"S" | b"s" | b"n") && !state.fills_white();
        let strokes = matches!(word, b"S" | b"s" | b"B" | b"B*" | b"b" | b"b*") && !state.strokes_white();
        if fills || strokes && path.is_crowded() {
            for part in path.parts() {
                self.ink.thing(&part.intersection(&state.clip), "a filled area");
            }
        }
        if strokes {
            let half = state.line_width * state.matrix.growth() / 2.0;
            for &(from, to) in path.lines() {
                self.ink.line(from, to, half, &state.clip);
            }
        }
        // Without a path there is nothing to clip by, and readers leave all as it is.
        if std::mem::take(&mut run.clips) && !path.is_empty() {
            run.state.clip = run.state.clip.intersection(&path.around());
        }
    }

    fn colour(&mut self, word: &[u8], operands: &Operands, run: &mut Run<'_, 'a>) -> Result<()> {
        let strokes = word.first().is_some_and(u8::is_ascii_uppercase);
        let paint = if strokes { run.state.stroke } else { run.state.fill };
        let paint = match word.to_ascii_lowercase().as_slice() {
            b"g" | b"rg" => Paint::of(Space::Light, &operands.numbers),
            b"k" => Paint::of(Space::Ink, &operands.numbers),
            b"cs" => {
                let space = run.resources.space(operands.name())?;
                self.unknown += u32::from(space.is_none());
                Paint { space: space.unwrap_or(Space::Other), white: false }
            }
            // A pattern is named.
            _ if operands.value.is_some() => {
                match run.resources.tile(operands.name())? {
                    Some(tile) => self.by_the_way(&tile, run)?,
                    None => self.unknown += 1,
                }
                Paint { white: false, ..paint }
            }
            _ => Paint::of(paint.space, &operands.numbers),
        };
        *(if strokes { &mut run.state.stroke } else { &mut run.state.fill }) = paint;
        Ok(())
    }

    /// Draws a picture or a form; gives how a form leaves its nesting.
    fn draw(&mut self, operands: &Operands, run: &Run<'_, 'a>) -> Result<Option<Balance>> {
        let name = operands.name();
        let Some(drawn) = run.resources.drawn(name)? else {
            self.unknown += 1;
            return Ok(None);
        };
        let form = match &*drawn {
            Drawn::Picture(is_mask) => {
                self.picture(&run.state, *is_mask);
                return Ok(None);
            }
            Drawn::Form(form) => form,
        };
        let mut state = run.state.clone();
        if let Some(matrix) = &form.matrix {
            state.matrix = matrix.then(&state.matrix);
        }
        if let Some(bounds) = &form.bounds {
            state.clip = state.clip.intersection(&state.matrix.around(bounds));
        }
        // Once all is known, and elsewhere, forms have nothing to add but what they leave open: it is the same each time.
        let mut is_seen = !self.ink.is_settled() && self.ink.is_near(&state.clip);
        if !is_seen && let Some(left) = form.left.get() {
            return Ok(Some(*left));
        }
        let content = self.file.decode_whole(&form.stream, LARGEST_FORM)?;
        if is_seen && is_ours(name, &content) {
            self.is_stamped = true;
            let bounds = form.bounds.unwrap_or(Rect::EVERYTHING);
            self.note(&state, &state.matrix.around(&bounds), "codes that ksef-qr put there");
            is_seen = false;
        }
        let resources = form.resources.as_ref().unwrap_or(run.resources);
        let left = if is_seen {
            self.run(&content, resources, state, run.depth + 1)?
        } else {
            let ink = std::mem::replace(&mut self.ink, Ink::new(&[], None));
            let left = self.run(&content, resources, state, run.depth + 1);
            self.ink = ink;
            left?
        };
        Ok(Some(*form.left.get_or_init(|| left)))
    }

    /// A picture, or a mask through which the colour falls.
    fn picture(&mut self, state: &State, is_mask: bool) {
        if !(is_mask && state.fills_white()) {
            let drawn = state.matrix.around(&Rect::new((0.0, 0.0), (1.0, 1.0)));
            self.ink.picture(&drawn.intersection(&state.clip));
        }
    }

    fn note(&mut self, state: &State, drawn: &Rect, what: &str) {
        self.ink.thing(&drawn.intersection(&state.clip), what);
    }
}

/// Follows a set of parameters.
fn change(state: &mut State, settings: &Settings<'_>) {
    state.inverts = settings.inverts.unwrap_or(state.inverts);
    state.transfers = settings.transfers.unwrap_or(state.transfers);
    state.line_width = settings.line_width.map_or(state.line_width, f64::abs);
    if let Some((font, size)) = &settings.font {
        (state.font, state.size) = (Some(Rc::clone(font)), *size);
    }
}

fn no_content(lexer: &Lexer<'_>) -> Error {
    lexer.damaged("this is no content of a page")
}

/// True for a form that shows codes of an earlier stamping. Its name alone may be somebody else's.
pub(in crate::pdf) fn is_ours(name: &[u8], content: &[u8]) -> bool {
    name.starts_with(NAME.as_bytes()) && content.starts_with(BEGINNING.as_bytes())
}

fn construct(word: &[u8], numbers: &[f64], state: &State, path: &mut Path) {
    let point = |x: f64, y: f64| -> Point { state.matrix.apply((x, y)) };
    match (word, numbers) {
        (b"m", &[x, y, ..]) => path.move_to(point(x, y)),
        (b"l", &[x, y, ..]) => path.line_to(point(x, y)),
        (b"c", &[x1, y1, x2, y2, x, y, ..]) => path.curve_to(point(x1, y1), point(x2, y2), point(x, y)),
        (b"v", &[x2, y2, x, y, ..]) => path.curve_to(path.at(), point(x2, y2), point(x, y)),
        (b"y", &[x1, y1, x, y, ..]) => path.curve_to(point(x1, y1), point(x, y), point(x, y)),
        (b"re", &[x, y, width, height, ..]) => {
            path.move_to(point(x, y));
            path.line_to(point(x + width, y));
            path.line_to(point(x + width, y + height));
            path.line_to(point(x, y + height));
            path.close();
        }
        (b"h", _) => path.close(),
        _ => {}
    }
}
