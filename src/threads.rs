//! Threads that work side by side, as many as there is memory for.
//!
//! An allocation that fails ends the process, and a thread may take memory for itself that others need (in glibc an arena, at
//! whatever moment it first allocates). So there are as many as there is plenty for. Where that is not even two, all that there is is
//! taken before they begin, and given back when they have begun: neither of them finds anything to take for itself.

use std::hint::black_box;
use std::io;
use std::thread::{Builder, Scope, ScopedJoinHandle};

use crossbeam_channel::{Receiver, bounded};

/// In bytes: with so much for each thread, what threads take for themselves is not felt. In glibc it is an arena of 64 MB, cut out of
/// twice its size; elsewhere it is little.
const PLENTY: usize = if cfg!(all(target_os = "linux", target_env = "gnu")) { 4 * BLOCK } else { BLOCK };

/// In bytes: so much is taken at a time. It is too large to change where glibc takes other blocks from (up to 32 MB do), and less than
/// two of them are no room for a stack and an arena.
const BLOCK: usize = 33 << 20;

/// In bytes: so much is taken at a time where there is not plenty.
const PIECE: usize = 4 << 20;

/// A thread has so many pieces, one of them for its stack. In glibc a thread that finds no memory for an arena takes whole pages for
/// each of its blocks, however small: several times what it would take otherwise.
const PIECES_A_THREAD: usize = 6;

/// The memory that threads are to share, held until they have begun.
pub struct Room {
    /// How many can begin in it.
    threads: usize,
    /// Nothing is written to them. None where there is plenty.
    taken: Vec<Vec<u8>>,
}

impl Room {
    /// For up to `most` threads: as many as there is plenty for. Where that is not even two, as many as can begin, up to two: each
    /// more might take for itself, later on, what all of them need.
    #[must_use]
    pub fn take(most: usize) -> Self {
        const FEW: usize = 2;
        let blocks: Vec<_> = (0..(PLENTY / BLOCK).saturating_mul(most)).map_while(|_| reserved(BLOCK)).collect();
        let threads = blocks.len() / (PLENTY / BLOCK);
        drop(blocks);
        let few = most.min(FEW);
        if threads >= few {
            return Self { threads, taken: Vec::new() };
        }
        let pieces = PLENTY / PIECE * FEW;
        let mut taken = Vec::new();
        if taken.try_reserve_exact(pieces).is_err() {
            return Self { threads: 0, taken };
        }
        taken.extend((0..pieces).map_while(|_| reserved(PIECE)));
        // What is left may be next to nothing: one piece is for this thread, and for those that were started before and may first
        // allocate now.
        taken.pop();
        Self { threads: few.min(taken.len() / PIECES_A_THREAD), taken }
    }

    /// How many threads can begin and work in it.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Starts a thread. When this returns it has taken what it takes for itself.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start<'scope, T: Send + 'scope>(
        &mut self,
        scope: &'scope Scope<'scope, '_>,
        work: impl FnOnce() -> T + Send + 'scope,
    ) -> io::Result<ScopedJoinHandle<'scope, T>> {
        // For its stack.
        self.taken.pop();
        let (work, begun) = announced(work);
        let thread = Builder::new().spawn_scoped(scope, work)?;
        _ = begun.recv();
        Ok(thread)
    }
}

/// Starts a thread that may go on as long as the process does, and whose work needs little. It takes no arena for itself unless there is
/// plenty; where there is not, it has taken what it takes when this returns.
///
/// # Errors
/// The system gives no thread.
pub fn start_apart(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let enough = PLENTY / BLOCK + 1;
    let mut taken: Vec<_> = (0..enough).map_while(|_| reserved(BLOCK)).collect();
    let is_plenty = taken.len() == enough;
    if is_plenty {
        taken.clear();
    }
    // For its stack. With what was left by the others it is too little for stack and arena.
    taken.pop();
    let (work, begun) = announced(work);
    Builder::new().spawn(work)?;
    if !is_plenty {
        _ = begun.recv();
    }
    Ok(())
}

/// The work of a thread, and what is hung up once the thread has taken what it takes for itself.
fn announced<T>(work: impl FnOnce() -> T) -> (impl FnOnce() -> T, Receiver<()>) {
    let (beginning, begun) = bounded(1);
    let work = move || {
        // Its first allocation.
        drop(black_box(vec![beginning]));
        work()
    };
    (work, begun)
}

/// A block of so many bytes, if it is to be had.
fn reserved(bytes: usize) -> Option<Vec<u8>> {
    let mut block = Vec::new();
    block.try_reserve_exact(bytes).ok()?;
    // Seen by nobody, it might be left out.
    Some(black_box(block))
}
