use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ksef_qr::Error;
use ksef_qr::error::{ErrorGroup, ErrorKind};
use serde_json::json;

/// An error as RFC 9457 says: `application/problem+json`, with our stable code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The status.
    pub status: StatusCode,
    /// The stable code: one of the library's, or of the service's own ([`Problem::OWN`]).
    pub code: &'static str,
    /// What was found.
    pub detail: String,
    /// What to do.
    pub hint: &'static str,
    /// The file at fault.
    pub input: Option<String>,
    /// In seconds: when to come again.
    pub retry_after: Option<u64>,
}

impl Problem {
    /// The codes that the service has beside the library's: status, code, what to do.
    pub const OWN: [(u16, &'static str, &'static str); 14] = [
        (400, "request_malformed", "Look the request up in the description of the service: /openapi.json."),
        (400, "parameter_unknown", "Look the parameters up in the description of the service: /openapi.json."),
        (401, "key_required", "Give a key of this service: Authorization: Bearer kqr_..."),
        (403, "scope_missing", "Ask whoever runs the service for a key that may do this."),
        (403, "cross_site", "A page of another site may not call the service from a browser."),
        (404, "not_found", "Look the paths up in the description of the service: /openapi.json."),
        (405, "method_not_allowed", "Look the methods up in the description of the service: /openapi.json."),
        (406, "not_acceptable", "Ask for application/json, multipart/mixed, application/zip, or what was drawn."),
        (408, "request_too_slow", "Send the request again, over a faster connection or in smaller parts."),
        (
            409,
            "idempotency_conflict",
            "Use a new Idempotency-Key for another request, and wait for the first one's answer.",
        ),
        (413, "request_too_large", "Send less at once: an archive in parts."),
        (415, "media_type_unsupported", "Send an XML, a PDF, multipart/form-data, JSON, a ZIP or a tar.gz."),
        (429, "too_many_requests", "Send it again after the time in Retry-After."),
        (503, "ending", "Send it again: another replica, or the next start, takes it."),
    ];

    /// One of the service's own.
    pub fn own(code: &str, detail: impl Into<String>) -> Self {
        let (status, code, hint) = Self::OWN.into_iter().find(|(_, own, _)| *own == code).unwrap_or((
            500,
            "internal",
            "Report it to the makers of the program.",
        ));
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, code, detail: detail.into(), hint, input: None, retry_after: None }
    }

    /// There is too much work.
    pub fn busy(seconds: u64) -> Self {
        let detail = "there is as much work as the service takes at a time";
        Self { retry_after: Some(seconds.max(1)), ..Self::own("too_many_requests", detail) }
    }
}

/// 503 is said only where the same request may pass later: the service's own disk, book, threads, helper. What came with the
/// request stays as it is, however often it is sent.
fn status_of(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::SignerNotPermitted => StatusCode::FORBIDDEN,
        ErrorKind::BookMissing => StatusCode::NOT_FOUND,
        ErrorKind::BookContradiction => StatusCode::CONFLICT,
        ErrorKind::InputUnreadable
        | ErrorKind::InputChanged
        | ErrorKind::InputNotRegular
        | ErrorKind::InputNotPdf
        | ErrorKind::InputMissing
        | ErrorKind::InputArchiveUnreadable
        | ErrorKind::InputEntryDamaged
        | ErrorKind::InputEntryEncrypted
        | ErrorKind::InputEntryMethod
        | ErrorKind::InputEntryName
        | ErrorKind::InputEntryRepeated
        | ErrorKind::InputEntryNotRegular
        | ErrorKind::PairTableUnreadable
        | ErrorKind::ManifestDamaged
        | ErrorKind::BookImportUnknown
        | ErrorKind::BookImportDamaged => StatusCode::UNPROCESSABLE_ENTITY,
        kind => match kind.group() {
            ErrorGroup::Invoice | ErrorGroup::Credential => StatusCode::UNPROCESSABLE_ENTITY,
            ErrorGroup::Value => StatusCode::BAD_REQUEST,
            ErrorGroup::Io => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        },
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = status_of(error.kind());
        Self {
            status,
            code: error.code(),
            detail: error.message().to_owned(),
            hint: error.hint(),
            input: error.input().map(str::to_owned),
            retry_after: (status == StatusCode::SERVICE_UNAVAILABLE).then_some(2),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "type": format!("urn:ksef-qr:code:{}", self.code),
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
            "hint": self.hint,
        });
        if let (Some(input), Some(body)) = (self.input, body.as_object_mut()) {
            body.insert("input".to_owned(), input.into());
        }
        let text = body.to_string() + "\n";
        let mut response = (self.status, [(header::CONTENT_TYPE, "application/problem+json")], text).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_with_the_request_is_never_the_fault_of_the_service() {
        let of_requests: Vec<ErrorKind> = ErrorKind::ALL
            .iter()
            .copied()
            .filter(|kind| kind.code().starts_with("input_") || kind.code().starts_with("pdf_"))
            .collect();
        assert!(of_requests.len() > 12, "{of_requests:?}");
        for kind in of_requests {
            let status = status_of(kind);
            assert!(status.is_client_error(), "{kind:?}: {status}");
        }
        assert_eq!(status_of(ErrorKind::BookUnavailable), StatusCode::SERVICE_UNAVAILABLE);
    }
}
