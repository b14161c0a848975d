//! What one input may cost. Time has its limit in libFuzzer (`-timeout`); memory is counted here, because libFuzzer's own
//! limit is of the process, and a parser that takes a gigabyte for a kilobyte stays below it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all is left to the system's allocator; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        MOST.fetch_max(NOW.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        MOST.fetch_max(NOW.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A target: its name, what it does with an input, and how many megabytes it may take for one.
pub type Target = (&'static str, fn(&[u8]), usize);

/// The target that the environment names, if it is one of these.
pub fn named(targets: &'static [Target]) -> &'static Target {
    let name = std::env::var("KSEF_QR_FUZZ_TARGET").unwrap_or_default();
    let names: Vec<&str> = targets.iter().map(|(name, ..)| *name).collect();
    targets.iter().find(|target| target.0 == name).unwrap_or_else(|| {
        eprintln!("KSEF_QR_FUZZ_TARGET must be one of: {}", names.join(" "));
        std::process::exit(2)
    })
}

/// Gives a target its input, and panics if it took too much.
pub fn run((name, target, megabytes): &Target, input: &[u8]) {
    let before = NOW.load(Relaxed);
    MOST.store(before, Relaxed);
    target(input);
    let most = MOST.load(Relaxed).saturating_sub(before);
    assert!(most <= megabytes << 20, "{name} took {most} bytes for {}", input.len());
}

/// Gives a target the files that the program was called with.
#[cfg(not(feature = "libfuzzer"))]
pub fn replay(target: &Target) {
    for path in std::env::args_os().skip(1) {
        let input = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        eprintln!("{}", path.display());
        run(target, &input);
    }
}
