//! What people see in a browser: invoices in, what KSeF would refuse and why, codes and documents out; what is due; certificates;
//! a code that is verified. All of it works without a script; with one, files are dropped and answered one by one.
//!
//! | file | holds |
//! |---|---|
//! | `routes` | addresses, and what each does |
//! | `visitor` | who asks: cookies, session, language; the headers of every answer |
//! | `upload` | a form with files |
//! | `invoice` | the files of one invoice to an answer, by means of the desk |
//! | `inquiry` | a picture, a link to what came of verifying it |
//! | `answer` | what came of an invoice, before it is said in a language |
//! | `store` | results that wait to be taken away |
//! | `session` | who is logged in |
//! | `texts` | all words, in Polish and English |
//! | `view` | HTML |
//!
//! Scripts, styles and pictures are files of their own inside of the executable, so that the policy for content has no
//! exception.

#![expect(clippy::result_large_err, reason = "a refusal is an answer, made once a request")]

mod answer;
mod inquiry;
mod invoice;
mod language;
mod limits;
mod routes;
mod scanner;
mod session;
mod store;
mod texts;
mod upload;
mod view;
mod visitor;

use std::sync::Arc;

use axum::Router;
use ksef_qr::values::Day;

use crate::app::App;
use crate::keys::Key;

/// What the page remembers: who is logged in, and their results. It is in memory and in a private folder, and ends with the
/// service.
#[derive(Default)]
struct Page {
    sessions: session::Sessions<Arc<Key>>,
    store: store::Store,
}

/// What stands around every page.
struct Around<'a> {
    texts: &'static texts::Texts,
    /// Where one is, for the way back from another language.
    path: &'a str,
    /// The name of the key that is logged in.
    key: Option<&'a str>,
    csrf: Option<&'a str>,
    is_demonstration: bool,
    /// Its place in the list of environments: production, demo, test.
    environment: usize,
    today: Day,
}

/// The page's routes, from `/` on.
pub fn router() -> Router<Arc<App>> {
    routes::router(Arc::new(Page::default()))
}
