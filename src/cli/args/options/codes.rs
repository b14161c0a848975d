use std::path::PathBuf;

use clap::Args;
use ksef_qr::KsefNumber;
use ksef_qr::values::ContextId;

use super::credential::CredentialArgs;
use crate::cli::args::{OfflineMode, OutageArgs};

/// Where the codes of a document come from: signed now, linked by a number, or made by an earlier run. One way at a
/// time: they are of one group with the keys.
#[derive(Debug, Args)]
pub struct CodesArgs {
    #[command(flatten)]
    pub credential: CredentialArgs,
    /// The KSeF context that issues the invoices, if it is not to be chosen for each from the certificate and
    /// the invoice: Nip:…, InternalId:…, NipVatUe:… or PeppolId:…
    #[arg(long, value_name = "TYPE:VALUE", help_heading = "Codes")]
    pub context: Option<ContextId>,
    /// The codes that an earlier run of sign or link made: its manifest. Nothing is signed again
    #[arg(long, value_name = "MANIFEST", group = "private_key", help_heading = "Codes")]
    pub codes: Vec<PathBuf>,
    /// KOD I alone, with the number KSeF gave to the invoice. For one invoice at a time
    #[arg(long, value_name = "NUMBER", group = "private_key", help_heading = "Codes")]
    pub ksef_number: Option<KsefNumber>,
    /// KOD I alone, with each invoice's number from a UPO (version 4-3)
    #[arg(long, value_name = "FILE", group = "private_key", help_heading = "Codes")]
    pub upo: Vec<PathBuf>,
    /// KOD I alone, without a number: for an invoice sent online that waits for it
    #[arg(long, group = "private_key", help_heading = "Codes")]
    pub kod1_alone: bool,
    /// Why the invoices were issued outside of KSeF: the manifest then says by when to send each
    #[arg(long, value_enum, value_name = "MODE", hide_possible_values = true, help_heading = "Codes")]
    pub mode: Option<OfflineMode>,
    #[command(flatten)]
    pub outage: OutageArgs,
}
