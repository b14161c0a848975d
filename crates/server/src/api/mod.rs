//! `/v1/...`: requests to calls of the desk, and back.
//!
//! | file | holds |
//! |---|---|
//! | `routes` | what each path does |
//! | `operations` | every path with its parameters and scope: what is accepted, and what OpenAPI says |
//! | `openapi` | the description, made from `operations` |
//! | `body` | what came in: one file, a form, JSON |
//! | `parameters` | the query, by `operations`, to orders |
//! | `answer` | what goes out, as `Accept` asks |
//! | `batch` | an archive in, an archive out |
//! | `problem` | errors as RFC 9457 says |
//! | `guard` | keys, limits, other sites, what every answer carries |
//! | `journal` | who had what made, in the log |
//! | `remembered` | `Idempotency-Key` |

mod answer;
mod batch;
mod body;
mod guard;
pub(crate) mod journal;
mod openapi;
mod operations;
mod parameters;
mod problem;
mod remembered;
mod routes;

pub use guard::{Authorized, guarded};
pub use openapi::document;
pub use problem::Problem;
pub use remembered::Remembered;
pub use routes::router;
