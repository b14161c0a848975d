//! What stands where on an invoice of FA(3), FA(2) and FA_RR(1).

use std::collections::HashSet;

use super::content::{Content, Field, NAME, Rest, STRONG, TEXT, TOTAL, that_say_something};
use super::labels::{self, Kind};
use super::page::{Align, Cell, INNER, MARGIN, Style};
use super::table::{CELL, CELL_BOLD, Column, DETAIL, Table};
use crate::xml::Element;

/// What the heading of the summary and the head of its table take, a row of it, and a total, so that the total is on one page with
/// what it is of.
pub(super) const SUMMARY: f32 = 60.0;
pub(super) const RATE: f32 = 16.0;
pub(super) const DUE: f32 = 34.0;

impl Content<'_> {
    /// All of an invoice of FA(3), FA(2) or FA_RR(1), but its file's facts, which are given back.
    pub(super) fn invoice<'e>(
        &mut self,
        root: &'e Element,
        above: &str,
        known: Vec<(String, String)>,
    ) -> Option<&'e Element> {
        let mut rest = Rest::of(Some(root));
        let file = rest.take("Naglowek");
        let body = rest.take("Fa").or_else(|| rest.take("FakturaRR"));
        let mut fa = Rest::of(body);
        body.and_then(|fa| fa.child("KodWaluty")).map_or("", Element::value).clone_into(&mut self.currency);
        self.head(&mut fa, above, known);
        self.parties(&rest.take_all(&["Podmiot1", "Podmiot2"]));
        self.parties(&rest.take_all(&["Podmiot3", "PodmiotUpowazniony"]));
        self.correction(&mut fa);
        let lines = fa.take_all(&["FaWiersz", "FakturaRRWiersz"]);
        self.lines(&lines);
        self.totals(&mut fa);
        if let Some(order) = fa.take("Zamowienie") {
            let mut parts = Rest::of(Some(order));
            let lines = parts.take_all(&["ZamowienieWiersz"]);
            self.lines(&lines);
            let left = self.fields_of(&parts.0);
            self.fields(left);
        }
        self.annotations(&mut fa);
        for name in [
            "ZaliczkaCzesciowa",
            "FakturaZaliczkowa",
            "Rozliczenie",
            "Platnosc",
            "DokumentZaplaty",
            "WarunkiTransakcji",
        ] {
            self.section(name, &fa.take_all(&[name]));
        }
        self.section("DodatkowyOpis", &fa.take_all(&["DodatkowyOpis"]));
        let others = that_say_something(&fa.0);
        if !others.is_empty() {
            let heading = self.words.say("Pozostałe dane", "Other data");
            self.layout.heading(&heading);
            self.elements(&others);
        }
        self.section("Stopka", &rest.take_all(&["Stopka"]));
        for attachment in rest.take_all(&["Zalacznik"]) {
            self.attachment(attachment);
        }
        let mut strays = Vec::new();
        self.strays(root, &mut strays);
        let others = that_say_something(&rest.0);
        if !others.is_empty() || !strays.is_empty() {
            let heading = self.words.say("Pozostałe dane", "Other data");
            self.layout.heading(&heading);
            self.elements(&others);
            self.fields(strays);
        }
        file
    }

    fn head(&mut self, fa: &mut Rest<'_>, above: &str, known: Vec<(String, String)>) {
        let kind = fa.take("RodzajFaktury");
        self.words.kind = kind.map_or("", |kind| labels::kind_of(kind.value()));
        let kind = kind.map_or_else(String::new, |kind| self.words.value(&kind.name, kind.value()));
        self.title(kind, &fa.take_all(&["P_2", "P_4C"]), above);
        let order = ["P_1", "P_4B", "P_1M", "P_6", "P_4A", "OkresFa", "KodWaluty", "KursWalutyZ"];
        let first: Vec<&Element> = order.iter().flat_map(|name| fa.take_all(&[name])).collect();
        self.first_fields(&first, known);
    }

    fn correction(&mut self, fa: &mut Rest<'_>) {
        let facts = fa.take_all(&[
            "PrzyczynaKorekty",
            "TypKorekty",
            "OkresFaKorygowanej",
            "NrFaKorygowany",
            "P_15ZK",
            "KursWalutyZK",
        ]);
        let corrected = fa.take_all(&["DaneFaKorygowanej"]);
        let before = fa.take_all(&["Podmiot1K", "Podmiot2K"]);
        if facts.is_empty() && corrected.is_empty() && before.is_empty() {
            return;
        }
        let heading = self.words.say("Korekta", "Correction");
        self.layout.heading(&heading);
        self.elements(&facts);
        self.elements(&corrected);
        self.parties(&before);
    }

    /// The lines of the invoice or of the order: what is a figure or short has a column, all else stands under the name.
    fn lines(&mut self, lines: &[&Element]) {
        let Some(first) = lines.first() else { return };
        let mut heading = self.words.label(&first.name);
        if !self.currency.is_empty() {
            heading = format!("{heading} ({})", self.currency);
        }
        self.layout.heading(&heading);
        let columns: &[&str] = match first.name.as_str() {
            "FakturaRRWiersz" => &["NrWierszaFa", "P_5", "P_6B", "P_6A", "P_7", "P_8", "P_9", "P_10", "P_11"],
            "ZamowienieWiersz" => {
                &["NrWierszaZam", "P_7Z", "P_8BZ", "P_8AZ", "P_9AZ", "P_12Z", "P_11NettoZ", "P_11VatZ"]
            }
            _ => &["NrWierszaFa", "P_7", "P_8B", "P_8A", "P_9A", "P_9B", "P_10", "P_12", "P_11", "P_11Vat", "P_11A"],
        };
        let is_name = |name: &str| matches!(name, "P_5" | "P_7Z") || (name == "P_7" && !self.words.is_rr());
        let is_before = |line: &Element| line.children.iter().any(|part| part.name.starts_with("StanPrzed"));
        let has_before = lines.iter().any(|line| is_before(line));
        let is_used = |name: &str| is_name(name) || lines.iter().any(|line| line.child(name).is_some());
        let used: Vec<&str> = columns.iter().copied().filter(|name| is_used(name)).collect();
        let mut table = Table { columns: Vec::new(), rows: Vec::new() };
        for name in &used {
            let is_right = self.words.kind(name).is_figure() || matches!(*name, "P_12" | "P_12Z" | "P_9");
            let align = if is_right { Align::Right } else { Align::Left };
            table.columns.push(Column { head: self.words.label(name), align });
        }
        for line in lines {
            let mut row: Vec<Vec<(Style, String)>> = Vec::new();
            for name in &used {
                let mut cell: Vec<(Style, String)> = Vec::new();
                if let Some(part) = line.child(name) {
                    let style = if is_name(name) { CELL_BOLD } else { CELL };
                    cell.push((style, self.words.value(name, part.value())));
                }
                if is_name(name) {
                    cell.extend(self.details(line, &used, has_before.then(|| is_before(line))));
                }
                row.push(cell);
            }
            table.rows.push(row);
        }
        table.draw(self.layout);
    }

    fn details(&self, line: &Element, used: &[&str], is_before: Option<bool>) -> Vec<(Style, String)> {
        let mut texts = Vec::new();
        let mut pieces = Vec::new();
        match is_before {
            Some(true) => texts.push((DETAIL, self.words.say("przed korektą", "before the correction"))),
            Some(false) => texts.push((DETAIL, self.words.say("po korekcie", "after the correction"))),
            None => {}
        }
        let mut seen: HashSet<&str> = HashSet::new();
        for part in &line.children {
            let name = part.name.as_str();
            let is_first = seen.insert(name);
            if (used.contains(&name) && is_first) || (name.starts_with("StanPrzed") && part.value() == "1") {
                continue;
            }
            for field in self.leaves(part) {
                pieces.push(format!("{}: {}", field.name, field.value));
            }
        }
        if !pieces.is_empty() {
            texts.push((DETAIL, pieces.join(" · ")));
        }
        texts
    }

    /// What is due, as it stands in the invoice: nothing is added up here.
    fn totals(&mut self, fa: &mut Rest<'_>) {
        const RATES: &[&str] = &["1", "2", "3", "4", "5", "6_1", "6_2", "6_3", "7", "8", "9", "10", "11"];
        let mut rows = Vec::new();
        for rate in RATES {
            let [net, tax, in_pln] = [format!("P_13_{rate}"), format!("P_14_{rate}"), format!("P_14_{rate}W")];
            let parts = [fa.take(&net), fa.take(&tax), fa.take(&in_pln)];
            if parts.iter().any(Option::is_some) {
                rows.push((self.words.label(&net), parts));
            }
        }
        let money = |part: Option<&Element>| part.map(|part| self.words.money(part.value()));
        let has_pln = rows.iter().any(|(_, parts)| parts[2].is_some());
        let has_tax = rows.iter().any(|(_, parts)| parts[1].is_some());
        let mut heads =
            vec![(self.words.say("Stawka", "Rate"), Align::Left), (self.words.say("Netto", "Net"), Align::Right)];
        if has_tax {
            heads.push(("VAT".to_owned(), Align::Right));
        }
        if has_pln {
            heads.push((self.words.say("VAT w PLN", "VAT in PLN"), Align::Right));
        }
        let columns = heads.into_iter().map(|(head, align)| Column { head, align }).collect();
        let mut table = Table { columns, rows: Vec::new() };
        for (label, parts) in rows {
            let [net, tax, in_pln] = parts.map(money);
            let text = |value: Option<String>| value.map(|value| (CELL, value)).into_iter().collect::<Vec<_>>();
            let mut row = vec![vec![(CELL, label)], text(net)];
            if has_tax {
                row.push(text(tax));
            }
            if has_pln {
                row.push(text(in_pln));
            }
            table.rows.push(row);
        }
        let of_rr = fa.take_all(&["P_11_1", "P_11_1W", "P_11_2", "P_11_2W"]);
        let due = fa.take_all(&["P_15", "P_12_1"]);
        let after = fa.take_all(&["P_12_1W", "P_12_2"]);
        if table.rows.is_empty() && due.is_empty() && of_rr.is_empty() {
            return;
        }
        self.layout.keep_together(SUMMARY + RATE * table.rows.len() as f32 + DUE * due.len() as f32);
        let heading = self.words.say("Podsumowanie", "Summary");
        self.layout.heading(&heading);
        table.draw(self.layout);
        self.elements(&of_rr);
        for due in due {
            self.layout.gap(5.0);
            let label = self.words.label(&due.name);
            let amount = self.words.amount(due.value(), &self.currency);
            let texts = vec![(NAME, label), (TOTAL, amount)];
            self.layout.row(&[Cell { align: Align::Right, ..Cell::new(MARGIN, INNER - 4.0, texts) }]);
        }
        self.elements(&after);
    }

    /// What applies is said; what does not, in one small line, as the invoice says it of each.
    fn annotations(&mut self, fa: &mut Rest<'_>) {
        let found = fa.take_all(&["Adnotacje", "FP", "TP", "ZwrotAkcyzy"]);
        if found.is_empty() {
            return;
        }
        let heading = self.words.label("Adnotacje");
        self.layout.heading(&heading);
        let (mut yes, mut no, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for element in found {
            self.marks(element, "", [&mut yes, &mut no], &mut others);
        }
        for statement in yes {
            self.layout.row(&[Cell::new(MARGIN, INNER, vec![(STRONG, statement)])]);
        }
        if !others.is_empty() {
            self.layout.gap(3.0);
        }
        self.elements(&others);
        if !no.is_empty() {
            let text = format!("{}: {}", self.words.say("Nie dotyczy", "Not applicable"), no.join("; "));
            self.layout.gap(2.0);
            self.layout.row(&[Cell::new(MARGIN, INNER, vec![(NAME, text)])]);
        }
    }

    fn marks<'e>(
        &self,
        element: &'e Element,
        group: &'e str,
        [yes, no]: [&mut Vec<String>; 2],
        others: &mut Vec<&'e Element>,
    ) {
        let is_group = matches!(element.name.as_str(), "Adnotacje" | "Zwolnienie" | "PMarzy" | "NoweSrodkiTransportu");
        if is_group {
            for child in &element.children {
                self.marks(child, &element.name, [&mut *yes, &mut *no], others);
            }
            return;
        }
        let is_mark = self.words.kind(&element.name) == Kind::Mark;
        match element.value() {
            "1" if is_mark && element.name.ends_with('N') => no.push(self.words.label(group).to_lowercase()),
            "1" if is_mark => yes.push(self.words.label(&element.name)),
            "2" if is_mark => no.push(self.words.label(&element.name).to_lowercase()),
            _ => others.push(element),
        }
    }

    fn attachment(&mut self, attachment: &Element) {
        let heading = self.words.label(&attachment.name);
        self.layout.heading(&heading);
        let mut rest = Rest::of(Some(attachment));
        for block in rest.take_all(&["BlokDanych"]) {
            let mut parts = Rest::of(Some(block));
            for heading in parts.take_all(&["ZNaglowek"]) {
                self.layout.gap(4.0);
                self.layout.subheading(STRONG, heading.value().to_owned());
                self.layout.gap(3.0);
            }
            self.pairs(&parts.take_all(&["MetaDane"]));
            for text in parts.take_all(&["Tekst"]) {
                for paragraph in &text.children {
                    self.layout.row(&[Cell::new(MARGIN, INNER, vec![(TEXT, paragraph.value().to_owned())])]);
                    self.layout.gap(3.0);
                }
            }
            for table in parts.take_all(&["Tabela"]) {
                self.attached_table(table);
            }
            self.elements(&parts.0);
        }
        self.elements(&rest.0);
    }

    /// Records of a key and a value: the key is the value's name.
    fn pairs(&mut self, records: &[&Element]) {
        let mut fields = Vec::new();
        for record in records {
            match &record.children[..] {
                [key, value] if key.children.is_empty() && value.children.is_empty() => {
                    fields.push(Field::new(key.value().to_owned(), value.value().to_owned()));
                }
                _ => fields.extend(self.leaves(record)),
            }
        }
        self.fields(fields);
    }

    fn attached_table(&mut self, table: &Element) {
        let mut parts = Rest::of(Some(table));
        self.pairs(&parts.take_all(&["TMetaDane"]));
        for description in parts.take_all(&["Opis"]) {
            self.layout.row(&[Cell::new(MARGIN, INNER, vec![(TEXT, description.value().to_owned())])]);
            self.layout.gap(3.0);
        }
        let heads = parts.take_all(&["TNaglowek"]);
        let heads: Vec<&Element> = heads.iter().flat_map(|head| &head.children).collect();
        let rows = parts.take_all(&["Wiersz", "Suma"]);
        let count = rows.iter().map(|row| row.children.len()).chain([heads.len()]).max().unwrap_or_default();
        let mut drawn = Table { columns: Vec::new(), rows: Vec::new() };
        let is_figure = |place: usize| {
            let kind = heads.get(place).and_then(|head| head.attributes.iter().find(|(name, _)| name == "Typ"));
            kind.is_some_and(|(_, kind)| matches!(kind.as_str(), "int" | "dec"))
        };
        for place in 0..count {
            let names = heads.get(place).into_iter().flat_map(|head| self.leaves(head)).map(|field| field.value);
            let head = names.collect::<Vec<_>>().join(" ");
            drawn.columns.push(Column { head, align: if is_figure(place) { Align::Right } else { Align::Left } });
        }
        for row in rows {
            let style = if row.name == "Suma" { CELL_BOLD } else { CELL };
            let cell = |(place, cell): (usize, &Element)| {
                let value = cell.value();
                let value = if is_figure(place) { self.words.figure(value) } else { value.to_owned() };
                if value.is_empty() { Vec::new() } else { vec![(style, value)] }
            };
            drawn.rows.push(row.children.iter().enumerate().map(cell).collect());
        }
        drawn.draw(self.layout);
        self.elements(&parts.0);
        self.layout.gap(5.0);
    }
}
