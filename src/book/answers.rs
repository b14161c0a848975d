//! What KSeF said of invoices, and what the Ministry announced, to events.

use std::time::SystemTime;

use super::book::{Book, Filter};
use super::entry::{Entry, Facts};
use super::event::{Event, Happening};
use super::transaction::{Recorded, entry};
use crate::deadline::{Announcements, Calendar, Due, Mode, Schedule};
use crate::error::{Error, Kind, Result};
use crate::upo::{InvoiceStatus, Upo};
use crate::values::{Day, Environment, InvoiceHash, KsefNumber};

/// In characters. KSeF names one fault; a file that was made up could hold a megabyte.
const LONGEST_REASON: usize = 1000;

/// So many events are entered at once.
const AT_ONCE: usize = 1000;

/// What KSeF says of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statement {
    /// The digest of the file.
    pub hash: InvoiceHash,
    /// The invoice's number, where the answer says it.
    pub invoice_number: Option<String>,
    /// What happened to it.
    pub event: Event,
}

impl Statement {
    /// Reads a UPO, or KSeF's answer in JSON: about a session's invoices, or the `_metadata.json` of an export package.
    /// `name` is the file's, and `at` the moment at which it is read.
    ///
    /// A file that KSeF refused as a duplicate (440) counts as refused: whether it is the very file that KSeF has, the answer
    /// does not say, and the UPO that does may be read later.
    ///
    /// # Errors
    /// Those of [`Upo::parse`]; `upo_wrong_environment` if the answer says that it is of another KSeF.
    pub fn read(bytes: &[u8], environment: Environment, name: &str, at: SystemTime) -> Result<Vec<Self>> {
        let upo = Upo::parse(bytes)?;
        if upo.check_environment(environment).is_err() {
            let other = Environment::ALL.into_iter().find(|other| upo.check_environment(*other).is_ok());
            let other =
                other.map_or("several environments".to_owned(), |other| format!("the environment {}", other.name()));
            let message = format!("the answer is of {other}, and the book of {}", environment.name());
            return Err(Error::new(Kind::UpoWrongEnvironment, message));
        }
        let event = |what, source: &str| Event::new(what, at, format!("{}{source}", Event::KSEF));
        // A UPO names what KSeF took, and nothing else.
        let Ok(statuses) = InvoiceStatus::read(bytes) else {
            let mut taken: Vec<Self> = upo
                .numbers()
                .map(|(hash, number)| Self {
                    hash: *hash,
                    invoice_number: None,
                    event: event(Happening::Accepted { number: number.clone(), corrected_by: None }, name),
                })
                .collect();
            // The numbers come in no order.
            taken.sort_by_cached_key(|statement| (statement.hash.base64(), statement.event.to_row().ksef_number));
            return Ok(taken);
        };
        let mut statements = Vec::new();
        for status in statuses {
            let source = status.reference.as_deref().unwrap_or(name);
            let about =
                |hash, what| Self { hash, invoice_number: status.invoice_number.clone(), event: event(what, source) };
            match taken(&status) {
                Some(number) => {
                    let what = |corrected_by| Happening::Accepted { number: number.clone(), corrected_by };
                    statements.push(about(status.hash, what(None)));
                    if let Some(first) = status.corrects {
                        statements.push(about(first, what(Some(status.hash))));
                    }
                }
                None => statements.push(about(status.hash, not_taken(&status))),
            }
        }
        Ok(statements)
    }
}

fn taken(status: &InvoiceStatus) -> Option<&KsefNumber> {
    let is_duplicate = status.code == Some(440) && status.original.is_some();
    status.ksef_number.as_ref().filter(|_| !is_duplicate)
}

fn not_taken(status: &InvoiceStatus) -> Happening {
    let code = status.code.and_then(|code| u16::try_from(code).ok());
    // 100 and 150: it is being worked on. A number may be on its way behind 200.
    if code.is_none_or(|code| code < 300) {
        return Happening::Sent { reference: status.reference.clone() };
    }
    let original = status.original.as_ref().map(|number| format!("KSeF has {number}"));
    let parts = [&status.description].into_iter().chain(&status.details).chain(&original);
    let reason = parts.filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(": ");
    Happening::Refused { status: code, reason: reason.chars().take(LONGEST_REASON).collect() }
}

/// When KSeF must have an invoice that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendBy {
    /// By the end of this day.
    Day(Day),
    /// The book does not know why it was issued offline. This is the first day that it can be: the next working day, as if
    /// the issuer had chosen so.
    AtFirst(Day),
    /// The outage lasts, as far as the book knows.
    Open,
}

impl SendBy {
    /// The day, if there is one.
    pub fn day(self) -> Option<Day> {
        match self {
            Self::Day(day) | Self::AtFirst(day) => Some(day),
            Self::Open => None,
        }
    }
}

impl Entry {
    /// When KSeF must have it; none of an invoice that is not open.
    pub fn due(&self, calendar: &Calendar) -> Option<SendBy> {
        if !self.state().is_open() {
            return None;
        }
        Some(match self.send_by() {
            Some(day) => SendBy::Day(day),
            None if self.mode().is_some() || self.was("moved") => SendBy::Open,
            None => {
                match Schedule::new(Mode::Offline24).with_calendar(calendar.clone()).deadline(self.facts.issue_date) {
                    Ok(deadline) => deadline.send_by().map_or(SendBy::Open, SendBy::AtFirst),
                    // Of a day that no calendar knows there is no later one.
                    Err(_) => SendBy::AtFirst(self.facts.issue_date.into()),
                }
            }
        })
    }

    /// What is to be entered if it was issued in this mode, whatever was said before. An outage that is said to last has no day
    /// until its end is announced.
    ///
    /// # Errors
    /// Those of [`Schedule::deadline`].
    pub fn in_mode(&self, mode: Mode, calendar: &Calendar) -> Result<Happening> {
        let deadline = Schedule::new(mode).with_calendar(calendar.clone()).deadline(self.facts.issue_date)?;
        Ok(Happening::Mode { mode: mode.name().to_owned(), send_by: deadline.send_by() })
    }

    /// What announcements change in the day by which KSeF must have it.
    fn moved(&self, schedules: &[(Mode, Schedule)]) -> Option<Happening> {
        let (_, schedule) = schedules.iter().find(|(mode, _)| mode.name() == self.counted_mode())?;
        let deadline = schedule.deadline(self.facts.issue_date).ok()?;
        let is_not_announced = deadline.warnings().iter().any(|warning| warning.code() == "outage_not_announced");
        let known = self.send_by();
        Some(match deadline.due() {
            Due::Never => Happening::Moved { send_by: None, is_not_sent: true },
            _ if is_not_announced => return None,
            // What was longer than this by an announcement that is not in the list any more, or by days off that it does not
            // know, stays so.
            Due::By(day) if known.is_some_and(|known| known >= day) => return None,
            // Nothing was announced that moves it: it is as it was.
            Due::By(_)
                if known.is_none() && self.mode().is_none() && deadline.steps().len() < 2 && !self.was("moved") =>
            {
                return None;
            }
            Due::By(day) => Happening::Moved { send_by: Some(day), is_not_sent: false },
            Due::Open { .. } if known.is_none() && self.mode().is_some() => return None,
            Due::Open { .. } => Happening::Moved { send_by: None, is_not_sent: false },
        })
    }
}

impl Book {
    /// Moves the days by which open invoices must be sent, as the Ministry announced failures, their ends and total failures.
    /// To be given the newest announcements. An invoice of which the book does not know the mode counts as the issuer's own
    /// choice; an outage that is not among the announcements moves nothing.
    ///
    /// # Errors
    /// Those of the database.
    pub fn announce(
        &self,
        announcements: &Announcements,
        calendar: &Calendar,
        at: SystemTime,
        cause: &str,
    ) -> Result<Vec<(Facts, Happening, Recorded)>> {
        let schedules =
            [Mode::Offline24, Mode::Unavailable { ended: None }, Mode::Failure { ended: None }].map(|mode| {
                let schedule = Schedule::new(mode).with_calendar(calendar.clone());
                (mode, schedule.with_announcements(announcements.clone()))
            });
        let mut moves = Vec::new();
        self.each(&Filter { is_open: true, ..Filter::default() }, &mut |entry| {
            if let Some(what) = entry.moved(&schedules) {
                moves.push((entry.facts, what));
            }
            Ok(true)
        })?;
        let mut recorded = Vec::with_capacity(moves.len());
        for part in moves.chunks(AT_ONCE) {
            let event = |(facts, what): &(Facts, Happening)| (facts.hash, Event::new(what.clone(), at, cause));
            recorded.extend(self.record(&part.iter().map(event).collect::<Vec<_>>())?);
        }
        Ok(moves.into_iter().zip(recorded).map(|((facts, what), recorded)| (facts, what, recorded)).collect())
    }

    /// The files that have this KSeF number: one, and the one whose technical correction it is.
    ///
    /// # Errors
    /// As [`find`](Self::find).
    pub fn of_ksef_number(&self, number: &KsefNumber) -> Result<Vec<Entry>> {
        let mut found = Vec::new();
        self.database().store().rows(&mut |rows| {
            let digests = rows.by_ksef_number(&[number.as_str()])?;
            let mut digests: Vec<&str> = digests.iter().map(|(_, digest)| &**digest).collect();
            digests.sort_unstable();
            digests.dedup();
            found = rows.by_digest(&digests)?.into_iter().map(entry).collect::<Result<_>>()?;
            Ok(())
        })?;
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, Happening)> {
        let statements = Statement::read(text.as_bytes(), Environment::Test, "a.json", SystemTime::UNIX_EPOCH).unwrap();
        statements.into_iter().map(|one| (one.event.cause, one.event.what)).collect()
    }

    #[test]
    fn what_a_session_says() {
        let found = read(include_str!("../../fixtures/upo/good/session.json"));
        let names: Vec<_> = found.iter().map(|(_, what)| what.name()).collect();
        assert_eq!(names, ["accepted", "refused", "refused"]);
        assert!(found.iter().all(|(cause, _)| cause == "KSeF 20260616-EE-2F15D39000-242207E5C4-09"));
        assert_eq!(
            found[1].1,
            Happening::Refused {
                status: Some(440),
                reason: "Duplikat faktury: KSeF has 5265877635-20260626-0200A0D6723E-7A".to_owned(),
            }
        );
        let found = read(include_str!("../../fixtures/correction/refused.json"));
        let reason = "Błąd weryfikacji pliku faktury: Plik niezgodny ze schematem XSD: P_6.".to_owned();
        assert_eq!(found[0].1, Happening::Refused { status: Some(430), reason });
    }

    #[test]
    fn a_technical_correction_is_about_two_files() {
        let found = read(include_str!("../../fixtures/upo/good/technical-correction.json"));
        let by: Vec<_> =
            found.iter().map(|(_, what)| matches!(what, Happening::Accepted { corrected_by: Some(_), .. })).collect();
        assert_eq!(by, [false, true]);
    }

    #[test]
    fn a_upo_says_what_was_taken_in_an_order_of_its_own() {
        let text = include_bytes!("../../fixtures/upo/good/session.xml");
        let read = || Statement::read(text, Environment::Test, "u.xml", SystemTime::UNIX_EPOCH).unwrap();
        assert!(read().len() > 1);
        assert_eq!(read(), read());
        let error = Statement::read(text, Environment::Prod, "u.xml", SystemTime::UNIX_EPOCH).unwrap_err();
        assert_eq!(error.code(), "upo_wrong_environment");
    }

    #[test]
    fn what_is_being_worked_on_is_on_its_way() {
        let hash = InvoiceHash::of(b"x").base64();
        let found = read(&format!(r#"[{{"invoiceHash":"{hash}","status":{{"code":150}}}}]"#));
        assert_eq!(found, [("KSeF a.json".to_owned(), Happening::Sent { reference: None })]);
    }
}
