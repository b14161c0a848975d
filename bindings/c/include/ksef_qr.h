/* ksef-qr: KOD I and KOD II of Polish KSeF e-invoices. Written by cbindgen from bindings/c/src; docs/bindings.md has the use.
 *
 * Calls. Each takes options, one object of JSON in UTF-8 (NULL for none), and gives an answer, which is never NULL: a status, lines of
 * JSON as docs/contracts.md describes them, and buffers that the lines name. An option that is not known is refused.
 *
 * Errors. With KSEF_QR_NOTHING the one line is {"type":"error","code":...,"message":...,"hint":...}; codes are those of docs/codes.md.
 * Nothing is thrown and no signal is raised: what is not foreseen comes as the code "internal".
 *
 * Threads. Any call may be made from any thread, and any number at once, with one and the same handle. Calls with several files work on
 * as many threads as there are processors ("jobs" says otherwise), all of which have ended when the call returns. A handle or an
 * answer is freed once, when no call uses it any more. There is no global state, nothing to initialise and nothing to shut down.
 *
 * Memory. What is given is read during the call and not kept. What an answer gives is there until the answer is freed. A password is
 * not wiped here, as it is yours.
 *
 * Stability. Within one KSEF_QR_ABI_VERSION functions, options and fields are added, and none is changed or removed. */


#ifndef KSEF_QR_H
#define KSEF_QR_H

#include <stddef.h>
#include <stdint.h>

// The version of the ABI that this header describes. A library with the same number has every function of it.
#define KSEF_QR_ABI_VERSION 1

// All was done, and is right.
#define KSEF_QR_DONE 0

// Something was refused or is wrong: its line says why.
#define KSEF_QR_SOME_REFUSED 1

// Nothing could be done: the one line is an error, with its "code", "message" and "hint".
#define KSEF_QR_NOTHING 2

// What came of a call: a status, lines of JSON, and the pictures and documents that the lines name. Every call gives one, and it is
// freed with ksef_qr_answer_free. Nothing changes it: any number of threads may read it at once.
typedef struct ksef_qr_answer ksef_qr_answer;

// The book of invoices. Any number of threads may use it at once.
typedef struct ksef_qr_book ksef_qr_book;

// Who signs: a certificate with its key, or a register of many. The key is wiped when it is freed. Any number of threads may use it at
// once.
typedef struct ksef_qr_issuer ksef_qr_issuer;

// Files that belong to one invoice. Whoever fills it keeps the bytes; they are read during the call and not afterwards.
typedef struct ksef_qr_file {
  // What people call it, in UTF-8; NULL for no name. It stands in the answer.
  const char *name;
  // The invoice: the exact bytes of the file that is sent to KSeF. NULL if the PDF holds it.
  const uint8_t *xml;
  // How many bytes.
  size_t xml_length;
  // The PDF that shows it, for ksef_qr_stamp; else NULL.
  const uint8_t *pdf;
  // How many bytes.
  size_t pdf_length;
} ksef_qr_file;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The version of the ABI of this library. Compare it with KSEF_QR_ABI_VERSION when you load it. It grows when something that was
// there changes, which is a new libksefqr.so.N; functions and options are added within it.
uint32_t ksef_qr_abi_version(void);

// The version of ksef-qr, as "1.2.3". It is never freed.
const char *ksef_qr_version(void);

// What came of all of it: KSEF_QR_DONE, KSEF_QR_SOME_REFUSED or KSEF_QR_NOTHING. Of NULL it is KSEF_QR_NOTHING.
//
// # Safety
// `answer` is NULL or an answer that is not freed.
int32_t ksef_qr_answer_status(const struct ksef_qr_answer *answer);

// The lines of JSON, in UTF-8, each with a newline at its end, and a NUL behind the last one. They are there until the answer is freed.
// `length` may be NULL; else the number of bytes goes there, without the NUL. Of NULL it is "".
//
// # Safety
// `answer` is NULL or an answer that is not freed; a size_t can be written to `length`, if it is not NULL.
const char *ksef_qr_answer_json(const struct ksef_qr_answer *answer,
                                size_t *length);

// A picture or a document: that of the line number `line`, from 0, by the name that stands in the line ("kod1.png", "kod2.svg",
// "document.pdf"). It is there until the answer is freed. NULL if there is no such; then 0 goes to `length`.
//
// # Safety
// `answer` is NULL or an answer that is not freed; `name` is NULL or ends in NUL; a size_t can be written to `length`, if it is not
// NULL.
const uint8_t *ksef_qr_answer_buffer(const struct ksef_qr_answer *answer,
                                     size_t line,
                                     const char *name,
                                     size_t *length);

// Frees an answer, and all that it gave. NULL is let pass.
//
// # Safety
// `answer` is NULL or an answer that is not freed, and nobody reads it any more.
void ksef_qr_answer_free(struct ksef_qr_answer *answer);

// KOD I and KOD II of `count` offline invoices, over all processors. `book` may be NULL. A line for each (`sign --json`), in order; a
// refused invoice is a line and a status. Pictures: "kod1.png", "kod2.png"; ".svg" and ".pdf" likewise.
//
// Options: "formats" (a list of "png", "svg", "pdf"; an empty one for links alone), "ecc", "module_px", "dpi", "mode", "ended", "failures", "allow", "jobs", "now".
//
// # Safety
// `issuer` and `book` are NULL or not freed; `files` has `count` files; `options` is NULL or ends in NUL.
struct ksef_qr_answer *ksef_qr_sign(const struct ksef_qr_issuer *issuer,
                                    const struct ksef_qr_book *book,
                                    const struct ksef_qr_file *files,
                                    size_t count,
                                    const char *options);

// KOD I alone of `count` invoices (`link --json`). Options, too: "environment", "ksef_number" (of one invoice).
//
// # Safety
// As ksef_qr_sign.
struct ksef_qr_answer *ksef_qr_link(const struct ksef_qr_book *book,
                                    const struct ksef_qr_file *files,
                                    size_t count,
                                    const char *options);

// The codes on `count` PDFs (`stamp --json`); the PDF is "document.pdf". `issuer` may be NULL if "ksef_number" is given: KOD I alone.
// Options, too: "page", "corner", "x_mm", "y_mm", "size_mm", "arrange", "if_occupied", "pdf_mismatch", "repair", "pdf_password",
// "environment", "ksef_number".
//
// # Safety
// As ksef_qr_sign.
struct ksef_qr_answer *ksef_qr_stamp(const struct ksef_qr_issuer *issuer,
                                     const struct ksef_qr_book *book,
                                     const struct ksef_qr_file *files,
                                     size_t count,
                                     const char *options);

// Confirmations of transactions for `count` invoices (`confirm --json`), each a "document.pdf". Options, too: "language", "paper".
//
// # Safety
// As ksef_qr_sign.
struct ksef_qr_answer *ksef_qr_confirm(const struct ksef_qr_issuer *issuer,
                                       const struct ksef_qr_book *book,
                                       const struct ksef_qr_file *files,
                                       size_t count,
                                       const char *options);

// Everything for which KSeF would refuse `count` files (`check --json`). Options: "environment", "mode", "ended", "failures", "jobs",
// "now".
//
// # Safety
// As ksef_qr_sign.
struct ksef_qr_answer *ksef_qr_check(const struct ksef_qr_file *files,
                                     size_t count,
                                     const char *options);

// What is right and wrong about "links" (`verify --json`), by `count` invoices, the certificates of `issuer`, those in "certificates"
// (PEM, or DER in Base64) and the book; all of them may be left out. Options: "links", "certificates", "now".
//
// # Safety
// As ksef_qr_sign.
struct ksef_qr_answer *ksef_qr_verify(const struct ksef_qr_issuer *issuer,
                                      const struct ksef_qr_book *book,
                                      const struct ksef_qr_file *files,
                                      size_t count,
                                      const char *options);

// By when an invoice is to be sent to KSeF (`deadline --json`). Options: "issued", "mode", "ended", "failures".
//
// # Safety
// `options` is NULL or ends in NUL.
struct ksef_qr_answer *ksef_qr_deadline(const char *options);

// What a number of KSeF is (`number --json`). Options: "text", "now".
//
// # Safety
// `options` is NULL or ends in NUL.
struct ksef_qr_answer *ksef_qr_number(const char *options);

// Draws a link that was made before: "code.png", "code.svg", "code.pdf". Options: "link", "label", "formats", "ecc", "module_px", "dpi".
//
// # Safety
// `options` is NULL or ends in NUL.
struct ksef_qr_answer *ksef_qr_draw(const char *options);

// The certificates of an issuer, by the day by which each is to be replaced (`cert expiring --json`). Options: "now".
//
// # Safety
// `issuer` is NULL or not freed; `options` is NULL or ends in NUL.
struct ksef_qr_answer *ksef_qr_issuer_certificates(const struct ksef_qr_issuer *issuer,
                                                   const char *options);

// The invoices of a book (`book list --json`; with "events" as `book export`). Options: "seller", "number", "state", "open",
// "issued_from", "issued_to", "events".
//
// # Safety
// `book` is NULL or not freed; `options` is NULL or ends in NUL.
struct ksef_qr_answer *ksef_qr_book_entries(const struct ksef_qr_book *book,
                                            const char *options);

// What KSeF must still get, and by when (`book due --json`). Options: those of ksef_qr_book_entries but "open" and "events"; "now".
//
// # Safety
// `book` is NULL or not freed; `options` is NULL or ends in NUL.
struct ksef_qr_answer *ksef_qr_book_due(const struct ksef_qr_book *book,
                                        const char *options);

// Enters what KSeF said, a UPO or its answer in JSON (`book import --json`). Options: "name", "now".
//
// # Safety
// `book` is NULL or not freed; `bytes` has `length` bytes; `options` is NULL or ends in NUL.
struct ksef_qr_answer *ksef_qr_book_import(const struct ksef_qr_book *book,
                                           const uint8_t *bytes,
                                           size_t length,
                                           const char *options);

// Opens an issuer by the paths in the options: "cert" and "key", or "p12" (and "p12_entry"), or "register". `password` is that of the
// key or the PKCS#12 file; NULL if it has none or "password_file" is given.
//
// Options, too: "environment" ("prod", "demo", "test"), "context", "on_behalf", "signature_encoding" ("p1363", "der"), "deterministic",
// "allow", "now".
//
// # Safety
// `options` is NULL or ends in NUL; `password` is NULL or has `password_length` bytes; a pointer can be written to `issuer`.
struct ksef_qr_answer *ksef_qr_issuer_from_files(const char *options,
                                                 const uint8_t *password,
                                                 size_t password_length,
                                                 struct ksef_qr_issuer **issuer);

// The same from memory: a certificate and its key (PEM or DER); or `key` is NULL, and `cert` a PKCS#12 file.
//
// # Safety
// As ksef_qr_issuer_from_files; `cert` has `cert_length` bytes; `key` is NULL or has `key_length` bytes.
struct ksef_qr_answer *ksef_qr_issuer_from_bytes(const uint8_t *cert,
                                                 size_t cert_length,
                                                 const uint8_t *key,
                                                 size_t key_length,
                                                 const uint8_t *password,
                                                 size_t password_length,
                                                 const char *options,
                                                 struct ksef_qr_issuer **issuer);

// Frees an issuer. NULL is let pass.
//
// # Safety
// `issuer` is NULL or an issuer that is not freed, and no call uses it.
void ksef_qr_issuer_free(struct ksef_qr_issuer *issuer);

// Opens the book at an address, the path of a file or the URL of a PostgreSQL server. Options: "environment"; "create" for a new one;
// "now".
//
// # Safety
// `address` and `options` are NULL or end in NUL; a pointer can be written to `book`.
struct ksef_qr_answer *ksef_qr_book_open(const char *address,
                                         const char *options,
                                         struct ksef_qr_book **book);

// Frees a book. NULL is let pass.
//
// # Safety
// `book` is NULL or a book that is not freed, and no call uses it.
void ksef_qr_book_free(struct ksef_qr_book *book);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* KSEF_QR_H */
