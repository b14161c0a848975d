use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use super::line::{LONGEST_LINE, Line};
use super::manifest::{Kept, SignedCode};
use super::names::Names;
use crate::error::{Error, Kind, Result};
use crate::invoice::Invoice;
use crate::link::{Kod1, Link};
use crate::render::Label;
use crate::values::{Environment, InvoiceHash};

/// The codes that earlier runs made, by the digest of the invoice file: what was signed once is not signed again.
#[derive(Debug, Default)]
pub struct Codes {
    codes: HashMap<(InvoiceHash, Environment), Kept>,
}

impl Codes {
    /// Adds the codes of a manifest. Of several of one file those with a KSeF number are taken, else those with KOD II,
    /// else the later ones. A last line that was cut short is none.
    ///
    /// # Errors
    /// `input_unreadable`; `manifest_damaged` for a line that is none.
    pub fn add(&mut self, manifest: &Path) -> Result<()> {
        let about = |error: Error| error.about(manifest.to_string_lossy());
        let unreadable = |error: std::io::Error| about(super::input::unreadable(&error));
        let mut reader = BufReader::with_capacity(1 << 16, File::open(manifest).map_err(unreadable)?);
        let mut text = Vec::new();
        for number in 1_u64.. {
            text.clear();
            if (&mut reader).take(LONGEST_LINE).read_until(b'\n', &mut text).map_err(unreadable)? == 0 {
                break;
            }
            let line = serde_json::from_slice::<Line<'_>>(&text).ok();
            let is_none = line.as_ref().is_some_and(|line| {
                matches!((&*line.r#type, line.status.as_deref()), ("summary", None) | ("invoice", Some("refused")))
            });
            if is_none {
                continue;
            }
            let parsed = line.and_then(|line| line.parse(&mut Names::default()));
            let Some((_, mut codes)) = parsed else {
                if !text.ends_with(b"\n") && (text.len() as u64) < LONGEST_LINE {
                    break;
                }
                return Err(about(Error::new(
                    Kind::ManifestDamaged,
                    format!("line {number}: it is no line of a manifest, or its parts do not fit each other"),
                )));
            };
            // What is needed of them is their links.
            codes.kod1.pictures = Vec::new();
            if let Some(kod2) = &mut codes.kod2 {
                kod2.code.pictures = Vec::new();
            }
            codes.document = None;
            let Ok(Link::Kod1(kod1)) = Link::parse(&codes.kod1.url) else { continue };
            let worth = |codes: &Kept| (codes.ksef_number.is_some(), codes.kod2.is_some());
            match self.codes.entry((codes.hash, kod1.environment)) {
                Entry::Occupied(known) if worth(known.get()) > worth(&codes) => {}
                entry => _ = entry.insert_entry(codes),
            }
        }
        Ok(())
    }

    /// What stands under KOD I of an invoice.
    pub(super) fn label(&self, hash: &InvoiceHash, environment: Environment) -> Option<&Label> {
        Some(&self.codes.get(&(*hash, environment))?.kod1.label)
    }

    /// The codes of an invoice. A manifest may have been changed by hand: they must be what would be made today.
    ///
    /// # Errors
    /// `codes_missing`, `codes_of_another_environment`, `codes_of_another_invoice`.
    pub(super) fn of(&self, invoice: &Invoice, environment: Environment) -> Result<&Kept> {
        let find = |environment| self.codes.get(&(*invoice.hash(), environment));
        let Some(codes) = find(environment) else {
            return Err(match Environment::ALL.into_iter().find(|other| find(*other).is_some()) {
                Some(other) => Error::new(
                    Kind::CodesOfAnotherEnvironment,
                    format!("its codes are of the environment {}, not {}", other.name(), environment.name()),
                ),
                None => Error::new(Kind::CodesMissing, "the manifest has no codes of this invoice"),
            });
        };
        let label = codes.ksef_number.as_ref().map_or(Label::OFFLINE, Label::from);
        if let Some(number) = &codes.ksef_number {
            invoice.check_ksef_number(number)?;
        }
        let is_kod2 = |kod2: &SignedCode| {
            kod2.code.label == Label::CERTYFIKAT
                && matches!(Link::parse(&kod2.code.url), Ok(Link::Kod2(link))
                    if link.unsigned.environment == environment && link.unsigned.seller == invoice.seller())
        };
        let is_its_own = codes.kod1.url == Kod1::of(invoice, environment).to_string()
            && codes.kod1.label == label
            && codes.kod2.as_ref().is_none_or(is_kod2);
        match is_its_own {
            true => Ok(codes),
            false => {
                Err(Error::new(Kind::CodesOfAnotherInvoice, "the manifest's codes say something else than the invoice"))
            }
        }
    }
}
