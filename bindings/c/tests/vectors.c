/* Runs the table of bindings/vectors.py: vectors TABLE. Plain C99, as somebody would write it who has the header alone. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ksef_qr.h"

typedef struct {
    unsigned char *bytes;
    size_t length;
} blob;

static blob read_file(const char *path) {
    blob blob = {NULL, 0};
    if (strcmp(path, "-") == 0) {
        return blob;
    }
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    size_t room = 1 << 12;
    blob.bytes = malloc(room);
    for (size_t read; (read = fread(blob.bytes + blob.length, 1, room - blob.length, file)) > 0;) {
        blob.length += read;
        if (blob.length == room) {
            blob.bytes = realloc(blob.bytes, room *= 2);
        }
    }
    fclose(file);
    return blob;
}

/* "-" is nothing. */
static const char *given(const char *field) { return strcmp(field, "-") == 0 ? NULL : field; }

static ksef_qr_answer *call(const char *name, const ksef_qr_issuer *issuer, const ksef_qr_file *file, const char *options) {
    size_t count = file->xml != NULL || file->pdf != NULL;
    if (strcmp(name, "sign") == 0) return ksef_qr_sign(issuer, NULL, file, count, options);
    if (strcmp(name, "link") == 0) return ksef_qr_link(NULL, file, count, options);
    if (strcmp(name, "stamp") == 0) return ksef_qr_stamp(issuer, NULL, file, count, options);
    if (strcmp(name, "confirm") == 0) return ksef_qr_confirm(issuer, NULL, file, count, options);
    if (strcmp(name, "check") == 0) return ksef_qr_check(file, count, options);
    if (strcmp(name, "verify") == 0) return ksef_qr_verify(issuer, NULL, file, count, options);
    if (strcmp(name, "deadline") == 0) return ksef_qr_deadline(options);
    if (strcmp(name, "number") == 0) return ksef_qr_number(options);
    return ksef_qr_draw(options);
}

/* Says what is wrong; NULL if nothing is. */
static const char *fault(const ksef_qr_answer *answer, int status, char *texts, char *buffers) {
    if (ksef_qr_answer_status(answer) != status) return "another status";
    size_t length = 0;
    const char *json = ksef_qr_answer_json(answer, &length);
    if (strlen(json) != length) return "another length";
    if (given(texts)) {
        for (char *text = strtok(texts, "|"); text != NULL; text = strtok(NULL, "|")) {
            if (strstr(json, text) == NULL) return text;
        }
    }
    if (given(buffers)) {
        for (char *name = strtok(buffers, ","); name != NULL; name = strtok(NULL, ",")) {
            const uint8_t *bytes = ksef_qr_answer_buffer(answer, 0, name, &length);
            const char *begin = strstr(name, ".png") ? "\x89PNG" : strstr(name, ".pdf") ? "%PDF" : "<";
            if (bytes == NULL || length < 100 || memcmp(bytes, begin, strlen(begin)) != 0) return name;
        }
    }
    return NULL;
}

int main(int argc, char **argv) {
    FILE *table = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (table == NULL) {
        fprintf(stderr, "vectors TABLE\n");
        return 2;
    }
    if (ksef_qr_abi_version() != KSEF_QR_ABI_VERSION) {
        fprintf(stderr, "the library has another ABI than the header\n");
        return 2;
    }
    static char line[1 << 16];
    int passed = 0, failed = 0;
    while (fgets(line, sizeof line, table) != NULL) {
        char *fields[11];
        char *rest = line;
        line[strcspn(line, "\n")] = '\0';
        for (int at = 0; at < 11; at++) {
            fields[at] = rest;
            rest = strchr(rest, '\t');
            if (rest != NULL) *rest++ = '\0';
            if ((rest == NULL) != (at == 10)) {
                fprintf(stderr, "a row has 11 fields\n");
                return 2;
            }
        }
        blob cert = read_file(fields[2]), key = read_file(fields[3]), xml = read_file(fields[5]), pdf = read_file(fields[6]);
        ksef_qr_issuer *issuer = NULL;
        ksef_qr_answer *answer = NULL;
        if (cert.bytes != NULL) {
            answer = ksef_qr_issuer_from_bytes(cert.bytes, cert.length, key.bytes, key.length, NULL, 0, given(fields[4]), &issuer);
        }
        if (strcmp(fields[1], "issuer") != 0 && (answer == NULL || ksef_qr_answer_status(answer) == KSEF_QR_DONE)) {
            ksef_qr_answer_free(answer);
            ksef_qr_file file = {"vector", xml.bytes, xml.length, pdf.bytes, pdf.length};
            answer = call(fields[1], issuer, &file, given(fields[7]));
        }
        const char *wrong = fault(answer, atoi(fields[8]), fields[9], fields[10]);
        if (wrong != NULL) {
            printf("%s: %s\n  %s", fields[0], wrong, ksef_qr_answer_json(answer, NULL));
        }
        passed += wrong == NULL;
        failed += wrong != NULL;
        ksef_qr_answer_free(answer);
        ksef_qr_issuer_free(issuer);
        free(cert.bytes);
        free(key.bytes);
        free(xml.bytes);
        free(pdf.bytes);
    }
    fclose(table);
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0 || passed == 0;
}
