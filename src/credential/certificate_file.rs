//! Every certificate of a file: chains, bundles, and the API's answer.

use serde::Deserialize;

use super::certificate::{Certificate, is_authority};
use super::format::object::{Object, objects};
use super::open_or_locked::KeyFile;
use super::pkcs12::Pkcs12;
use crate::error::{Error, Kind, Result};

/// A certificate of a file that may hold several.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct KsefCertificate {
    /// The certificate.
    pub certificate: Certificate,
    /// The name it was given in KSeF, where the file says it: the API's answer does, a certificate itself does not.
    pub name: Option<String>,
}

/// Reads all certificates of a file: what [`Certificate::parse`] reads, chains of PEM blocks, PKCS#12, and the JSON that
/// the API answers to `POST /certificates/retrieve` (`certyfikaty-KSeF.md`). Certificates of issuers, which make up the
/// rest of a chain, are left out. Only a PKCS#12 file may be locked.
///
/// # Errors
/// Those of [`Pkcs12::read`]; those of [`Certificate::parse`], for the first certificate that has one;
/// `certificate_is_authority` if there are only certificates of issuers; `certificate_unreadable` if the answer of the
/// API contradicts the certificate in it.
pub fn read_certificates(file: &[u8]) -> Result<KeyFile<Vec<KsefCertificate>>> {
    let file = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file);
    if file.trim_ascii_start().starts_with(b"{") {
        return from_answer(file).map(KeyFile::Open);
    }
    let (mut found, mut container) = (Vec::new(), None);
    for object in objects(file) {
        match object {
            Object::Certificate(der) => found.push(der.to_vec()),
            Object::Pkcs12(file) => container = Some(file),
            // Named one by one, so that nobody forgets to ask whether a new form can hold certificates.
            Object::Request
            | Object::PublicKey
            | Object::Key(..)
            | Object::EncryptedKey(_)
            | Object::LegacyKey { .. }
            | Object::Token
            | Object::Unknown(_) => {}
        }
    }
    match container {
        Some(file) => Pkcs12::read(&file)?.and_then(move |opened| {
            let inside = opened.certificates().map(<[u8]>::to_vec);
            issued(&file, &found.iter().cloned().chain(inside).collect::<Vec<_>>())
        }),
        None => issued(file, &found).map(KeyFile::Open),
    }
}

/// Reads all certificates of a file, and opens it, if it is locked, with the password.
///
/// # Errors
/// Those of [`read_certificates`]; `password_missing`; `password_wrong`.
pub fn certificates(file: &[u8], password: Option<&[u8]>) -> Result<Vec<KsefCertificate>> {
    read_certificates(file)?.open(password)
}

/// All that were found in the file but those of issuers.
fn issued(file: &[u8], found: &[Vec<u8>]) -> Result<Vec<KsefCertificate>> {
    if found.is_empty() {
        // Says what was given instead of a certificate.
        return Ok(vec![KsefCertificate { certificate: Certificate::parse(file)?, name: None }]);
    }
    let issued = found.iter().filter(|der| !is_authority(der));
    let certificates: Vec<_> = issued
        .map(|der| Certificate::from_der(der).map(|certificate| KsefCertificate { certificate, name: None }))
        .collect::<Result<_>>()?;
    if certificates.is_empty() {
        let message = "the file holds certificates of issuers only (CA:TRUE)";
        return Err(Error::new(Kind::CertificateIsAuthority, message));
    }
    Ok(certificates)
}

/// `RetrieveCertificatesResponse` of `open-api.json`. What is not needed here is not looked at.
#[derive(Deserialize)]
struct Answer {
    certificates: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    certificate: String,
    certificate_name: Option<String>,
    certificate_serial_number: Option<String>,
    certificate_type: Option<String>,
}

fn from_answer(file: &[u8]) -> Result<Vec<KsefCertificate>> {
    let unreadable = |message: String| Error::new(Kind::CertificateUnreadable, message);
    let answer: Answer = serde_json::from_slice(file).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        unreadable(format!("it is JSON, and not the answer of /certificates/retrieve: line {line}, column {column}"))
    })?;
    if answer.certificates.is_empty() {
        return Err(unreadable("the answer of /certificates/retrieve names no certificate".to_owned()));
    }
    answer.certificates.into_iter().map(Item::read).collect()
}

impl Item {
    fn read(self) -> Result<KsefCertificate> {
        let certificate = Certificate::parse(self.certificate.as_bytes())?;
        let serial = certificate.serial().to_string();
        let stated = [
            ("certificateSerialNumber", self.certificate_serial_number, Some(serial.as_str())),
            ("certificateType", self.certificate_type, certificate.purpose().name()),
        ];
        for (field, stated, found) in stated {
            if let (Some(stated), Some(found)) = (stated, found)
                && !stated.eq_ignore_ascii_case(found)
            {
                let message = format!("the answer's {field} is {stated:?}, and its certificate says {found:?}");
                return Err(Error::new(Kind::CertificateUnreadable, message));
            }
        }
        Ok(KsefCertificate { certificate, name: self.certificate_name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE64: &str = include_str!("../../fixtures/keys/offline-ec.base64.txt");

    fn answer(fields: &str) -> String {
        format!(r#"{{"certificates":[{{"certificate":"{}"{fields}}}]}}"#, BASE64.trim())
    }

    fn message(file: &[u8]) -> String {
        certificates(file, None).unwrap_err().message().to_owned()
    }

    #[test]
    fn a_chain_is_read_without_its_issuers() {
        let found = certificates(include_bytes!("../../fixtures/keys/offline-ec.chain.pem"), None).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].certificate.serial().to_string(), "01F0A1B2C3D4E501");
        let two = [
            &include_bytes!("../../fixtures/keys/offline-ec.crt")[..],
            include_bytes!("../../fixtures/keys/buyer-ec.crt"),
        ];
        assert_eq!(certificates(&two.concat(), None).unwrap().len(), 2);
    }

    #[test]
    fn pkcs12_is_read_without_its_issuers() {
        let file = include_bytes!("../../fixtures/keys/offline-ec.chain.p12");
        let found = certificates(file, Some(b"Throwaway-Key_2026")).unwrap();
        let serials: Vec<_> = found.iter().map(|entry| entry.certificate.serial().to_string()).collect();
        assert_eq!(serials, ["01F0A1B2C3D4E501"]);
        assert_eq!(certificates(file, None).unwrap_err().code(), "password_missing");
        assert_eq!(certificates(file, Some(b"another")).unwrap_err().code(), "password_wrong");
    }

    #[test]
    fn an_issuer_alone_is_no_certificate_of_a_taxpayer() {
        let chain = include_str!("../../fixtures/keys/offline-ec.chain.pem");
        let issuer = chain.split_inclusive("-----END CERTIFICATE-----\n").nth(1).unwrap();
        assert_eq!(certificates(issuer.as_bytes(), None).unwrap_err().code(), "certificate_is_authority");
    }

    #[test]
    fn the_answer_of_the_api() {
        let fields =
            r#","certificateName":"Kasa 1","certificateSerialNumber":"01F0A1B2C3D4E501","certificateType":"Offline""#;
        let found = certificates(answer(fields).as_bytes(), None).unwrap();
        assert_eq!(found[0].name.as_deref(), Some("Kasa 1"));
        let marked = format!("\u{FEFF}{}", answer(""));
        assert_eq!(certificates(marked.as_bytes(), None).unwrap().len(), 1, "a byte order mark");
        assert_eq!(certificates(answer("").as_bytes(), None).unwrap()[0].name, None);
    }

    #[test]
    fn an_answer_that_contradicts_its_certificate_is_refused() {
        let other = answer(r#","certificateType":"Authentication""#);
        assert_eq!(
            message(other.as_bytes()),
            "the answer's certificateType is \"Authentication\", and its certificate says \"Offline\""
        );
        assert!(message(answer(r#","certificateSerialNumber":"00""#).as_bytes()).contains("certificateSerialNumber"));
        assert!(message(br#"{"certificates":[]}"#).contains("names no certificate"));
        assert!(message(br#"{"status":"#).contains("not the answer"));
    }
}
