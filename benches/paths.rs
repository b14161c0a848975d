//! Every path against its limit, in one table:
//!
//! ```sh
//! cargo build --release --workspace && cargo bench --bench paths
//! cargo bench --bench paths -- --schemas FOLDER --count 10000 --command /elsewhere/ksef-qr
//! ```
//!
//! What a run made is moved away and not removed before the next: ext4 without a journal gives the places of files that were just
//! removed to no other file for a minute, and goes through all of them for each that is made.
//!
//! In memory on one thread the best of many; of the command whole processes, the best of three in turn with what they are held
//! against. Times are of the clock, or of all processors together where a row says so. On a machine that others use, run it twice.
//! `--schemas` names the Ministry's schemas, without which `check --xsd` is left out.

mod common;

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use ksef_qr::sign::{LinkSigner, SignatureEncoding, signer};
use ksef_qr::{Code, Credential, EccLevel, Invoice, Issuer, Label, Renderer, Style};
use sha2::{Digest as _, Sha256};

use common::{SIZES, ec, invoice, issuer, rsa};

const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/keys");
const PDF: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/pdf/100-kb.pdf");

/// How often each process is run.
const ROUNDS: usize = 3;

fn main() {
    let settings = Settings::read();
    println!("{:<66} {:>9} {:>9}", "path", "here", "target");
    in_memory();
    let place = tempfile::tempdir().unwrap();
    Processes { command: settings.command, count: settings.count, place: place.path().to_owned() }
        .measure(settings.schemas.as_deref());
}

struct Settings {
    command: PathBuf,
    count: usize,
    schemas: Option<PathBuf>,
}

impl Settings {
    fn read() -> Self {
        let mut settings = Self { command: env!("CARGO_BIN_EXE_ksef-qr").into(), count: 3_000, schemas: None };
        let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
        while let Some(name) = arguments.next() {
            let value = arguments.next().unwrap_or_else(|| panic!("{name} needs a value"));
            match &*name {
                "--command" => settings.command = value.into(),
                "--count" => settings.count = value.parse().expect("--count is a number"),
                "--schemas" => settings.schemas = Some(value.into()),
                _ => panic!("{name}: --command FILE, --count N, --schemas FOLDER are known"),
            }
        }
        settings
    }
}

fn row(path: &str, here: &str, target: &str) {
    println!("{path:<66} {here:>9} {target:>9}");
}

fn ratio(path: &str, here: Duration, against: Duration, target: &str) {
    row(path, &format!("{:.2}", here.as_secs_f64() / against.as_secs_f64()), target);
}

fn per_thing(path: &str, whole: Duration, count: usize, target: &str) {
    row(path, &format!("{:.3} ms", whole.as_secs_f64() * 1e3 / count as f64), target);
}

/// Links and pictures of one invoice, against its hash and its signature.
fn in_memory() {
    let [(_, small), (_, usual), (_, large)] = SIZES;
    for (kind, credential, size, links_target, png_target) in [
        ("EC", ec as fn() -> Credential, small, "", "2.0"),
        ("EC", ec, usual, "1.15", "1.7"),
        ("EC", ec, large, "1.25", ""),
        ("RSA", rsa, usual, "", "1.1"),
    ] {
        let xml = invoice(size);
        let (issuer, mut renderer) = (issuer(credential()), Renderer::new(Style::default()));
        let signer = signer(&credential(), SignatureEncoding::P1363).unwrap();
        let [floor, links, png] =
            in_turn([&mut || floor(&xml, signer.as_ref()), &mut || _ = black_box(links(&xml, &issuer)), &mut || {
                png(&xml, &issuer, &mut renderer);
            }]);
        let name =
            |path: &str| format!("{path}, {kind}, {} kB (floor {:.1} µs)", size / 1_000, floor.as_secs_f64() * 1e6);
        ratio(&name("links/floor"), links, floor, links_target);
        ratio(&name("png/floor"), png, floor, png_target);
    }
}

/// The least time of each, by turns, so that what disturbs one disturbs all.
fn in_turn<const N: usize>(mut ways: [&mut dyn FnMut(); N]) -> [Duration; N] {
    const MOST: Duration = Duration::from_secs(3);
    const AT_ONCE: u32 = 20;

    let mut least = [Duration::MAX; N];
    let start = Instant::now();
    while start.elapsed() < MOST {
        for (way, least) in ways.iter_mut().zip(&mut least) {
            let start = Instant::now();
            (0..AT_ONCE).for_each(|_| way());
            *least = (start.elapsed() / AT_ONCE).min(*least);
        }
    }
    least
}

fn floor(xml: &[u8], signer: &dyn LinkSigner) {
    const TEXT: &[u8] = b"qr-test.ksef.mf.gov.pl/certificate/Nip/5265877635/5265877635/01F0A1B2C3D4E501/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE";
    black_box((Sha256::digest(black_box(xml)), signer.sign(black_box(TEXT)).unwrap()));
}

fn links(xml: &[u8], issuer: &Issuer) -> (String, String) {
    let links = issuer.sign(&Invoice::read(black_box(xml)).unwrap()).unwrap();
    (links.kod1, links.kod2)
}

fn png(xml: &[u8], issuer: &Issuer, renderer: &mut Renderer) {
    let (kod1, kod2) = links(xml, issuer);
    for (link, label) in [(kod1, Label::OFFLINE), (kod2, Label::CERTYFIKAT)] {
        black_box(renderer.png(&Code::new(link, label, EccLevel::M).unwrap()));
    }
}

/// What a process took.
#[derive(Clone, Copy)]
struct Took {
    wall: Duration,
    /// Of all processors together; zero where the system does not say.
    processors: Duration,
}

/// The least that each takes, by turns.
fn least<const N: usize>(ways: [&dyn Fn() -> Took; N]) -> [Took; N] {
    let mut least = [Took { wall: Duration::MAX, processors: Duration::MAX }; N];
    for _ in 0..ROUNDS {
        for (way, least) in ways.iter().zip(&mut least) {
            let Took { wall, processors } = way();
            *least = Took { wall: wall.min(least.wall), processors: processors.min(least.processors) };
        }
    }
    least
}

struct Processes {
    command: PathBuf,
    count: usize,
    place: PathBuf,
}

impl Processes {
    fn measure(&self, schemas: Option<&Path>) {
        let count = self.count;
        self.invoices("in", count, 3_000);
        self.invoices("in10", count, 10_000);
        let [none, none_alone, png, zip, copy, verify_manifest] = least([
            &|| self.sign("in", "none", &["--format", "none"]),
            &|| self.sign("in", "one", &["--format", "none", "--jobs", "1"]),
            &|| self.sign("in", "png", &[]),
            &|| self.sign("in", "codes.zip", &[]),
            &|| self.copy("png"),
            &|| self.run(&["verify", "--manifest", "png/manifest.ndjson", "--cert", &key("offline-ec.crt"), "--quiet"]),
        ]);
        ratio("verify --manifest / sign, both PNGs, processor time", verify_manifest.processors, png.processors, "3");
        ratio("sign to PNG files / cp -r of the same", png.wall, copy.wall, "2");
        ratio("sign --out codes.zip / --format none", zip.wall, none.wall, "1.15");

        self.list_links();
        let verify = ["verify", "links.txt", "--cert", &key("offline-ec.crt"), "--quiet"];
        let check = ["check", "in10", "--env", "test", "--quiet"];
        let [verified, verified_alone, checked, checked_alone] = least([
            &|| self.run(&verify),
            &|| self.run(&[&verify[..], &["--jobs", "1"]].concat()),
            &|| self.run(&check),
            &|| self.run(&[&check[..], &["--jobs", "1"]].concat()),
        ]);
        per_thing("verify of links alone, per link", verified.wall, 2 * count, "0.06 ms");
        per_thing("check, per FA(3) of 10 kB", checked.wall, count, "0.03 ms");
        let mut by_jobs = vec![
            ("sign --format none", none_alone, none),
            ("verify of links", verified_alone, verified),
            ("check", checked_alone, checked),
        ];
        if let Some(folder) = schemas.and_then(|folder| fs::canonicalize(folder).ok()) {
            let few = (count / 5).max(1);
            self.invoices("few", few, 10_000);
            let folder = folder.to_string_lossy();
            let validate = ["check", "few", "--env", "test", "--quiet", "--xsd", &folder];
            let [validated, alone] =
                least([&|| self.run(&validate), &|| self.run(&[&validate[..], &["--jobs", "1"]].concat())]);
            per_thing("check --xsd, per FA(3) of 10 kB", validated.wall, few, "1 ms");
            by_jobs.push(("check --xsd", alone, validated));
        }
        self.stamp();
        self.photograph();
        for (path, one, all) in by_jobs {
            ratio(&format!("{path}: one job / as many as processors"), one.wall, all.wall, "1.9");
        }
        self.till();
    }

    fn at(&self, name: &str) -> PathBuf {
        self.place.join(name)
    }

    fn invoices(&self, folder: &str, count: usize, size: usize) {
        let xml = String::from_utf8(invoice(size)).unwrap();
        let (start, end) = (xml.find("<P_2>").unwrap(), xml.find("</P_2>").unwrap());
        fs::create_dir(self.at(folder)).unwrap();
        for number in 0..count {
            let one = format!("{}<P_2>FV/{number}{}", &xml[..start], &xml[end..]);
            fs::write(self.at(folder).join(format!("f{number}.xml")), one).unwrap();
        }
    }

    fn run(&self, arguments: &[&str]) -> Took {
        let mut command = Command::new(&self.command);
        command.current_dir(&self.place).args(arguments).stdout(Stdio::null());
        let (before, start) = (of_children(), Instant::now());
        let status = command.status().unwrap();
        let wall = start.elapsed();
        assert!(status.success(), "{arguments:?}: {status}");
        Took { wall, processors: of_children().saturating_sub(before) }
    }

    fn sign(&self, folder: &str, out: &str, more: &[&str]) -> Took {
        self.clear(out);
        let (certificate, secret) = (key("offline-ec.crt"), key("offline-ec.pkcs8.pem"));
        let always =
            ["sign", folder, "--env", "test", "--cert", &certificate, "--key", &secret, "--quiet", "--out", out];
        self.run(&[&always[..], more].concat())
    }

    /// Moves away what a run made, with its manifest.
    fn clear(&self, out: &str) {
        let away = tempfile::tempdir_in(&self.place).unwrap().keep();
        for made in [self.at(out), self.at(out).with_extension("ndjson")] {
            let name = made.file_name().unwrap();
            if made.exists() {
                fs::rename(&made, away.join(name)).unwrap();
            }
        }
    }

    /// `cp -r` of a folder.
    fn copy(&self, folder: &str) -> Took {
        self.clear("copy");
        let start = Instant::now();
        let status = Command::new("cp").current_dir(&self.place).args(["-r", folder, "copy"]).status().unwrap();
        assert!(status.success());
        Took { wall: start.elapsed(), processors: Duration::ZERO }
    }

    /// The links of a run, one a line.
    fn list_links(&self) {
        let manifest = fs::read_to_string(self.at("png/manifest.ndjson")).unwrap();
        let mut links = String::new();
        for line in manifest.lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            for link in ["kod1", "kod2"].iter().filter_map(|code| line[code]["url"].as_str()) {
                links.extend([link, "\n"]);
            }
        }
        fs::write(self.at("links.txt"), links).unwrap();
    }

    fn stamp(&self) {
        let few = (self.count / 3).max(1);
        self.invoices("pdfs", few, 3_000);
        for number in 0..few {
            fs::copy(PDF, self.at("pdfs").join(format!("f{number}.pdf"))).unwrap();
        }
        let [stamped, copied, drawn] = least([
            &|| {
                self.clear("stamped");
                let (certificate, secret) = (key("offline-ec.crt"), key("offline-ec.pkcs8.pem"));
                // The fixture is another invoice.
                let always = ["stamp", "pdfs", "--env", "test", "--cert", &certificate, "--key", &secret, "--quiet"];
                self.run(&[&always[..], &["--out", "stamped", "--pdf-mismatch", "ignore"]].concat())
            },
            &|| self.copy("pdfs"),
            &|| self.sign("pdfs", "drawn", &[]),
        ]);
        ratio("stamp of PDFs of 100 kB / (cp and sign to PNG)", stamped.wall, copied.wall + drawn.wall, "2");
    }

    /// Both codes on a picture of 12 megapixels, as one photographs a page.
    fn photograph(&self) {
        let links = fs::read_to_string(self.at("links.txt")).unwrap();
        let mut photograph = image::RgbImage::from_pixel(4_000, 3_000, image::Rgb([232, 229, 222]));
        let mut renderer = Renderer::new(Style::default());
        for (link, label, x) in [(0, Label::OFFLINE, 700), (1, Label::CERTYFIKAT, 2_200)] {
            let link = links.lines().nth(link).unwrap();
            let png = renderer.png(&Code::new(link, label, EccLevel::M).unwrap());
            let code = image::load_from_memory(&png).unwrap().to_rgb8();
            let code = image::imageops::resize(&code, 1_000, 1_080, image::imageops::FilterType::Triangle);
            image::imageops::overlay(&mut photograph, &code, x, 900);
        }
        // Grain, as a camera's: else it would be compressed to nothing.
        let mut seed = 1_u32;
        for pixel in photograph.pixels_mut() {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = (seed >> 28) as u8;
            pixel.0 = pixel.0.map(|value| value.saturating_sub(grain));
        }
        photograph.save(self.at("photograph.jpg")).unwrap();
        let [read] = least([&|| self.run(&["verify", "photograph.jpg", "--quiet"])]);
        per_thing("verify of a photograph of 12 megapixels, whole process", read.wall, 1, "150 ms");
    }

    /// One invoice, from the start of the process to its end.
    fn till(&self) {
        self.invoices("till", 1, 3_000);
        let certificate = key("offline-ec.crt");
        let password = self.at("password");
        fs::write(&password, "Throwaway-Key_2026\n").unwrap();
        let password = password.to_string_lossy();
        let till = |more: &[&str]| {
            let mut least = Duration::MAX;
            for _ in 0..20 {
                self.clear("till-out");
                let always =
                    ["sign", "till/f0.xml", "--env", "test", "--cert", &certificate, "--quiet", "--out", "till-out"];
                least = least.min(self.run(&[&always[..], more].concat()).wall);
            }
            least
        };
        let open = till(&["--key", &key("offline-ec.pkcs8.pem")]);
        let locked = till(&["--key", &key("offline-ec.key"), "--password-file", &password]);
        per_thing("one invoice, start to exit, open key", open, 1, "5 ms");
        per_thing("one invoice, start to exit, the portal's key", locked, 1, "15 ms");
    }
}

fn key(name: &str) -> String {
    format!("{KEYS}/{name}")
}

/// Processor time of all children so far, on Linux: its ticks are hundredths of a second.
fn of_children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is a name, and may hold anything.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields.split_whitespace().skip(13).take(2).filter_map(|field| field.parse::<u64>().ok());
    Duration::from_millis(10 * ticks.sum::<u64>())
}
