use std::path::PathBuf;

use anyhow::bail;
use ksef_qr::values::ContextId;
use ksef_qr::{Environment, KsefNumber};

use super::run::Run;
use super::signing::Signing;
use crate::cli::args::{ContextArgs, CredentialArgs, OtherCodesArgs};

/// Where the codes of the invoices come from.
#[derive(Clone, Debug)]
pub enum Codes {
    /// They are signed now; in this context, or in one that is chosen for each invoice. `on_behalf` if certificates sign for
    /// others.
    Signed { signing: Signing, context: Option<ContextId>, on_behalf: bool },
    /// KOD I alone.
    Linked(KsefNumbers),
    /// Earlier runs made them: their manifests, and the certificate by which signatures are verified, if one is given.
    Earlier { manifests: Vec<PathBuf>, certificate: Option<PathBuf> },
    /// The book has them.
    Booked,
}

/// Which numbers stand under the codes.
#[derive(Clone, Debug)]
pub enum KsefNumbers {
    None,
    /// That of the one invoice there is.
    One(KsefNumber),
    /// Those in UPOs, and in KSeF's answers in JSON.
    Upo(Vec<PathBuf>),
    /// Those that lie beside the invoices.
    Beside,
    /// Those in the tables of pairs.
    Table,
}

/// What to give, where nothing says where the codes come from.
pub const NO_SOURCE: &str = "say where the codes come from: a certificate and its key (--cert, --key, or --p12), which sign \
     them now; --codes MANIFEST of an earlier run; --book PLACE, if the invoices are in it; or KOD I only, with --ksef-number, \
     --upo or --kod1-alone";

impl Codes {
    /// Codes that are signed now.
    pub fn signed(credential: CredentialArgs, context: ContextArgs, environment: Environment) -> anyhow::Result<Self> {
        let ContextArgs { context, on_behalf } = context;
        let signing = Signing::from_args(credential)?;
        let nip = context.as_ref().and_then(ContextId::taxpayer);
        if let Some(context) = &context
            && environment == Environment::Prod
            && nip.is_some_and(|nip| !nip.has_valid_checksum())
        {
            bail!("--context {context}: the check digit of the NIP is wrong, a digit was mistyped");
        }
        Ok(Self::Signed { signing, context, on_behalf })
    }

    /// The codes of documents, `is_single` if there is one document only. Where nothing else says where they come from, the book
    /// has them, if the run keeps one; else it is refused with `no_source`.
    pub fn of_documents(
        credential: CredentialArgs,
        context: ContextArgs,
        other: OtherCodesArgs,
        run: &Run,
        is_single: bool,
        no_source: impl FnOnce() -> anyhow::Error,
    ) -> anyhow::Result<Self> {
        // A certificate alone, beside codes that are there already, verifies them.
        let certificate = credential.verifies().filter(|_| !other.codes.is_empty()).cloned();
        let is_signing = certificate.is_none() && credential.is_given();
        if is_signing && other.is_given() {
            bail!(
                "--cert signs codes now, and --codes, --ksef-number, --upo and --kod1-alone do not sign: give one of them"
            );
        }
        let OtherCodesArgs { codes, ksef_number, upo, kod1_alone } = other;
        if !is_signing && context.context.is_some() {
            bail!("--context is for codes that are signed now");
        }
        if !is_signing && context.on_behalf {
            bail!("--on-behalf is for codes that are signed now");
        }
        if ksef_number.is_some() && !is_single {
            bail!("--ksef-number is the number of one invoice: give exactly one file");
        }
        Ok(match ksef_number {
            _ if is_signing => Self::signed(credential, context, run.environment)?,
            _ if kod1_alone => Self::Linked(KsefNumbers::None),
            Some(number) => Self::Linked(KsefNumbers::One(number)),
            None if !upo.is_empty() => Self::Linked(KsefNumbers::Upo(upo)),
            None if codes.is_empty() && run.book.is_some() => Self::Booked,
            None if codes.is_empty() => return Err(no_source()),
            None => Self::Earlier { manifests: codes, certificate },
        })
    }
}
