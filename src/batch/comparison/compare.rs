use super::folded_text::{FoldedText, Gap, Sign};
use super::heading::headings;
use super::number::{Number, Spelling};
use crate::error::{Error, Kind, Result, Warning, WarningKind};
use crate::invoice::Invoice;
use crate::pdf::{Original, PageText};
use crate::values::Nip;

/// What is done with a PDF that shows another invoice than the one whose codes it is to get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mismatch {
    /// The PDF is refused (`pdf_of_another_invoice`).
    #[default]
    Refuse,
    /// It gets the codes, with a warning of the same code.
    Warn,
    /// It gets the codes, and its text is not read.
    Ignore,
}

/// How surely the number was found, from the least on.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
enum Found {
    No,
    /// It is so short that it may be there by chance.
    Weak,
    /// As that of the invoice that is corrected, or was paid in advance.
    Reference,
    /// Only if letters that stand apart are taken together.
    Spaced,
    Plain,
    /// Where the invoice tells its number: behind "Faktura nr".
    Announced,
}

/// Pages that are looked at.
const MOST_PAGES: usize = 500;

/// Letters of a text that can be a whole invoice. Less stands on scans: a stamp, the name of a program.
const FEWEST_LETTERS: usize = 60;

/// Letters that nobody can read, and that are less than a number.
const MOST_UNREADABLE: usize = 5;

/// Compares what a PDF says with the invoice that it is to show; `xml` are the invoice's bytes.
///
/// # Errors
/// `pdf_of_another_invoice`, if that is to be refused.
pub(in crate::batch) fn compare(
    pdf: &Original,
    invoice: &Invoice,
    xml: &[u8],
    mismatch: Mismatch,
) -> Result<Vec<Warning>> {
    if mismatch == Mismatch::Ignore {
        return Ok(Vec::new());
    }
    let mut comparison = Comparison::new(invoice);
    let mut pages = 0;
    let all = pdf.read_text(&mut |page| {
        pages += 1;
        comparison.page(page);
        !comparison.is_sure() && pages < MOST_PAGES
    });
    comparison.is_cut |= !all || pages == MOST_PAGES && !comparison.is_sure();
    Ok(match comparison.verdict(xml) {
        Verdict::Same => Vec::new(),
        Verdict::Unknown(why) => vec![Warning::new(WarningKind::PdfNotCompared, why)],
        Verdict::Another(why) if mismatch == Mismatch::Warn => {
            vec![Warning::new(WarningKind::PdfOfAnotherInvoice, why)]
        }
        Verdict::Another(why) => return Err(Error::new(Kind::PdfOfAnotherInvoice, why)),
    })
}

enum Verdict {
    Same,
    Another(String),
    Unknown(String),
}

struct Comparison<'i> {
    invoice: &'i Invoice,
    number: Number,
    found: Found,
    /// The first other number that the text announces as its own.
    other: Option<String>,
    has_seller: bool,
    /// The other NIPs that the text names as such.
    nips: Vec<Nip>,
    letters: usize,
    hidden: usize,
    unreadable: usize,
    is_cut: bool,
}

impl<'i> Comparison<'i> {
    fn new(invoice: &'i Invoice) -> Self {
        let number = Number::new(invoice.number());
        Self {
            invoice,
            // A sign or two of no alphabet.
            found: if number.is_empty() { Found::Weak } else { Found::No },
            number,
            other: None,
            has_seller: false,
            nips: Vec::new(),
            letters: 0,
            hidden: 0,
            unreadable: 0,
            is_cut: false,
        }
    }

    fn page(&mut self, page: &PageText) {
        self.letters += page.letters();
        self.hidden += page.hidden();
        self.unreadable += page.unreadable();
        self.is_cut |= page.is_cut();
        self.text(&FoldedText::of(page.drawn()));
        // In columns the number may stand far from the word that announces it.
        if self.found < Found::Announced || !self.has_seller {
            self.text(&FoldedText::of(&page.by_position()));
        }
    }

    fn text(&mut self, text: &FoldedText) {
        let headings = headings(text);
        // Where others' numbers stand, which may hold this one: `FV 12/2026` holds `12/2026`.
        let mut others = Vec::new();
        for heading in &headings {
            // Of what stands apart before it one cannot tell whether it is a part of it; digits alone are not its own.
            let behind = heading.behind_prefix(text).filter(|_| self.number.has_letters());
            let is_at = |spelling| {
                let mut starts = [Some(heading.at), behind].into_iter().flatten();
                starts.any(|at| self.number.is_at(text, at, spelling))
            };
            let is_spaced = self.number.may_be_spaced() && is_at(Spelling::Spaced);
            if is_at(Spelling::Usual) || is_spaced {
                self.found(match heading.is_reference {
                    true => Found::Reference,
                    false if is_spaced => Found::Spaced,
                    false => Found::Announced,
                });
                if heading.is_reference {
                    others.push(heading.at..behind.unwrap_or(heading.at) + 1);
                }
            } else if let Some(number) = heading.number(text) {
                if !heading.is_reference {
                    self.other.get_or_insert_with(|| text.spelled(number.clone()));
                }
                others.push(number);
            }
        }
        let is_own = |at: usize| {
            let behind = others.partition_point(|other| other.start <= at);
            behind.checked_sub(1).and_then(|index| others.get(index)).is_none_or(|other| other.end <= at)
        };
        if self.found < Found::Plain && self.number.places(text, Spelling::Usual).any(is_own) {
            self.found(if self.number.is_weak() { Found::Weak } else { Found::Plain });
        }
        let may_be_spaced = self.found < Found::Spaced && self.number.may_be_spaced();
        if may_be_spaced && self.number.places(text, Spelling::Spaced).any(is_own) {
            self.found(Found::Spaced);
        }
        self.nips(text);
    }

    fn found(&mut self, found: Found) {
        if found > self.found {
            self.found = found;
        }
    }

    /// Looks for ten digits, however they are grouped.
    fn nips(&mut self, text: &FoldedText) {
        /// NIPs of others that are kept: one is enough.
        const MOST: usize = 8;
        let seller: Vec<char> = self.invoice.seller().as_str().chars().collect();
        for at in 0..text.signs.len() {
            if self.has_seller {
                return;
            }
            let Some(digits) = ten_digits(text, at) else { continue };
            if digits == seller {
                self.has_seller = true;
            } else if self.nips.len() < MOST && is_called_nip(text, at) {
                let nip = Nip::parse(&digits.iter().collect::<String>()).ok();
                self.nips.extend(nip.filter(Nip::has_valid_checksum));
            }
        }
    }

    /// True if further pages would tell nothing more.
    fn is_sure(&self) -> bool {
        let is_shown = match self.found {
            Found::Announced => true,
            Found::Plain => self.other.is_none(),
            _ => false,
        };
        is_shown && self.has_seller
    }

    fn verdict(&self, xml: &[u8]) -> Verdict {
        let number = self.invoice.number();
        // What a program recognised in a picture has its mistakes.
        let scanned = self.letters < FEWEST_LETTERS && self.hidden > self.letters;
        if let Some(other) = self.other.as_ref().filter(|_| !scanned) {
            // A list of earlier invoices may follow a number that stands in a column of its own.
            let is_alike = Number::new(other).shape() == self.number.shape();
            if self.found < Found::Plain || self.found == Found::Plain && is_alike {
                return Verdict::Another(format!("it shows the number {other}, and the invoice has {number}"));
            }
        }
        if self.found > Found::Weak {
            return self.seller(xml);
        }
        let unknown = |why: &str| Verdict::Unknown(format!("whether the PDF shows {number} was not seen: {why}"));
        if self.letters + self.hidden == 0 {
            unknown(match self.unreadable {
                0 => "it has no text (a scan, or letters drawn as lines)",
                _ => "its fonts do not tell which letters they draw",
            })
        } else if self.letters < FEWEST_LETTERS {
            unknown("it has hardly any text that is not a picture")
        } else if self.found == Found::Weak {
            unknown("so short a number may be there by chance")
        } else if self.unreadable > MOST_UNREADABLE {
            unknown("some of its fonts do not tell which letters they draw")
        } else if self.is_cut {
            unknown("its text could not be read to the end")
        } else {
            Verdict::Another(format!("its text can be read, and the invoice's number {number} is not in it"))
        }
    }

    /// The number is there. Numbers begin anew in each company.
    fn seller(&self, xml: &[u8]) -> Verdict {
        if self.has_seller {
            return Verdict::Same;
        }
        let seller = self.invoice.seller();
        // Carriers and others that the invoice names.
        let is_unknown = |nip: &&Nip| memchr::memmem::find(xml, nip.as_str().as_bytes()).is_none();
        match self.nips.iter().find(is_unknown) {
            Some(nip) if self.letters >= FEWEST_LETTERS && self.unreadable <= MOST_UNREADABLE && !self.is_cut => {
                Verdict::Another(format!(
                    "it shows the NIP {nip}, which the invoice does not have, and not the seller's, {seller}"
                ))
            }
            _ => Verdict::Unknown(format!(
                "the PDF shows the number {number}, and nowhere in its text the seller's NIP, {seller}",
                number = self.invoice.number()
            )),
        }
    }
}

/// The ten digits that begin here, if no digit stands close before or behind them.
fn ten_digits(text: &FoldedText, at: usize) -> Option<Vec<char>> {
    let rest = text.signs.get(at..at + 10)?;
    let is_free = |before: usize, sign: usize| {
        let is_digit = |at: usize| text.sign(at).is_some_and(Sign::is_digit);
        !(is_digit(before) && is_digit(sign) && text.sign(sign).is_some_and(|sign| sign.gap == Gap::None))
    };
    let is_alone = (at == 0 || is_free(at - 1, at)) && is_free(at + 9, at + 10);
    (is_alone && rest.iter().all(|sign| sign.is_digit())).then(|| rest.iter().map(|sign| sign.letter).collect())
}

/// True if "NIP" stands before, or "NIP: PL".
fn is_called_nip(text: &FoldedText, at: usize) -> bool {
    let word = text.letters_before(at);
    let before = if word == "PL" { text.letters_before(at - 2) } else { word };
    matches!(before.as_str(), "NIP" | "NIPPL")
}
