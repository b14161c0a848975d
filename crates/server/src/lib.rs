//! KOD I and KOD II over HTTP: the service and the page of `ksef-qr`, over the library `ksef_qr`, which knows no network.
//!
//! # Code map
//!
//! | module | what for |
//! |---|---|
//! | [`desk`] | what the service does, without HTTP: sign, link, stamp, confirm, check, verify, deadline, correct, the book |
//! | [`keys`] | the file of API keys: who may do what, for whom, how often |
//! | [`reloaded`] | what is read from a file, and read again when it changes |
//! | [`app`] | what all requests share: the desk, the keys, limits, metrics, the log |
//! | [`api`] | `/v1/...`: requests to calls of the desk, and back; problem documents; OpenAPI |
//! | [`page`] | what people see in a browser |
//! | [`hints`] | what to do about an error, by the options and paths of the service |
//! | [`health`] | liveness, readiness, metrics |
//! | [`serve`] | sockets, TLS, slow clients, the end of the service |
//! | [`demo`] | all of it with a throwaway certificate |
//!
//! # Invariants
//!
//! - The service keeps no state of its own that matters: any number of replicas work over one book.
//! - What it does with keys and codes is the library's: nothing is signed here.
//! - Work is bounded before it is begun: bytes, time, how much at once. What is too much is told at once (429, 413, 408).
//! - The log and the metrics hold no secret and nothing of an invoice but digest, seller's NIP and number of codes.

// Nothing that comes from outside may panic; tests may (clippy.toml).
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod api;
pub mod app;
pub mod demo;
pub mod desk;
pub mod health;
pub mod hints;
pub mod keys;
pub mod page;
pub mod reloaded;
pub mod serve;

/// All routes, over what they share.
pub fn router(app: std::sync::Arc<app::App>) -> axum::Router {
    let routes = axum::Router::new().merge(api::router()).merge(health::router()).merge(page::router(&app));
    api::guarded(routes, &app).with_state(app)
}
