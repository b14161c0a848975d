//! What a line of a manifest says of its invoice besides what stands in the links.

use crate::invoice::Invoice;
use crate::manifest::InvoiceLine;
use crate::values::InvoiceHash;

/// What the line says; a field that it lacks says nothing.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) hash: Option<InvoiceHash>,
    number: String,
    form: String,
    kind: Option<String>,
    buyer: Option<String>,
    size: usize,
    is_self_billed: bool,
    has_attachment: bool,
}

impl Told {
    pub(super) fn of(line: &InvoiceLine<'_>) -> Self {
        let text = |text: &Option<_>| text.as_deref().map(str::to_owned);
        Self {
            hash: InvoiceHash::from_base64(&line.hash_base64).ok(),
            number: line.invoice_number.to_string(),
            form: line.form.to_string(),
            kind: text(&line.kind),
            buyer: text(&line.buyer),
            size: line.size_bytes,
            is_self_billed: line.self_billed,
            has_attachment: line.attachment,
        }
    }

    /// The first field of the line that says something else than the invoice, by its name there.
    pub(super) fn difference(&self, invoice: &Invoice) -> Option<&'static str> {
        let differs = |told: &str, is: &str| !told.is_empty() && told != is;
        let fields = [
            ("invoice_number", differs(&self.number, invoice.number())),
            ("form", differs(&self.form, invoice.form().name())),
            ("kind", self.kind.as_deref().is_some_and(|kind| invoice.kind() != Some(kind))),
            ("buyer", self.buyer.as_deref().is_some_and(|buyer| buyer != invoice.buyer().to_string())),
            ("size_bytes", self.size != 0 && self.size != invoice.size()),
            // Left out means no.
            ("self_billed", self.is_self_billed != invoice.is_self_billed()),
            ("attachment", self.has_attachment != invoice.has_attachment()),
        ];
        fields.into_iter().find_map(|(field, differs)| differs.then_some(field))
    }
}
