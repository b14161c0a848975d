use crate::error::{Warning, WarningKind};

/// A session holds no more invoices (`limity/limity.md`).
const MOST_INVOICES: u64 = 10_000;

/// In bytes: the package of a batch session, as it is packed, is no larger (`sesja-wsadowa.md`: 50 parts, 5 GB in all).
const LARGEST_PACKAGE: u64 = 5_000_000_000;

/// How much a batch is, were it sent in one session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionSize {
    invoices: u64,
    bytes: u64,
}

impl SessionSize {
    /// Adds an invoice that is to be sent, by the size of its file.
    pub fn add(&mut self, bytes: usize) {
        self.invoices += 1;
        self.bytes = self.bytes.saturating_add(bytes as u64);
    }

    /// `session_too_large`, if one session of KSeF does not hold all of them.
    pub fn warning(self) -> Option<Warning> {
        let Self { invoices, bytes } = self;
        let message = if invoices > MOST_INVOICES {
            format!("{invoices} invoices are more than the {MOST_INVOICES} that a session of KSeF takes")
        } else if bytes > LARGEST_PACKAGE {
            format!(
                "the invoices have {bytes} bytes, and the package of a batch session no more than {LARGEST_PACKAGE}, packed"
            )
        } else {
            return None;
        };
        Some(Warning::new(WarningKind::SessionTooLarge, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(invoices: u64, bytes: usize) -> Option<String> {
        let mut size = SessionSize::default();
        (0..invoices).for_each(|_| size.add(bytes));
        size.warning().map(|warning| warning.message().to_owned())
    }

    #[test]
    fn ten_thousand_invoices_and_five_gigabytes_are_the_most() {
        assert_eq!(of(0, 0), None);
        assert_eq!(of(10_000, 500_000), None);
        assert!(of(10_001, 1).unwrap().starts_with("10001 invoices are more than the 10000"));
        assert!(of(10_000, 500_001).unwrap().starts_with("the invoices have 5000010000 bytes"));
    }
}
