//! Codes that were made already: what was signed once is not signed again.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::BufReader;
use std::path::Path;

use super::codes::{InvoiceLinks, SignedLink};
use super::file_names::TakenNames;
use super::line::ManifestLine;
use super::lines::Lines;
use super::record::EarlierRecord;
use crate::credential::Certificate;
use crate::error::{Error, Kind, Result};
use crate::files::{open_text, unreadable};
use crate::invoice::Invoice;
use crate::link::{Kod1, Link};
use crate::render::Label;
use crate::values::{Environment, InvoiceHash};

/// The codes that earlier runs made, by the digest of the invoice file.
#[derive(Debug, Default)]
pub struct KnownCodes {
    links: HashMap<(InvoiceHash, Environment), Known>,
    certificates: Vec<Certificate>,
}

#[derive(Debug)]
struct Known {
    links: InvoiceLinks,
    /// What in its line contradicts the links.
    contradiction: Option<&'static str>,
}

impl KnownCodes {
    /// Adds the codes of a manifest. Of several of one file those with a KSeF number are taken, else those with KOD II,
    /// else the later ones. A last line that was cut short does not count.
    ///
    /// # Errors
    /// `input_unreadable`, `input_not_regular`; `manifest_damaged` for a line that no manifest has.
    pub fn add(&mut self, manifest: &Path) -> Result<()> {
        let about = |error: Error| error.about(manifest.to_string_lossy());
        let file = open_text(manifest).map_err(about)?;
        let mut lines = Lines::new(BufReader::with_capacity(1 << 16, file));
        while let Some(line) = lines.next_line().map_err(|error| about(unreadable(&error)))? {
            let record = match line.read() {
                Ok(ManifestLine::Refused | ManifestLine::Summary) => continue,
                Ok(ManifestLine::Invoice(fields)) => {
                    let record = EarlierRecord::of(&fields, &mut TakenNames::default());
                    record.map(|record| (record.contradiction(&fields), record))
                }
                Ok(ManifestLine::Foreign) | Err(_) => None,
            };
            match record {
                Some((contradiction, record)) => self.add_record(&record, contradiction),
                None if line.is_cut_short() => break,
                None => {
                    let number = line.number;
                    let message =
                        format!("line {number}: it is not a line of a manifest, or its parts do not fit each other");
                    return Err(about(Error::new(Kind::ManifestDamaged, message)));
                }
            }
        }
        Ok(())
    }

    /// Verifies the codes that this certificate signed, before they are drawn again.
    #[must_use]
    pub fn with_certificate(mut self, certificate: Certificate) -> Self {
        self.certificates.push(certificate);
        self
    }

    fn add_record(&mut self, record: &EarlierRecord, contradiction: Option<&'static str>) {
        let Ok(Link::Kod1(kod1)) = Link::parse(&record.kod1.url) else { return };
        let worth = |known: &Known| {
            (known.contradiction.is_none(), known.links.ksef_number.is_some(), known.links.kod2.is_some())
        };
        let new = Known { links: record.links(), contradiction };
        match self.links.entry((record.hash, kod1.environment)) {
            Entry::Occupied(known) if worth(known.get()) > worth(&new) => {}
            entry => _ = entry.insert_entry(new),
        }
    }

    /// What stands under KOD I of an invoice.
    pub(crate) fn label(&self, hash: &InvoiceHash, environment: Environment) -> Option<&Label> {
        Some(&self.links.get(&(*hash, environment))?.links.kod1.label)
    }

    /// The codes of an invoice. A manifest may have been changed by hand: they must be what would be made today.
    ///
    /// # Errors
    /// `codes_missing`, `codes_of_another_environment`, `codes_of_another_invoice`, `codes_signature_wrong`.
    pub(crate) fn of(&self, invoice: &Invoice, environment: Environment) -> Result<&InvoiceLinks> {
        let find = |environment| self.links.get(&(*invoice.hash(), environment));
        let Some(Known { links, contradiction }) = find(environment) else {
            return Err(match Environment::ALL.into_iter().find(|other| find(*other).is_some()) {
                Some(other) => Error::new(
                    Kind::CodesOfAnotherEnvironment,
                    format!("its codes are of the environment {}, not {}", other.name(), environment.name()),
                ),
                None => Error::new(Kind::CodesMissing, "the manifest has no codes of this invoice"),
            });
        };
        if let Some(what) = contradiction {
            let message = format!("the manifest's line contradicts itself: {what}");
            return Err(Error::new(Kind::CodesOfAnotherInvoice, message));
        }
        let label = links.ksef_number.as_ref().map_or(Label::OFFLINE, Label::from);
        if let Some(number) = &links.ksef_number {
            invoice.check_ksef_number(number)?;
        }
        let is_kod2 = |kod2: &SignedLink| {
            kod2.link.label == Label::CERTYFIKAT
                && matches!(Link::parse(&kod2.link.url), Ok(Link::Kod2(link))
                    if link.unsigned.environment == environment && link.unsigned.seller == invoice.seller())
        };
        let is_its_own = links.kod1.url == Kod1::of(invoice, environment).to_string()
            && links.kod1.label == label
            && links.kod2.as_ref().is_none_or(is_kod2);
        if !is_its_own {
            return Err(of_another_invoice());
        }
        let certificate = |serial| self.certificates.iter().find(|certificate| certificate.serial() == serial);
        if let (Some(kod2), Some(given)) = (&links.kod2, self.certificates.first())
            && certificate(kod2.signature.serial).is_none()
        {
            let (named, given) = (kod2.signature.serial, given.serial());
            let message = format!(
                "the manifest's KOD II names the certificate {named}, and the one that was given to verify it is {given}"
            );
            return Err(Error::new(Kind::CodesSignatureWrong, message));
        }
        links.check_signature(certificate)?;
        Ok(links)
    }
}

/// What a manifest says of an invoice is not what the invoice says.
pub(crate) fn of_another_invoice() -> Error {
    Error::new(Kind::CodesOfAnotherInvoice, "the manifest's codes say something else than the invoice")
}
