/* What the tests of token share: vectors, folders that go when the test ends, and pieces of text. */
#ifndef TEST_TOKEN_SUPPORT_H
#define TEST_TOKEN_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ftw.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "token/paseto.h"

/* The list of tests in a file of tests/vectors/paseto; the caller drops the list. */
static inline json_t *vectors_load(const char *name)
{
    CLEAN_FREE char *path = memory_print("%s/vectors/paseto/%s", TESTS_DIR, name);
    json_t *file = json_load_file(path, 0, NULL);
    json_t *tests = json_incref(json_object_get(file, "tests"));
    json_decref(file);
    assert_true(json_array_size(tests) > 0);
    return tests;
}

/* A string of a vector; NULL where it is absent or null. */
static inline const char *vector_string(const json_t *vector, const char *name)
{
    return json_string_value(json_object_get(vector, name));
}

/* The bytes of a vector's hex, of any length that fits; 0 where it is absent. */
static inline size_t vector_bytes(const json_t *vector, const char *name, unsigned char *out_bytes,
                                  size_t room)
{
    const char *hex = vector_string(vector, name);
    size_t size = 0;
    if (hex)
        assert_int_equal(sodium_hex2bin(out_bytes, room, hex, strlen(hex), NULL, &size, NULL), 0);
    return size;
}

static inline struct paseto_piece piece(const char *text)
{
    return (struct paseto_piece){text, text ? strlen(text) : 0};
}

static inline int folder_remove_one(const char *path, const struct stat *about, int kind, struct FTW *walk)
{
    (void)about, (void)kind, (void)walk;
    return remove(path);
}

/* cmocka: a folder of the test's own in *state. */
static inline int folder_setup(void **state)
{
    char name[] = "/tmp/palabre-token-XXXXXX";
    if (!mkdtemp(name))
        return -1;
    *state = memory_string(name);
    return 0;
}

static inline int folder_teardown(void **state)
{
    nftw(*state, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(*state);
    return 0;
}

static inline void file_write(const char *path, const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(path, mode), 0);
}

#endif
