use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use super::line::Line;
use super::manifest::Kept;
use super::names::Names;
use crate::error::{Error, Kind, Result};
use crate::invoice::Invoice;
use crate::link::Link;
use crate::values::{Environment, InvoiceHash};

/// In bytes. A line with pictures in it has some 100 000.
const LONGEST_LINE: u64 = 1 << 24;

/// The codes that earlier runs made, by the digest of the invoice file: what was signed once is not signed again.
#[derive(Debug, Default)]
pub struct Codes {
    codes: HashMap<InvoiceHash, Kept>,
}

impl Codes {
    /// Adds the codes of a manifest. Of two signatures of one file the later one is taken.
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
            self.codes.insert(codes.hash, codes);
        }
        Ok(())
    }

    /// The codes of an invoice.
    ///
    /// # Errors
    /// `codes_missing`, `codes_of_another_environment`.
    pub(super) fn of(&self, invoice: &Invoice, environment: Environment) -> Result<&Kept> {
        let codes = self.codes.get(invoice.hash());
        let codes = codes.ok_or_else(|| Error::new(Kind::CodesMissing, "the manifest has no codes of this invoice"))?;
        for (_, code) in codes.codes() {
            let of = match Link::parse(&code.url) {
                Ok(Link::Kod1(link)) => Some(link.environment),
                Ok(Link::Kod2(link)) => Some(link.unsigned.environment),
                Err(_) => None,
            };
            if of != Some(environment) {
                let message = format!("its codes are not of the environment {}", environment.name());
                return Err(Error::new(Kind::CodesOfAnotherEnvironment, message));
            }
        }
        Ok(codes)
    }
}
