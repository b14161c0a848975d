//! `ksef-qr key csr`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ksef_qr::enrol::{CertificateName, Subject, request, request_pem};
use ksef_qr::files::write_new_file;
use serde::Serialize;

use crate::cli::credential::key_file::{key_of_any_file, read_key_file};
use crate::cli::exit::ExitStatus;
use crate::cli::settings::{CertificateUse, KeyCsr, RequestSubject};
use crate::cli::words::say::{print, say};
use crate::cli::words::text::printable;

/// Makes a certificate request and prints it.
pub fn run(settings: &KeyCsr) -> anyhow::Result<ExitStatus> {
    let subject = subject(&settings.subject)?;
    let key = key_of_any_file(&settings.key, &settings.password)?;
    let request = request(&key, &subject).map_err(|error| error.about(settings.key.to_string_lossy()))?;
    let text = match &settings.body {
        Some((name, used)) => body(name, *used, &request),
        None if settings.pem => request_pem(&request)?,
        None => base64(&request) + "\n",
    };
    let Some(path) = &settings.out else { return print(text.as_bytes()) };
    write_new_file(path, text.as_bytes())?;
    say!("{}: the certificate request of the {} key", printable(&path.to_string_lossy()), key.kind());
    Ok(ExitStatus::Done)
}

/// Whom the certificate is for.
pub fn subject(subject: &RequestSubject) -> anyhow::Result<Subject> {
    match subject {
        RequestSubject::Answer(path) => {
            let data = read_key_file(path)?;
            Ok(Subject::from_enrolment_data(&data).map_err(|error| error.about(path.to_string_lossy()))?)
        }
        RequestSubject::Attributes(attributes) => Ok(Subject::new(attributes.clone())?),
    }
}

/// The request as the API takes it.
pub fn base64(request: &[u8]) -> String {
    STANDARD.encode(request)
}

/// `EnrollCertificateRequest` of `open-api.json`.
fn body(name: &CertificateName, used: CertificateUse, request: &[u8]) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        certificate_name: &'a str,
        certificate_type: &'static str,
        csr: String,
    }
    let certificate_type = match used {
        CertificateUse::Offline => "Offline",
        CertificateUse::Authentication => "Authentication",
    };
    let body = Body { certificate_name: name.as_str(), certificate_type, csr: base64(request) };
    serde_json::to_string(&body).unwrap_or_default() + "\n"
}
