//! `ksef-qr key csr`.

use anyhow::bail;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ksef_qr::enrol::{CertificateName, Subject, request, request_pem};
use ksef_qr::files::write_new_file;
use serde::Serialize;

use super::open;
use crate::cli::args::{CertificateType, KeyCsrArgs, SubjectArgs};
use crate::cli::credential::read_credential;
use crate::cli::exit::ExitStatus;
use crate::cli::print;
use crate::cli::report::printable;
use crate::cli::say::say;

/// Makes a certificate request and prints it.
pub fn run(args: &KeyCsrArgs) -> anyhow::Result<ExitStatus> {
    let subject = subject(&args.subject)?;
    let key = open(&args.key, args.password_file.as_deref())?;
    let request = request(&key, &subject).map_err(|error| error.about(args.key.to_string_lossy()))?;
    let text = match &args.name {
        Some(name) => body(name, args.r#type, &request),
        None if args.pem => request_pem(&request)?,
        None => base64(&request) + "\n",
    };
    let Some(path) = &args.out else { return print(text.as_bytes()) };
    write_new_file(path, text.as_bytes())?;
    say!("{}: the certificate request of the {} key", printable(&path.to_string_lossy()), key.kind());
    Ok(ExitStatus::Done)
}

/// Whom the certificate is for, from a file or from the arguments.
pub fn subject(args: &SubjectArgs) -> anyhow::Result<Subject> {
    if let Some(path) = &args.subject {
        let data = read_credential(path)?;
        return Ok(Subject::from_enrolment_data(&data).map_err(|error| error.about(path.to_string_lossy()))?);
    }
    if args.attribute.is_empty() {
        bail!("whom is the certificate for? Give --subject FILE, or --attribute NAME=VALUE for each attribute");
    }
    Ok(Subject::new(args.attribute.clone())?)
}

pub fn base64(request: &[u8]) -> String {
    STANDARD.encode(request)
}

/// `EnrollCertificateRequest` of `open-api.json`.
fn body(name: &CertificateName, kind: CertificateType, request: &[u8]) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        certificate_name: &'a str,
        certificate_type: &'static str,
        csr: String,
    }
    let certificate_type = match kind {
        CertificateType::Offline => "Offline",
        CertificateType::Authentication => "Authentication",
    };
    let body = Body { certificate_name: name.as_str(), certificate_type, csr: base64(request) };
    serde_json::to_string(&body).unwrap_or_default() + "\n"
}
