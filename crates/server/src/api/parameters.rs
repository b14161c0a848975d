use ksef_qr::batch::{Confirming, Mismatch, Printer};
use ksef_qr::book::Filter;
use ksef_qr::correction::Exceptions;
use ksef_qr::deadline::{Mode, Schedule};
use ksef_qr::paper::{Format, Language};
use ksef_qr::pdf::{Arrangement, Corner, Occupied, Pages, Size, Stamp};
use ksef_qr::values::{Day, IssueDate, Nip};
use ksef_qr::{KsefNumber, PictureFormat, Style};

use super::operations::{Kind, Operation, Parameter};
use super::problem::Problem;
use crate::desk::{Order, Task};

/// The query of a request, each parameter known and of its kind.
#[derive(Debug, Default)]
pub(super) struct Parameters(Vec<(&'static str, String)>);

/// No query is longer, in bytes.
const LONGEST: usize = 4096;

impl Parameters {
    /// # Errors
    /// `parameter_unknown`; `request_malformed` for one that is given twice, or is not of its kind.
    pub(super) fn read(operation: &Operation, query: Option<&str>) -> Result<Self, Problem> {
        let query = query.unwrap_or_default();
        if query.len() > LONGEST {
            return Err(Problem::own("request_malformed", format!("the query has more than {LONGEST} bytes")));
        }
        let mut found = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decoded(name)?, decoded(value)?);
            let Some(parameter) = operation.parameters().find(|parameter| parameter.name == name) else {
                let names = operation.parameters().map(|parameter| parameter.name).collect::<Vec<_>>().join(", ");
                let names = if names.is_empty() { "none".to_owned() } else { names };
                let message = format!("{name:?} is no parameter of {}: {names}", operation.path);
                return Err(Problem::own("parameter_unknown", message));
            };
            if found.get(parameter.name).is_some() {
                return Err(Problem::own("request_malformed", format!("{name} is given twice")));
            }
            check(parameter, &value)?;
            found.0.push((parameter.name, value));
        }
        Ok(found)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| &**value)
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.parse().ok()
    }

    fn day(&self, name: &str) -> Result<Option<Day>, Problem> {
        Ok(self.get(name).map(str::parse::<Day>).transpose()?)
    }

    /// Why invoices were issued outside of KSeF.
    pub(super) fn schedule(&self) -> Result<Option<Schedule>, Problem> {
        let ended = self.day("ended")?;
        let mode = match self.get("mode") {
            None if ended.is_some() => return Err(Problem::own("request_malformed", "ended needs mode")),
            None => return Ok(None),
            Some("offline24" | "total") if ended.is_some() => {
                return Err(Problem::own("request_malformed", "this mode is no outage that ends"));
            }
            Some("offline24") => Mode::Offline24,
            Some("unavailable") => Mode::Unavailable { ended },
            Some("failure") => Mode::Failure { ended },
            Some(_) => Mode::Total,
        };
        Ok(Some(Schedule::new(mode)))
    }

    /// The issue date.
    pub(super) fn issued(&self) -> Result<IssueDate, Problem> {
        let text = self.get("issued").ok_or_else(|| Problem::own("request_malformed", "issued is missing"))?;
        Ok(text.parse()?)
    }

    /// What is to be made.
    pub(super) fn order(&self, task: &str) -> Result<Order, Problem> {
        let mut order = Order::new(match task {
            "sign" => Task::Sign,
            "link" => Task::Link,
            "stamp" => Task::Stamp(self.place()?, self.mismatch()),
            _ => Task::Confirm(self.confirming()?),
        });
        order.schedule = self.schedule()?;
        order.ksef_number = self.get("ksef_number").map(KsefNumber::parse).transpose()?;
        order.context = self.get("context").map(str::parse).transpose()?;
        if order.ksef_number.is_some() && order.context.is_some() {
            let message = "with ksef_number nothing is signed, so there is no context";
            return Err(Problem::own("request_malformed", message));
        }
        if let Some(formats) = self.get("format") {
            order.formats = Vec::new();
            for name in formats.split(',').filter(|name| *name != "none") {
                let format: PictureFormat = name.parse()?;
                if !order.formats.contains(&format) {
                    order.formats.push(format);
                }
            }
        }
        if let Some(level) = self.get("ecc") {
            order.level = level.parse()?;
        }
        let usual = Style::default();
        let module_px = self.number("module_px").unwrap_or_else(|| usual.module_px());
        order.style = Style::new(module_px, self.number("dpi").unwrap_or_else(|| usual.dpi()))?;
        Ok(order)
    }

    fn place(&self) -> Result<Stamp, Problem> {
        let pages = match self.get("page") {
            None | Some("auto") => Pages::Auto,
            Some("first") => Pages::First,
            Some("last") => Pages::Last,
            Some("all") => Pages::All,
            Some("new") => Pages::New,
            Some(number) => {
                let malformed = |_| Problem::own("request_malformed", format!("page {number:?} is no page"));
                Pages::Number(number.parse().map_err(malformed)?)
            }
        };
        let corner = match self.get("corner") {
            Some("top-left") => Corner::TopLeft,
            Some("top-right") => Corner::TopRight,
            Some("bottom-left") => Corner::BottomLeft,
            Some("bottom-right") => Corner::BottomRight,
            _ => Corner::Auto,
        };
        let mut stamp = Stamp::default().pages(pages).corner(corner);
        if self.get("x_mm").is_some() || self.get("y_mm").is_some() {
            let usual = 10.0;
            stamp = stamp.distance_mm(self.number("x_mm").unwrap_or(usual), self.number("y_mm").unwrap_or(usual));
        }
        if self.get("arrange") == Some("stacked") {
            stamp = stamp.arrangement(Arrangement::Stacked);
        }
        if let Some(side) = self.number("size_mm") {
            stamp = stamp.size(Size::SideMm(side));
        }
        stamp = stamp.occupied(match self.get("if_occupied") {
            Some("warn") => Occupied::Warn,
            Some("ignore") => Occupied::Ignore,
            _ => Occupied::Refuse,
        });
        stamp.check()?;
        Ok(stamp)
    }

    fn mismatch(&self) -> Mismatch {
        match self.get("pdf_mismatch") {
            Some("warn") => Mismatch::Warn,
            Some("ignore") => Mismatch::Ignore,
            _ => Mismatch::Refuse,
        }
    }

    fn confirming(&self) -> Result<Confirming, Problem> {
        let language: Language = self.get("language").map(str::parse).transpose()?.unwrap_or_default();
        let paper: Format = self.get("paper").map(str::parse).transpose()?.unwrap_or_default();
        Ok(Confirming::new(language, Printer::Pdf(paper)))
    }

    /// Which entries of the book, without how many first ones, and how many at most.
    pub(super) fn filter(&self) -> Result<(Filter, u64, u64), Problem> {
        let mut filter = Filter::default();
        filter.states = self.get("state").map(str::to_owned).into_iter().collect();
        filter.seller = self.get("seller").map(Nip::parse).transpose()?;
        filter.number = self.get("number").map(str::to_owned);
        filter.issued_from = self.day("issued_from")?;
        filter.issued_to = self.day("issued_to")?;
        Ok((filter, self.number("after").unwrap_or(0), self.number("limit").unwrap_or(1000)))
    }

    /// What is overruled.
    pub(super) fn exceptions(&self) -> Exceptions {
        let has = |name| self.get("allow").is_some_and(|names| names.split(',').any(|one| one == name));
        Exceptions { content: has("content"), online: has("online") }
    }
}

fn check(parameter: &Parameter, value: &str) -> Result<(), Problem> {
    let name = parameter.name;
    let refuse = |what: String| Err(Problem::own("request_malformed", format!("{name}={value:?}: {what}")));
    match parameter.kind {
        Kind::Text if value.is_empty() || value.chars().any(char::is_control) => refuse("give a text".to_owned()),
        Kind::Day if value.parse::<Day>().is_err() => refuse("give a day as 2026-06-15".to_owned()),
        Kind::Number(least, most) => match value.parse::<i64>() {
            Ok(number) if (least..=most).contains(&number) => Ok(()),
            _ => refuse(format!("give a whole number from {least} to {most}")),
        },
        Kind::OneOf(words) if !words.contains(&value) => refuse(format!("give one of {}", words.join(", "))),
        Kind::SomeOf(words) if !value.split(',').all(|one| words.contains(&one)) => {
            refuse(format!("give some of {}, with commas", words.join(", ")))
        }
        _ => Ok(()),
    }
}

/// Percent-encoding and `+`.
fn decoded(text: &str) -> Result<String, Problem> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte.unwrap_or(b'x')).to_digit(16);
                match (digit(rest.next()), digit(rest.next())) {
                    (Some(high), Some(low)) => (high * 16 + low) as u8,
                    _ => return Err(Problem::own("request_malformed", "the query has a % that encodes nothing")),
                }
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| Problem::own("request_malformed", "the query is not UTF-8"))
}
