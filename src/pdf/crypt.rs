use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherEncrypt, BlockModeEncrypt as _, KeyInit, KeyIvInit as _};
use lopdf::encryption::crypt_filters::{CryptFilter, IdentityCryptFilter};
use lopdf::encryption::{EncryptionState, Permissions};
use sha2::{Digest, Sha256};

use crate::error::{Error, Kind, Result};
use crate::pdf_objects::{Dict, Id, Object, Stream};

/// The key of an encrypted PDF.
///
/// Passwords, keys and decryption are lopdf's. Encryption is done here, because lopdf draws the initialisation vectors
/// from a random generator, and the same input is to give the same bytes.
pub(super) struct Crypt {
    key: Vec<u8>,
    streams: Arc<dyn CryptFilter>,
    strings: Arc<dyn CryptFilter>,
    attachments: Arc<dyn CryptFilter>,
    encrypts_metadata: bool,
    /// The one dictionary whose strings are not encrypted.
    pub(super) dictionary: Option<Id>,
    /// What the author allows whoever has the user password; everything with the owner's.
    pub(super) may_change: bool,
}

impl Crypt {
    /// Opens the encryption with the password, or with none.
    ///
    /// # Errors
    /// `pdf_encrypted`: a password is needed, or the manner of encryption is unknown; `pdf_password_wrong`.
    pub(super) fn open(encrypt: &Dict, id: &[u8], dictionary: Option<Id>, password: Option<&[u8]>) -> Result<Self> {
        let unknown = || Error::new(Kind::PdfEncrypted, "the PDF is encrypted in a manner that is not known");
        let text = |key| encrypt.get(key).and_then(Object::as_text).map_or(0, <[u8]>::len);
        // What lopdf expects without looking.
        let revision = encrypt.get("R").and_then(Object::integer).unwrap_or_default();
        if !(2..=6).contains(&revision) || text("O") < 32 || text("U") < 32 || text("O") > 128 || text("U") > 128 {
            return Err(unknown());
        }
        if revision >= 5 && (text("O") < 48 || text("U") < 48) {
            return Err(unknown());
        }
        let mut document = lopdf::Document::new();
        let ids = vec![lopdf::Object::string_literal(id), lopdf::Object::string_literal(id)];
        document.trailer.set("ID", lopdf::Object::Array(ids));
        let dictionary_id = document.add_object(for_lopdf(encrypt));
        document.trailer.set("Encrypt", lopdf::Object::Reference(dictionary_id));
        let given = password.unwrap_or_default();
        let opened = catch_unwind(AssertUnwindSafe(|| {
            let algorithm = lopdf::encryption::PasswordAlgorithm::try_from(&document).ok()?;
            let owner = algorithm.authenticate_owner_password(&document, given).is_ok();
            let user = algorithm.authenticate_user_password(&document, given).is_ok();
            Some((owner, user, (owner || user).then(|| EncryptionState::decode(&document, given))))
        }));
        let (owner, state) = match (opened, password) {
            (Ok(Some((owner, _, Some(Ok(state))))), _) => (owner, state),
            (Ok(Some((false, false, None))), None) => {
                return Err(Error::new(Kind::PdfEncrypted, "the PDF is encrypted with a password"));
            }
            (Ok(Some((false, false, None))), Some(_)) => {
                return Err(Error::new(Kind::PdfPasswordWrong, "the password does not open the PDF"));
            }
            _ => return Err(unknown()),
        };
        let streams = state.get_stream_filter();
        let attachments = match encrypt.get("EFF").and_then(Object::as_name) {
            Some(b"Identity") => Arc::new(IdentityCryptFilter),
            Some(name) => state.crypt_filters().get(name).map_or_else(|| Arc::clone(&streams), Arc::clone),
            None => Arc::clone(&streams),
        };
        Ok(Self {
            key: state.file_encryption_key().to_vec(),
            strings: state.get_string_filter(),
            streams,
            attachments,
            encrypts_metadata: state.encrypt_metadata(),
            dictionary,
            may_change: owner || state.permissions().contains(Permissions::MODIFIABLE),
        })
    }

    pub(super) fn decrypt_strings(&self, id: Id, object: &mut Object) -> Result<()> {
        each_string(object, &mut |text| decrypt(&*self.strings, &self.key, id, text))
    }

    pub(super) fn decrypt_stream(&self, stream: &Stream, raw: &[u8], filters: &[(Vec<u8>, Dict)]) -> Result<Vec<u8>> {
        // A filter of its own: only Identity occurs, which changes nothing.
        let own = filters.iter().any(|(name, _)| name == b"Crypt");
        if own || (stream.dict.is("Type", "Metadata") && !self.encrypts_metadata) {
            return Ok(raw.to_vec());
        }
        let attachment = stream.dict.is("Type", "EmbeddedFile");
        decrypt(if attachment { &*self.attachments } else { &*self.streams }, &self.key, stream.id, raw)
    }

    pub(super) fn encrypt_strings(&self, id: Id, object: &mut Object) -> Result<()> {
        each_string(object, &mut |text| encrypt(&*self.strings, &self.key, id, text))
    }

    pub(super) fn encrypt_stream(&self, id: Id, data: &[u8]) -> Result<Vec<u8>> {
        encrypt(&*self.streams, &self.key, id, data)
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

fn decrypt(filter: &dyn CryptFilter, key: &[u8], id: Id, data: &[u8]) -> Result<Vec<u8>> {
    // A string or stream of nothing is often left unencrypted.
    if data.is_empty() {
        return Ok(Vec::new());
    }
    let key = filter.compute_key(key, (id.number, id.generation)).map_err(|_| failed())?;
    let decrypted = catch_unwind(AssertUnwindSafe(|| filter.decrypt(&key, data).ok()));
    decrypted.ok().flatten().ok_or_else(failed)
}

fn encrypt(filter: &dyn CryptFilter, file_key: &[u8], id: Id, data: &[u8]) -> Result<Vec<u8>> {
    let key = filter.compute_key(file_key, (id.number, id.generation)).map_err(|_| failed())?;
    // An initialisation vector that nobody without the key can foretell, and that is the same for the same data.
    let mut vector = Sha256::new();
    vector.update(file_key);
    vector.update(id.number.to_be_bytes());
    vector.update(data);
    let mut iv = [0; 16];
    iv.iter_mut().zip(vector.finalize()).for_each(|(byte, hashed)| *byte = hashed);
    let encrypted = match (filter.method(), key.len()) {
        (b"AESV2", 16) => encrypt_cbc::<aes::Aes128>(&key, &iv, data),
        (b"AESV3", 32) => encrypt_cbc::<aes::Aes256>(&key, &iv, data),
        (b"AESV2" | b"AESV3", _) => None,
        // RC4 and Identity use no chance.
        _ => filter.encrypt(&key, data).ok(),
    };
    encrypted.ok_or_else(failed)
}

fn encrypt_cbc<C: BlockCipherEncrypt + KeyInit>(key: &[u8], iv: &[u8; 16], data: &[u8]) -> Option<Vec<u8>> {
    let mut buffer = [data, &[0; 16]].concat();
    let encrypted =
        cbc::Encryptor::<C>::new_from_slices(key, iv).ok()?.encrypt_padded::<Pkcs7>(&mut buffer, data.len()).ok()?;
    Some([iv, encrypted].concat())
}

fn for_lopdf(dict: &Dict) -> lopdf::Dictionary {
    let mut made = lopdf::Dictionary::new();
    for (key, value) in &dict.0 {
        let value = match value {
            Object::Bool(value) => lopdf::Object::Boolean(*value),
            Object::Integer(value) => lopdf::Object::Integer(*value),
            Object::Name(name) => lopdf::Object::Name(name.to_vec()),
            Object::Text(text) => lopdf::Object::string_literal(text.to_vec()),
            Object::Dict(inner) => lopdf::Object::Dictionary(for_lopdf(inner)),
            _ => continue,
        };
        made.set(key.to_vec(), value);
    }
    made
}
