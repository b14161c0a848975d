//! Every path, with its parameters and its scope: what the service accepts, and what OpenAPI says of it, from one table.

use ksef_qr::book::State;

use crate::desk::Scope;

/// A parameter of the query.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) meaning: &'static str,
}

/// What a parameter is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// Any text.
    Text,
    /// A day: 2026-06-15.
    Day,
    /// A whole number between two.
    Number(i64, i64),
    /// One of these.
    OneOf(&'static [&'static str]),
    /// Several of these, with commas.
    SomeOf(&'static [&'static str]),
}

/// What comes with the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comes {
    Nothing,
    /// One invoice, or an archive of them.
    Invoice,
    /// A PDF, and its invoice if it is not in the PDF.
    Pdf,
    /// Codes as texts, and invoices.
    Codes,
    /// A first file, a corrected one, and what KSeF said.
    Correction,
}

/// One path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operation {
    pub(super) path: &'static str,
    pub(super) summary: &'static str,
    pub(super) scope: Scope,
    pub(super) comes: Comes,
    pub(super) parameters: &'static [&'static [Parameter]],
}

const fn parameter(name: &'static str, kind: Kind, meaning: &'static str) -> Parameter {
    Parameter { name, kind, meaning }
}

const NAME: &[Parameter] = &[parameter("name", Kind::Text, "What the file is called in the answer.")];
const WHEN: &[Parameter] = &[
    parameter(
        "mode",
        Kind::OneOf(&["offline24", "unavailable", "failure"]),
        "Why the invoice was issued outside of KSeF.",
    ),
    parameter("ended", Kind::Day, "The last day of the outage in which it was issued."),
];
const MODES: &[Parameter] = &[
    parameter(
        "mode",
        Kind::OneOf(&["offline24", "unavailable", "failure", "total"]),
        "Why the invoice was issued outside of KSeF.",
    ),
    parameter("ended", Kind::Day, "The last day of the outage in which it was issued."),
    parameter("issued", Kind::Day, "The issue date."),
];
const PICTURES: &[Parameter] = &[
    parameter("format", Kind::SomeOf(&["png", "svg", "pdf", "none"]), "The pictures to draw: png if it is left out."),
    parameter("ecc", Kind::OneOf(&["L", "M", "Q", "H"]), "Error correction: M if it is left out."),
    parameter("module_px", Kind::Number(1, 64), "Pixels for each module: 6 if it is left out."),
    parameter("dpi", Kind::Number(50, 2400), "Pixels for each inch at the printed size: 300 if it is left out."),
    parameter("code", Kind::OneOf(&["kod1", "kod2"]), "Which code a single picture shows: kod1 if it is left out."),
];
const CONTEXT: &[Parameter] = &[parameter(
    "context",
    Kind::Text,
    "In whose context KOD II is signed, as Nip:5265877635, if that is not who issues the invoice.",
)];
const NUMBER: &[Parameter] =
    &[parameter("ksef_number", Kind::Text, "The invoice's KSeF number: KOD I alone, with the number under it.")];
const PLACE: &[Parameter] = &[
    parameter("page", Kind::Text, "auto, first, last, all, new, or a number."),
    parameter(
        "corner",
        Kind::OneOf(&["auto", "top-left", "top-right", "bottom-left", "bottom-right"]),
        "Where on the page.",
    ),
    parameter("x_mm", Kind::Number(0, 5000), "From the side of the page."),
    parameter("y_mm", Kind::Number(0, 5000), "From the top or the bottom of the page."),
    parameter("size_mm", Kind::Number(3, 1000), "The side of each code."),
    parameter("arrange", Kind::OneOf(&["side-by-side", "stacked"]), "How the two codes stand."),
    parameter(
        "if_occupied",
        Kind::OneOf(&["refuse", "warn", "ignore"]),
        "What is done where something stands already.",
    ),
    parameter(
        "pdf_mismatch",
        Kind::OneOf(&["refuse", "warn", "ignore"]),
        "What is done with a PDF that shows another invoice.",
    ),
];
const PAPER: &[Parameter] = &[
    parameter("language", Kind::OneOf(&["pl", "en"]), "The language of the confirmation."),
    parameter("paper", Kind::OneOf(&["a4", "80mm", "58mm"]), "Its paper."),
];
const BOOK: &[Parameter] = &[
    parameter("seller", Kind::Text, "Only of this seller, by NIP."),
    parameter("number", Kind::Text, "Only with this invoice number."),
    parameter("state", Kind::OneOf(State::NAMES), "Only in this state."),
    parameter("issued_from", Kind::Day, "From this issue date on."),
    parameter("issued_to", Kind::Day, "Up to this issue date."),
    parameter("limit", Kind::Number(1, 10_000), "No more than so many: 1000 if it is left out."),
    parameter("after", Kind::Number(0, i64::MAX), "Without the first so many."),
];
const EXCEPTIONS: &[Parameter] =
    &[parameter("allow", Kind::SomeOf(&["content", "online"]), "What may be overruled, knowingly.")];

/// All of them, but for the description itself and what is about the service's health.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        path: "/v1/sign",
        summary: "KOD I and KOD II of an offline invoice",
        scope: Scope::Sign,
        comes: Comes::Invoice,
        parameters: &[NAME, WHEN, CONTEXT, PICTURES],
    },
    Operation {
        path: "/v1/link",
        summary: "KOD I of an invoice",
        scope: Scope::Sign,
        comes: Comes::Invoice,
        parameters: &[NAME, WHEN, PICTURES, NUMBER],
    },
    Operation {
        path: "/v1/stamp",
        summary: "The codes on a PDF",
        scope: Scope::Stamp,
        comes: Comes::Pdf,
        parameters: &[NAME, WHEN, CONTEXT, PLACE, NUMBER],
    },
    Operation {
        path: "/v1/confirm",
        summary: "A confirmation of the transaction, for the buyer",
        scope: Scope::Sign,
        comes: Comes::Invoice,
        parameters: &[NAME, WHEN, CONTEXT, PAPER],
    },
    Operation {
        path: "/v1/check",
        summary: "Everything for which KSeF would refuse the file",
        scope: Scope::Verify,
        comes: Comes::Invoice,
        parameters: &[NAME, WHEN],
    },
    Operation {
        path: "/v1/verify",
        summary: "What is right and wrong about codes",
        scope: Scope::Verify,
        comes: Comes::Codes,
        parameters: &[],
    },
    Operation {
        path: "/v1/deadline",
        summary: "By when an invoice is to be sent to KSeF",
        scope: Scope::Verify,
        comes: Comes::Nothing,
        parameters: &[MODES],
    },
    Operation {
        path: "/v1/correct",
        summary: "Whether a file may be sent as a technical correction",
        scope: Scope::Sign,
        comes: Comes::Correction,
        parameters: &[EXCEPTIONS],
    },
    Operation {
        path: "/v1/invoices",
        summary: "The invoices of the book",
        scope: Scope::Read,
        comes: Comes::Nothing,
        parameters: &[BOOK],
    },
    Operation {
        path: "/v1/due",
        summary: "What KSeF must still get, and by when",
        scope: Scope::Read,
        comes: Comes::Nothing,
        parameters: &[],
    },
    Operation {
        path: "/v1/certificates",
        summary: "The certificates, and by when each is to be replaced",
        scope: Scope::Read,
        comes: Comes::Nothing,
        parameters: &[],
    },
];

impl Operation {
    pub(super) fn of(path: &str) -> Option<&'static Self> {
        OPERATIONS.iter().find(|operation| operation.path == path)
    }

    pub(super) fn parameters(&self) -> impl Iterator<Item = &'static Parameter> {
        self.parameters.iter().flat_map(|group| group.iter())
    }

    pub(super) fn is_post(&self) -> bool {
        !matches!(self.path, "/v1/invoices" | "/v1/due" | "/v1/certificates")
    }
}
