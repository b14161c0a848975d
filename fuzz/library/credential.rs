use ksef_qr::credential::{Certificate, KeyFile, Pkcs12, PrivateKey, certificates, read_certificates};
use ksef_qr::enrol::Subject;

/// Of the fixtures.
const PASSWORD: &[u8] = b"Throwaway-Key_2026";

/// A key file of any form: PEM, DER, PKCS#8, OpenSSL's own, encrypted or not.
pub fn key(bytes: &[u8]) {
    _ = PrivateKey::is_alone(bytes);
    if let Ok(KeyFile::Open(key)) = PrivateKey::read(bytes) {
        key.public_key_der().unwrap();
    }
    if let Ok(key) = PrivateKey::parse(bytes, Some(PASSWORD)) {
        key.public_key_der().unwrap();
    }
}

/// A PKCS#12 file.
pub fn pkcs12(bytes: &[u8]) {
    let Ok(file) = Pkcs12::open(bytes, Some(PASSWORD)) else { return };
    for certificate in file.certificates() {
        _ = Certificate::parse(certificate);
    }
    _ = file.pair(None);
    _ = file.key(Some("ksef"));
}

/// A certificate, or several in one file.
pub fn certificate(bytes: &[u8]) {
    if let Ok(certificate) = Certificate::parse(bytes) {
        _ = (certificate.serial(), certificate.owner(), certificate.purpose(), certificate.days_of_validity());
        _ = certificate.issuer_common_name();
    }
    _ = read_certificates(bytes);
    _ = certificates(bytes, Some(PASSWORD));
}

/// What KSeF answers about who a certificate is for.
pub fn subject(bytes: &[u8]) {
    _ = Subject::from_enrolment_data(bytes);
}
