use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use ksef_qr::PictureFormat;
use ksef_qr::check::Finding;
use ksef_qr::correction::Circumstances;
use ksef_qr::manifest::Record;
use ksef_qr::verify::ReportLine;
use serde_json::json as value;
use sha2::{Digest as _, Sha256};

use super::answer::{Wanted, answer, json, json_value, takes_zip};
use super::body::{Archive, Part, Parts};
use super::guard::Authorized;
use super::journal::said;
use super::operations::Operation;
use super::parameters::Parameters;
use super::problem::Problem;
use super::remembered::Kept;
use super::{batch, openapi};
use crate::app::App;
use crate::desk::{Inquiry, Order, Task, Upload};
use crate::keys::Key;

/// `/v1/...` and the description of it.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/openapi.json", get(async || json_value(&openapi::document())))
        .route("/v1/sign", post(codes))
        .route("/v1/link", post(codes))
        .route("/v1/stamp", post(codes))
        .route("/v1/confirm", post(codes))
        .route("/v1/check", post(check))
        .route("/v1/verify", post(verify))
        .route("/v1/deadline", post(deadline))
        .route("/v1/correct", post(correct))
        .route("/v1/invoices", get(invoices))
        .route("/v1/due", get(due))
        .route("/v1/certificates", get(certificates))
}

/// In days: a certificate that ends within them is due.
const ENDS_SOON: u32 = 30;

type Answer = Result<Response, Problem>;

/// A request that may be answered: its operation, its parameters, the key.
fn begin(key: &Key, request: &Request) -> Result<(&'static Operation, Parameters), Problem> {
    let path = request.uri().path();
    let unknown = || Problem::own("not_found", "there is nothing at this path");
    let operation = Operation::of(path).ok_or_else(unknown)?;
    if !key.caller.may(operation.scope) {
        let message = format!("this key may not {}", operation.scope.name());
        return Err(Problem::own("scope_missing", message));
    }
    let encoding = request.headers().get(header::CONTENT_ENCODING);
    if let Some(encoding) = encoding.filter(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        let message = format!("the body is encoded ({}): send the file as it is", encoding.to_str().unwrap_or("?"));
        return Err(Problem::own("media_type_unsupported", message));
    }
    Ok((operation, Parameters::read(operation, request.uri().query())?))
}

fn largest(app: &App, key: &Key) -> u64 {
    key.largest.min(app.limits.largest)
}

async fn codes(State(app): State<Arc<App>>, Authorized(key): Authorized, request: Request) -> Answer {
    let (operation, parameters) = begin(&key, &request)?;
    let mut order = parameters.order(operation.path.trim_start_matches("/v1/"))?;
    if let Some(archive) = Archive::of(&request) {
        takes_zip(request.headers())?;
        return batch::run(app, key, order, archive, request).await;
    }
    let wanted = Wanted::of(request.headers())?;
    // A picture that is asked for is drawn.
    let is_document = matches!(order.task, Task::Stamp(..) | Task::Confirm(_));
    if let (Wanted::Picture(format), false) = (wanted, is_document && wanted == Wanted::Picture(PictureFormat::Pdf)) {
        order.formats = vec![format];
    }
    let repeated = request.headers().get("idempotency-key").and_then(|value| value.to_str().ok()).map(str::to_owned);
    if repeated.as_ref().is_some_and(|repeated| repeated.is_empty() || repeated.len() > 200) {
        return Err(Problem::own("request_malformed", "an Idempotency-Key has 1 to 200 characters"));
    }
    // What the answer depends on beside the files.
    let about = repeated.as_ref().map(|_| format!("{} {:?} {wanted:?}", operation.path, request.uri().query()));
    let mut parts = Parts::read(request, largest(&app, &key)).await?;
    parts.check(&["invoice", "pdf", "name"])?;
    let name = parts.take("name")?.map(Part::into_text).transpose()?;
    let (invoice, pdf) = (parts.take("invoice")?, parts.take("pdf")?);
    let is_stamp = matches!(order.task, Task::Stamp(..));
    let named = parameters.get("name").map(str::to_owned).or(name);
    let first = if is_stamp { pdf.as_ref().or(invoice.as_ref()) } else { invoice.as_ref().or(pdf.as_ref()) };
    let named = named.or_else(|| first.and_then(|part| part.name.clone()));
    let upload = Upload {
        name: named.unwrap_or_else(|| if is_stamp { "invoice.pdf" } else { "invoice.xml" }.to_owned()),
        // A PDF in the place of the XML is refused by its own name.
        xml: match (invoice, &pdf, is_stamp) {
            (Some(invoice), ..) => Some(invoice.bytes),
            (None, Some(pdf), false) => Some(pdf.bytes.clone()),
            (None, ..) => None,
        },
        pdf: pdf.map(|pdf| pdf.bytes),
    };
    if upload.xml.is_none() && (!is_stamp || upload.pdf.is_none()) {
        return Err(Problem::own("request_malformed", "there is no invoice in the request"));
    }
    let digest = about.map(|about| {
        let mut digest = Sha256::new();
        digest.update(about.as_bytes());
        for bytes in [&upload.xml, &upload.pdf] {
            digest.update((bytes.as_ref().map_or(0, Vec::len) as u64).to_le_bytes());
            digest.update(bytes.as_deref().unwrap_or_default());
        }
        <[u8; 32]>::from(digest.finalize())
    });
    let code = parameters.get("code").unwrap_or("kod1").to_owned();
    let (Some(repeated), Some(digest)) = (repeated, digest) else {
        return answer(&one(&app, &key, order, upload).await?, wanted, &code);
    };
    let caller = key.caller.name.clone();
    if let Some(kept) = app.remembered.begin(&caller, &repeated, digest)? {
        let mut response = (kept.status, kept.body).into_response();
        *response.headers_mut() = kept.headers;
        return Ok(response);
    }
    // If the client goes away, its place is given back.
    let mut place = PlaceOfAnswer { app: &app, caller: &caller, key: &repeated, kept: None };
    let response = answer(&one(&app, &key, order, upload).await?, wanted, &code)?;
    let (head, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await;
    let bytes = bytes.map_err(|error| Problem::own("internal", error.to_string()))?;
    place.kept = Some(Kept { status: head.status, headers: head.headers.clone(), body: bytes.clone() });
    drop(place);
    Ok(Response::from_parts(head, bytes.into()))
}

struct PlaceOfAnswer<'a> {
    app: &'a App,
    caller: &'a str,
    key: &'a str,
    kept: Option<Kept>,
}

impl Drop for PlaceOfAnswer<'_> {
    fn drop(&mut self) {
        self.app.remembered.end(self.caller, self.key, self.kept.take());
    }
}

/// Does one invoice, and says so in the log.
async fn one(app: &Arc<App>, key: &Arc<Key>, order: Order, upload: Upload) -> Result<Record, Problem> {
    let task = order.task.name();
    let (desk, caller) = (app.desk.clone(), key.clone());
    let is_short = desk.is_short(&order, &upload);
    let work = move || desk.codes(&caller.caller, &order, upload);
    let done = if is_short { app.pool.run_short(work).await } else { app.pool.run(work).await };
    let record = done.map_err(|_| Problem::busy(1))??;
    said(app, &key.caller.name, task, &record);
    Ok(record)
}

async fn check(State(app): State<Arc<App>>, Authorized(key): Authorized, request: Request) -> Answer {
    let (_, parameters) = begin(&key, &request)?;
    let schedule = parameters.schedule()?;
    let mut parts = Parts::read(request, largest(&app, &key)).await?;
    parts.check(&["invoice", "pdf", "name"])?;
    let part = parts.take("invoice")?.or(parts.take("pdf")?);
    let part = part.ok_or_else(|| Problem::own("request_malformed", "there is no invoice in the request"))?;
    let name = parameters.get("name").map(str::to_owned).or(part.name).unwrap_or_else(|| "invoice.xml".to_owned());
    let desk = app.desk.clone();
    let line = move || desk.check(&part.bytes, schedule).to_json(&name, Finding::hint) + "\n";
    Ok(json(app.pool.run(line).await.map_err(|_| Problem::busy(1))?))
}

async fn verify(State(app): State<Arc<App>>, Authorized(key): Authorized, request: Request) -> Answer {
    /// Comparing each takes some microseconds.
    const MOST: usize = 1000;
    begin(&key, &request)?;
    let mut parts = Parts::read(request, largest(&app, &key)).await?;
    parts.check(&["code", "invoice", "name"])?;
    let mut inquiry = Inquiry::default();
    for part in parts.take_all("code") {
        inquiry.texts.push(part.into_text()?.trim().to_owned());
    }
    for (at, part) in parts.take_all("invoice").into_iter().enumerate() {
        inquiry.invoices.push((part.name.unwrap_or_else(|| format!("invoice {}", at + 1)), part.bytes));
    }
    if inquiry.texts.is_empty() || inquiry.texts.len() > MOST || inquiry.invoices.len() > MOST {
        return Err(Problem::own("request_malformed", format!("give 1 to {MOST} codes, each as a field \"code\"")));
    }
    let desk = app.desk.clone();
    let reports = app.pool.run(move || desk.verify(&key.caller, inquiry)).await.map_err(|_| Problem::busy(1))?;
    let result = if reports.iter().any(ksef_qr::verify::Report::has_failed) { "fail" } else { "ok" };
    let reports: Vec<_> = reports.iter().map(|report| ReportLine::of(report, Finding::hint)).collect();
    Ok(json_value(&value!({"type": "verification", "result": result, "reports": reports})))
}

async fn deadline(State(app): State<Arc<App>>, Authorized(key): Authorized, request: Request) -> Answer {
    let (_, parameters) = begin(&key, &request)?;
    let schedule = parameters.schedule()?.ok_or_else(|| Problem::own("request_malformed", "mode is missing"))?;
    let issued = parameters.issued()?;
    let deadline = app.desk.deadline(&schedule, issued)?;
    Ok(json(deadline.to_json(schedule.mode, issued.into()) + "\n"))
}

async fn correct(State(app): State<Arc<App>>, Authorized(key): Authorized, request: Request) -> Answer {
    let (_, parameters) = begin(&key, &request)?;
    let exceptions = parameters.exceptions();
    let mut parts = Parts::read(request, largest(&app, &key)).await?;
    parts.check(&["first", "corrected", "refusal", "name"])?;
    let (Some(first), Some(corrected)) = (parts.take("first")?, parts.take("corrected")?) else {
        return Err(Problem::own("request_malformed", "give the files as \"first\" and \"corrected\""));
    };
    let named = |part: Part, usual: &str| (part.name.unwrap_or_else(|| usual.to_owned()), part.bytes);
    let answers: Vec<_> = parts.take_all("refusal").into_iter().map(|part| named(part, "refusal")).collect();
    let files = [named(first, "first.xml"), named(corrected, "corrected.xml")];
    let desk = app.desk.clone();
    let line = move || {
        let circumstances = Circumstances {
            environment: desk.environment(),
            schema_validated: desk.validates(),
            hint: ksef_qr::Error::hint,
        };
        let outcome = desk.correct(&key.caller, files, &answers, exceptions)?;
        Ok::<_, ksef_qr::Error>(outcome.to_json(circumstances) + "\n")
    };
    Ok(json(app.pool.run(line).await.map_err(|_| Problem::busy(1))??))
}

async fn invoices(State(app): State<Arc<App>>, Authorized(key): Authorized, request: Request) -> Answer {
    let (_, parameters) = begin(&key, &request)?;
    let (filter, mut after, limit) = parameters.filter()?;
    let desk = app.desk.clone();
    let list = move || {
        let (mut text, mut left) = (String::new(), limit);
        desk.entries(&key.caller, &filter, &mut |entry| {
            if after > 0 {
                after -= 1;
                return true;
            }
            text += &entry.to_json(desk.environment(), false);
            text.push('\n');
            left -= 1;
            left > 0
        })?;
        Ok::<_, ksef_qr::Error>(text)
    };
    let text = app.pool.run(list).await.map_err(|_| Problem::busy(1))??;
    Ok(ndjson(text))
}

async fn due(State(app): State<Arc<App>>, Authorized(key): Authorized, request: Request) -> Answer {
    begin(&key, &request)?;
    let desk = app.desk.clone();
    let found = app.pool.run(move || desk.due(&key.caller)).await.map_err(|_| Problem::busy(1))??;
    Ok(ndjson(found.iter().map(|due| due.to_json() + "\n").collect()))
}

async fn certificates(State(app): State<Arc<App>>, Authorized(key): Authorized, request: Request) -> Answer {
    begin(&key, &request)?;
    let (found, now) = (app.desk.certificates(&key.caller), app.desk.now());
    Ok(ndjson(found.iter().map(|one| one.to_json(now, ENDS_SOON) + "\n").collect()))
}

fn ndjson(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/x-ndjson")], text).into_response()
}
