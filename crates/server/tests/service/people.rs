//! Who is logged in to the page, by TLS.

use axum::http::StatusCode;
use ksef_qr_server::app::App;
use ksef_qr_server::desk::Scope;
use ksef_qr_server::keys::Keys;

use super::{Answer, Service, service_with};

fn cookies(answer: &Answer) -> Vec<String> {
    answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

pub(crate) fn value_of<'c>(cookies: &'c [String], name: &str) -> &'c str {
    let cookie = cookies.iter().find_map(|cookie| cookie.strip_prefix(&format!("{name}=")));
    cookie.unwrap_or_else(|| panic!("{name}: {cookies:?}")).split(';').next().unwrap()
}

/// The cookie of a session.
pub(crate) async fn logged_in(service: &Service) -> Vec<String> {
    let form = service.ask("GET", "/login", &[("authorization", "")], "").await;
    let set = cookies(&form);
    let token = value_of(&set, "ksef-qr-login");
    let headers = [
        ("authorization", ""),
        ("cookie", &*format!("ksef-qr-login={token}")),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let answer = service.ask("POST", "/login", &headers, format!("csrf={token}&key={}", service.key)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    cookies(&answer)
}

impl Service {
    pub(crate) async fn page(&self, cookie: &str, path: &str) -> Answer {
        self.ask("GET", path, &[("authorization", ""), ("cookie", cookie)], "").await
    }
}

async fn may_see(service: &Service, cookie: &str) -> bool {
    service.page(cookie, "/certificates").await.status == StatusCode::OK
}

#[tokio::test]
async fn by_tls_a_session_is_in_a_cookie_that_never_travels_otherwise() {
    let service = service_with(&Scope::ALL, &[], false, |app| app.is_tls = true);
    let set = logged_in(&service).await;
    for cookie in &set {
        for part in ["; Path=/", "; HttpOnly", "; SameSite=Strict", "; Secure"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    let session = value_of(&set, "__Host-ksef-qr").to_owned();
    assert!(may_see(&service, &format!("__Host-ksef-qr={session}")).await);
    // Under a name that a page without TLS could set.
    assert!(!may_see(&service, &format!("ksef-qr={session}")).await);
    let answer = service.ask("GET", "/certificates", &[("authorization", "")], "").await;
    assert_eq!(answer.headers["strict-transport-security"], "max-age=31536000");
}

#[tokio::test]
async fn replicas_that_share_a_session_key_know_each_others_sessions() {
    let shared = |app: &mut App| app.session_key = Some(vec![7; 32].into());
    let first = service_with(&Scope::ALL, &[], false, shared);
    let replica = |set: &dyn Fn(&mut App)| {
        service_with(&Scope::ALL, &[], false, |app| {
            app.keys = Keys::read(&first.folder.path().join("keys.json")).unwrap();
            set(app);
        })
    };
    let (second, alone) = (replica(&shared), replica(&|_| {}));
    let session = format!("ksef-qr={}", value_of(&logged_in(&first).await, "ksef-qr"));
    assert!(may_see(&first, &session).await && may_see(&second, &session).await);
    assert!(!may_see(&alone, &session).await, "its own sessions are sealed by a key of its own");
    // Results stay with the replica that made them; whoever asks another is told so, and stays logged in.
    let there = first.page(&session, "/results/0000").await;
    assert_eq!(there.status, StatusCode::NOT_FOUND);
    // A form of one is taken by the other.
    let form = first.page(&session, "/").await.text();
    let csrf = form.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let headers = [("authorization", ""), ("cookie", &*session), ("content-type", "application/x-www-form-urlencoded")];
    let foreign = second.ask("POST", "/logout", &headers, "csrf=0000").await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let out = second.ask("POST", "/logout", &headers, format!("csrf={csrf}")).await;
    assert_eq!(out.status, StatusCode::SEE_OTHER, "{}", out.text());
    assert!(cookies(&out).iter().any(|cookie| cookie.starts_with("ksef-qr=;") && cookie.contains("Max-Age=0")));
    assert!(!may_see(&second, &session).await);
}

#[tokio::test]
async fn a_session_ends_with_its_key() {
    let service = service_with(&Scope::ALL, &[], false, |_| {});
    let session = format!("ksef-qr={}", value_of(&logged_in(&service).await, "ksef-qr"));
    assert!(may_see(&service, &session).await);
    std::fs::write(service.folder.path().join("keys.json"), "{\"keys\":[]}").unwrap();
    assert!(service.app.keys.refresh().unwrap());
    assert!(!may_see(&service, &session).await);
}
