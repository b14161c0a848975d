//! `POST /v1/sign` against the batch in this process, in one run on one machine:
//!
//! ```sh
//! cargo bench -p ksef-qr-server --bench service -- --requests 1000000
//! ```
//!
//! - throughput: invoices of 10 kB by connections that stay open, against `Batch::run` over a folder of the same invoices;
//! - latency: at 70 % of that throughput, by a schedule that waits for nobody, counted from the moment at which each request was due;
//! - memory: of the service over so many requests;
//! - processor time for one invoice: in the batch, in the service, in the client. This holds on a machine that others use as well,
//!   and shows what the client takes of the processors that both share.
//!
//! Once with links alone, once with both PNGs. Each request is a new invoice: its number changes.

mod client;
mod reference;
mod service;

use std::time::Duration;

use client::Client;
use reference::Reference;
use service::{Service, processor_time};

/// In bytes.
const INVOICE: usize = 10_000;

/// The share of the throughput at which latency is measured.
const LOAD: f64 = 0.7;

const ROUNDS: usize = 3;

struct Settings {
    requests: u64,
    connections: usize,
    seconds: u64,
}

impl Settings {
    fn read() -> Self {
        let mut settings = Self { requests: 200_000, connections: 32, seconds: 5 };
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            if name == "--bench" {
                continue;
            }
            let value = arguments.next().and_then(|value| value.parse().ok());
            let value: u64 = value.unwrap_or_else(|| panic!("{name} needs a number"));
            match &*name {
                "--requests" => settings.requests = value,
                "--connections" => settings.connections = value as usize,
                "--seconds" => settings.seconds = value,
                _ => panic!("{name}: --requests N, --connections N, --seconds N are known"),
            }
        }
        settings
    }
}

fn main() {
    let settings = Settings::read();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for (name, query, with_pictures) in [("links", "?format=none", false), ("links and PNGs", "", true)] {
        let service = Service::start();
        let client = Client::new(&service, query, INVOICE);
        let reference = Reference::new(INVOICE, with_pictures);
        let time = Duration::from_secs(settings.seconds);
        // Warm, both of them.
        runtime.block_on(client.as_many(settings.connections, Duration::from_secs(1)));
        let before = service.memory();
        // In turns, so that whatever else the machine does hits both.
        let (mut batch, mut served) = (Vec::new(), Vec::new());
        let (mut by_batch, mut by_client) = (0.0, 0.0);
        let (served_before, asked_before) = (service.processor_time(), client.sent());
        for _ in 0..ROUNDS {
            let begun = processor_time("self");
            batch.push(reference.rate());
            let between = processor_time("self");
            served.push(runtime.block_on(client.as_many(settings.connections, time)));
            by_batch += between - begun;
            by_client += processor_time("self") - between;
        }
        let (by_service, asked) = (service.processor_time() - served_before, client.sent() - asked_before);
        let (batch, served) = (median(batch), median(served));
        println!("{name}, {INVOICE} bytes:");
        println!("  batch in this process   {batch:>8.0} a second");
        println!("  POST /v1/sign           {served:>8.0} a second, {:.0} % of it", 100.0 * served / batch);
        let each = |seconds: f64, invoices: u64| seconds * 1e6 / invoices as f64;
        println!(
            "  processor time for one  {:>8.0} µs in the batch, {:.0} µs in the service, {:.0} µs in the client",
            each(by_batch, (ROUNDS * reference::INVOICES) as u64),
            each(by_service, asked),
            each(by_client, asked)
        );
        let rate = served * LOAD;
        let mut late = runtime.block_on(client.on_schedule(settings.connections, rate, time));
        late.sort_unstable();
        let at = |share: f64| late[((late.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
        println!(
            "  at {rate:.0} a second: half within {:.2} ms, 99 % within {:.2} ms, 99.9 % within {:.2} ms, all within {:.2} ms",
            at(0.5),
            at(0.99),
            at(0.999),
            at(1.0)
        );
        print!("  memory: {before} kB at first");
        for _ in 0..4 {
            runtime.block_on(client.so_many(settings.connections, settings.requests / 4));
            print!(", {} kB after {} requests", service.memory(), client.sent());
        }
        println!();
    }
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_unstable_by(f64::total_cmp);
    rates[rates.len() / 2]
}
