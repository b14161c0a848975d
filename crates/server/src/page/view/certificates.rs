//! The certificates, and which of them end.

use ksef_qr::values::Day;
use maud::{Markup, html};

use super::layout::{Around, Part, page};

/// A certificate of the service.
#[derive(Clone, Debug)]
pub struct KnownCertificate {
    pub name: String,
    pub owner: String,
    pub serial: String,
    pub valid_from: Day,
    pub valid_to: Day,
    /// Days from today to the day on which it has to be replaced.
    pub days_left: i64,
    pub state: CertificateState,
}

/// Whether it can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateState {
    Good,
    EndsSoon,
    Expired,
    NotYet,
}

/// The list, by the days on which they end.
pub fn certificates(around: &Around<'_>, known: &[KnownCertificate]) -> Markup {
    let texts = &around.texts.certificates;
    let is_urgent =
        |one: &KnownCertificate| matches!(one.state, CertificateState::EndsSoon | CertificateState::Expired);
    let content = html! {
        div {
            h1 { (texts.title) }
            p.lead { (texts.lead) }
        }
        @if known.iter().any(is_urgent) { p.note.warn { (texts.what_to_do) } }
        @if known.is_empty() {
            p.note.warn { (texts.none) }
        } @else {
            section.sheet.long {
                div.scroll {
                    table.wide {
                        caption.unseen { (texts.title) }
                        thead {
                            tr {
                                th scope="col" { (texts.name) }
                                th scope="col" { (texts.owner) }
                                th scope="col" { (texts.serial) }
                                th scope="col" { (texts.valid_from) }
                                th scope="col" { (texts.valid_to) }
                                th scope="col" { (texts.status) }
                            }
                        }
                        tbody {
                            @for one in known {
                                tr {
                                    th scope="row" { (one.name) }
                                    td data-of=(texts.owner) { (one.owner) }
                                    td data-of=(texts.serial) { code { (one.serial) } }
                                    td.figure data-of=(texts.valid_from) { (one.valid_from) }
                                    td.figure data-of=(texts.valid_to) { (one.valid_to) }
                                    td data-of=(texts.status) { (state(around, one)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    page(around, Part::Certificates, texts.title, &content)
}

fn state(around: &Around<'_>, one: &KnownCertificate) -> Markup {
    let texts = &around.texts.certificates;
    let (kind, words) = match one.state {
        CertificateState::Good => ("good", texts.good),
        CertificateState::EndsSoon => ("warn", texts.ends_soon),
        CertificateState::Expired => ("bad", texts.expired),
        CertificateState::NotYet => ("warn", texts.not_yet),
    };
    html! {
        span class={ "mark " (kind) } { (words) }
        @if matches!(one.state, CertificateState::Good | CertificateState::EndsSoon) && one.days_left >= 0 {
            span.hint { " " (texts.remains) ": " (around.texts.book.days_left.of(one.days_left.unsigned_abs() as usize)) }
        }
    }
}
