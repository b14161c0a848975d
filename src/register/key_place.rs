use std::path::PathBuf;

/// Where a certificate and its private key are. Paths are as they stand in the register, relative to its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyPlace {
    /// In two files (`cert`, `key`).
    Files {
        /// The certificate.
        cert: PathBuf,
        /// The private key.
        key: PathBuf,
    },
    /// In one PKCS#12 file (`p12`).
    Pkcs12 {
        /// The file.
        file: PathBuf,
        /// Which entry of it (`p12_entry`), where there are several.
        entry: Option<String>,
    },
    /// On a token (`pkcs11`).
    Pkcs11 {
        /// Which key, as a URI of RFC 7512 without a PIN.
        uri: String,
        /// The certificate's file (`cert`); on the token as well if there is none.
        cert: Option<PathBuf>,
    },
}
