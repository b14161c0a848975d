//! Options of calls: one object of JSON, each name known, each value of its kind.

use std::num::{NonZeroU32, NonZeroUsize};
use std::str::FromStr;
use std::thread;
use std::time::SystemTime;

use ksef_qr::batch::{Confirming, Mismatch, Printer, Stamping};
use ksef_qr::deadline::{Failure, Mode, Schedule};
use ksef_qr::error::ErrorKind;
use ksef_qr::paper::{Format, Language};
use ksef_qr::pdf::{Arrangement, Corner, Occupied, Pages, Size, Stamp};
use ksef_qr::values::{Day, Rule, Rules};
use ksef_qr::{EccLevel, Environment, Error, PictureFormat, Result, Style};
use serde_json::{Map, Value};

/// No options are longer, in bytes: ten thousand links have 5 MB.
const LONGEST: usize = 20_000_000;

/// As many threads at most.
const MOST_JOBS: usize = 256;

/// Why invoices were issued outside of KSeF.
pub(crate) const WHEN: &[&str] = &["mode", "ended", "failures"];
/// What is drawn.
pub(crate) const PICTURES: &[&str] = &["formats", "ecc", "module_px", "dpi"];
/// Where codes are put on a PDF.
pub(crate) const PLACE: &[&str] =
    &["page", "corner", "x_mm", "y_mm", "size_mm", "arrange", "if_occupied", "pdf_mismatch", "repair"];
/// What a confirmation is printed on.
pub(crate) const PAPER: &[&str] = &["language", "paper"];
/// Of all calls about invoices.
pub(crate) const COMMON: &[&str] = &["now", "jobs"];

/// The options of one call.
pub(crate) struct Options(Map<String, Value>);

fn refuse(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::SettingMalformed, message)
}

impl Options {
    /// Reads them; nothing at all is no options.
    ///
    /// # Errors
    /// `setting_malformed` for what is no object, and for names that are not among these.
    pub(crate) fn read(text: &str, known: &[&[&str]]) -> Result<Self> {
        if text.len() > LONGEST {
            return Err(refuse(format!("the options have more than {LONGEST} bytes")));
        }
        if text.trim().is_empty() {
            return Ok(Self(Map::new()));
        }
        let found: Map<String, Value> = serde_json::from_str(text)
            .map_err(|error| refuse(format!("the options are not an object of JSON: {error}")))?;
        for name in found.keys() {
            if !known.iter().any(|names| names.contains(&&**name)) {
                let mut names: Vec<&str> = known.iter().flat_map(|names| names.iter().copied()).collect();
                names.sort_unstable();
                return Err(refuse(format!("{name:?} is no option of this call, which has {}", names.join(", "))));
            }
        }
        Ok(Self(found))
    }

    /// An option that was left out and one that is null are the same.
    fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>> {
        let Some(value) = self.value(name) else { return Ok(None) };
        value.as_str().map(Some).ok_or_else(|| refuse(format!("{name} is {value}; give a text")))
    }

    pub(crate) fn is_set(&self, name: &str) -> Result<bool> {
        let Some(value) = self.value(name) else { return Ok(false) };
        value.as_bool().ok_or_else(|| refuse(format!("{name} is {value}; give true or false")))
    }

    pub(crate) fn parsed<T: FromStr<Err = Error>>(&self, name: &str) -> Result<Option<T>> {
        self.text(name)?.map(str::parse).transpose()
    }

    /// A list of texts; one text is a list of one.
    pub(crate) fn texts(&self, name: &str) -> Result<Option<Vec<&str>>> {
        let wrong = |value: &Value| refuse(format!("{name} holds {value}; give a list of texts"));
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(vec![text])),
            Some(Value::Array(values)) => {
                values.iter().map(|value| value.as_str().ok_or_else(|| wrong(value))).collect::<Result<_>>().map(Some)
            }
            Some(other) => Err(wrong(other)),
        }
    }

    fn number(&self, name: &str, least: f64, most: f64) -> Result<Option<f64>> {
        let Some(value) = self.value(name) else { return Ok(None) };
        match value.as_f64() {
            Some(number) if (least..=most).contains(&number) => Ok(Some(number)),
            _ => Err(refuse(format!("{name} is {value}; give a number from {least} to {most}"))),
        }
    }

    fn whole(&self, name: &str, least: u64, most: u64) -> Result<Option<u64>> {
        let Some(value) = self.value(name) else { return Ok(None) };
        match value.as_u64() {
            Some(number) if (least..=most).contains(&number) => Ok(Some(number)),
            _ => Err(refuse(format!("{name} is {value}; give a whole number from {least} to {most}"))),
        }
    }

    /// One of these words.
    pub(crate) fn one_of<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<T>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let known = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| Some(*meaning));
        known.ok_or_else(|| {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            refuse(format!("{name} is {text:?}; give one of {}", words.join(", ")))
        })
    }

    /// The moment, and whether it was given: then the call acts as if it were another than it is.
    pub(crate) fn now(&self) -> Result<(SystemTime, bool)> {
        let Some(text) = self.text("now")? else { return Ok((SystemTime::now(), false)) };
        let moment: jiff::Timestamp =
            text.parse().map_err(|_| refuse(format!("now is {text:?}; give a moment as 2026-06-30T12:00:00Z")))?;
        Ok((moment.into(), true))
    }

    /// As many threads, and no more than there is work.
    pub(crate) fn jobs(&self, work: usize) -> Result<usize> {
        let jobs = match self.whole("jobs", 1, MOST_JOBS as u64)? {
            Some(jobs) => jobs as usize,
            // Counting processors costs as much as drawing a code.
            None if work <= 1 => 1,
            None => thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MOST_JOBS),
        };
        Ok(jobs.min(work).max(1))
    }

    pub(crate) fn environment(&self) -> Result<Option<Environment>> {
        self.parsed("environment")
    }

    pub(crate) fn allow(&self) -> Result<Rules> {
        self.texts("allow")?.unwrap_or_default().into_iter().map(str::parse::<Rule>).collect()
    }

    /// Why invoices were issued outside of KSeF; none if nothing is said of it.
    pub(crate) fn schedule(&self) -> Result<Option<Schedule>> {
        let ended: Option<Day> = self.parsed("ended")?;
        let failures: Vec<Failure> =
            self.texts("failures")?.unwrap_or_default().into_iter().map(str::parse).collect::<Result<_>>()?;
        let mode = match self.text("mode")? {
            None if ended.is_some() || !failures.is_empty() => return Err(refuse("ended and failures need mode")),
            None => return Ok(None),
            Some("offline24" | "total") if ended.is_some() => {
                return Err(refuse("ended is the end of an outage, and this mode is none that ends"));
            }
            Some("offline24") => Mode::Offline24,
            Some("unavailable") => Mode::Unavailable { ended },
            Some("failure") => Mode::Failure { ended },
            Some("total") => Mode::Total,
            Some(other) => {
                return Err(refuse(format!("mode is {other:?}; give one of offline24, unavailable, failure, total")));
            }
        };
        Ok(Some(Schedule::new(mode).with_failures(failures)))
    }

    /// Which pictures to draw.
    pub(crate) fn formats(&self, usual: &[PictureFormat]) -> Result<Vec<PictureFormat>> {
        let Some(names) = self.texts("formats")? else { return Ok(usual.to_vec()) };
        let mut formats = Vec::new();
        for name in names {
            let format = name.parse()?;
            if !formats.contains(&format) {
                formats.push(format);
            }
        }
        Ok(formats)
    }

    pub(crate) fn style(&self) -> Result<Style> {
        let usual = Style::default();
        let number = |name, usual: u32| {
            self.whole(name, 1, u64::from(u32::MAX)).map(|given| given.map_or(usual, |given| given as u32))
        };
        Style::new(number("module_px", usual.module_px())?, number("dpi", usual.dpi())?)
    }

    pub(crate) fn level(&self) -> Result<EccLevel> {
        Ok(self.parsed("ecc")?.unwrap_or_default())
    }

    /// How codes are put on PDFs.
    pub(crate) fn stamping(&self) -> Result<Stamping> {
        let pages = match self.value("page") {
            None => Pages::Auto,
            Some(Value::String(word)) => match &**word {
                "auto" => Pages::Auto,
                "first" => Pages::First,
                "last" => Pages::Last,
                "all" => Pages::All,
                "new" => Pages::New,
                other => {
                    let message = format!("page is {other:?}; give auto, first, last, all, new or a number");
                    return Err(refuse(message));
                }
            },
            Some(_) => {
                let number = self.whole("page", 1, u64::from(u32::MAX))?.unwrap_or(1) as u32;
                Pages::Number(NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN))
            }
        };
        let corners = [
            ("auto", Corner::Auto),
            ("top-left", Corner::TopLeft),
            ("top-right", Corner::TopRight),
            ("bottom-left", Corner::BottomLeft),
            ("bottom-right", Corner::BottomRight),
        ];
        let mut stamp = Stamp::default().pages(pages).corner(self.one_of("corner", &corners)?.unwrap_or(Corner::Auto));
        let (x_mm, y_mm) = (self.number("x_mm", 0.0, 5000.0)?, self.number("y_mm", 0.0, 5000.0)?);
        if x_mm.is_some() || y_mm.is_some() {
            let usual = 10.0;
            stamp = stamp.distance_mm(x_mm.unwrap_or(usual), y_mm.unwrap_or(usual));
        }
        let arrangements = [("side-by-side", Arrangement::SideBySide), ("stacked", Arrangement::Stacked)];
        if let Some(arrangement) = self.one_of("arrange", &arrangements)? {
            stamp = stamp.arrangement(arrangement);
        }
        if let Some(side) = self.number("size_mm", 3.0, 1000.0)? {
            stamp = stamp.size(Size::SideMm(side));
        }
        let occupied = [("refuse", Occupied::Refuse), ("warn", Occupied::Warn), ("ignore", Occupied::Ignore)];
        stamp = stamp.occupied(self.one_of("if_occupied", &occupied)?.unwrap_or(Occupied::Refuse));
        stamp.check()?;
        let mismatches = [("refuse", Mismatch::Refuse), ("warn", Mismatch::Warn), ("ignore", Mismatch::Ignore)];
        let mismatch = self.one_of("pdf_mismatch", &mismatches)?.unwrap_or_default();
        Ok(Stamping::new(stamp).on_mismatch(mismatch).repairing(self.is_set("repair")?))
    }

    /// What confirmations look like.
    pub(crate) fn confirming(&self) -> Result<Confirming> {
        let language: Language = self.parsed("language")?.unwrap_or_default();
        let paper: Format = self.parsed("paper")?.unwrap_or_default();
        Ok(Confirming::new(language, Printer::Pdf(paper)))
    }
}
