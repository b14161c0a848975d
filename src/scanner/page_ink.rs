use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::process::Scanner;
use crate::pdf::PageDrawer;

/// Nobody waits longer for a page to be drawn: it is then taken for dark.
const LONGEST: Duration = Duration::from_secs(20);

/// Draws pages in the process of strangers' files, to see where they are white. Shared by threads, of which one at a time asks.
/// Without the program every picture is taken for dark.
#[derive(Debug)]
pub struct PageInk(Mutex<Scanner>);

impl Default for PageInk {
    fn default() -> Self {
        Self(Mutex::new(Scanner::default().within(LONGEST)))
    }
}

impl PageDrawer for PageInk {
    fn dark(&self, pdf: &[u8], page: u32, columns: usize, rows: usize) -> Option<Vec<Vec<bool>>> {
        let mut scanner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = scanner.ink(pdf, page, columns, rows).ok()?;
        let is_whole = lines.len() == rows && lines.iter().all(|line| line.len() == columns);
        is_whole.then(|| lines.iter().map(|line| line.bytes().map(|square| square != b'0').collect()).collect())
    }
}
