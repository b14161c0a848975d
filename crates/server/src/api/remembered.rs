use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};

use super::problem::Problem;

/// No answer is kept longer.
const LONGEST: Duration = Duration::from_secs(3600);

/// So many answers are kept, and so many bytes.
const MOST: usize = 10_000;
const MOST_BYTES: usize = 64 << 20;

/// Answers that were given, by their `Idempotency-Key`: in memory, for an hour, within bounds. With a book the digest of an
/// invoice does the same for good, and for all replicas.
#[derive(Debug, Default)]
pub struct Remembered(Mutex<Answers>);

#[derive(Debug, Default)]
struct Answers {
    known: HashMap<Name, Known>,
    /// The oldest first.
    order: VecDeque<(Instant, Name)>,
    bytes: usize,
}

/// Whose, and which.
type Name = (String, String);

#[derive(Debug)]
struct Known {
    /// Of the request.
    digest: [u8; 32],
    answer: Option<Kept>,
}

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Remembered {
    /// The answer that this request had, or a place for the one that it gets.
    ///
    /// # Errors
    /// `idempotency_conflict`, if the key was used for another request, or its first one is not answered yet.
    pub(super) fn begin(&self, caller: &str, key: &str, digest: [u8; 32]) -> Result<Option<Kept>, Problem> {
        let name = (caller.to_owned(), key.to_owned());
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.sweep();
        match answers.known.get(&name) {
            Some(known) if known.digest != digest => {
                Err(Problem::own("idempotency_conflict", "this Idempotency-Key was used for another request"))
            }
            Some(Known { answer: Some(kept), .. }) => Ok(Some(kept.clone())),
            Some(_) => {
                Err(Problem::own("idempotency_conflict", "the first request of this Idempotency-Key is being done"))
            }
            None => {
                answers.known.insert(name.clone(), Known { digest, answer: None });
                answers.order.push_back((Instant::now(), name));
                Ok(None)
            }
        }
    }

    /// Keeps the answer; none if the request is to be done anew when it comes again.
    pub(super) fn end(&self, caller: &str, key: &str, kept: Option<Kept>) {
        let name = (caller.to_owned(), key.to_owned());
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match kept {
            Some(kept) => {
                let size = kept.body.len();
                if let Some(known) = answers.known.get_mut(&name) {
                    known.answer = Some(kept);
                    answers.bytes += size;
                }
            }
            None => answers.forget(&name),
        }
        answers.sweep();
    }
}

impl Answers {
    fn forget(&mut self, name: &Name) {
        if let Some(Known { answer: Some(kept), .. }) = self.known.remove(name) {
            self.bytes = self.bytes.saturating_sub(kept.body.len());
        }
    }

    fn sweep(&mut self) {
        while let Some((since, _)) = self.order.front() {
            if since.elapsed() < LONGEST && self.known.len() <= MOST && self.bytes <= MOST_BYTES {
                return;
            }
            let Some((_, name)) = self.order.pop_front() else { return };
            self.forget(&name);
        }
    }
}
