#include "edge_fixture.h"

#include "base/digest.h"

#define GET  "GET /here HTTP/1.1\r\nHost: here.example\r\n"
#define POST "POST /here HTTP/1.1\r\nHost: here.example\r\n"

static void answers_with_the_path(struct fixture *fixture, struct edge_request *request)
{
    (void)fixture;
    fixture_answer_text(request, 200, edge_request_path(request));
}

static void answers_with_the_body(struct fixture *fixture, struct edge_request *request)
{
    size_t size;
    const char *body = edge_request_body(request, &size);
    struct frame *frame = frame_new(body, size);
    (void)fixture;
    edge_request_answer(request, 200, NULL, frame);
    frame_unref(&frame);
}

static void a_request_is_answered_at_once(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    fixture.on_request = answers_with_the_path;
    struct peer peer = peer_open(&fixture);
    peer_say(&peer, GET "\r\n");
    struct answer answer = peer_answer(&peer);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body, "/here");
    assert_non_null(strstr(answer.head, "x-content-type-options: nosniff\r\n"));
    assert_non_null(strstr(answer.head, "referrer-policy: no-referrer\r\n"));
    assert_null(
        strstr(answer.head, "cross-origin-opener-policy")); /* browsers complain of it over plain http */
    assert_non_null(strstr(answer.head, "cross-origin-resource-policy: same-origin\r\n"));
    assert_non_null(
        strstr(answer.head, "content-security-policy: default-src 'none'; frame-ancestors 'none'\r\n"));
    assert_null(strstr(answer.head, "connection: close"));
    answer_clear(&answer);
    peer_close(&peer);
    fixture_close(&fixture);
}

static void a_request_says_what_was_asked(void **state)
{
    struct fixture fixture;
    char room[16];
    (void)state;
    fixture_open(&fixture);
    struct peer peer = peer_open(&fixture);
    peer_say(&peer,
             "POST /a%20b/%C3%A9?since=1%3A2&empty=&long=0123456789abcdef&word=a+b HTTP/1.1\r\nHost: h\r\n"
             "AUTHORIZATION:Bearer x  \r\nidempotency-key: k1\r\nContent-Length: 4\r\n\r\nbody");
    fixture_await(&fixture, fixture.held[0]);
    struct edge_request *request = fixture.held[0];
    size_t size;
    assert_int_equal(edge_request_method(request), EDGE_POST);
    assert_string_equal(edge_request_path(request), "/a b/\xc3\xa9");
    assert_string_equal(edge_request_query(request), "since=1%3A2&empty=&long=0123456789abcdef&word=a+b");
    assert_string_equal(edge_request_parameter(request, "since", room, sizeof(room)), "1:2");
    assert_string_equal(edge_request_parameter(request, "empty", room, sizeof(room)), "");
    assert_string_equal(edge_request_parameter(request, "word", room, sizeof(room)), "a b");
    assert_null(edge_request_parameter(request, "long", room, sizeof(room)));
    assert_null(edge_request_parameter(request, "other", room, sizeof(room)));
    assert_string_equal(edge_request_header(request, "authorization"), "Bearer x");
    assert_string_equal(edge_request_header(request, "idempotency-key"), "k1");
    assert_string_equal(edge_request_header(request, "if-none-match"), "");
    assert_string_equal(edge_request_body(request, &size), "body");
    assert_int_equal(size, 4);
    assert_string_equal(edge_request_peer(request), "127.0.0.1");
    fixture_answer_text(request, 201, "made");
    peer_expect(&peer, 201);
    peer_close(&peer);
    fixture_close(&fixture);
}

static void a_request_is_answered_later(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    struct peer peer = peer_open(&fixture);
    peer_say(&peer, GET "\r\n");
    fixture_await(&fixture, fixture.held[0]);
    fixture_turns(&fixture, 20);
    const struct edge_header headers[] = {
        {"etag", "\"e:1\""}, {"content-type", "text/html; charset=utf-8"}, {NULL, NULL}};
    struct frame *body = frame_new("later", 5);
    edge_request_answer(fixture.held[0], 404, headers, body);
    frame_unref(&body);
    struct answer answer = peer_answer(&peer);
    assert_int_equal(answer.status, 404);
    assert_string_equal(answer.body, "later");
    assert_non_null(strstr(answer.head, "HTTP/1.1 404 Not Found\r\n"));
    assert_non_null(strstr(answer.head, "etag: \"e:1\"\r\n"));
    assert_non_null(
        strstr(answer.head, "require-trusted-types-for 'script'; trusted-types svelte-trusted-html\r\n"));
    answer_clear(&answer);
    peer_close(&peer);
    fixture_close(&fixture);
}

static void requests_in_a_row_are_answered_in_order_on_one_connection(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    struct peer peer = peer_open(&fixture);
    peer_say(&peer, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"
                    "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
                    "\r\nGET /3 HTTP/1.1\r\nHost: h\r\n\r\nGET /4 HT");
    for (int i = 1; i <= 4; i++) {
        char path[8];
        if (i == 4)
            peer_say(&peer, "TP/1.1\r\nHost: h\r\n\r\n");
        snprintf(path, sizeof(path), "/%d", i);
        fixture_await(&fixture, fixture.held[0]);
        fixture_turns(&fixture, 5);
        assert_null(fixture.held[1]); /* the next one waits for the answer of this one */
        struct edge_request *request = fixture.held[0];
        fixture.held[0] = NULL;
        assert_string_equal(edge_request_path(request), path);
        fixture_answer_text(request, 200, path);
        struct answer answer = peer_answer(&peer);
        assert_string_equal(answer.body, path);
        answer_clear(&answer);
    }
    assert_int_equal(fixture.requests, 4);
    assert_int_equal(edge_connections(fixture.edge), 1);
    peer_close(&peer);
    fixture_await(&fixture, edge_connections(fixture.edge) == 0);
    fixture_close(&fixture);
}

static void requests_in_a_row_are_answered_at_once_too(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    fixture.on_request = answers_with_the_body;
    struct peer peer = peer_open(&fixture);
    for (int i = 0; i < 50; i++)
        peer_say(&peer, POST "Content-Length: 2\r\n\r\nhi");
    for (int i = 0; i < 50; i++) {
        struct answer answer = peer_answer(&peer);
        assert_string_equal(answer.body, "hi");
        answer_clear(&answer);
    }
    peer_close(&peer);
    fixture_close(&fixture);
}

static void a_head_in_single_bytes_is_understood(void **state)
{
    struct fixture fixture;
    const char text[] = POST "Content-Length: 5\r\n\r\nhello";
    (void)state;
    fixture_open(&fixture);
    fixture.on_request = answers_with_the_body;
    struct peer peer = peer_open(&fixture);
    for (size_t i = 0; i < sizeof(text) - 1; i++) {
        peer_send(&peer, text + i, 1);
        fixture_turn(&fixture);
    }
    struct answer answer = peer_answer(&peer);
    assert_string_equal(answer.body, "hello");
    answer_clear(&answer);
    peer_close(&peer);
    fixture_close(&fixture);
}

static void a_client_that_asks_to_close_is_closed_after_the_answer(void **state)
{
    static const char *const texts[] = {GET "Connection: close\r\n\r\n", "GET /here HTTP/1.0\r\n\r\n"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct fixture fixture;
        fixture_open(&fixture);
        fixture.on_request = answers_with_the_path;
        struct peer peer = peer_open(&fixture);
        peer_say(&peer, texts[i]);
        struct answer answer = peer_answer(&peer);
        assert_int_equal(answer.status, 200);
        assert_non_null(strstr(answer.head, "connection: close\r\n"));
        answer_clear(&answer);
        peer_await(&peer, peer.closed);
        peer_close(&peer);
        fixture_await(&fixture, edge_connections(fixture.edge) == 0);
        fixture_close(&fixture);
    }
}

static void head_has_the_headers_of_get_and_no_body(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    fixture.on_request = answers_with_the_path;
    struct peer peer = peer_open(&fixture);
    peer_say(&peer, "HEAD /here HTTP/1.1\r\nHost: h\r\n\r\n");
    struct answer answer = peer_answer_to(&peer, true);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.head, "content-length: 5\r\n"));
    answer_clear(&answer);
    peer_say(&peer, GET "\r\n"); /* were there a body, it would be taken for this answer's head */
    peer_expect(&peer, 200);
    peer_close(&peer);
    fixture_close(&fixture);
}

static void a_client_may_go_before_its_answer(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    for (int how = 0; how < 2; how++) {
        struct peer peer = peer_open(&fixture);
        peer_say(&peer, GET "\r\n");
        fixture_await(&fixture, fixture.held[0]);
        if (how) { /* a reset, not an end */
            struct linger at_once = {.l_onoff = 1};
            setsockopt(peer.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
        }
        peer_close(&peer);
        fixture_turns(&fixture, 20);
        fixture_answer_text(fixture.held[0], 200, "to nobody");
        fixture.held[0] = NULL;
        fixture_await(&fixture, edge_connections(fixture.edge) == 0);
    }
    fixture_close(&fixture);
}

static void a_hundred_held_clients_that_vanish_leave_the_processor_idle(void **state)
{
    enum { CLIENTS = 100 };
    struct fixture fixture;
    struct edge_request *held[CLIENTS];
    struct peer peers[CLIENTS];
    (void)state;
    fixture_open(&fixture);
    for (int i = 0; i < CLIENTS; i++) {
        peers[i] = peer_open(&fixture);
        peer_say(&peers[i], GET "\r\n");
        fixture_await(&fixture, fixture.held[0]);
        held[i] = fixture.held[0];
        fixture.held[0] = NULL;
    }
    for (int i = 0; i < CLIENTS; i++)
        peer_close(&peers[i]);
    assert_true(fixture_sleeps(&fixture));
    for (int i = 0; i < CLIENTS; i++)
        fixture_answer_text(held[i], 200, "to nobody");
    uv_timer_start(&fixture.tick, fixture_on_tick, 1, 1);
    fixture_await(&fixture, edge_connections(fixture.edge) == 0);
    fixture_close(&fixture);
}

static void a_request_may_be_answered_after_the_edge_is_freed(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    struct peer peer = peer_open(&fixture);
    peer_say(&peer, GET "\r\n");
    fixture_await(&fixture, fixture.held[0]);
    fixture_close(&fixture);
    assert_string_equal(edge_request_path(fixture.held[0]), "/here");
    fixture_answer_text(fixture.held[0], 200, "to nobody");
    peer_close(&peer);
}

static void a_body_over_the_limit_is_refused_before_it_is_read(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    fixture.on_request = answers_with_the_body;
    struct peer peer = peer_open(&fixture);
    peer_say(&peer, POST "Content-Length: 1001\r\n\r\n");
    struct answer answer = peer_answer(&peer);
    assert_int_equal(answer.status, 413);
    assert_string_equal(answer.body, "{\"problem\":413}");
    assert_non_null(strstr(answer.head, "content-type: application/problem+json\r\n"));
    assert_non_null(strstr(answer.head, "connection: close\r\n"));
    answer_clear(&answer);
    peer_close(&peer);
    /* All of it sent at once: the answer still arrives, and is not lost to a reset. */
    peer = peer_open(&fixture);
    CLEAN_FREE char *large = memory_alloc(100001);
    memset(large, 'x', 100000);
    peer_say(&peer, POST "Content-Length: 100000\r\n\r\n");
    peer_say(&peer, large);
    peer_expect(&peer, 413);
    peer_await(&peer, peer.closed);
    peer_close(&peer);
    assert_int_equal(fixture.requests, 0);
    fixture_close(&fixture);
}

static void a_large_body_goes_in_and_comes_out_whole(void **state)
{
    struct fixture fixture;
    char there[DIGEST_HEX_ROOM], back[DIGEST_HEX_ROOM];
    size_t size = 1000000;
    (void)state;
    fixture_open(&fixture);
    fixture.on_request = answers_with_the_body;
    CLEAN_FREE char *large = memory_alloc(size);
    for (size_t i = 0; i < size; i++)
        large[i] = (char)(i * 2654435761u >> 13);
    struct peer peer = peer_open_to(&fixture, 4096); /* reads slowly, so that the answer goes in pieces */
    peer_say(&peer,
             "POST /large HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1000000\r\n\r\n");
    peer_await(&peer, peer_has(&peer, "HTTP/1.1 100 Continue\r\n\r\n"));
    peer_drop(&peer, peer.in.size);
    peer_send(&peer, large, size);
    struct answer answer = peer_answer(&peer);
    assert_int_equal(answer.body_size, size);
    digest_hex(large, size, there);
    digest_hex(answer.body, size, back);
    assert_string_equal(there, back);
    answer_clear(&answer);
    peer_close(&peer);
    fixture_close(&fixture);
}

static void what_is_no_request_is_refused(void **state)
{
    static const struct {
        const char *text;
        int status;
    } cases[] = {
        {"nonsense\r\n\r\n", 400},
        {"GET /\r\n\r\n", 400},
        {"GET / HTTP/2.0\r\nHost: h\r\n\r\n", 400},
        {"GET here HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"GET /a\x01 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\n\r\n", 400},                          /* no host */
        {"GET / HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n", 400},    /* two */
        {"GET / HTTP/1.1\r\nHost: h\r\nHost : h\r\n\r\n", 400},   /* a blank before the colon */
        {"GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n", 400}, /* a folded line */
        {"GET / HTTP/1.1\r\nHost: h\nX: a\r\n\r\n", 400},         /* a bare line feed */
        {"GET / HTTP/1.1\r\nHost: h\r\nX\r\n\r\n", 400},          /* no colon */
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1x\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n", 400},
        {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n", 413},
    };
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct peer peer = peer_open(&fixture);
        peer_say(&peer, cases[i].text);
        struct answer answer = peer_answer(&peer);
        if (answer.status != cases[i].status)
            fail_msg("%d for: %s", answer.status, cases[i].text);
        assert_int_equal(fixture.refused, cases[i].status);
        assert_non_null(strstr(answer.head, "x-content-type-options: nosniff\r\n"));
        answer_clear(&answer);
        peer_await(&peer, peer.closed);
        peer_close(&peer);
    }
    assert_int_equal(fixture.requests, 0);
    fixture_close(&fixture);
}

static void what_is_too_long_is_refused(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    CLEAN_FREE char *long_text = memory_alloc(20001);
    memset(long_text, 'a', 20000);
    for (int i = 0; i < 4; i++) {
        CLEAN_BUFFER struct buffer out = {0};
        int length = i == 0 ? 9000 : 20000;
        if (i < 2)
            buffer_print(&out, "GET /%.*s HTTP/1.1\r\nHost: h\r\n\r\n", length, long_text);
        else if (i == 2)
            buffer_print(&out, "GET / HTTP/1.1\r\nHost: h\r\nX: %s\r\n\r\n", long_text);
        else
            buffer_add_string(&out, "GET / HTTP/1.1\r\nHost: h\r\n");
        for (int n = 0; i == 3 && n < 200; n++)
            buffer_print(&out, "x%d: y\r\n", n);
        buffer_add_string(&out, "\r\n");
        struct peer peer = peer_open(&fixture);
        peer_send(&peer, out.bytes, out.size);
        peer_expect(&peer, i < 2 ? 414 : 431);
        peer_close(&peer);
    }
    fixture_close(&fixture);
}

static void origins_are_judged_by_host_and_by_the_list(void **state)
{
    static const struct {
        const char *text;
        int status;
        const char *allowed;
    } cases[] = {
        {POST "Origin: http://here.example\r\n\r\n", 200, NULL},
        {POST "Origin: https://HERE.example\r\n\r\n", 200, NULL},
        {POST "Origin: https://friend.example\r\n\r\n", 200,
         "access-control-allow-origin: https://friend.example\r\n"},
        {GET "Origin: https://friend.example\r\n\r\n", 200,
         "access-control-allow-origin: https://friend.example\r\n"},
        {POST "\r\n", 200, NULL},
        {POST "Origin: https://foe.example\r\n\r\n", 403, NULL},
        {POST "Origin: https://here.example.foe.example\r\n\r\n", 403, NULL},
        {POST "Origin: https://here.example:8080\r\n\r\n", 403, NULL},
        {POST "Origin: null\r\n\r\n", 403, NULL},
        {GET "Origin: https://foe.example\r\n\r\n", 200,
         NULL}, /* without the header, its pages cannot read it */
    };
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    fixture.on_request = answers_with_the_path;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct peer peer = peer_open(&fixture);
        peer_say(&peer, cases[i].text);
        struct answer answer = peer_answer(&peer);
        if (answer.status != cases[i].status)
            fail_msg("%d for: %s", answer.status, cases[i].text);
        if (cases[i].allowed)
            assert_non_null(strstr(answer.head, cases[i].allowed));
        else
            assert_null(strstr(answer.head, "access-control-allow-origin"));
        assert_non_null(strstr(answer.head, "vary: origin\r\n"));
        answer_clear(&answer);
        peer_close(&peer);
    }
    fixture_close(&fixture);
}

static void preflights_are_answered_by_the_edge(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    struct peer peer = peer_open(&fixture);
    peer_say(&peer, "OPTIONS /api HTTP/1.1\r\nHost: h\r\nOrigin: https://friend.example\r\n"
                    "Access-Control-Request-Method: POST\r\n\r\n");
    struct answer answer = peer_answer(&peer);
    assert_int_equal(answer.status, 204);
    assert_non_null(strstr(answer.head, "access-control-allow-origin: https://friend.example\r\n"));
    assert_non_null(strstr(answer.head, "access-control-allow-methods: GET, POST\r\n"));
    assert_non_null(strstr(answer.head,
                           "access-control-allow-headers: authorization, content-type, idempotency-key, "
                           "if-none-match\r\n"));
    assert_null(strstr(answer.head, "content-length"));
    answer_clear(&answer);
    peer_say(&peer, "OPTIONS /api HTTP/1.1\r\nHost: h\r\nOrigin: https://foe.example\r\n"
                    "Access-Control-Request-Method: POST\r\n\r\n");
    peer_expect(&peer, 403);
    peer_close(&peer);
    assert_int_equal(fixture.requests, 0);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_answered_at_once),
        cmocka_unit_test(a_request_says_what_was_asked),
        cmocka_unit_test(a_request_is_answered_later),
        cmocka_unit_test(requests_in_a_row_are_answered_in_order_on_one_connection),
        cmocka_unit_test(requests_in_a_row_are_answered_at_once_too),
        cmocka_unit_test(a_head_in_single_bytes_is_understood),
        cmocka_unit_test(a_client_that_asks_to_close_is_closed_after_the_answer),
        cmocka_unit_test(head_has_the_headers_of_get_and_no_body),
        cmocka_unit_test(a_client_may_go_before_its_answer),
        cmocka_unit_test(a_hundred_held_clients_that_vanish_leave_the_processor_idle),
        cmocka_unit_test(a_request_may_be_answered_after_the_edge_is_freed),
        cmocka_unit_test(a_body_over_the_limit_is_refused_before_it_is_read),
        cmocka_unit_test(a_large_body_goes_in_and_comes_out_whole),
        cmocka_unit_test(what_is_no_request_is_refused),
        cmocka_unit_test(what_is_too_long_is_refused),
        cmocka_unit_test(origins_are_judged_by_host_and_by_the_list),
        cmocka_unit_test(preflights_are_answered_by_the_edge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
