//! The page's addresses, and what each of them does.

use std::sync::Arc;

use axum::extract::{Extension, FromRequest as _, Multipart, Path, Query, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Router, extract::Form as Fields};
use ksef_qr::book::{Due, State as EntryState};
use ksef_qr::credential::Owner;
use ksef_qr::deadline::{Mode, Schedule};
use ksef_qr::error::ErrorKind;
use ksef_qr::values::Day;
use serde::Deserialize;
use serde_json::json;

use super::answer::Told;
use super::inquiry::{Asked, links, verified};
use super::invoice::{Group, Wanted, answer, grouped};
use super::language::Language;
use super::limits::{MOST_DUE, MOST_FILES};
use super::memory::Page;
use super::session::random;
use super::store::Results;
use super::texts::fill;
use super::upload::{Form, Unread};
use super::view::{self, CertificateState, DueInvoice, KnownCertificate, MODES, Shown};
use super::visitor::{LOGIN, Member, Visitor, careful, cookie, language_value, other_value, session_value, set_cookie};
use crate::app::App;
use crate::desk::Scope;
use crate::desk::archive::ZipWriter;

/// In days: a certificate that ends within them is to be replaced.
const ENDS_SOON: i64 = 30;

/// A person who logs in has so long, in seconds, before the form is out of date.
const LOGIN_FORM: u32 = 60 * 60;

pub(super) fn router(page: Arc<Page>) -> Router<Arc<App>> {
    Router::new()
        .route("/", get(form))
        .route("/login", get(login_form).post(login))
        .route("/logout", post(logout))
        .route("/language/{language}", get(language))
        .route("/results", post(begin))
        .route("/results/{id}", get(results).post(more))
        .route("/results/{id}/ksef-qr.zip", get(zip))
        .route("/results/{id}/{file}", get(file))
        .route("/book", get(book))
        .route("/certificates", get(certificates))
        .route("/verify", get(verify_form).post(verify))
        .route("/verify/frame", post(frame))
        .route("/assets/{name}", get(asset))
        .layer(from_fn(careful))
        .layer(Extension(page))
}

/// Files of the page itself, the same for all and kept for an hour.
async fn asset(Path(name): Path<String>) -> Response {
    let (kind, content) = match name.as_str() {
        "page.css" => ("text/css; charset=utf-8", include_str!("assets/page.css")),
        "page.js" => ("text/javascript; charset=utf-8", include_str!("assets/page.js")),
        "icon.svg" => ("image/svg+xml", include_str!("assets/icon.svg")),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, content).into_response()
}

/// Where to go back to after the language was changed.
#[derive(Deserialize)]
struct To {
    to: Option<String>,
}

async fn language(visitor: Visitor, Path(tag): Path<String>, Query(To { to }): Query<To>) -> Response {
    let Some(language) = Language::of_tag(&tag) else {
        return visitor.says(StatusCode::NOT_FOUND, visitor.texts().trouble.not_found);
    };
    // A path of this page and nothing else: `//host` is another site, and so is `/\host` to a browser.
    let is_own = |to: &String| {
        to.starts_with('/')
            && to.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-.".contains(&byte))
            && !to.contains("//")
    };
    let mut answer = Redirect::to(to.filter(is_own).as_deref().unwrap_or("/")).into_response();
    set_cookie(&mut answer, &language_value(&visitor.app, language));
    answer
}

async fn login_form(visitor: Visitor) -> Response {
    if visitor.session.is_some() {
        return Redirect::to("/").into_response();
    }
    let fault = visitor.was_logged_in.then_some(visitor.texts().login.ended);
    login_page(&visitor, StatusCode::OK, fault)
}

/// The form and a cookie carry one token: who can set no cookie here cannot log anybody in.
fn login_page(visitor: &Visitor, status: StatusCode, fault: Option<&str>) -> Response {
    let Ok(token) = random() else {
        return visitor.says(StatusCode::INTERNAL_SERVER_ERROR, visitor.texts().trouble.internal);
    };
    let mut answer = visitor.html(status, |around| view::login(around, &token, fault));
    set_cookie(&mut answer, &other_value(&visitor.app, LOGIN, &token, LOGIN_FORM));
    answer
}

#[derive(Deserialize)]
struct LoginFields {
    csrf: String,
    key: String,
}

async fn login(visitor: Visitor, headers: HeaderMap, request: Request) -> Response {
    let Ok(Fields(fields)) = Fields::<LoginFields>::from_request(limited(request, 10_000), &()).await else {
        return login_page(&visitor, StatusCode::BAD_REQUEST, Some(visitor.texts().trouble.form_outdated));
    };
    if !cookie(&headers, LOGIN).is_some_and(|token| !token.is_empty() && token == fields.csrf) {
        return login_page(&visitor, StatusCode::FORBIDDEN, Some(visitor.texts().trouble.form_outdated));
    }
    let Some(key) = visitor.app.keys.find(fields.key.trim()) else {
        return login_page(&visitor, StatusCode::FORBIDDEN, Some(visitor.texts().login.wrong));
    };
    if key.count().is_err() {
        return visitor.says(StatusCode::TOO_MANY_REQUESTS, visitor.texts().trouble.busy);
    }
    visitor.app.log("login", json!({"key": key.caller.name}));
    let Ok((token, _)) = visitor.page.sessions.begin(key, visitor.app.desk.now()) else {
        return visitor.says(StatusCode::INTERNAL_SERVER_ERROR, visitor.texts().trouble.internal);
    };
    let mut answer = Redirect::to("/").into_response();
    set_cookie(&mut answer, &session_value(&visitor.app, &token));
    set_cookie(&mut answer, &other_value(&visitor.app, LOGIN, "", 0));
    answer
}

#[derive(Deserialize)]
struct Token {
    csrf: String,
}

async fn logout(member: Member, request: Request) -> Response {
    let token = Fields::<Token>::from_request(limited(request, 10_000), &()).await;
    if !token.is_ok_and(|Fields(token)| member.session.is_own_form(&token.csrf)) {
        return member.visitor.says(StatusCode::FORBIDDEN, member.visitor.texts().trouble.form_outdated);
    }
    let page = &member.visitor.page;
    page.sessions.end(&member.session, member.visitor.app.desk.now());
    page.store.forget(&member.session.id);
    let mut answer = Redirect::to("/login").into_response();
    set_cookie(&mut answer, &session_value(&member.visitor.app, ""));
    answer
}

/// A request whose body is no longer than that.
fn limited(request: Request, longest: usize) -> Request {
    request.map(|body| axum::body::Body::new(http_body_util::Limited::new(body, longest)))
}

/// Reads a form with files, or says why it was not read.
async fn read(member: &Member, request: Request) -> Result<Form, Response> {
    let visitor = &member.visitor;
    let largest = (super::limits::LARGEST_UPLOAD + 1_000_000).min(member.session.caller.largest as usize);
    let broken = |_| visitor.says(StatusCode::BAD_REQUEST, visitor.texts().trouble.upload_broken);
    let parts = Multipart::from_request(limited(request, largest), &()).await.map_err(broken)?;
    let is_own = |csrf: &str| member.session.is_own_form(csrf);
    let read = Form::read(parts, is_own, visitor.texts()).await;
    read.map_err(|Unread { status, message }| visitor.says(status, &message))
}

async fn form(member: Member) -> Response {
    let Member { visitor, session } = &member;
    let kept = visitor.page.store.of(&session.id);
    let texts = visitor.texts();
    let recent: Vec<(String, String)> = kept
        .iter()
        .filter(|results| !results.answers().is_empty())
        .take(5)
        .map(|results| {
            let until = fill(texts.results.kept_until, &[&hour(results)]);
            let invoices = texts.book.invoices.of(results.answers().len());
            (format!("/results/{}", results.id), format!("{invoices}. {until}"))
        })
        .collect();
    visitor.html(StatusCode::OK, |around| view::invoices(around, &session.csrf, &recent))
}

/// What a form wants to have done.
fn wanted(member: &Member, form: &Form) -> Result<Wanted, Response> {
    let texts = &member.visitor.texts().trouble;
    let refuse = |message: &str| Err(member.visitor.says(StatusCode::UNPROCESSABLE_ENTITY, message));
    let ended = match form.text("ended") {
        "" => None,
        text => match text.parse::<Day>() {
            Ok(day) => Some(day),
            Err(_) => return refuse(&fill(texts.date_wrong, &[text.get(..40).unwrap_or(text)])),
        },
    };
    let mode = match MODES.iter().position(|mode| *mode == form.text("mode")) {
        Some(0) => Mode::Offline24,
        Some(1) => Mode::Unavailable { ended },
        Some(2) => Mode::Failure { ended },
        Some(3) => Mode::Total,
        _ => return refuse(texts.mode_wrong),
    };
    // In a total failure there is nothing to sign.
    let is_check = form.text("check_only") == "yes" || mode == Mode::Total;
    member.may(if is_check { Scope::Verify } else { Scope::Sign })?;
    let is_as_printed = form.text("as_printed") == "yes";
    Ok(Wanted { schedule: Schedule::new(mode), is_check, is_as_printed })
}

/// Files of a form without a script are answered at once; a script opens the results, and sends one invoice after the other.
async fn begin(member: Member, request: Request) -> Response {
    match begun(&member, request).await {
        Ok(answer) | Err(answer) => answer,
    }
}

async fn begun(member: &Member, request: Request) -> Result<Response, Response> {
    let (visitor, session) = (&member.visitor, &member.session);
    let mut form = read(member, request).await?;
    let wanted = wanted(member, &form)?;
    let groups = grouped(form.take("files"));
    if groups.is_empty() && !visitor.is_script {
        return Err(visitor.says(StatusCode::UNPROCESSABLE_ENTITY, visitor.texts().form.no_files));
    }
    let internal = |_| visitor.says(StatusCode::INTERNAL_SERVER_ERROR, visitor.texts().trouble.internal);
    let results = visitor.page.store.begin(session.id, wanted.is_check).map_err(internal)?;
    let address = format!("/results/{}", results.id);
    if visitor.is_script {
        let answer = (StatusCode::CREATED, axum::Json(json!({ "address": address }))).into_response();
        return Ok(visitor.remembered(answer));
    }
    results.take(groups.len());
    for group in groups {
        work(member, &results, &wanted, group).await?;
    }
    Ok(Redirect::to(&address).into_response())
}

/// One invoice more, sent by a script.
async fn more(member: Member, Path(id): Path<String>, request: Request) -> Response {
    match one_more(&member, &id, request).await {
        Ok(answer) | Err(answer) => answer,
    }
}

async fn one_more(member: &Member, id: &str, request: Request) -> Result<Response, Response> {
    let visitor = &member.visitor;
    let results = found(member, id)?;
    let mut form = read(member, request).await?;
    let mut wanted = wanted(member, &form)?;
    // What was begun as a check signs nothing, whatever a later request says.
    wanted.is_check |= results.is_check;
    let groups = grouped(form.take("files"));
    if !results.take(groups.len()) {
        let message = fill(visitor.texts().trouble.too_many_files, &[&MOST_FILES.to_string()]);
        return Err(visitor.says(StatusCode::PAYLOAD_TOO_LARGE, &message));
    }
    let mut last = json!({});
    for group in groups {
        let (mark, kind, says) = work(member, &results, &wanted, group).await?;
        last = json!({"mark": mark, "kind": kind, "says": says});
    }
    Ok(visitor.remembered(axum::Json(last).into_response()))
}

/// Has one invoice done where work is done, and keeps what came of it.
async fn work(
    member: &Member,
    results: &Arc<Results>,
    wanted: &Wanted,
    group: Group,
) -> Result<(&'static str, &'static str, String), Response> {
    let visitor = &member.visitor;
    let (app, caller, wanted) = (visitor.app.clone(), member.caller().clone(), wanted.clone());
    let is_check = wanted.is_check;
    let (kept, texts) = (Arc::clone(results), visitor.texts());
    let work = move || {
        let (answer, made) = answer(&app, &caller, &wanted, group);
        let short = view::in_short(texts, &answer, is_check);
        kept.add(answer, made).map(|()| short)
    };
    match visitor.app.pool.run(work).await {
        Ok(Ok(short)) => Ok(short),
        Ok(Err(_)) => Err(visitor.says(StatusCode::INSUFFICIENT_STORAGE, visitor.texts().trouble.internal)),
        Err(_busy) => Err(visitor.says(StatusCode::TOO_MANY_REQUESTS, visitor.texts().trouble.busy)),
    }
}

fn found(member: &Member, id: &str) -> Result<Arc<Results>, Response> {
    let gone = || member.visitor.says(StatusCode::NOT_FOUND, member.visitor.texts().trouble.results_gone);
    member.visitor.page.store.find(id, &member.session.id).ok_or_else(gone)
}

async fn results(member: Member, Path(id): Path<String>) -> Response {
    let results = match found(&member, &id) {
        Ok(results) => results,
        Err(answer) => return answer,
    };
    let answers = results.answers();
    let address = format!("/results/{}", results.id);
    let kept_until = hour(&results);
    let shown = Shown { address: &address, answers: &answers, is_check: results.is_check, kept_until: &kept_until };
    member.visitor.html(StatusCode::OK, |around| view::results(around, &shown))
}

/// The hour in Warsaw until which results are kept: `14:05`.
fn hour(results: &Results) -> String {
    let moment = jiff::Timestamp::try_from(results.until).unwrap_or_default();
    moment.to_zoned(jiff::tz::get!("Europe/Warsaw")).strftime("%H:%M").to_string()
}

/// One file, by the very name that it was given here.
async fn file(member: Member, Path((id, name)): Path<(String, String)>) -> Response {
    let results = match found(&member, &id) {
        Ok(results) => results,
        Err(answer) => return answer,
    };
    let Some(path) = results.path(&name) else {
        return member.visitor.says(StatusCode::NOT_FOUND, member.visitor.texts().trouble.not_found);
    };
    let Ok(bytes) = tokio::fs::read(path).await else {
        return member.visitor.says(StatusCode::NOT_FOUND, member.visitor.texts().trouble.results_gone);
    };
    // A picture is shown on the page of results; a PDF is taken away.
    let (kind, way) = if std::path::Path::new(&name).extension().is_some_and(|ending| ending == "png") {
        ("image/png", "inline")
    } else {
        ("application/pdf", "attachment")
    };
    download(kind, &format!("{way}; filename=\"{name}\""), bytes)
}

/// All files in one.
async fn zip(member: Member, Path(id): Path<String>) -> Response {
    let results = match found(&member, &id) {
        Ok(results) => results,
        Err(answer) => return answer,
    };
    let packed = move || -> std::io::Result<Vec<u8>> {
        let mut zip = ZipWriter::new(Vec::new());
        for name in results.names() {
            zip.add(&name, std::fs::File::open(results.folder().join(&name))?)?;
        }
        zip.finish()
    };
    match member.visitor.app.pool.run(packed).await {
        Ok(Ok(bytes)) => download("application/zip", "attachment; filename=\"ksef-qr.zip\"", bytes),
        Ok(Err(_)) => member.visitor.says(StatusCode::INTERNAL_SERVER_ERROR, member.visitor.texts().trouble.internal),
        Err(_busy) => member.visitor.says(StatusCode::TOO_MANY_REQUESTS, member.visitor.texts().trouble.busy),
    }
}

/// The names are made here, of letters, digits, dots, hyphens and underscores.
fn download(kind: &'static str, disposition: &str, bytes: Vec<u8>) -> Response {
    let disposition = HeaderValue::from_str(disposition).unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CONTENT_DISPOSITION, disposition)];
    (headers, bytes).into_response()
}

async fn book(member: Member) -> Response {
    if let Err(answer) = member.may(Scope::Read) {
        return answer;
    }
    let visitor = &member.visitor;
    let (desk, caller) = (visitor.app.desk.clone(), member.caller().clone());
    let listed = match visitor.app.pool.run(move || desk.due(&caller)).await {
        Ok(Ok(due)) => Some(due),
        Ok(Err(error)) if error.kind() == ErrorKind::BookMissing => None,
        Ok(Err(error)) => {
            let message = Told::from(&error).in_words(visitor.language).what;
            return visitor.says(StatusCode::SERVICE_UNAVAILABLE, &message);
        }
        Err(_busy) => return visitor.says(StatusCode::TOO_MANY_REQUESTS, visitor.texts().trouble.busy),
    };
    let listed: Option<Vec<DueInvoice>> = listed.map(|due| {
        let mut listed: Vec<_> = due.iter().map(waiting).collect();
        // What has no day yet comes last.
        listed.sort_by_key(|invoice| (invoice.send_by.is_none(), invoice.send_by));
        listed.truncate(MOST_DUE);
        listed
    });
    visitor.html(StatusCode::OK, |around| view::book(around, listed.as_deref()))
}

fn waiting(due: &Due) -> DueInvoice {
    let facts = &due.entry.facts;
    let state = due.entry.state().name();
    DueInvoice {
        number: facts.number.clone(),
        seller: format!("NIP\u{a0}{}", facts.seller),
        buyer: buyer(facts.buyer.as_deref().unwrap_or_default()),
        issued: facts.issue_date.to_string(),
        send_by: due.send_by.day(),
        state: EntryState::NAMES.iter().position(|name| *name == state).unwrap_or_default(),
    }
}

/// `NIP 5251469286` of `Nip:5251469286`; of other identifiers what stands behind the colon.
fn buyer(identifier: &str) -> String {
    match identifier.split_once(':') {
        Some(("Nip", nip)) => format!("NIP\u{a0}{nip}"),
        Some((_, other)) => other.to_owned(),
        None => identifier.to_owned(),
    }
}

async fn certificates(member: Member) -> Response {
    if let Err(answer) = member.may(Scope::Read) {
        return answer;
    }
    let visitor = &member.visitor;
    let now = visitor.app.desk.now();
    let expiries = visitor.app.desk.certificates(member.caller());
    let known: Vec<KnownCertificate> = expiries
        .iter()
        .map(|expiry| {
            let days_left = expiry.days_left(now);
            let facts = &expiry.facts;
            KnownCertificate {
                name: expiry.name.clone(),
                owner: match (&facts.owner_name, facts.owner) {
                    (Some(name), Owner::Nip(nip)) => format!("{name} (NIP\u{a0}{nip})"),
                    _ => facts.owner_in_words(),
                },
                serial: facts.serial.to_string(),
                valid_from: Day::of(facts.valid_from),
                valid_to: Day::of(facts.valid_to),
                days_left,
                state: if expiry.is_expired(now) {
                    CertificateState::Expired
                } else if facts.valid_from > now {
                    CertificateState::NotYet
                } else if days_left <= ENDS_SOON {
                    CertificateState::EndsSoon
                } else {
                    CertificateState::Good
                },
            }
        })
        .collect();
    visitor.html(StatusCode::OK, |around| view::certificates(around, &known))
}

async fn verify_form(member: Member) -> Response {
    let csrf = &member.session.csrf;
    member.visitor.html(StatusCode::OK, |around| view::verify(around, csrf, None, false, None))
}

async fn verify(member: Member, request: Request) -> Response {
    let visitor = &member.visitor;
    let mut form = match member.may(Scope::Verify) {
        Ok(()) => match read(&member, request).await {
            Ok(form) => form,
            Err(answer) => return answer,
        },
        Err(answer) => return answer,
    };
    let invoices = form.take("invoice").into_iter().map(|file| (file.name, file.bytes)).collect();
    let picture = form.take("file").pop().map(|file| file.bytes);
    let asked = Asked { picture, link: form.text("link").to_owned(), invoices };
    let csrf = &member.session.csrf;
    if asked.picture.is_none() && asked.link.is_empty() {
        return visitor.html(StatusCode::UNPROCESSABLE_ENTITY, |around| view::verify(around, csrf, None, true, None));
    }
    let desk = visitor.app.desk.clone();
    let key = member.session.caller.clone();
    match visitor.app.pool.run(move || verified(&desk, &key.caller, asked)).await {
        Ok(Ok(found)) => visitor.html(StatusCode::OK, |around| view::verify(around, csrf, None, false, Some(&found))),
        Ok(Err(error)) => {
            let fault = Told::from(&error);
            visitor
                .html(StatusCode::UNPROCESSABLE_ENTITY, |around| view::verify(around, csrf, Some(&fault), false, None))
        }
        Err(_busy) => visitor.says(StatusCode::TOO_MANY_REQUESTS, visitor.texts().trouble.busy),
    }
}

/// A frame of the camera: the link in it, if there is one.
async fn frame(member: Member, request: Request) -> Response {
    let visitor = &member.visitor;
    if let Err(answer) = member.may(Scope::Verify) {
        return answer;
    }
    let mut form = match read(&member, request).await {
        Ok(form) => form,
        Err(answer) => return answer,
    };
    let frame = form.take("file").pop().map(|file| file.bytes).unwrap_or_default();
    match visitor.app.pool.run(move || links(&frame)).await {
        Ok(links) => axum::Json(json!({ "link": links.first() })).into_response(),
        Err(_busy) => visitor.says(StatusCode::TOO_MANY_REQUESTS, visitor.texts().trouble.busy),
    }
}
