//! `ksef-qr status`: what is open, what is due, which certificate ends when.

use std::collections::BTreeMap;

use ksef_qr::book::{Due, Entry, Filter, State};
use ksef_qr::register::Expiry;
use ksef_qr::values::Day;
use serde::Serialize;

use crate::cli::book::open_to_read;
use crate::cli::commands::book::due;
use crate::cli::credential::register_file::RegisterFile;
use crate::cli::exit::ExitStatus;
use crate::cli::settings;
use crate::cli::words::say::{say, translated, words};
use crate::cli::words::text::{BAD, BOLD, DIM, GOOD, ODD, counted, printable};

/// How many days count as soon.
const SOON: i64 = 7;

/// How many certificates, and how many refused invoices, are named.
const MOST_NAMED: usize = 3;

/// What `--json` prints. A contract: fields are added, never changed or removed.
#[derive(Serialize)]
struct Answer {
    r#type: &'static str,
    book: String,
    environment: &'static str,
    today: String,
    open: u64,
    overdue: u64,
    due_today: u64,
    /// Within a week after today.
    due_soon: u64,
    due_later: u64,
    /// Until an outage has ended.
    waiting: u64,
    /// The earliest day, overdue ones included.
    next_send_by: Option<String>,
    /// The open ones by state.
    states: BTreeMap<&'static str, u64>,
    certificates: Vec<Ending>,
    version: &'static str,
    /// The first of the files that KSeF refused, technical corrections among them, and how many there are.
    #[serde(skip)]
    refused: Vec<(String, String)>,
    #[serde(skip)]
    refused_count: u64,
    /// From today to the earliest day.
    #[serde(skip)]
    next_in_days: Option<i64>,
}

#[derive(Serialize)]
struct Ending {
    name: String,
    replace_by: String,
    days_left: i64,
    last_day: String,
    is_expired: bool,
}

pub fn run(settings: &settings::Status) -> anyhow::Result<ExitStatus> {
    let now = settings.now;
    let expiries = match &settings.register {
        Some(path) => RegisterFile::read(path)?.register.expiries(),
        None => Vec::new(),
    };
    let book = open_to_read(&settings.book, now)?;
    let mut answer = Answer {
        r#type: "status",
        book: book.place().to_owned(),
        environment: book.environment().name(),
        today: Day::of(now).to_string(),
        open: 0,
        overdue: 0,
        due_today: 0,
        due_soon: 0,
        due_later: 0,
        waiting: 0,
        next_send_by: None,
        states: BTreeMap::new(),
        certificates: expiries
            .iter()
            .map(|expiry: &Expiry| Ending {
                name: expiry.name.clone(),
                replace_by: expiry.deadline().to_string(),
                days_left: expiry.days_left(now),
                last_day: expiry.last_day().to_string(),
                is_expired: expiry.is_expired(now),
            })
            .collect(),
        version: env!("CARGO_PKG_VERSION"),
        refused: Vec::new(),
        refused_count: 0,
        next_in_days: None,
    };
    let mut next: Option<Day> = None;
    due(&book, &Filter::default(), settings.non_working_days.as_deref(), now, &mut |due| {
        next = [next, due.send_by.day()].into_iter().flatten().min();
        answer.add(&due);
        Ok(())
    })?;
    answer.next_send_by = next.map(|day| day.to_string());
    answer.next_in_days = next.map(|day| Day::of(now).days_until(day));
    let mut refused = Filter::default();
    (refused.is_open, refused.states) = (true, vec!["refused".to_owned()]);
    book.each(&refused, &mut |entry| {
        answer.add_refused(&entry);
        Ok(true)
    })?;
    match settings.json {
        true => say!("{}", serde_json::to_string(&answer)?),
        false => answer.in_words(settings.register.is_some()),
    }
    Ok(ExitStatus::Done)
}

impl Answer {
    fn add(&mut self, due: &Due) {
        self.open += 1;
        *self.states.entry(due.entry.state().name()).or_default() += 1;
        *match due.days_left {
            None => &mut self.waiting,
            Some(..0) => &mut self.overdue,
            Some(0) => &mut self.due_today,
            Some(1..=SOON) => &mut self.due_soon,
            Some(_) => &mut self.due_later,
        } += 1;
    }

    fn add_refused(&mut self, entry: &Entry) {
        let State::Refused(reason) = entry.state() else { return };
        self.refused_count += 1;
        if self.refused.len() < MOST_NAMED {
            self.refused.push((entry.facts.number.clone(), reason));
        }
    }

    fn in_words(&self, has_register: bool) {
        say!("{BOLD}{}{BOLD:#} ({}), {}", printable(&self.book), self.environment, self.today);
        let states: Vec<String> =
            self.states.iter().map(|(name, count)| words!("{count} {what}", what = translated(name))).collect();
        let states = if states.is_empty() { String::new() } else { format!(": {}", states.join(", ")) };
        say!("  {} not in KSeF yet{states}", counted(self.open, "invoice"));
        let late = if self.overdue > 0 { BAD } else { GOOD };
        say!("  {late}{} overdue{late:#}", self.overdue);
        let today = if self.due_today > 0 { ODD } else { GOOD };
        say!(
            "  {today}{} to be sent today{today:#}, {} within a week, {} later",
            self.due_today,
            self.due_soon,
            self.due_later
        );
        if self.waiting > 0 {
            say!("  {} until an outage has ended", self.waiting);
        }
        if let (Some(day), Some(days)) = (&self.next_send_by, self.next_in_days) {
            match days {
                ..=0 => say!("  {DIM}the first is due on {day}; `ksef-qr book due` lists them{DIM:#}"),
                _ => say!("  {DIM}the first is due on {day}; `ksef-qr book due --within {days}d` lists it{DIM:#}"),
            }
        }
        // One line says how many are not named.
        let named = if self.refused_count > MOST_NAMED as u64 { MOST_NAMED - 1 } else { MOST_NAMED };
        for (number, reason) in self.refused.iter().take(named) {
            say!("  {BAD}refused{BAD:#} {}: {}", printable(number), printable(reason));
        }
        let more = self.refused_count.saturating_sub(named as u64);
        if more > 0 {
            say!("  {DIM}and {more} more; `ksef-qr book list --state refused` shows all{DIM:#}");
        }
        for certificate in self.certificates.iter().take(MOST_NAMED) {
            let colour = if certificate.is_expired || certificate.days_left < 0 { BAD } else { DIM };
            let ends = if certificate.is_expired { words!("ended on") } else { words!("ends on") };
            let (name, last) = (printable(&certificate.name), &certificate.last_day);
            say!("  {colour}certificate {name} {ends} {last}, replace it by {}{colour:#}", certificate.replace_by);
        }
        let more = self.certificates.len().saturating_sub(MOST_NAMED);
        if more > 0 {
            say!("  {DIM}and {} more{DIM:#}", counted(more as u64, "certificate"));
        }
        if has_register && self.certificates.is_empty() {
            say!("  {BAD}nothing signs{BAD:#}: no certificate of the register is active");
        }
    }
}
