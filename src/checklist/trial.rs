//! The controlled test: a link signed and verified in memory, as `sign` and the page behind KOD II do it.

use super::{Given, Item, ItemName};
use crate::credential::{Conditions, Credential, Owner, PrivateKey};
use crate::error::{Error, Kind, Result};
use crate::link::UnsignedKod2;
use crate::sign::{SignatureEncoding, signer};
use crate::values::{ContextId, Environment, InvoiceHash, Nip, Rule};
use crate::verify::{Outcome, Verifier};

/// Signs with the key and verifies with the certificate. Purpose and dates have items of their own and do not count here.
pub(super) fn item(given: &Given<'_>, key: Option<PrivateKey>) -> Item {
    let name = ItemName::ControlledTest;
    let Some(key) = key else {
        return Item::unknown(name, "there is no key that is open and belongs to the certificate");
    };
    let fits = |environment: &Environment| given.certificate.check_environment(*environment).is_ok();
    let Some(environment) = [given.environment].into_iter().chain(Environment::ALL).find(fits) else {
        return Item::unknown(name, "no KSeF is known whose certificate this could be");
    };
    Item::of(
        name,
        run(given, key, environment),
        "a link was signed with the key and verified with the certificate".to_owned(),
    )
}

fn run(given: &Given<'_>, key: PrivateKey, environment: Environment) -> Result<()> {
    let allow = [Rule::CertificatePurpose, Rule::CertificateDates].into_iter().collect();
    let conditions = Conditions::new(environment, given.now).allowing(allow);
    let credential = Credential::new(given.certificate.clone(), key, &conditions)?;
    let signer = signer(&credential, SignatureEncoding::default())?;
    let seller = match (given.nip, given.certificate.owner()) {
        (Some(nip), _) | (None, Owner::Nip(nip)) => nip,
        _ => Nip::parse(SELLER)?,
    };
    let unsigned = UnsignedKod2 {
        environment,
        context: ContextId::nip(seller),
        seller,
        serial: given.certificate.serial(),
        hash: InvoiceHash::of(b"the controlled test of ksef-qr"),
    };
    let link = unsigned.sign_with(|text| signer.sign(text))?;
    let verifier = Verifier::new(given.now).with_certificate("the certificate", given.certificate.clone());
    match verifier.link(&link).check("signature").map(crate::verify::Check::outcome) {
        Some(Outcome::Ok) => Ok(()),
        _ => Err(Error::new(Kind::SigningFailed, "the certificate does not verify what the key signed")),
    }
}

/// In whose name the test signs for somebody without a NIP. Nobody sees it.
const SELLER: &str = "1111111111";
