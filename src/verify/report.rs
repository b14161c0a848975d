use crate::report::Finding;

/// One thing that was looked at in a code: a [`Finding`] whose code is one of [`CHECKS`](super::CHECKS).
pub type Check = Finding;

use super::link::facts::CodeKind;
use crate::error::CheckCode;
use crate::report::Outcome;

/// What was checked, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// What the checks are about.
    pub subject: ReportSubject,
    /// The checks, in the order of a reader's questions: is it spelled right, is it of this invoice, is it signed
    /// right, what does only KSeF know.
    pub checks: Vec<Check>,
}

/// What a report is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReportSubject {
    /// A link, or another text where one was expected.
    Link {
        /// The text as it was given.
        text: String,
        /// Which code it is; none if that cannot be recognised.
        kind: Option<CodeKind>,
        /// True if nothing in the text has to do with KSeF: a code for a bank transfer, an advertisement.
        is_foreign: bool,
    },
    /// A KOD I and a KOD II that belong to one invoice.
    Pair {
        /// KOD I.
        kod1: String,
        /// KOD II.
        kod2: String,
    },
    /// A line of a manifest.
    Entry {
        /// The invoice's file, as the line names it.
        input: String,
    },
}

impl Report {
    /// True if something was looked at and is wrong. What could not be checked has not failed.
    pub fn has_failed(&self) -> bool {
        self.checks.iter().any(|check| check.outcome() == Outcome::Fail)
    }

    /// The same with nothing failed, but not checked: for a code that has nothing to do with KSeF, found beside those that
    /// have.
    #[must_use]
    pub fn passed_over(mut self) -> Self {
        for check in &mut self.checks {
            if check.outcome() == Outcome::Fail {
                *check = check.clone().with_outcome(Outcome::NotChecked);
            }
        }
        self
    }

    /// Adds what a click on the code does: where a link of the PDF lies over it, the text of that link.
    pub fn add_link_over_code(&mut self, target: &str) {
        self.add_link_check(target, "a click on the code");
    }

    /// Adds where the page with the code leads when it is opened, without a click.
    pub fn add_opened_link(&mut self, target: &str) {
        self.add_link_check(target, "opening the page");
    }

    fn add_link_check(&mut self, target: &str, what: &str) {
        let ReportSubject::Link { text, .. } = &self.subject else { return };
        let check = if target == text {
            Check::ok(CheckCode::LinkOverCode, format!("{what} leads where the code does"))
        } else {
            let reason = format!("{what} leads elsewhere than the code: to {target:?}");
            Check::fail(CheckCode::LinkOverCode, reason)
        };
        if !self.checks.contains(&check) {
            self.checks.push(check);
        }
    }

    /// Adds that the PDF offers the link to click on, and shows no code with it.
    pub fn add_link_without_code(&mut self) {
        let reason = "the PDF offers this link to click on, and no QR code with it was found there";
        self.checks.push(Check::fail(CheckCode::LinkWithoutCode, reason));
    }

    /// Adds that a long PDF was not read to its end: `pages 51 to 140`.
    pub fn add_unread_pages(&mut self, pages: &str) {
        self.checks.push(Check::not_checked(CheckCode::PagesUnread, format!("too many to read: {pages}")));
    }

    /// The check with this code, the first if there are several.
    pub fn check(&self, code: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.code() == code)
    }
}
