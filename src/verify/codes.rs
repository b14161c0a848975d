//! Every code that a check can have, and what to do where it fails.

use crate::report::{Finding, Topic};

/// One thing that was looked at in a code: a [`Finding`] whose code is one of [`CHECKS`].
pub type Check = Finding;

/// One line a code: name, stable code, what to do or to know.
macro_rules! codes {
    ($($name:ident $code:literal $hint:literal)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum CheckCode { $($name),* }

        impl Topic for CheckCode {
            fn code(self) -> &'static str { match self { $(Self::$name => $code),* } }
            fn hint(self) -> &'static str { match self { $(Self::$name => $hint),* } }
        }

        /// Every code that a [`Check`] of this version can have, with what to do where it fails.
        pub const CHECKS: &[(&str, &str)] = &[$(($code, $hint)),*];
    };
}

codes! {
    LinkForm "link_form" "The link is spelled as kody-qr.md says, to the character. Nothing to do."
    LinkMalformed "link_malformed" "Compare the link with the forms in kody-qr.md."
    NotALink "not_a_link" "The code holds something else. Was the right code scanned?"
    LinkTooLong "link_too_long" "No link of KSeF is that long. Scan the code again."
    WhiteSpace "white_space" "A link holds no spaces and no line breaks: remove them where the link is made."
    SchemeMissing "scheme_missing" "Put https:// in front: without it a phone shows text and opens nothing. (What is signed has no https://, what is printed has.)"
    SchemeHttp "scheme_http" "Write https:// in place of http://."
    SchemeCase "scheme_case" "Write https in small letters: the link is matched to the character."
    SchemeMalformed "scheme_malformed" "A link begins with https:// and nothing else."
    HostObsolete "host_obsolete" "Addresses of 2025 lead nowhere now. Use qr.ksef.mf.gov.pl, qr-demo.ksef.mf.gov.pl or qr-test.ksef.mf.gov.pl, and sign KOD II anew: the host is part of what is signed."
    HostUnknown "host_unknown" "Links lead to qr.ksef.mf.gov.pl (production), qr-demo.ksef.mf.gov.pl or qr-test.ksef.mf.gov.pl. Open no other as if it were the Ministry's."
    HostCase "host_case" "Write the host in small letters: it is part of what is signed."
    UserInfo "user_info" "Nothing stands between https:// and the host. A name before an @ hides where a link leads."
    Port "port" "Leave the port out."
    Query "query" "Leave out the ? and what follows."
    Fragment "fragment" "Leave out the # and what follows."
    PathObsolete "path_obsolete" "Leave out client-app: the path begins with /invoice/ or /certificate/."
    PathOfKsef1 "path_of_ksef_1" "This is a link of KSeF 1.0. KSeF 2.0 has KOD I: /invoice/NIP/DD-MM-YYYY/digest."
    PathCase "path_case" "Write invoice and certificate in small letters."
    PathMisspelt "path_misspelt" "The path begins with /invoice/ (KOD I) or /certificate/ (KOD II)."
    PathUnknown "path_unknown" "The path begins with /invoice/ (KOD I) or /certificate/ (KOD II)."
    TrailingSlash "trailing_slash" "Leave out the slash at the end."
    EmptyPart "empty_part" "One slash stands between two parts. Two in a row often mean that a part was empty where the link was made."
    PartsMissing "parts_missing" "KOD I has NIP, date and digest after /invoice/; KOD II has context type, context, NIP, serial number, digest and signature after /certificate/."
    PartsExtra "parts_extra" "KOD I has NIP, date and digest after /invoice/; KOD II has context type, context, NIP, serial number, digest and signature after /certificate/."
    PartsOrder "parts_order" "KOD I: NIP, date, digest. KOD II: context type, context, NIP, serial number, digest, signature."
    SignatureMissing "signature_missing" "This is the text that is signed. Sign it and put the signature behind one more slash."
    PercentEncoded "percent_encoded" "Nothing in a link is percent-encoded: write the character itself."

    NipPrefix "nip_prefix" "Leave out the country: a NIP is ten digits."
    NipSeparators "nip_separators" "Leave out dashes and spaces: a NIP is ten digits."
    NipMalformed "nip_malformed" "A NIP is ten digits."
    NipChecksum "nip_checksum" "The check digit says that a digit was mistyped. Production KSeF refuses such an invoice."
    DateIso "date_iso" "The link carries the day first: DD-MM-YYYY, though the invoice has YYYY-MM-DD."
    DateOrder "date_order" "The link carries the day first, then the month: DD-MM-YYYY."
    DateUnpadded "date_unpadded" "Day and month have two digits each: 01-02-2026."
    DateSeparator "date_separator" "Dashes stand in the date: 01-02-2026."
    DateImpossible "date_impossible" "There is no such day. Take the issue date from the invoice."
    DateMalformed "date_malformed" "The date is DD-MM-YYYY, without a time."
    ContextTypeMisspelt "context_type_misspelt" "The server matches the type to the letter: Nip, InternalId, NipVatUe or PeppolId."
    ContextTypeUnknown "context_type_unknown" "The types are Nip, InternalId, NipVatUe and PeppolId."
    ContextTypeMissing "context_type_missing" "Put the type before the context: /certificate/Nip/5265877635/…"
    ContextMalformed "context_malformed" "Nip is ten digits, InternalId NIP-12345, NipVatUe NIP-ATU12345678, PeppolId PPL123456."
    ContextSellerSwapped "context_seller_swapped" "The context (who is logged in to KSeF) comes first, the seller's NIP after it."
    SerialLowerCase "serial_lower_case" "Write the certificate's serial number in capital letters: the text is signed and matched to the character."
    SerialShort "serial_short" "Fill the serial number with zeros in front, to 16 digits."
    SerialLong "serial_long" "The serial number has 16 hexadecimal digits: drop the zeros that DER puts in front."
    SerialSeparators "serial_separators" "Write the serial number without colons, spaces and 0x."
    SerialDecimal "serial_decimal" "Write the serial number in hexadecimal, 16 digits, capitals."
    SerialReversed "serial_reversed" "The bytes are in reverse: some libraries give a serial number's last byte first (.NET's GetSerialNumber does)."
    SerialMalformed "serial_malformed" "The serial number is 16 hexadecimal digits in capitals."
    Base64Padding "base64_padding" "Leave out the = at the end: Base64URL without padding."
    Base64Alphabet "base64_alphabet" "Use Base64URL: - in place of +, _ in place of /."
    Base64PercentEncoded "base64_percent_encoded" "%2B, %2F and %3D are the +, / and = of standard Base64. Use Base64URL without padding, which needs no such thing."
    Base64NotCanonical "base64_not_canonical" "The last character carries bits that belong to no byte. The Ministry's page lets it pass, but one digest then has several spellings: encode again."
    DigestHex "digest_hex" "Encode the 32 bytes of the digest as Base64URL (43 characters), not their hexadecimal text."
    DigestLength "digest_length" "The digest is SHA-256: 32 bytes, 43 characters of Base64URL."
    DigestMalformed "digest_malformed" "The digest is 43 characters of Base64URL."
    SignatureMalformed "signature_malformed" "The signature is Base64URL without padding."
    SignatureLength "signature_length" "64 bytes (EC, R and S) or about 71 (EC, DER), or as many as the RSA modulus has: 256 for 2048 bits."
    SignatureDer "signature_der" "Write R and S as plain DER, or better as 64 bytes (IEEE P1363)."

    InvoiceDigest "invoice_digest" "The digest is that of the exact bytes of the file that goes to KSeF. Was another file given, or the file changed after the code was made?"
    DigestNewlines "digest_newlines" "The file's newlines changed after or before the digest was taken (an editor, FTP in text mode, git, a viewer). Send to KSeF the very bytes that were hashed."
    DigestBom "digest_bom" "A byte order mark came or went. KSeF refuses files with one: write without it, and hash what is sent."
    DigestFinalNewline "digest_final_newline" "The end of the file changed (an editor adds a newline, a trim removes it). Hash the very bytes that are sent."
    DigestEncoding "digest_encoding" "The text was hashed in another encoding. Hash the file's own bytes, which are UTF-8."
    DigestDeclaration "digest_declaration" "The first line (<?xml …?>) changed or was dropped when the document was written again. Hash the very bytes that are sent."
    DigestReserialised "digest_reserialised" "The document was read and written again, so that its tags or white space differ. Hash the very bytes that are sent."
    DigestCanonicalised "digest_canonicalised" "The digest was taken of the canonical form (C14N), as for an XML signature. KSeF hashes the file as it is."
    DigestTwice "digest_twice" "SHA-256 was applied twice. Once is enough."
    DigestOfBase64 "digest_of_base64" "The digest was taken of the file's Base64 text. Hash the file itself."
    InvoiceSeller "invoice_seller" "The link carries the seller's NIP (Podmiot1): compare."
    InvoiceDate "invoice_date" "The link carries the issue date (P_1; in FA_RR P_4B; in PEF IssueDate): compare."
    InvoiceFacts "invoice_facts" "Facts are compared with an invoice that can be read: see ksef-qr link FILE for what is wrong with it."
    IssueDateInFuture "issue_date_in_future" "KSeF refuses an invoice whose issue date is after the day it arrives."

    Signature "signature" "Give the certificate (--cert) to have the signature checked."
    SignatureInvalid "signature_invalid" "No known cause fits. Was the link changed after it was signed, or signed with the key of another certificate?"
    SignatureByOtherCertificate "signature_by_other_certificate" "The key of one certificate signed, the serial number of another stands in the link. Use the pair."
    SignatureHashedTwice "signature_hashed_twice" "Pass the text itself to the signing function: it hashes (SHA256withECDSA, SHA256withRSA/PSS). Or hash once and use the function for hashes."
    SignatureOverScheme "signature_over_scheme" "What is signed begins with the host, without https://."
    SignatureOverSlash "signature_over_slash" "What is signed ends with the digest, without a slash behind it."
    SignatureOverNewline "signature_over_newline" "What is signed ends with the digest, without a line break behind it."
    SignatureOverUtf16 "signature_over_utf16" "Sign the text's UTF-8 bytes (in .NET Encoding.UTF8, not Encoding.Unicode)."
    SignatureOverOtherDigestForm "signature_over_other_digest_form" "Sign the text with the digest in Base64URL without padding, as it stands in the link."
    SignatureWithoutHost "signature_without_host" "What is signed begins with the host."
    SignatureForOtherHost "signature_for_other_host" "The host is part of what is signed: sign for the environment that the link leads to."
    SignatureOverOtherText "signature_over_other_text" "Sign the link itself, less https:// and the signature, to the character."
    SignatureOfInvoice "signature_of_invoice" "The signature covers the link's text, not the invoice."
    SignatureSalt "signature_salt" "RSASSA-PSS with a salt of 32 bytes (in OpenSSL rsa_pss_saltlen:32, or digest)."
    SignaturePkcs1 "signature_pkcs1" "Use RSASSA-PSS (SHA-256, MGF1 with SHA-256, salt of 32 bytes), not PKCS#1 v1.5."
    SignatureHashAlgorithm "signature_hash_algorithm" "Sign with SHA-256, for the text and for MGF1."
    SignatureMgf "signature_mgf" "Give MGF1 the hash SHA-256 as well: some libraries leave it at SHA-1 (Java's PSSParameterSpec)."
    SignatureEncoding "signature_encoding" "KSeF takes an EC signature as 64 bytes R‖S (IEEE P1363, which it names first) and as ASN.1 DER."
    SignatureKeyKind "signature_key_kind" "The signature and the certificate's key are of different kinds (EC, RSA): another certificate signed."

    CertificateSerial "certificate_serial" "Give the certificate that the link names, or correct the serial number in the link."
    CertificatePurpose "certificate_purpose" "KOD II is signed with a type 2 (Offline) certificate. A type 1 certificate is for logging in."
    CertificateAtIssue "certificate_at_issue" "The certificate must be valid on the day the invoice is issued: use the one that was."
    CertificateNow "certificate_now" "Apply for a new certificate in the KSeF Taxpayer Application."
    CertificateEnvironment "certificate_environment" "Certificates of production and of the test environments are not interchangeable."
    CertificateOwner "certificate_owner" "Whether the certificate's owner may issue in this context is for KSeF to say."

    PairDigest "pair_digest" "Both codes of an invoice carry the same digest: they are of two invoices, or the file changed in between."
    PairSeller "pair_seller" "Both codes of an invoice carry the same seller's NIP."
    PairHost "pair_host" "Both codes of an invoice lead to the same environment."

    ManifestDigest "manifest_digest" "The line was changed, or its links were. Sign the invoice anew."
    ManifestSeller "manifest_seller" "The line was changed, or its links were. Sign the invoice anew."
    ManifestDate "manifest_date" "The line was changed, or its links were. Sign the invoice anew."
    ManifestContext "manifest_context" "The line was changed, or its links were. Sign the invoice anew."
    ManifestSerial "manifest_serial" "The line was changed, or its links were. Sign the invoice anew."
    ManifestAlgorithm "manifest_algorithm" "The line was changed, or its links were. Sign the invoice anew."
    ManifestLabel "manifest_label" "Under KOD I stands the KSeF number, or OFFLINE before there is one; under KOD II stands CERTYFIKAT."
    ManifestPicture "manifest_picture" "Draw the codes anew (--overwrite), and do not print this picture."

    KsefReceived "ksef_received" "Only KSeF knows: scan KOD I, or look at the UPO."
    KsefCertificateStatus "ksef_certificate_status" "Only KSeF knows: scan KOD II."
    KsefPermissions "ksef_permissions" "Only KSeF knows: scan KOD II."
}
