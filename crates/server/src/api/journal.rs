//! Who had what made: a line of the log for each invoice, and the counters.

use ksef_qr::manifest::{InvoiceOutcome, Record};
use serde::Serialize;
use serde_json::json;

use crate::app::{App, Metrics};

/// What the log says of an invoice that got codes.
#[derive(Serialize)]
struct Made<'m> {
    key: &'m str,
    digest: String,
    seller: String,
    codes: usize,
    from_book: bool,
}

/// Counts, and writes down who had what made; nothing of the invoice's content.
pub(crate) fn said(app: &App, who: &str, task: &str, record: &Record) {
    match &record.outcome {
        InvoiceOutcome::Done(done) => {
            Metrics::add(&app.metrics.done);
            if done.is_from_book {
                Metrics::add(&app.metrics.from_book);
            }
            let invoice = &done.invoice;
            app.log(
                task,
                Made {
                    key: who,
                    digest: invoice.hash().base64(),
                    seller: invoice.seller().to_string(),
                    codes: done.codes().count(),
                    from_book: done.is_from_book,
                },
            );
        }
        InvoiceOutcome::Refused(error) => {
            Metrics::add(&app.metrics.refused);
            app.log(task, json!({"key": who, "refused": error.code()}));
        }
        InvoiceOutcome::Kept(_) => {}
    }
}
