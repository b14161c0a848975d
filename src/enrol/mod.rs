//! What an application for a certificate needs: a new key, kept as the portal keeps it, and a certificate request for
//! the API (`certyfikaty-KSeF.md`, sections 2 to 4).
//!
//! ```
//! use ksef_qr::credential::PrivateKey;
//! use ksef_qr::enrol::{KeyType, Subject, encrypted_pem, request};
//!
//! # fn main() -> ksef_qr::Result<()> {
//! // What the API answers to GET /certificates/enrollments/data, byte for byte.
//! let subject = Subject::from_enrolment_data(br#"{
//!     "commonName": "Firma", "countryName": "PL",
//!     "organizationName": "Firma sp. z o.o.", "organizationIdentifier": "VATPL-5265877635"
//! }"#)?;
//! let key = KeyType::EcP256.generate()?;
//! let der = request(&key, &subject)?;
//! # let password = b"Throwaway-Key_2026";
//! let file = encrypted_pem(&key, password)?;
//! assert!(file.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
//! assert_eq!(PrivateKey::parse(file.as_bytes(), Some(password))?.kind(), key.kind());
//! # assert_eq!(der[0], 0x30);
//! # Ok(())
//! # }
//! ```
//!
//! Nothing is sent, and nothing is written to a file: the caller does both.

mod attribute;
mod certificate_name;
mod key_pem;
mod new_password;
mod request;
mod subject;

pub use attribute::Attribute;
pub use certificate_name::CertificateName;
pub use key_pem::{ITERATIONS, encrypted_pem, public_pem};
pub use new_password::generate_password;
pub use request::{request, request_pem};
pub use subject::Subject;

pub use crate::sign::KeyType;
