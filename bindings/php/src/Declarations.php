<?php

declare(strict_types=1);

namespace KsefQr;

/** What the header declares. Written by bindings/declarations.py. @internal */
final class Declarations
{
    public const C = <<<'C'
        typedef struct ksef_qr_answer ksef_qr_answer;
        typedef struct ksef_qr_book ksef_qr_book;
        typedef struct ksef_qr_issuer ksef_qr_issuer;
        typedef struct ksef_qr_file { const char *name; const uint8_t *xml; size_t xml_length; const uint8_t *pdf; size_t pdf_length; } ksef_qr_file;
        uint32_t ksef_qr_abi_version(void);
        const char *ksef_qr_version(void);
        int32_t ksef_qr_answer_status(const struct ksef_qr_answer *answer);
        const char *ksef_qr_answer_json(const struct ksef_qr_answer *answer, size_t *length);
        const uint8_t *ksef_qr_answer_buffer(const struct ksef_qr_answer *answer, size_t line, const char *name, size_t *length);
        void ksef_qr_answer_free(struct ksef_qr_answer *answer);
        struct ksef_qr_answer *ksef_qr_sign(const struct ksef_qr_issuer *issuer, const struct ksef_qr_book *book, const struct ksef_qr_file *files, size_t count, const char *options);
        struct ksef_qr_answer *ksef_qr_link(const struct ksef_qr_book *book, const struct ksef_qr_file *files, size_t count, const char *options);
        struct ksef_qr_answer *ksef_qr_stamp(const struct ksef_qr_issuer *issuer, const struct ksef_qr_book *book, const struct ksef_qr_file *files, size_t count, const char *options);
        struct ksef_qr_answer *ksef_qr_confirm(const struct ksef_qr_issuer *issuer, const struct ksef_qr_book *book, const struct ksef_qr_file *files, size_t count, const char *options);
        struct ksef_qr_answer *ksef_qr_check(const struct ksef_qr_file *files, size_t count, const char *options);
        struct ksef_qr_answer *ksef_qr_verify(const struct ksef_qr_issuer *issuer, const struct ksef_qr_book *book, const struct ksef_qr_file *files, size_t count, const char *options);
        struct ksef_qr_answer *ksef_qr_deadline(const char *options);
        struct ksef_qr_answer *ksef_qr_number(const char *options);
        struct ksef_qr_answer *ksef_qr_draw(const char *options);
        struct ksef_qr_answer *ksef_qr_issuer_certificates(const struct ksef_qr_issuer *issuer, const char *options);
        struct ksef_qr_answer *ksef_qr_book_entries(const struct ksef_qr_book *book, const char *options);
        struct ksef_qr_answer *ksef_qr_book_due(const struct ksef_qr_book *book, const char *options);
        struct ksef_qr_answer *ksef_qr_book_import(const struct ksef_qr_book *book, const uint8_t *bytes, size_t length, const char *options);
        struct ksef_qr_answer *ksef_qr_issuer_from_files(const char *options, const uint8_t *password, size_t password_length, struct ksef_qr_issuer **issuer);
        struct ksef_qr_answer *ksef_qr_issuer_from_bytes(const uint8_t *cert, size_t cert_length, const uint8_t *key, size_t key_length, const uint8_t *password, size_t password_length, const char *options, struct ksef_qr_issuer **issuer);
        void ksef_qr_issuer_free(struct ksef_qr_issuer *issuer);
        struct ksef_qr_answer *ksef_qr_book_open(const char *address, const char *options, struct ksef_qr_book **book);
        void ksef_qr_book_free(struct ksef_qr_book *book);
        C;
}
