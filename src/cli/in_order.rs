//! Many things, worked on by several threads, and what came of each taken in the order of the things.

use std::any::Any;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

use crossbeam_channel::{Receiver, Sender, unbounded};
use ksef_qr::threads::Room;

/// So many parts are handed out for each thread and not taken yet: what is kept of them stays small, and no thread waits.
const PARTS_A_THREAD: usize = 4;

/// How the things are shared out.
#[derive(Clone, Copy, Debug)]
pub struct InOrder {
    /// How many threads work on them.
    pub jobs: NonZeroUsize,
    /// So many things a thread takes at a time: to hand them over one by one costs more than small ones do.
    pub together: usize,
}

/// Is called with one thing after the other, until it returns false.
type Each<'e, T> = &'e mut dyn FnMut(T) -> bool;

/// What came of a part; a panic is passed on.
type Done<R> = Result<Vec<R>, Box<dyn Any + Send>>;

impl InOrder {
    /// `feed` is given a function that it calls with each thing, until that returns false. `worker` makes what a thread works
    /// with, `work` works on one thing, `take` gets what came of each and returns false if it wants no more. Both `feed` and
    /// `take` are called on this thread. Where there is no thread, or no memory for one, all is done on this one.
    pub fn run<T: Send, W, R: Send>(
        self,
        feed: impl FnOnce(Each<'_, T>),
        worker: impl Fn() -> W + Sync,
        work: impl Fn(&mut W, T) -> R + Sync,
        mut take: impl FnMut(R) -> bool,
    ) {
        let here = |feed: &mut dyn FnMut(Each<'_, T>), take: Each<'_, R>| {
            let mut tool = worker();
            feed(&mut |thing| take(work(&mut tool, thing)));
        };
        let mut feed = Some(feed);
        let mut feed = |each: Each<'_, T>| {
            if let Some(feed) = feed.take() {
                feed(each);
            }
        };
        if self.jobs.get() == 1 {
            return here(&mut feed, &mut take);
        }
        let (to_do, parts) = unbounded::<(usize, Vec<T>)>();
        let (done, results) = unbounded::<(usize, Done<R>)>();
        let serve = |parts: Receiver<(usize, Vec<T>)>, done: Sender<(usize, Done<R>)>| {
            let mut tool = worker();
            for (number, part) in parts {
                let part = catch_unwind(AssertUnwindSafe(|| {
                    part.into_iter().map(|thing| work(&mut tool, thing)).collect::<Vec<_>>()
                }));
                if done.send((number, part)).is_err() {
                    return;
                }
            }
        };
        thread::scope(|scope| {
            let mut room = Room::take(self.jobs.get());
            let started = (0..room.threads())
                .take_while(|_| {
                    let (parts, done) = (parts.clone(), done.clone());
                    room.start(scope, move || serve(parts, done)).is_ok()
                })
                .count();
            drop(room);
            if started == 0 {
                return here(&mut feed, &mut take);
            }
            // Only threads that work hold these.
            drop((parts, done));
            let mut queue = Queue {
                most: started * PARTS_A_THREAD,
                together: self.together.max(1),
                part: Vec::new(),
                sent: 0,
                taken: 0,
                waiting: BTreeMap::new(),
                to_do,
                results,
                take: &mut take,
                goes_on: true,
            };
            feed(&mut |thing| queue.add(thing));
            queue.finish();
        });
    }
}

/// What is handed out, and what came back too early.
struct Queue<'t, T, R> {
    most: usize,
    together: usize,
    part: Vec<T>,
    sent: usize,
    taken: usize,
    waiting: BTreeMap<usize, Vec<R>>,
    to_do: Sender<(usize, Vec<T>)>,
    results: Receiver<(usize, Done<R>)>,
    take: Each<'t, R>,
    goes_on: bool,
}

impl<T, R> Queue<'_, T, R> {
    /// False once nobody wants more.
    fn add(&mut self, thing: T) -> bool {
        self.part.push(thing);
        if self.part.len() == self.together {
            self.send();
            while self.goes_on && self.sent - self.taken >= self.most {
                self.receive();
            }
        }
        self.goes_on
    }

    fn finish(mut self) {
        self.send();
        while self.goes_on && self.taken < self.sent {
            self.receive();
        }
    }

    fn send(&mut self) {
        let part = std::mem::take(&mut self.part);
        if self.goes_on && !part.is_empty() {
            self.goes_on = self.to_do.send((self.sent, part)).is_ok();
            self.sent += 1;
        }
    }

    /// Waits for a part to be done, and takes those whose turn it is.
    fn receive(&mut self) {
        let Ok((number, done)) = self.results.recv() else {
            self.goes_on = false;
            return;
        };
        self.waiting.insert(number, done.unwrap_or_else(|panic| resume_unwind(panic)));
        while let Some(part) = self.waiting.remove(&self.taken) {
            self.taken += 1;
            for result in part {
                self.goes_on = self.goes_on && (self.take)(result);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_order(jobs: usize, together: usize) -> InOrder {
        InOrder { jobs: NonZeroUsize::new(jobs).unwrap(), together }
    }

    fn squares(how: InOrder, count: u64, most: usize) -> Vec<u64> {
        let mut taken = Vec::new();
        let feed = |each: Each<'_, u64>| _ = (0..count).all(each);
        // The first ones take longest.
        let work = |(): &mut (), number: u64| {
            thread::sleep(std::time::Duration::from_micros(if number < 4 { 3_000 } else { number % 3 * 50 }));
            number * number
        };
        let take = |square| {
            taken.push(square);
            taken.len() < most
        };
        how.run(feed, || (), work, take);
        taken
    }

    #[test]
    fn the_order_is_that_of_the_things() {
        for (jobs, together, count) in [(1, 1, 50), (2, 1, 200), (3, 7, 200), (8, 16, 5), (2, 4, 0)] {
            let expected: Vec<u64> = (0..count).map(|number| number * number).collect();
            assert_eq!(squares(in_order(jobs, together), count, usize::MAX), expected);
        }
    }

    #[test]
    fn it_ends_when_nobody_wants_more() {
        for jobs in [1, 2] {
            assert_eq!(squares(in_order(jobs, 2), u64::MAX, 10).len(), 10);
        }
    }

    #[test]
    fn no_more_than_a_few_parts_are_on_their_way() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let (count, mut taken, mut most) = (AtomicUsize::new(0), 0, 0);
        let feed = |each: Each<'_, usize>| {
            _ = (0..2_000).all(|number| {
                count.fetch_add(1, Ordering::Relaxed);
                each(number)
            });
        };
        let take = |_| {
            taken += 1;
            most = most.max(count.load(Ordering::Relaxed) - taken);
            true
        };
        in_order(2, 3).run(feed, || (), |(): &mut (), number| number, take);
        assert!(most <= 2 * PARTS_A_THREAD * 3 + 3, "{most}");
    }

    #[test]
    fn a_panic_is_passed_on() {
        for jobs in [1, 2] {
            let caught = catch_unwind(AssertUnwindSafe(|| {
                let feed = |each: Each<'_, u64>| _ = (0..1_000).all(each);
                let work = |(): &mut (), number: u64| assert!(number != 20, "the twentieth");
                in_order(jobs, 2).run(feed, || (), work, |()| true);
            }));
            assert!(caught.is_err());
        }
    }
}
