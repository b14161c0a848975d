use serde::Serialize;

use crate::error::{Error, Kind, Warning};
use crate::values::{Day, WrittenNumber};

/// What a text is that should be a number of KSeF, and what is wrong with it.
///
/// ```
/// use ksef_qr::Error;
/// use ksef_qr::report::NumberReport;
///
/// # fn main() -> ksef_qr::Result<()> {
/// let report = NumberReport::of("5265877635-20250826-0100001AF629-AE", "2026-06-30".parse()?);
/// assert_eq!(report.errors()[0].code(), "ksef_number_checksum");
/// assert!(report.to_json(Error::hint).contains(r#""status":"wrong""#));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct NumberReport {
    text: String,
    tidied: String,
    errors: Vec<Error>,
    warnings: Vec<Warning>,
}

impl NumberReport {
    /// Looks at a text; what stands around it does not matter.
    pub fn of(text: &str, today: Day) -> Self {
        let (text, tidied) = (text.trim().to_owned(), tidied(text));
        let written = WrittenNumber::of(&tidied);
        let mut errors = Vec::new();
        match &written {
            None => {
                let message = "it has the form of no number that KSeF gives";
                errors.push(Error::new(Kind::KsefNumberMalformed, message));
            }
            Some(_) if tidied != text => {
                let message = format!("KSeF writes it {tidied}: capitals, no spaces, plain hyphens");
                errors.push(Error::new(Kind::KsefNumberMalformed, message));
            }
            Some(_) => {}
        }
        errors.extend(written.iter().flat_map(|written| written.faults(today)));
        let warnings = written.iter().flat_map(WrittenNumber::warnings).collect();
        Self { text, tidied, errors, warnings }
    }

    /// Has another text stand in the place of the one that was given: it may be a secret that was pasted.
    #[must_use]
    pub fn shown_as(self, text: impl Into<String>) -> Self {
        Self { text: text.into(), ..self }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The number taken apart, as KSeF would write it; none if it has the form of no number.
    pub fn written(&self) -> Option<WrittenNumber<'_>> {
        WrittenNumber::of(&self.tidied)
    }

    /// What is wrong with it.
    pub fn errors(&self) -> &[Error] {
        &self.errors
    }

    /// What somebody should look at.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// True if it is a number that KSeF may have given.
    pub fn is_right(&self) -> bool {
        self.errors.is_empty()
    }

    /// The line of `docs/schema/number.json`, without its newline. What to do about an error, `hint` says: [`Error::hint`], or
    /// the caller's words.
    pub fn to_json(&self, hint: fn(&Error) -> &'static str) -> String {
        let written = self.written();
        let line = NumberLine {
            r#type: "number",
            text: &self.text,
            status: if self.is_right() { "right" } else { "wrong" },
            form: written.map(|written| written.form().name()),
            nip: written.and_then(|written| written.nip()),
            date: written.and_then(|written| written.date()),
            letters: written.and_then(|written| written.letters()),
            reference: written.and_then(|written| written.reference_kind()),
            technical: written.map(|written| written.technical()),
            check_sum: written.map(|written| written.check_sum()),
            expected_check_sum: written.and_then(|written| written.expected_check_sum()),
            errors: self.errors.iter().map(|error| ErrorLine::of(error, hint)).collect(),
            warnings: self.warnings.iter().map(WarningLine::of).collect(),
        };
        // Nothing in this structure can fail to serialise.
        serde_json::to_string(&line).unwrap_or_default()
    }
}

/// As KSeF would write it: capitals, no spaces, plain hyphens. Word processors make dashes of them.
fn tidied(text: &str) -> String {
    let text = text.chars().filter(|c| !c.is_whitespace() && *c != '\u{FEFF}');
    let text = text.map(|c| if matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}') { '-' } else { c });
    text.map(|c| c.to_ascii_uppercase()).collect()
}

/// A contract: fields are added, never changed or removed.
#[derive(Serialize)]
struct NumberLine<'n> {
    r#type: &'static str,
    text: &'n str,
    /// `right` or `wrong`.
    status: &'static str,
    form: Option<&'static str>,
    nip: Option<&'n str>,
    /// A day, or the month of an IZ.
    date: Option<String>,
    letters: Option<&'n str>,
    reference: Option<&'static str>,
    technical: Option<String>,
    check_sum: Option<&'n str>,
    expected_check_sum: Option<String>,
    errors: Vec<ErrorLine<'n>>,
    warnings: Vec<WarningLine<'n>>,
}

#[derive(Serialize)]
struct ErrorLine<'n> {
    code: &'static str,
    message: &'n str,
    hint: &'static str,
}

#[derive(Serialize)]
struct WarningLine<'n> {
    code: &'static str,
    message: &'n str,
}

impl<'n> ErrorLine<'n> {
    fn of(error: &'n Error, hint: fn(&Error) -> &'static str) -> Self {
        Self { code: error.code(), message: error.message(), hint: hint(error) }
    }
}

impl<'n> WarningLine<'n> {
    fn of(warning: &'n Warning) -> Self {
        Self { code: warning.code(), message: warning.message() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_people_write_them() {
        let number = "5265877635-20250826-0100001AF629-AF";
        for text in [
            number,
            " 5265877635-20250826-0100001af629-af\r\n",
            "5265877635–20250826—0100001AF629‑AF",
            "526 587 76 35 -20250826-0100001AF629-AF",
        ] {
            assert_eq!(tidied(text), number, "{text}");
        }
    }

    #[test]
    fn what_stands_around_it_is_no_fault_and_what_stands_in_it_is() {
        let today: Day = "2026-06-30".parse().unwrap();
        assert!(NumberReport::of(" 5265877635-20250826-0100001AF629-AF\r\n", today).is_right());
        let report = NumberReport::of("5265877635-20250826-0100001af629-af", today);
        assert!(report.errors()[0].message().starts_with("KSeF writes it 5265877635-20250826-0100001AF629-AF"));
        assert!(report.written().is_some());
    }
}
