//! A run over many invoices or PDFs, as `sign`, `link`, `stamp` and `confirm` have it: begun, watched, reported.

pub mod config;
pub mod progress;
pub mod report;
