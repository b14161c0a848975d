//! The service as it is run, in a process of its own.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use ksef_qr_server::desk::Scope;
use ksef_qr_server::keys::new_key;

pub struct Service {
    process: Child,
    address: String,
    key: String,
    _folder: tempfile::TempDir,
}

impl Service {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys.json");
        let key = new_key(&keys, "bench", &[Scope::Sign], &[], Some(u32::MAX)).unwrap().to_string();
        // Whoever binds it next has it to itself, as good as always.
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let fixture = |name: &str| format!("{}/../../fixtures/keys/{name}", env!("CARGO_MANIFEST_DIR"));
        let process = Command::new(env!("CARGO_BIN_EXE_ksef-qr-server"))
            .args(["--env", "test", "--listen", &free.to_string(), "--keys"])
            .arg(&keys)
            .args(["--cert", &fixture("offline-ec.crt"), "--key", &fixture("offline-ec.pkcs8.pem")])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        for _ in 0..100 {
            if std::net::TcpStream::connect(free).is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { process, address: free.to_string(), key, _folder: folder }
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    /// The processor time that it took so far, in seconds.
    pub fn processor_time(&self) -> f64 {
        processor_time(&self.process.id().to_string())
    }

    /// What it has in memory, in kB; none where the system does not tell.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// The processor time of a process, in seconds; none where the system does not tell.
pub fn processor_time(process: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name of the program, in brackets, may hold spaces.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: u64 = fields.iter().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    // Linux counts in hundredths of a second here, whatever the kernel does inside.
    ticks as f64 / 100.0
}
