//! Certificate requests, PKCS#10.

use pkcs8::der::oid::db::rfc5912::{ECDSA_WITH_SHA_256, SHA_256_WITH_RSA_ENCRYPTION};
use x509_cert::der::asn1::{Any, BitString};
use x509_cert::der::{Decode as _, Encode as _};
use x509_cert::request::{CertReq, CertReqInfo, Version};
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use super::key_pem::pem;
use super::subject::Subject;
use crate::credential::{KeyKind, PrivateKey};
use crate::error::{Error, Kind, Result};
use crate::sign::request_signature;

/// A certificate request for `POST /certificates/enrollments`, DER: the subject as given, the key's public half, no
/// extension, signed with SHA-256 (ECDSA, or RSASSA-PKCS1-v1_5).
///
/// # Errors
/// `key_type_unsupported` for RSA of another length than 2048 bits, the one that the API takes; `signing_failed`.
pub fn request(key: &PrivateKey, subject: &Subject) -> Result<Vec<u8>> {
    let algorithm = match key.kind() {
        KeyKind::EcP256 => AlgorithmIdentifierOwned { oid: ECDSA_WITH_SHA_256, parameters: None },
        KeyKind::Rsa { bits: 2048 } => {
            AlgorithmIdentifierOwned { oid: SHA_256_WITH_RSA_ENCRYPTION, parameters: Some(Any::null()) }
        }
        kind @ KeyKind::Rsa { .. } => {
            let message = format!("the private key is {kind}, and a request may have EC P-256 or RSA 2048");
            return Err(Error::new(Kind::KeyTypeUnsupported, message));
        }
    };
    let info = CertReqInfo {
        version: Version::V1,
        subject: subject.to_name().map_err(failed)?,
        public_key: SubjectPublicKeyInfoOwned::from_der(&key.public_key_der()?).map_err(failed)?,
        attributes: x509_cert::attr::Attributes::default(),
    };
    let signature = request_signature(key, &info.to_der().map_err(failed)?)?;
    let signature = BitString::from_bytes(&signature).map_err(failed)?;
    CertReq { info, algorithm, signature }.to_der().map_err(failed)
}

/// A request as PEM `CERTIFICATE REQUEST`, for other tools. The API takes the Base64 of the DER, without the lines around.
///
/// # Errors
/// `subject_malformed`, which does not happen to a request that [`request`] made.
pub fn request_pem(request: &[u8]) -> Result<String> {
    pem("CERTIFICATE REQUEST", request)
}

fn failed<E>(_: E) -> Error {
    Error::new(Kind::SubjectMalformed, "the request could not be written down")
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::signature::Verifier as _;
    use p256::ecdsa::{DerSignature, VerifyingKey};
    use p256::pkcs8::DecodePublicKey as _;

    fn subject() -> Subject {
        let json = r#"{"commonName":"Żółw","countryName":"PL","organizationIdentifier":"VATPL-5265877635"}"#;
        Subject::from_enrolment_data(json.as_bytes()).unwrap()
    }

    /// By p256, which did not sign it.
    #[test]
    fn the_signature_is_over_the_body() {
        let key = PrivateKey::parse(include_bytes!("../../fixtures/keys/offline-ec.pkcs8.pem"), None).unwrap();
        let request = CertReq::from_der(&request(&key, &subject()).unwrap()).unwrap();
        let verifying = VerifyingKey::from_public_key_der(&key.public_key_der().unwrap()).unwrap();
        let signature = DerSignature::from_der(request.signature.raw_bytes()).unwrap();
        let body = request.info.to_der().unwrap();
        assert!(verifying.verify(&body, &signature).is_ok());
        assert!(verifying.verify(&body[1..], &signature).is_err());
        // Printed from the last to the first (RFC 4514); 0c is the tag of UTF8String.
        let number = "VATPL-5265877635".bytes().fold("#0c10".to_owned(), |hex, byte| hex + &format!("{byte:02x}"));
        assert_eq!(request.info.subject.to_string(), format!("C=PL,2.5.4.97={number},CN=Żółw"));
    }

    #[test]
    fn rsa_of_2048_bits_alone() {
        let of = |file: &[u8]| request(&PrivateKey::parse(file, None).unwrap(), &subject());
        let made = of(include_bytes!("../../fixtures/keys/offline-rsa.pkcs8.pem")).unwrap();
        assert!(request_pem(&made).unwrap().starts_with("-----BEGIN CERTIFICATE REQUEST-----\n"));
        let larger = of(include_bytes!("../../fixtures/keys/offline-rsa-3072.pkcs8.pem")).unwrap_err();
        assert_eq!(larger.code(), "key_type_unsupported");
    }
}
