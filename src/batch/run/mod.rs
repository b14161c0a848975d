//! A run: sources to workers to one sink, in the order they came.
//!
//! ```text
//! feeder ──jobs──▶ workers (stages of an invoice, repair of an earlier one) ──records──▶ sink
//!    ▲                                                                                    │
//!    └──────────────────────────────────── tickets ◀──────────────────────────────────────┘
//! ```

#[cfg(feature = "book")]
mod by_book;
mod earlier;
mod feeder;
mod job;
mod number;
mod pipeline;
mod repair;
mod seen;
mod single;
mod sink;
mod stages;
mod stamp;
#[cfg(feature = "book")]
mod turns;
mod watch;
mod worker;

pub use feeder::Interrupt;
