//! Who asks: the session of a cookie, the language of a cookie or of the browser. And what every answer carries.

use std::sync::Arc;

use axum::extract::{Extension, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use ksef_qr::Environment;
use ksef_qr::values::Day;
use maud::Markup;

use super::language::Language;
use super::memory::Page;
use super::session::Session;
use super::texts::Texts;
use super::view::{self, Around};
use crate::app::App;
use crate::desk::{Caller, Scope};

/// The cookie of the language: a year.
const LANGUAGE: &str = "ksef-qr-language";

/// Nothing but what the service itself serves, no frames, no exception.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// Whoever asks for a page.
pub(super) struct Visitor {
    pub app: Arc<App>,
    pub page: Arc<Page>,
    pub language: Language,
    pub path: String,
    pub session: Option<Arc<Session>>,
    /// True if a script asks, which takes answers as JSON.
    pub is_script: bool,
    /// The token of a session that began with this request, or goes on.
    new_token: Option<String>,
    /// True if there is a cookie of a session that is over.
    pub was_logged_in: bool,
}

/// Somebody who is logged in.
pub(super) struct Member {
    pub visitor: Visitor,
    pub session: Arc<Session>,
}

impl FromRequestParts<Arc<App>> for Visitor {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, StatusCode> {
        let Ok(Extension(page)) = Extension::<Arc<Page>>::from_request_parts(parts, app).await else {
            return Err(StatusCode::INTERNAL_SERVER_ERROR);
        };
        let chosen = cookie(&parts.headers, LANGUAGE).and_then(Language::of_tag);
        let asked = || Language::of_browser(text(&parts.headers, header::ACCEPT_LANGUAGE)?);
        let language = chosen.or_else(asked).unwrap_or_default();
        let token = cookie(&parts.headers, session_cookie(app));
        let now = app.desk.now();
        // A key that is taken out of the file ends what was begun with it.
        let keys = || app.keys.all().iter().chain(&app.guest).cloned().collect::<Vec<_>>();
        let found = token.and_then(|token| page.sessions.find(token, keys(), now));
        let (mut session, mut new_token) = found.map_or((None, None), |(session, newer)| (Some(session), newer));
        if let (None, Some(guest)) = (&session, &app.guest) {
            let begun = page.sessions.begin(guest.clone(), now);
            let (token, begun) = begun.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
            (session, new_token) = (Some(begun), Some(token));
        }
        let is_script = text(&parts.headers, header::ACCEPT).is_some_and(|accepted| accepted == "application/json");
        Ok(Self {
            app: app.clone(),
            page,
            language,
            path: parts.uri.path().to_owned(),
            was_logged_in: token.is_some() && session.is_none(),
            session: session.map(Arc::new),
            is_script,
            new_token,
        })
    }
}

impl FromRequestParts<Arc<App>> for Member {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, app).await.map_err(IntoResponse::into_response)?;
        match visitor.session.clone() {
            Some(session) => Ok(Self { visitor, session }),
            None if visitor.is_script => Err(visitor.says(StatusCode::UNAUTHORIZED, visitor.texts().login.ended)),
            None => Err(Redirect::to("/login").into_response()),
        }
    }
}

impl Visitor {
    /// The words of the visitor's language.
    pub fn texts(&self) -> &'static Texts {
        Texts::of(self.language)
    }

    /// Has a page drawn.
    pub fn draw(&self, view: impl FnOnce(&Around<'_>) -> Markup) -> Markup {
        view(&Around {
            texts: self.texts(),
            path: &self.path,
            key: self.session.as_deref().map(|session| session.caller.caller.name.as_str()),
            csrf: self.session.as_deref().map(|session| session.csrf.as_str()),
            is_demonstration: self.app.guest.is_some(),
            environment: match self.app.desk.environment() {
                Environment::Prod => 0,
                Environment::Demo => 1,
                Environment::Test => 2,
            },
            today: Day::of(self.app.desk.now()),
        })
    }

    /// A page as an answer.
    pub fn html(&self, status: StatusCode, view: impl FnOnce(&Around<'_>) -> Markup) -> Response {
        let content = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CONTENT_LANGUAGE, HeaderValue::from_static(self.language.tag())),
        ];
        let answer = (status, content, self.draw(view).into_string()).into_response();
        self.remembered(answer)
    }

    /// An answer that keeps the session going.
    pub fn remembered(&self, mut answer: Response) -> Response {
        if let Some(token) = &self.new_token {
            set_cookie(&mut answer, &session_value(&self.app, token));
        }
        answer
    }

    /// What did not work: as a page, or in a line for a script.
    pub fn says(&self, status: StatusCode, message: &str) -> Response {
        let mut answer = match self.is_script {
            true => (status, axum::Json(serde_json::json!({ "says": message }))).into_response(),
            false => self.html(status, |around| view::trouble(around, message)),
        };
        if status == StatusCode::TOO_MANY_REQUESTS {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        answer
    }
}

impl Member {
    /// Who it is.
    pub fn caller(&self) -> &Caller {
        &self.session.caller.caller
    }

    /// Asks whether the key allows something, and whether it was used too often.
    pub fn may(&self, scope: Scope) -> Result<(), Response> {
        if !self.caller().may(scope) {
            return Err(self.visitor.says(StatusCode::FORBIDDEN, self.visitor.texts().trouble.not_allowed));
        }
        self.counted()
    }

    /// Counts a request of the key.
    pub fn counted(&self) -> Result<(), Response> {
        let too_often = |_| self.visitor.says(StatusCode::TOO_MANY_REQUESTS, self.visitor.texts().trouble.busy);
        self.session.caller.count().map_err(too_often)
    }
}

/// Adds to each answer of the page what tells browsers to be careful.
pub(super) async fn careful(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(self), geolocation=(), microphone=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // What is of a person is kept nowhere; only files that are the same for all say otherwise.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    answer
}

/// A header that is text.
pub(super) fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// The value of a cookie.
pub(super) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let values = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(';')).find_map(|pair| {
        let (its, value) = pair.split_once('=')?;
        (its.trim() == name).then(|| value.trim())
    })
}

/// Adds a cookie. Its value is ours: hexadecimal digits and names.
pub(super) fn set_cookie(answer: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// `__Host-`: no other host and no page without TLS can set such a cookie.
fn session_cookie(app: &App) -> &'static str {
    if app.is_tls { "__Host-ksef-qr" } else { "ksef-qr" }
}

/// The cookie of a session; it ends with the browser, or with the session.
pub(super) fn session_value(app: &App, token: &str) -> String {
    let secure = if app.is_tls { "; Secure" } else { "" };
    let end = if token.is_empty() { "; Max-Age=0" } else { "" };
    format!("{}={token}; Path=/; HttpOnly; SameSite=Strict{secure}{end}", session_cookie(app))
}

/// The cookie that a form of the login page has to fit.
pub(super) const LOGIN: &str = "ksef-qr-login";

/// Another cookie, for so many seconds.
pub(super) fn other_value(app: &App, name: &str, value: &str, seconds: u32) -> String {
    let secure = if app.is_tls { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}; Max-Age={seconds}")
}

/// The cookie of a language that was chosen.
pub(super) fn language_value(app: &App, language: Language) -> String {
    other_value(app, LANGUAGE, language.tag(), 365 * 24 * 60 * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("xksef-qr=1; ksef-qr=2;ksef-qr=3; other"));
        assert_eq!(cookie(&headers, "ksef-qr"), Some("2"));
        assert_eq!(cookie(&headers, "other"), None);
    }
}
