/* What a program does wrong is answered, and what it does at once from many threads is right: misuse CERT KEY PASSWORD XML. */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ksef_qr.h"

#define OPTIONS "{\"formats\":[\"png\"],\"now\":\"2026-06-30T12:00:00Z\"}"

static unsigned char xml[1 << 16];
static size_t xml_length;
static ksef_qr_issuer *issuer;
static int failures;

static void expect(const char *what, ksef_qr_answer *answer, int status, const char *text) {
    const char *json = ksef_qr_answer_json(answer, NULL);
    if (ksef_qr_answer_status(answer) != status || strstr(json, text) == NULL) {
        printf("%s: status %d, %s", what, ksef_qr_answer_status(answer), json);
        failures++;
    }
    ksef_qr_answer_free(answer);
}

static void *sign_many(void *nothing) {
    (void)nothing;
    ksef_qr_file files[20];
    for (size_t at = 0; at < 20; at++) {
        files[at] = (ksef_qr_file){"f.xml", xml, at == 3 ? 10 : xml_length, NULL, 0};
    }
    ksef_qr_answer *answer = ksef_qr_sign(issuer, NULL, files, 20, OPTIONS);
    size_t lines = 0, length = 0;
    for (const char *at = ksef_qr_answer_json(answer, NULL); *at != '\0'; at++) {
        lines += *at == '\n';
    }
    int is_right = ksef_qr_answer_status(answer) == KSEF_QR_SOME_REFUSED && lines == 20;
    for (size_t at = 0; at < 20; at++) {
        int is_drawn = ksef_qr_answer_buffer(answer, at, "kod2.png", &length) != NULL && length > 100;
        is_right = is_right && is_drawn == (at != 3);
    }
    ksef_qr_answer_free(answer);
    return is_right ? NULL : answer;
}

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    FILE *file = fopen(argv[4], "rb");
    if (file == NULL) return 2;
    xml_length = fread(xml, 1, sizeof xml, file);
    fclose(file);
    ksef_qr_file one = {"f.xml", xml, xml_length, NULL, 0};

    char options[4096];
    snprintf(options, sizeof options, "{\"cert\":\"%s\",\"key\":\"%s\",\"environment\":\"test\",\"now\":\"2026-06-30T12:00:00Z\"}",
             argv[1], argv[2]);
    const uint8_t *password = (const uint8_t *)argv[3];
    expect("no password", ksef_qr_issuer_from_files(options, NULL, 0, &issuer), 2, "\"code\":\"password_missing\"");
    if (issuer != NULL) failures++;
    expect("a wrong password", ksef_qr_issuer_from_files(options, password, 3, &issuer), 2, "\"code\":\"password_wrong\"");
    expect("no place", ksef_qr_issuer_from_files(options, password, strlen(argv[3]), NULL), 2, "setting_malformed");
    expect("the issuer", ksef_qr_issuer_from_files(options, password, strlen(argv[3]), &issuer), 0, "");
    if (issuer == NULL) {
        printf("no issuer\n");
        return 1;
    }

    expect("no issuer", ksef_qr_sign(NULL, NULL, &one, 1, OPTIONS), 2, "issuer is NULL");
    expect("no files", ksef_qr_sign(issuer, NULL, NULL, 1, OPTIONS), 2, "files is NULL");
    expect("nothing", ksef_qr_sign(issuer, NULL, NULL, 0, NULL), 0, "");
    one.xml = NULL;
    expect("no bytes", ksef_qr_sign(issuer, NULL, &one, 1, OPTIONS), 2, "xml is NULL, and its length");
    one.xml = xml, one.xml_length = (size_t)-1;
    expect("too many bytes", ksef_qr_sign(issuer, NULL, &one, 1, OPTIONS), 2, "cannot be");
    one.xml_length = 0;
    expect("an empty file", ksef_qr_sign(issuer, NULL, &one, 1, OPTIONS), 1, "\"code\":\"empty_file\"");
    one.xml_length = xml_length;
    expect("a name that is not UTF-8", ksef_qr_check(&(ksef_qr_file){"\xFF", xml, xml_length, NULL, 0}, 1, NULL), 2, "not UTF-8");
    expect("options that are not UTF-8", ksef_qr_number("\xFF"), 2, "not UTF-8");
    expect("options that are no JSON", ksef_qr_number("{"), 2, "setting_malformed");
    expect("options without an end", ksef_qr_number("{\"text\":\"\\u0000\"}"), 1, "\\u0000");
    expect("no options", ksef_qr_verify(NULL, NULL, NULL, 0, NULL), 2, "links is missing");
    expect("no book", ksef_qr_book_due(NULL, NULL), 2, "book is NULL");
    ksef_qr_book *book = NULL;
    expect("no address", ksef_qr_book_open(NULL, NULL, &book), 2, "\"code\":\"book_address\"");
    expect("a folder", ksef_qr_book_open("/", NULL, &book), 2, "\"code\":\"book_");
    if (book != NULL) failures++;
    ksef_qr_book_free(NULL);
    ksef_qr_issuer_free(NULL);
    ksef_qr_answer_free(NULL);
    if (ksef_qr_answer_status(NULL) != 2 || *ksef_qr_answer_json(NULL, NULL) != '\0') failures++;
    ksef_qr_answer *answer = ksef_qr_sign(issuer, NULL, &one, 1, OPTIONS);
    size_t length = 1;
    if (ksef_qr_answer_buffer(answer, 1, "kod1.png", &length) != NULL || length != 0) failures++;
    if (ksef_qr_answer_buffer(answer, 0, "kod3.png", NULL) != NULL) failures++;
    if (ksef_qr_answer_buffer(answer, 0, NULL, NULL) != NULL) failures++;
    ksef_qr_answer_free(answer);

    pthread_t threads[4];
    for (int at = 0; at < 4; at++) pthread_create(&threads[at], NULL, sign_many, NULL);
    for (int at = 0; at < 4; at++) {
        void *wrong = NULL;
        pthread_join(threads[at], &wrong);
        failures += wrong != NULL;
    }
    ksef_qr_issuer_free(issuer);
    printf("%d failed\n", failures);
    return failures > 0;
}
