use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use super::body::Archive;
use super::problem::Problem;
use crate::app::{App, Metrics};
use crate::keys::Key;

/// Who asks, by the key of the request.
#[derive(Clone, Debug)]
pub struct Authorized(pub Arc<Key>);

impl FromRequestParts<Arc<App>> for Authorized {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let key = match bearer(&parts.headers) {
            Some(text) => app.keys.find(text).ok_or_else(|| Problem::own("key_required", "there is no such key"))?,
            None => app.guest.clone().ok_or_else(|| Problem::own("key_required", "the request has no key"))?,
        };
        key.count().map_err(|wait| Problem {
            detail: "this key was used too often".to_owned(),
            ..Problem::busy(wait.as_secs() + 1)
        })?;
        Ok(Self(key))
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = text.split_once(' ').unwrap_or(("", text));
    Some(if scheme.eq_ignore_ascii_case("bearer") { key.trim() } else { "" })
}

/// What every request is held to, and every answer carries.
pub fn guarded(routes: Router<Arc<App>>, app: &Arc<App>) -> Router<Arc<App>> {
    routes
        .fallback(async || Problem::own("not_found", "there is nothing at this path"))
        .method_not_allowed_fallback(async || Problem::own("method_not_allowed", "this path knows other methods"))
        // Each body is read within bounds of its own.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(app.clone(), guard))
}

async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/v1/");
    let mut response = match refused(&app, &request) {
        Some(problem) => problem.into_response(),
        // It has limits of its own: on silence, and none on its whole length.
        None if is_api && Archive::of(&request).is_some() => next.run(request).await,
        None => match tokio::time::timeout(app.limits.longest, next.run(request)).await {
            Ok(response) => response,
            Err(_) => {
                let seconds = app.limits.longest.as_secs();
                Problem::own("request_too_slow", format!("it took longer than {seconds} seconds")).into_response()
            }
        },
    };
    let status = response.status();
    if let Some(counter) = app.metrics.answers.get(usize::from(status.as_u16() / 100)) {
        Metrics::add(counter);
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        Metrics::add(&app.metrics.busy);
    }
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    if app.is_tls {
        let always = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, always);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    let nothing = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");
    // The page has a policy of its own.
    if is_api {
        headers.insert(header::CONTENT_SECURITY_POLICY, nothing);
    } else {
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(nothing);
    }
    response
}

/// What is turned away before anything is read.
fn refused(app: &App, request: &Request) -> Option<Problem> {
    if app.is_ending.load(Ordering::Relaxed) && !request.uri().path().starts_with("/health/") {
        return Some(Problem { retry_after: Some(1), ..Problem::own("ending", "the service ends") });
    }
    let headers = request.headers();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    // A name of another site that leads to this machine (DNS rebinding) has the service work for that site.
    if app.is_local && !host.is_some_and(is_loopback) {
        let message =
            "a service without TLS answers to localhost alone; behind a proxy it is started with --behind-proxy";
        return Some(Problem::own("cross_site", message));
    }
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return None;
    }
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    let is_other = site.is_some_and(|site| !matches!(site, b"same-origin" | b"none"));
    let origin = headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
    let is_foreign = origin.is_some_and(|origin| origin.split_once("://").map(|(_, host)| host) != host);
    (is_other || is_foreign).then(|| Problem::own("cross_site", "the request comes from a page of another site"))
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
