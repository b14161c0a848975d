//! Published figures, by name. They are constants here so that the tests need nothing from outside.

use ksef_qr::credential::{Certificate, Owner, Purpose};
use ksef_qr::link::{Kod1, Link};
use ksef_qr::values::{InvoiceHash, IssueDate, Nip};
use ksef_qr::{Environment, KsefNumber};
use rsa::pkcs8::DecodePublicKey as _;
use rsa::pss::{Signature, VerifyingKey};
use rsa::signature::Verifier as _;
use sha2::Sha256;

fn kod1(nip: &str, date: &str, hash: InvoiceHash) -> String {
    let seller = Nip::parse(nip).unwrap();
    Kod1 { environment: Environment::Test, seller, issue_date: IssueDate::parse(date).unwrap(), hash }.to_string()
}

/// CIRFMF/ksef-docs, `kody-qr.md`, section 1.
#[test]
fn kod1_spec() {
    let hash = InvoiceHash::from_base64url("UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE").unwrap();
    let link =
        "https://qr-test.ksef.mf.gov.pl/invoice/1111111111/01-02-2026/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE";
    assert_eq!(kod1("1111111111", "2026-02-01", hash), link);
    assert_eq!(Link::parse(link).unwrap().to_string(), link);
}

/// Inputs of `VerificationLinkServiceTests` in the Ministry's C# and Java clients.
#[test]
fn kod1_unit() {
    for (xml, base64, link) in [
        (
            "<root>test</root>",
            "qrs2gCLXnTUy6++AHwHuDxFuCj0BYUGRGtBuGnJwN+c=",
            "https://qr-test.ksef.mf.gov.pl/invoice/1234567890/05-01-2026/qrs2gCLXnTUy6--AHwHuDxFuCj0BYUGRGtBuGnJwN-c",
        ),
        (
            "<data>special & chars /?</data>",
            "2bEg3cUOcJxR38JekXJxuJphnkn+NUdSP+uyOc0hB6I=",
            "https://qr-test.ksef.mf.gov.pl/invoice/1234567890/05-01-2026/2bEg3cUOcJxR38JekXJxuJphnkn-NUdSP-uyOc0hB6I",
        ),
        (
            "<x/>",
            "KjH0TaS9fey70939GjeuBNAuxmXiwmiIFszGVjFYbtE=",
            "https://qr-test.ksef.mf.gov.pl/invoice/1234567890/05-01-2026/KjH0TaS9fey70939GjeuBNAuxmXiwmiIFszGVjFYbtE",
        ),
    ] {
        let hash = InvoiceHash::of(xml.as_bytes());
        assert_eq!(hash.base64(), base64);
        assert_eq!(kod1("1234567890", "2026-01-05", hash), link);
    }
}

/// `kody-qr.md`, section 2: the Ministry's own KOD II.
const KOD2_SPEC: &str = "https://qr-test.ksef.mf.gov.pl/certificate/Nip/1111111111/1111111111/01F20A5D352AE590/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE/mSkm_XmM9fq7PgAJwiL32L9ujhyguOEV48cDB0ncemD2r9TMGa3lr0iRoFk588agCi8QPsOuscUY1rZ7ff76STbGquO-gZtQys5_fHdf2HUfDqPqVTnUS6HknBu0zLkyf9ygoW7WbH06Ty_8BgQTlOmJFzNWSt9WZa7tAGuAE9JOooNps-KG2PYkkIP4q4jPMp3FKypAygHVnXtS0RDGgOxhhM7LWtFP7D-dWINbh5yXD8Lr-JVbeOpyQjHa6WmMYavCDQJ3X_Z-iS01LZu2s1B3xuOykl1h0sLObCdADrbxOONsXrvQa61Xt_rxyprVraj2Uf9pANQgR4-12HEcMw";

const KOD2_SPEC_MODULUS: &str = "ADFE9BDC9F06A5BCD6C7DD1789CEF3417E2BAD290A82636EDA86B1AA9F18EC5F8DCA96B079B503DE7C86977B9A687320E6847D770943C51337CBD41D0B0ABDF072ED18D3A81130AD94C4719232474105CC4B863EDDBF8BE68B76DCF04C1626F1D2CC9B949BC4EE2DD485B5E80F904BBBDC16C643072A58BBAE4FBA20E091EB8AA679EDFE3E8AD06DC8C913F2B81394D5DEDA7B64F8EDADE09B7E8FCCF286C8092A6380B57223C56F80042A2D3582A2DCD5953D77FD006D57295C1B14C97875D229E601CCCA147BE6078C576FFC73F449E19B9E010335927E232C653EF349B0ABF37E83D3EB135B28E0FA61829AFD3CC6A9BBE5319003863814A035091D3D49D3";

/// The modulus with exponent 65537, as SubjectPublicKeyInfo.
fn kod2_spec_key() -> rsa::PublicKey {
    let header = "30820122300D06092A864886F70D01010105000382010F003082010A0282010100";
    let der: Vec<u8> = hex(&format!("{header}{KOD2_SPEC_MODULUS}0203010001"));
    rsa::PublicKey::from_public_key_der(&der).unwrap()
}

fn hex(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

#[test]
fn kod2_spec_rsa_pss() {
    let Link::Kod2(kod2) = Link::parse(KOD2_SPEC).unwrap() else { panic!("a KOD II") };
    assert_eq!(kod2.to_string(), KOD2_SPEC);
    assert_eq!(kod2.unsigned.serial.to_string(), "01F20A5D352AE590");
    assert_eq!(kod2.unsigned.context.to_string(), "Nip:1111111111");
    let signed = "qr-test.ksef.mf.gov.pl/certificate/Nip/1111111111/1111111111/01F20A5D352AE590/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE";
    assert_eq!(kod2.unsigned.signed_text(), signed);
    let key = VerifyingKey::<Sha256>::new(kod2_spec_key());
    let signature = Signature::try_from(&kod2.signature[..]).unwrap();
    key.verify(signed.as_bytes(), &signature).unwrap();
    assert!(key.verify(&signed.as_bytes()[1..], &signature).is_err());
}

/// CIRFMF/ksef-api, issue 614: one signature, and two other spellings of the same bytes, which the Ministry's page
/// takes and we do not.
#[test]
fn kod2_real_issue614() {
    let link = "https://qr-demo.ksef.mf.gov.pl/certificate/Nip/6422786434/6422786434/014081C969B66F7C/F_cu8x05qx5xfMvVjXJZl-VnE2w9vwNz4tEQhm14kpE/5C0josqCZP3fX2Je4vwiRZOOpPaHZCSggpSx7H2BMDRgBZ4EB5QZ6eSYYVI2ALH8h1DZF70YEuw0aM_R1FoyZA";
    let Link::Kod2(kod2) = Link::parse(link).unwrap() else { panic!("a KOD II") };
    assert_eq!(kod2.signature.len(), 64);
    for other in ["B", "C", "D"] {
        let respelled = format!("{}{other}", &link[..link.len() - 1]);
        assert_eq!(Link::parse(&respelled).unwrap_err().code(), "link_malformed");
    }
}

#[test]
fn ksef_number_crc_ok() {
    for number in [
        "5265877635-20250826-0100001AF629-AF",
        "5265877635-20250916-0200A0D6723E-C2",
        "5265877635-20250729-01004014E040-00",
        "5251469286-20251002-0100E0A0B174-4B",
        "6511153259-20251015-010020140418-0D",
    ] {
        assert_eq!(KsefNumber::parse(number).unwrap().as_str(), number);
    }
}

#[test]
fn ksef_number_crc_bad() {
    for number in ["6891152920-20231221-B3242FB4B54B-DF", "5555555555-20250808-9231003CA67B-BE"] {
        assert_eq!(KsefNumber::parse(number).unwrap_err().code(), "ksef_number_checksum", "{number}");
    }
}

#[test]
fn context_values() {
    for context in [
        "InternalId:5265877635-12345",
        "NipVatUe:5265877635-ATU12345678",
        "PeppolId:PPL123456",
        "NipVatUe:5265877635-IE1+34567A",
        "NipVatUe:5265877635-IE1*34567A",
        "NipVatUe:5265877635-NL*23456789B+1",
    ] {
        let link = KOD2_SPEC.replace("Nip/1111111111/1", &format!("{}/1", context.replace(':', "/")));
        let Link::Kod2(kod2) = Link::parse(&link).unwrap() else { panic!("a KOD II") };
        assert_eq!(kod2.unsigned.context.to_string(), context);
        assert_eq!(kod2.to_string(), link, "kept literal");
    }
}

/// `certyfikaty-KSeF.md`: who a certificate belongs to and what it is for, on certificates of our own in its shape.
#[test]
fn certificate_subjects() {
    let read = |name: &str| {
        let path = format!("{}/fixtures/keys/{name}", env!("CARGO_MANIFEST_DIR"));
        Certificate::parse(&std::fs::read(path).unwrap()).unwrap()
    };
    let firm = Owner::Nip(Nip::parse("5265877635").unwrap());
    for (name, owner) in [
        ("offline-ec.crt", firm),
        ("vatpl-long-ec.crt", firm),
        ("tin-ec.crt", firm),
        ("pesel-ec.crt", Owner::Pesel),
        ("fingerprint-ec.crt", Owner::Unknown),
    ] {
        assert_eq!(read(name).owner(), owner, "{name}");
        assert_eq!(read(name).purpose(), Purpose::Offline, "{name}");
    }
    assert_eq!(read("authentication-ec.crt").purpose(), Purpose::Authentication);
}
