use std::path::PathBuf;

use anyhow::bail;
use ksef_qr::register::KeyPlace;
use ksef_qr::sign::SignatureEncoding;
use ksef_qr::values::Nip;

use super::secret::SecretSource;
use crate::cli::args::{CredentialArgs, Encoding};

/// What signs, and how.
#[derive(Clone, Debug)]
pub struct Signing {
    pub key: SigningKey,
    pub signature: Signature,
}

/// Where certificate and key are.
#[derive(Clone, Debug)]
pub enum SigningKey {
    /// Here. Paths are seen from where the program runs.
    At { place: KeyPlace, password: SecretSource },
    /// In a register, one of several.
    FromRegister {
        register: PathBuf,
        choice: RegisterChoice,
        /// Comes before what the register says of the password.
        password_file: Option<PathBuf>,
    },
}

/// Which entry of a register signs.
#[derive(Clone, Debug)]
pub enum RegisterChoice {
    /// The one of this name.
    Named(String),
    /// The one that fits: of this owner, if one is given.
    Fitting { owner: Option<Nip> },
}

/// How KOD II is signed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Signature {
    pub encoding: SignatureEncoding,
    /// The same signature for the same link every time.
    pub deterministic: bool,
}

impl Signing {
    pub fn from_args(args: CredentialArgs) -> anyhow::Result<Self> {
        let signature = Signature { encoding: encoding(args.signature_encoding), deterministic: args.deterministic };
        if let Some(register) = args.credentials {
            let choice = match args.used {
                Some(name) => RegisterChoice::Named(name),
                None => RegisterChoice::Fitting { owner: args.owner },
            };
            let key = SigningKey::FromRegister { register, choice, password_file: args.password.password_file };
            return Ok(Self { key, signature });
        }
        let place = match (args.cert, args.key, args.p12, args.pkcs11) {
            (Some(cert), Some(key), _, _) => KeyPlace::Files { cert, key },
            (_, _, Some(file), _) => KeyPlace::Pkcs12 { file, entry: args.p12_entry },
            (cert, _, _, Some(uri)) => KeyPlace::Pkcs11 { uri, cert },
            (Some(_), ..) => bail!(
                "--cert names the certificate; signing needs its private key, too: --key FILE. If the .crt is all there is, the key was lost: apply for a new certificate"
            ),
            _ => bail!(
                "signing needs a certificate and its private key: --cert FILE --key FILE, --p12 FILE, or --credentials FILE"
            ),
        };
        let password = SecretSource::file_or_prompt(args.password.password_file);
        Ok(Self { key: SigningKey::At { place, password }, signature })
    }
}

fn encoding(encoding: Encoding) -> SignatureEncoding {
    match encoding {
        Encoding::P1363 => SignatureEncoding::P1363,
        Encoding::Der => SignatureEncoding::Der,
    }
}
