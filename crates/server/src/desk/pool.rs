use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;

/// There is as much work as the service takes at a time: the caller is to come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

/// Work that takes a processor, done on threads of its own: so much at a time, and so much more that waits.
#[derive(Clone, Debug)]
pub struct Pool {
    at_work: Arc<Semaphore>,
    taken: Arc<AtomicUsize>,
    most: usize,
}

impl Pool {
    /// So many at a time, and so many more that wait.
    pub fn new(workers: usize, waiting: usize) -> Self {
        let workers = workers.max(1);
        Self { at_work: Arc::new(Semaphore::new(workers)), taken: Arc::default(), most: workers + waiting }
    }

    /// For archives, each of which takes as long as it takes.
    pub fn for_batches(workers: usize) -> Self {
        Self::new(workers.div_ceil(2), workers * 4)
    }

    /// Does a piece of work, once a thread is free.
    ///
    /// # Errors
    /// [`Busy`], at once, if too many wait already.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let place = self.place()?;
        self.run_at(place, work).await
    }

    /// A place for a piece of work that is to come.
    ///
    /// # Errors
    /// [`Busy`], if too many are taken already.
    pub fn place(&self) -> Result<Place, Busy> {
        Place::take(&self.taken, self.most).ok_or(Busy)
    }

    /// Does a piece of work that has its place, once a thread is free.
    ///
    /// # Errors
    /// [`Busy`], if there are no threads any more.
    pub async fn run_at<T: Send + 'static>(
        &self,
        place: Place,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let at_work = self.at_work.clone().acquire_owned().await.map_err(|_| Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            // Held by the work and not by who waits for it: who goes away leaves the work behind.
            let (_place, _at_work) = (place, at_work);
            work()
        });
        done.await.map_err(|_| Busy)
    }

    /// Does a piece of work that takes less than a thread costs to wake: here and now, if one could work on it, and as
    /// [`run`](Self::run) does if not. It must not wait for anything.
    ///
    /// # Errors
    /// [`Busy`].
    pub async fn run_short<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let Ok(_at_work) = self.at_work.clone().try_acquire_owned() else { return self.run(work).await };
        let _place = self.place()?;
        Ok(work())
    }

    /// How many pieces of work are taken, at work or waiting.
    pub fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }
}

/// A place among the pieces of work that are taken, given back when it is dropped.
#[derive(Debug)]
pub struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(taken: &Arc<AtomicUsize>, most: usize) -> Option<Self> {
        let add = |now| (now < most).then_some(now + 1);
        taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, add).ok()?;
        Some(Self(taken.clone()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_too_much_is_told_at_once() {
        let pool = Pool::new(1, 1);
        let (free, wait) = std::sync::mpsc::channel::<()>();
        let [first, second] = [pool.clone(), pool.clone()];
        let first = tokio::spawn(async move { first.run(move || wait.recv()).await.is_ok() });
        while pool.taken() < 1 {
            tokio::task::yield_now().await;
        }
        let second = tokio::spawn(async move { second.run(|| 2).await });
        while pool.taken() < 2 {
            tokio::task::yield_now().await;
        }
        assert_eq!(pool.run(|| 3).await, Err(Busy));
        free.send(()).unwrap();
        assert!(first.await.unwrap());
        assert_eq!(second.await.unwrap(), Ok(2));
        assert_eq!(pool.run(|| 3).await, Ok(3));
    }
}
