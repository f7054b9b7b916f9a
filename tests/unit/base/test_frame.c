#include "base/frame.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static void a_frame_is_a_copy_with_room_before_it(void **state)
{
    (void)state;
    char bytes[] = "words";
    struct frame *frame = frame_new(bytes, 5);
    memset(bytes, 'x', 5);
    assert_int_equal(frame->size, 5);
    assert_memory_equal(frame_bytes(frame), "words", 5);
    memset(frame_bytes(frame) - FRAME_HEADROOM, 0xFF, FRAME_HEADROOM); /* a transport's header */
    assert_memory_equal(frame_bytes(frame), "words", 5);
    assert_int_equal(frame->references, 1);
    assert_int_equal(frame->size, 5);
    frame_unref(&frame);
    assert_null(frame);
}

static void a_frame_lives_until_its_last_reference_goes(void **state)
{
    (void)state;
    struct frame *frame = frame_new("words", 5), *second = frame_ref(frame), *third = frame_ref(frame);
    assert_ptr_equal(second, frame);
    frame_unref(&frame);
    frame_unref(&third);
    assert_null(third);
    assert_int_equal(second->references, 1);
    assert_memory_equal(frame_bytes(second), "words", 5);
    frame_unref(&second);
    frame_unref(&second); /* nothing to let go of */
    assert_null(second);
}

static void a_frame_may_be_empty(void **state)
{
    (void)state;
    struct frame *frame = frame_new(NULL, 0);
    assert_int_equal(frame->size, 0);
    frame_unref(&frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_is_a_copy_with_room_before_it),
        cmocka_unit_test(a_frame_lives_until_its_last_reference_goes),
        cmocka_unit_test(a_frame_may_be_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
