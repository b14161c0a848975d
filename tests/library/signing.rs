//! Signatures verify with libraries that did not make them, and contexts are chosen as the rules say.

use std::time::{Duration, SystemTime};

use crate::common::file as fixture;
use ksef_qr::credential::Owner;
use ksef_qr::link::{Kod2, Link};
use ksef_qr::sign::{
    Algorithm, ContextChoice, ContextSource, IssuingFor, SignatureEncoding, deterministic_signer, signer,
};
use ksef_qr::values::ContextId;
use ksef_qr::{Conditions, Credential, Environment, Invoice, Issuer};
use p256::ecdsa::signature::Verifier as _;
use p256::pkcs8::DecodePublicKey as _;
use sha2::Sha256;

/// 2026-06-30, when all the fixtures are issued.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_782_777_600)
}

fn credential(certificate: &str, key: &str) -> Credential {
    let conditions = Conditions::new(Environment::Test, now());
    let (certificate, key) = (fixture(&format!("keys/{certificate}")), fixture(&format!("keys/{key}")));
    Credential::from_bytes(&certificate, &key, Some(b"Throwaway-Key_2026"), &conditions).unwrap()
}

fn ec() -> Credential {
    credential("offline-ec.crt", "offline-ec.fast.key")
}

fn rsa() -> Credential {
    credential("offline-rsa.crt", "offline-rsa.pkcs1.pem")
}

fn invoice(name: &str) -> Invoice {
    Invoice::read(&fixture(&format!("invoices/good/{name}.xml"))).unwrap()
}

fn kod2(link: &str) -> Kod2 {
    match Link::parse(link).unwrap() {
        Link::Kod2(kod2) => kod2,
        Link::Kod1(_) => panic!("{link}"),
    }
}

fn verifies(credential: &Credential, kod2: &Kod2, algorithm: Algorithm) -> bool {
    let (text, public_key) = (kod2.unsigned.signed_text(), credential.certificate().public_key_der());
    let ecdsa = |signature: p256::ecdsa::Signature| {
        p256::ecdsa::VerifyingKey::from_public_key_der(public_key).unwrap().verify(text.as_bytes(), &signature).is_ok()
    };
    match algorithm {
        Algorithm::Es256P1363 => p256::ecdsa::Signature::from_slice(&kod2.signature).is_ok_and(ecdsa),
        Algorithm::Es256Der => p256::ecdsa::Signature::from_der(&kod2.signature).is_ok_and(ecdsa),
        Algorithm::Ps256 => {
            let key = rsa::PublicKey::from_public_key_der(public_key).unwrap();
            let key = rsa::pss::VerifyingKey::<Sha256>::new_with_salt_len(key, 32);
            rsa::pss::Signature::try_from(&kod2.signature[..])
                .is_ok_and(|signature| key.verify(text.as_bytes(), &signature).is_ok())
        }
    }
}

#[test]
fn every_signer_s_links_verify() {
    use SignatureEncoding::{Der, P1363};
    let invoice = invoice("fa3-basic");
    for (make, encoding, deterministic, expected, length) in [
        (ec as fn() -> Credential, P1363, false, Algorithm::Es256P1363, 64..=64),
        (ec, Der, false, Algorithm::Es256Der, 60..=72),
        (ec, P1363, true, Algorithm::Es256P1363, 64..=64),
        (ec, Der, true, Algorithm::Es256Der, 60..=72),
        (rsa, P1363, false, Algorithm::Ps256, 256..=256),
        (rsa, Der, false, Algorithm::Ps256, 256..=256),
    ] {
        let make_signer = if deterministic { deterministic_signer } else { signer };
        let signer = make_signer(&make(), encoding).unwrap();
        let links = Issuer::with_signer(make(), signer).sign(&invoice).unwrap();
        assert_eq!(links.algorithm, expected);
        let kod2 = kod2(&links.kod2);
        assert!(length.contains(&kod2.signature.len()), "{expected}: {}", kod2.signature.len());
        assert!(verifies(&make(), &kod2, expected), "{expected}");
        let mut other = kod2.clone();
        other.unsigned.hash = ksef_qr::values::InvoiceHash::of(b"another invoice");
        assert!(!verifies(&make(), &other, expected), "{expected} must not verify for another invoice");
    }
}

#[test]
fn deterministic_signatures_repeat_and_others_do_not() {
    let invoice = invoice("fa3-basic");
    let sign = |make: &dyn Fn() -> Issuer| (make().sign(&invoice).unwrap().kod2, make().sign(&invoice).unwrap().kod2);
    let (one, two) =
        sign(&|| Issuer::with_signer(ec(), deterministic_signer(&ec(), SignatureEncoding::P1363).unwrap()));
    assert_eq!(one, two);
    let (one, two) = sign(&|| Issuer::new(ec()).unwrap());
    assert_ne!(one, two);
    let refused = deterministic_signer(&rsa(), SignatureEncoding::P1363).err().unwrap();
    assert_eq!(refused.code(), "signer_unavailable");
}

#[test]
fn the_links_of_one_invoice_speak_of_it() {
    let bytes = fixture("invoices/good/fa3-basic.xml");
    let invoice = Invoice::read(&bytes).unwrap();
    let links = Issuer::new(ec()).unwrap().sign(&invoice).unwrap();
    let Link::Kod1(kod1) = Link::parse(&links.kod1).unwrap() else { panic!("{}", links.kod1) };
    let kod2 = kod2(&links.kod2);
    assert_eq!(kod1.hash, ksef_qr::values::InvoiceHash::of(&bytes));
    assert_eq!(kod1.hash, kod2.unsigned.hash);
    assert_eq!(kod1.seller, kod2.unsigned.seller);
    assert_eq!(kod1.issue_date.to_string(), "2026-06-15");
    assert_eq!(kod2.unsigned.serial, ec().certificate().serial());
    assert_eq!((kod1.environment, kod2.unsigned.environment), (Environment::Test, Environment::Test));
}

#[test]
fn the_context_follows_the_certificate_and_the_invoice() {
    const SELLER: &str = "Nip:5265877635";
    const BUYER: &str = "Nip:5251469286";
    for (certificate, invoice_name, expected) in [
        ("offline-ec.crt", "fa3-basic", Ok((SELLER, ContextSource::Certificate))),
        // The buyer issues these, and the certificate is the seller's.
        ("offline-ec.crt", "fa3-self-billed", Err("context_unclear")),
        ("offline-ec.crt", "fa3-consumer", Ok((SELLER, ContextSource::Certificate))),
        ("offline-ec.crt", "pef-self-billed", Err("context_unclear")),
        ("offline-ec.crt", "rr-basic", Err("context_unclear")),
        ("buyer-ec.crt", "fa3-self-billed", Ok((BUYER, ContextSource::CertificateOfBuyer))),
        ("buyer-ec.crt", "pef-self-billed", Ok((BUYER, ContextSource::CertificateOfBuyer))),
        ("buyer-ec.crt", "rr-basic", Ok((BUYER, ContextSource::CertificateOfBuyer))),
        // The buyer's certificate on an invoice that the seller issues: somebody else's.
        ("buyer-ec.crt", "fa3-basic", Err("certificate_of_another")),
        ("accountant-ec.crt", "fa3-basic", Err("certificate_of_another")),
        ("pesel-ec.crt", "fa3-basic", Ok((SELLER, ContextSource::Seller))),
        ("fingerprint-ec.crt", "pef-basic", Ok((SELLER, ContextSource::Seller))),
        ("accountant-ec.crt", "fa3-self-billed", Err("context_unclear")),
        ("pesel-ec.crt", "rr-basic", Err("context_unclear")),
    ] {
        let issuer = Issuer::new(credential(certificate, "offline-ec.fast.key")).unwrap();
        let signed = issuer.sign(&invoice(invoice_name));
        let chosen = signed.as_ref().map(|links| (links.context.context.to_string(), links.context.source));
        let chosen = chosen.as_ref().map(|(context, source)| (context.as_str(), *source)).map_err(|error| error.code());
        assert_eq!(chosen, expected, "{certificate} {invoice_name}");
    }
}

/// An invoice of 1111111111 (the seller) to 5251469286, with `changes` made to its text.
fn changed(changes: &[(&str, &str)]) -> Invoice {
    let text = String::from_utf8(fixture("invoices/good/fa3-basic.xml")).unwrap();
    let text = changes.iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    Invoice::read(text.as_bytes()).unwrap()
}

/// The context and the warnings, or the refusal.
fn decision(invoice: &Invoice, owner: Owner, issuing: &IssuingFor) -> String {
    match ContextChoice::of(invoice, owner, issuing) {
        Ok((choice, warnings)) => {
            let warnings: Vec<&str> = warnings.iter().map(ksef_qr::error::Warning::code).collect();
            format!("{} {} {}", choice.source.name(), choice.context.value(), warnings.join(" ")).trim_end().to_owned()
        }
        Err(error) => error.code().to_owned(),
    }
}

/// Every row of the table at `ContextChoice::of`: whose invoice, whose certificate, what is said.
#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn who_may_sign_what_in_which_context() {
    const SELLER: &str = "5265877635";
    const BUYER: &str = "5251469286";
    const THIRD: &str = "1111111111";
    const ANOTHER: &str = "7010020695";
    let third = |role: &str, id: &str| {
        let party =
            format!("<Podmiot3><DaneIdentyfikacyjne>{id}</DaneIdentyfikacyjne><Rola>{role}</Rola></Podmiot3><Fa>");
        changed(&[("<Fa>", &party)])
    };
    let nip = format!("<NIP>{THIRD}</NIP>");
    let authorised = format!(
        "<PodmiotUpowazniony><DaneIdentyfikacyjne>{nip}</DaneIdentyfikacyjne><RolaPU>2</RolaPU></PodmiotUpowazniony><Fa>"
    );
    let ordinary = changed(&[]);
    let self_billed = invoice("fa3-self-billed");
    let rr = invoice("rr-basic");
    let bailiff = changed(&[("<Fa>", &authorised)]);
    let (unit, member) = (third("7", &nip), third(" 9 ", &nip));
    let unit_without_nip = third("7", "<IDWew>5265877635-12345</IDWew>");
    let own_unit = third("7", "<NIP>5265877635</NIP>");
    let agent = third("5", &nip);
    let (factor, receiver) = (third("1", &nip), third("8", &nip));
    let of = |nip: &str| Owner::Nip(nip.parse().unwrap());
    let (own, others) = (IssuingFor::Itself, IssuingFor::Others);
    let unclear = "context_unclear";
    let refused = "certificate_of_another";
    let cases: Vec<(&str, &Invoice, Owner, [&str; 2])> = vec![
        // What comes of it, and what if the certificate is said to sign for others.
        ("ordinary, the seller's", &ordinary, of(SELLER), ["certificate 5265877635"; 2]),
        ("ordinary, the buyer's", &ordinary, of(BUYER), [refused, "seller 5265877635"]),
        ("ordinary, another's", &ordinary, of(ANOTHER), [refused, "seller 5265877635"]),
        (
            "ordinary, a person's",
            &ordinary,
            Owner::Pesel,
            ["seller 5265877635 certificate_of_person", "seller 5265877635"],
        ),
        (
            "ordinary, unknown",
            &ordinary,
            Owner::Unknown,
            ["seller 5265877635 certificate_of_person", "seller 5265877635"],
        ),
        ("self-billed, the buyer's", &self_billed, of(BUYER), ["certificate_of_buyer 5251469286"; 2]),
        ("self-billed, the seller's", &self_billed, of(SELLER), [unclear; 2]),
        ("self-billed, another's", &self_billed, of(ANOTHER), [unclear, "buyer 5251469286"]),
        ("self-billed, a person's", &self_billed, Owner::Pesel, [unclear, "buyer 5251469286"]),
        ("VAT RR, the buyer's", &rr, of(BUYER), ["certificate_of_buyer 5251469286"; 2]),
        ("VAT RR, the seller's", &rr, of("6511153251"), [unclear; 2]),
        ("VAT RR, another's", &rr, of(ANOTHER), [unclear, "buyer 5251469286"]),
        ("VAT RR, unknown", &rr, Owner::Unknown, [unclear, "buyer 5251469286"]),
        ("bailiff's, the seller's", &bailiff, of(SELLER), ["certificate 5265877635 context_of_seller"; 2]),
        ("bailiff's, the bailiff's", &bailiff, of(THIRD), [unclear; 2]),
        ("bailiff's, another's", &bailiff, of(ANOTHER), [unclear; 2]),
        ("bailiff's, a person's", &bailiff, Owner::Pesel, [unclear; 2]),
        ("a unit's, its own", &unit, of(THIRD), ["certificate_of_unit 1111111111"; 2]),
        ("a unit's, the seller's", &unit, of(SELLER), ["certificate 5265877635 context_of_seller"; 2]),
        ("a unit's, the buyer's", &unit, of(BUYER), [unclear; 2]),
        ("a unit's, a person's", &unit, Owner::Pesel, [unclear; 2]),
        ("a member's, its own", &member, of(THIRD), ["certificate_of_unit 1111111111"; 2]),
        ("a member's, unknown", &member, Owner::Unknown, [unclear; 2]),
        (
            "a unit's without NIP, the seller's",
            &unit_without_nip,
            of(SELLER),
            ["certificate 5265877635 context_of_seller"; 2],
        ),
        ("a unit's without NIP, a person's", &unit_without_nip, Owner::Pesel, [unclear; 2]),
        ("the seller as its own unit", &own_unit, of(SELLER), ["certificate 5265877635"; 2]),
        ("an agent's, its own", &agent, of(THIRD), ["seller 5265877635"; 2]),
        ("an agent's, another's", &agent, of(ANOTHER), [refused, "seller 5265877635"]),
        ("a factor's", &factor, of(THIRD), [refused, "seller 5265877635"]),
        ("a receiving unit's", &receiver, of(THIRD), [refused, "seller 5265877635"]),
        (
            "a receiving unit, a person's",
            &receiver,
            Owner::Pesel,
            ["seller 5265877635 certificate_of_person", "seller 5265877635"],
        ),
    ];
    for (what, invoice, owner, [expected, for_others]) in cases {
        assert_eq!(decision(invoice, owner, &own), expected, "{what}");
        assert_eq!(decision(invoice, owner, &others), for_others, "{what}, for others");
        // A context that is given is taken for all, and nobody is asked.
        let seller = invoice.seller();
        let may_be_sellers = invoice.issuers().any(|nip| nip == seller) || invoice.authorised() == Some(seller);
        let of_seller = if may_be_sellers { "" } else { " context_not_of_issuer" };
        for (context, warning) in [
            (format!("Nip:{seller}"), of_seller.to_owned()),
            ("Nip:9999999999".to_owned(), " context_not_in_invoice".to_owned()),
            ("NipVatUe:9999999999-DE123456789".to_owned(), " context_not_in_invoice".to_owned()),
            (format!("InternalId:{seller}-00001"), format!("{of_seller} internal_id_checksum")),
            ("PeppolId:PPL123456".to_owned(), String::new()),
        ] {
            let context: ContextId = context.parse().unwrap();
            let given = IssuingFor::Context(context.clone());
            assert_eq!(decision(invoice, owner, &given), format!("given {}{warning}", context.value()), "{what}");
        }
    }
    // The certificate's own NIP, and everybody whom the invoice names, are no strangers. Not all of them issue it.
    for (invoice, nip, warning) in [
        (&ordinary, ANOTHER, " context_not_of_issuer"),
        (&ordinary, BUYER, " context_not_of_issuer"),
        (&bailiff, THIRD, ""),
        (&unit, THIRD, ""),
        (&factor, THIRD, " context_not_of_issuer"),
    ] {
        let given = IssuingFor::Context(format!("Nip:{nip}").parse().unwrap());
        assert_eq!(decision(invoice, of(ANOTHER), &given), format!("given {nip}{warning}"));
    }
    assert_eq!(
        decision(&ordinary, of(SELLER), &IssuingFor::Context("Nip:7010020695".parse().unwrap())),
        "given 7010020695 context_not_in_invoice"
    );
}

/// The inputs that went wrong, with the certificate of 5265877635 or a person's.
#[test]
fn cases_from_the_field() {
    let now = "2026-11-26T12:00:00Z".parse::<jiff::Timestamp>().unwrap().into();
    let conditions = Conditions::new(Environment::Test, now);
    for (case, certificate, expected) in [
        ("seller-is-not-cert-owner", "offline-ec.crt", "certificate_of_another"),
        ("buyer-certificate-not-self-billed", "offline-ec.crt", "certificate_of_another"),
        ("bailiff", "pesel-ec.crt", "context_unclear"),
        ("bailiff", "offline-ec.crt", "context_unclear"),
        ("bailiff-or-representative", "pesel-ec.crt", "context_unclear"),
        ("bailiff-or-representative", "offline-ec.crt", "context_unclear"),
        ("jst-unit-issuer", "offline-ec.crt", "Nip:5265877635"),
        ("jst-unit-issuer", "pesel-ec.crt", "context_unclear"),
        ("vat-group-member-issuer", "offline-ec.crt", "Nip:5265877635"),
        ("vat-group-member-issuer", "buyer-ec.crt", "Nip:5251469286"),
    ] {
        let (certificate_file, key) = (fixture(&format!("keys/{certificate}")), fixture("keys/offline-ec.pkcs8.pem"));
        let issuer = Issuer::new(Credential::from_bytes(&certificate_file, &key, None, &conditions).unwrap()).unwrap();
        let invoice = Invoice::read(&fixture(&format!("cases/{case}.xml"))).unwrap();
        let found = issuer
            .sign(&invoice)
            .map_or_else(|error| error.code().to_owned(), |links| links.context.context.to_string());
        assert_eq!(found, expected, "{case} {certificate}");
    }
}

#[test]
fn a_context_with_a_mistyped_nip_signs_nothing_in_production() {
    let conditions = Conditions::new(Environment::Prod, now());
    let (certificate, key) = (fixture("keys/prod-offline-ec.crt"), fixture("keys/prod-offline-ec.pkcs8.pem"));
    let issuer = Issuer::new(Credential::from_bytes(&certificate, &key, None, &conditions).unwrap()).unwrap();
    let issuer = issuer.in_context("Nip:5265877636".parse().unwrap());
    assert_eq!(issuer.sign(&invoice("fa3-basic")).unwrap_err().code(), "nip_checksum");
}

#[test]
fn an_authorised_party_s_certificate_needs_a_given_context() {
    let text = String::from_utf8(fixture("invoices/good/fa3-third-party.xml")).unwrap();
    // The bailiff of the fixture gets the NIP of the accountant's certificate.
    let invoice = Invoice::read(text.replace("2222222222", "1111111111").as_bytes()).unwrap();
    assert_eq!(invoice.authorised().unwrap().as_str(), "1111111111");
    let issuer = || Issuer::new(credential("accountant-ec.crt", "offline-ec.fast.key")).unwrap();
    assert_eq!(issuer().sign(&invoice).unwrap_err().code(), "context_unclear");
    assert!(issuer().in_context("Nip:1111111111".parse().unwrap()).sign(&invoice).is_ok());
}

#[test]
fn what_the_environment_refuses_is_not_signed() {
    let conditions = Conditions::new(Environment::Prod, now());
    let (certificate, key) = (fixture("keys/prod-offline-ec.crt"), fixture("keys/prod-offline-ec.pkcs8.pem"));
    let issuer = Issuer::new(Credential::from_bytes(&certificate, &key, None, &conditions).unwrap()).unwrap();
    assert_eq!(issuer.sign(&invoice("fa2-basic")).unwrap_err().code(), "form_not_accepted");
    let mistyped = Invoice::read(&fixture("invoices/bad/wrong-nip-checksum.xml")).unwrap();
    assert_eq!(issuer.sign(&mistyped).unwrap_err().code(), "nip_checksum");
    assert!(issuer.sign(&invoice("fa3-basic")).is_ok());
}

#[test]
fn a_given_context_wins() {
    for context in
        ["Nip:1111111111", "InternalId:5265877635-12345", "NipVatUe:5265877635-IE1+34567A", "PeppolId:PPL123456"]
    {
        let issuer = Issuer::new(ec()).unwrap().in_context(context.parse().unwrap());
        let links = issuer.sign(&invoice("rr-basic")).unwrap();
        assert_eq!(links.context.source, ContextSource::Given);
        assert_eq!(kod2(&links.kod2).unsigned.context.to_string(), context);
        assert!(verifies(&ec(), &kod2(&links.kod2), links.algorithm));
    }
}

#[test]
fn debug_of_everything_that_holds_a_key_elides_it() {
    let key = fixture("keys/offline-ec.pkcs8.der");
    let issuer = format!("{:?}", Issuer::new(ec()).unwrap());
    assert!(issuer.contains("[secret key elided]"), "{issuer}");
    let scalar = &key[36..68];
    let printed: Vec<String> = scalar.iter().map(ToString::to_string).collect();
    assert!(!issuer.contains(&printed.join(", ")));
}
