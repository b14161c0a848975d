//! What is read from a file, and read again when the file changes.

use std::sync::{Arc, PoisonError, RwLock};

use ksef_qr::{Error, Result};

/// A value of a file. A file that is broken changes nothing: the value before stays in use.
#[derive(Debug, Default)]
pub struct Reloaded<T> {
    value: RwLock<Arc<T>>,
    /// Why the file as it is now is not in use.
    fault: RwLock<Option<Error>>,
}

impl<T> Reloaded<T> {
    /// As it was read first.
    pub fn new(value: T) -> Self {
        Self { value: RwLock::new(Arc::new(value)), fault: RwLock::default() }
    }

    /// As it is now.
    pub fn now(&self) -> Arc<T> {
        self.value.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Why the file, as it is now, is not in use, if it is not.
    pub fn fault(&self) -> Option<Error> {
        self.fault.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes what was read.
    ///
    /// # Errors
    /// Why the file is not in use; the first time only.
    pub fn renew(&self, read: Result<T>) -> Result<()> {
        let mut fault = self.fault.write().unwrap_or_else(PoisonError::into_inner);
        match read {
            Ok(value) => {
                *self.value.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(value);
                *fault = None;
                Ok(())
            }
            Err(error) if fault.as_ref() == Some(&error) => Ok(()),
            Err(error) => {
                *fault = Some(error.clone());
                Err(error)
            }
        }
    }
}
