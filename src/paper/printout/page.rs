//! Rows of cells under each other, on as many pages as they take. Everything on an invoice is such a row: a paragraph is one of one
//! cell. Lengths are points, from a page's upper left corner.

use crate::font::Typeface;
use crate::render::Code;

/// A4.
pub(super) const PAGE: [f32; 2] = [595.28, 841.89];

/// White space at the left and the right, above and below.
pub(super) const MARGIN: f32 = 42.0;
const TOP: f32 = 40.0;
const BOTTOM: f32 = PAGE[1] - 52.0;

/// From one line of a footer to the next.
const FOOTER_LINE: f32 = 9.0;

/// The width between the margins.
pub(super) const INNER: f32 = PAGE[0] - 2.0 * MARGIN;

/// How a text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Style {
    pub(super) bold: bool,
    /// In points.
    pub(super) size: f32,
    pub(super) ink: Ink,
}

/// The colours. Each has enough contrast on white (WCAG 2.2: 4.5 to 1) where it is a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Black,
    /// Names of values.
    Grey,
    /// Lines.
    Rule,
    /// Behind the heads of tables.
    Shade,
    /// The firm's colour, black if it has none.
    Accent,
}

impl Style {
    pub(super) const fn new(bold: bool, size: f32, ink: Ink) -> Self {
        Self { bold, size, ink }
    }

    pub(super) fn typeface(self) -> &'static Typeface {
        if self.bold { Typeface::bold() } else { Typeface::regular() }
    }

    pub(super) fn width(self, text: &str) -> f32 {
        self.typeface().width(text) * self.size
    }

    fn line_height(self) -> f32 {
        1.24 * self.size
    }
}

/// What a part of the page is, for readers that do not see it. A tag stands in the one that it was made in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Document,
    Title(String),
    Heading(String),
    Paragraph,
    Table,
    Row,
    HeadCell,
    Cell,
    /// With the words in its place.
    Figure(String),
    Link,
}

/// Its place in [`Drawn::tags`].
pub(super) type TagId = usize;

/// The whole document, as tags have it: what the screen reader reads, in its order.
#[derive(Debug)]
pub(super) struct Tag {
    pub(super) role: Role,
    pub(super) children: Vec<TagId>,
}

/// What is drawn on a page. Without a tag it is for the eye alone.
pub(super) enum Item {
    Text {
        at: [f32; 2],
        style: Style,
        text: String,
        tag: Option<TagId>,
    },
    Area {
        area: [f32; 4],
        ink: Ink,
    },
    Code {
        at: [f32; 2],
        module: f32,
        code: Code,
        tag: TagId,
    },
    /// The firm's logo.
    Logo {
        area: [f32; 4],
        tag: TagId,
    },
    Click {
        area: [f32; 4],
        url: String,
        tag: TagId,
    },
}

impl Item {
    fn move_up(&mut self, by: f32) {
        match self {
            Self::Text { at: [_, y], .. }
            | Self::Code { at: [_, y], .. }
            | Self::Area { area: [_, y, ..], .. }
            | Self::Logo { area: [_, y, ..], .. }
            | Self::Click { area: [_, y, ..], .. } => *y -= by,
        }
    }
}

/// The pages and their tags; the first tag is the document.
pub(super) struct Drawn {
    pub(super) pages: Vec<Vec<Item>>,
    pub(super) tags: Vec<Tag>,
    /// Headings, and where each is: page, distance from its top.
    pub(super) outline: Vec<(String, usize, f32)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// A part of a row: texts under each other.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) x: f32,
    pub(super) width: f32,
    pub(super) align: Align,
    pub(super) texts: Vec<(Style, String)>,
    pub(super) role: Role,
    /// Where a click on it leads.
    pub(super) url: Option<String>,
}

impl Cell {
    /// A cell that is a paragraph.
    pub(super) fn new(x: f32, width: f32, texts: Vec<(Style, String)>) -> Self {
        Self { x, width, align: Align::Left, texts, role: Role::Paragraph, url: None }
    }

    fn lines(&self) -> Vec<(Style, String)> {
        let broken = |(style, text): &(Style, String)| {
            let lines = style.typeface().lines(text, self.width / style.size);
            lines.into_iter().map(|line| (*style, line)).collect::<Vec<_>>()
        };
        self.texts.iter().flat_map(broken).filter(|(_, line)| !line.is_empty()).collect()
    }
}

/// A code, and what stands above and below it.
pub(super) struct CodeToDraw<'c> {
    pub(super) code: &'c Code,
    pub(super) heading: (Style, String),
    pub(super) label: (Style, String),
    pub(super) link: (Style, String),
}

/// What a heading takes, with the white above and below it.
const HEADING: f32 = 28.0;

/// What follows a heading on its page, if there is so much of it: the head of a table and its first row.
const FIRST_ROWS: f32 = 48.0;

/// Between the links of codes and what follows.
const AFTER_CODES: f32 = 8.0;

/// Above the head of a table.
const HEAD_PADDING: f32 = 3.0;

/// How far the drawing is.
pub(super) struct Layout {
    drawn: Drawn,
    page: Vec<Item>,
    y: f32,
    /// Where the room for rows ends.
    bottom: f32,
    /// The firm's footer, line by line.
    footer: (Style, Vec<String>),
    /// The open tags, the innermost last.
    open: Vec<TagId>,
    /// The head of the table that is being drawn, which is repeated on each page.
    head: Vec<Cell>,
    /// Headings, and the head of a table, that nothing has followed yet.
    held: Option<Held>,
}

/// What is at the end of the page so far, and goes to the next one with what follows if that has no room on this one.
struct Held {
    /// How many items stand before it.
    from: usize,
    top: f32,
    /// How many entries of the outline stand before it.
    outline: usize,
}

impl Layout {
    /// Pages that all end with these lines.
    pub(super) fn new(footer: (Style, Vec<String>)) -> Self {
        let document = Tag { role: Role::Document, children: Vec::new() };
        let drawn = Drawn { pages: Vec::new(), tags: vec![document], outline: Vec::new() };
        let bottom = BOTTOM - FOOTER_LINE * footer.1.len() as f32;
        Self { drawn, page: Vec::new(), y: TOP, bottom, footer, open: vec![0], head: Vec::new(), held: None }
    }

    /// Begins a part within the one that is open.
    pub(super) fn open(&mut self, role: Role) -> TagId {
        let id = self.drawn.tags.len();
        self.drawn.tags.push(Tag { role, children: Vec::new() });
        if let Some(parent) = self.open.last().and_then(|parent| self.drawn.tags.get_mut(*parent)) {
            parent.children.push(id);
        }
        self.open.push(id);
        id
    }

    pub(super) fn close(&mut self) {
        if self.open.len() > 1 {
            self.open.pop();
        }
    }

    pub(super) fn gap(&mut self, height: f32) {
        if self.y > TOP {
            self.y += height;
        }
    }

    /// A new page, if there is no room for `height` on this one.
    pub(super) fn make_room(&mut self, height: f32) {
        if self.y + height > self.bottom && self.y > TOP {
            self.turn();
        }
    }

    /// A new page, if what belongs together has no room on this one and is not a page by itself.
    pub(super) fn keep_together(&mut self, height: f32) {
        if height < (self.bottom - TOP) / 2.0 {
            self.make_room(height);
        }
    }

    fn turn(&mut self) {
        if let Some(held) = self.held.take().filter(|held| held.top > TOP) {
            return self.turn_with(&held);
        }
        self.drawn.pages.push(std::mem::take(&mut self.page));
        self.y = TOP;
        let head = std::mem::take(&mut self.head);
        if !head.is_empty() {
            self.shaded(&head, false);
            self.head = head;
        }
    }

    /// A new page that begins with what the last one ended with.
    fn turn_with(&mut self, held: &Held) {
        let up = held.top - TOP;
        let mut kept = self.page.split_off(held.from.min(self.page.len()));
        self.drawn.pages.push(std::mem::take(&mut self.page));
        for item in &mut kept {
            item.move_up(up);
        }
        self.page = kept;
        for (_, page, y) in self.drawn.outline.iter_mut().skip(held.outline) {
            (*page, *y) = (*page + 1, *y - up);
        }
        self.y -= up;
        self.held = Some(Held { from: 0, top: TOP, outline: held.outline });
    }

    /// What is drawn from here on stays with the first row that follows.
    fn hold(&mut self) {
        if self.held.is_none() {
            self.held = Some(Held { from: self.page.len(), top: self.y, outline: self.drawn.outline.len() });
        }
    }

    /// A heading within a section, never alone at the end of a page.
    pub(super) fn subheading(&mut self, style: Style, text: String) {
        self.hold();
        self.place(&[Cell::new(MARGIN, INNER, vec![(style, text)])], true);
    }

    /// A heading, never alone at the end of a page.
    pub(super) fn heading(&mut self, text: &str) {
        self.gap(9.0);
        self.make_room(HEADING + FIRST_ROWS);
        self.hold();
        let style = Style::new(true, 9.5, Ink::Accent);
        self.drawn.outline.push((text.to_owned(), self.drawn.pages.len(), self.y));
        let role = Role::Heading(text.to_owned());
        self.place(&[Cell { role, ..Cell::new(MARGIN, INNER, vec![(style, text.to_owned())]) }], true);
        self.y += 2.0;
        self.rule();
        self.y += 5.0;
    }

    /// A thin line over the whole width.
    pub(super) fn rule(&mut self) {
        self.page.push(Item::Area { area: [MARGIN, self.y, INNER, 0.5], ink: Ink::Rule });
    }

    /// A thick line.
    pub(super) fn bar(&mut self, x: f32, width: f32) {
        self.page.push(Item::Area { area: [x, self.y, width, 1.2], ink: Ink::Accent });
        self.y += 5.0;
    }

    /// Begins a table; its head is repeated on each page.
    pub(super) fn begin_table(&mut self, head: Vec<Cell>) {
        self.open(Role::Table);
        self.make_room(FIRST_ROWS);
        self.hold();
        self.shaded(&head, true);
        self.head = head;
    }

    pub(super) fn end_table(&mut self) {
        self.head = Vec::new();
        self.close();
    }

    fn shaded(&mut self, head: &[Cell], is_first: bool) {
        // A head that fills the page by itself would be all there is.
        let height = height(head).min(200.0) + 2.0 * HEAD_PADDING;
        self.page.push(Item::Area { area: [MARGIN, self.y, INNER, height], ink: Ink::Shade });
        self.y += HEAD_PADDING;
        let from = self.y;
        if is_first {
            self.open(Role::Row);
        }
        for cell in head {
            let tag = is_first.then(|| self.open(Role::HeadCell));
            let mut y = from;
            for (style, line) in cell.lines() {
                if y + style.line_height() > from + height {
                    break;
                }
                self.line(cell, style, &line, y, tag);
                y += style.line_height();
            }
            if is_first {
                self.close();
            }
        }
        if is_first {
            self.close();
        }
        self.y = from - HEAD_PADDING + height + 3.0;
    }

    /// A row of a table, with a thin line under it.
    pub(super) fn table_row(&mut self, cells: &[Cell]) {
        self.open(Role::Row);
        self.row(cells);
        self.close();
        self.y += 2.5;
        self.rule();
        self.y += 3.0;
    }

    /// Draws cells beside each other: on one page, if they fit on one, and each goes on on the next otherwise.
    pub(super) fn row(&mut self, cells: &[Cell]) {
        self.place(cells, false);
    }

    /// The same; a heading stays with what follows.
    fn place(&mut self, cells: &[Cell], is_heading: bool) {
        let broken: Vec<Vec<(Style, String)>> = cells.iter().map(Cell::lines).collect();
        let height = broken.iter().map(|lines| height_of(lines)).fold(0.0, f32::max);
        if height < (self.bottom - TOP) / 3.0 {
            self.make_room(height);
        }
        let mut rests: Vec<_> = cells
            .iter()
            .zip(broken)
            .map(|(cell, lines)| {
                let tag = self.open(cell.role.clone());
                let tag = if cell.url.is_some() {
                    let link = self.open(Role::Link);
                    self.close();
                    link
                } else {
                    tag
                };
                self.close();
                (cell, tag, lines.into_iter().peekable())
            })
            .collect();
        let mut lowest = self.y;
        loop {
            let top = self.y;
            for (cell, tag, lines) in &mut rests {
                let mut y = top;
                while let Some((style, line)) =
                    lines.next_if(|(style, _)| y + style.line_height() <= self.bottom || y <= TOP)
                {
                    self.line(cell, style, &line, y, Some(*tag));
                    y += style.line_height();
                }
                lowest = lowest.max(y);
            }
            if !is_heading && lowest > top {
                self.held = None;
            }
            if rests.iter_mut().all(|(_, _, lines)| lines.peek().is_none()) {
                break;
            }
            self.y = lowest;
            self.turn();
            lowest = self.y;
        }
        self.y = lowest;
    }

    fn line(&mut self, cell: &Cell, style: Style, text: &str, y: f32, tag: Option<TagId>) {
        let width = style.width(text);
        let x = match cell.align {
            Align::Left => cell.x,
            Align::Right => cell.x + cell.width - width,
        };
        // The space tells readers where a line's last word ends.
        let at = [x, y + 0.98 * style.size];
        self.page.push(Item::Text { at, style, text: format!("{text} "), tag });
        if let (Some(url), Some(tag)) = (&cell.url, tag) {
            let area = [x, y, width, style.line_height()];
            self.page.push(Item::Click { area, url: url.clone(), tag });
        }
    }

    /// The firm's logo at the right edge, with words in its place. What follows goes on beside it.
    pub(super) fn logo(&mut self, [width, height]: [f32; 2], alt: String) {
        let tag = self.open(Role::Figure(alt));
        self.close();
        self.page.push(Item::Logo { area: [MARGIN + INNER - width, self.y, width, height], tag });
    }

    /// Goes on below this place, if that is further down.
    pub(super) fn down_to(&mut self, y: f32) {
        self.y = self.y.max(y);
    }

    pub(super) fn top(&self) -> f32 {
        self.y
    }

    /// Codes beside each other: they stand on one line, and so do their labels, which are right under them. `after`
    /// follows. All on one page, with their heading. Without codes there is `after` alone.
    pub(super) fn codes(&mut self, heading: &str, codes: &[CodeToDraw<'_>], module: f32, after: (Style, String)) {
        let after = Cell::new(MARGIN, INNER, vec![after]);
        if codes.is_empty() {
            self.y += AFTER_CODES;
            return self.row(&[after]);
        }
        let side = |code: &Code| code.side() as f32 * module;
        let highest = codes.iter().map(|code| side(code.code)).fold(0.0, f32::max);
        // By what they and their labels need: the larger code has the longer link.
        let label = |code: &CodeToDraw<'_>| code.label.0.width(&code.label.1) + 1.0;
        let needs: Vec<f32> = codes.iter().map(|code| side(code.code).max(label(code))).collect();
        let gap = 14.0;
        let room = INNER - gap * codes.len().saturating_sub(1) as f32;
        let spread = (room / needs.iter().sum::<f32>().max(1.0)).max(1.0);
        let (mut heads, mut places, mut feet) = (Vec::new(), Vec::new(), Vec::new());
        let mut x = MARGIN;
        for (code, need) in codes.iter().zip(&needs) {
            let width = (need * spread).min(room);
            let cell = |texts| Cell { url: Some(code.code.link().to_owned()), ..Cell::new(x, width, texts) };
            heads.push(Cell::new(x, width, vec![code.heading.clone()]));
            feet.push(cell(vec![code.label.clone(), code.link.clone()]));
            places.push(x);
            x += width + gap;
        }
        let texts = height(&heads) + height(&feet) + height(std::slice::from_ref(&after));
        self.make_room((HEADING + texts + highest + AFTER_CODES).min(self.bottom - TOP));
        self.heading(heading);
        self.row(&heads);
        for (code, x) in codes.iter().zip(places) {
            self.open(Role::Paragraph);
            let link = self.open(Role::Link);
            let tag = self.open(Role::Figure(code.heading.1.clone()));
            for _ in 0..3 {
                self.close();
            }
            // The quiet zone is white: dark modules begin where the texts do.
            let [left, top] = [x - crate::qr::QUIET_ZONE as f32 * module, self.y + highest - side(code.code)];
            self.page.push(Item::Code { at: [left, top], module, code: code.code.clone(), tag });
            let area = [left, top, side(code.code), side(code.code)];
            self.page.push(Item::Click { area, url: code.code.link().to_owned(), tag: link });
        }
        self.y += highest - (crate::qr::QUIET_ZONE as f32 - 2.0).max(0.0) * module;
        self.row(&feet);
        self.y += AFTER_CODES;
        self.row(&[after]);
    }

    /// The pages, each with `foot` (left, and right by its number and their count) at its end.
    pub(super) fn finish(mut self, left: &str, right: impl Fn(usize, usize) -> String) -> Drawn {
        self.drawn.pages.push(self.page);
        let count = self.drawn.pages.len();
        let style = Style::new(false, 7.0, Ink::Grey);
        let (footer_style, footer) = &self.footer;
        for (page, number) in self.drawn.pages.iter_mut().zip(1..) {
            let y = PAGE[1] - 30.0;
            page.push(Item::Area { area: [MARGIN, y - 11.0, INNER, 0.5], ink: Ink::Rule });
            let first = y - 14.0 - FOOTER_LINE * footer.len().saturating_sub(1) as f32;
            for (line, place) in footer.iter().zip(0u8..) {
                let at = [MARGIN, first + f32::from(place) * FOOTER_LINE];
                page.push(Item::Text { at, style: *footer_style, text: line.clone(), tag: None });
            }
            let number = right(number, count);
            let x = MARGIN + INNER - style.width(&number);
            let mut left = style.typeface().lines(left, (x - MARGIN - 12.0) / style.size).into_iter();
            let left = left.next().unwrap_or_default();
            page.push(Item::Text { at: [MARGIN, y], style, text: left, tag: None });
            page.push(Item::Text { at: [x, y], style, text: number, tag: None });
        }
        self.drawn
    }
}

/// Of the highest cell.
pub(super) fn height(cells: &[Cell]) -> f32 {
    cells.iter().map(|cell| height_of(&cell.lines())).fold(0.0, f32::max)
}

fn height_of(lines: &[(Style, String)]) -> f32 {
    lines.iter().map(|(style, _)| style.line_height()).sum()
}
