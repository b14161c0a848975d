//! Deadlines of certificates for a calendar program.

use std::collections::HashSet;
use std::time::SystemTime;

use super::expiry::Expiry;
use crate::icalendar::{Alarm, Appointment, Calendar};
use crate::values::Day;

/// How many days before the event the alarm rings.
const ALARM_DAYS: u32 = 7;

/// A calendar with an all-day event for each certificate: on the day by which the register wants it replaced, else
/// `days_before` days before its last whole one, with an alarm a week earlier. If that day has passed, the event is on
/// the next day that is left, so that the alarm still rings.
///
/// An event keeps its identifier from one calendar to the next, so a calendar program that reads a newer one moves the
/// event and does not double it. `in_words` has each text that people read, and gives it in their language.
pub fn calendar(expiries: &[Expiry], now: SystemTime, days_before: u32, in_words: &dyn Fn(&str) -> String) -> String {
    let mut calendar = Calendar::new("certificates", now);
    // No two events may have one identifier (section 3.8.4.7): a file beside a register may hold the same certificate.
    let mut seen = HashSet::new();
    for expiry in expiries {
        if seen.insert(identifier(expiry)) {
            event(&mut calendar, expiry, now, days_before, in_words);
        }
    }
    calendar.into_text()
}

fn event(
    calendar: &mut Calendar,
    expiry: &Expiry,
    now: SystemTime,
    days_before: u32,
    in_words: &dyn Fn(&str) -> String,
) {
    let facts = &expiry.facts;
    let day = expiry.replace_by.map_or_else(|| expiry.deadline().minus(days_before), |_| expiry.deadline());
    // No program rings for a day that has passed. What is late still has to be done: tomorrow, if there is time.
    let today = Day::of(now);
    let next = today.tomorrow().filter(|&day| day <= expiry.last_whole_day()).unwrap_or(today);
    let is_near = day.minus(ALARM_DAYS) <= today;
    let day = day.max(next);
    let summary = in_words(&format!("Replace the KSeF certificate {}", expiry.name));
    let mut description = in_words(&format!(
        "{}, serial number {}, valid to {} (Polish time).",
        facts.owner_in_words(),
        facts.serial,
        expiry.last_day()
    ));
    for (what, text) in [("Used by", &expiry.system), ("Responsible", &expiry.responsible)] {
        if let Some(text) = text {
            description.extend(["\n", &in_words(what), ": ", text]);
        }
    }
    let alarm = if is_near { Alarm::OnTheDay } else { Alarm::DaysBefore(ALARM_DAYS) };
    calendar.add(&Appointment { identifier: identifier(expiry), day, summary, description, alarm });
}

fn identifier(expiry: &Expiry) -> String {
    let facts = &expiry.facts;
    // Test and production number their certificates independently.
    let issuer: String =
        facts.issuer.iter().flat_map(|name| name.chars()).filter(char::is_ascii_alphanumeric).collect();
    format!("{}-{}@ksef-qr", facts.serial, issuer.to_lowercase())
}
