//! Tables: how wide their columns are.

use super::page::{Align, Cell, INNER, Ink, Layout, MARGIN, Role, Style};

/// A table whose heads and cells are texts. Cells may hold several under each other.
pub(super) struct Table {
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Vec<(Style, String)>>>,
}

pub(super) struct Column {
    pub(super) head: String,
    pub(super) align: Align,
}

pub(super) const CELL: Style = Style::new(false, 7.8, Ink::Black);
pub(super) const CELL_BOLD: Style = Style::new(true, 7.8, Ink::Black);
pub(super) const DETAIL: Style = Style::new(false, 6.8, Ink::Grey);
const HEAD: Style = Style::new(true, 7.0, Ink::Black);

/// Between columns.
const GAP: f32 = 8.0;

/// At the left and the right of the table.
const PADDING: f32 = 4.0;

impl Table {
    pub(super) fn draw(&self, layout: &mut Layout) {
        if self.rows.is_empty() || self.columns.is_empty() {
            return;
        }
        let places = self.places();
        let cell = |place: usize, texts: Vec<(Style, String)>, role: Role| {
            let [x, width] = places.get(place).copied().unwrap_or_default();
            let align = self.columns.get(place).map_or(Align::Left, |column| column.align);
            Cell { align, role, ..Cell::new(x, width, texts) }
        };
        let head = self.columns.iter().enumerate();
        layout.begin_table(
            head.map(|(place, column)| cell(place, vec![(HEAD, column.head.clone())], Role::HeadCell)).collect(),
        );
        for row in &self.rows {
            let cells: Vec<Cell> =
                row.iter().enumerate().map(|(place, texts)| cell(place, texts.clone(), Role::Cell)).collect();
            layout.table_row(&cells);
        }
        layout.end_table();
    }

    /// Where each column begins, and its width. Figures get what they need, if they leave a third to the words, which share what is
    /// left by what they would need.
    fn places(&self) -> Vec<[f32; 2]> {
        let gaps = GAP * (self.columns.len() as f32 - 1.0);
        let room = (INNER - 2.0 * PADDING - gaps).max(50.0);
        let is_figure = |place: usize| self.columns.get(place).is_some_and(|column| column.align == Align::Right);
        // Heads on one line, if that leaves the words their room; on two, if it leaves the longest words half of it; else by
        // their words.
        let widest: Vec<f32> = (0..self.columns.len()).map(|place| self.widest_cell(place)).collect();
        let by = |head: fn(&str) -> f32| -> Vec<f32> {
            // One long text does not take the place of all others.
            let need = |(column, cell): (&Column, &f32)| cell.max(head(&column.head)).clamp(12.0, 320.0) + 1.0;
            self.columns.iter().zip(&widest).map(need).collect()
        };
        let sum = |needs: &[f32]| needs.iter().sum::<f32>();
        let longest = |needs: &[f32]| {
            let words = needs.iter().enumerate().filter(|(place, _)| !is_figure(*place));
            words.map(|(_, need)| *need).fold(0.0, f32::max)
        };
        let (whole, halved) = (by(|head| HEAD.width(head)), by(on_two_lines));
        let needs = if sum(&whole) < 0.6 * room {
            whole
        } else if sum(&halved) - longest(&halved) < 0.5 * room {
            halved
        } else {
            by(longest_word)
        };
        let of = |figures: bool| -> f32 {
            needs.iter().enumerate().filter(|(place, _)| is_figure(*place) == figures).map(|(_, need)| need).sum()
        };
        let (figures, words) = (of(true), of(false));
        let widths: Vec<f32> = if figures > 0.7 * room || words <= 0.0 {
            needs.iter().map(|need| need * room / (figures + words).max(1.0)).collect()
        } else {
            // Narrow columns of words (units, dates) keep what they need; the wide ones share the rest.
            let narrow = 60.0;
            let is_narrow = |place: usize, need: f32| is_figure(place) || need <= narrow;
            let kept: f32 =
                needs.iter().enumerate().filter(|(place, need)| is_narrow(*place, **need)).map(|(_, need)| need).sum();
            let wide = figures + words - kept;
            // Sums of the same in another order differ a little.
            if wide > 1.0 && kept < 0.8 * room {
                let share = (room - kept) / wide;
                let shared = |(place, need): (usize, &f32)| if is_narrow(place, *need) { *need } else { need * share };
                needs.iter().enumerate().map(shared).collect()
            } else {
                needs.iter().map(|need| need * room / (figures + words).max(1.0)).collect()
            }
        };
        let mut x = MARGIN + PADDING;
        widths
            .into_iter()
            .map(|width| {
                let place = [x, width];
                x += width + GAP;
                place
            })
            .collect()
    }

    fn widest_cell(&self, place: usize) -> f32 {
        let cells = self.rows.iter().filter_map(|row| row.get(place)).flatten();
        cells.map(|(style, text)| style.width(text)).fold(0.0, f32::max)
    }
}

/// The width at which a head takes two lines.
fn on_two_lines(head: &str) -> f32 {
    let (whole, space) = (HEAD.width(head), HEAD.width(" "));
    let mut first = 0.0;
    let after_each_word = head.split(' ').map(|word| {
        first += HEAD.width(word);
        let narrowest = first.max(whole - first - space);
        first += space;
        narrowest
    });
    after_each_word.fold(whole, f32::min)
}

fn longest_word(head: &str) -> f32 {
    head.split(' ').map(|word| HEAD.width(word)).fold(0.0, f32::max)
}
