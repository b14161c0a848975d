//! Events for a calendar program (iCalendar, RFC 5545).

use std::time::SystemTime;

use crate::values::Day;

/// In bytes, without the line break (RFC 5545, section 3.1).
const LONGEST_LINE: usize = 75;

/// What a calendar without events contains.
const NOTHING: [&str; 8] = [
    "BEGIN:VTIMEZONE",
    "TZID:UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "END:VTIMEZONE",
];

/// A calendar of all-day events.
pub(crate) struct Calendar {
    lines: Lines,
    now: SystemTime,
    is_empty: bool,
}

/// An all-day event with an alarm.
pub(crate) struct Appointment {
    /// No two events of a calendar may have one (section 3.8.4.7). An event that keeps it from one calendar to the next is
    /// moved, not doubled.
    pub(crate) identifier: String,
    pub(crate) day: Day,
    pub(crate) summary: String,
    pub(crate) description: String,
    pub(crate) alarm: Alarm,
}

/// When the alarm rings.
pub(crate) enum Alarm {
    /// At nine in the morning.
    OnTheDay,
    #[cfg_attr(not(feature = "register"), expect(dead_code, reason = "what is due to KSeF is due soon"))]
    DaysBefore(u32),
}

impl Calendar {
    /// An empty one, of what this word says.
    pub(crate) fn new(what: &str, now: SystemTime) -> Self {
        let mut lines = Lines(String::new());
        lines.push("BEGIN:VCALENDAR");
        lines.push("VERSION:2.0");
        lines.push(&format!("PRODID:-//ksef-qr//{what}//EN"));
        lines.push("CALSCALE:GREGORIAN");
        Self { lines, now, is_empty: true }
    }

    pub(crate) fn add(&mut self, event: &Appointment) {
        self.is_empty = false;
        let lines = &mut self.lines;
        lines.push("BEGIN:VEVENT");
        lines.push(&format!("UID:{}", event.identifier));
        lines.push(&format!("DTSTAMP:{}", stamp(self.now)));
        lines.push(&format!("DTSTART;VALUE=DATE:{}", date(event.day)));
        if let Some(next) = event.day.tomorrow() {
            lines.push(&format!("DTEND;VALUE=DATE:{}", date(next)));
        }
        lines.push(&format!("SUMMARY:{}", escaped(&event.summary)));
        lines.push(&format!("DESCRIPTION:{}", escaped(&event.description)));
        lines.push("TRANSP:TRANSPARENT");
        lines.push("BEGIN:VALARM");
        lines.push("ACTION:DISPLAY");
        lines.push(&format!("DESCRIPTION:{}", escaped(&event.summary)));
        match event.alarm {
            Alarm::OnTheDay => lines.push("TRIGGER:PT9H"),
            Alarm::DaysBefore(days) => lines.push(&format!("TRIGGER:-P{days}D")),
        }
        lines.push("END:VALARM");
        lines.push("END:VEVENT");
    }

    pub(crate) fn into_text(mut self) -> String {
        if self.is_empty {
            // A calendar has at least one component (section 3.6).
            for line in NOTHING {
                self.lines.push(line);
            }
        }
        self.lines.push("END:VCALENDAR");
        self.lines.0
    }
}

/// `20260630`.
fn date(day: Day) -> String {
    day.to_string().replace('-', "")
}

/// `20260630T120000Z`.
fn stamp(now: SystemTime) -> String {
    let now = jiff::Timestamp::try_from(now).unwrap_or_default();
    now.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A text value (section 3.3.11).
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | ';' | ',' => escaped.extend(['\\', character]),
            '\n' => escaped += "\\n",
            // No text may hold them.
            other if other.is_control() => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

struct Lines(String);

impl Lines {
    /// Folds a line that is too long, between characters: the rest follows after a line break and a space.
    fn push(&mut self, line: &str) {
        let mut width = 0;
        for character in line.chars() {
            if width + character.len_utf8() > LONGEST_LINE {
                self.0 += "\r\n ";
                width = 1;
            }
            self.0.push(character);
            width += character.len_utf8();
        }
        self.0 += "\r\n";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_and_fold_back() {
        for line in ["DESCRIPTION:short".to_owned(), "żółw ".repeat(50), "x".repeat(75), "x".repeat(76), "€".repeat(99)]
        {
            let mut lines = Lines(String::new());
            lines.push(&line);
            assert!(lines.0.ends_with("\r\n"));
            assert!(lines.0.split("\r\n").all(|part| part.len() <= LONGEST_LINE), "{}", lines.0);
            assert_eq!(lines.0.trim_end_matches("\r\n").replace("\r\n ", ""), line);
        }
    }

    #[test]
    fn texts_are_escaped() {
        assert_eq!(escaped("a;b,c\\d\ne\rf"), "a\\;b\\,c\\\\d\\ne f");
    }
}
