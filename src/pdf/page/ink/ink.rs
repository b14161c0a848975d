use super::ink_map::InkMap;
use super::sign_lines::SignLines;
use crate::pdf::page::geometry::{Point, Rect};

/// Where a page is printed on: for each of some areas what is there, and if it is asked for a map of the page.
pub(in crate::pdf) struct Ink {
    areas: Vec<Area>,
    /// All but the pictures.
    pub(in crate::pdf) map: Option<InkMap>,
    /// The pictures, which may be white for the most part; with a map alone.
    pub(in crate::pdf) pictures: Option<InkMap>,
    /// With a map alone.
    pub(in crate::pdf) sign_lines: Option<SignLines>,
}

/// A place that codes may go to.
struct Area {
    rect: Rect,
    found: Option<Found>,
}

/// What is printed in an area, the first that is.
enum Found {
    Thing(String),
    /// Letters, and the end of the last of them.
    Text {
        letters: String,
        end: Point,
    },
}

/// Letters of a text that are quoted.
const LONGEST_QUOTE: usize = 40;

impl Ink {
    /// `areas` in the page's units.
    pub(in crate::pdf) fn new(areas: &[Rect], map: Option<InkMap>) -> Self {
        let sign_lines = map.as_ref().map(|map| SignLines::new(map.millimetre()));
        let pictures = map.as_ref().map(InkMap::blank);
        Self { areas: areas.iter().map(|&rect| Area { rect, found: None }).collect(), map, pictures, sign_lines }
    }

    /// True once nothing that is drawn can add to what is known.
    pub(in crate::pdf) fn is_settled(&self) -> bool {
        self.map.is_none() && self.areas.iter().all(|area| area.found.is_some())
    }

    /// True as long as letters add to what is known, or to a quote.
    pub(in crate::pdf) fn wants_text(&self) -> bool {
        let quotes = |area: &Area| match &area.found {
            Some(Found::Text { letters, .. }) => letters.len() <= LONGEST_QUOTE,
            _ => false,
        };
        !self.is_settled() || self.areas.iter().any(quotes)
    }

    /// What is in each area, as it is said to people.
    pub(in crate::pdf) fn found(&self) -> Vec<Option<String>> {
        self.areas.iter().map(|area| area.found.as_ref().map(Found::words)).collect()
    }

    /// True if something of the kind would be seen: within one of the areas, or on the map.
    pub(in crate::pdf) fn is_near(&self, drawn: &Rect) -> bool {
        self.map.as_ref().is_some_and(|map| map.page().meets(drawn))
            || self.areas.iter().any(|area| area.rect.meets(drawn))
    }

    /// A thing that covers a rectangle.
    pub(in crate::pdf) fn thing(&mut self, drawn: &Rect, what: &str) {
        if let Some(map) = &mut self.map {
            map.mark(drawn);
        }
        self.see(drawn, what);
    }

    /// A picture, of which it is not known here what it shows.
    pub(in crate::pdf) fn picture(&mut self, drawn: &Rect) {
        if let Some(pictures) = &mut self.pictures {
            pictures.mark(drawn);
        }
        self.see(drawn, "a picture");
    }

    fn see(&mut self, drawn: &Rect, what: &str) {
        for area in &mut self.areas {
            if area.rect.meets(drawn) {
                area.found.get_or_insert_with(|| Found::Thing(what.to_owned()));
            }
        }
        if let Some(lines) = &mut self.sign_lines {
            lines.drawn(drawn);
        }
    }

    /// A line of the width `2 * half`, as far as it is within `clip`.
    pub(in crate::pdf) fn line(&mut self, from: Point, to: Point, half: f64, clip: &Rect) {
        for area in &mut self.areas {
            let seen = area.rect.intersection(clip);
            if seen.left < seen.right && seen.bottom < seen.top && within(&seen.grown(half), from, to).is_some() {
                area.found.get_or_insert_with(|| Found::Thing("a line".to_owned()));
            }
        }
        if let Some(map) = &mut self.map {
            let seen = map.page().intersection(clip);
            if let Some((from, to)) = within(&seen.grown(half), from, to) {
                map.mark_line(from, to, half);
                if let Some(lines) = &mut self.sign_lines {
                    lines.drawn(&Rect::new(from, to));
                }
            }
        }
    }

    /// Letters that stand in a rectangle; none of them are given where it is not known which they are.
    pub(in crate::pdf) fn text(&mut self, drawn: &Rect, letters: &str) {
        for area in self.areas.iter_mut().filter(|area| area.rect.meets(drawn)) {
            let new = || Found::Text { letters: String::new(), end: (drawn.left, drawn.bottom) };
            if let Found::Text { letters: known, end } = area.found.get_or_insert_with(new) {
                let height = drawn.height();
                let goes_on = (drawn.left - end.0).abs() < 0.2 * height && (drawn.bottom - end.1).abs() < 0.5 * height;
                if !goes_on && known.ends_with(|last: char| !last.is_whitespace()) {
                    known.push(' ');
                }
                let room = LONGEST_QUOTE.saturating_sub(known.chars().count());
                known.extend(letters.chars().take(room + 1));
                *end = (drawn.right, drawn.bottom);
            }
        }
        if let Some(map) = &mut self.map {
            map.mark(drawn);
        }
        if let Some(lines) = &mut self.sign_lines {
            lines.text(drawn, letters);
        }
    }
}

impl Found {
    fn words(&self) -> String {
        match self {
            Self::Thing(what) => what.clone(),
            Self::Text { letters, .. } => {
                let letters = letters.trim();
                match letters.chars().count() {
                    0 => "text".to_owned(),
                    1..=LONGEST_QUOTE => format!("the text {letters:?}"),
                    _ => {
                        let begin: String = letters.chars().take(LONGEST_QUOTE).collect();
                        format!("the text \"{}...\"", begin.trim_end())
                    }
                }
            }
        }
    }
}

/// The part of the line between two points that lies in a rectangle (Liang and Barsky).
pub(in crate::pdf) fn within(rect: &Rect, from: Point, to: Point) -> Option<(Point, Point)> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
    for (along, room) in
        [(-dx, from.0 - rect.left), (dx, rect.right - from.0), (-dy, from.1 - rect.bottom), (dy, rect.top - from.1)]
    {
        if along == 0.0 {
            if room <= 0.0 {
                return None;
            }
        } else if along < 0.0 {
            enters = enters.max(room / along);
        } else {
            leaves = leaves.min(room / along);
        }
    }
    let at = |part: f64| (from.0 + part * dx, from.1 + part * dy);
    (enters < leaves || (dx == 0.0 && dy == 0.0)).then(|| (at(enters), at(leaves)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_cross_and_lines_that_pass() {
        let rect = Rect::new((10.0, 10.0), (20.0, 20.0));
        for (from, to, crossing) in [
            ((0.0, 15.0), (30.0, 15.0), true),
            ((0.0, 0.0), (30.0, 30.0), true),
            ((12.0, 12.0), (13.0, 14.0), true),
            ((0.0, 5.0), (30.0, 5.0), false),
            ((0.0, 25.0), (5.0, 0.0), false),
            ((0.0, 15.0), (9.0, 15.0), false),
            ((0.0, 12.0), (12.0, 0.0), false),
        ] {
            assert_eq!(within(&rect, from, to).is_some(), crossing, "{from:?} {to:?}");
            assert_eq!(within(&rect, to, from).is_some(), crossing, "{to:?} {from:?}");
        }
        assert_eq!(within(&rect, (0.0, 15.0), (30.0, 15.0)), Some(((10.0, 15.0), (20.0, 15.0))));
    }

    /// Letters come one by one or line by line; a quote is what people would read.
    #[test]
    fn texts_are_quoted_as_they_are_read() {
        let mut ink = Ink::new(&[Rect::new((0.0, 0.0), (100.0, 100.0))], None);
        for (letter, x) in "Suma".chars().zip([10.0, 16.0, 22.0, 31.0]) {
            ink.text(&Rect::new((x, 50.0), (x + if letter == 'm' { 9.0 } else { 6.0 }, 60.0)), &letter.to_string());
        }
        ink.text(&Rect::new((60.0, 50.0), (80.0, 60.0)), "1,23");
        ink.thing(&Rect::new((0.0, 0.0), (9.0, 9.0)), "a picture");
        assert_eq!(ink.found(), [Some("the text \"Suma 1,23\"".to_owned())]);
        ink.text(&Rect::new((10.0, 20.0), (80.0, 30.0)), &"do zapłaty ".repeat(9));
        let found = ink.found().remove(0).unwrap();
        assert_eq!(found, "the text \"Suma 1,23 do zapłaty do zapłaty do zapła...\"");
        assert!(ink.is_settled());
    }
}
