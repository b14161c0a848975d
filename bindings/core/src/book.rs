use std::sync::Arc;

use ksef_qr::book::{Filter, Place, Recorded, Said, Statement};
use ksef_qr::deadline::Calendar;
use ksef_qr::values::Day;
use ksef_qr::{Error, Result};

use crate::answer::{Answer, Item};
use crate::options::Options;

/// No more entries are given at once: a page of a list.
const MOST: usize = 100_000;

const FILTER: &[&str] = &["seller", "number", "state", "open", "issued_from", "issued_to"];

/// The book of invoices: what has it is given out again, what is new is entered. Cheap to clone; shared by any number of threads.
#[derive(Clone, Debug)]
pub struct Book(pub(crate) Arc<ksef_qr::book::Book>);

impl Book {
    /// Opens a book: the path of a file, or the URL of a PostgreSQL server. With `create` it is made, for `environment`, and must
    /// not be there.
    ///
    /// # Errors
    /// `setting_malformed`, `book_address`; those of the book.
    pub fn open(address: &str, options: &str) -> Result<Self> {
        let options = Options::read(options, &[&["create", "environment", "now"]])?;
        let (place, (now, _)) = (Place::parse(address)?, options.now()?);
        let environment = options.environment()?;
        let book = match options.is_set("create")? {
            true => ksef_qr::book::Book::create(&place, environment.unwrap_or(ksef_qr::Environment::Prod), now)?,
            false => ksef_qr::book::Book::open(&place, now)?,
        };
        if let Some(environment) = environment {
            book.check_environment(environment)?;
        }
        Ok(Self(Arc::new(book)))
    }

    /// The invoices that it has, in the order in which they were entered: lines of `book list`.
    ///
    /// # Errors
    /// `setting_malformed`; those of the book.
    pub fn entries(&self, options: &str) -> Result<Answer> {
        let options = Options::read(options, &[FILTER, &["events"]])?;
        let events = options.is_set("events")?;
        let mut answer = Answer::default();
        self.0.each(&filter(&options)?, &mut |entry| {
            let line = entry.to_json(self.0.environment(), events);
            answer.items.push(Item::new(line.trim_end().to_owned(), false));
            Ok(answer.items.len() < MOST)
        })?;
        Ok(answer)
    }

    /// What KSeF must still get, the first day first; what waits for the end of an outage comes last: lines of `book due`.
    ///
    /// # Errors
    /// `setting_malformed`; those of the book.
    pub fn due(&self, options: &str) -> Result<Answer> {
        let options = Options::read(options, &[FILTER, &["now"]])?;
        let (now, _) = options.now()?;
        let (today, calendar) = (Day::of(now), Calendar::default());
        let mut found = Vec::new();
        self.0.each_due(&filter(&options)?, &calendar, today, &mut |due| {
            found.push((due.days_left.unwrap_or(i64::MAX), due.to_json()));
            Ok(found.len() < MOST)
        })?;
        found.sort_by_key(|(days_left, _)| *days_left);
        Ok(Answer { items: found.into_iter().map(|(_, line)| Item::new(line, false)).collect() })
    }

    /// Enters what KSeF said: a UPO, or its answer in JSON. Lines of `book import`.
    ///
    /// # Errors
    /// `setting_malformed`; those of [`Statement::read`]; those of the book.
    pub fn import(&self, bytes: &[u8], options: &str) -> Result<Answer> {
        let options = Options::read(options, &[&["name", "now"]])?;
        let ((now, _), name) = (options.now()?, options.text("name")?.unwrap_or("answer"));
        let said = Statement::read(bytes, self.0.environment(), name, now).map_err(|error| error.about(name))?;
        let events: Vec<_> = said.iter().map(|one| (one.hash, one.event.clone())).collect();
        let recorded = self.0.record(&events)?;
        let items = said.iter().zip(&recorded).map(|(said, recorded)| {
            let failed = matches!(recorded, Recorded::Contradiction(_));
            Item::new(Said::of(name, said).to_json(recorded, Error::hint), failed)
        });
        Ok(Answer { items: items.collect() })
    }
}

fn filter(options: &Options) -> Result<Filter> {
    let mut filter = Filter::default();
    filter.is_open = options.is_set("open")?;
    filter.states = options.texts("state")?.unwrap_or_default().into_iter().map(str::to_owned).collect();
    filter.seller = options.parsed("seller")?;
    filter.number = options.text("number")?.map(str::to_owned);
    filter.issued_from = options.parsed("issued_from")?;
    filter.issued_to = options.parsed("issued_to")?;
    Ok(filter)
}
