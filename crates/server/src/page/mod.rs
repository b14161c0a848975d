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
//! | `session` | who is logged in: a sealed cookie |
//! | `memory` | sessions and results together: what the page remembers |
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
mod memory;
mod routes;
mod session;
mod store;
mod texts;
mod upload;
mod view;
mod visitor;

use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::Router;

use crate::app::App;

/// How often is looked for results that are old.
const SWEEP: Duration = Duration::from_secs(60);

/// The page's routes, from `/` on.
pub fn router(app: &App) -> Router<Arc<App>> {
    let page = Arc::new(memory::Page::new(app));
    // Whether anybody comes or not: what was signed is not left lying about.
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(swept(Arc::downgrade(&page), SWEEP));
    }
    routes::router(page)
}

async fn swept(page: Weak<memory::Page>, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        let Some(page) = page.upgrade() else { return };
        page.store.sweep();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_old_goes_even_if_nobody_asks_and_the_sweeper_ends_with_the_page() {
        let store = store::Store::lasting(Duration::from_millis(50));
        let page = Arc::new(memory::Page { sessions: session::Sessions::new(None), store });
        let sweeper = tokio::spawn(swept(Arc::downgrade(&page), Duration::from_millis(10)));
        let folder = page.store.begin([1; 32], false).unwrap().folder().to_owned();
        assert!(folder.exists());
        for _ in 0..500 {
            if !folder.exists() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(!folder.exists());
        drop(page);
        assert!(sweeper.await.is_ok());
    }
}
