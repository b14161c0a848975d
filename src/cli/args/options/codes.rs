use std::path::PathBuf;

use clap::Args;
use ksef_qr::values::{ContextId, Rule};
use ksef_qr::{EccLevel, Environment, KsefNumber};

use super::values::{ENVIRONMENTS, ksef_number, one_of};

/// Where the codes lead, and what they look like.
#[derive(Debug, Args)]
#[command(next_help_heading = "Codes")]
pub struct CodeArgs {
    /// Which KSeF: prod, demo or test
    #[arg(
        long,
        value_name = "ENV",
        default_value = "prod",
        value_parser = one_of::<Environment>(ENVIRONMENTS),
        hide_possible_values = true
    )]
    pub env: Environment,
    /// Error correction: l (7 %), m (15 %), q (25 %) or h (30 %)
    #[arg(
        long,
        value_name = "LEVEL",
        default_value = "m",
        value_parser = one_of::<EccLevel>(&["l", "m", "q", "h"]),
        hide_possible_values = true,
        hide_short_help = true
    )]
    pub ecc: EccLevel,
    /// Make an exception to a rule; it is noted in the manifest
    ///
    /// Of the invoice: bom, processing-instruction, characters, size. Of the certificate: certificate-purpose,
    /// certificate-dates. Several are separated by commas.
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        value_parser = one_of::<Rule>(&["bom", "processing-instruction", "characters", "size", "certificate-purpose", "certificate-dates"]),
        hide_possible_values = true,
        hide_short_help = true
    )]
    pub allow: Vec<Rule>,
}

/// In whose name codes are signed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Codes")]
pub struct ContextArgs {
    /// The KSeF context of the invoices, such as Nip:5265877635
    ///
    /// Nip:…, InternalId:…, NipVatUe:… or PeppolId:…; a NIP alone is Nip:… If left out, it is chosen for each invoice by the certificate and
    /// the parties of the invoice.
    #[arg(long, value_name = "TYPE:VALUE")]
    pub context: Option<ContextId>,
    /// The certificate's owner issues invoices for others: an accounting office
    ///
    /// They must have given it the right to in KSeF (InvoiceWrite). Each invoice is signed in its issuer's context. Without
    /// this, an invoice of another company than the certificate's is refused.
    #[arg(long, hide_short_help = true)]
    pub on_behalf: bool,
}

/// Codes that an earlier run made, in place of new ones.
#[derive(Debug, Args)]
#[command(next_help_heading = "Codes")]
pub struct EarlierCodesArgs {
    /// Draw codes again, from the manifest of an earlier run
    ///
    /// In another format or size, say. Nothing is signed, and no key is needed. With --cert the signatures are verified
    /// first.
    #[arg(long, value_name = "MANIFEST", group = "private_key", conflicts_with = "context")]
    pub codes: Vec<PathBuf>,
}

/// Codes that are not signed now: linked by a number, or made by an earlier run. One way at a time: they are of one group
/// with the keys.
#[derive(Debug, Args)]
#[command(next_help_heading = "Codes")]
pub struct OtherCodesArgs {
    /// Take the codes that sign or link made before, from their manifest
    ///
    /// Nothing is signed again. With --cert and no key the signatures are verified first.
    #[arg(long, value_name = "MANIFEST", group = "private_key")]
    pub codes: Vec<PathBuf>,
    /// KOD I only, with this KSeF number; for a single invoice
    #[arg(long, value_parser = ksef_number, value_name = "NUMBER", group = "private_key")]
    pub ksef_number: Option<KsefNumber>,
    /// KOD I only, with the numbers in a UPO or in KSeF's JSON
    ///
    /// A UPO of version 4-3, the answer about a session's invoices (GET /sessions/.../invoices), or the _metadata.json of an
    /// export package. Each invoice's number is looked up by the digest of its file.
    #[arg(long, value_name = "FILE", group = "private_key")]
    pub upo: Vec<PathBuf>,
    /// KOD I only, without a number: for an invoice sent online that has none yet
    #[arg(long, group = "private_key", hide_short_help = true)]
    pub kod1_alone: bool,
}

impl OtherCodesArgs {
    /// True if any of them is given.
    pub fn is_given(&self) -> bool {
        !self.codes.is_empty() || self.ksef_number.is_some() || !self.upo.is_empty() || self.kod1_alone
    }
}
