use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use cryptoki::context::Pkcs11;
use cryptoki::error::{Error as Pkcs11Error, RvError};
use cryptoki::session::Session;
use cryptoki::slot::Slot;

use super::fault::fault;
use crate::error::Result;

/// The open sessions of a token: one for each thread that signs at the same time, opened when it is needed and used
/// again. The first stays open to the end, because the token locks itself with the last.
pub(super) struct Sessions {
    module: Pkcs11,
    slot: Slot,
    idle: Mutex<Vec<Session>>,
    returned: Condvar,
}

impl Sessions {
    pub(super) fn new(module: Pkcs11, slot: Slot, first: Session) -> Self {
        Self { module, slot, idle: Mutex::new(vec![first]), returned: Condvar::new() }
    }

    /// Lends a session to `act`.
    ///
    /// # Errors
    /// Those of `act`; `token_failed` if no session can be opened.
    pub(super) fn with<T>(&self, act: impl FnOnce(&Session) -> Result<T>) -> Result<T> {
        let session = self.take()?;
        let result = act(&session);
        self.idle().push(session);
        self.returned.notify_one();
        result
    }

    fn take(&self) -> Result<Session> {
        if let Some(session) = self.idle().pop() {
            return Ok(session);
        }
        match self.module.open_ro_session(self.slot) {
            // Small tokens have few sessions. All of them are lent, so one will come back.
            Err(Pkcs11Error::Pkcs11(RvError::SessionCount, _)) => {
                let mut idle = self.idle();
                loop {
                    match idle.pop() {
                        Some(session) => return Ok(session),
                        None => idle = self.returned.wait(idle).unwrap_or_else(PoisonError::into_inner),
                    }
                }
            }
            opened => opened.map_err(|error| fault("opening a session", error)),
        }
    }

    /// A thread that panicked while it pushed or popped leaves the list as it was.
    fn idle(&self) -> MutexGuard<'_, Vec<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
