use crate::credential::Owner;
use crate::error::{Error, Kind, Result, Warning, WarningKind};
use crate::invoice::{Form, Invoice, ThirdParty};
use crate::values::{ContextId, Nip};

/// The context that a KOD II names, and why this one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContextChoice {
    /// The context.
    pub context: ContextId,
    /// Where it comes from.
    pub source: ContextSource,
}

/// Why a context was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContextSource {
    /// The caller gave it.
    Given,
    /// The certificate belongs to the seller.
    Certificate,
    /// The certificate belongs to the buyer, who issues this invoice: self-billing, VAT RR.
    CertificateOfBuyer,
    /// The certificate belongs to the unit that issues this invoice: of a local government, of a VAT group.
    CertificateOfUnit,
    /// The certificate belongs to somebody else (a person, an accountant), who issues it for the seller.
    Seller,
    /// The certificate belongs to somebody else, who issues it for the buyer: self-billing, VAT RR.
    Buyer,
}

impl ContextSource {
    const ALL: [Self; 6] =
        [Self::Given, Self::Certificate, Self::CertificateOfBuyer, Self::CertificateOfUnit, Self::Seller, Self::Buyer];

    /// The name in the manifest.
    pub fn name(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Certificate => "certificate",
            Self::CertificateOfBuyer => "certificate_of_buyer",
            Self::CertificateOfUnit => "certificate_of_unit",
            Self::Seller => "seller",
            Self::Buyer => "buyer",
        }
    }

    /// The source of that name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.name() == name)
    }

    /// The same in words.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Given => "as given",
            Self::Certificate => "the certificate is the seller's",
            Self::CertificateOfBuyer => "the certificate is the buyer's, who issues this invoice",
            Self::CertificateOfUnit => "the certificate is the unit's that issues this invoice",
            Self::Seller => "the seller's, for whom the certificate's owner issues it",
            Self::Buyer => "the buyer's, for whom the certificate's owner issues it",
        }
    }
}

/// For whom the owner of a certificate issues invoices, as far as the caller says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum IssuingFor {
    /// Nothing is said: a company's certificate signs its own invoices.
    #[default]
    Itself,
    /// For others too, who gave it the right to issue invoices in KSeF (`InvoiceWrite`): each invoice in its issuer's context.
    Others,
    /// All in this context.
    Context(ContextId),
}

impl ContextChoice {
    /// Decides whether a certificate of `owner` may sign an invoice, and in which context; the warnings are for whoever reads
    /// about this invoice.
    ///
    /// The issuer is the seller, or the buyer of a self-billed or VAT RR invoice. Its row is the first that fits:
    ///
    /// | the certificate is | the invoice | context |
    /// |---|---|---|
    /// | anybody's | any, and a context is given | as given; `context_not_in_invoice` if its NIP is in neither invoice nor certificate, `context_not_of_issuer` if it does not issue the invoice, `internal_id_checksum` |
    /// | a unit's | names it as issuing it (`Podmiot3`, Rola 7 or 9) | the unit's |
    /// | the issuer's | any | the issuer's; `context_of_seller` if the invoice names a unit or an authorised party that may have issued it |
    /// | the seller's | the buyer issues it | `context_unclear` |
    /// | the authorised party's (`PodmiotUpowazniony`) | any | `context_unclear`: it may act in either context |
    /// | anybody else's | names a unit or an authorised party | `context_unclear` |
    /// | another company's | names it as its agent (`Podmiot3`, Rola 5) | the issuer's |
    /// | another company's, a person's | any, and it is said to sign for others | the issuer's |
    /// | another company's, a person's | the buyer issues it | `context_unclear` |
    /// | another company's | ordinary | `certificate_of_another` |
    /// | a person's, an unknown owner's | ordinary | the seller's; `certificate_of_person` |
    ///
    /// Sources: `kody-qr.md`, "Zgodność kontekstu i NIP sprzedawcy"; the roles in the schemas FA(3) and FA_RR(1). That the
    /// seller's context does not do for a self-billed invoice: issue 91 of the Ministry's Java client (status 410).
    ///
    /// # Errors
    /// `context_unclear`, `certificate_of_another`.
    pub fn of(invoice: &Invoice, owner: Owner, issuing: &IssuingFor) -> Result<(Self, Vec<Warning>)> {
        if let IssuingFor::Context(context) = issuing {
            let choice = Self { context: context.clone(), source: ContextSource::Given };
            return Ok((choice, warnings_of_given(context, invoice, owner)));
        }
        let owner = match owner {
            Owner::Nip(nip) => Some(nip),
            Owner::Pesel | Owner::Unknown => None,
        };
        let by_buyer = invoice.is_issued_by_buyer();
        let issuer = if by_buyer { invoice.buyer().nip() } else { Some(invoice.seller()) };
        let others = Others::of(invoice);
        let chosen = |nip, source, warning: Option<Warning>| {
            Ok((Self { context: ContextId::nip(nip), source }, warning.into_iter().collect()))
        };
        let own = owner.filter(|nip| Some(*nip) == issuer);
        if let Some(unit) = owner.filter(|nip| own.is_none() && others.units().any(|unit| unit.nip == Some(*nip))) {
            return chosen(unit, ContextSource::CertificateOfUnit, None);
        }
        if let Some(own) = own {
            let source = if by_buyer { ContextSource::CertificateOfBuyer } else { ContextSource::Certificate };
            return chosen(own, source, others.warning(own));
        }
        if owner.is_some() && owner == invoice.authorised() {
            return Err(unclear(
                "the certificate is the authorised party's (PodmiotUpowazniony), who may issue in either context",
            ));
        }
        if let Some(named) = others.in_words() {
            return Err(unclear(format!("the invoice names {named}, and the certificate does not tell who issues it")));
        }
        let is_agent = |third: &ThirdParty| third.is_agent() && owner.is_some() && third.nip == owner;
        let for_others = *issuing == IssuingFor::Others || invoice.third_parties().iter().any(is_agent);
        match (issuer, owner) {
            _ if by_buyer && owner == Some(invoice.seller()) => {
                let message = format!(
                    "this is {}, which the buyer issues, and the certificate is the seller's",
                    kind_of(invoice)
                );
                Err(unclear(message))
            }
            (Some(issuer), _) if for_others => {
                chosen(issuer, if by_buyer { ContextSource::Buyer } else { ContextSource::Seller }, None)
            }
            _ if by_buyer => {
                let message = format!(
                    "this is {}, and the certificate is neither the seller's nor the buyer's",
                    kind_of(invoice)
                );
                Err(unclear(message))
            }
            (_, Some(owner)) => Err(of_another(invoice, owner)),
            (_, None) => {
                let message = "a person's certificate signs for a seller: KSeF must know that this person may issue invoices for it";
                let warning = Warning::new(WarningKind::CertificateOfPerson, message);
                chosen(invoice.seller(), ContextSource::Seller, Some(warning))
            }
        }
    }
}

fn warnings_of_given(context: &ContextId, invoice: &Invoice, owner: Owner) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if let Some(nip) = context.taxpayer().filter(|nip| !invoice.names(*nip) && owner != Owner::Nip(*nip)) {
        let message = format!(
            "the context {context} was given, and the NIP {nip} is neither in the invoice nor the certificate's"
        );
        warnings.push(Warning::new(WarningKind::ContextNotInInvoice, message));
    } else if let Some(nip) = context.taxpayer().filter(|nip| !may_issue(invoice, *nip)) {
        let issuer = invoice.issuers().next().map(|nip| format!(", who is NIP {nip}")).unwrap_or_default();
        let message = format!("the context {context} was given, and NIP {nip} is not the invoice's issuer{issuer}");
        warnings.push(Warning::new(WarningKind::ContextNotOfIssuer, message));
    }
    if !context.has_valid_check_digit() {
        let message = format!("the last digit of the internal identifier {} does not fit the others", context.value());
        warnings.push(Warning::new(WarningKind::InternalIdChecksum, message));
    }
    warnings
}

/// True for whose context the invoice can be in by what it says: a right to issue for others is a right in theirs.
fn may_issue(invoice: &Invoice, nip: Nip) -> bool {
    let is_unit = |third: &ThirdParty| {
        third.is_issuing_unit() && third.internal_id.as_ref().and_then(ContextId::taxpayer) == Some(nip)
    };
    invoice.issuers().any(|issuer| issuer == nip)
        || invoice.authorised() == Some(nip)
        || invoice.third_parties().iter().any(is_unit)
}

fn unclear(message: impl Into<String>) -> Error {
    Error::new(Kind::ContextUnclear, message)
}

fn of_another(invoice: &Invoice, owner: Nip) -> Error {
    let seller = invoice.seller();
    let message = if invoice.buyer().nip() == Some(owner) {
        format!(
            "the certificate is the buyer's, NIP {owner}, and the invoice is not self-billed: its seller issues it, NIP {seller}"
        )
    } else {
        format!("the certificate belongs to NIP {owner}, and the seller issues this invoice, NIP {seller}")
    };
    Error::new(Kind::CertificateOfAnother, message)
}

fn kind_of(invoice: &Invoice) -> &'static str {
    if invoice.form() == Form::FaRr1 { "a VAT RR invoice" } else { "a self-billed invoice" }
}

/// Whom an invoice names, beside seller and buyer, that may have issued it.
struct Others<'i>(&'i Invoice);

impl<'i> Others<'i> {
    fn of(invoice: &'i Invoice) -> Self {
        Self(invoice)
    }

    fn units(&self) -> impl Iterator<Item = &'i ThirdParty> {
        self.0.third_parties().iter().filter(|third| third.is_issuing_unit())
    }

    /// The first of them.
    fn in_words(&self) -> Option<String> {
        if let Some(nip) = self.0.authorised() {
            return Some(format!("an authorised party (PodmiotUpowazniony, NIP {nip})"));
        }
        let unit = self.units().next()?;
        let role = unit.role.unwrap_or_default();
        Some(match (unit.nip, &unit.internal_id) {
            (Some(nip), _) => format!("a unit that issues it (Podmiot3, Rola {role}, NIP {nip})"),
            (None, Some(id)) => format!("a unit that issues it (Podmiot3, Rola {role}, {id})"),
            (None, None) => format!("a unit that issues it (Podmiot3, Rola {role})"),
        })
    }

    /// If the issuer's own certificate signs all the same.
    fn warning(&self, own: Nip) -> Option<Warning> {
        let named = self.in_words()?;
        // A unit that is the issuer itself.
        if self.0.authorised().is_none() && self.units().all(|unit| unit.nip == Some(own)) {
            return None;
        }
        let message = format!("signed in the context Nip:{own}, and the invoice names {named}");
        Some(Warning::new(WarningKind::ContextOfSeller, message))
    }
}
