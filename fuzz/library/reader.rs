use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ksef_qr::scanner::{Failure, Scanner};

/// Longer than the reader is waited for, even if all processors have other work.
const LONGEST: Duration = Duration::from_secs(180);

const PICTURE: &[u8] = include_bytes!("../../fixtures/verify/qrencode.png");

/// A stranger's file, by the process that reads such files. The libraries that draw may be ended by it, or never end: whatever
/// becomes of that process, there is an answer in its time, and the next file is read.
pub fn reader(bytes: &[u8]) {
    static SCANNER: LazyLock<Mutex<Scanner>> = LazyLock::new(Mutex::default);
    let mut scanner = SCANNER.lock().unwrap_or_else(PoisonError::into_inner);
    let begun = Instant::now();
    match scanner.read(bytes) {
        Ok(_) => return,
        Err(Failure::Refused { code, message }) => {
            assert!(!code.is_empty() && !message.is_empty());
            return;
        }
        Err(Failure::Missing(error)) => panic!("the reader is not there: {error}"),
        Err(Failure::Ended | Failure::TimedOut) => {}
    }
    assert!(begun.elapsed() < LONGEST, "{:?}", begun.elapsed());
    let next = scanner.read(PICTURE).unwrap_or_else(|failure| panic!("the next file is not read: {failure:?}"));
    assert_eq!(next.texts.len(), 1);
}
