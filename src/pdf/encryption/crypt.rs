use zeroize::Zeroizing;

use super::cipher::Cipher;
use super::password::{Attempt, Passwords};
use crate::error::{Error, Kind, Result};
use crate::pdf_objects::{Dict, Id, Object, Stream};

/// The key of an encrypted PDF, and what it is used on.
pub(in crate::pdf) struct Crypt {
    key: Zeroizing<Vec<u8>>,
    streams: Cipher,
    strings: Cipher,
    attachments: Cipher,
    encrypts_metadata: bool,
    /// The one dictionary whose strings are not encrypted.
    pub(in crate::pdf) dictionary: Option<Id>,
    /// What the author allows whoever has the user password; everything with the owner's.
    pub(in crate::pdf) may_change: bool,
}

impl Crypt {
    /// Opens the encryption with the password, or with none. `encrypt` is the dictionary, its references followed, and `id`
    /// the first half of the file's identifier.
    ///
    /// # Errors
    /// `pdf_encrypted`: a password is needed, or the manner of encryption is unknown; `pdf_password_wrong`.
    pub(in crate::pdf) fn open(
        encrypt: &Dict,
        id: &[u8],
        dictionary: Option<Id>,
        password: Option<&[u8]>,
    ) -> Result<Self> {
        let unknown = || Error::new(Kind::PdfEncrypted, "the PDF is encrypted in a manner that is not known");
        let passwords = Passwords::of(encrypt, id).ok_or_else(unknown)?;
        let opened = match (passwords.open(password.unwrap_or_default()), password) {
            (Attempt::Opened(opened), _) => opened,
            (Attempt::Wrong, None) => {
                return Err(Error::new(Kind::PdfEncrypted, "the PDF is encrypted with a password"));
            }
            (Attempt::Wrong, Some(_)) => {
                return Err(Error::new(Kind::PdfPasswordWrong, "the password does not open the PDF"));
            }
            (Attempt::Contradicted, _) => return Err(unknown()),
        };
        let key_length = opened.key.len();
        let cipher = |key| match passwords.version {
            1 | 2 => Some(Cipher::Rc4),
            _ => encrypt
                .get(key)
                .and_then(Object::as_name)
                .map_or(Some(Cipher::Identity), |name| cipher(encrypt, name, key_length)),
        };
        let streams = cipher("StmF").ok_or_else(unknown)?;
        let attachments = encrypt.get("EFF").and_then(Object::as_name).and_then(|_| cipher("EFF"));
        Ok(Self {
            strings: cipher("StrF").ok_or_else(unknown)?,
            streams,
            attachments: attachments.unwrap_or(streams),
            encrypts_metadata: passwords.encrypts_metadata,
            key: opened.key,
            dictionary,
            may_change: opened.may_change,
        })
    }

    pub(in crate::pdf) fn decrypt_strings(&self, id: Id, object: &mut Object) -> Result<()> {
        each_string(object, &mut |text| decrypt(self.strings, &self.key, id, text))
    }

    pub(in crate::pdf) fn decrypt_stream(
        &self,
        stream: &Stream,
        raw: &[u8],
        filters: &[(Vec<u8>, Dict)],
    ) -> Result<Vec<u8>> {
        // A filter of its own: only Identity occurs, which changes nothing.
        let own = filters.iter().any(|(name, _)| name == b"Crypt");
        if own || (stream.dict.is("Type", "Metadata") && !self.encrypts_metadata) {
            return Ok(raw.to_vec());
        }
        let attachment = stream.dict.is("Type", "EmbeddedFile");
        decrypt(if attachment { self.attachments } else { self.streams }, &self.key, stream.id, raw)
    }

    pub(in crate::pdf) fn encrypt_strings(&self, id: Id, object: &mut Object) -> Result<()> {
        each_string(object, &mut |text| encrypt(self.strings, &self.key, id, text))
    }

    pub(in crate::pdf) fn encrypt_stream(&self, id: Id, data: &[u8]) -> Result<Vec<u8>> {
        encrypt(self.streams, &self.key, id, data)
    }
}

/// Depth is bounded where objects are read.
fn each_string(object: &mut Object, change: &mut impl FnMut(&[u8]) -> Result<Vec<u8>>) -> Result<()> {
    match object {
        Object::Text(text) => *text = change(text)?.into(),
        Object::Array(items) => {
            for item in items {
                each_string(item, change)?;
            }
        }
        Object::Dict(dict) => {
            // What a signature signs itself with is not encrypted.
            let signature = dict.get("ByteRange").is_some();
            for (key, value) in &mut dict.0 {
                if !(signature && **key == *b"Contents") {
                    each_string(value, change)?;
                }
            }
        }
        _ => {}
    }
    Ok(())
}

fn failed() -> Error {
    Error::new(Kind::PdfDamaged, "an encrypted part of the PDF is damaged")
}

fn decrypt(cipher: Cipher, key: &[u8], id: Id, data: &[u8]) -> Result<Vec<u8>> {
    // A string or stream of nothing is often left unencrypted.
    if data.is_empty() {
        return Ok(Vec::new());
    }
    cipher.decrypt(key, id, data).ok_or_else(failed)
}

fn encrypt(cipher: Cipher, key: &[u8], id: Id, data: &[u8]) -> Result<Vec<u8>> {
    cipher.encrypt(key, id, data).ok_or_else(failed)
}

/// The cipher of a crypt filter; nothing if there is no such filter, or if it does not go with the key.
fn cipher(encrypt: &Dict, name: &[u8], key_length: usize) -> Option<Cipher> {
    if name == b"Identity" {
        return Some(Cipher::Identity);
    }
    let filters = encrypt.get("CF").and_then(Object::as_dict)?;
    let filter = filters.get(std::str::from_utf8(name).ok()?).and_then(Object::as_dict)?;
    if filter.get("Type").is_some() && !filter.is("Type", "CryptFilter") {
        return None;
    }
    match (filter.get("CFM").map(Object::as_name), key_length) {
        (None | Some(Some(b"Identity")), _) => Some(Cipher::Identity),
        (Some(Some(b"V2")), _) => Some(Cipher::Rc4),
        (Some(Some(b"AESV2")), 16) => Some(Cipher::Aes128),
        (Some(Some(b"AESV3")), 32) => Some(Cipher::Aes256),
        _ => None,
    }
}
