use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error as Pkcs11Error, RvError};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::{Slot, TokenInfo};
use cryptoki::types::RawAuthPin;

use super::fault::fault;
use super::token_key::TokenKey;
use super::uri::TokenUri;
use crate::error::{Error, Kind, Result};

/// A token that is there, and not unlocked yet.
#[derive(Debug)]
pub struct Token {
    module: Pkcs11,
    slot: Slot,
    info: TokenInfo,
    uri: TokenUri,
}

impl Token {
    /// Loads the library that the URI names and looks for its one token that fits the URI.
    ///
    /// The library becomes a part of this process, with all of its rights.
    ///
    /// # Errors
    /// `token_module` if the library cannot be loaded; `token_missing` and `token_several`; `token_failed`.
    pub fn find(uri: &TokenUri) -> Result<Self> {
        let module = Pkcs11::new(uri.module_path())
            .map_err(|error| fault("loading the library", error).about(uri.module_path().to_string_lossy()))?;
        // Sessions are used by several threads, each by one at a time.
        match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Pkcs11Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(fault("starting the library", error)),
        }
        let slots = module.get_slots_with_token().map_err(|error| fault("looking for tokens", error))?;
        let mut labels = Vec::new();
        let mut fitting = Vec::new();
        for slot in slots {
            // A token pulled out meanwhile is not a token.
            let Ok(info) = module.get_token_info(slot) else { continue };
            if fits(uri, slot, &info) {
                fitting.push((slot, info));
            } else if info.token_initialized() {
                labels.push(format!("{:?}", info.label()));
            }
        }
        match (fitting.pop(), fitting.is_empty()) {
            (Some((slot, info)), true) => Ok(Self { module, slot, info, uri: uri.clone() }),
            (Some(_), false) => {
                let message = format!("{} tokens fit the URI", fitting.len() + 1);
                Err(Error::new(Kind::TokenSeveral, message))
            }
            (None, _) if labels.is_empty() => Err(Error::new(Kind::TokenMissing, "the library sees no token")),
            (None, _) => {
                labels.truncate(10);
                let message = format!("no token fits the URI; there is {}", labels.join(", "));
                Err(Error::new(Kind::TokenMissing, message))
            }
        }
    }

    /// Its label.
    pub fn label(&self) -> &str {
        self.info.label()
    }

    /// True if [`key`](Self::key) needs a PIN. Tokens with a keypad of their own ask there.
    pub fn asks_for_pin(&self) -> bool {
        self.info.login_required() && !self.info.protected_authentication_path()
    }

    /// Unlocks the token, once and for all of its sessions, and finds the key that the URI names.
    ///
    /// A PIN is tried once. If the token says that the next wrong one would lock it, none is tried. `pin` is not wiped
    /// here: it is the caller's, and the library may keep a copy.
    ///
    /// # Errors
    /// `pin_missing`, `pin_wrong`, `pin_last_try`, `pin_locked`; `token_key_missing`, `token_key_several`,
    /// `token_key_unsupported`; `token_failed`.
    pub fn key(self, pin: Option<&[u8]>) -> Result<TokenKey> {
        let session = self.module.open_ro_session(self.slot).map_err(|error| fault("opening a session", error))?;
        if self.info.login_required() {
            self.log_in(&session, pin)?;
        }
        TokenKey::find(&self.uri, self.module, self.slot, session)
    }

    fn log_in(&self, session: &Session, pin: Option<&[u8]>) -> Result<()> {
        check_tries(self.info.user_pin_locked(), self.info.user_pin_final_try())?;
        let logged_in = match pin {
            _ if self.info.protected_authentication_path() => session.login(UserType::User, None),
            Some(pin) => session.login_with_raw(UserType::User, &RawAuthPin::new(Box::new(pin.to_vec()))),
            None => {
                return Err(Error::new(Kind::PinMissing, "it is locked by a PIN"));
            }
        };
        match logged_in {
            // By this process, earlier.
            Ok(()) | Err(Pkcs11Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
            Err(error) => Err(fault("unlocking it", error)),
        }
    }
}

/// A mistyped PIN must not be what locks a token.
fn check_tries(locked: bool, final_try: bool) -> Result<()> {
    match (locked, final_try) {
        (true, _) => Err(Error::new(Kind::PinLocked, "the token's PIN is locked")),
        (false, true) => Err(Error::new(Kind::PinLastTry, "the token allows one more try of its PIN")),
        (false, false) => Ok(()),
    }
}

fn fits(uri: &TokenUri, slot: Slot, info: &TokenInfo) -> bool {
    let fits = |wanted: Option<&str>, found: &str| wanted.is_none_or(|wanted| wanted == found);
    info.token_initialized()
        && fits(uri.token(), info.label())
        && fits(uri.manufacturer(), info.manufacturer_id())
        && fits(uri.model(), info.model())
        && fits(uri.serial(), info.serial_number())
        && uri.slot_id().is_none_or(|id| id == slot.id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_pin_is_tried_that_could_lock_the_token() {
        let code = |locked, final_try| check_tries(locked, final_try).err().map(|error| error.code());
        assert_eq!(code(false, false), None);
        assert_eq!(code(false, true), Some("pin_last_try"));
        assert_eq!(code(true, false), Some("pin_locked"));
        assert_eq!(code(true, true), Some("pin_locked"));
    }

    #[test]
    fn a_library_that_is_none() {
        for path in ["/nowhere/module.so", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")] {
            let uri = format!("pkcs11:?module-path={path}").parse().unwrap();
            let error = Token::find(&uri).unwrap_err();
            assert_eq!(error.code(), "token_module");
            assert_eq!(error.input(), Some(path));
        }
    }
}
