//! A PostgreSQL server for tests: thrown away when the tests end, however they end.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread::sleep;
use std::time::{Duration, Instant};

use ksef_qr::book::Place;

/// If it is set, tests that need a server fail where none can be started.
const REQUIRED: &str = "KSEF_QR_REQUIRE_POSTGRES";

/// Starts the server, and does what it is told. When nobody is left who could tell it anything, it ends the server and
/// clears up: that is so when the tests have ended too, by a panic or by a kill.
const KEEPER: &str = r#"
folder=$1 programs=$2
cd "$folder" || exit 1
start() { "$programs/postgres" -D data >>log 2>&1 & pid=$!; }
start
while read -r word; do
  case $word in
    crash) kill -QUIT $pid; wait $pid; start ;;
    stop) kill -INT $pid; wait $pid ;;
    start) start ;;
  esac
done
kill -INT $pid 2>/dev/null; wait $pid
cd / && rm -rf "$folder"
"#;

/// A server with sockets of its own.
pub struct Server {
    keeper: Child,
    words: Mutex<Option<ChildStdin>>,
    folder: PathBuf,
    port: u16,
    databases: AtomicUsize,
}

/// The folder of `initdb` and `postgres`.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    // Where Debian keeps them, newest last.
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|folder| folder.filter_map(|version| Some(version.ok()?.path().join("bin"))).collect())
        .unwrap_or_default();
    versions.sort();
    folders.splice(0..0, versions.into_iter().rev());
    folders.into_iter().find(|folder| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file()))
}

/// The number of a user and of its group, by `/etc/passwd`.
fn user(name: &str) -> Option<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let mut fields = users.lines().find(|line| line.starts_with(&format!("{name}:")))?.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

impl Server {
    /// The one that the tests of this process share. None where PostgreSQL is not installed.
    pub fn shared() -> Option<&'static Self> {
        static SERVER: OnceLock<Option<Server>> = OnceLock::new();
        SERVER.get_or_init(|| Self::start(&[], &[])).as_ref()
    }

    /// One of its own, for tests that stop it or set it up otherwise: lines of `postgresql.conf`, and files beside it.
    pub fn start(settings: &[&str], files: &[(&str, Vec<u8>)]) -> Option<Self> {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
        use std::os::unix::process::CommandExt as _;

        let Some(programs) = programs() else {
            assert!(std::env::var_os(REQUIRED).is_none(), "{REQUIRED} is set, and there is no initdb");
            eprintln!("PostgreSQL is not installed: its tests did not run");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("ksef-qr-pg").tempdir().unwrap().keep();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        // It does not run as root.
        let is_root = fs::metadata(&folder).unwrap().uid() == 0;
        let other = is_root.then(|| user("postgres").or_else(|| user("nobody")).expect("a user that is not root"));
        let as_other = |command: &mut Command| {
            if let Some((user, group)) = other {
                command.uid(user).gid(group);
            }
            command.current_dir("/").env_clear().env("PATH", "/usr/bin:/bin");
        };
        if let Some((user, group)) = other {
            chown(&folder, Some(user), Some(group)).unwrap();
        }
        let mut initdb = Command::new(programs.join("initdb"));
        as_other(&mut initdb);
        let made = initdb
            .args(["--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"])
            .args([Path::new("--pgdata"), &folder.join("data")])
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut text = format!(
            "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{}'\nfsync = off\n\
             max_connections = 60\nshared_buffers = 32MB\nlog_min_messages = warning\n",
            folder.display()
        );
        text.push_str(&settings.join("\n"));
        // Written beside, and read by the server's user.
        fs::write(folder.join("settings"), text).unwrap();
        fs::set_permissions(folder.join("settings"), fs::Permissions::from_mode(0o644)).unwrap();
        let mut configure = Command::new("sh");
        as_other(&mut configure);
        for (name, bytes) in files {
            let path = folder.join(name);
            fs::write(&path, bytes).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            if let Some((user, group)) = other {
                chown(&path, Some(user), Some(group)).unwrap();
            }
        }
        let configured = configure
            .args(["-c", "cat \"$1/settings\" >>\"$1/data/postgresql.conf\"", "sh"])
            .arg(&folder)
            .status()
            .unwrap();
        assert!(configured.success());
        let mut keep = Command::new("sh");
        as_other(&mut keep);
        let mut keeper = keep
            .args(["-c", KEEPER, "sh"])
            .args([&folder, &programs])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A key that interrupts the tests does not reach it.
            .process_group(0)
            .spawn()
            .unwrap();
        let words = Mutex::new(keeper.stdin.take());
        let server = Self { keeper, words, folder, port, databases: AtomicUsize::new(0) };
        server.wait();
        eprintln!("PostgreSQL runs for the tests, from {}", programs.display());
        Some(server)
    }

    /// Until it takes connections.
    pub fn wait(&self) {
        let begun = Instant::now();
        while let Err(error) = self.client("postgres") {
            let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(begun.elapsed() < Duration::from_secs(120), "{error}: {log}");
            sleep(Duration::from_millis(50));
        }
    }

    /// Until it takes no connections any more, and stays so: it may be on its way up from a crash that was asked for before.
    pub fn wait_until_gone(&self) {
        let begun = Instant::now();
        let mut refused = 0;
        while refused < 40 {
            refused = if self.client("postgres").is_err() { refused + 1 } else { 0 };
            assert!(begun.elapsed() < Duration::from_secs(120), "it does not stop");
            sleep(Duration::from_millis(50));
        }
    }

    fn tell(&self, word: &str) {
        writeln!(self.words.lock().unwrap().as_mut().unwrap(), "{word}").unwrap();
    }

    /// Ends it in the middle of everything and starts it again, as after a power cut.
    pub fn crash(&self) {
        self.tell("crash");
    }

    /// Ends it, cutting all connections off.
    pub fn stop(&self) {
        self.tell("stop");
    }

    /// Starts it again.
    pub fn start_again(&self) {
        self.tell("start");
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its folder, where its files lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A new, empty database, as a URL over the server's socket.
    pub fn database(&self) -> String {
        let name = format!("test{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.client("postgres").unwrap().batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        self.url(&name)
    }

    fn url(&self, name: &str) -> String {
        let folder = self.folder.to_str().unwrap().replace('/', "%2F");
        format!("postgres://postgres@{folder}:{}/{name}", self.port)
    }

    /// A new, empty database, as the place of a book.
    pub fn place(&self) -> Place {
        Place::parse(&self.database()).unwrap()
    }

    fn client(&self, database: &str) -> Result<postgres::Client, postgres::Error> {
        connect(&self.url(database))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The keeper reads the end of its words as soon as this side is closed.
        self.words.lock().map(|mut words| words.take()).ok();
        self.keeper.wait().ok();
    }
}

/// Somebody else's connection to a database.
pub fn connect(url: &str) -> Result<postgres::Client, postgres::Error> {
    postgres::Client::connect(url, postgres::NoTls)
}
