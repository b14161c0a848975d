use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use ksef_qr::batch::entries_of_kinds;

/// In memory where there is such a folder: an archive is read from a file.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() { memory } else { std::env::temp_dir() };
    folder.join(format!("ksef-qr-fuzz-{}", std::process::id()))
});

/// A file of that name, for as long as `read` takes.
pub fn as_file(name: &str, bytes: &[u8], read: impl FnOnce(&std::path::Path)) {
    fs::create_dir_all(&*FOLDER).unwrap();
    let path = FOLDER.join(name);
    fs::write(&path, bytes).unwrap();
    read(&path);
    _ = fs::remove_file(&path);
    _ = fs::remove_dir(&*FOLDER);
}

fn read(name: &str, bytes: &[u8]) {
    const LARGEST: u64 = 3_000_000;
    as_file(name, bytes, |path| {
        let Ok(entries) = entries_of_kinds(path, &["xml", "json"]) else { return };
        let mut sum = 0;
        for entry in entries {
            assert!(!entry.name().is_empty());
            if let Ok(bytes) = entry.bytes(LARGEST) {
                assert!(bytes.len() as u64 <= LARGEST);
                sum += bytes.len();
            }
        }
        // Deflate makes a thousand and thirty-two bytes of one; entries that share bytes make more.
        assert!(sum <= 1100 * bytes.len() + 4096, "{sum} bytes of {}", bytes.len());
    });
}

/// A ZIP archive, and each of its entries.
pub fn zip(bytes: &[u8]) {
    read("a.zip", bytes);
}

/// A tar, and each of its entries.
pub fn tar(bytes: &[u8]) {
    read("a.tar", bytes);
}

/// A tar under gzip.
pub fn tar_gz(bytes: &[u8]) {
    read("a.tar.gz", bytes);
}
