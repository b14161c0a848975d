//! What texts there are.

use ksef_qr::values::Day;

use crate::page::language::Language;

/// A noun with its number: `1 faktura`, `3 faktury`, `5 faktur`.
pub struct Counted {
    pub one: &'static str,
    pub few: &'static str,
    pub many: &'static str,
}

impl Counted {
    /// By the rules of both languages: in English `few` and `many` are the same.
    pub fn of(&self, number: usize) -> String {
        let noun = match (number, number % 10, number % 100) {
            (1, ..) => self.one,
            (_, 2..=4, rest) if !(12..=14).contains(&rest) => self.few,
            _ => self.many,
        };
        format!("{number}\u{a0}{noun}")
    }
}

/// The texts of one language. What is in braces is filled in by [`fill`].
pub struct Texts {
    pub language: Language,
    pub layout: Layout,
    pub login: Login,
    pub form: Form,
    pub results: Results,
    pub book: Book,
    pub certificates: Certificates,
    pub verify: Verify,
    pub trouble: Trouble,
    pub months: [&'static str; 12],
    pub weekdays: [&'static str; 7],
}

pub struct Layout {
    pub tagline: &'static str,
    pub skip: &'static str,
    pub navigation: &'static str,
    pub invoices: &'static str,
    pub book: &'static str,
    pub certificates: &'static str,
    pub verify: &'static str,
    /// The other language, in its own words.
    pub other_language: &'static str,
    pub log_out: &'static str,
    pub key_in_use: &'static str,
    pub environment: [&'static str; 3],
    pub demonstration: &'static str,
    pub disclaimer: &'static str,
    pub print: &'static str,
}

pub struct Login {
    pub title: &'static str,
    pub lead: &'static str,
    pub key: &'static str,
    pub key_hint: &'static str,
    pub submit: &'static str,
    pub wrong: &'static str,
    pub ended: &'static str,
}

pub struct Form {
    pub title: &'static str,
    pub lead: &'static str,
    pub files: &'static str,
    pub files_hint: &'static str,
    pub drop_here: &'static str,
    pub remove: &'static str,
    pub mode: &'static str,
    pub modes: [Choice; 4],
    pub ended: &'static str,
    pub ended_hint: &'static str,
    pub check_only: &'static str,
    pub check_only_hint: &'static str,
    pub as_printed: &'static str,
    pub as_printed_hint: &'static str,
    pub submit: &'static str,
    pub no_files: &'static str,
    pub sending: &'static str,
    pub done: &'static str,
    pub stopped: &'static str,
    pub recent: &'static str,
    pub how_title: &'static str,
    pub how: [&'static str; 3],
}

pub struct Choice {
    pub name: &'static str,
    pub note: &'static str,
}

pub struct Results {
    pub title: &'static str,
    pub title_checked: &'static str,
    pub ready: Counted,
    pub accepted: Counted,
    pub refused: Counted,
    pub with_remarks: Counted,
    pub download_all: &'static str,
    pub download_all_note: &'static str,
    pub kept_until: &'static str,
    pub again: &'static str,
    pub status_ready: &'static str,
    pub status_accepted: &'static str,
    pub status_refused: &'static str,
    pub file: &'static str,
    pub number: &'static str,
    pub issued: &'static str,
    pub seller: &'static str,
    pub buyer: &'static str,
    pub buyer_none: &'static str,
    pub total: &'static str,
    pub send_by: &'static str,
    pub send_by_open: &'static str,
    pub send_never: &'static str,
    pub overdue: &'static str,
    pub hand_over: &'static str,
    pub hand_over_invoice_both: &'static str,
    pub hand_over_invoice_kod1: &'static str,
    pub hand_over_invoice_none: &'static str,
    pub hand_over_confirmation: &'static str,
    pub why: &'static str,
    pub take_away: &'static str,
    pub stamped_pdf: &'static str,
    pub confirmation_pdf: &'static str,
    pub kod1: &'static str,
    pub kod2: &'static str,
    pub kod1_of: &'static str,
    pub kod2_of: &'static str,
    pub faults: &'static str,
    pub remarks: &'static str,
    pub place: &'static str,
    pub details: &'static str,
    pub from_book: &'static str,
    pub ksef_number: &'static str,
    pub in_ksef: &'static str,
    pub none: &'static str,
    pub pdf_without_codes: &'static str,
    pub stamped_note: &'static str,
}

pub struct Book {
    pub title: &'static str,
    pub lead: &'static str,
    pub none: &'static str,
    pub nothing_due: &'static str,
    pub overdue: &'static str,
    pub today: &'static str,
    pub no_day: &'static str,
    pub no_day_note: &'static str,
    pub invoices: Counted,
    pub days_over: Counted,
    pub days_left: Counted,
    pub state: &'static str,
    pub states: [&'static str; 9],
    pub more: &'static str,
}

pub struct Certificates {
    pub title: &'static str,
    pub lead: &'static str,
    pub none: &'static str,
    pub name: &'static str,
    pub owner: &'static str,
    pub serial: &'static str,
    pub valid_from: &'static str,
    pub valid_to: &'static str,
    pub remains: &'static str,
    pub status: &'static str,
    pub good: &'static str,
    pub ends_soon: &'static str,
    pub expired: &'static str,
    pub not_yet: &'static str,
    pub what_to_do: &'static str,
}

pub struct Verify {
    pub title: &'static str,
    pub lead: &'static str,
    pub file: &'static str,
    pub file_hint: &'static str,
    pub link: &'static str,
    pub link_hint: &'static str,
    pub invoice: &'static str,
    pub invoice_hint: &'static str,
    pub submit: &'static str,
    pub camera: &'static str,
    pub camera_stop: &'static str,
    pub camera_hint: &'static str,
    pub camera_none: &'static str,
    pub camera_searching: &'static str,
    pub camera_view: &'static str,
    pub nothing_given: &'static str,
    pub result: &'static str,
    pub right: &'static str,
    pub wrong: &'static str,
    pub kod1: &'static str,
    pub kod2: &'static str,
    pub unknown: &'static str,
    pub outcomes: [&'static str; 5],
    pub leads_to: &'static str,
}

pub struct Trouble {
    pub title: &'static str,
    pub not_found: &'static str,
    pub results_gone: &'static str,
    pub too_large: &'static str,
    pub too_many_files: &'static str,
    pub busy: &'static str,
    pub form_outdated: &'static str,
    pub not_allowed: &'static str,
    pub upload_broken: &'static str,
    pub date_wrong: &'static str,
    pub mode_wrong: &'static str,
    pub internal: &'static str,
    pub back: &'static str,
}

impl Texts {
    /// `30 listopada 2026 (poniedziałek)`, `30 November 2026 (Monday)`.
    pub fn day(&self, day: Day) -> String {
        let text = day.to_string();
        let parts: Vec<usize> = text.split('-').filter_map(|part| part.parse().ok()).collect();
        let &[year, month @ 1..=12, number] = &parts[..] else { return text };
        let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        let weekday = days.iter().position(|name| *name == day.weekday()).unwrap_or_default();
        format!("{number}\u{a0}{}\u{a0}{year} ({})", self.months[month - 1], self.weekdays[weekday])
    }

    /// An amount as people of the language write it: `2 205,39`, `2,205.39`; what is not a number stays.
    pub fn amount(&self, amount: &str) -> String {
        let (sign, digits) = amount.strip_prefix('-').map_or(("", amount), |rest| ("\u{2212}", rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_number(whole) || !is_number(fraction) {
            return amount.to_owned();
        }
        let (thousands, point) = match self.language {
            Language::Polish => ("\u{a0}", ','),
            Language::English => (",", '.'),
        };
        let mut text = sign.to_owned();
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                text.push_str(thousands);
            }
            text.push(digit);
        }
        if !fraction.is_empty() {
            text.push(point);
            text.push_str(fraction);
        }
        text
    }
}

/// Puts the values into a text, one for each `{}`.
pub fn fill(text: &str, values: &[&str]) -> String {
    let mut filled = String::with_capacity(text.len() + 40);
    let mut values = values.iter();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{}") {
        filled.push_str(before);
        filled.push_str(values.next().copied().unwrap_or_default());
        rest = after;
    }
    filled.push_str(rest);
    filled
}
