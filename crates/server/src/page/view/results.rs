//! What came of the invoices.

use ksef_qr::advice::{Codes, DocumentKind};
use ksef_qr::deadline::Due;
use maud::{Markup, html};

use super::layout::{Around, Part, page};
use crate::page::answer::{Answer, Told, What, reason};
use crate::page::texts::{Texts, fill};

/// What stands on the page of results, beside the answers.
pub struct Shown<'a> {
    /// Where the files are: `/results/ID`.
    pub address: &'a str,
    pub answers: &'a [Answer],
    pub is_check: bool,
    /// The hour until which they are kept: `14:05`.
    pub kept_until: &'a str,
}

/// In three words and a sentence: what stands beside a file that was just sent. The kind is a class of the style sheet.
pub fn in_short(texts: &Texts, answer: &Answer, is_check: bool) -> (&'static str, &'static str, String) {
    let words = &texts.results;
    match (answer.faults.first(), is_check) {
        (Some(fault), _) => (words.status_refused, "bad", fault.in_words(texts.language).what),
        (None, true) => (words.status_accepted, "good", send_by(texts, answer)),
        (None, false) => (words.status_ready, "good", send_by(texts, answer)),
    }
}

fn send_by(texts: &Texts, answer: &Answer) -> String {
    let words = &texts.results;
    if let Some(number) = &answer.ksef_number {
        return format!("{}: {number}", words.ksef_number);
    }
    match answer.due {
        Some(Due::By(day)) => format!("{}: {}", words.send_by, texts.day(day)),
        Some(Due::Open { working_days }) => fill(words.send_by_open, &[&working_days.to_string()]),
        Some(Due::Never) => words.send_never.to_owned(),
        None => String::new(),
    }
}

/// The whole page.
pub fn results(around: &Around<'_>, shown: &Shown<'_>) -> Markup {
    let texts = &around.texts.results;
    let title = if shown.is_check { texts.title_checked } else { texts.title };
    let good = shown.answers.iter().filter(|answer| answer.is_good()).count();
    let refused = shown.answers.len() - good;
    let remarked = shown.answers.iter().filter(|answer| answer.is_good() && has_remarks(answer)).count();
    let has_files = shown.answers.iter().any(|answer| !answer.files.is_empty());
    let content = html! {
        div {
            h1 { (title) }
            ul.counts {
                @if good > 0 {
                    li { span.mark.good { (if shown.is_check { &texts.accepted } else { &texts.ready }.of(good)) } }
                }
                @if remarked > 0 { li { span.mark.warn { (texts.with_remarks.of(remarked)) } } }
                @if refused > 0 { li { span.mark.bad { (texts.refused.of(refused)) } } }
            }
        }
        div.row.no-print {
            @if has_files {
                a.button href={ (shown.address) "/ksef-qr.zip" } { (texts.download_all) }
            }
            a.button.second[has_files] href="/" { (texts.again) }
            button.plain type="button" data-print hidden { (around.texts.layout.print) }
        }
        @if has_files {
            p.hint.no-print { (texts.download_all_note) ". " (fill(texts.kept_until, &[shown.kept_until])) }
        }
        @if shown.answers.is_empty() { p.note.warn { (texts.none) } }
        ol.answers {
            @for (place, answer) in shown.answers.iter().enumerate() {
                li { (one(around, shown, place, answer)) }
            }
        }
    };
    page(around, Part::Invoices, title, &content)
}

fn has_remarks(answer: &Answer) -> bool {
    !answer.remarks.is_empty() || answer.pdf_fault.is_some()
}

fn one(around: &Around<'_>, shown: &Shown<'_>, place: usize, answer: &Answer) -> Markup {
    let texts = &around.texts.results;
    let (mark, kind, _) = in_short(around.texts, answer, shown.is_check);
    let heading = format!("invoice-{place}");
    html! {
        article.sheet.answer aria-labelledby=(heading) {
            header {
                div {
                    h2 id=(heading) { (answer.facts.as_ref().map_or(answer.name.as_str(), |facts| &facts.number)) }
                    @if answer.facts.is_some() { p.file { (texts.file) ": " (answer.name) } }
                }
                span class={ "mark " (kind) } { (mark) }
            }
            @if !answer.faults.is_empty() {
                section.stack {
                    h3 { (texts.faults) }
                    (findings(around.texts, &answer.faults, "bad"))
                }
            }
            @if let Some(fault) = &answer.pdf_fault {
                section.stack {
                    h3 { (texts.pdf_without_codes) }
                    (findings(around.texts, std::slice::from_ref(fault), "bad"))
                }
            }
            @if !answer.remarks.is_empty() {
                section.stack {
                    h3 { (texts.remarks) }
                    (findings(around.texts, &answer.remarks, "warn"))
                }
            }
            @if answer.is_good() { (told(around, answer)) }
            @if let Some(facts) = &answer.facts {
                dl.facts {
                    div { dt { (texts.issued) } dd { (around.texts.day(facts.issued)) } }
                    div { dt { (texts.seller) } dd { (facts.seller) } }
                    div { dt { (texts.buyer) } dd { (facts.buyer.as_deref().unwrap_or(texts.buyer_none)) } }
                    @if let Some((total, currency)) = &facts.total {
                        div { dt { (texts.total) } dd { (around.texts.amount(total)) "\u{a0}" (currency.as_deref().unwrap_or_default()) } }
                    }
                }
            }
            @if !answer.files.is_empty() { (files(around, shown.address, answer)) }
            @if answer.is_from_book { p.hint { (texts.from_book) } }
        }
    }
}

/// By when to send it, what to hand over, and why.
fn told(around: &Around<'_>, answer: &Answer) -> Markup {
    let texts = &around.texts.results;
    html! {
        div.tell {
            @if let Some(number) = &answer.ksef_number {
                div {
                    h3 { (texts.ksef_number) }
                    p.big { (number) }
                    p { (texts.in_ksef) }
                }
            }
            @if let Some(due) = answer.due {
                div {
                    h3 { (texts.send_by) }
                    @match due {
                        Due::By(day) => p.big { (around.texts.day(day)) },
                        _ => p { (send_by(around.texts, answer)) },
                    }
                    @if answer.is_overdue(around.today) { p { span.mark.bad { (around.texts.book.overdue) } " " (texts.overdue) } }
                }
            }
            @if let Some(advised) = &answer.advice {
                div {
                    h3 { (texts.hand_over) }
                    p.big {
                        (match (advised.document, advised.codes) {
                            (DocumentKind::Confirmation, _) => texts.hand_over_confirmation,
                            (DocumentKind::Invoice, Codes::Both) => texts.hand_over_invoice_both,
                            (DocumentKind::Invoice, Codes::Kod1) => texts.hand_over_invoice_kod1,
                            (DocumentKind::Invoice, Codes::None) => texts.hand_over_invoice_none,
                        })
                    }
                    details {
                        summary { (texts.why) }
                        ul {
                            @for rule in &advised.reasons {
                                @let (words, source) = reason(rule, around.texts.language);
                                li { (words) " " span.source { "(" (source) ")" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn files(around: &Around<'_>, address: &str, answer: &Answer) -> Markup {
    let texts = &around.texts.results;
    let number = answer.facts.as_ref().map_or("", |facts| facts.number.as_str());
    let pictures = [(What::Kod1, texts.kod1, texts.kod1_of), (What::Kod2, texts.kod2, texts.kod2_of)];
    let papers = [(What::Stamped, texts.stamped_pdf), (What::Confirmation, texts.confirmation_pdf)];
    let is_confirmed = answer.file(What::Confirmation).is_some();
    html! {
        section.stack {
            h3.no-print { (texts.take_away) }
            div.codes {
                @for (what, words, alternative) in pictures {
                    @if let Some(file) = answer.file(what) {
                        figure {
                            img src={ (address) "/" (file.name) } alt=(fill(alternative, &[number]));
                            figcaption.no-print {
                                a href={ (address) "/" (file.name) } download=(file.name) { (words) span.unseen { ", " (number) } }
                            }
                        }
                    }
                }
                ul.papers {
                    @for (what, words) in papers {
                        @if let Some(file) = answer.file(what) {
                            li {
                                a href={ (address) "/" (file.name) } download=(file.name) { (words) span.unseen { ", " (number) } }
                                @if what == What::Stamped && is_confirmed { p.hint { (texts.stamped_note) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What was found, each with where it is and what to do.
pub fn findings(texts: &Texts, all: &[Told], kind: &str) -> Markup {
    html! {
        ul.findings {
            @for told in all {
                @let words = told.in_words(texts.language);
                li class=(kind) {
                    p.what { (words.what) }
                    p { (words.hint) }
                    @if let Some((line, column)) = told.position {
                        p.where { (fill(texts.results.place, &[&line.to_string(), &column.to_string()])) }
                    }
                    details {
                        summary { (texts.results.details) }
                        p.technical lang="en" {
                            code { (told.code) }
                            @if let Some(details) = words.details { ": " (details) }
                        }
                    }
                }
            }
        }
    }
}
