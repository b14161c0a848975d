//! What stands where on an invoice of PEF: the order of the page is that of the other forms.

use super::content::{Content, NAME, Rest, TOTAL, that_say_something};
use super::fa::{DUE, RATE, SUMMARY};
use super::page::{Align, Cell, INNER, Ink, MARGIN, Style};
use super::pef_tree::readable;
use super::table::{CELL, CELL_BOLD, Column, DETAIL, Table};
use crate::invoice::Form;
use crate::xml::Element;

const DATES: &[&str] = &[
    "IssueDate",
    "IssueTime",
    "TaxPointDate",
    "DueDate",
    "InvoicePeriod",
    "DocumentCurrencyCode",
    "TaxCurrencyCode",
    "PricingCurrencyCode",
    "PaymentCurrencyCode",
    "BuyerReference",
    "AccountingCost",
];

/// Of the file more than of the invoice.
const FILE: &[&str] =
    &["UBLVersionID", "CustomizationID", "ProfileID", "ProfileExecutionID", "UUID", "LineCountNumeric"];

const REFERENCES: &[&str] = &[
    "OrderReference",
    "ContractDocumentReference",
    "DespatchDocumentReference",
    "ReceiptDocumentReference",
    "OriginatorDocumentReference",
    "StatementDocumentReference",
    "ProjectReference",
];

impl Content<'_> {
    /// All of an invoice of PEF(3) or PEF_KOR(3), but its file's facts, which are given back.
    pub(super) fn pef(&mut self, root: &Element, above: &str, known: Vec<(String, String)>) -> Element {
        let root = readable(root, self.words);
        root.child("DocumentCurrencyCode").map_or("", Element::value).clone_into(&mut self.currency);
        let mut rest = Rest::of(Some(&root));
        let file = Element { children: rest.take_all(FILE).into_iter().cloned().collect(), ..Element::default() };
        let kind = rest.take_all(&["InvoiceTypeCode", "CreditNoteTypeCode"]);
        let kind = match kind.first() {
            Some(kind) => self.words.value(&kind.name, kind.value()),
            None if self.words.form == Form::PefKor3 => self.words.say("Faktura korygująca", "Credit note"),
            None => String::new(),
        };
        self.title(kind, &rest.take("ID").into_iter().collect::<Vec<_>>(), above);
        let first: Vec<&Element> = DATES.iter().flat_map(|name| rest.take_all(&[name])).collect();
        self.first_fields(&first, known);
        self.parties(&rest.take_all(&["AccountingSupplierParty", "AccountingCustomerParty"]));
        let others: Vec<&Element> = rest.0.iter().copied().filter(|part| is_party(part)).collect();
        rest.0.retain(|part| !is_party(part));
        self.parties(&others);
        let corrected: Vec<&Element> = rest.take_all(&["BillingReference"]);
        self.headed("BillingReference", &corrected);
        let extensions = rest.take_all(&["UBLExtensions"]);
        self.lines_of_ubl(&rest.take_all(&["InvoiceLine", "CreditNoteLine"]), true);
        self.section("AllowanceCharge", &rest.take_all(&["AllowanceCharge"]));
        self.totals_of_ubl(&mut rest);
        for name in ["PaymentMeans", "PaymentTerms", "PrepaidPayment", "Delivery"] {
            let parts = rest.take_all(&[name]);
            self.headed(name, &parts);
        }
        for note in rest.take_all(&["Note"]) {
            self.section("Note", &[note]);
        }
        let references: Vec<&Element> = REFERENCES.iter().flat_map(|name| rest.take_all(&[name])).collect();
        let references = that_say_something(&references);
        if !references.is_empty() {
            let heading = self.words.say("Dokumenty", "References");
            self.layout.heading(&heading);
            let fields = self.fields_of(&references);
            self.fields(fields);
        }
        self.headed("AdditionalDocumentReference", &rest.take_all(&["AdditionalDocumentReference"]));
        for extension in extensions.iter().flat_map(|all| &all.children) {
            self.extension(extension);
        }
        let others = that_say_something(&rest.0);
        if !others.is_empty() {
            let heading = self.words.say("Pozostałe dane", "Other data");
            self.layout.heading(&heading);
            self.parts(&others);
        }
        file
    }

    /// A section of aggregates, whatever they hold.
    fn headed(&mut self, name: &str, elements: &[&Element]) {
        let elements = that_say_something(elements);
        if elements.is_empty() {
            return;
        }
        let heading = self.words.label(name);
        self.layout.heading(&heading);
        self.each_within(&elements);
    }

    /// The Polish extension wraps what it holds twice.
    fn extension(&mut self, extension: &Element) {
        let (content, facts): (Vec<&Element>, Vec<&Element>) =
            extension.children.iter().partition(|part| part.name == "ExtensionContent");
        let inside: Vec<&Element> = content.iter().flat_map(|content| &content.children).collect();
        match &that_say_something(&inside)[..] {
            [] => {}
            [one] => self.headed(&one.name, &[one]),
            parts => {
                let heading = self.words.label("UBLExtensions");
                self.layout.heading(&heading);
                self.parts(parts);
            }
        }
        let mut fields = self.fields_of(&facts);
        fields.extend(content.iter().filter(|part| part.children.is_empty()).flat_map(|part| self.leaves(part)));
        self.fields(fields);
    }

    /// Records under each other, each apart from the next.
    fn each_within(&mut self, elements: &[&Element]) {
        for (element, place) in elements.iter().zip(0..) {
            if place > 0 && !element.children.is_empty() {
                self.layout.gap(6.0);
            }
            self.within(element);
        }
    }

    fn within(&mut self, element: &Element) {
        if element.children.is_empty() {
            return self.parts(&[element]);
        }
        self.parts(&element.children.iter().collect::<Vec<_>>());
    }

    /// Parts of any kind, in their order.
    fn parts(&mut self, parts: &[&Element]) {
        let parts = that_say_something(parts);
        let mut rest = &parts[..];
        while let Some(first) = rest.first() {
            let kind = Part::of(first);
            let is_alike = |part: &&&Element| match kind {
                Part::Value | Part::Party => Part::of(part) == kind,
                _ => part.name == first.name,
            };
            let (now, later) = rest.split_at(rest.iter().take_while(is_alike).count().max(1));
            match kind {
                Part::Value => {
                    let fields = self.fields_of(now);
                    self.fields(fields);
                }
                Part::Party => self.parties(now),
                Part::Line => self.lines_of_ubl(now, false),
                Part::Tax => {
                    let taxes: Vec<&Element> = now.to_vec();
                    self.taxes(&taxes);
                }
                Part::Other => {
                    self.subheading(&first.name);
                    match self.as_table(now) {
                        Some(table) => table.draw(self.layout),
                        None => self.each_within(now),
                    }
                }
            }
            rest = later;
        }
    }

    /// The lines of the invoice, or of what it was before: what is a figure has a column, all else stands under the name.
    fn lines_of_ubl(&mut self, lines: &[&Element], is_section: bool) {
        let Some(first) = lines.first() else { return };
        if is_section {
            let heading = self.words.label(&first.name);
            self.layout.heading(&heading);
        } else {
            self.subheading(&first.name);
        }
        let mut table = Table { columns: Vec::new(), rows: Vec::new() };
        let used: Vec<Figure> =
            FIGURES.iter().copied().filter(|of| lines.iter().any(|line| of.find(line).is_some())).collect();
        for of in &used {
            // The one that is first of its path names the column.
            let found = lines.iter().find_map(|line| of.find(line));
            let align = if of.is_figure() && !of.is_number_of_line() { Align::Right } else { Align::Left };
            let head = found.map_or_else(String::new, |part| self.words.label(&part.name));
            table.columns.push(Column { head, align });
        }
        for line in lines {
            let (mut row, mut pieces) = (Vec::new(), Vec::new());
            for of in &used {
                let mut cell = Vec::new();
                if let Some(part) = of.find(line) {
                    let style = if of.is_figure() { CELL } else { CELL_BOLD };
                    let (value, more) = figure_and_more(part);
                    cell.push((style, self.words.value(&part.name, value)));
                    pieces.extend(more.map(|more| format!("{}: {more}", self.words.label(&part.name))));
                }
                row.push(cell);
            }
            let shown: Vec<*const Element> =
                used.iter().filter_map(|of| of.find(line)).map(std::ptr::from_ref).collect();
            self.pieces(line, &shown, &mut pieces);
            if !pieces.is_empty() {
                let details = (DETAIL, pieces.join(" · "));
                let name = used.iter().position(|of| !of.is_figure());
                match name.and_then(|place| row.get_mut(place)) {
                    Some(cell) => cell.push(details),
                    None => row.push(vec![details]),
                }
            }
            table.rows.push(row);
        }
        if used.iter().all(|of| of.is_figure()) {
            let head = self.words.say("Opis", "Description");
            table.columns.push(Column { head, align: Align::Left });
            for row in &mut table.rows {
                row.resize_with(used.len() + 1, Vec::new);
            }
        }
        table.draw(self.layout);
    }

    /// All values of a line that have no column.
    fn pieces(&self, element: &Element, shown: &[*const Element], pieces: &mut Vec<String>) {
        for part in element.children.iter().filter(|part| !shown.contains(&std::ptr::from_ref(*part))) {
            if part.name.starts_with("Item") && !part.children.is_empty() || part.name == "Price" {
                self.pieces(part, shown, pieces);
                continue;
            }
            match (part.name.as_str(), &part.children[..]) {
                // A name and a value: the name says what the value is.
                ("AdditionalItemProperty", [name, value]) if name.children.is_empty() && value.children.is_empty() => {
                    pieces.push(format!("{}: {}", name.value(), self.words.value(&value.name, value.value())));
                }
                _ => {
                    pieces
                        .extend(self.leaves(part).into_iter().map(|field| format!("{}: {}", field.name, field.value)));
                }
            }
        }
    }

    /// The taxes by rate, and what is due.
    fn totals_of_ubl(&mut self, rest: &mut Rest<'_>) {
        let taxes = rest.take_all(&["TaxTotal", "WithholdingTaxTotal"]);
        let totals = rest.take_all(&["LegalMonetaryTotal"]);
        if taxes.is_empty() && totals.is_empty() {
            return;
        }
        let rates = taxes.iter().map(|tax| tax.children.len()).sum::<usize>() as f32;
        let sums = totals.iter().map(|total| total.children.len()).sum::<usize>() as f32;
        self.layout.keep_together(SUMMARY + RATE * rates + DUE * (sums / 3.0 + 1.0));
        let heading = self.words.say("Podsumowanie", "Summary");
        self.layout.heading(&heading);
        self.taxes(&taxes);
        for total in totals {
            let (due, others): (Vec<&Element>, Vec<&Element>) =
                total.children.iter().partition(|part| part.name == "PayableAmount");
            self.layout.gap(5.0);
            self.parts(&others);
            for due in due {
                let texts =
                    vec![(NAME, self.words.label(&due.name)), (TOTAL, self.words.value(&due.name, due.value()))];
                self.layout.row(&[Cell { align: Align::Right, ..Cell::new(MARGIN, INNER - 4.0, texts) }]);
            }
        }
    }

    fn taxes(&mut self, taxes: &[&Element]) {
        const COLUMNS: [&str; 3] = ["TaxCategory", "TaxableAmount", "TaxAmount"];
        for tax in taxes {
            let (by_rate, others): (Vec<&Element>, Vec<&Element>) =
                tax.children.iter().partition(|part| part.name == "TaxSubtotal");
            let is_plain = |part: &&Element| {
                let is_column = |part: &Element| part.children.is_empty() && COLUMNS.contains(&part.name.as_str());
                part.children.iter().all(is_column) && !part.children.is_empty()
            };
            let (plain, odd): (Vec<&Element>, Vec<&Element>) = by_rate.into_iter().partition(is_plain);
            if !plain.is_empty() {
                let align = |name: &str| if name == "TaxCategory" { Align::Left } else { Align::Right };
                let columns = COLUMNS.iter().map(|name| Column { head: self.words.label(name), align: align(name) });
                let cell = |row: &Element, name: &str| {
                    let parts = row.children.iter().filter(|part| part.name == name);
                    parts.map(|part| (CELL, self.words.value(name, part.value()))).collect::<Vec<_>>()
                };
                let rows = plain.iter().map(|row| COLUMNS.iter().map(|name| cell(row, name)).collect());
                Table { columns: columns.collect(), rows: rows.collect() }.draw(self.layout);
                self.layout.gap(4.0);
            }
            for part in odd {
                self.within(part);
            }
            self.parts(&others);
        }
    }

    fn subheading(&mut self, name: &str) {
        let style = Style::new(true, 8.0, Ink::Black);
        self.layout.gap(3.0);
        self.layout.subheading(style, self.words.label(name));
        self.layout.gap(2.0);
    }
}

/// A quantity, an amount or a line's number, and what its attributes say beside the unit and the currency, which would widen its
/// column.
fn figure_and_more(part: &Element) -> (&str, Option<&str>) {
    let value = part.value();
    let is_figure = ["Quantity", "Amount", "Line/ID"].iter().any(|end| part.name.ends_with(end));
    match value.strip_suffix(')').and_then(|value| value.split_once(" (")) {
        Some((figure, more)) if is_figure => (figure, Some(more)),
        _ => (value, None),
    }
}

/// How a part is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// One value, or a few that need no heading.
    Value,
    Party,
    Line,
    Tax,
    Other,
}

impl Part {
    fn of(element: &Element) -> Self {
        let is_leaf = |part: &Element| part.children.is_empty();
        match element.name.as_str() {
            _ if is_leaf(element) => Self::Value,
            _ if is_party(element) => Self::Party,
            "InvoiceLine" | "CreditNoteLine" | "SubInvoiceLine" | "SubCreditNoteLine" => Self::Line,
            "TaxTotal" | "WithholdingTaxTotal" => Self::Tax,
            // A reference, a period, an account.
            _ if element.children.len() <= 3 && element.children.iter().all(is_leaf) => Self::Value,
            _ => Self::Other,
        }
    }
}

fn is_party(element: &Element) -> bool {
    element.name.ends_with("Party") && !element.children.is_empty()
}

/// What has a column in the table of lines, by its path.
#[derive(Clone, Copy)]
struct Figure(&'static [&'static [&'static str]]);

const FIGURES: &[Figure] = &[
    Figure(&[&["InvoiceLine/ID"], &["CreditNoteLine/ID"], &["SubInvoiceLine/ID"], &["SubCreditNoteLine/ID"]]),
    Figure(&[&["Item", "Item/Name"]]),
    Figure(&[&["InvoicedQuantity"], &["CreditedQuantity"]]),
    Figure(&[&["Price", "PriceAmount"]]),
    Figure(&[&["Price", "GrossPriceAmount"]]),
    Figure(&[&["Item", "ClassifiedTaxCategory"]]),
    Figure(&[&["LineExtensionAmount"]]),
    Figure(&[&["LineExtensionGrossAmount"]]),
];

impl Figure {
    /// The first of its paths that leads to a value.
    fn find(self, line: &Element) -> Option<&Element> {
        let lead = |path: &&[&str]| path.iter().try_fold(line, |element, name| element.child(name));
        self.0.iter().find_map(lead).filter(|part| part.children.is_empty())
    }

    fn is_number_of_line(self) -> bool {
        self.0.iter().any(|path| path.last().is_some_and(|name| name.ends_with("Line/ID")))
    }

    fn is_figure(self) -> bool {
        !self.0.iter().any(|path| path.last() == Some(&"Item/Name"))
    }
}
