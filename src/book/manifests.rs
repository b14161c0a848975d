//! Codes that were made before there was a book: the lines of a manifest.

use std::time::SystemTime;

use super::entry::Facts;
use super::event::{Event, Happening, IssuedKod2};
use super::transaction::NewEntry;
use crate::credential::Certificate;
use crate::error::{Error, Kind, Result};
use crate::link::Link;
use crate::manifest::{EarlierRecord, InvoiceLine, ManifestLine, RawLine, TakenNames};
use crate::values::{Environment, KsefNumber};

/// An invoice of a manifest.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FormerEntry {
    /// With the very codes that it has.
    pub entry: NewEntry,
    /// The KSeF number under KOD I, where there is one.
    pub ksef_number: Option<KsefNumber>,
}

impl FormerEntry {
    /// Reads a line; none if it is of no invoice that has codes. Its parts must fit each other, and the signature of KOD II
    /// must be that of its certificate, if that is among those given. `at` is the moment at which it is read.
    ///
    /// # Errors
    /// `manifest_damaged`, `codes_of_another_environment`, `codes_of_another_invoice`, `codes_signature_wrong`.
    pub fn read(
        line: &RawLine<'_>,
        environment: Environment,
        certificates: &[Certificate],
        at: SystemTime,
    ) -> Result<Option<Self>> {
        let damaged = || {
            let message = "it is not a line of a manifest, or its parts do not fit each other";
            Error::new(Kind::ManifestDamaged, message)
        };
        let fields = match line.read() {
            Ok(ManifestLine::Invoice(fields)) => fields,
            Ok(ManifestLine::Refused | ManifestLine::Summary) => return Ok(None),
            Ok(ManifestLine::Foreign) | Err(_) => return Err(damaged()),
        };
        let record = EarlierRecord::of(&fields, &mut TakenNames::default()).ok_or_else(damaged)?;
        if let Some(what) = record.contradiction(&fields) {
            let message = format!("the manifest's line contradicts itself: {what}");
            return Err(Error::new(Kind::CodesOfAnotherInvoice, message));
        }
        let Ok(Link::Kod1(kod1)) = Link::parse(&record.kod1.url) else { return Err(damaged()) };
        if kod1.environment != environment {
            let message = format!(
                "its codes are of the environment {}, and the book is of {}",
                kod1.environment.name(),
                environment.name()
            );
            return Err(Error::new(Kind::CodesOfAnotherEnvironment, message));
        }
        record
            .links()
            .check_signature(|serial| certificates.iter().find(|certificate| certificate.serial() == serial))?;
        let issued = Happening::Issued {
            kod2: record
                .kod2
                .as_ref()
                .map(|kod2| IssuedKod2 { url: kod2.code.url.clone(), signature: kod2.signature.clone() }),
            mode: fields.mode.as_deref().map(str::to_owned),
            send_by: send_by(&fields).map(str::parse).transpose().map_err(|_| damaged())?,
            is_rehearsed: fields.now.is_some(),
        };
        let facts = Facts {
            hash: record.hash,
            seller: record.seller,
            kind: record.kind.clone(),
            number: record.number.clone(),
            issue_date: kod1.issue_date,
            form: fields.form.to_string(),
            size_bytes: fields.size_bytes as u64,
            buyer: fields.buyer.as_deref().map(str::to_owned),
        };
        let issued = Event::new(issued, at, format!("manifest {}", record.input));
        Ok(Some(Self { entry: NewEntry { facts, issued, may_repeat: false }, ksef_number: record.ksef_number }))
    }
}

fn send_by<'f>(fields: &'f InvoiceLine<'_>) -> Option<&'f str> {
    fields.send_by.as_ref()?.as_deref()
}
