/* The codes of one invoice, as PNGs: sign CERT KEY PASSWORD_FILE INVOICE
 *
 *     cc sign.c $(pkg-config --cflags --libs ksefqr) -o sign */

#include <stdio.h>
#include <stdlib.h>

#include <ksef_qr.h>

static int fail(ksef_qr_answer *answer) {
    fputs(ksef_qr_answer_json(answer, NULL), stderr);
    ksef_qr_answer_free(answer);
    return 1;
}

static int write_picture(const ksef_qr_answer *answer, const char *name) {
    size_t length;
    const uint8_t *bytes = ksef_qr_answer_buffer(answer, 0, name, &length);
    FILE *file = bytes ? fopen(name, "wb") : NULL;
    int is_written = file != NULL && fwrite(bytes, 1, length, file) == length;
    return (file != NULL && fclose(file) != 0) || !is_written;
}

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    /* Paths with a quote or a backslash need escapes: a program of some size writes its JSON with a library. */
    char options[8192];
    snprintf(options, sizeof options, "{\"cert\":\"%s\",\"key\":\"%s\",\"password_file\":\"%s\",\"environment\":\"test\"}", argv[1],
             argv[2], argv[3]);
    ksef_qr_issuer *issuer;
    ksef_qr_answer *answer = ksef_qr_issuer_from_files(options, NULL, 0, &issuer);
    if (issuer == NULL) return fail(answer);
    ksef_qr_answer_free(answer);

    static unsigned char xml[4 << 20];
    FILE *file = fopen(argv[4], "rb");
    if (file == NULL) return 2;
    ksef_qr_file invoice = {argv[4], xml, fread(xml, 1, sizeof xml, file), NULL, 0};
    fclose(file);

    answer = ksef_qr_sign(issuer, NULL, &invoice, 1, NULL);
    ksef_qr_issuer_free(issuer);
    if (ksef_qr_answer_status(answer) != KSEF_QR_DONE) return fail(answer);
    fputs(ksef_qr_answer_json(answer, NULL), stdout);
    int is_wrong = write_picture(answer, "kod1.png") | write_picture(answer, "kod2.png");
    ksef_qr_answer_free(answer);
    return is_wrong;
}
