//! What one invoice costs from Rust, from its bytes to both PNGs: `bindings/python/benches/overhead.py` compares.
//!
//! Of each line of standard input, which is a number, it does so many invoices, and writes how many microseconds each took. So it
//! is as warm as what it is compared with, and both are measured in turns.

use std::hint::black_box;
use std::io::stdin;
use std::time::{Instant, SystemTime};

use ksef_qr::values::IssueDate;
use ksef_qr::{Code, Conditions, Credential, EccLevel, Environment, Invoice, Issuer, Label, Renderer, Style};

const ENVIRONMENT: Environment = Environment::Test;

fn main() -> ksef_qr::Result<()> {
    let certificate = include_bytes!("../../../fixtures/keys/offline-ec.crt");
    let key = include_bytes!("../../../fixtures/keys/offline-ec.pkcs8.pem");
    let xml = include_bytes!("../../../fixtures/invoices/good/fa3-basic.xml");
    let conditions = Conditions::new(ENVIRONMENT, SystemTime::now());
    let issuer = Issuer::new(Credential::from_bytes(certificate, key, None, &conditions)?)?;
    // Kept for all, as Python's issuer keeps it: to make one takes longer than to draw.
    let mut renderer = Renderer::new(Style::default());
    for line in stdin().lines().map_while(Result::ok) {
        let rounds: u32 = line.trim().parse().unwrap_or(1);
        let begun = Instant::now();
        for _ in 0..rounds {
            let invoice = Invoice::read(black_box(xml))?;
            // What docs/library.md asks for, and every binding does: the rules that depend on environment and day.
            let warnings = invoice.review(ENVIRONMENT, IssueDate::today(SystemTime::now()))?;
            let links = issuer.sign(&invoice)?;
            let kod1 = Code::new(links.kod1, Label::OFFLINE, EccLevel::default())?;
            let kod2 = Code::new(links.kod2, Label::CERTYFIKAT, EccLevel::default())?;
            black_box(([renderer.png(&kod1), renderer.png(&kod2)], kod1, kod2, warnings));
        }
        println!("{:.3}", begun.elapsed().as_secs_f64() / f64::from(rounds) * 1e6);
    }
    Ok(())
}
