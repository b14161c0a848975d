//! Which pages of the answers were given, and which are missing.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{Page, UpoPage};

/// How many missing pages are named.
const MOST_NAMED: usize = 5;

/// The pages that were given.
#[derive(Clone, Debug, Default)]
pub(super) struct Pages {
    /// Of each session's UPO: how many there are, and those that were given.
    upos: BTreeMap<String, (u32, BTreeSet<u32>)>,
    /// Answers in JSON behind which there is more, and those that are the last.
    unfinished: usize,
    last: usize,
}

impl Pages {
    pub(super) fn of(page: Page) -> Self {
        let mut pages = Self::default();
        match page {
            Page::Upo(Some(UpoPage { session, number, count })) => {
                pages.upos.insert(session, (count, [number].into()));
            }
            Page::Upo(None) => {}
            Page::Json { has_more: true } => pages.unfinished = 1,
            Page::Json { has_more: false } => pages.last = 1,
        }
        pages
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (session, (count, given)) in other.upos {
            let known = self.upos.entry(session).or_default();
            known.0 = known.0.max(count);
            known.1.extend(given);
        }
        self.unfinished += other.unfinished;
        self.last += other.last;
    }

    /// Which pages are missing, in words; none if all are there, as far as the answers tell.
    pub(super) fn missing(&self) -> Option<String> {
        for (session, (count, given)) in &self.upos {
            let mut missing = (1..=*count).filter(|page| !given.contains(page));
            let named: Vec<String> = missing.by_ref().take(MOST_NAMED).map(|page| page.to_string()).collect();
            if named.is_empty() {
                continue;
            }
            let more = if missing.next().is_some() { ", ..." } else { "" };
            let missing = named.join(", ") + more;
            return Some(format!("the UPO of the session {session} has {count} pages; missing: {missing}"));
        }
        // Which answers belong together they do not say: a last one alone ends the list.
        (self.unfinished > 0 && self.last == 0)
            .then(|| "KSeF's answer says that there is more behind it, which was not given".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(number: u32, count: u32) -> Pages {
        Pages::of(Page::Upo(Some(UpoPage { session: "S".to_owned(), number, count })))
    }

    #[test]
    fn missing_pages_are_named() {
        let mut pages = page(1, 3);
        assert_eq!(pages.missing().unwrap(), "the UPO of the session S has 3 pages; missing: 2, 3");
        pages.merge(page(3, 3));
        assert_eq!(pages.missing().unwrap(), "the UPO of the session S has 3 pages; missing: 2");
        pages.merge(page(2, 3));
        assert_eq!(pages.missing(), None);
        assert!(page(4, u32::MAX).missing().unwrap().ends_with("missing: 1, 2, 3, 5, 6, ..."));
        assert_eq!(Pages::of(Page::Upo(None)).missing(), None);
    }

    #[test]
    fn more_json_is_asked_for() {
        let mut pages = Pages::of(Page::Json { has_more: true });
        assert!(pages.missing().is_some());
        pages.merge(Pages::of(Page::Json { has_more: true }));
        pages.merge(Pages::of(Page::Json { has_more: false }));
        assert_eq!(pages.missing(), None);
    }
}
