#include "base/memory.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static void cleans(const char *text, size_t size, bool lines, const char *expected)
{
    CLEAN_FREE char *clean = text_clean(text, size, lines);
    assert_non_null(clean);
    assert_string_equal(clean, expected);
    CLEAN_FREE char *again = text_clean(clean, strlen(clean), lines);
    assert_string_equal(again, expected);
}

static void folds(const char *text, const char *expected)
{
    CLEAN_FREE char *folded = text_fold(text);
    assert_non_null(folded);
    assert_string_equal(folded, expected);
}

static void an_id_is_a_letter_and_at_most_31_letters_digits_and_hyphens(void **state)
{
    (void)state;
    static const char *const good[] = {
        "a", "z", "p12", "a-b", "a--", "danette-2026", "abcdefghijklmnopqrstuvwxyz012345"};
    static const char *const bad[] = {
        "",    "1a",  "-a", "A",   "aB", "a_b", "a.b",
        "a b", "a:b", "é",  "a\n", "a/", "{a}", "abcdefghijklmnopqrstuvwxyz0123456"};
    for (size_t i = 0; i < ARRAY_SIZE(good); i++)
        assert_true(text_is_id(good[i], strlen(good[i])));
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_false(text_is_id(bad[i], strlen(bad[i])));
    assert_false(text_is_id("a\0b", 3));
    assert_true(text_is_id("abc", 2));
}

static void clean_text_is_composed(void **state)
{
    (void)state;
    cleans("e\u0301te\u0301", 8, false, "été");
    cleans("\u212B", 3, false, "\u00C5"); /* the angstrom sign is a letter */
    cleans("q\u0323\u0307", 5, false, "q\u0323\u0307");
    cleans("q\u0307\u0323", 5, false, "q\u0323\u0307");
}

/* Removing what stands between a letter and its accent brings them together. */
static void clean_text_is_composed_also_where_something_was_removed(void **state)
{
    (void)state;
    cleans("e\a\u0301", 4, false, "é");
    cleans("e\u202E\u0301", 6, false, "é");
    cleans("e\0\u0301", 4, true, "é");
}

static void control_and_bidirectional_characters_are_removed(void **state)
{
    (void)state;
    for (unsigned c = 0; c < 0x20; c++) {
        char text[] = {'a', (char)c, 'b'};
        cleans(text, 3, true, c == '\n' ? "a\nb" : c == '\t' ? "a b" : "ab");
    }
    static const char more[] = "a\x7f\x62\xc2\x80\x63\xc2\x9f\x64"; /* DEL and those beyond ASCII */
    cleans(more, strlen(more), false, "abcd");
    static const char *const controls[] = {"\u061C", "\u200E", "\u200F", "\u202A", "\u202B", "\u202C",
                                           "\u202D", "\u202E", "\u2066", "\u2067", "\u2068", "\u2069"};
    for (size_t i = 0; i < ARRAY_SIZE(controls); i++) {
        CLEAN_FREE char *text = memory_print("a%sb", controls[i]);
        cleans(text, strlen(text), false, "ab");
    }
}

static void what_joins_emoji_and_letters_is_kept(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "👩\u200D🚀",          "❤\uFE0F", "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645",
        "Ça\u00A0va\u00A0?", "日本",    "\u05E9\u05DC\u05D5\u05DD"};
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        cleans(texts[i], strlen(texts[i]), false, texts[i]);
}

static void line_breaks_are_kept_or_become_spaces(void **state)
{
    (void)state;
    static const char text[] = "a\nb\r\nc\u2028d\u2029e\xc2\x85\x66";
    cleans(text, strlen(text), true, "a\nb\nc\nd\ne\nf");
    cleans(text, strlen(text), false, "a b c d e f");
}

static void white_space_at_either_end_goes(void **state)
{
    (void)state;
    cleans(" \t\n\u00A0\u2003 a  b \u3000\n", strlen(" \t\n\u00A0\u2003 a  b \u3000\n"), true, "a  b");
    cleans("\a \u202E a \u202E\a ", strlen("\a \u202E a \u202E\a "), false, "a");
    cleans("", 0, true, "");
    cleans(NULL, 0, true, "");
    cleans(" \n ", 3, true, "");
    cleans("\0\0", 2, false, "");
}

static void what_shows_nothing_is_empty(void **state)
{
    (void)state;
    static const char *const texts[] = {"\u200B", "\u2060 \uFEFF", "\u200D\u200C", "\u00AD\n\u2063",
                                        "\u180E"};
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        cleans(texts[i], strlen(texts[i]), true, "");
    cleans("\uFEFFa\u200Bb\u200B", strlen("\uFEFFa\u200Bb\u200B"), false, "a\u200Bb");
}

static void what_is_not_utf_8_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\x80",
        "a\xff",
        "\xc3",
        "\xc3(",
        "\xc0\xaf",
        "\xe2\x82",
        "\xe0\x80\xaf",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xf0\x9f\x98",
        "\xf0\x80\x80\xaf",
        "\xf4\x90\x80\x80",
        "\xf8\x88\x80\x80\x80",
        "\xfe",
        "abc\xe9"
        "def",
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        assert_null(text_clean(bad[i], strlen(bad[i]), true));
        assert_null(text_fold(bad[i]));
    }
    assert_null(text_clean("é", 1, false)); /* cut in the middle */
}

static void length_counts_code_points(void **state)
{
    (void)state;
    assert_int_equal(text_length(""), 0);
    assert_int_equal(text_length("abc"), 3);
    assert_int_equal(text_length("été"), 3);
    assert_int_equal(text_length("日本"), 2);
    assert_int_equal(text_length("😀"), 1);
    assert_int_equal(text_length("👩\u200D🚀"), 3);
}

static void french_is_found_without_case_accents_and_punctuation(void **state)
{
    (void)state;
    folds("« Été, déjà ! »", "ete deja");
    folds("ÉTÉ DÉJÀ", "ete deja");
    folds("L'œuf & le cœur — ŒUVRE", "l oeuf le coeur oeuvre");
    folds("Ex æquo, ÆQUO", "ex aequo aequo");
    folds("à â ä ç è ê ë î ï ô ö ù û ü ÿ", "a a a c e e e i i o o u u u y");
    folds("aujourd’hui", "aujourd hui");
    folds("1 000 €, n°5", "1 000 n 5");
    folds("e\u0301te\u0301", "ete");
    folds("Straße", "strasse");
    folds("ﬁn", "fin"); /* a ligature */
}

static void what_holds_no_word_folds_to_nothing(void **state)
{
    (void)state;
    folds("", "");
    folds(" \n\t", "");
    folds("!?… 😀", "");
    folds("a!", "a");
    folds("\u0301", "");
    folds("so\u00ADphie", "sophie"); /* a soft hyphen */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_a_letter_and_at_most_31_letters_digits_and_hyphens),
        cmocka_unit_test(clean_text_is_composed),
        cmocka_unit_test(clean_text_is_composed_also_where_something_was_removed),
        cmocka_unit_test(control_and_bidirectional_characters_are_removed),
        cmocka_unit_test(what_joins_emoji_and_letters_is_kept),
        cmocka_unit_test(line_breaks_are_kept_or_become_spaces),
        cmocka_unit_test(white_space_at_either_end_goes),
        cmocka_unit_test(what_shows_nothing_is_empty),
        cmocka_unit_test(what_is_not_utf_8_is_refused),
        cmocka_unit_test(length_counts_code_points),
        cmocka_unit_test(french_is_found_without_case_accents_and_punctuation),
        cmocka_unit_test(what_holds_no_word_folds_to_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
