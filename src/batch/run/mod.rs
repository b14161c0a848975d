//! A run: sources to workers to one sink, in the order they came.
//!
//! ```text
//! feeder ──jobs──▶ workers (stages of an invoice, repair of an earlier one) ──records──▶ sink
//!    ▲                                                                                    │
//!    └──────────────────────────────────── tickets ◀──────────────────────────────────────┘
//! ```

mod earlier;
mod feeder;
mod job;
mod number;
mod pipeline;
mod single;
mod sink;
mod work;

pub use feeder::Interrupt;
