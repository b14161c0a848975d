//! Who is logged in to the page, by TLS.

use axum::http::StatusCode;
use ksef_qr_server::desk::Scope;

use super::{Answer, Service, service_with};

fn cookies(answer: &Answer) -> Vec<String> {
    answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

fn value_of<'c>(cookies: &'c [String], name: &str) -> &'c str {
    let cookie = cookies.iter().find_map(|cookie| cookie.strip_prefix(&format!("{name}=")));
    cookie.unwrap_or_else(|| panic!("{name}: {cookies:?}")).split(';').next().unwrap()
}

/// The cookie of a session.
async fn logged_in(service: &Service) -> Vec<String> {
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

async fn may_see(service: &Service, cookie: &str) -> bool {
    let answer = service.ask("GET", "/certificates", &[("authorization", ""), ("cookie", cookie)], "").await;
    answer.status == StatusCode::OK
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
async fn a_session_ends_with_its_key() {
    let service = service_with(&Scope::ALL, &[], false, |_| {});
    let session = format!("ksef-qr={}", value_of(&logged_in(&service).await, "ksef-qr"));
    assert!(may_see(&service, &session).await);
    std::fs::write(service.folder.path().join("keys.json"), "{\"keys\":[]}").unwrap();
    assert!(service.app.keys.refresh().unwrap());
    assert!(!may_see(&service, &session).await);
}
