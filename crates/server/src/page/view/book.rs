//! What is due, by day, what is overdue first.

use ksef_qr::values::Day;
use maud::{Markup, html};

use super::layout::{Around, Part, page};
use crate::page::limits::MOST_DUE;
use crate::page::texts::fill;

/// An invoice of the book that waits.
#[derive(Clone, Debug)]
pub struct DueInvoice {
    pub number: String,
    pub seller: String,
    pub buyer: String,
    pub issued: String,
    /// The last day for sending it; none as long as an outage lasts.
    pub send_by: Option<Day>,
    /// Its place in the list of states.
    pub state: usize,
}

/// `due` is sorted by its days; none if there is no book.
pub fn book(around: &Around<'_>, due: Option<&[DueInvoice]>) -> Markup {
    let texts = &around.texts.book;
    let content = html! {
        div {
            h1 { (texts.title) }
            p.lead { (texts.lead) }
        }
        @match due {
            None => p.note.warn { (texts.none) },
            Some([]) => p.note.good { (texts.nothing_due) },
            Some(due) => {
                div.row.no-print { button.plain type="button" data-print hidden { (around.texts.layout.print) } }
                @for day in due.chunk_by(|one, next| group(one, around.today) == group(next, around.today)) {
                    (of_a_day(around, day))
                }
                @if due.len() >= MOST_DUE { p.hint { (fill(texts.more, &[&MOST_DUE.to_string()])) } }
            }
        }
    };
    page(around, Part::Book, texts.title, &content)
}

/// What is overdue stands together, whatever its day.
fn group(invoice: &DueInvoice, today: Day) -> (bool, Option<Day>) {
    match invoice.send_by {
        Some(day) if day < today => (true, None),
        day => (false, day),
    }
}

fn of_a_day(around: &Around<'_>, invoices: &[DueInvoice]) -> Markup {
    let (texts, results) = (&around.texts.book, &around.texts.results);
    let is_overdue = matches!(invoices, [first, ..] if group(first, around.today).0);
    let day = invoices.first().and_then(|first| first.send_by);
    let days = day.map(|day| around.today.days_until(day));
    html! {
        section.sheet.long {
            div.scroll {
                table.wide {
                    caption {
                        @match (is_overdue, day, days) {
                            (true, ..) => span.mark.bad { (texts.overdue) },
                            (_, Some(day), Some(0)) => { span.mark.warn { (texts.today) } " " (around.texts.day(day)) },
                            (_, Some(day), Some(days)) => {
                                (around.texts.day(day)) span.hint { (texts.days_left.of(days.unsigned_abs() as usize)) }
                            },
                            _ => (texts.no_day),
                        }
                        span.hint { (texts.invoices.of(invoices.len())) }
                        @if day.is_none() { p.hint { (texts.no_day_note) } }
                    }
                    thead {
                        tr {
                            th scope="col" { (results.number) }
                            th scope="col" { (results.issued) }
                            th scope="col" { (results.seller) }
                            th scope="col" { (results.buyer) }
                            th scope="col" { (texts.state) }
                        }
                    }
                    tbody {
                        @for invoice in invoices {
                            tr {
                                th scope="row" { (invoice.number) }
                                td.figure data-of=(results.issued) { (invoice.issued) }
                                td data-of=(results.seller) { (invoice.seller) }
                                td data-of=(results.buyer) {
                                    (if invoice.buyer.is_empty() { results.buyer_none } else { &invoice.buyer })
                                }
                                td data-of=(texts.state) {
                                    (texts.states.get(invoice.state).copied().unwrap_or_default())
                                    @if is_overdue && let Some(day) = invoice.send_by {
                                        br;
                                        span.mark.bad {
                                            (texts.days_over.of(around.today.days_until(day).unsigned_abs() as usize))
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
