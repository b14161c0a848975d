use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::error::{Error, Kind, Result};

/// Where a key is: a PKCS#11 URI (RFC 7512), such as
/// `pkcs11:token=Firm;object=ksef?module-path=/usr/lib/softhsm/libsofthsm2.so`.
///
/// Known are `token`, `manufacturer`, `model`, `serial`, `slot-id`, `object`, `id`, `type=private`, `module-path` and
/// `pin-source`. `pin-value` is refused, because an argument is no place for a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenUri {
    token: Option<String>,
    manufacturer: Option<String>,
    model: Option<String>,
    serial: Option<String>,
    slot_id: Option<u64>,
    object: Option<String>,
    id: Option<Vec<u8>>,
    module_path: PathBuf,
    pin_source: Option<PathBuf>,
}

impl TokenUri {
    /// The label of the token.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The maker of the token.
    pub fn manufacturer(&self) -> Option<&str> {
        self.manufacturer.as_deref()
    }

    /// The model of the token.
    pub fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// The serial number of the token, as its library writes it.
    pub fn serial(&self) -> Option<&str> {
        self.serial.as_deref()
    }

    /// The number of the slot. Libraries may number anew whenever they are loaded.
    pub fn slot_id(&self) -> Option<u64> {
        self.slot_id
    }

    /// The label of the key (`CKA_LABEL`).
    pub fn object(&self) -> Option<&str> {
        self.object.as_deref()
    }

    /// The ID of the key (`CKA_ID`), which its certificate has, too.
    pub fn id(&self) -> Option<&[u8]> {
        self.id.as_deref()
    }

    /// The PKCS#11 library.
    pub fn module_path(&self) -> &Path {
        &self.module_path
    }

    /// A file whose first line is the PIN.
    pub fn pin_source(&self) -> Option<&Path> {
        self.pin_source.as_deref()
    }

    fn set(&mut self, name: &str, value: Vec<u8>) -> Result<()> {
        match name {
            "token" => once(&mut self.token, name, text(name, value)?),
            "manufacturer" => once(&mut self.manufacturer, name, text(name, value)?),
            "model" => once(&mut self.model, name, text(name, value)?),
            "serial" => once(&mut self.serial, name, text(name, value)?),
            "object" => once(&mut self.object, name, text(name, value)?),
            "id" => once(&mut self.id, name, value),
            "slot-id" => {
                let number = text(name, value)?;
                let number = number.parse().map_err(|_| malformed(&format!("slot-id={number} is not a number")))?;
                once(&mut self.slot_id, name, number)
            }
            "type" if value == b"private" => Ok(()),
            "type" => Err(malformed("a private key signs: type=private, or nothing")),
            _ => Err(malformed(&format!("{name:?} is not supported before the ?"))),
        }
    }

    fn set_query(&mut self, name: &str, value: Vec<u8>) -> Result<()> {
        let value = text(name, value)?;
        match name {
            "module-path" if self.module_path.as_os_str().is_empty() => self.module_path = value.into(),
            "pin-source" if self.pin_source.is_none() => self.pin_source = Some(file(&value)?),
            "module-path" | "pin-source" => return Err(malformed(&format!("{name} is there twice"))),
            _ => return Err(malformed(&format!("{name:?} is not supported after the ?"))),
        }
        Ok(())
    }
}

impl FromStr for TokenUri {
    type Err = Error;

    /// # Errors
    /// `token_uri_malformed`; `token_uri_pin` for a PIN in the URI, which is not quoted.
    fn from_str(uri: &str) -> Result<Self> {
        let attributes = uri.strip_prefix("pkcs11:").ok_or_else(|| malformed("it begins with pkcs11:"))?;
        let (path, query) = attributes.split_once('?').unwrap_or((attributes, ""));
        // Before anything is quoted.
        if attributes.split([';', '?', '&']).any(|attribute| attribute.trim().starts_with("pin-value")) {
            return Err(Error::new(Kind::TokenUriPin, "the URI holds a PIN (pin-value)"));
        }
        let mut parsed = Self::default();
        for attribute in path.split(';').filter(|attribute| !attribute.is_empty()) {
            let (name, value) = split(attribute)?;
            parsed.set(name, value)?;
        }
        for attribute in query.split('&').filter(|attribute| !attribute.is_empty()) {
            let (name, value) = split(attribute)?;
            parsed.set_query(name, value)?;
        }
        if parsed.module_path.as_os_str().is_empty() {
            return Err(malformed("module-path is missing, the PKCS#11 library"));
        }
        Ok(parsed)
    }
}

fn split(attribute: &str) -> Result<(&str, Vec<u8>)> {
    let (name, value) =
        attribute.split_once('=').ok_or_else(|| malformed(&format!("{attribute:?} is not name=value")))?;
    let value =
        percent_decode(value).ok_or_else(|| malformed(&format!("{name}: % goes before two hexadecimal digits")))?;
    Ok((name, value))
}

fn percent_decode(value: &str) -> Option<Vec<u8>> {
    let mut bytes = value.bytes();
    let mut decoded = Vec::with_capacity(value.len());
    while let Some(byte) = bytes.next() {
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        decoded.push(match byte {
            b'%' => u8::try_from(digit(bytes.next())? << 4 | digit(bytes.next())?).ok()?,
            byte => byte,
        });
    }
    Some(decoded)
}

fn once<T>(field: &mut Option<T>, name: &str, value: T) -> Result<()> {
    match field.replace(value) {
        None => Ok(()),
        Some(_) => Err(malformed(&format!("{name} is there twice"))),
    }
}

fn text(name: &str, value: Vec<u8>) -> Result<String> {
    String::from_utf8(value).map_err(|_| malformed(&format!("{name} is not UTF-8")))
}

/// `file:/path`, `file:///path` or `/path`. RFC 7512 would have `|program` run, too.
fn file(source: &str) -> Result<PathBuf> {
    let path = source.strip_prefix("file:").unwrap_or(source);
    let path = path.strip_prefix("//").filter(|path| path.starts_with('/')).unwrap_or(path);
    if path.is_empty() || path.starts_with('|') {
        return Err(malformed("pin-source is a file: file:/PATH"));
    }
    Ok(path.into())
}

fn malformed(what: &str) -> Error {
    Error::new(Kind::TokenUriMalformed, format!("not a PKCS#11 URI: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute() {
        let uri: TokenUri =
            "pkcs11:token=Moja%20firma;manufacturer=M;model=T;serial=0A1b;slot-id=7;object=ksef;id=%01%aF;\
                             type=private?module-path=/usr/lib/m.so&pin-source=file:///etc/pin"
                .parse()
                .unwrap();
        assert_eq!(uri.token(), Some("Moja firma"));
        assert_eq!(uri.manufacturer(), Some("M"));
        assert_eq!(uri.model(), Some("T"));
        assert_eq!(uri.serial(), Some("0A1b"));
        assert_eq!(uri.slot_id(), Some(7));
        assert_eq!(uri.object(), Some("ksef"));
        assert_eq!(uri.id(), Some(&[0x01, 0xAF][..]));
        assert_eq!(uri.module_path(), Path::new("/usr/lib/m.so"));
        assert_eq!(uri.pin_source(), Some(Path::new("/etc/pin")));
    }

    #[test]
    fn the_least_there_is() {
        let uri: TokenUri = "pkcs11:?module-path=m.so".parse().unwrap();
        assert_eq!(uri, TokenUri { module_path: "m.so".into(), ..TokenUri::default() });
    }

    #[test]
    fn sources_of_a_pin() {
        for (source, path) in [
            ("file:/p", "/p"),
            ("file:///p", "/p"),
            ("/p", "/p"),
            ("file:p", "p"),
            ("p%20q", "p q"),
            ("file://host/p", "//host/p"),
        ] {
            let uri: TokenUri = format!("pkcs11:?module-path=m&pin-source={source}").parse().unwrap();
            assert_eq!(uri.pin_source(), Some(Path::new(path)), "{source}");
        }
    }

    #[test]
    fn what_is_no_uri() {
        for uri in [
            "",
            "pkcs11",
            "PKCS11:token=a?module-path=m",
            "pkcs11:token=a",
            "pkcs11:token=a?module-path=",
            "pkcs11:token?module-path=m",
            "pkcs11:token=a;token=b?module-path=m",
            "pkcs11:token=a?module-path=m&module-path=n",
            "pkcs11:token=%G1?module-path=m",
            "pkcs11:token=%1?module-path=m",
            "pkcs11:token=%FF?module-path=m",
            "pkcs11:slot-id=x?module-path=m",
            "pkcs11:type=cert?module-path=m",
            "pkcs11:x-unknown=1?module-path=m",
            "pkcs11:token=a?module-path=m&module-name=x",
            "pkcs11:?module-path=m&pin-source=%7Ccat",
            "pkcs11:?module-path=m&pin-source=",
        ] {
            assert_eq!(uri.parse::<TokenUri>().unwrap_err().code(), "token_uri_malformed", "{uri}");
        }
    }

    #[test]
    fn a_pin_in_it_is_refused_and_not_repeated() {
        for uri in [
            "pkcs11:token=a?module-path=m&pin-value=8642",
            "pkcs11:token=a;pin-value=8642?module-path=m",
            "pkcs11:token=a?pin-value=8642%G",
            "pkcs11:unknown=1?pin-value=8642",
        ] {
            let error = uri.parse::<TokenUri>().unwrap_err();
            assert_eq!(error.code(), "token_uri_pin", "{uri}");
            assert!(!format!("{error} {error:?}").contains("8642"), "{error}");
        }
    }
}
