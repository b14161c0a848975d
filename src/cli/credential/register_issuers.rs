//! The certificates of a register, each opened when the first invoice needs it.

use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};

use ksef_qr::batch::Issuers;
use ksef_qr::error::ErrorKind;
use ksef_qr::register::{Entry, Roster, SignsFor, Wanted};
use ksef_qr::sign::Algorithm;
use ksef_qr::values::{ContextId, Rule};
use ksef_qr::{Conditions, Environment, Error, Invoice, Issuer};

use crate::cli::credential::register_file::RegisterFile;
use crate::cli::credential::signatory::issuer_of_entry;
use crate::cli::settings::{RegisterChoice, SecretSource, Signature};
use crate::cli::words::failure;

/// Who signs which invoice, by a register.
pub struct RegisterIssuers {
    file: RegisterFile,
    roster: Roster,
    opening: Opening,
    /// One for each entry of the register. What could not be opened once is not tried again: nobody is asked twice for a
    /// password that was wrong.
    issuers: Vec<OnceLock<Result<Box<Issuer>, Error>>>,
    /// One prompt at a time.
    prompt: Mutex<()>,
}

/// How entries are opened.
pub struct Opening {
    /// Comes before what the register says of passwords.
    pub password: Option<SecretSource>,
    pub signature: Signature,
    pub conditions: Conditions,
    /// One for all invoices, if it is given.
    pub context: Option<ContextId>,
    /// True if certificates are said to sign for others.
    pub on_behalf: bool,
}

impl RegisterIssuers {
    /// Opens what signs first of all (see [`Roster::foremost`]). Returns its entry, if nothing else signs.
    pub fn new(file: RegisterFile, choice: &RegisterChoice, opening: Opening) -> anyhow::Result<(Self, Option<Entry>)> {
        let about = |error: Error| error.about(file.path().to_string_lossy());
        let owner = match choice {
            RegisterChoice::Named(_) => None,
            RegisterChoice::Fitting { owner } => *owner,
        };
        let wanted = Wanted::new(opening.conditions.environment, opening.conditions.now)
            .owned_by(owner)
            .in_context_of(opening.context.as_ref().and_then(ContextId::taxpayer))
            .ignoring_dates(opening.conditions.allow.contains(Rule::CertificateDates));
        let mut roster = Roster::new(file.register.clone(), wanted);
        if let RegisterChoice::Named(name) = choice {
            roster = roster.naming(name).map_err(about)?;
        }
        if opening.on_behalf || opening.context.is_some() {
            roster = roster.signing_for_others();
        }
        let foremost = roster.foremost().map_err(about)?;
        let issuers: Vec<_> = file.register.entries().iter().map(|_| OnceLock::new()).collect();
        let foremost = foremost.and_then(|index| Some((roster.entry(index)?.clone(), issuers.get(index)?)));
        if let Some((entry, cell)) = &foremost {
            let issuer = opening.open(&file, entry)?;
            _ = cell.set(Ok(Box::new(issuer)));
        }
        let is_alone = matches!(choice, RegisterChoice::Named(_)) || roster.has_one_owner();
        let entry = foremost.map(|(entry, _)| entry).filter(|_| is_alone);
        Ok((Self { file, roster, opening, issuers, prompt: Mutex::new(()) }, entry))
    }
}

impl Opening {
    fn open(&self, file: &RegisterFile, entry: &Entry) -> anyhow::Result<Issuer> {
        let issuer =
            issuer_of_entry(&file.entry_from_here(entry), self.password.clone(), self.signature, &self.conditions)?;
        Ok(match &self.context {
            Some(context) => issuer.in_context(context.clone()),
            None if self.on_behalf || entry.signs_for != SignsFor::Owner => issuer.on_behalf(),
            None => issuer,
        })
    }
}

impl Issuers for RegisterIssuers {
    fn environment(&self) -> Environment {
        self.opening.conditions.environment
    }

    fn of(&self, invoice: &Invoice) -> Result<&Issuer, Error> {
        let index = self.roster.choose(invoice).map_err(|error| error.about(self.file.path().to_string_lossy()))?;
        let missing = || Error::new(ErrorKind::Internal, "the register has no such entry");
        let (entry, cell) = self.roster.entry(index).zip(self.issuers.get(index)).ok_or_else(missing)?;
        let opened = cell.get_or_init(|| {
            let _alone = self.prompt.lock().unwrap_or_else(PoisonError::into_inner);
            self.opening.open(&self.file, entry).map(Box::new).map_err(of_library)
        });
        opened.as_deref().map_err(Clone::clone)
    }

    fn context(&self) -> Option<&ContextId> {
        self.opening.context.as_ref()
    }

    fn ec_algorithm(&self) -> Algorithm {
        Algorithm::ecdsa(self.opening.signature.encoding)
    }

    fn is_deterministic(&self) -> bool {
        self.opening.signature.deterministic
    }

    fn opened(&self) -> Vec<&Issuer> {
        self.issuers.iter().filter_map(|cell| cell.get()?.as_deref().ok()).collect()
    }
}

/// For the manifest, which knows the library's errors only.
fn of_library(error: anyhow::Error) -> Error {
    let (kind, words) = (failure::kind(&error), failure::words(&error));
    error.downcast::<Error>().unwrap_or_else(|_| Error::new(kind, words))
}

impl fmt::Debug for RegisterIssuers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisterIssuers").field("file", &self.file).finish_non_exhaustive()
    }
}
