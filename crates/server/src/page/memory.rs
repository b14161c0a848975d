//! What the page remembers.

use super::session::Sessions;
use super::store::Store;
use crate::app::App;

/// What the page remembers: who logged out, and results. It is in memory and in a private folder, and ends with the service.
pub(super) struct Page {
    pub(super) sessions: Sessions,
    pub(super) store: Store,
}

impl Page {
    /// Of nothing so far.
    pub(super) fn new(app: &App) -> Self {
        Self { sessions: Sessions::new(app.session_key.clone()), store: Store::default() }
    }
}
