use ksef_qr::batch::{Confirming, Mismatch};
use ksef_qr::deadline::Schedule;
use ksef_qr::pdf::Stamp;
use ksef_qr::values::{ContextId, Rules};
use ksef_qr::{EccLevel, KsefNumber, PictureFormat, Style};

/// What is to be made of an invoice, and how.
#[derive(Clone, Debug)]
pub struct Order {
    /// What.
    pub task: Task,
    /// The KSeF number, if the invoice has one: KOD I alone, with the number under it.
    pub ksef_number: Option<KsefNumber>,
    /// In whose context it is signed, if that is given.
    pub context: Option<ContextId>,
    /// Why it was issued outside of KSeF.
    pub schedule: Option<Schedule>,
    /// The pictures, none for links alone.
    pub formats: Vec<PictureFormat>,
    /// Their sizes.
    pub style: Style,
    /// Error correction.
    pub level: EccLevel,
    /// Rules that may be broken.
    pub allow: Rules,
}

/// What is to be made.
#[derive(Clone, Debug)]
pub enum Task {
    /// KOD I and KOD II.
    Sign,
    /// KOD I.
    Link,
    /// The codes on a PDF.
    Stamp(Stamp, Mismatch),
    /// A confirmation of the transaction.
    Confirm(Confirming),
}

impl Task {
    /// Its name in the book and in the log: `sign`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Link => "link",
            Self::Stamp(..) => "stamp",
            Self::Confirm(_) => "confirm",
        }
    }
}

impl Order {
    /// With the usual settings: PNGs of codes, none beside a document.
    pub fn new(task: Task) -> Self {
        let formats = match task {
            Task::Sign | Task::Link => vec![PictureFormat::Png],
            Task::Stamp(..) | Task::Confirm(_) => Vec::new(),
        };
        Self {
            task,
            ksef_number: None,
            context: None,
            schedule: None,
            formats,
            style: Style::default(),
            level: EccLevel::default(),
            allow: Rules::NONE,
        }
    }

    /// True if a certificate signs.
    pub fn is_signing(&self) -> bool {
        !matches!(self.task, Task::Link) && self.ksef_number.is_none()
    }
}

/// Files that belong to one invoice.
#[derive(Clone, Debug, Default)]
pub struct Upload {
    /// What people call it.
    pub name: String,
    /// The invoice's exact bytes.
    pub xml: Option<Vec<u8>>,
    /// The PDF that shows it.
    pub pdf: Option<Vec<u8>>,
}
