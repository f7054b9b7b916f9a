#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buffer.h"
#include "view/similar.h"
#include "view_fixture.h"

static struct view *ideas(void)
{
    return fixture_view(
        0, "c:c1.state=open\n"
           "i:i1.challenge=c1\ni:i1.n=1\ni:i1.title=Glace à la châtaigne\n"
           "i:i2.challenge=c1\ni:i2.n=2\ni:i2.title=Plus de caisses ouvertes le samedi\n"
           "i:i3.challenge=c1\ni:i3.n=3\ni:i3.title=Un yaourt au miel\n"
           "i:i3.body=Avec le miel des apiculteurs de la région, dans un pot en verre consigné que "
           "l'on rapporte au magasin, et sans sucre ajouté\n"
           "i:i4.challenge=c1\ni:i4.n=4\ni:i4.title=Glaces aux châtaignes\ni:i4.state=hidden\n");
}

static const char *best(struct view *view, enum view_class class, const char *text, size_t *out_count)
{
    struct similar_match matches[SIMILAR_BEST];
    *out_count = similar_find(view_challenge(view, "c1"), class, text, matches);
    return *out_count ? matches[0].idea->entity.id : "";
}

static void french_is_matched_without_case_accents_and_plurals(void **state)
{
    (void)state;
    struct view *view = ideas();
    size_t count;
    assert_string_equal(best(view, CLASS_PUBLIC, "GLACE A LA CHATAIGNE", &count), "i1");
    assert_string_equal(best(view, CLASS_PUBLIC, "des glaces à la chataîgnes !", &count), "i1");
    assert_string_equal(best(view, CLASS_PUBLIC, "ouvrir plus de caisses le samedi", &count), "i2");
    assert_string_equal(best(view, CLASS_PUBLIC, "yaourts au miel", &count),
                        "i3"); /* though its body is long */
    assert_int_equal(count, 1);
    best(view, CLASS_PUBLIC, "Parking gratuit", &count);
    assert_int_equal(count, 0);
    best(view, CLASS_PUBLIC, "", &count);
    assert_int_equal(count, 0);
    view_free(&view);
}

static void a_title_in_two_languages_is_found_in_either(void **state)
{
    (void)state;
    struct view *view =
        fixture_view(0, "c:c1.state=open\ni:i1.challenge=c1\ni:i1.n=1\n"
                        "i:i1.title=\x01{\"fr\":\"Glace \\\"châtaigne\\\"\",\"en\":\"Chestnut ice cream\"}\n"
                        "i:i2.challenge=c1\ni:i2.n=2\ni:i2.title=Un yaourt au miel\n");
    size_t count;
    assert_string_equal(best(view, CLASS_PUBLIC, "glace chataigne", &count), "i1");
    assert_string_equal(best(view, CLASS_PUBLIC, "a chestnut ice cream", &count), "i1");
    best(view, CLASS_PUBLIC, "fr en", &count);
    assert_int_equal(count, 0);
    view_free(&view);
}

static void the_same_text_is_a_thousand_alike(void **state)
{
    (void)state;
    struct view *view = ideas();
    struct similar_match matches[SIMILAR_BEST];
    assert_true(similar_find(view_challenge(view, "c1"), CLASS_PUBLIC, "glace a la Chataigne", matches) >= 1);
    assert_int_equal(matches[0].likeness, 1000);
    view_free(&view);
}

static void only_what_the_audience_sees_is_found(void **state)
{
    (void)state;
    struct view *view = ideas();
    size_t count;
    assert_string_equal(best(view, CLASS_STAFF, "glaces aux chataignes", &count), "i4");
    assert_string_equal(best(view, CLASS_PUBLIC, "glaces aux chataignes", &count), "i1");
    assert_true(fixture_apply(view, 2, "i:i4.state=published"));
    assert_string_equal(best(view, CLASS_PUBLIC, "glaces aux chataignes", &count), "i4");
    view_free(&view);
}

static void new_and_edited_ideas_are_found_by_their_text_of_now(void **state)
{
    (void)state;
    struct view *view = ideas();
    size_t count;
    assert_string_equal(best(view, CLASS_PUBLIC, "Glace à la châtaigne", &count), "i1");
    char text[64];
    for (int i = 0; i < 200; i++) { /* so many that the index is made again */
        snprintf(text, sizeof(text), "i:i1.title=Version numéro %d du titre", i);
        assert_true(fixture_apply(view, i + 2, text));
        best(view, CLASS_PUBLIC, "version", &count);
    }
    best(view, CLASS_PUBLIC, "Glace à la châtaigne", &count);
    assert_int_equal(count, 0);
    assert_string_equal(best(view, CLASS_PUBLIC, "version numero 199 du titre", &count), "i1");
    assert_true(fixture_apply(view, 300, "i:i9.challenge=c1\ni:i9.n=9\ni:i9.title=Crème brûlée"));
    assert_string_equal(best(view, CLASS_PUBLIC, "creme brulee", &count), "i9");
    view_free(&view);
}

static void at_most_five_are_given_best_first(void **state)
{
    (void)state;
    struct view *view = fixture_view(0, "c:c1.state=open");
    char text[160];
    for (int i = 0; i < 9; i++) {
        snprintf(text, sizeof(text), "i:i%d.challenge=c1\ni:i%d.n=%d\ni:i%d.title=Un sorbet %.*s", i, i, i, i,
                 9 - i, "abcdefghi");
        assert_true(fixture_apply(view, i + 2, text));
    }
    struct similar_match matches[SIMILAR_BEST];
    size_t count = similar_find(view_challenge(view, "c1"), CLASS_PUBLIC, "un sorbet a", matches);
    assert_int_equal(count, SIMILAR_BEST);
    assert_string_equal(matches[0].idea->entity.id, "i8");
    for (size_t i = 1; i < count; i++)
        assert_true(matches[i].likeness <= matches[i - 1].likeness);
    view_free(&view);
}

/* One idea more than a step enters, the oldest of its own kind. */
static void many_ideas_are_entered_by_steps_the_newest_first(void **state)
{
    (void)state;
    struct buffer fields CLEAN_BUFFER = {0};
    buffer_add_string(&fields, "c:c1.state=open\n");
    for (int i = 1; i <= SIMILAR_STEP + 1; i++)
        buffer_print(&fields, "i:i%d.challenge=c1\ni:i%d.n=%d\ni:i%d.title=%s %d\n", i, i, i, i,
                     i == 1 ? "Glace à la châtaigne" : "Une caisse", i);
    struct view *view = fixture_view(0, fields.bytes);
    size_t count;
    best(view, CLASS_PUBLIC, "glace à la châtaigne", &count);
    assert_int_equal(count, 0); /* the first question had its step */
    view_warm(view);
    assert_string_equal(best(view, CLASS_PUBLIC, "glace à la châtaigne", &count), "i1");
    assert_int_equal(similar_warm(view_challenge(view, "c1")), 0);
    view_free(&view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(french_is_matched_without_case_accents_and_plurals),
        cmocka_unit_test(a_title_in_two_languages_is_found_in_either),
        cmocka_unit_test(the_same_text_is_a_thousand_alike),
        cmocka_unit_test(only_what_the_audience_sees_is_found),
        cmocka_unit_test(new_and_edited_ideas_are_found_by_their_text_of_now),
        cmocka_unit_test(at_most_five_are_given_best_first),
        cmocka_unit_test(many_ideas_are_entered_by_steps_the_newest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
