//! Encrypted PDFs against lopdf, which has an encryption of its own: every version of the standard handler, with the user's
//! password, the owner's, a wrong one and none; and dictionaries that are not right.
#![cfg(feature = "pdf")]

use std::collections::BTreeMap;
use std::sync::Arc;

use lopdf::encryption::crypt_filters::{
    Aes128CryptFilter, Aes256CryptFilter, CryptFilter, IdentityCryptFilter, Rc4CryptFilter,
};
use lopdf::{Dictionary, Document, EncryptionState, EncryptionVersion, Object, Permissions};

use crate::stamp::{anyhow, fixture, links, read, stamped_code, with_password};

const USER: &str = "czytelnik";
const OWNER: &str = "wlasciciel";
const KEY: [u8; 32] = [0x5C; 32];

/// A PDF of this version, and its encryption dictionary changed before it is written.
fn encrypted(version: &str, permissions: Permissions, change: impl Fn(&mut Dictionary)) -> Vec<u8> {
    let mut document = Document::load_mem(&fixture("letter")).unwrap();
    let half = Object::string_literal(&b"0123456789abcdef"[..]);
    document.trailer.set("ID", Object::Array(vec![half.clone(), half]));
    let filters = |filter: Arc<dyn CryptFilter>| BTreeMap::from([(b"StdCF".to_vec(), filter)]);
    let std = || b"StdCF".to_vec();
    let (owner_password, user_password) = (OWNER, USER);
    let v4 = |filter: Arc<dyn CryptFilter>, encrypt_metadata, string_filter| EncryptionVersion::V4 {
        document: &document,
        encrypt_metadata,
        crypt_filters: filters(filter),
        stream_filter: std(),
        string_filter,
        owner_password,
        user_password,
        permissions,
    };
    let version = match version {
        "rc4-40" => EncryptionVersion::V1 { document: &document, owner_password, user_password, permissions },
        "rc4-56" | "rc4-128" => {
            let key_length = version[4..].parse().unwrap();
            EncryptionVersion::V2 { document: &document, owner_password, user_password, key_length, permissions }
        }
        "rc4-filter" => v4(Arc::new(Rc4CryptFilter), true, std()),
        "aes-128" => v4(Arc::new(Aes128CryptFilter), true, std()),
        "aes-128-metadata-in-clear" => v4(Arc::new(Aes128CryptFilter), false, std()),
        "aes-128-strings-in-clear" => v4(Arc::new(Aes128CryptFilter), true, b"Identity".to_vec()),
        "nothing-is-encrypted" => v4(Arc::new(IdentityCryptFilter), true, std()),
        #[expect(deprecated, reason = "there are such files")]
        "aes-256-revision-5" => EncryptionVersion::R5 {
            encrypt_metadata: true,
            crypt_filters: filters(Arc::new(Aes256CryptFilter)),
            file_encryption_key: &KEY,
            stream_filter: std(),
            string_filter: std(),
            owner_password,
            user_password,
            permissions,
        },
        "aes-256" | "aes-256-metadata-in-clear" => EncryptionVersion::V5 {
            encrypt_metadata: version == "aes-256",
            crypt_filters: filters(Arc::new(Aes256CryptFilter)),
            file_encryption_key: &KEY,
            stream_filter: std(),
            string_filter: std(),
            owner_password,
            user_password,
            permissions,
        },
        other => panic!("{other}"),
    };
    let state = EncryptionState::try_from(version).unwrap();
    document.encrypt(&state).unwrap();
    let dictionary = document.trailer.get(b"Encrypt").unwrap().as_reference().unwrap();
    change(document.get_dictionary_mut(dictionary).unwrap());
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

const VERSIONS: [&str; 11] = [
    "rc4-40",
    "rc4-56",
    "rc4-128",
    "rc4-filter",
    "aes-128",
    "aes-128-metadata-in-clear",
    "aes-128-strings-in-clear",
    "nothing-is-encrypted",
    "aes-256-revision-5",
    "aes-256",
    "aes-256-metadata-in-clear",
];

#[test]
fn every_version_opens_with_either_password_and_no_other() {
    for version in VERSIONS {
        let pdf = encrypted(version, Permissions::all(), |_| ());
        assert_eq!(stamped_code(&pdf, None), "pdf_encrypted", "{version}");
        assert_eq!(stamped_code(&pdf, Some(b"nie-to")), "pdf_password_wrong", "{version}");
        for password in [USER, OWNER] {
            let stamped = with_password(&pdf, Some(password.as_bytes()), &anyhow()).unwrap();
            assert!(stamped.bytes.starts_with(&pdf), "{version}");
            // What was added is encrypted so that lopdf decrypts it.
            for password in [USER, OWNER] {
                assert_eq!(links(&read(&stamped.bytes, Some(password)), 1).len(), 2, "{version}");
            }
        }
    }
}

#[test]
fn changes_are_the_owners_unless_the_author_allows_them() {
    for version in VERSIONS {
        let pdf = encrypted(version, Permissions::all() - Permissions::MODIFIABLE, |_| ());
        assert_eq!(stamped_code(&pdf, Some(USER.as_bytes())), "pdf_permissions", "{version}");
        assert_eq!(stamped_code(&pdf, Some(OWNER.as_bytes())), "", "{version}");
    }
}

/// Nothing panics, and nothing is guessed.
#[test]
fn dictionaries_that_are_not_right_are_refused() {
    let text = |length| Object::string_literal(vec![b'x'; length]);
    let cases: [(&str, &str, Option<Object>); 33] = [
        ("rc4-40", "Filter", Some("Adobe.PubSec".into())),
        ("rc4-40", "V", Some(3.into())),
        ("rc4-40", "V", Some(6.into())),
        ("rc4-40", "V", None),
        ("rc4-40", "R", Some(1.into())),
        ("rc4-40", "R", Some(5.into())),
        ("rc4-40", "R", Some(7.into())),
        ("rc4-40", "R", None),
        ("rc4-40", "P", None),
        ("rc4-40", "O", None),
        ("rc4-40", "O", Some(text(31))),
        ("rc4-40", "U", Some(text(0))),
        ("rc4-40", "U", Some(1.into())),
        ("rc4-128", "Length", Some(136.into())),
        ("rc4-128", "Length", Some(127.into())),
        ("rc4-128", "Length", Some(0.into())),
        ("rc4-128", "Length", Some((-8).into())),
        ("rc4-128", "Length", Some("x".into())),
        ("aes-128", "Length", Some(256.into())),
        ("aes-128", "CF", None),
        ("aes-128", "CF", Some(Dictionary::new().into())),
        ("aes-128", "StmF", Some("Other".into())),
        ("aes-128", "StrF", Some("Other".into())),
        ("aes-128", "EncryptMetadata", Some(1.into())),
        ("aes-256", "Length", Some(128.into())),
        ("aes-256", "O", Some(text(47))),
        ("aes-256", "U", Some(text(32))),
        ("aes-256", "OE", None),
        ("aes-256", "UE", Some(text(31))),
        ("aes-256", "Perms", Some(text(15))),
        ("aes-256", "Perms", Some(text(16))),
        ("aes-256", "P", Some(0.into())),
        ("aes-256", "EncryptMetadata", Some(false.into())),
    ];
    for (version, key, value) in cases {
        let pdf = encrypted(version, Permissions::all(), |dictionary| match &value {
            Some(value) => dictionary.set(key, value.clone()),
            None => _ = dictionary.remove(key.as_bytes()),
        });
        assert_eq!(stamped_code(&pdf, Some(USER.as_bytes())), "pdf_encrypted", "{version} /{key} {value:?}");
    }
    // Digests of other values fit no password.
    for (version, key, length) in [("rc4-40", "U", 32), ("rc4-128", "U", 32), ("aes-256", "U", 48)] {
        let pdf = encrypted(version, Permissions::all(), |dictionary| dictionary.set(key, text(length)));
        assert_eq!(stamped_code(&pdf, Some(USER.as_bytes())), "pdf_password_wrong", "{version} /{key}");
    }
}
