//! What people see in a browser.

use std::sync::Arc;

use axum::Router;

use crate::app::App;

/// The page's routes, from `/` on.
pub fn router() -> Router<Arc<App>> {
    Router::new()
}
