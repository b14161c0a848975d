//! What is to be sent to KSeF, for a calendar program.

use std::collections::BTreeMap;
use std::time::SystemTime;

use crate::icalendar::{Alarm, Appointment, Calendar};
use crate::values::{Day, Nip};

/// How many numbers an event names.
const MOST_NAMED: usize = 20;

/// The days by which invoices must be sent: an all-day event for each seller and day.
#[derive(Clone, Debug, Default)]
pub struct SendingDays(BTreeMap<(Day, String), Invoices>);

#[derive(Clone, Debug, Default)]
struct Invoices {
    count: u64,
    named: Vec<String>,
}

impl SendingDays {
    /// Adds an invoice by its number.
    pub fn add(&mut self, send_by: Day, seller: Nip, number: &str) {
        let invoices = self.0.entry((send_by, seller.to_string())).or_default();
        invoices.count += 1;
        if invoices.named.len() < MOST_NAMED {
            invoices.named.push(number.to_owned());
        }
    }

    /// A calendar in text. What is overdue stands on today, so that it still rings. `in_words` has each text that people read, and
    /// gives it in their language.
    pub fn to_calendar(&self, now: SystemTime, in_words: &dyn Fn(&str) -> String) -> String {
        let today = Day::of(now);
        let mut calendar = Calendar::new("book", now);
        for ((day, seller), Invoices { count, named }) in &self.0 {
            let summary = match (*day < today, *count) {
                (false, 1) => "Send 1 invoice to KSeF".to_owned(),
                (false, count) => format!("Send {count} invoices to KSeF"),
                (true, 1) => format!("Send 1 invoice to KSeF, due on {day}"),
                (true, count) => format!("Send {count} invoices to KSeF, due on {day}"),
            };
            let mut description = in_words(&format!("By the end of {day}, of the seller {seller}:"));
            for number in named {
                description.extend(["\n", number]);
            }
            let more = count - named.len() as u64;
            if more > 0 {
                description.extend(["\n", &in_words(&format!("and {more} more"))]);
            }
            calendar.add(&Appointment {
                identifier: format!("send-{}-{seller}@ksef-qr", day.to_string().replace('-', "")),
                day: (*day).max(today),
                summary: in_words(&summary),
                description,
                alarm: Alarm::OnTheDay,
            });
        }
        calendar.into_text()
    }
}
