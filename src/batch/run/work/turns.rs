//! Who may work, where a worker waits for the disk.

use std::sync::{Mutex, PoisonError};

use crossbeam_channel::{Receiver, Sender, bounded};

/// As many turns as the run has jobs. There is one worker more than turns: while one waits for the disk, that the book is safe on
/// it, another one works.
pub(in crate::batch) struct Turns {
    give: Sender<()>,
    take: Receiver<()>,
    /// Held by the worker who takes work.
    intake: Mutex<()>,
}

/// A worker's turn, until it is dropped.
pub(in crate::batch) struct Turn<'t>(&'t Turns);

impl Turns {
    pub(in crate::batch) fn new(jobs: usize) -> Self {
        let (give, take) = bounded(jobs);
        (0..jobs).for_each(|_| _ = give.try_send(()));
        Self { give, take, intake: Mutex::new(()) }
    }

    /// The next work and the turn for it, or none if there is no more: work is begun in the order in which it comes, so that of two
    /// invoices with one number the first is entered first.
    pub(in crate::batch) fn next<T>(&self, take_work: impl FnOnce() -> Option<T>) -> Option<(T, Turn<'_>)> {
        let _intake = self.intake.lock().unwrap_or_else(PoisonError::into_inner);
        let work = take_work()?;
        _ = self.take.recv();
        Some((work, Turn(self)))
    }

    /// Lets others work while this worker waits.
    pub(in crate::batch) fn waiting<T>(&self, wait: impl FnOnce() -> T) -> T {
        _ = self.give.try_send(());
        let done = wait();
        _ = self.take.recv();
        done
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        _ = self.0.give.try_send(());
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
        assert!(turns.take.is_empty());
        turns.waiting(|| assert_eq!(turns.take.len(), 1));
        assert!(turns.take.is_empty());
        drop((first, second));
        assert_eq!(turns.take.len(), 2);
    }
}
