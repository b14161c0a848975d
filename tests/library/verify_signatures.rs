//! Signatures that KSeF would not take, and why: each mistake is named.

use std::time::{Duration, SystemTime};

use crate::common::{certificate, file as fixture};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ksef_qr::Environment;
use ksef_qr::credential::Certificate;
use ksef_qr::link::Link;
use ksef_qr::values::InvoiceHash;
use ksef_qr::verify::{Check, Outcome, Report, Verifier};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::DecodePrivateKey as _;
use sha2::{Digest as _, Sha256, Sha384};

const EC: &str = "qr-test.ksef.mf.gov.pl/certificate/Nip/5265877635/5265877635/01F0A1B2C3D4E501/n8otcJbcdk3Wg1g7fM-BJen2qMj5oYP5TUzR5G0x4Oo";
const RSA: &str = "qr-test.ksef.mf.gov.pl/certificate/Nip/5265877635/5265877635/01F0A1B2C3D4E502/n8otcJbcdk3Wg1g7fM-BJen2qMj5oYP5TUzR5G0x4Oo";

/// `kody-qr.md`, section 2: the Ministry's own KOD II, and its certificate's key.
const SPEC: &str = "https://qr-test.ksef.mf.gov.pl/certificate/Nip/1111111111/1111111111/01F20A5D352AE590/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE/mSkm_XmM9fq7PgAJwiL32L9ujhyguOEV48cDB0ncemD2r9TMGa3lr0iRoFk588agCi8QPsOuscUY1rZ7ff76STbGquO-gZtQys5_fHdf2HUfDqPqVTnUS6HknBu0zLkyf9ygoW7WbH06Ty_8BgQTlOmJFzNWSt9WZa7tAGuAE9JOooNps-KG2PYkkIP4q4jPMp3FKypAygHVnXtS0RDGgOxhhM7LWtFP7D-dWINbh5yXD8Lr-JVbeOpyQjHa6WmMYavCDQJ3X_Z-iS01LZu2s1B3xuOykl1h0sLObCdADrbxOONsXrvQa61Xt_rxyprVraj2Uf9pANQgR4-12HEcMw";
const SPEC_MODULUS: &str = "ADFE9BDC9F06A5BCD6C7DD1789CEF3417E2BAD290A82636EDA86B1AA9F18EC5F8DCA96B079B503DE7C86977B9A687320E6847D770943C51337CBD41D0B0ABDF072ED18D3A81130AD94C4719232474105CC4B863EDDBF8BE68B76DCF04C1626F1D2CC9B949BC4EE2DD485B5E80F904BBBDC16C643072A58BBAE4FBA20E091EB8AA679EDFE3E8AD06DC8C913F2B81394D5DEDA7B64F8EDADE09B7E8FCCF286C8092A6380B57223C56F80042A2D3582A2DCD5953D77FD006D57295C1B14C97875D229E601CCCA147BE6078C576FFC73F449E19B9E010335927E232C653EF349B0ABF37E83D3EB135B28E0FA61829AFD3CC6A9BBE5319003863814A035091D3D49D3";

/// Made with OpenSSL over `RSA` and the key `offline-rsa`.
const GOOD_RSA: &str = "h0W7Z0g1yp0TS1ZA-ZOTOKWqYuxP__ynJL6RsaWvf-_MzOUEPwlENrFZtoKB5GA-EpEBgtEYLeQTxrBP8i8EzLvevDcBDUhJIcZ78JQOcmAbbDn_V6V9sNgktV6LKK08RfLm6GPfIpw-ZoKZBTfRVdVsrnebVKGm1MlAbSf6mc5cERoXrVFnFFx5XRiofCh2cQriM2uqeCRyEg_A5bm_9Yusdo8B18xm3xH_kNokfOIhJQlZTaEkTeERLG9uyS66oJnRJTxFz6e9m8ReQ8_UOSAy_PwzX-plocv7Cv9oXHTmrXpVtBThYfKxxlkqzjVAVBVj28HMxcyYlRpHTL82Tw";

/// Made with OpenSSL (`openssl dgst -sign`), parameters as the names say.
const WRONG_RSA: &[(&str, &str, &str)] = &[
    // SALT_0
    (
        "V03SDzgWUSxNZQUDPavp3Gv5DNLZztkYP4_aWEuj23CUMoybWwWxHYJX53ZpdAXaX0j3EUR-KPXu_-cWAWep8lbOETb9TPMhkXUTJWR5LlYZ93IyLmuTOz9EFb6VoUq8v6HTCG_TatD89vPXZ7K4nUH6g6LTc3b15z3KG_kc3jw_ggtqk_OGXPTawjbrg6x550li20X6t_YKgDlSpcfnURc0q8ttRiqRNUsCElHOx6EPxRo_BwP7ncqxwRaU_OnPU-6po3FbmANCaKmt8DNZsTF1tyiclIHTcqQmz86bTabLsVp70enG4stY7ImyM5U1Lok71FpgO0xJ0BBswtvrwQ",
        "signature_salt",
        "the salt has 0 bytes, not 32",
    ),
    // SALT_20
    (
        "IryiiK9UtLqYT0lXEDNP9rqwi9Z1PvCId0ijVSnj3pjEKHflcfezhZyzB4afNm7RAMSoNNrQznExGm0r2lSIS2ycXlQGbnbYa9n5FhvJgwiqgl6doRPArs7a5ckXL_he_wiWTDUmU4fj1iYLdx8qf1Qj_7Ael5mxmPmhF5pLUQpfXmLafGigrmQ2SDwil4O8dj1jcXtIYe3KdItC0rz08OVSuJZ0UBfsxsjkFs4dTCyxixOR71fnwGMiJrUi-nxtqpPn4A5RdzF3wUveqGHakd-1weJSj-VGkm4CMs4tPOK2gPwPDKaQpDW3cImSQChdebNCvW4VLRt_WcVYv6eB_w",
        "signature_salt",
        "the salt has 20 bytes, not 32",
    ),
    // SALT_LARGEST
    (
        "N0Pljcuez_2RTJPm19lleW8qelaMnHRoO2eMKfBMVv97vXXU2uhnABvSWIFp_J3Q0clRCCjdx1_NWoVumMMfjm5URblxjhfPSGIy3DX7E5RIyehx6S-7-NdH2Xymzuwcqp5yOZtWwBzYg0PuZSswhqHubnbcC9AT3zgcwN44Tb6pfTdWn2i7JrOH4WkkB3q05hnmogz7zE1d0Mx4SuntTWmUZj0Gl0nP1Mbh5za0qTLmA_7Ojo5aNXlDydplcL2kolOyHdwCWXGK3ma8mS7c6oP-iNgwacRRb9lBpqzOCxLZpSArUwKCoBAd3NSiHqxAqOyTy0MQ53mrBS6yuYD2Kw",
        "signature_salt",
        "the salt has 222 bytes, not 32",
    ),
    // MGF_SHA1
    (
        "XFegikfw0JlwQaduDMqq2mO1hIEwLvYmjm1qYj1rYFg6X1pmK1ZAg62GhmwdNCt9UmEb4xHPCKNhxDcJDrIhm4KlCgmxPrYo5fXLvGU8zZjGo3GlV7lMpkELnF6cQx20JUBV7sSTn265Jo9c1dERdurVKwdibQo2u8J21xx_UhKt-bLAil9gkHXbcRNTRlFGuAFaTHayGrSktFf91aYFYQlT4rzZeDYjzBp_S-Emk7JnBHnn1n0j_Z2FxcZJuYnkB4ynksG71dxgXUS-SD538QdlL8GmcqTrwANUYVLbMBNaQTzR_8fw3en1HWuEiGwuE_Da2oiYVSG-_roGL0Ym1A",
        "signature_mgf",
        "the signature is RSASSA-PSS with SHA-256, but MGF1 with SHA-1",
    ),
    // HASH_SHA1
    (
        "H2qgB3dZdS0V3jqdRlyMz-ftKEC0gjH4qeZ1eUW0J3F5Flp5KQC2UMY4E9b6a0tcM9JvxUI56OkOU1NTQPnEIn4uVsKSAunoM4JTbOvAthOPN_iotbNBrBnlmGb-Ykysf9HhW-jN9HRGpx5MDD-MluS_Rd0IY5gNCoz5NbbV536JaO-pwNtFBXV5OkFSw2RSds0HIihPL_M_Q7wdy89Ny5rY2BLL0p9tdQu7KIEWpnpH79KaP2duKibjIBlNERIZZyBlsuFw6X3MsxZ5SnHL3VXHX2CN6nLbrhNkewPgPKacHfsPtlmkn9MnCj0ZUEyquOaHxt8By5stNXvQ8TWxMA",
        "signature_hash_algorithm",
        "the signature is RSASSA-PSS with SHA-1, MGF1 with SHA-1 and a salt of 20 bytes",
    ),
    // HASH_SHA512
    (
        "TXxiDPZeSNT_p29YmtT0k7bNy6_xisGJLItmKDeYLM2CCawyPVfuGKf7VxpA8qS7KePghXIdPlFGtcvCtYhNgsgQwYnBiTyV-DJVjAYljNmw0SvYgHMJKkJwnqxjWqpxKdWX4tZ682GjImXdg8QCN3AZphhs5OzKxSvV7s2MDzFejRu4U68jZiIpxxzXuq2hXhShfCGiHAj4a7YI3mnthxZfNqq2FuwS0uLHs_RIU6LhHTc_jpaWcoaenJMyx3MBOpzNRRfzfOL3eckoXEkcXPniwowKHL5s45DzpkQ67kSk1MMT9VQ2girL09SMo5ZXm5C-kLdt7D9JOEHwQxnmsg",
        "signature_hash_algorithm",
        "the signature is RSASSA-PSS with SHA-512, MGF1 with SHA-512 and a salt of 64 bytes",
    ),
    // PKCS1
    (
        "WqxEcde15rpWtqJhObUxC_CV_M-vpEu2fiHTIBDoyukUDw8SsOIimwYD10UUp0VOczxarfMMTCV8dJQxq1sgYlGJdVyU3v88_xxHTcWP8u_QqgRbzzrE9Gsmokp6G6j5F4yywVE0gK2NfLXhMiQQDaV_Vr9f9qZ08BvEeeZ3aGOXCT7cFNOX6EonCtiR0cijyswFUs_tbrS3w0F4UTVzSniEjWiko-4cpg_P_v04uoVKZRKD8KqUMSBcdZOe-bCm7wVEgNSjkhLSg9LcNCYtZETAQqpEDHbRqXBOq2ALkKKRAbj5TyP4CWGKQHAzxYO7IExkBZhPzKP_PZHpwRKTFA",
        "signature_pkcs1",
        "the signature is RSASSA-PKCS1-v1_5 with SHA-256 and covers the link as it stands",
    ),
    // PKCS1_SHA1
    (
        "AVELzuQxc9y0FsrgvNQnP3zmgjGKzbR87mxGWb_XxIsN0e0S8dxZbM9v1uUqabCW8zBLm6-fRX2kjWz3Vp0GvhuDNnLbe69EuBNYqEh6qtcA-REkL-vdWFIbMp5AQczgKIyihRA8M-YwV2KDAipAd8wAD8h66kdSYZ_Y_o5jCa6qc6apZPkUeuHUais_zEGkOwVF-9ZIRFpGr3aZlxzXLYRlkdZ0dgKk1jGlW-vET5piZHak9QD7iYhBrndhZ_sfyJm7fWqYnHr5LyaP19MtA6LVOzY-4ti7JGKVsom4AbtFrf5RWrUEIk2UjkHLz5LsN6Sc3aY5aVCQVI2AtUr2xA",
        "signature_pkcs1",
        "the signature is RSASSA-PKCS1-v1_5 with SHA-1 and covers the link as it stands",
    ),
    // TWICE
    (
        "gn7mNBaJyR38wlTs5sS6xRAYL7IXuQlu3rMN1rSMLdCrG0_lAZTUu7SwTOMXzmWrtvbsjR6Igz1LGEmRsjEAl3ZqvMQhYu95Gwwj9j3kRjx-A7H7oY8h8-cFt9sqtXf9NOB9CsvnKuIkfQtcdLOBaaSTgAm4tD2RH-ekD_Kntqrl_A8uEe9Lz5_Ja3ea4GPja4zJ7p7nXm1heL5ZWzN2RQ9WcwrTwxWgDbQDTylnXhiQKBCW9bQiFZLEbPLpLWfgiju_lWNzaPZIdLCcXO-ksmSPTvDgLdUN1g0VoVHmwaWAmq6RclkTINjPqx2i9-d2mQDvnFUAvpTj_k8CNbpDXw",
        "signature_hashed_twice",
        "the signature covers the SHA-256 digest of the link, hashed once more",
    ),
];

/// 2026-06-30T12:00:00Z.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_782_820_800)
}

fn verifier() -> Verifier {
    Verifier::new(now())
        .with_invoice("invoice.xml", fixture("invoices/good/fa3-basic.xml"))
        .with_certificate("ec.crt", certificate("offline-ec.crt"))
        .with_certificate("rsa.crt", certificate("offline-rsa.crt"))
}

fn failures(report: &Report) -> Vec<&'static str> {
    report.checks.iter().filter(|check| check.outcome() == Outcome::Fail).map(Check::code).collect()
}

fn link(text: &str, signature: &[u8]) -> String {
    format!("https://{text}/{}", URL_SAFE_NO_PAD.encode(signature))
}

fn key(name: &str) -> SigningKey {
    SigningKey::from_pkcs8_pem(&String::from_utf8(fixture(&format!("keys/{name}"))).unwrap()).unwrap()
}

fn ec(message: &[u8]) -> Vec<u8> {
    let signature: Signature = key("offline-ec.pkcs8.pem").sign(message);
    signature.to_vec()
}

#[test]
fn wrong_rsa_signatures_say_what_they_are() {
    let report = verifier().link(&format!("https://{RSA}/{GOOD_RSA}"));
    assert_eq!(failures(&report), [""; 0]);
    let encoding = report.check("signature_encoding").unwrap();
    assert_eq!(encoding.message(), "the signature is RSASSA-PSS with SHA-256 and a salt of 32 bytes");
    for (signature, code, reason) in WRONG_RSA {
        let report = verifier().link(&format!("https://{RSA}/{signature}"));
        assert_eq!(failures(&report), [*code]);
        assert_eq!(report.check(code).unwrap().message(), *reason);
    }
}

#[test]
fn rsa_keys_of_other_sizes_verify_too() {
    // The encoded message is as long as the modulus less one bit: 3072 bits are another case than 2048 only in length.
    let text = RSA.replace("01F0A1B2C3D4E502", &certificate("offline-rsa-3072.crt").serial().to_string());
    let verifier = Verifier::new(now()).with_certificate("3072.crt", certificate("offline-rsa-3072.crt"));
    let pem = String::from_utf8(fixture("keys/offline-rsa-3072.pkcs8.pem")).unwrap();
    let key = rsa::pss::SigningKey::<Sha256>::new(rsa::PrivateKey::from_pkcs8_pem(&pem).unwrap());
    let signature: Vec<u8> = {
        use rsa::signature::{RandomizedSigner as _, SignatureEncoding as _};
        key.sign_with_rng(&mut rand::rng(), text.as_bytes()).to_vec()
    };
    assert_eq!(verifier.link(&link(&text, &signature)).check("signature").unwrap().outcome(), Outcome::Ok);
    let short = verifier.link(&link(&text, &signature[..256]));
    assert_eq!(failures(&short), ["signature_length"]);
}

/// The Ministry's example verifies, and its variations do not. No certificate of it is at hand: one of ours is given its
/// key and serial number.
#[test]
fn the_known_answer_verifies() {
    let Link::Kod2(kod2) = Link::parse(SPEC).unwrap() else { panic!("a KOD II") };
    let ours = der(&fixture("keys/offline-rsa.crt"));
    let spki_of = |modulus: &[u8]| {
        let header = hex("30820122300D06092A864886F70D01010105000382010F003082010A0282010100");
        [&header[..], modulus, &hex("0203010001")].concat()
    };
    let theirs = spki_of(&hex(SPEC_MODULUS));
    let own = certificate("offline-rsa.crt").public_key_der().to_vec();
    let forged = replace(&replace(&ours, &own, &theirs), &hex("01F0A1B2C3D4E502"), &hex("01F20A5D352AE590"));
    let certificate = Certificate::parse(&forged).unwrap();
    let verifier = Verifier::new(now()).with_certificate("ti.crt", certificate);
    let report = verifier.link(SPEC);
    assert_eq!(failures(&report), [""; 0]);
    assert_eq!(report.check("signature").unwrap().outcome(), Outcome::Ok);
    let changed = kod2.to_string().replace("/1111111111/01F2", "/5265877635/01F2");
    assert_eq!(failures(&verifier.link(&changed)), ["signature_invalid"]);
}

fn der(pem: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(pem.to_vec()).unwrap();
    let body: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(body).unwrap()
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
    assert_eq!(from.len(), to.len());
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

fn hex(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

#[test]
fn what_was_signed_by_mistake_is_named() {
    let hash = InvoiceHash::of(&fixture("invoices/good/fa3-basic.xml"));
    let (front, path) = (EC.rsplit_once('/').unwrap().0, EC.split_once('/').unwrap().1);
    let digest: [u8; 32] = Sha256::digest(EC).into();
    let hex_digest: String = digest.map(|byte| format!("{byte:02x}")).concat();
    let host = |environment: Environment| format!("{}/{path}", environment.host());
    let utf16: Vec<u8> = EC.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: &[(Vec<u8>, &str)] = &[
        (digest.to_vec(), "signature_hashed_twice"),
        (hex_digest.into_bytes(), "signature_hashed_twice"),
        (format!("https://{EC}").into_bytes(), "signature_over_scheme"),
        (format!("https://{EC}/").into_bytes(), "signature_over_scheme"),
        (format!("{EC}/").into_bytes(), "signature_over_slash"),
        (format!("{EC}\n").into_bytes(), "signature_over_newline"),
        (utf16, "signature_over_utf16"),
        (format!("{front}/{}", hash.base64()).into_bytes(), "signature_over_other_digest_form"),
        (path.into(), "signature_without_host"),
        (format!("/{path}").into_bytes(), "signature_without_host"),
        (host(Environment::Prod).into_bytes(), "signature_for_other_host"),
        (format!("ksef-test.mf.gov.pl/client-app/{path}").into_bytes(), "signature_for_other_host"),
        (format!("ksef-test.mf.gov.pl/{path}").into_bytes(), "signature_for_other_host"),
        (format!("ksef.mf.gov.pl/client-app/{path}").into_bytes(), "signature_for_other_host"),
        (format!("ksef-demo.mf.gov.pl/client-app/{path}").into_bytes(), "signature_for_other_host"),
        (EC.replace("01F0A1B2C3D4E501", "01f0a1b2c3d4e501").into_bytes(), "signature_over_other_text"),
        (EC.replace("/Nip/", "/nip/").into_bytes(), "signature_over_other_text"),
        (front.into(), "signature_over_other_text"),
        (hash.as_bytes().to_vec(), "signature_of_invoice"),
        (fixture("invoices/good/fa3-basic.xml"), "signature_of_invoice"),
        (b"something else".to_vec(), "signature_invalid"),
    ];
    for (message, code) in cases {
        let report = verifier().link(&link(EC, &ec(message)));
        assert_eq!(failures(&report), [*code], "{}", String::from_utf8_lossy(message));
    }
    let sha384: Signature = key("offline-ec.pkcs8.pem").sign_prehash(&Sha384::digest(EC)).unwrap();
    assert_eq!(failures(&verifier().link(&link(EC, &sha384.to_bytes()))), ["signature_hash_algorithm"]);
    // KOD I signed in place of KOD II is seen where KOD I, or the invoice, tells the date.
    let kod1 = format!("qr-test.ksef.mf.gov.pl/invoice/5265877635/15-06-2026/{}", hash.base64url());
    assert_eq!(failures(&verifier().link(&link(EC, &ec(kod1.as_bytes())))), ["signature_over_other_text"]);
}

#[test]
fn both_encodings_are_taken_and_a_broken_one_is_named() {
    let signature = ec(EC.as_bytes());
    let report = verifier().link(&link(EC, &signature));
    assert_eq!(failures(&report), [""; 0]);
    assert!(report.check("signature_encoding").unwrap().message().contains("P1363"));
    let plain = Signature::from_slice(&signature).unwrap();
    let report = verifier().link(&link(EC, plain.to_der().as_bytes()));
    assert_eq!(failures(&report), [""; 0]);
    assert!(report.check("signature_encoding").unwrap().message().contains("DER"));
    // Numbers as bare 32 bytes, whatever their first bit: what hand-written encoders do.
    let broken = |signature: &[u8]| [&[0x30, 68, 2, 32], &signature[..32], &[2, 32], &signature[32..]].concat();
    let mut count = 0;
    for number in 0..20 {
        let text = EC.replace("Nip/5265877635", &format!("InternalId/5265877635-{number:05}"));
        let signature = ec(text.as_bytes());
        if signature[0] < 0x80 && signature[32] < 0x80 {
            continue;
        }
        assert_eq!(failures(&verifier().link(&link(&text, &broken(&signature)))), ["signature_der"]);
        count += 1;
    }
    assert!(count > 5);
}

#[test]
fn the_certificate_and_the_signature_must_belong_together() {
    let signature: Signature = key("other-ec.pkcs8.pem").sign(EC.as_bytes());
    assert_eq!(failures(&verifier().link(&link(EC, &signature.to_bytes()))), ["signature_invalid"]);
    // Two certificates of ours: the number of one, the key of the other.
    let text = EC.replace("01F0A1B2C3D4E501", "01F0A1B2C3D4E502");
    let report = verifier().link(&link(&text, &ec(text.as_bytes())));
    assert_eq!(failures(&report), ["signature_key_kind"]);
    let authentication = certificate("authentication-ec.crt");
    let text = EC.replace("01F0A1B2C3D4E501", &authentication.serial().to_string());
    let report = verifier().with_certificate("type1.crt", authentication).link(&link(&text, &ec(text.as_bytes())));
    assert_eq!(failures(&report), ["signature_by_other_certificate", "certificate_purpose"]);
    // A number that no certificate has.
    let text = EC.replace("01F0A1B2C3D4E501", "01F0A1B2C3D4E5FF");
    assert_eq!(failures(&verifier().link(&link(&text, &ec(text.as_bytes())))), ["signature_by_other_certificate"]);
    assert_eq!(failures(&verifier().link(&link(&text, &ec(b"x")))), ["certificate_serial"]);
    let text = EC.replace("01F0A1B2C3D4E501", "01E5D4C3B2A1F001");
    assert_eq!(failures(&verifier().link(&link(&text, &ec(text.as_bytes())))), ["serial_reversed"]);
}

/// A list of links has as many lines as its maker likes.
#[test]
fn a_link_whose_certificate_is_not_there_is_tried_with_a_few() {
    let other = certificate("prod-offline-ec.crt");
    let serial = [0x01, 0xF0, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0x04];
    let at = other.der().windows(8).position(|bytes| bytes == serial).unwrap();
    let mut verifier = Verifier::new(now());
    for number in 0..32 {
        let mut der = other.der().to_vec();
        der[at + 7] = 0x10 + number;
        for name in ["first.crt", "again.crt"] {
            verifier = verifier.with_certificate(name, Certificate::parse(&der).unwrap());
        }
    }
    let verifier = verifier.with_certificate("last.crt", certificate("accountant-ec.crt"));
    let report = |text: &str| verifier.link(&link(text, &ec(text.as_bytes())));
    let text = EC.replace("01F0A1B2C3D4E501", "01F0A1B2C3D4E5FF");
    let of_context = report(&text.replace("Nip/5265877635", "Nip/1111111111"));
    assert!(of_context.check("signature_by_other_certificate").unwrap().message().contains("last.crt"));
    let of_others = report(&text);
    assert!(of_others.check("signature_by_other_certificate").is_none());
    let given = of_others.check("certificate_serial").unwrap().message();
    assert!(given.ends_with("01F0A1B2C3D4E519; and 23 more"), "each counts once: {given}");
    let named = report(&EC.replace("01F0A1B2C3D4E501", "01F0A1B2C3D4E510"));
    assert!(named.check("certificate_serial").unwrap().message().ends_with(": first.crt"));
    assert!(named.check("signature_by_other_certificate").unwrap().message().contains("last.crt"));
}

#[test]
fn the_certificate_must_fit_the_day_and_the_environment() {
    let failing = |name: &str, text: &str, with_invoice: bool| {
        let certificate = certificate(name);
        let text = text.replace("01F0A1B2C3D4E501", &certificate.serial().to_string());
        let mut verifier = Verifier::new(now()).with_certificate(name, certificate);
        if with_invoice {
            verifier = verifier.with_invoice("invoice.xml", fixture("invoices/good/fa3-basic.xml"));
        }
        let mut codes = failures(&verifier.link(&link(&text, &ec(text.as_bytes()))));
        // Not every fixture has the key of `offline-ec`.
        codes.retain(|code| *code != "signature_invalid");
        codes
    };
    assert_eq!(failing("expired-ec.crt", EC, false), ["certificate_now"]);
    assert_eq!(failing("expired-ec.crt", EC, true), ["certificate_at_issue", "certificate_now"]);
    assert_eq!(failing("future-ec.crt", EC, true), ["certificate_at_issue", "certificate_now"]);
    assert_eq!(failing("no-usage-ec.crt", EC, false), ["certificate_purpose"]);
    let production = EC.replace("qr-test.", "qr.");
    assert_eq!(failing("offline-ec.crt", &production, false), ["certificate_environment"]);
    assert_eq!(failing("prod-offline-ec.crt", &production, false), [""; 0]);
    assert_eq!(failing("pesel-ec.crt", EC, true), [""; 0]);
}

/// Valid when the invoice was issued, expired since: for KSeF to judge, and said so.
#[test]
fn an_old_invoice_under_an_expired_certificate_is_no_failure() {
    let later = SystemTime::UNIX_EPOCH + Duration::from_secs(4_102_444_800 + 86_400);
    let verifier = Verifier::new(later)
        .with_invoice("invoice.xml", fixture("invoices/good/fa3-basic.xml"))
        .with_certificate("ec.crt", certificate("offline-ec.crt"));
    let report = verifier.link(&link(EC, &ec(EC.as_bytes())));
    assert_eq!(failures(&report), [""; 0]);
    assert_eq!(report.check("certificate_now").unwrap().outcome(), Outcome::OnlyKsef);
}
