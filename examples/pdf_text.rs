//! Prints what the pages of PDFs say, a page a line: what `stamp` compares with the invoice.
//!
//! `cargo run --example pdf_text -- FILE...`

use ksef_qr::pdf::Original;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for path in std::env::args_os().skip(1) {
        Original::read(std::fs::read(path)?, None)?.read_text(&mut |page| {
            println!("{}", page.by_position().split_whitespace().collect::<Vec<_>>().join(" "));
            true
        });
    }
    Ok(())
}
