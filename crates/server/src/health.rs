//! Whether the service lives, whether it is ready, and what it has counted. No key is needed, and nothing is said that is not
//! for everybody: no names, no NIPs.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

use crate::app::App;
use crate::desk::Unused;

/// `/health/live`, `/health/ready`, `/metrics`.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/health/live", get(async || json_of(StatusCode::OK, &json!({"status": "live"}))))
        .route("/health/ready", get(ready))
        .route("/metrics", get(metrics))
}

fn json_of(status: StatusCode, value: &serde_json::Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], value.to_string() + "\n").into_response()
}

async fn ready(State(app): State<Arc<App>>) -> Response {
    let opened = app.desk.signers().opened();
    let signs = !opened.issuers().is_empty();
    let unused = by_code(opened.unused());
    let register = app.desk.signers().fault().map(|fault| fault.code());
    let keys = app.keys.fault().map(|fault| fault.code());
    let book = match app.desk.book() {
        None => "none",
        Some(book) => {
            let book = book.clone();
            let asked = app.pool.run(move || {
                let nobody = ksef_qr::values::InvoiceHash::of(b"");
                book.find(&nobody).is_ok()
            });
            match tokio::time::timeout(std::time::Duration::from_secs(5), asked).await {
                Ok(Ok(true)) => "ready",
                Ok(Err(_)) => "busy",
                Ok(Ok(false)) | Err(_) => "unavailable",
            }
        }
    };
    let is_ending = app.is_ending.load(Ordering::Relaxed);
    let is_ready = signs && book != "unavailable" && !is_ending;
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let state = if is_ready { "ready" } else { "unready" };
    // A file that could not be read again is no reason to turn anybody away: the one before is in use.
    json_of(
        status,
        &json!({"status": state, "signs": signs, "register_fault": register, "unused": unused, "keys_fault": keys, "book": book, "ending": is_ending}),
    )
}

/// How many certificates of the register sign nothing now, by why.
fn by_code(unused: &[Unused]) -> BTreeMap<&'static str, usize> {
    let mut count = BTreeMap::new();
    for one in unused {
        *count.entry(one.code).or_default() += 1;
    }
    count
}

async fn metrics(State(app): State<Arc<App>>) -> Response {
    let metrics = &app.metrics;
    let mut text = String::new();
    let mut counter = |name: &str, help: &str, kind: &str, value: u64| {
        _ = writeln!(text, "# HELP ksef_qr_{name} {help}\n# TYPE ksef_qr_{name} {kind}\nksef_qr_{name} {value}");
    };
    let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    counter("invoices_done_total", "Invoices that got codes.", "counter", of(&metrics.done));
    counter("invoices_refused_total", "Invoices that were refused.", "counter", of(&metrics.refused));
    counter("invoices_from_book_total", "Invoices whose codes the book had.", "counter", of(&metrics.from_book));
    counter("busy_total", "Requests turned away because there was too much work.", "counter", of(&metrics.busy));
    counter("register_reloads_total", "Times a new register came into use.", "counter", of(&metrics.reloads));
    counter(
        "register_fault",
        "1 while the register's file is not in use, or nothing in it signs.",
        "gauge",
        app.desk.signers().fault().is_some().into(),
    );
    let opened = app.desk.signers().opened();
    counter("certificates_signing", "Certificates that sign now.", "gauge", opened.issuers().len() as u64);
    counter("keys_fault", "1 while the file of keys is not in use.", "gauge", app.keys.fault().is_some().into());
    counter("connections", "Connections that are open.", "gauge", of(&metrics.connections));
    counter("work_taken", "Pieces of work that are done or wait.", "gauge", app.pool.taken() as u64);
    _ = writeln!(
        text,
        "# HELP ksef_qr_answers_total Answers by the hundreds of their status.\n# TYPE ksef_qr_answers_total counter"
    );
    for (hundreds, count) in metrics.answers.iter().enumerate().skip(1) {
        _ = writeln!(text, "ksef_qr_answers_total{{status=\"{hundreds}xx\"}} {}", of(count));
    }
    _ = writeln!(
        text,
        "# HELP ksef_qr_certificates_unused Certificates of the register that sign nothing now, by why.\n# TYPE ksef_qr_certificates_unused gauge"
    );
    for (why, count) in by_code(opened.unused()) {
        _ = writeln!(text, "ksef_qr_certificates_unused{{why=\"{why}\"}} {count}");
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}
