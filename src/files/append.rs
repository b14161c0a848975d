//! Lines that several processes put behind each other into one file: whole, and each once.

use std::collections::HashSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// How long another process may take for its lines.
const PATIENCE: Duration = Duration::from_secs(10);

/// Puts lines, none of which holds a newline, at the end of a file, which is made if it is not there. If there
/// is a `key`, those are left out of which there is one of the same key already. If it cannot be done, the file stays as it was.
///
/// # Errors
/// Those of the system; `TimedOut`, if another process is at it for too long.
pub fn append_lines(path: &Path, lines: &[String], key: Option<fn(&str) -> String>, durable: bool) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    lock(&file)?;
    let end = cut_torn_line(&mut file)?;
    let mut known = HashSet::new();
    if let Some(key) = key {
        let wanted: HashSet<String> = lines.iter().map(|line| key(line)).collect();
        file.seek(SeekFrom::Start(0))?;
        for line in BufReader::new(&file).split(b'\n') {
            let line = line?;
            if let Some(found) = str::from_utf8(&line).ok().map(key).filter(|found| wanted.contains(found)) {
                known.insert(found);
            }
        }
    }
    let is_new = |line: &&str| key.is_none_or(|key| !known.contains(&key(line)));
    let new: Vec<&str> = lines.iter().map(String::as_str).filter(is_new).collect();
    let mut text = new.join("\n");
    if !text.is_empty() {
        text.push('\n');
    }
    let written = file.write_all(text.as_bytes()).and_then(|()| if durable { file.sync_all() } else { Ok(()) });
    written.inspect_err(|_| _ = file.set_len(end))
}

fn lock(file: &File) -> io::Result<()> {
    let until = Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if Instant::now() < until => thread::sleep(Duration::from_millis(5)),
            Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::TimedOut.into()),
            // Some file systems know no locks.
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(()),
        }
    }
}

/// Half a line, of a process that was killed amid it, goes; where the whole ones end.
fn cut_torn_line(file: &mut File) -> io::Result<u64> {
    const PART: u64 = 1 << 16;
    let length = file.metadata()?.len();
    let mut end = length;
    while end > 0 {
        let start = end.saturating_sub(PART);
        file.seek(SeekFrom::Start(start))?;
        let mut part = Vec::new();
        (&mut *file).take(end - start).read_to_end(&mut part)?;
        if let Some(at) = memchr::memrchr(b'\n', &part) {
            end = start + at as u64 + 1;
            break;
        }
        end = start;
    }
    if end < length {
        file.set_len(end)?;
    }
    Ok(end)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn lines_are_whole_and_there_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("day.ndjson");
        let lines = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        append_lines(&path, &lines(&["a", "b"]), None, false).unwrap();
        fs::write(&path, [fs::read(&path).unwrap(), vec![b'x'; 100_000]].concat()).unwrap();
        append_lines(&path, &lines(&["B", "c"]), Some(str::to_lowercase), true).unwrap();
        append_lines(&path, &lines(&["b"]), None, false).unwrap();
        append_lines(&path, &[], Some(str::to_lowercase), false).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "a\nb\nc\nb\n");
    }

    #[test]
    fn processes_wait_for_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = &folder.path().join("day.ndjson");
        thread::scope(|scope| {
            for name in ["a", "b", "c", "d"] {
                scope.spawn(move || {
                    let line = name.repeat(10_000);
                    (0..20).for_each(|_| append_lines(path, std::slice::from_ref(&line), None, false).unwrap());
                });
            }
        });
        let text = fs::read_to_string(path).unwrap();
        assert_eq!(text.lines().count(), 80);
        assert!(text.lines().all(|line| line.len() == 10_000));
    }
}
