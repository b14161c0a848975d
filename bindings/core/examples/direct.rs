//! What one invoice costs from Rust, from its bytes to both PNGs: `bindings/python/benches/overhead.py` compares.

use std::time::Instant;

use ksef_qr::{Code, Conditions, Credential, EccLevel, Environment, Invoice, Issuer, Label, Renderer, Style};

fn main() -> ksef_qr::Result<()> {
    let certificate = include_bytes!("../../../fixtures/keys/offline-ec.crt");
    let key = include_bytes!("../../../fixtures/keys/offline-ec.pkcs8.pem");
    let xml = include_bytes!("../../../fixtures/invoices/good/fa3-basic.xml");
    let conditions = Conditions::new(Environment::Test, std::time::SystemTime::now());
    let issuer = Issuer::new(Credential::from_bytes(certificate, key, None, &conditions)?)?;
    let rounds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(2000_u32);
    // Kept for all, as Python's issuer keeps it: to make one takes longer than to draw.
    let mut renderer = Renderer::new(Style::default());
    let begun = Instant::now();
    for _ in 0..rounds {
        let links = issuer.sign(&Invoice::read(xml)?)?;
        for (link, label) in [(links.kod1, Label::OFFLINE), (links.kod2, Label::CERTYFIKAT)] {
            std::hint::black_box(renderer.png(&Code::new(link, label, EccLevel::default())?));
        }
    }
    println!("{:.2}", begun.elapsed().as_secs_f64() / f64::from(rounds) * 1e6);
    Ok(())
}
