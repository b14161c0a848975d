//! Deadlines for a calendar program (iCalendar, RFC 5545).

use std::collections::HashSet;
use std::time::SystemTime;

use super::expiry::Expiry;
use crate::values::Day;

/// In bytes, without the line break (RFC 5545, section 3.1).
const LONGEST_LINE: usize = 75;

/// How many days before the event the alarm rings.
const ALARM_DAYS: u32 = 7;

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

/// A calendar with an all-day event for each certificate: on the day by which the register wants it replaced, else
/// `days_before` days before its last whole one, with an alarm a week earlier. If that day has passed, the event is on
/// the next day that is left, so that the alarm still rings.
///
/// An event keeps its identifier from one calendar to the next, so a calendar program that reads a newer one moves the
/// event and does not double it.
pub fn calendar(expiries: &[Expiry], now: SystemTime, days_before: u32) -> String {
    let mut calendar = Lines(String::new());
    for line in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//ksef-qr//certificates//EN", "CALSCALE:GREGORIAN"] {
        calendar.push(line);
    }
    // No two events may have one identifier (section 3.8.4.7): a file beside a register may hold the same certificate.
    let mut seen = HashSet::new();
    for expiry in expiries {
        if seen.insert(identifier(expiry)) {
            event(&mut calendar, expiry, now, days_before);
        }
    }
    if expiries.is_empty() {
        // A calendar has at least one component (section 3.6).
        for line in NOTHING {
            calendar.push(line);
        }
    }
    calendar.push("END:VCALENDAR");
    calendar.0
}

fn event(calendar: &mut Lines, expiry: &Expiry, now: SystemTime, days_before: u32) {
    let facts = &expiry.facts;
    let day = expiry.replace_by.map_or_else(|| expiry.deadline().minus(days_before), |_| expiry.deadline());
    // No program rings for a day that has passed. What is late still has to be done: tomorrow, if there is time.
    let today = Day::of(now);
    let next = today.tomorrow().filter(|&day| day <= expiry.last_whole_day()).unwrap_or(today);
    let is_near = day.minus(ALARM_DAYS) <= today;
    let day = day.max(next);
    let summary = format!("Replace the KSeF certificate {}", expiry.name);
    let mut description = format!(
        "{}, serial number {}, valid to {} (Polish time).",
        facts.owner_in_words(),
        facts.serial,
        expiry.last_day()
    );
    for (what, text) in [("Used by", &expiry.system), ("Responsible", &expiry.responsible)] {
        if let Some(text) = text {
            description.extend(["\n", what, ": ", text]);
        }
    }
    calendar.push("BEGIN:VEVENT");
    calendar.push(&format!("UID:{}", identifier(expiry)));
    calendar.push(&format!("DTSTAMP:{}", stamp(now)));
    calendar.push(&format!("DTSTART;VALUE=DATE:{}", date(day)));
    if let Some(next) = day.tomorrow() {
        calendar.push(&format!("DTEND;VALUE=DATE:{}", date(next)));
    }
    calendar.push(&format!("SUMMARY:{}", escaped(&summary)));
    calendar.push(&format!("DESCRIPTION:{}", escaped(&description)));
    calendar.push("TRANSP:TRANSPARENT");
    calendar.push("BEGIN:VALARM");
    calendar.push("ACTION:DISPLAY");
    calendar.push(&format!("DESCRIPTION:{}", escaped(&summary)));
    // Nine in the morning, if fewer days are left.
    calendar.push(&if is_near { "TRIGGER:PT9H".to_owned() } else { format!("TRIGGER:-P{ALARM_DAYS}D") });
    calendar.push("END:VALARM");
    calendar.push("END:VEVENT");
}

fn identifier(expiry: &Expiry) -> String {
    let facts = &expiry.facts;
    // Test and production number their certificates independently.
    let issuer: String =
        facts.issuer.iter().flat_map(|name| name.chars()).filter(char::is_ascii_alphanumeric).collect();
    format!("{}-{}@ksef-qr", facts.serial, issuer.to_lowercase())
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
