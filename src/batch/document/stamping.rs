//! The document that is a PDF of the user's, with the codes on it.

use std::fmt;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::draft::{Content, Document, Draft, Made, PdfSource, is_stamped};
use crate::batch::comparison::{Mismatch, compare};
use crate::batch::input::{Input, InvoiceFile, read_file};
use crate::error::{Error, Kind, Result, Warning, WarningKind};
use crate::files::{decoded, open_regular, spelled_path};
use crate::invoice::{FileKind, Form, Invoice};
use crate::manifest::CodesPlace;
use crate::paper::{CodePage, ConfirmationFacts, Language};
use crate::pdf::{self, Original, PageDrawer, Stamp, remedy};
use crate::values::InvoiceHash;
use crate::xml;

/// No larger PDF is stamped, in bytes: a worker has it in memory as a whole, and what is made of it.
const LARGEST_PDF: u64 = 100_000_000;

/// A PDF says what it is in its first bytes: within this many.
const HEADER: usize = 1024;

/// Puts the codes of each invoice on the PDF that it comes with.
#[non_exhaustive]
pub struct Stamping {
    /// Where, and how large.
    pub stamp: Stamp,
    /// The password of the PDFs, if they have one.
    pub password: Option<Zeroizing<Vec<u8>>>,
    /// Whether damaged PDFs are read as readers do, which repair them, and written anew.
    pub repairs: bool,
    /// What is done with a PDF that shows another invoice.
    pub mismatch: Mismatch,
    /// Sees where pictures on the pages are white.
    pub drawer: Option<Arc<dyn PageDrawer>>,
}

impl Stamping {
    /// Onto PDFs that open without a password.
    pub fn new(stamp: Stamp) -> Self {
        Self { stamp, password: None, repairs: false, mismatch: Mismatch::default(), drawer: None }
    }

    /// Opens the PDFs with this password.
    #[must_use]
    pub fn with_password(self, password: Option<Zeroizing<Vec<u8>>>) -> Self {
        Self { password, ..self }
    }

    /// Repairs damaged PDFs, or refuses them.
    #[must_use]
    pub fn repairing(self, repairs: bool) -> Self {
        Self { repairs, ..self }
    }

    /// Takes pictures for free where this sees that they are white.
    #[must_use]
    pub fn seen_by(self, drawer: Arc<dyn PageDrawer>) -> Self {
        Self { drawer: Some(drawer), ..self }
    }

    /// Does this with a PDF that shows another invoice.
    #[must_use]
    pub fn on_mismatch(self, mismatch: Mismatch) -> Self {
        Self { mismatch, ..self }
    }
}

impl fmt::Debug for Stamping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stamping").field("stamp", &self.stamp).finish_non_exhaustive()
    }
}

/// A PDF that is to be stamped.
struct Unstamped<'s> {
    stamp: &'s Stamp,
    pdf: Original,
    source: PdfSource,
    was_stamped: bool,
    /// Whether damage that is found later may be repaired.
    repairs: bool,
    was_repaired: bool,
    mismatch: Mismatch,
}

/// A PDF as it was read.
struct Read {
    pdf: Original,
    digest: InvoiceHash,
    was_stamped: bool,
    was_repaired: bool,
}

impl Document for Stamping {
    fn kind(&self) -> &'static str {
        "stamped"
    }

    fn ending(&self) -> &'static str {
        ".pdf"
    }

    fn nouns(&self) -> [&'static str; 2] {
        ["stamped PDF", "stamped PDFs"]
    }

    fn begin(&self, input: &Input, invoice: &mut Vec<u8>, largest: u64) -> Result<Box<dyn Draft + '_>> {
        let (pdf, beside) = match input {
            Input::Pdf { pdf, invoice, .. } => (pdf, invoice),
            Input::Memory { pdf: Some(pdf), xml, .. } => {
                return self.begin_in_memory(pdf, xml.as_deref(), invoice, largest);
            }
            Input::Unusable(error) => return Err(error.clone()),
            _ => return Err(Error::new(Kind::InputNotPdf, "it comes without a PDF that could be stamped")),
        };
        if let Some(other) = beside.as_ref().and_then(|invoice| swapped(pdf, invoice)) {
            return Err(other);
        }
        if beside.is_some() {
            input.read(invoice, largest)?;
        }
        let Read { pdf, digest, was_stamped, was_repaired } = self.read(pdf)?;
        let embedded = match beside {
            Some(InvoiceFile::Beside(_)) => other_than(invoice, &pdf)?,
            Some(_) => None,
            None => Some(invoice_in(&pdf)?),
        };
        let found = match (embedded, beside) {
            (Some(embedded), _) => {
                *invoice = embedded.bytes;
                embedded.name
            }
            (None, beside) => beside.as_ref().map(InvoiceFile::name).unwrap_or_default(),
        };
        let source = PdfSource { invoice: found, digest };
        let (repairs, mismatch) = (self.repairs, self.mismatch);
        Ok(Box::new(Unstamped { stamp: &self.stamp, pdf, source, was_stamped, repairs, was_repaired, mismatch }))
    }

    fn is_whole(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(b"%PDF") && bytes.trim_ascii_end().ends_with(b"%%EOF")
    }

    /// What we stamped, and not what somebody gave us to stamp.
    fn may_replace(&self, found: &[u8]) -> bool {
        is_stamped(found)
    }
}

impl Stamping {
    /// The invoice that was given counts, unless the PDF holds another.
    fn begin_in_memory(
        &self,
        pdf: &[u8],
        xml: Option<&[u8]>,
        invoice: &mut Vec<u8>,
        largest: u64,
    ) -> Result<Box<dyn Draft + '_>> {
        if pdf.len() as u64 > LARGEST_PDF {
            return Err(too_large(pdf.len() as u64));
        }
        invoice.clear();
        if let Some(xml) = xml {
            if xml.len() as u64 > largest {
                return Err(Error::new(Kind::TooLarge, format!("the invoice has {} bytes", xml.len())));
            }
            if FileKind::of(pdf) == Some(FileKind::Xml) && FileKind::of(xml) == Some(FileKind::Pdf) {
                return Err(Error::new(Kind::InputNotPdf, "it is XML, and the invoice is a PDF: were they swapped?"));
            }
            invoice.extend_from_slice(xml);
        }
        let Read { pdf, digest, was_stamped, was_repaired } = self.read_bytes(pdf.to_vec())?;
        let embedded = match xml {
            Some(_) => other_than(invoice, &pdf)?,
            None => Some(invoice_in(&pdf)?),
        };
        let mut found = "invoice.xml".to_owned();
        if let Some(embedded) = embedded {
            *invoice = embedded.bytes;
            found = embedded.name;
        }
        let source = PdfSource { invoice: found, digest };
        let (repairs, mismatch) = (self.repairs, self.mismatch);
        Ok(Box::new(Unstamped { stamp: &self.stamp, pdf, source, was_stamped, repairs, was_repaired, mismatch }))
    }

    fn read(&self, path: &Path) -> Result<Read> {
        let mut bytes = Vec::new();
        read_file(path, &mut bytes, LARGEST_PDF).map_err(|error| match error.kind() {
            // What is said of an invoice's XML does not hold for a PDF.
            Kind::TooLarge => too_large(path.metadata().map_or(LARGEST_PDF, |file| file.len())),
            _ => error,
        })?;
        self.read_bytes(bytes)
    }

    fn read_bytes(&self, bytes: Vec<u8>) -> Result<Read> {
        let digest = InvoiceHash::of(&bytes);
        let password = self.password.as_ref().map(|password| password.as_slice());
        match FileKind::of(&bytes) {
            Some(FileKind::Pdf) => {}
            // One that stores a PDF as it is may have its header near the beginning.
            Some(archive @ (FileKind::Zip | FileKind::Gzip | FileKind::Packed)) => return Err(archive.as_pdf()),
            // Its header may stand behind whatever some program put there.
            _ if memchr::memmem::find(bytes.get(..HEADER).unwrap_or(&bytes), b"%PDF-").is_some() => {}
            Some(other) => return Err(other.as_pdf()),
            None => return Err(Error::new(Kind::InputNotPdf, "it is not a PDF")),
        }
        let was_stamped = is_stamped(&bytes);
        let again = (self.repairs || password.is_some()).then(|| bytes.clone());
        let (pdf, was_repaired) = match (Original::read(bytes, password), again) {
            // Of many PDFs some may have no password, or none to open them.
            (Err(error), Some(again)) if error.kind() == Kind::PdfPasswordWrong => {
                (Original::read(again, None).map_err(|_| error)?, false)
            }
            (Err(error), Some(again)) if error.kind() == Kind::PdfDamaged && self.repairs => {
                (Original::repaired(again).map_err(|error| remedy::after_repair(error, false))?, true)
            }
            (read, _) => (read?, false),
        };
        Ok(Read { pdf: pdf.seen_by(self.drawer.clone()), digest, was_stamped, was_repaired })
    }
}

/// The refusal of an invoice in the place of the PDF, with the PDF in the place of the invoice.
fn swapped(pdf: &Path, invoice: &InvoiceFile) -> Option<Error> {
    let InvoiceFile::File(invoice) = invoice else { return None };
    let kind = |path: &Path| {
        let mut start = Vec::new();
        open_regular(path).ok()?.take(HEADER as u64).read_to_end(&mut start).ok()?;
        FileKind::of(&start)
    };
    let is_swapped = kind(pdf) == Some(FileKind::Xml) && kind(invoice) == Some(FileKind::Pdf);
    let message = || format!("it is XML, and {} is a PDF: were they swapped?", spelled_path(invoice));
    is_swapped.then(|| Error::new(Kind::InputNotPdf, message()))
}

/// The invoice that a PDF holds, where the file of its name beside it is none: it may be anything. None if the one beside it
/// counts.
///
/// # Errors
/// `invoice_embedded_differs`.
fn other_than(beside: &[u8], pdf: &Original) -> Result<Option<pdf::Embedded>> {
    // What cannot be read does not contradict.
    let embedded = pdf.embedded_xml().unwrap_or_default();
    if embedded.iter().any(|file| file.bytes == beside) {
        return Ok(None);
    }
    let invoices: Vec<_> = embedded.into_iter().filter(|file| Invoice::read(&file.bytes).is_ok()).collect();
    if invoices.is_empty() {
        return Ok(None);
    }
    if Invoice::read(beside).is_err_and(|fault| fault.kind() == Kind::UnknownForm) {
        return invoice_in(pdf).map(Some);
    }
    let message = "the PDF holds an invoice, and the XML of its name beside it is another one";
    Err(Error::new(Kind::InvoiceEmbeddedDiffers, message))
}

fn too_large(size: u64) -> Error {
    let message = format!("it has {size} bytes, and no PDF of more than {LARGEST_PDF} is stamped");
    Error::new(Kind::PdfLimits, message)
}

/// What XML files are that hold no invoice for KSeF, each with its name, as they are said to people.
fn told(files: &[(Option<Error>, pdf::Embedded)]) -> String {
    /// More of them are no hybrid invoice's.
    const MOST: usize = 5;
    let told = files.iter().take(MOST).map(|(_, file)| {
        let is = match root_of(&file.bytes) {
            Some((_, root)) if root == "CrossIndustryInvoice" => "is a Factur-X or ZUGFeRD invoice".to_owned(),
            Some((namespace, root)) if namespace.is_empty() => format!("has the root element {root:?}"),
            Some((namespace, root)) => format!("has the root element {root:?} in {namespace:?}"),
            None => "has no root element".to_owned(),
        };
        format!("{:?} {is}", file.name)
    });
    let more = if files.len() > MOST { ", and others" } else { "" };
    told.collect::<Vec<_>>().join(", ") + more
}

fn root_of(xml: &[u8]) -> Option<(String, String)> {
    xml::root_of(&String::from_utf8_lossy(&decoded(xml.to_vec())))
}

/// The one invoice among the XML files of a PDF.
fn invoice_in(pdf: &Original) -> Result<pdf::Embedded> {
    let refuse = |why: String| Err(Error::new(Kind::InvoiceNotEmbedded, why));
    let mut embedded = pdf.embedded_xml()?;
    if embedded.is_empty() {
        return refuse("no XML file is embedded in the PDF".to_owned());
    }
    // The list of attachments and the associated files may each have one of its own.
    embedded.sort_by(|one, other| one.bytes.cmp(&other.bytes));
    embedded.dedup_by(|one, other| one.bytes == other.bytes);
    // Beside KSeF's own form a PDF may hold the invoice as Factur-X, and other things. What is wrong with an invoice is
    // said when there is no other.
    let (mut good, others): (Vec<_>, Vec<_>) = embedded
        .into_iter()
        .map(|file| (Invoice::read(&file.bytes).err(), file))
        .partition(|(fault, _)| fault.is_none());
    let mut strange = Vec::new();
    if good.is_empty() {
        // A byte order mark or another encoding is the fault of an invoice for KSeF alone: of others it is not what is wrong.
        (good, strange) = others.into_iter().partition(|(_, file)| {
            root_of(&file.bytes).is_none_or(|(namespace, root)| Form::of_root(&namespace, &root).is_some())
        });
    }
    match (good.pop(), good.len()) {
        (Some((_, invoice)), 0) => Ok(invoice),
        (None, _) => refuse(format!("no XML file in the PDF is an invoice for KSeF: {}", told(&strange))),
        (Some(_), others) => {
            Err(Error::new(Kind::InvoiceEmbeddedTwice, format!("the PDF holds {} invoices", others + 1)))
        }
    }
}

impl Draft for Unstamped<'_> {
    fn compare(&self, invoice: &Invoice, xml: &[u8]) -> Result<Vec<Warning>> {
        compare(&self.pdf, invoice, xml, self.mismatch)
    }

    fn finish(&self, content: &Content<'_>) -> Result<Made> {
        let facts = ConfirmationFacts {
            ksef_number: content.ksef_number,
            mode: content.mode,
            ..ConfirmationFacts::of(content.invoice)
        };
        let draw = |last: [f64; 2]| CodePage::new(&facts, content.codes, Language::Polish).draw(last, self.stamp);
        let stamp = |pdf: &Original| pdf.stamp_or_add(content.codes, self.stamp, &draw);
        let (mut was_repaired, mut stamped) = (self.was_repaired, stamp(&self.pdf));
        let mut broken_pictures = self.pdf.broken_pictures();
        // Objects are read when they are needed.
        let for_content = stamped.as_ref().is_err_and(remedy::is_of_content);
        let is_damaged = stamped.as_ref().is_err_and(|error| error.kind() == Kind::PdfDamaged);
        if is_damaged && self.repairs && !was_repaired {
            was_repaired = true;
            let repaired = Original::repaired(self.pdf.bytes().to_vec());
            broken_pictures = repaired.as_ref().map_or(0, Original::broken_pictures);
            stamped = repaired.and_then(|pdf| stamp(&pdf));
        }
        let stamped =
            stamped.map_err(|error| if was_repaired { remedy::after_repair(error, for_content) } else { error })?;
        let mut warnings = stamped.warnings;
        if was_repaired {
            let repaired = "the PDF is damaged; it was read as readers do, which repair it, and written anew";
            let message = match broken_pictures {
                0 => repaired.to_owned(),
                1 => format!("{repaired}; a picture in it is damaged, and shown in part or not at all"),
                count => format!("{repaired}; {count} pictures in it are damaged, and shown in part or not at all"),
            };
            warnings.push(Warning::new(WarningKind::PdfRepaired, message));
        }
        if self.was_stamped {
            let message = "the PDF carries codes of an earlier stamping, which stay on it beside these";
            warnings.push(Warning::new(WarningKind::PdfStampedBefore, message));
        }
        let places = stamped.places.iter().map(|place| CodesPlace {
            page: place.page,
            left_mm: place.left_mm,
            top_mm: place.top_mm,
            width_mm: place.width_mm,
            height_mm: place.height_mm,
        });
        Ok(Made { bytes: stamped.bytes, pages: stamped.pages, places: places.collect(), codes: None, warnings })
    }

    fn source(&self) -> Option<&PdfSource> {
        Some(&self.source)
    }
}
