//! The one error type: what was found, in which file, and what to do about it.

use std::fmt;

/// The result of everything in this crate that can be refused.
pub type Result<T> = std::result::Result<T, Error>;

/// Why something was refused.
///
/// Four parts, each for another reader: a stable [`code`](Error::code) for programs, the
/// [`input`](Error::input) it is about (a file, usually), a [`message`](Error::message) that says what was
/// found, and a [`hint`](Error::hint) that says what to do. No message ever holds a key or a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    kind: Kind,
    message: String,
    input: Option<String>,
}

/// In characters.
const LONGEST_MESSAGE: usize = 400;

impl Error {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        let mut message = message.into();
        // Messages quote what was found, and a hostile file may put a megabyte there.
        if let Some((end, _)) = message.char_indices().nth(LONGEST_MESSAGE) {
            message.truncate(end);
            message.push('…');
        }
        Self(Box::new(Inner { kind, message, input: None }))
    }

    /// Names the file (or other input) that the error is about, unless a closer one is named already.
    #[must_use]
    pub fn about(mut self, input: impl Into<String>) -> Self {
        self.0.input.get_or_insert_with(|| input.into());
        self
    }

    /// The stable code, snake case, listed in the README: `certificate_is_authentication`.
    pub fn code(&self) -> &'static str {
        self.0.kind.code()
    }

    /// What was found, in one line, without the file's name.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The file the error is about, as the user named it.
    pub fn input(&self) -> Option<&str> {
        self.0.input.as_deref()
    }

    /// What to do about it, in one or two sentences.
    pub fn hint(&self) -> &'static str {
        self.0.kind.hint()
    }

    /// True if one invoice is at fault, and the next may be signed.
    pub fn is_invoice(&self) -> bool {
        self.0.kind.group() == Group::Invoice
    }

    /// True if the key, the certificate or the password is at fault.
    pub fn is_credential(&self) -> bool {
        self.0.kind.group() == Group::Credential
    }

    /// True if a value given by the caller (an identifier, a link, an option) is malformed.
    pub fn is_value(&self) -> bool {
        self.0.kind.group() == Group::Value
    }

    /// True if a file could not be read or written.
    pub fn is_io(&self) -> bool {
        self.0.kind.group() == Group::Io
    }

    pub(crate) fn kind(&self) -> Kind {
        self.0.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(input) = &self.0.input {
            write!(f, "{input}: ")?;
        }
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({}: {self})", self.code())
    }
}

impl std::error::Error for Error {}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Invoice,
    Credential,
    Value,
    Io,
}

/// One line a refusal: kind, group, stable code, what to do.
macro_rules! kinds {
    ($($kind:ident $group:ident $code:literal $hint:literal)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(clippy::enum_variant_names, reason = "named after the codes, which outsiders read")]
        #[cfg_attr(
            not(any(
                test,
                all(feature = "pdf", feature = "pkcs11", feature = "register", feature = "scan", feature = "xsd")
            )),
            expect(dead_code, reason = "some codes are given by a feature alone")
        )]
        pub(crate) enum Kind { $($kind),* }

        impl Kind {
            fn group(self) -> Group { match self { $(Self::$kind => Group::$group),* } }
            pub(crate) fn code(self) -> &'static str { match self { $(Self::$kind => $code),* } }
            fn hint(self) -> &'static str { match self { $(Self::$kind => $hint),* } }
        }

        /// Every code this version can give, in the order of the README's table.
        pub const CODES: &[&str] = &[$($code),*];

        #[cfg(test)]
        const KINDS: &[Kind] = &[$(Kind::$kind),*];
    };
}

kinds! {
    Internal Invoice "internal" "This is a fault of ksef-qr. Please report it, with the invoice if you may."
    EmptyFile Invoice "empty_file" "Export the invoice again: the file holds nothing."
    TooLarge Invoice "too_large" "KSeF takes 1 000 000 bytes, or 3 000 000 with an attachment (Zalacznik). Split the invoice; `--allow size` signs a file of up to 100 000 000 bytes all the same."
    NotUtf8 Invoice "not_utf8" "KSeF takes UTF-8 only. Export the invoice as UTF-8; do not convert a file that was already issued."
    ByteOrderMark Invoice "byte_order_mark" "KSeF refuses a byte order mark. Export without it; `--allow bom` signs the file as it is."
    NotWellFormed Invoice "not_well_formed" "This is not well-formed XML 1.0, so KSeF would refuse it. Export the invoice again, or report it to the maker of the invoicing system."
    Truncated Invoice "truncated" "The file ends too early. Copy or export it again and compare the sizes."
    Doctype Invoice "doctype" "An invoice holds no DOCTYPE. Export it again without one."
    ProcessingInstruction Invoice "processing_instruction" "KSeF refuses processing instructions such as xml-stylesheet. Export without them; `--allow processing-instruction` signs the file as it is."
    DiscouragedCharacter Invoice "discouraged_character" "KSeF refuses the characters that XML 1.0 discourages. Remove it at its source; `--allow characters` signs the file as it is."
    WrongEncoding Invoice "wrong_encoding" "The first line must say encoding=\"UTF-8\", or nothing. Correct the export."
    UnknownForm Invoice "unknown_form" "Known forms are FA(3), FA(2), FA_RR(1), PEF(3) and PEF_KOR(3), told apart by the root element and its namespace. Is this an invoice, and a current one?"
    FormNotAccepted Invoice "form_not_accepted" "FA(2) is taken by the test environment only. Issue the invoice as FA(3), or use `--env test`."
    SellerNipMissing Invoice "seller_nip_missing" "The seller's NIP is part of both links. Complete the invoice."
    SellerNipMalformed Invoice "seller_nip_malformed" "A NIP is ten digits without dashes or a country prefix. Correct the invoice."
    BuyerNipMalformed Invoice "buyer_nip_malformed" "A NIP is ten digits without dashes or a country prefix. Correct the invoice, or give a foreign number in its own field."
    NipChecksum Invoice "nip_checksum" "The check digit says that a digit was mistyped. Production KSeF refuses such an invoice: correct the number."
    IssueDateInFuture Invoice "issue_date_in_future" "KSeF refuses an issue date after the day on which it receives the invoice. Send it on its day, or correct the date."
    IssueDateMissing Invoice "issue_date_missing" "The issue date is part of the link of KOD I. Complete the invoice."
    IssueDateMalformed Invoice "issue_date_malformed" "The issue date is YYYY-MM-DD, a day that exists, without a time zone. Correct the invoice."
    NumberMissing Invoice "number_missing" "Every invoice has a number. Complete the invoice."
    KindMissing Invoice "kind_missing" "The invoice does not say what kind it is (RodzajFaktury, in PEF the type code). Complete the invoice."
    FieldRepeated Invoice "field_repeated" "The schema allows this element once, and only one of the values can be meant. Correct the invoice."
    FieldMalformed Invoice "field_malformed" "The schema allows only text in this element. Correct the invoice."
    DuplicateInvoice Invoice "duplicate_invoice" "KSeF tells invoices apart by the seller's NIP, the kind and the number, and refuses the second (code 440). Send it once, or give it a number of its own."
    SchemaViolation Invoice "schema_violation" "The file does not fit the Ministry's schema, so KSeF would refuse it. Correct the export, or report it to the maker of the invoicing system."
    AttachmentConditions Invoice "attachment_conditions" "KSeF takes invoices with an attachment (Zalacznik) in batch sessions only, and only of sellers who have registered for it in e-Urząd Skarbowy."
    DeadlinePassed Invoice "deadline_passed" "KSeF takes it all the same. Send it at once, and ask your tax adviser what being late means. `ksef-qr deadline` shows the count."
    NotForKsef Invoice "not_for_ksef" "Invoices of a total failure are delivered outside of KSeF. Is it the right mode?"
    UpoLacksInvoice Invoice "upo_lacks_invoice" "KSeF did not take this file in the sessions of these UPOs. Give the UPO that confirms it; without `--upo`, OFFLINE stands under the code."
    UpoOtherFile Invoice "upo_other_file" "KSeF took another version of this invoice, and a code of this file leads nowhere. Draw the code of the file that was sent, byte for byte."
    InvoiceNotEmbedded Invoice "invoice_not_embedded" "Give the invoice's XML beside the PDF: `--invoice FILE`, a folder of invoices with the same names, or a table (`--pairs`)."
    InvoiceEmbeddedTwice Invoice "invoice_embedded_twice" "It is unclear which of them the PDF shows. Give the invoice's XML beside the PDF: `--invoice FILE`."
    PairMissing Invoice "pair_missing" "A PDF and its invoice have the same name: `f1.pdf` and `f1.xml`. Rename one of them, or name the pairs in a table (`--pairs`)."
    PairAmbiguous Invoice "pair_ambiguous" "Keep both in folders of the same name, or name the pairs in a table (`--pairs`)."
    CodesMissing Invoice "codes_missing" "The manifest has no codes of exactly this file. Was it changed after it was signed? Give the manifest of the run that signed it."
    CodesOfAnotherEnvironment Invoice "codes_of_another_environment" "Choose the `--env` that the invoice was signed for."
    CodesOfAnotherInvoice Invoice "codes_of_another_invoice" "The manifest was changed after the invoice was signed. Sign the invoice anew."
    StampedOverInput Invoice "stamped_over_input" "A PDF that was given to be stamped is never replaced. Choose another `--out`."
    ContextUnclear Invoice "context_unclear" "Say whose KSeF context issues this invoice: `--context Nip:XXXXXXXXXX` (or InternalId:, NipVatUe:, PeppolId:)."
    PdfDamaged Invoice "pdf_damaged" "Codes are added behind the file as it is, and nothing is guessed. Write the PDF anew (`qpdf IN OUT`, or print it to a PDF), or export it again."
    PdfLimits Invoice "pdf_limits" "No invoice looks like that. If this one is real, write it anew with fewer or smaller parts, and please report it."
    PdfEncrypted Invoice "pdf_encrypted" "Give the PDF's password, or take the encryption off first (`qpdf --decrypt IN OUT`)."
    PdfPasswordWrong Invoice "pdf_password_wrong" "Is it the password of this PDF? Capitals, and spaces or an empty line in the file, count."
    PdfPermissions Invoice "pdf_permissions" "Give the owner's password, or have the invoicing system make the PDF without that restriction."
    PdfCertified Invoice "pdf_certified" "Put the codes on the PDF before it is certified: a change of its pages would make the certification invalid."
    PdfPageMissing Invoice "pdf_page_missing" "Pages are counted from 1, whatever number is printed on them. Choose a page that is there, or the last, or a new one."
    PdfNoRoom Invoice "pdf_no_room" "Choose smaller codes, a smaller distance, another arrangement, or a page of their own (`--new-page`)."
    PdfPlaceTaken Invoice "pdf_place_taken" "Choose another place (`--corner`, `--x-mm`, `--y-mm`), another page, or a page of their own (`--new-page`)."
    LinkTooLong Value "link_too_long" "The link does not fit a QR code at this error correction level. Use `--ecc m` or `--ecc l`."

    CertificateUnreadable Credential "certificate_unreadable" "Give the certificate as it came from KSeF: a .crt, .cer, .pem or .der file, or its Base64."
    CertificateIsKey Credential "certificate_is_key" "This file is a private key. --cert takes the certificate (.crt), --key takes the key (.key): were they swapped?"
    CertificateIsRequest Credential "certificate_is_request" "This is a certificate request (CSR). Download the certificate itself from the KSeF Taxpayer Application."
    CertificateIsToken Credential "certificate_is_token" "This is a KSeF token. A token logs in to the API and cannot sign a link: download the type 2 (Offline) certificate (.crt) from the KSeF Taxpayer Application, or apply for one there."
    CertificateIsAuthority Credential "certificate_is_authority" "This is the certificate of an issuer, not one that was issued to a taxpayer. Give the .crt that the KSeF Taxpayer Application gave you."
    CertificateIsAuthentication Credential "certificate_is_authentication" "This is a type 1 certificate, for logging in. KOD II needs a type 2 certificate: in the KSeF Taxpayer Application apply for one with the purpose of signing the issuer verification link (offline). `--allow certificate-purpose` signs all the same."
    CertificatePurposeUnclear Credential "certificate_purpose_unclear" "A type 2 (Offline) certificate has the key usage nonRepudiation and not digitalSignature. Apply for one in the KSeF Taxpayer Application. `--allow certificate-purpose` signs all the same."
    CertificateExpired Credential "certificate_expired" "Apply for a new certificate in the KSeF Taxpayer Application. `--allow certificate-dates` signs all the same, and KSeF will show the certificate as expired."
    CertificateNotYetValid Credential "certificate_not_yet_valid" "Use the previous certificate until then, and check this computer's clock. `--allow certificate-dates` signs all the same."
    CertificateWrongEnvironment Credential "certificate_wrong_environment" "Certificates of production and of the test environments are not interchangeable. Choose the matching `--env` or the matching certificate."
    CertificateOfAnother Credential "certificate_of_another" "Whoever the certificate belongs to is who signs. Give the certificate of this NIP, or the NIP of its owner."
    CertificateEndsSoon Credential "certificate_ends_soon" "Apply for the next certificate now, in the KSeF Taxpayer Application: the old and the new one may be used side by side."
    CertificateSerial Credential "certificate_serial" "KSeF certificates have serial numbers of at most 16 hexadecimal digits. Is this certificate from KSeF?"
    CertificateKeyUnsupported Credential "certificate_key_unsupported" "KSeF takes EC keys on P-256 and RSA keys of 2048 bits or more. Apply for a certificate with such a key."
    KeyMissing Credential "key_missing" "Signing needs the private key (.key), which was saved when the certificate was applied for; give it with --key. KSeF does not have it. If it is lost, revoke the certificate and apply for a new one."
    KeyUnreadable Credential "key_unreadable" "Give the private key that belongs to the certificate: the .key file saved by the KSeF Taxpayer Application, or a PKCS#8, SEC1 or PKCS#1 key as PEM or DER."
    KeyIsCertificate Credential "key_is_certificate" "This file is a certificate. --key takes the private key (.key), --cert takes the certificate (.crt): were they swapped? If the .crt is all there is, the key was lost: apply for a new certificate."
    KeyIsPublic Credential "key_is_public" "This is the public half of a key. Signing needs the private key, saved when the certificate was applied for."
    KeyIsRequest Credential "key_is_request" "This is a certificate request (CSR). Signing needs the private key that was made together with it."
    KeyIsToken Credential "key_is_token" "This is a KSeF token. A token logs in to the API and cannot sign a link: KOD II needs a type 2 (Offline) certificate and its private key."
    KeyIsPkcs12 Credential "key_is_pkcs12" "This is a PKCS#12 file (.p12, .pfx), which holds the key and the certificate. Give it as `--p12 FILE`, in place of `--cert` and `--key`."
    KeyUnencrypted Credential "key_unencrypted" "Whoever can read this file can sign in your name. `ksef-qr key password --key FILE --out NEW` encrypts it."
    KeyFileOpen Credential "key_file_open" "Let nobody but its owner read the key: `chmod 600 FILE`."
    KeyGeneration Credential "key_generation" "The system gave no random numbers, or no memory. Try again; if it happens again, report it."
    KeyEncryptionUnsupported Credential "key_encryption_unsupported" "Convert the key with `openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW`, which asks for both passwords."
    KeyTypeUnsupported Credential "key_type_unsupported" "KSeF takes EC keys on P-256 and RSA keys of 2048 bits or more."
    KeyMismatch Credential "key_mismatch" "The key and the certificate are of different pairs. Use the .key saved in the same application as this .crt."
    P12Unreadable Credential "p12_unreadable" "Give the PKCS#12 file (.p12, .pfx) as it was exported, or export it again."
    P12EncryptionUnsupported Credential "p12_encryption_unsupported" "Export the file again with AES-256 and HMAC-SHA-256, or take it apart: `openssl pkcs12 -in FILE -out both.pem` (with `-legacy` for old ciphers) writes a file for both `--cert` and `--key`."
    P12MacMissing Credential "p12_mac_missing" "Without its MAC nobody can tell whether the file was changed, or the password mistyped. Export it again, with a password."
    P12KeyMissing Credential "p12_key_missing" "Export the certificate again together with its private key. If there is none, it was lost: apply for a new certificate."
    P12CertificateMissing Credential "p12_certificate_missing" "Export the key again together with its certificate."
    P12SeveralKeys Credential "p12_several_keys" "Say which one signs: `--p12-entry NAME`, with the entry's friendly name, its local key ID in hexadecimal, or the certificate's serial number."
    P12EntryUnknown Credential "p12_entry_unknown" "`--p12-entry` takes a friendly name, a local key ID in hexadecimal, or the certificate's serial number. `openssl pkcs12 -in FILE -info -nokeys` lists them."
    PasswordMissing Credential "password_missing" "The key is encrypted. Give the password in a file (`--password-file`), in KSEF_QR_KEY_PASSWORD, or at the prompt of a terminal."
    PasswordWrong Credential "password_wrong" "The password does not open the key (capitals? an extra space? the password of another key?). It cannot be recovered: if it is lost, apply for a new certificate."
    PasswordPolicy Credential "password_policy" "The KSeF Taxpayer Application takes 15 to 32 characters: at least one of a-z, of A-Z (no Polish letters), of 0-9 and of !@#$%^&*()-_=+, and no others."
    PinMissing Credential "pin_missing" "The token asks for a PIN. Give it in a file (`--password-file`, or pin-source=file:/PATH in the URI), in KSEF_QR_KEY_PASSWORD, or at the prompt of a terminal."
    PinWrong Credential "pin_wrong" "The token refused the PIN, and nothing was tried again: a token locks itself after a few wrong ones. Make sure of the PIN before the next run."
    PinLastTry Credential "pin_last_try" "One more wrong PIN locks the token, so none was tried. Log in once with the program of the token's maker, which sets the count back."
    PinLocked Credential "pin_locked" "Too many wrong PINs locked the token. Unlock it with its PUK (SO PIN) and the program of the token's maker."
    TokenModule Credential "token_module" "Give the PKCS#11 library of the token's maker in the URI: module-path=/PATH/TO/MODULE.so (.dll on Windows, .dylib on macOS)."
    TokenMissing Credential "token_missing" "Is it plugged in, and named as in the URI? `pkcs11-tool --module MODULE --list-token-slots` lists what is there."
    TokenSeveral Credential "token_several" "Name one in the URI: token=LABEL, serial=NUMBER or slot-id=N."
    TokenKeyMissing Credential "token_key_missing" "Name a private key of the token in the URI, object=LABEL or id=%01: `pkcs11-tool --module MODULE --login --list-objects` lists them."
    TokenKeySeveral Credential "token_key_several" "Name one in the URI: object=LABEL, id=%01 (each byte as % and two digits), or both."
    TokenKeyUnsupported Credential "token_key_unsupported" "KSeF takes EC keys on P-256 and RSA keys of 2048 bits or more; the token must sign with them by itself (CKM_ECDSA, CKM_RSA_PKCS_PSS or CKM_SHA256_RSA_PKCS_PSS)."
    TokenCertificateMissing Credential "token_certificate_missing" "The token holds no certificate with the key's ID (CKA_ID). Give the certificate as a file: `--cert FILE`."
    TokenFailed Credential "token_failed" "Is the token still plugged in? `pkcs11-tool --module MODULE --login --test` tries it."
    SignerUnavailable Credential "signer_unavailable" "RSASSA-PSS is randomised; deterministic signatures exist for EC keys only. Leave out `--deterministic`."
    SigningFailed Credential "signing_failed" "The key was refused by the signing library. Check it with `openssl pkey -check`."
    RegisterNothingFits Credential "register_nothing_fits" "`ksef-qr cert register list` shows the standing of every certificate. Add the new one, or choose another `--env` or `--owner`."
    RegisterAmbiguous Credential "register_ambiguous" "Say whose certificate signs (`--owner NIP`), or which (`--use NAME`)."
    RegisterEntryUnknown Credential "register_entry_unknown" "`ksef-qr cert register list` shows the names."
    RegisterEntryRetired Credential "register_entry_retired" "A retired certificate is not used any more. If it is to be, set its status to \"active\" in the register."
    RegisterEntryRevoked Credential "register_entry_revoked" "A code that a revoked certificate signs proves nothing. Use the one that replaces it."
    RegisterOutdated Credential "register_outdated" "The file was replaced, and the register was not told. Give each certificate an entry of its own: `ksef-qr cert register add`."
    RegisterHoldsPassword Credential "register_holds_password" "A register says where a password is and never what it is: password = { file = \"…\" }, { env = \"VARIABLE\" } or { keyring = { service = \"…\", account = \"…\" } }. Remove the value, and change the password if others could read it."

    TokenUriMalformed Value "token_uri_malformed" "Write pkcs11:token=LABEL;object=LABEL?module-path=/PATH/TO/MODULE.so (RFC 7512), in quotes: a shell takes ; and ? and & for its own."
    TokenUriPin Value "token_uri_pin" "Other users of the machine can read arguments, and shells keep them. Leave pin-value out, think of the PIN as known, and give it by pin-source=file:/PATH, `--password-file`, KSEF_QR_KEY_PASSWORD or at the prompt."
    NipMalformed Value "nip_malformed" "A NIP is ten digits without dashes or a country prefix."
    ContextMalformed Value "context_malformed" "Write Nip:5265877635, InternalId:5265877635-12345, NipVatUe:5265877635-ATU12345678 or PeppolId:PPL123456, in exactly this spelling."
    DateMalformed Value "date_malformed" "Write a day that exists as YYYY-MM-DD."
    DateOutOfRange Value "date_out_of_range" "Polish holidays are known for the years 2011 to 2099. Was the year mistyped?"
    FailureMalformed Value "failure_malformed" "A failure is announced before it ends. Write ANNOUNCED..ENDED, such as 2025-07-09..2025-07-12."
    AnnouncementMissing Value "announcement_missing" "A further failure counts if it was announced while the deadline ran. Give it with the day of its announcement: `--failure ANNOUNCED..ENDED`, such as 2025-07-09..2025-07-12."
    OutageEndedTooEarly Value "outage_ended_too_early" "An invoice of this mode is issued while KSeF is out, which ends on the issue date or later. Check both dates, and the mode."
    NonWorkingDaysMalformed Value "non_working_days_malformed" "Write one day a line as YYYY-MM-DD; what follows a # is a comment."
    CertificateNameMalformed Value "certificate_name_malformed" "A certificate's name in KSeF is 5 to 100 characters: letters (Polish ones too), digits, spaces, _ and -."
    SubjectMalformed Value "subject_malformed" "Give the answer of the API's /certificates/enrollments/data as it came, or attributes such as `--attribute commonName=...`: KSeF refuses a request whose subject differs from it."
    HashMalformed Value "hash_malformed" "A SHA-256 digest is 43 characters of Base64URL without padding, or 44 of Base64 with it."
    SerialMalformed Value "serial_malformed" "A certificate's serial number is 16 hexadecimal digits in capitals."
    KsefNumberMalformed Value "ksef_number_malformed" "A KSeF number is NIP-YYYYMMDD-XXXXXXXXXXXX-XX, 35 characters (36 in KSeF 1.0)."
    KsefNumberChecksum Value "ksef_number_checksum" "The last two characters do not fit the rest: a character was mistyped. Copy the number from the UPO."
    KsefNumberOfAnother Value "ksef_number_of_another" "The number begins with the seller's NIP and the day it was given. It belongs to another invoice: take it from this one's UPO."
    UpoMalformed Value "upo_malformed" "A UPO is an XML document of KSeF, version 4-3. Download it again, whole and as it is."
    UpoContradiction Value "upo_contradiction" "KSeF gives each file one number of its own. Download the UPO again; if it says the same, report it to the Ministry."
    LinkMalformed Value "link_malformed" "Scan the code again, or compare the link with the forms in the documentation."
    ManifestMalformed Value "manifest_malformed" "Give the manifest that sign or link wrote: one JSON object a line, as the README says."
    PictureUnreadable Value "picture_unreadable" "Give a PNG or JPEG picture of at most 100 megapixels, or a PDF."
    PdfUnreadable Value "pdf_unreadable" "Open the PDF elsewhere: is it whole, and without a password? A picture of the page can be verified as well."
    NoCodeFound Value "no_code_found" "Is the whole code in the picture, with the white margin around it, sharp and large enough: three pixels a module or more?"
    SchemaMissing Value "schema_missing" "Give the folder with the Ministry's schemas (.xsd) and all that they import, as its repository ksef-docs has them."
    SchemaUnusable Value "schema_unusable" "Copy the schemas again, with all that they import, into one folder."
    RegisterMalformed Value "register_malformed" "Correct the line. The README lists the fields; `ksef-qr cert register add` writes entries as they should be."
    RegisterNameTaken Value "register_name_taken" "Each certificate has a name of its own, also the one that replaces another: add the year, for instance."
    SettingMalformed Value "setting_malformed" "See the help of the command, such as `ksef-qr sign --help`."

    InputUnreadable Io "input_unreadable" "Check the path and the permissions."
    InputChanged Io "input_changed" "Sign it once whatever writes it has finished."
    InputNotRegular Io "input_not_regular" "An invoice is read from a regular file. Give `-` to read one from standard input."
    InputNotPdf Io "input_not_pdf" "`ksef-qr stamp` takes PDFs. `ksef-qr sign` makes pictures of the codes, `ksef-qr confirm` documents of its own."
    InputMissing Io "input_missing" "Check the path. A pattern in quotes must match at least one file."
    InputArchiveUnreadable Io "input_archive_unreadable" "Pack the invoices again, or unpack them and give the folder."
    InputEntryDamaged Io "input_entry_damaged" "Copy the archive again and compare the sizes, or pack the invoices again."
    InputEntryEncrypted Io "input_entry_encrypted" "Unpack the archive with its password and give the folder."
    InputEntryMethod Io "input_entry_method" "Pack the invoices with the usual method (deflate), or unpack them and give the folder."
    InputEntryName Io "input_entry_name" "A name in an archive is a relative path without `..` and control characters. Unpack the archive with care, and give the folder."
    InputEntryRepeated Io "input_entry_repeated" "It is unclear which of the two is the invoice. Pack the invoices again, each once."
    OutputExists Io "output_exists" "Nothing is overwritten unasked. `--resume` goes on with an earlier run, `--overwrite` replaces its pictures and manifest; or choose another `--out` or `--manifest`."
    OutputUnwritable Io "output_unwritable" "Check that the folder exists, is writable and has space left. `--resume` goes on where the run stopped."
    FileChanged Io "file_changed" "Somebody else wrote to it at the same moment, and nothing of that is lost. Look at it, and run the command again."
    OutputBusy Io "output_busy" "Wait until the other run has ended, or choose another `--out`."
    PairTableUnreadable Io "pair_table_unreadable" "A table of pairs is CSV: a line `pdf,invoice`, then a PDF and its invoice on each line. Semicolons do as well."
    ManifestDamaged Io "manifest_damaged" "The manifest was changed by hand or by a fault of the disk. Correct or remove the line, or choose another `--out`."
    ResumeMismatch Io "resume_mismatch" "`--resume` goes on with the same command: give the options of the first run, or choose another `--out`."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_names_the_input_first_and_only_once() {
        let error = Error::new(Kind::EmptyFile, "the file is empty").about("in/f1.xml").about("batch");
        assert_eq!(error.to_string(), "in/f1.xml: the file is empty");
        assert_eq!(error.code(), "empty_file");
        assert!(error.is_invoice() && !error.is_credential());
    }

    #[test]
    fn codes_are_unique_snake_case() {
        let mut seen = std::collections::HashSet::new();
        for code in CODES {
            assert!(seen.insert(code), "{code} twice");
            assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'), "{code}");
        }
    }

    #[test]
    fn readme_lists_every_code_with_its_hint() {
        let readme = include_str!("../../README.md");
        for kind in KINDS {
            let row = format!("| `{}` | {} |", kind.code(), kind.hint());
            assert!(readme.contains(&row), "README.md lacks the row\n{row}");
        }
    }
}
