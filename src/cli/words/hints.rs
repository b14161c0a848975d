//! What to do, by the options of the command. The library says what to do in the world; where an option does it, that
//! stands here, in place of the library's words.

use ksef_qr::Error;
use ksef_qr::audit::{Item, ItemName};
use ksef_qr::error::{Class, ErrorKind, Explanation, Hints, WarningKind};
use ksef_qr::pdf::remedy;
use ksef_qr::report::{Finding, Outcome};
use ksef_qr::values::Rule;
use ksef_qr::verify::Check;

/// For the library, where it writes what the user reads: the manifest.
pub const HINTS: Hints = Hints::new(by_option, note).with_own(own_by_option);

/// What to do with a certificate that came as a PKCS#12 file.
pub const PKCS12: &str =
    "A PKCS#12 file holds the key and the certificate. Give it as `--p12 FILE`, in place of `--cert` and `--key`.";

/// What to do with a PKCS#12 file of several keys where one is to be read.
pub const ONE_KEY: &str = "This command takes a file with one key. Export the key that is meant alone, or write it to a file of its own: `openssl pkcs12 -in FILE -nocerts`.";

/// What to do about an error.
pub fn of(error: &Error) -> &'static str {
    match error.hint() {
        // The library's own words; whoever gave others had a reason.
        general if general == error.kind().hint() => of_kind(error.kind()),
        own => own_by_option(own).unwrap_or(own),
    }
}

/// What to do about an error of this kind.
pub fn of_kind(kind: ErrorKind) -> &'static str {
    by_option(kind).unwrap_or(kind.hint())
}

/// What to do where a check of `verify` failed.
pub fn remedy(check: &Check) -> &'static str {
    remedy_by_option(check.code()).unwrap_or(check.hint())
}

/// What to do about something that was found in a file or a certificate: what an error of that code says.
pub fn of_finding(finding: &Finding) -> &'static str {
    let kind = ErrorKind::ALL.iter().find(|kind| kind.code() == finding.code());
    kind.and_then(|&kind| by_option(kind)).unwrap_or(finding.hint())
}

/// Which option answers an item of an audit that nobody could answer; it stands behind the item's message, in brackets.
pub fn of_item(item: &Item) -> Option<&'static str> {
    (item.name() == ItemName::Owner && item.outcome() == Outcome::NotChecked).then_some("--nip")
}

/// What to do about whatever has this code.
pub fn explained(explanation: &Explanation) -> &'static str {
    let by_option = match explanation.class {
        Class::Error(kind) => by_option(kind),
        Class::Verify => remedy_by_option(explanation.code),
        _ => None,
    };
    by_option.unwrap_or(explanation.hint)
}

/// The rule that lets such an invoice or certificate pass, if there is one: `--allow RULE`.
pub fn rule(kind: ErrorKind) -> Option<Rule> {
    Some(match kind {
        ErrorKind::ByteOrderMark => Rule::Bom,
        ErrorKind::ProcessingInstruction => Rule::ProcessingInstruction,
        ErrorKind::DiscouragedCharacter => Rule::Characters,
        ErrorKind::TooLarge => Rule::Size,
        ErrorKind::CertificateIsAuthentication | ErrorKind::CertificatePurposeUnclear => Rule::CertificatePurpose,
        ErrorKind::CertificateExpired | ErrorKind::CertificateNotYetValid => Rule::CertificateDates,
        ErrorKind::IssuedNumber => Rule::IssuedNumber,
        _ => return None,
    })
}

/// Where to read on.
fn note(kind: WarningKind) -> Option<&'static str> {
    match kind {
        WarningKind::ConfirmationExpected | WarningKind::InvoiceExpected => Some("ksef-qr advise says why"),
        WarningKind::CodesExpected => Some("ksef-qr advise says which, and why"),
        WarningKind::BookMode => Some("`ksef-qr book mark mode FILE --mode MODE` puts the book right"),
        _ => None,
    }
}

/// In place of what the library says of some errors of a kind only.
fn own_by_option(hint: &str) -> Option<&'static str> {
    Some(match hint {
        remedy::DAMAGED_CONTENT => {
            "`--new-page` puts the codes on a page of their own, whatever the others hold. Or export the PDF again, or let `--repair` try."
        }
        remedy::DAMAGED_CONTENT_REPAIRED => {
            "`--new-page` puts the codes on a page of their own, whatever the others hold. Or export the PDF again: `--repair` leaves what pages hold as it is."
        }
        _ => return None,
    })
}

fn remedy_by_option(code: &str) -> Option<&'static str> {
    match code {
        "invoice_facts" => Some(
            "Facts are compared with an invoice that can be read: see ksef-qr link FILE for what is wrong with it.",
        ),
        "serial_is_another" => {
            Some("The serial number stands in the certificate itself, 16 hexadecimal digits: ksef-qr cert show FILE.")
        }
        "signature" => Some("Give the certificate (--cert) to have the signature checked."),
        "manifest_picture" => Some("Draw the codes again (--overwrite), and do not print this picture."),
        _ => None,
    }
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn by_option(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::ScanMissing => {
            "Install ksef-qr-scan beside ksef-qr, of the same version: `cargo install --path crates/scan` in a checkout (`cargo build --release` builds both). If it is elsewhere, name it in the variable KSEF_QR_SCAN."
        }
        ErrorKind::InputIsPdf => {
            "The codes are of the invoice's XML. `ksef-qr sign` takes the XML; `ksef-qr stamp` takes the PDF and its XML (beside it, in it, or `--invoice FILE`); `ksef-qr verify` reads the codes on a PDF."
        }
        ErrorKind::InputIsArchive => {
            "An archive is known by its name: `.zip`, `.tar`, `.tar.gz` or `.tgz` are read as they are. Rename or unpack it. A spreadsheet or a document is no invoice."
        }
        ErrorKind::InputIsCertificate => {
            "Give the certificate with `--cert FILE`, and the invoice's XML in this place. `ksef-qr cert show FILE` shows a certificate."
        }
        ErrorKind::InputIsKey => {
            "Give the key with `--key FILE` (or `--p12 FILE`), and the invoice's XML in this place."
        }
        ErrorKind::InputIsSigned => {
            "KSeF takes the XML itself, with no signature around it. `openssl cms -verify -noverify -inform DER -in FILE -out invoice.xml` takes it out (`-inform PEM`, if the file is text)."
        }
        ErrorKind::InputIsPicture => {
            "`ksef-qr verify FILE` reads the codes in a picture. `ksef-qr sign` takes the invoice's XML."
        }
        ErrorKind::InputIsJson => {
            "A manifest is verified by `ksef-qr verify --manifest FILE`, and its codes are put on PDFs by `ksef-qr stamp --codes FILE`. `ksef-qr sign` takes the invoice's XML."
        }
        ErrorKind::TooLarge => {
            "KSeF takes 1 000 000 bytes, or 3 000 000 with an attachment (Zalacznik). Split the invoice; `--allow size` signs a file of up to 100 000 000 bytes all the same."
        }
        ErrorKind::ByteOrderMark => {
            "KSeF refuses a byte order mark. Export without it; `--allow bom` signs the file as it is."
        }
        ErrorKind::ProcessingInstruction => {
            "KSeF refuses processing instructions such as xml-stylesheet. Export without them; `--allow processing-instruction` signs the file as it is."
        }
        ErrorKind::DiscouragedCharacter => {
            "KSeF refuses the characters that XML 1.0 discourages. Remove it at its source; `--allow characters` signs the file as it is."
        }
        ErrorKind::FormNotAccepted => {
            "FA(2) is taken by the test environment only. Issue the invoice as FA(3), or use `--env test`."
        }
        ErrorKind::DeadlinePassed => {
            "KSeF accepts it all the same. Send it at once, and ask your tax adviser what being late means. `ksef-qr deadline` shows the count."
        }
        ErrorKind::UpoLacksInvoice => {
            "KSeF did not take this file in the sessions of these UPOs. Give the UPO that confirms it; without `--upo`, OFFLINE stands under the code."
        }
        ErrorKind::UpoOtherFile => {
            "If the file that KSeF took was sent as a technical correction of this one (hashOfCorrectedInvoice), codes of this file lead to it, and those in use may stay; draw new ones from the file that was sent, or of this file alone with `--ksef-number`. If not, a code of this file leads nowhere: draw the code of the file that was sent, byte for byte."
        }
        ErrorKind::IssuedNumber => {
            "The buyer may hold the first file's codes: `ksef-qr book show NUMBER`. If KSeF refused that one, this is its technical correction, and the first codes stand. If nobody has it: `ksef-qr book mark annulled FILE`. If both are meant: `--allow issued-number`."
        }
        ErrorKind::InvoiceAnnulled => {
            "`ksef-qr book show FILE` says when. Issue it again with what was wrong put right, which makes it another file."
        }
        ErrorKind::InvoiceIsCorrection => {
            "Draw the codes of the first file; `ksef-qr book show FILE` names its digest. They lead to this one once KSeF has taken it."
        }
        ErrorKind::BookLacksInvoice => {
            "Every change to a file, even of white space, makes it another one. Is it the very file that was signed, and the right book (`--book`)? `ksef-qr book import MANIFEST` enters codes of earlier runs."
        }
        ErrorKind::BookAddress => {
            "Write `--book FILE`, or `--book postgres://user@host/database`. The password comes from the variable PGPASSWORD or from `--book-password-file FILE`."
        }
        ErrorKind::BookPassword => {
            "Give the password of the database's user: in the variable PGPASSWORD or KSEF_QR_BOOK_PASSWORD, or in a file (`--book-password-file FILE`). In the URL it has no place."
        }
        ErrorKind::BookMissing => {
            "Is the name right? `ksef-qr book create PLACE` makes a new book, once: of a name that was mistyped, every invoice would be signed again."
        }
        ErrorKind::BookExists => {
            "Choose another name; nothing was changed. `ksef-qr status --book FILE` shows what is in a book."
        }
        ErrorKind::BookForeign => {
            "Is the name right? A book is made by `ksef-qr book create`; manifests and answers of KSeF are read into it by `ksef-qr book import`."
        }
        ErrorKind::BookDamaged => {
            "`ksef-qr book check` says all that is wrong. Take the last copy (`ksef-qr book backup`), and read the manifests and KSeF's answers since then into it: `ksef-qr book import`."
        }
        ErrorKind::BookWrongEnvironment => {
            "Each KSeF has a book of its own: give the other one by `--book`, or make it (`ksef-qr book create PLACE --env ENV`)."
        }
        ErrorKind::BookContradiction => {
            "`ksef-qr book show INVOICE` says what the book has of it. Ask KSeF for its state."
        }
        ErrorKind::CorrectedAlready => {
            "If that correction was made by mistake and was not sent: `ksef-qr book mark annulled FILE`. If KSeF refused it, enter that answer: `ksef-qr book import ANSWER`. What is wrong in one that KSeF has is corrected by a correcting invoice (KOR)."
        }
        ErrorKind::BookImportUnknown => {
            "Give a UPO, KSeF's answer in JSON, a manifest, an export or a table (CSV) as it came. Latarnia's messages are given by `--announcements FILE`. `ksef-qr book import --help` says more."
        }
        ErrorKind::CorrectionChangesContent => {
            "A technical correction puts right the form alone. Correct the file so that it says what the first one says. If it is meant all the same, and your tax adviser agrees: `--allow content`."
        }
        ErrorKind::CorrectionOfOnline => {
            "Whoever issues online sends the corrected file as an ordinary invoice. If the codes of the first file were handed over, it was issued offline: `--allow online`."
        }
        ErrorKind::CorrectionNotAccepted => {
            "Correct what was found in it. `ksef-qr check FILE` shows the same, with `--xsd DIR` by the Ministry's schemas."
        }
        ErrorKind::UpoPageMissing => "Give all pages, each by `--upo`: the invoice may be on one that is missing.",
        ErrorKind::KsefNumberMissing => {
            "Fill in the column ksef_number, or leave the line out and stamp that PDF by itself (`--kod1-alone`, `--codes`, `--cert`)."
        }
        ErrorKind::InvoiceNotEmbedded => {
            "Give the invoice's XML: in a file of the same name beside the PDF, by `--invoice` (a file, a folder or an archive), or in a table (`--pairs`)."
        }
        ErrorKind::InvoiceEmbeddedTwice => {
            "It is unclear which of them the PDF shows. Give the invoice's XML beside the PDF: `--invoice FILE`."
        }
        ErrorKind::InvoiceEmbeddedDiffers => {
            "It is unclear which of them the PDF shows. `--invoice FILE` takes the one beside it; a table (`--pairs`) that leaves the invoice's column empty takes the one in it."
        }
        ErrorKind::PairMissing => {
            "A PDF and its invoice have the same name: `f1.pdf` and `f1.xml`. Rename one of them, or name the pairs in a table (`--pairs`)."
        }
        ErrorKind::PairAmbiguous => "Keep both in folders of the same name, or name the pairs in a table (`--pairs`).",
        ErrorKind::CodesOfAnotherEnvironment => "Choose the `--env` that the invoice was signed for.",
        ErrorKind::CodesSignatureWrong => {
            "Such a code fails in the buyer's hands, so it is not drawn again. Take the manifest from a copy; or read the code that was printed and verify it: `ksef-qr verify LINK --cert FILE`."
        }
        ErrorKind::StampedOverInput => "A PDF that was given to be stamped is never replaced. Choose another `--out`.",
        ErrorKind::ContextUnclear => {
            "Say whose KSeF context issues this invoice: `--context Nip:XXXXXXXXXX` (or InternalId:, NipVatUe:, PeppolId:)."
        }
        ErrorKind::PdfDamaged => {
            "Codes are added behind the file as it is, and nothing is guessed. Export it again, or write it anew (`--repair`, \
             `qpdf IN OUT`, or print it to a PDF)."
        }
        ErrorKind::CertificateOfAnother => {
            "Give the certificate of this NIP. If its owner may issue invoices for others in KSeF (InvoiceWrite), as an accounting office may: `--on-behalf` signs each in its issuer's context, `--context` in one that you name."
        }
        ErrorKind::PdfNoRoom => {
            "Choose smaller codes, a smaller distance, another arrangement, or a page of their own (`--new-page`)."
        }
        ErrorKind::PdfStampedAlready => {
            "Stamp the PDF as it came from the invoicing system, so that each code stands on it once. `--if-occupied warn` adds codes all the same."
        }
        ErrorKind::PdfOfAnotherInvoice => {
            "Is it the right PDF? In a table of pairs a row may have moved. If it is right, and prints its number otherwise than the invoice has it: `--pdf-mismatch ignore`."
        }
        ErrorKind::PdfPlaceTaken => {
            "`--corner auto` looks for a free place. Or choose another (`--corner`, `--x-mm`, `--y-mm`), another page (`--page`), or a page of their own (`--new-page`)."
        }
        ErrorKind::CertificateIsKey => {
            "This file is a private key. --cert takes the certificate (.crt), --key takes the key (.key): were they swapped?"
        }
        ErrorKind::CertificateIsAuthentication => {
            "This is a type 1 certificate, for logging in. KOD II needs a type 2 certificate: in the KSeF Taxpayer Application apply for one with the purpose of signing the issuer verification link (offline). `--allow certificate-purpose` signs all the same."
        }
        ErrorKind::CertificatePurposeUnclear => {
            "A type 2 (Offline) certificate has the key usage nonRepudiation and not digitalSignature. Apply for one in the KSeF Taxpayer Application. `--allow certificate-purpose` signs all the same."
        }
        ErrorKind::CertificateExpired => {
            "Apply for a new certificate in the KSeF Taxpayer Application. `--allow certificate-dates` signs all the same, and KSeF will show the certificate as expired."
        }
        ErrorKind::CertificateNotYetValid => {
            "Use the previous certificate until then, and check this computer's clock. `--allow certificate-dates` signs all the same."
        }
        ErrorKind::UpoWrongEnvironment => {
            "Production and the test environments know nothing of each other's numbers. Choose the `--env` that the invoice was sent to, or give that environment's UPO."
        }
        ErrorKind::CertificateWrongEnvironment => {
            "Certificates of production and of the test environments are not interchangeable. Choose the matching `--env` or the matching certificate."
        }
        ErrorKind::KeyMissing => {
            "Signing needs the private key (.key), which was saved when you applied for the certificate; give it with --key. KSeF does not have it. If it is lost, revoke the certificate and apply for a new one."
        }
        ErrorKind::KeyIsCertificate => {
            "This file is a certificate. --key takes the private key (.key), --cert takes the certificate (.crt): were they swapped? If the .crt is all there is, the key was lost: apply for a new certificate."
        }
        ErrorKind::KeyIsPkcs12 => {
            "This is a PKCS#12 file (.p12, .pfx), which holds the key and the certificate. Give it as `--p12 FILE`, in place of `--cert` and `--key`."
        }
        ErrorKind::KeyUnencrypted => {
            "Whoever can read this file can sign in your name. `ksef-qr key password --key FILE --out NEW` encrypts it."
        }
        ErrorKind::P12EncryptionUnsupported => {
            "Export the file again with AES-256 and HMAC-SHA-256, or take it apart: `openssl pkcs12 -in FILE -out both.pem` (with `-legacy` for old ciphers) writes a file for both `--cert` and `--key`."
        }
        ErrorKind::P12SeveralKeys => {
            "Say which one signs: `--p12-entry NAME`, with the entry's friendly name, its local key ID in hexadecimal, or the certificate's serial number."
        }
        ErrorKind::P12EntryUnknown => {
            "`--p12-entry` takes a friendly name, a local key ID in hexadecimal, or the certificate's serial number. `openssl pkcs12 -in FILE -info -nokeys` lists them."
        }
        ErrorKind::PasswordMissing => {
            "The key is encrypted. Give the password in a file (`--password-file`), in KSEF_QR_KEY_PASSWORD, or at the prompt of a terminal."
        }
        ErrorKind::PinMissing => {
            "The token asks for a PIN. Give it in a file (`--password-file`, or pin-source=file:/PATH in the URI), in KSEF_QR_KEY_PASSWORD, or at the prompt of a terminal."
        }
        ErrorKind::TokenCertificateMissing => {
            "The token holds no certificate with the key's ID (CKA_ID). Give the certificate as a file: `--cert FILE`."
        }
        ErrorKind::SignerUnavailable => {
            "RSASSA-PSS is randomised; deterministic signatures exist for EC keys only. Leave out `--deterministic`."
        }
        ErrorKind::RegisterNothingFits => {
            "`ksef-qr cert register list` shows what each certificate is good for. Add the new one, or choose another `--env`. An accounting office's own signs for the rest with `--owner NIP --on-behalf`, or with `signs_for` in its entry."
        }
        ErrorKind::RegisterAmbiguous => "Say whose certificate signs (`--owner NIP`), or which (`--use NAME`).",
        ErrorKind::RegisterEntryUnknown => "`ksef-qr cert register list` shows the names.",
        ErrorKind::RegisterOutdated => {
            "The file was replaced, but the register still describes the old one. Give each certificate an entry of its own: `ksef-qr cert register add`."
        }
        ErrorKind::TokenUriPin => {
            "Other users of the machine can read arguments, and shells keep them. Leave pin-value out, treat the PIN as exposed, and give it by pin-source=file:/PATH, `--password-file`, KSEF_QR_KEY_PASSWORD or at the prompt."
        }
        ErrorKind::AnnouncementMissing => {
            "A further failure counts if it was announced while the deadline ran. Give it with the day of its announcement: `--failure ANNOUNCED..ENDED`, such as 2025-07-09..2025-07-12."
        }
        ErrorKind::SubjectMalformed => {
            "Give the answer of the API's /certificates/enrollments/data as it came, or attributes such as `--attribute commonName=...`: KSeF refuses a request whose subject differs from it."
        }
        ErrorKind::LinkTooLong => {
            "The link does not fit a QR code at this error correction level. Use `--ecc m` or `--ecc l`."
        }
        ErrorKind::ManifestMalformed => {
            "Give the manifest that sign, link, stamp or confirm wrote: one JSON object on each line."
        }
        ErrorKind::RegisterMalformed => {
            "Correct the line. `docs/certificates.md` lists the fields; `ksef-qr cert register add` writes entries as they should be."
        }
        ErrorKind::SettingMalformed | ErrorKind::Usage => "See the help of the command: its name and `--help`.",
        ErrorKind::InputNotRegular => {
            "An invoice is read from a regular file. Give `-` to read one from standard input."
        }
        ErrorKind::InputNotPdf => {
            "`ksef-qr stamp` takes a PDF, and its XML beside it, in it or by `--invoice FILE`. `ksef-qr sign` makes pictures of the codes from the XML alone, `ksef-qr confirm` and `ksef-qr print` documents of its own."
        }
        ErrorKind::InputEntryNotRegular => {
            "Pack the invoices themselves, as plain files: `tar --dereference` follows links, and `--sparse` is left out."
        }
        ErrorKind::OutputExists => {
            "Nothing is overwritten unless you ask for it. `--resume` continues an earlier run, `--overwrite` replaces its pictures and manifest; or choose another `--out` or `--manifest`."
        }
        ErrorKind::OutputUnwritable => {
            "Check that the folder exists, is writable and has space left. `--resume` continues where the run stopped."
        }
        ErrorKind::ThreadsUnavailable => {
            "Too many programs run, or there is too little memory: end others, or raise the limits (ulimit -u and -v, those of the container), and try again; `--jobs 1` needs the fewest threads."
        }
        ErrorKind::FileInUse => {
            "Close it there: in the PDF reader, the spreadsheet or the editor, or wait until a backup or a virus scanner has let go of it. Then run the command again; `--resume` continues where the run stopped."
        }
        ErrorKind::OutputBusy => "Wait until the other run has ended, or choose another `--out`.",
        ErrorKind::ManifestDamaged => {
            "The manifest was changed by hand or by a disk error. Correct or remove the line, or choose another `--out`."
        }
        ErrorKind::ResumeMismatch => {
            "`--resume` continues the same command: give the options of the first run, or choose another `--out`."
        }
        ErrorKind::CodeUnknown => "`ksef-qr explain` lists them.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use ksef_qr::error::explanations;

    use super::*;

    #[test]
    fn what_is_said_by_option_is_said_of_codes_that_exist() {
        for code in ["invoice_facts", "signature", "manifest_picture"] {
            assert!(remedy_by_option(code).is_some());
            assert!(explanations().any(|known| known.class == Class::Verify && known.code == code), "{code}");
        }
    }

    #[test]
    fn every_rule_lets_something_pass_and_the_hint_names_it() {
        for &rule_of_all in Rule::ALL {
            let kinds: Vec<_> = ErrorKind::ALL.iter().filter(|kind| rule(**kind) == Some(rule_of_all)).collect();
            assert!(!kinds.is_empty(), "{rule_of_all}");
            for kind in kinds {
                assert!(of_kind(*kind).contains(&format!("`--allow {rule_of_all}`")), "{kind}");
            }
        }
    }
}
