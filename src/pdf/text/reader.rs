use std::collections::HashMap;
use std::rc::Rc;

use super::font::Font;
use super::page_text::{PageText, Shown};
use super::resources::{Form, Resources};
use crate::error::{Error, Kind, Result};
use crate::pdf::document::file::File;
use crate::pdf::document::lexer::{Lexer, Token};
use crate::pdf::page::geometry::{Matrix, Rect};
use crate::pdf::page::inline_image;
use crate::pdf::page::pages::{self, Page};
use crate::pdf::page::resources::{PageResources, Resources as Named};
use crate::pdf_objects::{Dict, Id, Indirect, Object, Stream};

/// Operators that are followed, in one document.
const MOST_STEPS: u32 = 400_000;

/// What contents and forms may unpack to, in one document: a fourth of what the file may cost, for it is stamped as well.
const MOST_CONTENT: usize = 16 << 20;

/// Parts of a page's content; annotations of a page.
const MOST_PARTS: usize = 1000;

/// Bytes of text, in one document.
const MOST_TEXT: usize = 2 << 20;

/// Letters in a row that nobody can tell, from which on they count.
const FEWEST_UNREADABLE: usize = 3;

/// Forms within forms.
const DEEPEST_FORM: u32 = 12;

/// `q` within `q`.
const DEEPEST_STATE: usize = 1000;

/// Calls for what each page says, in order, until `visit` says stop. False if pages were left out, as they cost too much or
/// cannot be read.
pub(in crate::pdf) fn read(file: &File, visit: &mut dyn FnMut(&PageText) -> bool) -> bool {
    file.apart(|| read_apart(file, visit))
}

fn read_apart(file: &File, visit: &mut dyn FnMut(&PageText) -> bool) -> bool {
    let mut reader = Reader {
        file,
        pages: PageResources::new(file),
        last: None,
        fonts: HashMap::new(),
        forms: HashMap::new(),
        steps: 0,
        content: 0,
        text: 0,
        page: PageText::default(),
        shown: String::new(),
        unreadable: 0,
    };
    let mut whole = true;
    let walked = pages::each(file, &mut |page| {
        reader.text += reader.page.len();
        reader.page = PageText::default();
        reader.unreadable = 0;
        // What is wrong with the page is told where the codes are put on it.
        reader.page.cut = reader.page(&page).is_err();
        whole = reader.steps < MOST_STEPS && reader.content < MOST_CONTENT;
        visit(&reader.page) && whole
    });
    whole && walked.is_ok()
}

struct Reader<'a> {
    file: &'a File,
    pages: PageResources<'a>,
    /// The resources of the last page, as they stand there and as they are read here.
    last: Option<(Rc<Named<'a>>, Rc<Resources>)>,
    fonts: HashMap<Id, Rc<Font>>,
    /// None for pictures.
    forms: HashMap<Id, Option<Rc<Form>>>,
    steps: u32,
    /// In bytes.
    content: usize,
    /// Of the pages before, in bytes.
    text: usize,
    page: PageText,
    /// The letters of the string at hand.
    shown: String,
    /// How many letters in a row nobody can tell.
    unreadable: usize,
}

/// What `q` keeps and `Q` brings back, as far as it matters for text.
#[derive(Clone)]
struct State {
    matrix: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    letter_space: f64,
    word_space: f64,
    stretch: f64,
    leading: f64,
    rise: f64,
    mode: i64,
}

/// What belongs to one content stream.
struct Run<'r> {
    resources: &'r Rc<Resources>,
    depth: u32,
    state: State,
    stack: Vec<State>,
    text: Matrix,
    line: Matrix,
    /// For each `BDC` that is open, whether it says what its letters mean.
    marks: Vec<bool>,
    /// True within one that does.
    replaced: bool,
    /// What they mean, until the first letters are shown.
    meaning: Option<Rc<str>>,
}

impl Reader<'_> {
    fn page(&mut self, page: &Page) -> Result<()> {
        self.step(20)?;
        let mut content = Vec::new();
        for part in self.parts(page)? {
            content.extend(self.decode(&part)?);
            content.push(b'\n');
        }
        let resources = self.resources(page)?;
        let drawn = self.run(&content, &resources, Matrix::IDENTITY, 0);
        // What is filled into forms, and notes.
        for annotation in self.file.items(&page.dict, "Annots")?.iter().take(MOST_PARTS) {
            self.annotation(annotation, &resources)?;
        }
        drawn
    }

    /// What pages share is read once.
    fn resources(&mut self, page: &Page) -> Result<Rc<Resources>> {
        let (_, of_page) = self.pages.of(page)?;
        if let Some((_, known)) = self.last.as_ref().filter(|(known, _)| Rc::ptr_eq(known, &of_page)) {
            return Ok(Rc::clone(known));
        }
        let resources = Rc::new(Resources::new(of_page.dict().clone()));
        self.last = Some((of_page, Rc::clone(&resources)));
        Ok(resources)
    }

    fn parts(&self, page: &Page) -> Result<Vec<Stream>> {
        let Some(contents) = page.dict.get("Contents") else { return Ok(Vec::new()) };
        Ok(match self.file.load(contents, 0)? {
            Indirect::Stream(stream) => vec![stream],
            Indirect::Plain(Object::Array(parts)) => {
                let streams = parts.iter().take(MOST_PARTS).map(|part| self.file.stream(part));
                streams.filter_map(Result::transpose).collect::<Result<_>>()?
            }
            Indirect::Plain(_) => Vec::new(),
        })
    }

    fn decode(&mut self, stream: &Stream) -> Result<Vec<u8>> {
        let content = self.file.decode(stream, MOST_CONTENT - self.content.min(MOST_CONTENT));
        self.content += content.as_ref().map_or(MOST_CONTENT, Vec::len);
        content
    }

    fn annotation(&mut self, annotation: &Object, resources: &Rc<Resources>) -> Result<()> {
        /// Hidden, and not on the screen (ISO 32000-1, table 165).
        const UNSEEN: i64 = 2 | 32;
        let Some(annotation) = self.file.dict(annotation)? else { return Ok(()) };
        if self.file.value(&annotation, "F")?.integer().unwrap_or_default() & UNSEEN != 0 {
            return Ok(());
        }
        let looks = self.file.dict_in(&annotation, "AP")?.unwrap_or_default();
        let Some(form) = looks.get("N").map(|look| self.form(look)).transpose()?.flatten() else { return Ok(()) };
        let rect = Rect::read(&self.file.items(&annotation, "Rect")?).unwrap_or(form.bounds);
        let (right, up) = (rect.left - form.bounds.left, rect.bottom - form.bounds.bottom);
        self.follow(&form, resources, Matrix([1.0, 0.0, 0.0, 1.0, right, up]), 0)
    }

    fn form(&mut self, object: &Object) -> Result<Option<Rc<Form>>> {
        let Some(id) = object.as_reference() else { return Ok(None) };
        if let Some(known) = self.forms.get(&id) {
            return Ok(known.clone());
        }
        self.step(50)?;
        let stream = self.file.stream(object)?.filter(|stream| !stream.dict.is("Subtype", "Image"));
        let form = match stream {
            Some(stream) => Some(Rc::new(Form::read(self.file, &stream.dict, self.decode(&stream)?)?)),
            None => None,
        };
        self.forms.insert(id, form.clone());
        Ok(form)
    }

    /// Follows a form; those of old have no resources, and use the page's.
    fn follow(&mut self, form: &Form, resources: &Rc<Resources>, matrix: Matrix, depth: u32) -> Result<()> {
        // It was unpacked once, and is read each time.
        self.file.spend(form.content.len())?;
        let resources = form.resources.as_ref().unwrap_or(resources);
        self.run(&form.content, resources, form.matrix.then(&matrix), depth + 1)
    }

    fn step(&mut self, steps: u32) -> Result<()> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps >= MOST_STEPS || self.text + self.page.len() > MOST_TEXT {
            return Err(Error::new(Kind::PdfLimits, "the text takes too long to read"));
        }
        Ok(())
    }

    fn run(&mut self, content: &[u8], resources: &Rc<Resources>, matrix: Matrix, depth: u32) -> Result<()> {
        let mut lexer = Lexer::content(content);
        let mut run = Run {
            resources,
            depth,
            state: State {
                matrix,
                font: None,
                size: 0.0,
                letter_space: 0.0,
                word_space: 0.0,
                stretch: 1.0,
                leading: 0.0,
                rise: 0.0,
                mode: 0,
            },
            stack: Vec::new(),
            text: Matrix::IDENTITY,
            line: Matrix::IDENTITY,
            marks: Vec::new(),
            replaced: false,
            meaning: None,
        };
        let mut numbers: Vec<f64> = Vec::new();
        let mut value = None;
        while let Some(token) = lexer.next_token()? {
            match token {
                Token::Value(found) => match found.number() {
                    Some(number) if numbers.len() < 6 => numbers.push(number),
                    Some(_) => {}
                    None => value = Some(found),
                },
                Token::Word(word) => {
                    self.step(1)?;
                    match word {
                        b"BI" => {
                            inline_image::skip(self.file, &mut lexer, run.resources.dict())?;
                        }
                        b"Do" => self.draw(value.as_ref(), &run)?,
                        b"BDC" => self.mark(value.as_ref(), &mut run)?,
                        b"Tf" => {
                            run.state.size = numbers.first().copied().unwrap_or_default();
                            run.state.font = self.font(value.as_ref(), run.resources)?;
                        }
                        b"Tj" | b"'" | b"\"" | b"TJ" => self.show_operator(word, &numbers, value.as_ref(), &mut run)?,
                        _ => run.operator(word, &numbers),
                    }
                    numbers.clear();
                    value = None;
                }
            }
        }
        Ok(())
    }

    fn draw(&mut self, name: Option<&Object>, run: &Run<'_>) -> Result<()> {
        let object = run.resources.object(self.file, name.and_then(Object::as_name).unwrap_or_default())?;
        match object.map(|object| self.form(&object)).transpose()?.flatten() {
            Some(form) if run.depth < DEEPEST_FORM => self.follow(&form, run.resources, run.state.matrix, run.depth),
            _ => Ok(()),
        }
    }

    /// Marked content that says what its letters mean (/ActualText; ISO 32000-1, 14.9.4).
    fn mark(&mut self, properties: Option<&Object>, run: &mut Run<'_>) -> Result<()> {
        let read = |dict: &Dict| {
            let text = self.file.value(dict, "ActualText")?;
            let meaning = text.as_text().map(text_of).filter(|text| !text.is_empty());
            Ok(meaning.map(Rc::from))
        };
        let meaning = match properties {
            Some(Object::Name(name)) => run.resources.meaning(self.file, name, read)?,
            Some(Object::Dict(dict)) => read(dict)?,
            _ => None,
        };
        let is_meaning = meaning.is_some() && !run.replaced;
        if is_meaning {
            (run.replaced, run.meaning) = (true, meaning);
        }
        run.open(is_meaning);
        Ok(())
    }

    fn show_operator(&mut self, word: &[u8], numbers: &[f64], value: Option<&Object>, run: &mut Run<'_>) -> Result<()> {
        if let (b"\"", &[word_space, letter_space, ..]) = (word, numbers) {
            (run.state.word_space, run.state.letter_space) = (word_space, letter_space);
        }
        if matches!(word, b"'" | b"\"") {
            run.next_line(0.0, -run.state.leading);
        }
        for item in value.and_then(Object::as_array).unwrap_or(value.map(std::slice::from_ref).unwrap_or_default()) {
            match item.number() {
                Some(back) => run.advance(-back / 1000.0 * run.state.size),
                None => self.show(item.as_text().unwrap_or_default(), run)?,
            }
        }
        Ok(())
    }

    fn show(&mut self, text: &[u8], run: &mut Run<'_>) -> Result<()> {
        let Some(font) = run.state.font.clone() else { return Ok(()) };
        let state = &run.state;
        self.shown.clear();
        let (mut width, mut letters, mut unreadable) = (0.0, 0, 0);
        for (code, letter, space) in font.codes(text) {
            width += letter * state.size + state.letter_space + if space { state.word_space } else { 0.0 };
            let before = self.shown.len();
            // A code may stand for sixteen letters.
            if before > MOST_TEXT {
                break;
            }
            let is_known = font.add(code, &mut self.shown);
            if is_known {
                let known = self.shown.get(before..).unwrap_or_default();
                letters += known.chars().filter(|letter| letter.is_alphanumeric()).count();
                self.unreadable = 0;
                continue;
            }
            if self.shown.len() == before {
                self.shown.push(char::REPLACEMENT_CHARACTER);
            }
            self.unreadable += 1;
            unreadable += match self.unreadable {
                ..FEWEST_UNREADABLE => 0,
                FEWEST_UNREADABLE => FEWEST_UNREADABLE,
                _ => 1,
            };
        }
        if run.replaced {
            let meaning = run.meaning.take();
            let meaning = meaning.as_deref().unwrap_or_default();
            letters = meaning.chars().filter(|letter| letter.is_alphanumeric()).count();
            unreadable = 0;
            self.shown.clear();
            self.shown.push_str(meaning);
        }
        self.file.spend(self.shown.len())?;
        let place = run.text.then(&state.matrix);
        let (at, end) = (place.apply((0.0, state.rise)), place.apply((width * state.stretch, state.rise)));
        let (zero, one) = (place.apply((0.0, 0.0)), place.apply((1.0, 0.0)));
        let direction = (one.0 - zero.0, one.1 - zero.1);
        let length = direction.0.hypot(direction.1);
        // Letters of no size are drawn nowhere.
        if length > 0.0 && length.is_finite() && at.0.is_finite() && at.1.is_finite() {
            let shown = Shown {
                at,
                end,
                direction: (direction.0 / length, direction.1 / length),
                em: (state.size * state.stretch).abs() * length,
            };
            let is_hidden = matches!(state.mode, 3 | 7);
            if self.page.add(&self.shown, &shown) {
                *(if is_hidden { &mut self.page.hidden } else { &mut self.page.letters }) += letters;
                self.page.unreadable += if is_hidden { 0 } else { unreadable };
            }
        }
        run.advance(width);
        Ok(())
    }

    fn font(&mut self, name: Option<&Object>, resources: &Resources) -> Result<Option<Rc<Font>>> {
        let name = name.and_then(Object::as_name).unwrap_or_default();
        if let Some(known) = resources.known_font(name) {
            return Ok(Some(known));
        }
        let Some(found) = resources.font(self.file, name)? else { return Ok(None) };
        let id = found.as_reference();
        let font = match id.and_then(|id| self.fonts.get(&id)) {
            Some(known) => Rc::clone(known),
            None => {
                self.step(100)?;
                Rc::new(Font::read(self.file, &self.file.dict(&found)?.unwrap_or_default())?)
            }
        };
        if let Some(id) = id {
            self.fonts.insert(id, Rc::clone(&font));
        }
        resources.keep_font(name, &font);
        Ok(Some(font))
    }
}

impl Run<'_> {
    /// Follows an operator that shows nothing.
    fn operator(&mut self, word: &[u8], numbers: &[f64]) {
        let number = |index: usize| numbers.get(index).copied().unwrap_or_default();
        let state = &mut self.state;
        match word {
            b"q" if self.stack.len() < DEEPEST_STATE => self.stack.push(state.clone()),
            b"Q" => self.state = self.stack.pop().unwrap_or_else(|| state.clone()),
            b"cm" => {
                if let Ok(matrix) = numbers.try_into() {
                    state.matrix = Matrix(matrix).then(&state.matrix);
                }
            }
            b"BT" => (self.text, self.line) = (Matrix::IDENTITY, Matrix::IDENTITY),
            b"Tc" => state.letter_space = number(0),
            b"Tw" => state.word_space = number(0),
            b"Tz" => state.stretch = number(0) / 100.0,
            b"TL" => state.leading = number(0),
            b"Ts" => state.rise = number(0),
            b"Tr" => state.mode = number(0) as i64,
            b"Td" => self.next_line(number(0), number(1)),
            b"TD" => {
                state.leading = -number(1);
                self.next_line(number(0), number(1));
            }
            b"Tm" => {
                if let Ok(matrix) = numbers.try_into() {
                    (self.text, self.line) = (Matrix(matrix), Matrix(matrix));
                }
            }
            b"T*" => self.next_line(0.0, -self.state.leading),
            b"BMC" => self.open(false),
            b"EMC" if self.marks.pop() == Some(true) => (self.replaced, self.meaning) = (false, None),
            _ => {}
        }
    }

    fn open(&mut self, is_meaning: bool) {
        if self.marks.len() < DEEPEST_STATE {
            self.marks.push(is_meaning);
        }
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.line = Matrix([1.0, 0.0, 0.0, 1.0, x, y]).then(&self.line);
        self.text = self.line;
    }

    fn advance(&mut self, width: f64) {
        self.text = Matrix([1.0, 0.0, 0.0, 1.0, width * self.state.stretch, 0.0]).then(&self.text);
    }
}

/// A text string (ISO 32000-1, 7.9.2.2); of the bytes beyond ASCII, as Latin-1 has them.
fn text_of(bytes: &[u8]) -> String {
    if let Some(units) = bytes.strip_prefix(b"\xFE\xFF") {
        let units = units.chunks_exact(2).map(|pair| pair.iter().fold(0, |unit, &byte| unit << 8 | u16::from(byte)));
        return char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    }
    match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(text) => String::from_utf8_lossy(text).into_owned(),
        None => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}
