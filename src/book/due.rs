use serde::Serialize;

use super::answers::SendBy;
use super::book::{Book, Filter};
use super::entry::{Entry, State};
use crate::deadline::Calendar;
use crate::error::Result;
use crate::values::Day;

/// An invoice that KSeF must still get.
#[derive(Clone, Debug)]
pub struct Due {
    /// The invoice.
    pub entry: Entry,
    /// By when.
    pub send_by: SendBy,
    /// From today; negative if it is overdue, none while the outage lasts.
    pub days_left: Option<i64>,
}

impl Book {
    /// Gives each open invoice, in no order of days, until `each` returns false. A technical correction is not given beside its
    /// first file: the two are one invoice.
    ///
    /// # Errors
    /// Those of [`Book::each`] and of `each`.
    pub fn each_due(
        &self,
        filter: &Filter,
        calendar: &Calendar,
        today: Day,
        each: &mut dyn FnMut(Due) -> Result<bool>,
    ) -> Result<()> {
        let mut filter = filter.clone();
        filter.is_open = true;
        self.each(&filter, &mut |entry| match entry.due(calendar) {
            Some(_) if entry.corrects().is_some() => Ok(true),
            Some(send_by) => {
                let days_left = send_by.day().map(|day| today.days_until(day));
                each(Due { entry, send_by, days_left })
            }
            None => Ok(true),
        })
    }
}

/// A contract (`docs/schema`): fields are added, never changed or removed.
#[derive(Serialize)]
struct DueLine<'d> {
    r#type: &'static str,
    /// `overdue`, `today`, `later`; `open` while the outage lasts.
    when: &'static str,
    send_by: Option<String>,
    weekday: Option<&'static str>,
    days_left: Option<i64>,
    assumed: bool,
    state: &'static str,
    refusal: Option<&'d str>,
    mode: Option<&'d str>,
    seller_nip: &'d str,
    kind: Option<&'d str>,
    invoice_number: &'d str,
    issue_date: String,
    hash_base64: String,
}

impl Due {
    /// True if nobody said why the invoice was issued offline, so that it counts as one of somebody's own choice.
    pub fn is_assumed(&self) -> bool {
        matches!(self.send_by, SendBy::AtFirst(_))
    }

    /// A line of JSON, without its newline.
    pub fn to_json(&self) -> String {
        let facts = &self.entry.facts;
        let state = self.entry.state();
        let line = DueLine {
            r#type: "due",
            when: match self.days_left {
                Some(..0) => "overdue",
                Some(0) => "today",
                Some(_) => "later",
                None => "open",
            },
            send_by: self.send_by.day().map(|day| day.to_string()),
            weekday: self.send_by.day().map(Day::weekday),
            days_left: self.days_left,
            assumed: self.is_assumed(),
            state: state.name(),
            refusal: if let State::Refused(reason) = &state { Some(reason) } else { None },
            mode: self.entry.mode(),
            seller_nip: facts.seller.as_str(),
            kind: facts.kind.as_deref(),
            invoice_number: &facts.number,
            issue_date: facts.issue_date.to_string(),
            hash_base64: facts.hash.base64(),
        };
        // Nothing in this structure can fail to serialise.
        serde_json::to_string(&line).unwrap_or_default()
    }
}
