//! Who may work, where a worker waits for the disk.

use std::sync::{Condvar, Mutex, OnceLock, PoisonError};

use crate::error::{Error, Kind, Result};

/// As many turns as the run has jobs. There is one worker more than turns: while one waits for the disk, that the book is safe on
/// it, another one works.
pub(in crate::batch) struct Turns {
    free: Mutex<usize>,
    given_back: Condvar,
    /// Held by the worker who takes work.
    intake: Mutex<()>,
    /// Why the book cannot be reached, once that was found.
    away: OnceLock<Error>,
}

/// A worker's turn, until it is dropped.
pub(in crate::batch) struct Turn<'t>(&'t Turns);

impl Turns {
    pub(in crate::batch) fn new(jobs: usize) -> Self {
        Self { free: Mutex::new(jobs), given_back: Condvar::new(), intake: Mutex::new(()), away: OnceLock::new() }
    }

    fn take(&self) {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.given_back.wait_while(free, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
    }

    fn give_back(&self) {
        *self.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.given_back.notify_one();
    }

    /// The next work and the turn for it, or none if there is no more: work is begun in the order in which it comes, so that of two
    /// invoices with one number the first is entered first.
    pub(in crate::batch) fn next<T>(&self, take_work: impl FnOnce() -> Option<T>) -> Option<(T, Turn<'_>)> {
        let _intake = self.intake.lock().unwrap_or_else(PoisonError::into_inner);
        let work = take_work()?;
        self.take();
        Some((work, Turn(self)))
    }

    /// Lets others work while this worker waits for the book. A book that cannot be reached was waited for already: once that is
    /// found, the rest of the run hears it at once.
    ///
    /// # Errors
    /// Those of the book.
    pub(in crate::batch) fn waiting<T>(&self, wait: impl FnOnce() -> Result<T>) -> Result<T> {
        if let Some(away) = self.away.get() {
            return Err(away.clone());
        }
        self.give_back();
        let done = wait();
        self.take();
        if let Err(error) = &done
            && error.kind() == Kind::BookUnavailable
        {
            _ = self.away.set(error.clone());
        }
        done
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.give_back();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_work_as_there_are_turns_and_who_waits_is_none_of_them() {
        let turns = Turns::new(2);
        let take = || turns.next(|| Some(())).unwrap().1;
        let (first, second) = (take(), take());
        let free = || *turns.free.lock().unwrap();
        assert_eq!(free(), 0);
        let waited = turns.waiting(|| {
            assert_eq!(free(), 1);
            Ok(())
        });
        assert!(waited.is_ok());
        assert_eq!(free(), 0);
        drop((first, second));
        assert_eq!(free(), 2);
    }

    #[test]
    fn a_book_that_is_away_is_waited_for_once() {
        let turns = Turns::new(1);
        let away = Error::new(Kind::BookUnavailable, "the server is gone");
        let damaged = Error::new(Kind::BookDamaged, "a row is damaged");
        assert_eq!(turns.waiting(|| Err::<(), _>(damaged.clone())), Err(damaged));
        assert_eq!(turns.waiting(|| Ok(1)), Ok(1));
        assert_eq!(turns.waiting(|| Err::<(), _>(away.clone())), Err(away.clone()));
        assert_eq!(turns.waiting::<()>(|| panic!("asked again")), Err(away));
    }
}
