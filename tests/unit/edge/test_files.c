#include "edge_fixture.h"

#include <sys/stat.h>

struct folder {
    char path[64];
};

static void folder_write(const struct folder *folder, const char *name, const char *text)
{
    CLEAN_FREE char *path = memory_print("%s/%s", folder->path, name);
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
}

static void folder_make(struct folder *folder)
{
    snprintf(folder->path, sizeof(folder->path), "/tmp/edge-files-XXXXXX");
    assert_non_null(mkdtemp(folder->path));
    CLEAN_FREE char *assets = memory_print("%s/assets", folder->path);
    assert_int_equal(mkdir(assets, 0700), 0);
    folder_write(folder, "index.html", "<!doctype html><title>plain</title>");
    folder_write(folder, "index.html.br", "brotli");
    folder_write(folder, "index.html.gz", "gzipped");
    folder_write(folder, "assets/a-1.js", "script");
    folder_write(folder, "assets/a-1.js.gz", "script, gzipped");
    folder_write(folder, "alone.gz", "an archive, and nobody's other form");
    folder_write(folder, ".secret", "hidden");
    folder_write(folder, "empty.css", "");
}

static void folder_remove(struct folder *folder)
{
    CLEAN_FREE char *command = memory_print("rm -r '%s'", folder->path);
    assert_int_equal(system(command), 0);
}

static struct edge_files *served;

static void answers_with_a_file(struct fixture *fixture, struct edge_request *request)
{
    (void)fixture;
    if (!edge_request_answer_file(request, served, edge_request_path(request) + 1))
        fixture_answer_text(request, 404, "none");
}

static struct answer ask(struct peer *peer, const char *method, const char *path, const char *headers)
{
    CLEAN_FREE char *text = memory_print("%s %s HTTP/1.1\r\nHost: h\r\n%s\r\n", method, path, headers);
    peer_say(peer, text);
    return peer_answer_to(peer, strcmp(method, "HEAD") == 0);
}

static void files_open(struct fixture *fixture, struct folder *folder)
{
    char *error = NULL;
    folder_make(folder);
    served = edge_files_load(folder->path, &error);
    if (!served)
        fail_msg("%s", error);
    fixture_open(fixture);
    fixture->on_request = answers_with_a_file;
}

static void files_close(struct fixture *fixture, struct folder *folder)
{
    fixture_close(fixture);
    edge_files_free(&served);
    assert_null(served);
    folder_remove(folder);
}

static void a_file_comes_in_the_encoding_that_the_client_accepts(void **state)
{
    static const struct {
        const char *path, *accept, *body, *encoding;
    } cases[] = {
        {"/index.html", "", "<!doctype html><title>plain</title>", NULL},
        {"/index.html", "Accept-Encoding: gzip, deflate, br\r\n", "brotli", "br"},
        {"/index.html", "Accept-Encoding: gzip, deflate\r\n", "gzipped", "gzip"},
        {"/index.html", "Accept-Encoding: GZIP;q=0.5\r\n", "gzipped", "gzip"},
        {"/index.html", "Accept-Encoding: br;q=0, gzip\r\n", "gzipped", "gzip"},
        {"/index.html", "Accept-Encoding: br; q=0.000,gzip;q=0.0\r\n", "<!doctype html><title>plain</title>",
         NULL},
        {"/index.html", "Accept-Encoding: brx, xgzip\r\n", "<!doctype html><title>plain</title>", NULL},
        {"/assets/a-1.js", "Accept-Encoding: gzip, deflate, br\r\n", "script, gzipped", "gzip"},
        {"/alone.gz", "Accept-Encoding: gzip\r\n", "an archive, and nobody's other form", NULL},
        {"/empty.css", "", "", NULL},
    };
    struct fixture fixture;
    struct folder folder;
    (void)state;
    files_open(&fixture, &folder);
    struct peer peer = peer_open(&fixture);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct answer answer = ask(&peer, "GET", cases[i].path, cases[i].accept);
        CLEAN_FREE char *encoding =
            memory_print("content-encoding: %s\r\n", cases[i].encoding ? cases[i].encoding : "");
        assert_int_equal(answer.status, 200);
        assert_string_equal(answer.body, cases[i].body);
        assert_int_equal(strstr(answer.head, encoding) != NULL, cases[i].encoding != NULL);
        assert_int_equal(strstr(answer.head, "content-encoding") != NULL, cases[i].encoding != NULL);
        assert_non_null(strstr(answer.head, "vary: accept-encoding\r\n"));
        answer_clear(&answer);
    }
    peer_close(&peer);
    files_close(&fixture, &folder);
}

static void a_file_says_what_it_is_and_how_long_it_keeps(void **state)
{
    struct fixture fixture;
    struct folder folder;
    (void)state;
    files_open(&fixture, &folder);
    struct peer peer = peer_open(&fixture);
    struct answer page = ask(&peer, "GET", "/index.html", "");
    assert_non_null(strstr(page.head, "content-type: text/html; charset=utf-8\r\n"));
    assert_non_null(strstr(page.head, "cache-control: no-cache\r\n"));
    assert_non_null(strstr(page.head, "content-security-policy: default-src 'none'; script-src 'self'; "));
    struct answer script = ask(&peer, "HEAD", "/assets/a-1.js", "");
    assert_int_equal(script.status, 200);
    assert_non_null(strstr(script.head, "content-type: text/javascript; charset=utf-8\r\n"));
    assert_non_null(strstr(script.head, "cache-control: public, max-age=31536000, immutable\r\n"));
    assert_non_null(strstr(script.head, "content-length: 6\r\n"));
    answer_clear(&page);
    answer_clear(&script);
    peer_close(&peer);
    files_close(&fixture, &folder);
}

static char *etag_of(const struct answer *answer)
{
    const char *at = strstr(answer->head, "etag: ");
    assert_non_null(at);
    return memory_bytes(at + 6, strcspn(at + 6, "\r"));
}

static void a_file_that_the_client_has_is_not_sent_again(void **state)
{
    struct fixture fixture;
    struct folder folder;
    (void)state;
    files_open(&fixture, &folder);
    struct peer peer = peer_open(&fixture);
    struct answer plain = ask(&peer, "GET", "/index.html", "");
    struct answer brotli = ask(&peer, "GET", "/index.html", "Accept-Encoding: br\r\n");
    CLEAN_FREE char *tag = etag_of(&plain), *other = etag_of(&brotli);
    assert_string_not_equal(tag, other); /* strong: not the same bytes */
    answer_clear(&plain);
    answer_clear(&brotli);
    static const char *const around[][2] = {
        {"", ""}, {"W/", ""}, {"\"x\", ", ""}, {"", ", \"x\""}, {"", " , \"x\""}};
    for (size_t i = 0; i <= ARRAY_SIZE(around); i++) {
        CLEAN_FREE char *line = i < ARRAY_SIZE(around) ? memory_print("If-None-Match: %s%s%s\r\n",
                                                                      around[i][0], tag, around[i][1])
                                                       : memory_string("If-None-Match: *\r\n");
        struct answer answer = ask(&peer, "GET", "/index.html", line);
        if (answer.status != 304)
            fail_msg("%d for %s", answer.status, line);
        assert_null(strstr(answer.head, "content-length"));
        assert_null(strstr(answer.head, "content-encoding"));
        assert_non_null(strstr(answer.head, tag));
        assert_int_equal(answer.body_size, 0);
        answer_clear(&answer);
    }
    CLEAN_FREE char *line = memory_print("If-None-Match: %s\r\n", other);
    struct answer answer = ask(&peer, "GET", "/index.html", line);
    assert_int_equal(answer.status, 200);
    answer_clear(&answer);
    peer_close(&peer);
    files_close(&fixture, &folder);
}

static void what_is_no_file_of_the_folder_is_not_served(void **state)
{
    static const char *const paths[] = {"/",
                                        "/none",
                                        "/assets",
                                        "/assets/",
                                        "/../etc/passwd",
                                        "/%2e%2e/etc/passwd",
                                        "//etc/passwd",
                                        "/index.html.br",
                                        "/.secret",
                                        "/INDEX.html",
                                        "/index.html/"};
    struct fixture fixture;
    struct folder folder;
    (void)state;
    files_open(&fixture, &folder);
    struct peer peer = peer_open(&fixture);
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        struct answer answer = ask(&peer, "GET", paths[i], "");
        if (answer.status != 404)
            fail_msg("%d for %s", answer.status, paths[i]);
        answer_clear(&answer);
    }
    struct answer answer = ask(&peer, "POST", "/index.html", "");
    assert_int_equal(answer.status, 404);
    answer_clear(&answer);
    peer_close(&peer);
    files_close(&fixture, &folder);
}

static void a_folder_that_is_not_there_is_told(void **state)
{
    char *error = NULL;
    (void)state;
    assert_null(edge_files_load("/nowhere/at/all", &error));
    assert_string_equal(error, "cannot read the folder /nowhere/at/all: No such file or directory");
    free(error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_comes_in_the_encoding_that_the_client_accepts),
        cmocka_unit_test(a_file_says_what_it_is_and_how_long_it_keeps),
        cmocka_unit_test(a_file_that_the_client_has_is_not_sent_again),
        cmocka_unit_test(what_is_no_file_of_the_folder_is_not_served),
        cmocka_unit_test(a_folder_that_is_not_there_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
