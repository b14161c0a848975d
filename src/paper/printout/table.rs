//! Tables: how wide their columns are.

use super::page::{Align, Cell, INNER, Ink, Layout, MARGIN, Role, Style};
use crate::paper::language::NO_BREAK;

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

/// How much smaller a table may be whose numbers and words do not fit otherwise.
const SMALLER: [f32; 3] = [1.0, 0.9, 0.8];

/// The same if no column can be spared.
const SMALLEST: f32 = 0.55;

/// In points: a word that is wider may be broken.
const LONGEST_WORD: f32 = 170.0;

/// What a column takes.
#[derive(Clone, Copy)]
struct Need {
    /// The widest text of its cells, on one line.
    widest: f32,
    /// The longest number, or word, of its cells and of its head: narrower than this it would be broken within.
    least: f32,
}

impl Table {
    pub(super) fn draw(&self, layout: &mut Layout) {
        if self.rows.is_empty() || self.columns.is_empty() {
            return;
        }
        let needs: Vec<Need> = (0..self.columns.len()).map(|place| self.need(place)).collect();
        let least: f32 = needs.iter().map(|need| need.least).sum();
        let fitting = SMALLER.into_iter().find(|scale| least <= self.room(*scale));
        match (fitting, self.with_one_below(&needs)) {
            (None, Some(narrower)) => narrower.draw(layout),
            (None, None) => self.draw_at((self.room(1.0) / least).max(SMALLEST), &needs, layout),
            (Some(scale), _) => self.draw_at(scale, &needs, layout),
        }
    }

    fn draw_at(&self, scale: f32, needs: &[Need], layout: &mut Layout) {
        let places = self.places(scale, needs);
        let smaller = |style: Style| Style { size: style.size * scale, ..style };
        let cell = |place: usize, texts: &[(Style, String)], role: Role| {
            let [x, width] = places.get(place).copied().unwrap_or_default();
            let align = self.columns.get(place).map_or(Align::Left, |column| column.align);
            let texts = texts.iter().map(|(style, text)| (smaller(*style), text.clone())).collect();
            Cell { align, role, ..Cell::new(x, width, texts) }
        };
        let head = self.columns.iter().enumerate();
        layout.begin_table(
            head.map(|(place, column)| cell(place, &[(HEAD, column.head.clone())], Role::HeadCell)).collect(),
        );
        for row in &self.rows {
            let cells: Vec<Cell> =
                row.iter().enumerate().map(|(place, texts)| cell(place, texts, Role::Cell)).collect();
            layout.table_row(&cells);
        }
        layout.end_table();
    }

    /// The width that all columns share, in points of a text that is not made smaller.
    fn room(&self, scale: f32) -> f32 {
        let gaps = GAP * (self.columns.len() as f32 - 1.0);
        ((INNER - 2.0 * PADDING - gaps) / scale).max(50.0)
    }

    /// The same with its widest column of figures, or of short words, below the words that take most room, each value after its
    /// name; none if there are no such columns. The first column says which row it is, and stays.
    fn with_one_below(&self, needs: &[Need]) -> Option<Self> {
        let of = |place: usize| needs.get(place).map_or(0.0, |need| need.least);
        let widest = |place: &usize| needs.get(*place).map_or(0.0, |need| need.widest);
        let left = (0..self.columns.len()).filter(|place| self.columns[*place].align == Align::Left);
        let words = left.max_by(|one, other| widest(one).total_cmp(&widest(other)))?;
        let others = (1..self.columns.len()).filter(|place| *place != words);
        let moved = others.max_by(|one, other| of(*one).total_cmp(&of(*other)))?;
        let columns = self.columns.iter().enumerate().filter(|(place, _)| *place != moved);
        let columns = columns.map(|(_, column)| Column { head: column.head.clone(), align: column.align }).collect();
        let head = &self.columns.get(moved)?.head;
        let below = |row: &Vec<Vec<(Style, String)>>| {
            let mut row = row.clone();
            let texts = if moved < row.len() { row.remove(moved) } else { Vec::new() };
            let words = if moved < words { words - 1 } else { words };
            if !texts.is_empty() {
                let value = texts.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" ");
                row.resize_with(row.len().max(words + 1), Vec::new);
                if let Some(cell) = row.get_mut(words) {
                    cell.push((DETAIL, if head.is_empty() { value } else { format!("{head}: {value}") }));
                }
            }
            row
        };
        Some(Self { columns, rows: self.rows.iter().map(below).collect() })
    }

    /// Where each column begins, and its width. Figures get what they need, if they leave a third to the words, which share what is
    /// left by what they would need; none is so narrow that its numbers or its head's words are broken, if there is room for all.
    fn places(&self, scale: f32, needs: &[Need]) -> Vec<[f32; 2]> {
        let room = self.room(scale);
        let mut widths = self.widths(room, needs);
        widen(&mut widths, needs, |place| !self.is_figure(place));
        widen(&mut widths, needs, |_| true);
        let mut x = MARGIN + PADDING;
        widths
            .into_iter()
            .map(|width| {
                let place = [x, width * scale];
                x += width * scale + GAP;
                place
            })
            .collect()
    }

    fn is_figure(&self, place: usize) -> bool {
        self.columns.get(place).is_some_and(|column| column.align == Align::Right)
    }

    fn widths(&self, room: f32, needs: &[Need]) -> Vec<f32> {
        let is_figure = |place: usize| self.is_figure(place);
        // Heads on one line, if that leaves the words their room; on two, if it leaves the longest words half of it; else by
        // their words.
        let widest: Vec<f32> = needs.iter().map(|need| need.widest).collect();
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
            by(|head| longest_word(HEAD, head))
        };
        let of = |figures: bool| -> f32 {
            needs.iter().enumerate().filter(|(place, _)| is_figure(*place) == figures).map(|(_, need)| need).sum()
        };
        let (figures, words) = (of(true), of(false));
        if figures > 0.7 * room || words <= 0.0 {
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
        }
    }

    fn need(&self, place: usize) -> Need {
        let head = self.columns.get(place).map_or(0.0, |column| longest_word(HEAD, &column.head));
        let cells = self.rows.iter().filter_map(|row| row.get(place)).flatten();
        let of_cells = cells.fold(Need { widest: 0.0, least: head }, |need, (style, text)| {
            let (widest, longest) = (style.width(text), longest_word(*style, text));
            Need { widest: need.widest.max(widest), least: need.least.max(longest) }
        });
        // What is measured by parts differs a little from the whole.
        Need { least: of_cells.least.min(LONGEST_WORD) + 0.1, ..of_cells }
    }
}

/// Widens what is narrower than it can be, at the cost of those that may give way, by what they have to spare.
fn widen(widths: &mut [f32], needs: &[Need], gives: impl Fn(usize) -> bool) {
    let lack: f32 = widths.iter().zip(needs).map(|(width, need)| (need.least - width).max(0.0)).sum();
    let spare = |place: usize, width: f32, need: &Need| if gives(place) { (width - need.least).max(0.0) } else { 0.0 };
    let all: f32 = widths.iter().zip(needs).enumerate().map(|(place, (width, need))| spare(place, *width, need)).sum();
    if lack <= 0.0 || all <= 0.0 {
        return;
    }
    let met = lack.min(all) / lack;
    for (place, (width, need)) in widths.iter_mut().zip(needs).enumerate() {
        if *width < need.least {
            *width += (need.least - *width) * met;
        } else {
            *width -= spare(place, *width, need) * lack.min(all) / all;
        }
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

/// Numbers hold spaces at which no line ends.
fn longest_word(style: Style, text: &str) -> f32 {
    let words = text.split(|character: char| character.is_whitespace() && character != NO_BREAK);
    words.map(|word| style.width(word)).fold(0.0, f32::max)
}
