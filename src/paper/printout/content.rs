//! What stands where. Whatever an invoice holds is drawn: what has no place of its own, in the section it belongs to, under the
//! name that the table of labels has for it.

use super::labels::Kind;
use super::page::{Align, Cell, INNER, Ink, Layout, MARGIN, Role, Style, height};
use super::table::{CELL, Column, Table};
use super::words::Words;
use crate::xml::Element;

pub(super) const NAME: Style = Style::new(false, 6.8, Ink::Grey);
pub(super) const TEXT: Style = Style::new(false, 8.6, Ink::Black);
pub(super) const STRONG: Style = Style::new(true, 8.6, Ink::Black);
const PARTY: Style = Style::new(true, 9.6, Ink::Black);
const TITLE: Style = Style::new(true, 17.0, Ink::Accent);
const NUMBER: Style = Style::new(false, 11.0, Ink::Black);
pub(super) const TOTAL: Style = Style::new(true, 13.0, Ink::Black);

/// The parts of an element that were not drawn yet.
pub(super) struct Rest<'e>(pub(super) Vec<&'e Element>);

impl<'e> Rest<'e> {
    pub(super) fn of(element: Option<&'e Element>) -> Self {
        Self(element.into_iter().flat_map(|element| &element.children).collect())
    }

    pub(super) fn take(&mut self, name: &str) -> Option<&'e Element> {
        let place = self.0.iter().position(|child| child.name == name)?;
        Some(self.0.remove(place))
    }

    pub(super) fn take_all(&mut self, names: &[&str]) -> Vec<&'e Element> {
        let (taken, rest) =
            std::mem::take(&mut self.0).into_iter().partition(|child| names.contains(&child.name.as_str()));
        self.0 = rest;
        taken
    }
}

/// A name, a value, and where a click on it leads.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) url: Option<String>,
    /// True if it says more of what the one before it says.
    pub(super) goes_on: bool,
}

/// Draws an invoice, section by section.
pub(super) struct Content<'l> {
    pub(super) layout: &'l mut Layout,
    pub(super) words: Words,
    pub(super) currency: String,
    /// Width and height of the firm's logo, in points.
    pub(super) logo: Option<[f32; 2]>,
}

impl Content<'_> {
    /// What it is, and its number.
    pub(super) fn title(&mut self, kind: String, numbers: &[&Element], above: &str) {
        let kind = if kind.is_empty() { self.words.say("Faktura", "Invoice") } else { kind };
        let top = self.layout.top();
        let [across, down] = self.logo.map_or([0.0; 2], |[width, height]| [width + 12.0, height + 4.0]);
        let room = INNER - across;
        if let Some(size) = self.logo {
            self.layout.logo(size, "Logo".to_owned());
        }
        self.layout.row(&[Cell::new(MARGIN, room, vec![(NAME, above.to_owned())])]);
        self.layout.gap(3.0);
        self.layout.row(&[Cell { role: Role::Title(kind.clone()), ..Cell::new(MARGIN, room, vec![(TITLE, kind)]) }]);
        let number = |number: &&Element| (NUMBER, format!("{} {}", self.words.say("nr", "No."), number.value()));
        let numbers = numbers.iter().map(number).collect();
        self.layout.row(&[Cell::new(MARGIN, room, numbers)]);
        // A title of many lines may have gone on to the next page.
        if self.layout.top() > top {
            self.layout.down_to(top + down);
        }
        self.layout.gap(9.0);
        self.layout.bar(MARGIN, INNER);
    }

    /// Dates, the currency, and what is known besides.
    pub(super) fn first_fields(&mut self, first: &[&Element], known: Vec<(String, String)>) {
        let mut fields = self.fields_of(first);
        fields.extend(known.into_iter().map(|(name, value)| Field::new(name, value)));
        self.fields(fields);
    }

    /// Two beside each other.
    pub(super) fn parties(&mut self, parties: &[&Element]) {
        let width = (INNER - 18.0) / 2.0;
        for pair in parties.chunks(2) {
            self.layout.gap(9.0);
            let cells: Vec<Cell> = pair
                .iter()
                .enumerate()
                .map(|(place, party)| Cell::new(MARGIN + place as f32 * (width + 18.0), width, self.card(party)))
                .collect();
            self.layout.row(&cells);
        }
    }

    /// A party: its name, its numbers, where it is; marks in small type.
    fn card(&self, party: &Element) -> Vec<(Style, String)> {
        let mut texts = vec![(Style::new(true, 7.2, Ink::Grey), self.words.label(&party.name).to_uppercase())];
        let (mut lines, mut marks) = (Vec::new(), Vec::new());
        let is_registered = has_registered_name(party);
        self.card_lines(party, is_registered, &mut lines, &mut marks);
        // Stable: the name comes first, all else in its order.
        lines.sort_by_key(|(style, _)| *style != PARTY);
        texts.extend(lines);
        if !marks.is_empty() {
            texts.push((NAME, marks.join(" · ")));
        }
        texts
    }

    fn card_lines(
        &self,
        element: &Element,
        is_registered: bool,
        texts: &mut Vec<(Style, String)>,
        marks: &mut Vec<String>,
    ) {
        let prefix = |of: &str| element.child(of).map_or("", Element::value);
        for child in &element.children {
            let value = child.value();
            match child.name.as_str() {
                "Nazwa" | "PelnaNazwa" | "RegistrationName" => texts.push((PARTY, value.to_owned())),
                // The only name that it has.
                "PartyName/Name" if texts.iter().all(|(style, _)| *style != PARTY) && !is_registered => {
                    texts.push((PARTY, value.to_owned()));
                }
                "PostalAddress" if child.children.is_empty() => texts.push((TEXT, value.to_owned())),
                "KodUE" if element.child("NrVatUE").is_some() => {}
                "KodKraju" if element.child("NrID").is_some() => {}
                "NrVatUE" => {
                    texts.push((TEXT, format!("{}: {}{value}", self.words.label(&child.name), prefix("KodUE"))));
                }
                "NrID" => {
                    let country = prefix("KodKraju");
                    let space = if country.is_empty() { "" } else { " " };
                    texts.push((TEXT, format!("{}: {country}{space}{value}", self.words.label(&child.name))));
                }
                "Adres" if is_address(child) => texts.extend(address_lines(child).into_iter().map(|line| (TEXT, line))),
                _ if !child.children.is_empty() && is_address(child) => {
                    texts.push((
                        TEXT,
                        format!("{}: {}", self.words.label(&child.name), address_lines(child).join(", ")),
                    ));
                }
                _ if !child.children.is_empty() => self.card_lines(child, is_registered, texts, marks),
                _ if value.is_empty() => {}
                name if self.words.kind(name) == Kind::Mark => {
                    marks.push(format!("{}: {}", self.words.label(name), self.words.value(name, value)));
                }
                name => texts.push((TEXT, format!("{}: {}", self.words.label(name), self.words.value(name, value)))),
            }
        }
    }

    /// What no schema has where it stands: texts between elements, attributes, elements within a value. Nothing else looks for them.
    pub(super) fn strays(&self, element: &Element, found: &mut Vec<Field>) {
        let field = |name: &str, value: &str| Field::new(self.words.label(name), value.to_owned());
        if !element.children.is_empty() && !element.value().is_empty() {
            found.push(field(&element.name, element.value()));
        }
        for (name, value) in &element.attributes {
            // How a column of an attachment is aligned.
            let is_type =
                element.name == "Kol" && matches!(value.as_str(), "date" | "datetime" | "dec" | "int" | "time" | "txt");
            if !is_type {
                found.push(field(name, value));
            }
        }
        if is_value(&element.name) || self.words.kind(&element.name) != Kind::Text {
            found.extend(element.children.iter().flat_map(|child| self.leaves(child)));
        }
        for child in element.children.iter().filter(|child| child.name != "Naglowek") {
            self.strays(child, found);
        }
    }

    /// A section of everything that has this name; nothing if there is nothing.
    pub(super) fn section(&mut self, name: &str, elements: &[&Element]) {
        let elements = that_say_something(elements);
        if elements.is_empty() {
            return;
        }
        let heading = self.words.label(name);
        self.layout.heading(&heading);
        if let Some(table) = self.as_table(&elements) {
            table.draw(self.layout);
            return;
        }
        self.one_by_one(&elements);
    }

    /// Records under each other, each apart from the next.
    fn one_by_one(&mut self, elements: &[&Element]) {
        for (element, place) in elements.iter().zip(0..) {
            if place > 0 {
                self.layout.gap(6.0);
            }
            self.inside(element);
        }
    }

    fn inside(&mut self, element: &Element) {
        if element.children.is_empty() && !element.value().is_empty() {
            let text = self.words.value(&element.name, element.value());
            self.layout.row(&[Cell::new(MARGIN, INNER, vec![(TEXT, text)])]);
        }
        self.elements(&element.children.iter().collect::<Vec<_>>());
    }

    /// Elements of any kind, in their order: values as names and values, repeated records as tables, all else under its name.
    pub(super) fn elements(&mut self, elements: &[&Element]) {
        let mut rest = elements;
        while let Some(first) = rest.first() {
            let is_alone = |element: &Element| rest.iter().filter(|other| other.name == element.name).count() == 1;
            let is_simple = |element: &Element| {
                let is_plain = || element.children.iter().all(|part| part.children.is_empty());
                element.children.is_empty()
                    || is_address(element)
                    || (speaks_for_itself(&element.name) && is_plain() && is_alone(element))
            };
            let leaves = rest.iter().take_while(|element| is_simple(element)).count();
            if leaves > 0 {
                let (now, later) = rest.split_at(leaves);
                let fields = self.fields_of(now);
                self.fields(fields);
                rest = later;
                continue;
            }
            let alike = rest.iter().take_while(|element| element.name == first.name).count();
            let (now, later) = rest.split_at(alike);
            rest = later;
            if !now.iter().any(|element| says_something(element)) {
                continue;
            }
            let name = Style::new(true, 8.0, Ink::Black);
            self.layout.gap(3.0);
            self.layout.subheading(name, self.words.label(&first.name));
            self.layout.gap(2.0);
            match self.as_table(now) {
                Some(table) => table.draw(self.layout),
                None => self.one_by_one(now),
            }
        }
    }

    /// Two records and more of one kind, if their values are few and there is nothing else in them.
    pub(super) fn as_table(&self, elements: &[&Element]) -> Option<Table> {
        let mut names: Vec<&str> = Vec::new();
        for element in elements {
            let is_plain = |part: &Element| part.children.is_empty();
            let mut seen: Vec<&str> = Vec::new();
            for part in &element.children {
                if !is_plain(part) || seen.contains(&part.name.as_str()) {
                    return None;
                }
                seen.push(&part.name);
                if !names.contains(&part.name.as_str()) {
                    names.push(&part.name);
                }
                if names.len() > 6 {
                    return None;
                }
            }
            if element.children.is_empty() {
                return None;
            }
        }
        if elements.len() < 2 {
            return None;
        }
        let align = |name: &&str| if self.words.kind(name).is_figure() { Align::Right } else { Align::Left };
        let columns = names.iter().map(|name| Column { head: self.words.label(name), align: align(name) }).collect();
        let cell = |element: &Element, name: &str| {
            let part = element.child(name).filter(|part| !part.value().is_empty());
            part.map(|part| (CELL, self.words.value(name, part.value()))).into_iter().collect()
        };
        let rows = elements.iter().map(|element| names.iter().map(|name| cell(element, name)).collect()).collect();
        Some(Table { columns, rows })
    }

    pub(super) fn fields_of(&self, elements: &[&Element]) -> Vec<Field> {
        let of_one = |element: &&Element| {
            let is_after_first = |(place, field): (usize, Field)| Field { goes_on: place > 0, ..field };
            self.leaves(element).into_iter().enumerate().map(is_after_first).collect::<Vec<_>>()
        };
        elements.iter().flat_map(of_one).collect()
    }

    /// All values within an element.
    pub(super) fn leaves(&self, element: &Element) -> Vec<Field> {
        let field = Field::new;
        let mut fields = Vec::new();
        let value = element.value();
        if is_address(element) {
            fields.push(field(self.words.label(&element.name), address_lines(element).join(", ")));
        } else {
            if element.children.is_empty() && !value.is_empty() {
                let url = (self.words.kind(&element.name) == Kind::Address && value.starts_with("https://"))
                    .then(|| value.to_owned());
                fields.push(Field {
                    url,
                    ..field(self.words.label(&element.name), self.words.value(&element.name, value))
                });
            }
            for child in &element.children {
                let within = child.children.is_empty().then(|| self.words.label_within(&element.name, &child.name));
                let named = |field: Field| Field { name: within.clone().unwrap_or(field.name), ..field };
                fields.extend(self.leaves(child).into_iter().map(named));
            }
        }
        fields
    }

    /// Names and values, three beside each other; what is longer takes the room of two or three.
    pub(super) fn fields(&mut self, fields: Vec<Field>) {
        const COLUMNS: usize = 3;
        const GAP: f32 = 14.0;
        let width = |span: usize| span as f32 * (INNER + GAP) / COLUMNS as f32 - GAP;
        let mut rows: Vec<FieldRow> = Vec::new();
        let mut row = FieldRow::default();
        let mut next = 0;
        for field in fields {
            let need = TEXT.width(&field.value);
            let span = (1..COLUMNS).find(|span| need <= width(*span)).unwrap_or(COLUMNS);
            if next + span > COLUMNS {
                rows.push(std::mem::take(&mut row));
                next = 0;
            }
            if row.cells.is_empty() {
                row.goes_on = field.goes_on;
            }
            let x = MARGIN + width(next) + GAP;
            let texts = vec![(NAME, field.name), (TEXT, field.value)];
            row.cells.push(Cell { url: field.url, ..Cell::new(x, width(span), texts) });
            next += span;
        }
        rows.push(row);
        let mut rest = &rows[..];
        while let Some((first, after)) = rest.split_first() {
            // What one record says is on one page, if it is not a page by itself.
            let more = after.iter().take_while(|row| row.goes_on).count();
            let together = std::iter::once(first).chain(&after[..more]);
            self.layout.keep_together(together.map(|row| height(&row.cells) + AFTER_FIELDS).sum());
            for row in rest.iter().take(more + 1).filter(|row| !row.cells.is_empty()) {
                self.layout.row(&row.cells);
                self.layout.gap(AFTER_FIELDS);
            }
            rest = &after[more..];
        }
    }

    /// Facts of the file, for small type.
    pub(super) fn file(&self, file: Option<&Element>, more: Vec<(String, String)>) -> String {
        let mut own = file.map(|file| self.leaves(file)).unwrap_or_default();
        if let Some(file) = file {
            self.strays(file, &mut own);
        }
        let own = own.into_iter().map(|field| format!("{}: {}", field.name, field.value));
        let more = more.into_iter().map(|(name, value)| format!("{name}: {value}"));
        own.chain(more).collect::<Vec<_>>().join(" · ")
    }

    /// A paragraph over the whole width.
    pub(super) fn paragraph(&mut self, style: Style, text: String) {
        self.layout.row(&[Cell::new(MARGIN, INNER, vec![(style, text)])]);
    }
}

impl Field {
    pub(super) fn new(name: String, value: String) -> Self {
        Self { name, value, url: None, goes_on: false }
    }
}

/// Fields beside each other.
#[derive(Default)]
struct FieldRow {
    cells: Vec<Cell>,
    /// True if it begins within what the row before it says.
    goes_on: bool,
}

/// Below a row of fields.
const AFTER_FIELDS: f32 = 4.0;

/// Of these elements those that have a value, or hold one that has. For others there is no heading, and no place.
pub(super) fn that_say_something<'e>(elements: &[&'e Element]) -> Vec<&'e Element> {
    elements.iter().copied().filter(|element| says_something(element)).collect()
}

/// False of an element without a value, and of one that holds none but such.
fn says_something(element: &Element) -> bool {
    !element.value().is_empty() || element.children.iter().any(says_something)
}

/// An element that holds a value where the sections look for one.
fn is_value(name: &str) -> bool {
    let is_field = name.starts_with("P_") || name.starts_with("Nr") || name.starts_with("Data");
    is_field || matches!(name, "WKom" | "SKom" | "Akapit" | "ZNaglowek" | "Opis" | "Nazwa" | "KodWaluty")
}

/// A record whose values say what they are without its name, where there is one of it.
fn speaks_for_itself(name: &str) -> bool {
    matches!(
        name,
        "TerminPlatnosci" | "TerminOpis" | "RachunekBankowy" | "Informacje" | "Rejestry" | "DaneFaKorygowanej"
    )
}

/// A party of UBL whose name in the register is given.
fn has_registered_name(party: &Element) -> bool {
    party.name == "RegistrationName" || party.children.iter().any(has_registered_name)
}

/// An address of the schemas, and nothing else in it.
fn is_address(element: &Element) -> bool {
    let is_part = |part: &Element| {
        matches!(part.name.as_str(), "KodKraju" | "AdresL1" | "AdresL2" | "GLN") && part.children.is_empty()
    };
    !element.children.is_empty() && element.children.iter().all(is_part) && element.child("AdresL1").is_some()
}

/// The street, the town and the country, and the GLN.
fn address_lines(address: &Element) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for name in ["AdresL1", "AdresL2", "KodKraju", "GLN"] {
        for part in address.children.iter().filter(|part| part.name == name && !part.value().is_empty()) {
            let value = part.value();
            match (name, lines.last_mut()) {
                ("KodKraju", Some(town)) => *town = format!("{town}, {value}"),
                ("GLN", _) => lines.push(format!("GLN: {value}")),
                _ => lines.push(value.to_owned()),
            }
        }
    }
    lines
}
