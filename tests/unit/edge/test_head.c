#include "edge_fixture.h"
#include "edge/edge_head.h"

static int parse(struct head *head, const char *text, char **out_room)
{
    *out_room = memory_string(text);
    return head_parse(head, *out_room, strlen(text));
}

static void a_head_is_taken_apart(void **state)
{
    struct head head;
    char *room;
    (void)state;
    assert_int_equal(
        parse(&head,
              "POST http://proxy.example/a%2fb?c=%20d HTTP/1.1\r\nHost: h:1\r\nX-Other: \xc3\xa9\r\n"
              "content-LENGTH: 0012\r\nConnection: keep-alive, CLOSE\r\nEmpty:\r\n\r\n",
              &room),
        0);
    assert_int_equal(head.method, EDGE_POST);
    assert_string_equal(head.path, "/a/b");
    assert_string_equal(head.query, "c=%20d");
    assert_string_equal(head.headers[HEAD_HOST], "h:1");
    assert_int_equal(head.length, 12);
    assert_true(head.minor);
    assert_false(head.keep);
    free(room);
}

static void connections_are_kept_as_the_version_and_the_header_say(void **state)
{
    static const struct {
        const char *text;
        bool keep;
    } cases[] = {
        {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", true},
        {"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", false},
        {"GET / HTTP/1.1\r\nHost: h\r\nConnection: closed\r\n\r\n", true},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct head head;
        char *room;
        assert_int_equal(parse(&head, cases[i].text, &room), 0);
        assert_int_equal(head.keep, cases[i].keep);
        free(room);
    }
}

static void lists_are_searched_by_whole_tokens(void **state)
{
    (void)state;
    assert_true(head_list_has("a, B ,c", "b"));
    assert_true(head_list_has("upgrade", "Upgrade"));
    assert_true(head_list_has(",,\t x\t,", "x"));
    assert_false(head_list_has("ab, bc", "b"));
    assert_false(head_list_has("", "b"));
    assert_false(head_list_has("a;b", "b"));
}

static uint32_t step(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static void broken_heads_never_break_the_reader(void **state)
{
    static const char good[] =
        "POST /a%20b?c=d&e=%41 HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n"
        "Connection: keep-alive\r\nIf-None-Match: \"a\", W/\"b\"\r\nUpgrade: websocket\r\n\r\n";
    static const char salt[] = "\r\n\r\n :%,?#\t\0AZaz09\x7f\x80\xff";
    uint32_t seed = 7;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        size_t size = sizeof(good) - 1;
        CLEAN_FREE char *room = memory_bytes(good, size);
        for (uint32_t changes = step(&seed) % 6; changes; changes--)
            room[step(&seed) % size] = salt[step(&seed) % (sizeof(salt) - 1)];
        size -= step(&seed) % 4 ? 0 : step(&seed) % size;
        CLEAN_FREE char *exact = memory_bytes(room, size); /* so that a byte too far is seen */
        struct head head;
        int status = head_parse(&head, exact, size);
        assert_true(status == 0 || status == 400 || status == 411 || status == 414 || status == 431);
        for (int i = 0; i < HEAD_HEADER_COUNT; i++)
            assert_true(strlen(head.headers[i]) < size + 1);
        if (!status) {
            assert_int_equal(head.path[0], '/');
            assert_true(strlen(head.path) + strlen(head.query) < size);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_is_taken_apart),
        cmocka_unit_test(connections_are_kept_as_the_version_and_the_header_say),
        cmocka_unit_test(lists_are_searched_by_whole_tokens),
        cmocka_unit_test(broken_heads_never_break_the_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
