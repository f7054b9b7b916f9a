/* Pictures by their headers: real ones, and every way in which a header is not whole. */
#include "domain/picture.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PNG  "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\2\0\0\0\3"
#define JFIF "\xFF\xD8\xFF\xE0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
#define SOF  "\xFF\xC0\0\x11\x08\0\3\1\2\3\1\x22\0\2\x11\1\3\x11\1"
#define RIFF "RIFF\x40\0\0\0WEBP"
#define VP8  RIFF "VP8 \x30\0\0\0\x10\0\0\x9D\x01\x2A\2\x41\3\x80"
#define VP8L RIFF "VP8L\x10\0\0\0\x2F\1\x81\0\0\0\0\0\0\0"
#define VP8X RIFF "VP8X\x0A\0\0\0\0\0\0\0\1\1\0\2\0\0"

static const struct {
    const char *name, *bytes;
    size_t size, least; /* bytes without which nothing can be told */
    const char *type;
    int width, height;
} pictures[] = {
    {"PNG", PNG, sizeof(PNG) - 1, 24, "image/png", 258, 3},
    {"JPEG", JFIF SOF, sizeof(JFIF SOF) - 1, 29, "image/jpeg", 258, 3},
    {"JPEG, filled and progressive", "\xFF\xD8\xFF\xFF\xDB\0\3x\xFF\xC2\0\x11\x08\0\3\1\2\3\1\x22\0", 22, 17,
     "image/jpeg", 258, 3},
    {"WebP, lossy", VP8, sizeof(VP8) - 1, 30, "image/webp", 258, 3},
    {"WebP, lossless", VP8L, sizeof(VP8L) - 1, 30, "image/webp", 258, 3},
    {"WebP, extended", VP8X, sizeof(VP8X) - 1, 30, "image/webp", 258, 3},
};

static bool inspect_exactly(const char *bytes, size_t size, struct picture *out_picture)
{
    char *exact = malloc(size + !size); /* so that a byte read beyond is seen */
    memcpy(exact, bytes, size);
    bool good = picture_inspect(exact, size, out_picture);
    free(exact);
    return good;
}

static void a_picture_says_its_type_and_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(pictures); i++) {
        struct picture picture = {0};
        if (!inspect_exactly(pictures[i].bytes, pictures[i].size, &picture))
            fail_msg("%s", pictures[i].name);
        assert_string_equal(picture.type, pictures[i].type);
        assert_int_equal(picture.width, pictures[i].width & 0x3FFF);
        assert_int_equal(picture.height, pictures[i].height);
    }
}

static void a_cut_header_is_no_picture(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(pictures); i++)
        for (size_t size = 0; size < pictures[i].size; size++) {
            struct picture picture = {.width = -7};
            bool good = inspect_exactly(pictures[i].bytes, size, &picture);
            if (good && size < pictures[i].least)
                fail_msg("%s at %zu bytes", pictures[i].name, size);
            if (!good)
                assert_int_equal(picture.width, -7); /* untouched */
        }
}

static void a_bent_header_is_a_picture_of_a_size_or_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(pictures); i++)
        for (size_t at = 0; at < pictures[i].size; at++)
            for (int bit = 0; bit < 8; bit++) {
                char bent[64];
                struct picture picture;
                memcpy(bent, pictures[i].bytes, pictures[i].size);
                bent[at] = (char)(bent[at] ^ 1 << bit);
                if (inspect_exactly(bent, pictures[i].size, &picture))
                    assert_true(picture.width >= 1 && picture.height >= 1);
            }
}

static void other_files_and_empty_sizes_are_no_pictures(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
    } others[] = {
        {"GIF89a\1\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32},
        {"<svg xmlns='http://www.w3.org/2000/svg'/>", 41},
        {"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\3", 24},
        {"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xFF\xFF\xFF\xFF\0\0\0\3", 24},
        {"\xFF\xD8\xFF\xD9\0\0\0\0\0\0\0\0\0\0\0\0", 16},
        {"\xFF\xD8\xFF\xE0\0\0\xFF\xE0\0\0\xFF\xE0\0\0\0\0\0\0", 18}, /* segments shorter than their length */
        {RIFF "VP8Q\x30\0\0\0\x10\0\0\x9D\x01\x2A\2\1\3\0", 30},
    };
    struct picture picture;
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        assert_false(inspect_exactly(others[i].bytes, others[i].size, &picture));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_says_its_type_and_size),
        cmocka_unit_test(a_cut_header_is_no_picture),
        cmocka_unit_test(a_bent_header_is_a_picture_of_a_size_or_none),
        cmocka_unit_test(other_files_and_empty_sizes_are_no_pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
