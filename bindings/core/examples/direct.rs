//! What one invoice costs from Rust, from its bytes to both PNGs: `bindings/python/benches/overhead.py` compares.

use std::time::Instant;

use ksef_qr::{Conditions, Credential, Environment, Invoice, Issuer};

fn main() -> ksef_qr::Result<()> {
    let certificate = include_bytes!("../../../fixtures/keys/offline-ec.crt");
    let key = include_bytes!("../../../fixtures/keys/offline-ec.pkcs8.pem");
    let xml = include_bytes!("../../../fixtures/invoices/good/fa3-basic.xml");
    let conditions = Conditions::new(Environment::Test, std::time::SystemTime::now());
    let issuer = Issuer::new(Credential::from_bytes(certificate, key, None, &conditions)?)?;
    let rounds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(2000_u32);
    // The best of five: what else the machine does is none of it.
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let begun = Instant::now();
        for _ in 0..rounds {
            std::hint::black_box(ksef_qr::codes_png(&issuer.sign(&Invoice::read(xml)?)?)?);
        }
        best = best.min(begun.elapsed().as_secs_f64() / f64::from(rounds));
    }
    println!("{:.2}", best * 1e6);
    Ok(())
}
