#include "edge_fixture.h"

static bool sends(struct fixture_user *user, const char *text)
{
    struct frame *frame = frame_new(text, strlen(text));
    bool sent = edge_socket_send(user->socket, frame);
    assert_in_range(frame->references, 1, sent ? 2 : 1);
    frame_unref(&frame);
    return sent;
}

static void a_message_comes_whole_and_a_frame_goes_out(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    struct peer peer = peer_socket(&fixture);
    peer_text(&peer, "hello");
    fixture_await(&fixture, fixture.users[0].messages.size);
    assert_string_equal(fixture.users[0].messages.bytes, "hello|");
    assert_string_equal(edge_socket_peer(fixture.users[0].socket), "127.0.0.1");
    assert_true(sends(&fixture.users[0], "welcome"));
    peer_expect_text(&peer, "welcome");
    peer_close(&peer);
    fixture_await(&fixture, fixture.users[0].closed);
    assert_int_equal(edge_connections(fixture.edge), 0);
    fixture_close(&fixture);
}

static void a_frame_of_any_size_arrives_as_it_was_and_stays_as_it_was(void **state)
{
    static const size_t sizes[] = {0, 1, 125, 126, 65535, 65536, 100000};
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    struct peer one = peer_socket(&fixture), two = peer_socket(&fixture);
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        CLEAN_FREE char *bytes = memory_alloc(sizes[i] + 1);
        for (size_t n = 0; n < sizes[i]; n++)
            bytes[n] = (char)('a' + n % 23);
        struct frame *frame = frame_new(bytes, sizes[i]);
        assert_true(edge_socket_send(fixture.users[0].socket, frame));
        assert_true(edge_socket_send(fixture.users[1].socket, frame));
        assert_memory_equal(frame_bytes(frame), bytes, sizes[i]);
        frame_unref(&frame);
        for (int n = 0; n < 2; n++) {
            size_t size;
            CLEAN_FREE char *got = peer_read(n ? &two : &one, FRAME_TEXT, &size);
            assert_int_equal(size, sizes[i]);
            assert_memory_equal(got, bytes, size);
        }
    }
    peer_close(&one);
    peer_close(&two);
    fixture_close(&fixture);
}

static void a_wrong_handshake_is_refused_with_an_answer(void **state)
{
#define UPGRADE  "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define PROTOCOL "Sec-WebSocket-Protocol: palabre.v1\r\n"
    static const struct {
        const char *text;
        int status;
    } cases[] = {
        {HANDSHAKE "\r\n", 101},
        {HANDSHAKE "Origin: http://here.example\r\n\r\n", 101},
        {HANDSHAKE "Origin: https://here.example\r\n\r\n", 101}, /* whatever the scheme */
        {HANDSHAKE "Origin: https://friend.example\r\n\r\n", 101},
        {HANDSHAKE "Origin: https://foe.example\r\n\r\n", 403},
        {HANDSHAKE "Origin: null\r\n\r\n", 403},
        {HANDSHAKE_LINE UPGRADE HANDSHAKE_KEY "Sec-WebSocket-Protocol: other, palabre.v1\r\n\r\n", 101},
        {HANDSHAKE_LINE UPGRADE HANDSHAKE_KEY "\r\n", 400},
        {HANDSHAKE_LINE UPGRADE HANDSHAKE_KEY "Sec-WebSocket-Protocol: palabre.v2\r\n\r\n", 400},
        {HANDSHAKE_LINE "Connection: Upgrade\r\n" HANDSHAKE_KEY PROTOCOL "\r\n", 400},
        {HANDSHAKE_LINE "Upgrade: h2c\r\nConnection: Upgrade\r\n" HANDSHAKE_KEY PROTOCOL "\r\n", 400},
        {HANDSHAKE_LINE "Upgrade: websocketx\r\nConnection: Upgrade\r\n" HANDSHAKE_KEY PROTOCOL "\r\n", 400},
        {HANDSHAKE_LINE "Upgrade: websocket, h2c\r\nConnection: Upgrade\r\n" HANDSHAKE_KEY PROTOCOL "\r\n",
         400},
        {HANDSHAKE_LINE "Upgrade: websocket\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n" HANDSHAKE_KEY PROTOCOL
                        "\r\n",
         400},
        {HANDSHAKE_LINE "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n" HANDSHAKE_KEY PROTOCOL
                        "\r\n",
         101},
        {HANDSHAKE_LINE "Upgrade: websocket\r\nConnection: close\r\n" HANDSHAKE_KEY PROTOCOL "\r\n", 400},
        {HANDSHAKE_LINE UPGRADE "Sec-WebSocket-Version: 13\r\n" PROTOCOL "\r\n", 400},
        {HANDSHAKE_LINE UPGRADE "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: abc\r\n" PROTOCOL "\r\n",
         400},
        {HANDSHAKE_LINE UPGRADE "Sec-WebSocket-Version: 8\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" PROTOCOL "\r\n",
         400},
        {"POST /ws HTTP/1.1\r\nHost: h\r\n" UPGRADE HANDSHAKE_KEY PROTOCOL "\r\n", 400},
        {"GET /ws HTTP/1.0\r\nHost: h\r\n" UPGRADE HANDSHAKE_KEY PROTOCOL "\r\n", 400},
        {HANDSHAKE "\r\nbytes before the answer", 400},
    };
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    unsigned opened = 0;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct peer peer = peer_open(&fixture);
        peer_say(&peer, cases[i].text);
        struct answer answer = peer_answer(&peer);
        if (answer.status != cases[i].status)
            fail_msg("%d for: %s", answer.status, cases[i].text);
        if (answer.status == 101)
            assert_non_null(strcasestr(answer.head, "Sec-WebSocket-Protocol: palabre.v1\r\n"));
        opened += answer.status == 101;
        answer_clear(&answer);
        peer_close(&peer);
        assert_int_equal(fixture.opened, opened);
    }
    assert_int_equal(fixture.requests, 0);
    fixture_close(&fixture);
}

static void an_upgrade_elsewhere_is_an_ordinary_request(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    struct peer peer = peer_open(&fixture);
    peer_say(&peer, "GET /other HTTP/1.1\r\nHost: h\r\n" UPGRADE HANDSHAKE_KEY PROTOCOL "\r\n");
    fixture_await(&fixture, fixture.held[0]);
    fixture_answer_text(fixture.held[0], 404, "no");
    peer_expect(&peer, 404);
    peer_close(&peer);
    assert_int_equal(fixture.opened, 0);
    fixture_close(&fixture);
}

static void fragments_and_pieces_are_put_together(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    struct peer peer = peer_socket(&fixture);
    struct buffer *messages = &fixture.users[0].messages;
    peer_frame(&peer, 0x01, "he", 2);
    peer_frame(&peer, FRAME_PING, "x", 1); /* control frames may come between */
    peer_frame(&peer, 0x00, "", 0);
    peer_frame(&peer, 0x80, "llo", 3);
    peer_text(&peer, "");
    peer_text(&peer, "one");
    peer_text(&peer, "two");
    fixture_await(&fixture, messages->size >= 15);
    assert_string_equal(messages->bytes, "hello||one|two|");
    CLEAN_FREE char *pong = peer_read(&peer, FRAME_PONG, NULL);
    assert_string_equal(pong, "x");
    char large[8192]; /* as large as the limit, and more than is read at a time */
    memset(large, 'y', sizeof(large));
    buffer_reset(messages);
    peer_frame(&peer, FRAME_TEXT, large, sizeof(large));
    fixture_await(&fixture, messages->size);
    assert_int_equal(messages->size, sizeof(large) + 1);
    assert_memory_equal(messages->bytes, large, sizeof(large));
    peer_close(&peer);
    fixture_close(&fixture);
}

static void what_a_peer_may_not_send_closes_with_its_code(void **state)
{
    (void)state;
    for (int what = 0; what < 6; what++) {
        struct fixture fixture;
        char large[9000];
        int code = 4002;
        memset(large, 'y', sizeof(large));
        fixture_open(&fixture);
        struct peer peer = peer_socket(&fixture);
        if (what == 0) { /* one byte more than the limit */
            peer_frame(&peer, FRAME_TEXT, large, 8193);
        } else if (what == 1) { /* in fragments */
            peer_frame(&peer, 0x01, large, 8000);
            peer_frame(&peer, 0x80, large, 193);
        } else if (what == 2) { /* 17 fragments */
            for (int i = 0; i < 17; i++)
                peer_frame(&peer, i == 0 ? 0x01 : i == 16 ? 0x80 : 0x00, "a", 1);
        } else if (what == 3) { /* fragments without end, and without bytes */
            for (int i = 0; i < 40; i++)
                peer_frame(&peer, i == 0 ? 0x01 : 0x00, "", 0);
        } else if (what == 4) {
            peer_frame(&peer, 0x82, "binary", 6);
            code = 4000;
        } else {
            peer_frame(&peer, FRAME_TEXT, "\xff\xfe", 2);
            code = 1007;
        }
        peer_expect_close(&peer, code, NULL);
        assert_int_equal(fixture.users[0].messages.size, 0);
        peer_close(&peer);
        fixture_await(&fixture, fixture.users[0].closed);
        fixture_close(&fixture);
    }
}

static void sixteen_fragments_and_a_raised_limit_are_accepted(void **state)
{
    struct fixture fixture;
    char large[60000];
    (void)state;
    memset(large, 'y', sizeof(large));
    fixture_open(&fixture);
    struct peer peer = peer_socket(&fixture);
    for (int i = 0; i < 16; i++)
        peer_frame(&peer, i == 0 ? 0x01 : i == 15 ? 0x80 : 0x00, "a", 1);
    fixture_await(&fixture, fixture.users[0].messages.size);
    assert_string_equal(fixture.users[0].messages.bytes, "aaaaaaaaaaaaaaaa|");
    buffer_reset(&fixture.users[0].messages);
    edge_socket_limit(fixture.users[0].socket, 65536);
    peer_frame(&peer, FRAME_TEXT, large, sizeof(large));
    fixture_await(&fixture, fixture.users[0].messages.size);
    assert_int_equal(fixture.users[0].messages.size, sizeof(large) + 1);
    peer_close(&peer);
    fixture_close(&fixture);
}

static void a_peer_that_stops_reading_is_told_apart_and_loses_nothing(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    struct peer slow = peer_socket_to(&fixture, 4096), quick = peer_socket(&fixture);
    struct fixture_user *user = &fixture.users[0];
    CLEAN_FREE char *text = memory_alloc(20001);
    memset(text, 'z', 20000);
    unsigned sent = 0, refused = 0, read = 0;
    while (sent < 300) {
        int length = snprintf(text, 20001, "%u ", sent);
        text[length] = 'z';
        if (sends(user, text)) {
            sent++;
            continue;
        }
        refused++;
        assert_int_equal(user->ready, 0);
        assert_false(sends(user, text)); /* asking twice changes nothing */
        fixture_turns(&fixture, 20);
        if (refused == 1)
            assert_int_equal(user->ready, 0); /* not before the peer reads */
        assert_true(sends(&fixture.users[1], "others go on"));
        peer_expect_text(&quick, "others go on");
        while (!user->ready) { /* the peer reads on */
            size_t header, payload;
            peer_pump(&slow);
            while ((header = peer_frame_size(&slow, &payload))) {
                assert_int_equal(payload, 20000);
                assert_int_equal(strtoul(slow.in.bytes + header, NULL, 10), read++);
                peer_drop(&slow, header + payload);
            }
        }
        assert_int_equal(user->ready, 1);
        user->ready = 0;
    }
    while (read < sent) {
        CLEAN_FREE char *got = peer_read(&slow, FRAME_TEXT, NULL);
        assert_int_equal(strtoul(got, NULL, 10), read++);
    }
    assert_true(refused > 0);
    fixture_turns(&fixture, 20);
    assert_int_equal(slow.in.size, 0);
    assert_int_equal(user->closed, 0);
    peer_close(&slow);
    peer_close(&quick);
    fixture_close(&fixture);
}

static void a_peer_that_takes_no_bytes_is_closed_in_time(void **state)
{
    struct fixture fixture;
    char *error = NULL;
    (void)state;
    fixture_prepare(&fixture);
    fixture.settings.stuck_ms = 1500;
    fixture.edge = edge_new(&fixture.settings, &error);
    struct peer stuck = peer_socket_to(&fixture, 4096), quick = peer_socket(&fixture);
    struct peer reader = peer_open_to(&fixture, 4096);
    CLEAN_FREE char *text = memory_alloc(3000001);
    memset(text, 'z', 3000000);
    peer_say(&reader, "GET /here HTTP/1.1\r\nHost: h\r\n\r\n");
    fixture_await(&fixture, fixture.held[0]);
    fixture_answer_text(fixture.held[0], 200, text); /* never read */
    text[50000] = '\0';
    while (sends(&fixture.users[0], text))
        continue;
    fixture_await(&fixture, fixture.users[0].closed && edge_connections(fixture.edge) == 1);
    assert_int_equal(fixture.users[0].ready, 0);
    assert_int_equal(fixture.users[1].closed, 0);
    peer_close(&stuck);
    peer_close(&quick);
    peer_close(&reader);
    fixture_close(&fixture);
}

static void a_peer_that_answers_no_pings_is_closed_and_one_that_does_is_not(void **state)
{
    struct fixture fixture;
    char *error = NULL;
    (void)state;
    fixture_prepare(&fixture);
    fixture.settings.ping_ms = 100;
    fixture.edge = edge_new(&fixture.settings, &error);
    struct peer silent = peer_socket(&fixture), lively = peer_socket(&fixture);
    for (int i = 0; i < 5; i++) {
        size_t size;
        CLEAN_FREE char *ping = peer_read(&lively, FRAME_PING, &size);
        peer_frame(&lively, FRAME_PONG, ping, size);
    }
    fixture_await(&fixture, fixture.users[0].closed);
    assert_int_equal(fixture.users[1].closed, 0);
    peer_close(&silent);
    peer_close(&lively);
    fixture_close(&fixture);
}

static void a_peer_that_does_not_answer_a_close_is_closed_all_the_same(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    struct peer silent = peer_socket(&fixture), stuck = peer_socket_to(&fixture, 4096);
    CLEAN_FREE char *text = memory_alloc(50001);
    memset(text, 'z', 50000);
    while (sends(&fixture.users[1], text))
        continue;
    edge_socket_close(fixture.users[0].socket, 4005, "");
    edge_socket_close(fixture.users[1].socket, 4003, "too slow");
    peer_expect_close(&silent, 4005, "");
    fixture_await(&fixture, fixture.users[0].closed && fixture.users[1].closed);
    peer_close(&silent);
    peer_close(&stuck);
    fixture_close(&fixture);
}

static void the_server_closes_with_a_code_and_a_reason(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    struct peer peer = peer_socket(&fixture);
    struct fixture_user *user = &fixture.users[0];
    assert_true(sends(user, "last words"));
    edge_socket_close(user->socket, 4005, "going away");
    assert_int_equal(user->closed, 0); /* later, on the loop */
    assert_false(sends(user, "more"));
    edge_socket_close(user->socket, 4003, "twice");
    peer_expect_text(&peer, "last words");
    peer_expect_close(&peer, 4005, "going away");
    peer_text(&peer, "not heard");
    peer_frame(&peer, FRAME_CLOSE, "\x0f\xa5", 2);
    fixture_await(&fixture, user->closed);
    peer_await(&peer, peer.closed);
    assert_int_equal(user->messages.size, 0);
    assert_int_equal(user->ready, 0);
    peer_close(&peer);
    fixture_close(&fixture);
}

static void closes_at_its_message(struct fixture_user *user, const char *text, size_t size)
{
    (void)text;
    (void)size;
    edge_socket_close(user->socket, 4001, "hello first");
}

static void a_handler_may_close_its_socket_at_a_message(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    fixture.on_message = closes_at_its_message;
    struct peer peer = peer_socket(&fixture);
    peer_text(&peer, "one");
    peer_text(&peer, "two");
    peer_expect_close(&peer, 4001, "hello first");
    assert_string_equal(fixture.users[0].messages.bytes, "one|");
    peer_close(&peer);
    fixture_await(&fixture, fixture.users[0].closed);
    fixture_close(&fixture);
}

static void greets_and_closes(struct fixture_user *user)
{
    assert_true(sends(user, "one too many"));
    edge_socket_close(user->socket, 4004, "too many sockets");
}

static void a_handler_may_close_its_socket_as_it_opens(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    fixture.on_opened = greets_and_closes;
    struct peer peer = peer_socket(&fixture);
    peer_expect_text(&peer, "one too many");
    peer_expect_close(&peer, 4004, "too many sockets");
    peer_frame(&peer, FRAME_CLOSE, "\x0f\xa4", 2);
    fixture_await(&fixture, fixture.users[0].closed);
    peer_close(&peer);
    fixture_close(&fixture);
}

static void sockets_with_nothing_to_do_leave_the_loop_asleep(void **state)
{
    struct fixture fixture;
    struct peer peers[FIXTURE_SOCKETS];
    (void)state;
    fixture_open(&fixture);
    for (int i = 0; i < FIXTURE_SOCKETS; i++) {
        peers[i] = peer_socket_to(&fixture, i ? 0 : 4096);
        assert_true(sends(&fixture.users[i], "hello"));
        peer_expect_text(&peers[i], "hello");
    }
    CLEAN_FREE char *text = memory_alloc(50001);
    memset(text, 'z', 50000);
    while (sends(&fixture.users[0], text)) /* one does not read, and owes us nothing but time */
        continue;
    assert_true(fixture_sleeps(&fixture));
    for (int i = 0; i < FIXTURE_SOCKETS; i++)
        peer_close(&peers[i]);
    fixture_await(&fixture, edge_connections(fixture.edge) == 0);
    assert_true(fixture_sleeps(&fixture));
    fixture_close(&fixture);
}

static void a_peer_closes_with_any_code_and_is_answered(void **state)
{
    static const int codes[] = {1000, 1001, 4000, 4999};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
        struct fixture fixture;
        fixture_open(&fixture);
        struct peer peer = peer_socket(&fixture);
        char payload[2] = {(char)(codes[i] >> 8), (char)codes[i]};
        peer_frame(&peer, FRAME_CLOSE, payload, 2);
        peer_expect_close(&peer, codes[i], NULL);
        fixture_await(&fixture, fixture.users[0].closed);
        peer_close(&peer);
        fixture_close(&fixture);
    }
}

static void echoes(struct fixture_user *user, const char *text, size_t size)
{
    struct frame *frame = frame_new(text, size);
    assert_true(edge_socket_send(user->socket, frame));
    frame_unref(&frame);
}

static void an_answer_may_be_sent_from_the_message(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    fixture.on_message = echoes;
    struct peer peer = peer_socket(&fixture);
    for (int i = 0; i < 200; i++)
        peer_text(&peer, "ping");
    for (int i = 0; i < 200; i++)
        peer_expect_text(&peer, "ping");
    peer_close(&peer);
    fixture_close(&fixture);
}

static void sockets_open_when_the_edge_is_freed_are_told(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    struct peer one = peer_socket(&fixture), two = peer_socket_to(&fixture, 4096), half = peer_open(&fixture);
    CLEAN_FREE char *text = memory_alloc(60001);
    memset(text, 'z', 60000);
    while (sends(&fixture.users[1], text)) /* one has bytes pending, one is in the middle of a head */
        continue;
    peer_say(&half, "GET /he");
    fixture_turns(&fixture, 5);
    assert_int_equal(edge_connections(fixture.edge), 3);
    fixture_close(&fixture);
    peer_close(&one);
    peer_close(&two);
    peer_close(&half);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_comes_whole_and_a_frame_goes_out),
        cmocka_unit_test(a_frame_of_any_size_arrives_as_it_was_and_stays_as_it_was),
        cmocka_unit_test(a_wrong_handshake_is_refused_with_an_answer),
        cmocka_unit_test(an_upgrade_elsewhere_is_an_ordinary_request),
        cmocka_unit_test(fragments_and_pieces_are_put_together),
        cmocka_unit_test(what_a_peer_may_not_send_closes_with_its_code),
        cmocka_unit_test(sixteen_fragments_and_a_raised_limit_are_accepted),
        cmocka_unit_test(a_peer_that_stops_reading_is_told_apart_and_loses_nothing),
        cmocka_unit_test(a_peer_that_takes_no_bytes_is_closed_in_time),
        cmocka_unit_test(a_peer_that_answers_no_pings_is_closed_and_one_that_does_is_not),
        cmocka_unit_test(a_peer_that_does_not_answer_a_close_is_closed_all_the_same),
        cmocka_unit_test(the_server_closes_with_a_code_and_a_reason),
        cmocka_unit_test(a_handler_may_close_its_socket_at_a_message),
        cmocka_unit_test(a_handler_may_close_its_socket_as_it_opens),
        cmocka_unit_test(sockets_with_nothing_to_do_leave_the_loop_asleep),
        cmocka_unit_test(a_peer_closes_with_any_code_and_is_answered),
        cmocka_unit_test(an_answer_may_be_sent_from_the_message),
        cmocka_unit_test(sockets_open_when_the_edge_is_freed_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
