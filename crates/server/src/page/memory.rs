//! What the page remembers.

use std::sync::Arc;

use super::session::Sessions;
use super::store::Store;
use crate::keys::Key;

/// What the page remembers: who is logged in, and their results. It is in memory and in a private folder, and ends with the
/// service.
#[derive(Default)]
pub(super) struct Page {
    pub(super) sessions: Sessions<Arc<Key>>,
    pub(super) store: Store,
}
