#define FIXTURE_SOCKETS 1200
#include "edge_fixture.h"

/* Calls of the allocator from our own code, which the linker sends here (tests/CMakeLists.txt). */
static unsigned allocations;
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_realloc(void *block, size_t size);

void *__wrap_calloc(size_t count, size_t size)
{
    allocations++;
    return __real_calloc(count, size);
}

void *__wrap_malloc(size_t size)
{
    allocations++;
    return __real_malloc(size);
}

void *__wrap_realloc(void *block, size_t size)
{
    allocations++;
    return __real_realloc(block, size);
}

static void open_sockets(struct fixture *fixture, struct peer *peers, size_t count)
{
    fixture_open(fixture);
    for (size_t i = 0; i < count; i++)
        peers[i] = peer_socket(fixture);
}

static void send_to_all(struct fixture *fixture, struct frame *frame)
{
    for (unsigned i = 0; i < fixture->opened; i++)
        assert_true(edge_socket_send(fixture->users[i].socket, frame));
}

static void close_all(struct peer *peers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        peer_close(&peers[i]);
}

static void what_a_turn_sends_to_a_socket_leaves_in_one_send_and_allocates_nothing(void **state)
{
    struct fixture fixture;
    struct peer peers[4];
    uint64_t frames_before, sends_before, frames, sends;
    (void)state;
    open_sockets(&fixture, peers, ARRAY_SIZE(peers));
    struct frame *topics[] = {frame_new("one", 3), frame_new("two", 3), frame_new("three", 5)};
    edge_sent(fixture.edge, &frames_before, &sends_before);
    allocations = 0;
    for (size_t n = 0; n < ARRAY_SIZE(topics); n++)
        send_to_all(&fixture, topics[n]);
    for (size_t n = 0; n < ARRAY_SIZE(topics); n++)
        assert_int_equal(topics[n]->references, 1 + ARRAY_SIZE(peers)); /* held, not copied */
    fixture_turn(&fixture);
    assert_int_equal(allocations, 0);
    for (size_t n = 0; n < ARRAY_SIZE(topics); n++)
        assert_int_equal(topics[n]->references, 1);
    edge_sent(fixture.edge, &frames, &sends);
    assert_int_equal(frames - frames_before, ARRAY_SIZE(peers) * ARRAY_SIZE(topics));
    assert_int_equal(sends - sends_before, ARRAY_SIZE(peers));
    for (size_t i = 0; i < ARRAY_SIZE(peers); i++) {
        peer_expect_text(&peers[i], "one");
        peer_expect_text(&peers[i], "two");
        peer_expect_text(&peers[i], "three");
        peer_close(&peers[i]);
    }
    for (size_t n = 0; n < ARRAY_SIZE(topics); n++)
        frame_unref(&topics[n]);
    fixture_close(&fixture);
}

static void a_turn_sends_to_some_of_many_sockets_and_hears_what_comes_before_the_next(void **state)
{
    static struct fixture fixture;
    static struct peer peers[FIXTURE_SOCKETS];
    uint64_t frames, before, sends;
    (void)state;
    open_sockets(&fixture, peers, ARRAY_SIZE(peers));
    struct frame *frame = frame_new("tally", 5);
    peer_frame(&peers[0], FRAME_TEXT, "a vote", 6);
    edge_sent(fixture.edge, &frames, &before);
    send_to_all(&fixture, frame);
    edge_mark(fixture.edge);
    uv_timer_start(&fixture.tick, fixture_on_tick, 1000, 1); /* nothing else wakes the loop */
    /* A quarter of 1,200, then 256 at a time. */
    const uint64_t expected[] = {300, 556, 812, 1068, 1200};
    for (size_t turn = 0; turn < ARRAY_SIZE(expected); turn++) {
        assert_int_equal(fixture.marks_sent, 0);
        fixture_turn(&fixture);
        assert_string_equal(fixture.users[0].messages.bytes, "a vote|");
        edge_sent(fixture.edge, &frames, &sends);
        assert_int_equal(sends - before, expected[turn]);
        if (sends - before < ARRAY_SIZE(peers))
            assert_int_equal(uv_backend_timeout(&fixture.loop),
                             0); /* it looks for events, and waits for none */
    }
    assert_int_equal(fixture.marks_sent, 1);
    assert_int_equal(frame->references, 1);
    assert_true(fixture_sleeps(&fixture));
    for (size_t i = 0; i < ARRAY_SIZE(peers); i++) {
        peer_expect_text(&peers[i], "tally");
        peer_close(&peers[i]);
    }
    frame_unref(&frame);
    fixture_close(&fixture);
}

static void a_mark_is_past_when_what_was_sent_before_it_has_left_whatever_is_sent_since(void **state)
{
    static struct fixture fixture;
    static struct peer peers[600];
    (void)state;
    open_sockets(&fixture, peers, ARRAY_SIZE(peers));
    struct frame *frame = frame_new("more", 4);
    for (unsigned turn = 0; turn < 20; turn++) {
        send_to_all(&fixture, frame); /* some always wait */
        if (turn == 5)
            edge_mark(fixture.edge);
        fixture_turn(&fixture);
        assert_int_equal(fixture.marks_sent, turn >= 7); /* those of turn 5: 256, 256 and 88 */
    }
    edge_mark(fixture.edge);
    fixture_turns(&fixture, 3);
    assert_int_equal(fixture.marks_sent, 2);
    assert_int_equal(frame->references, 1);
    edge_mark(fixture.edge); /* nothing is held */
    fixture_turn(&fixture);
    assert_int_equal(fixture.marks_sent, 3);
    close_all(peers, ARRAY_SIZE(peers));
    frame_unref(&frame);
    fixture_close(&fixture);
}

static void expect_bytes(const struct peer *peer, const char *bytes, size_t size)
{
    char room[64];
    assert_int_equal(recv(peer->fd, room, sizeof(room), 0), size);
    assert_memory_equal(room, bytes, size);
}

static void between_two_parts_a_socket_may_be_sent_more_or_close_or_go_and_the_end_leaves_none_out(
    void **state)
{
    static struct fixture fixture;
    static struct peer peers[600];
    (void)state;
    open_sockets(&fixture, peers, ARRAY_SIZE(peers));
    struct frame *frame = frame_new("one", 3), *more = frame_new("two", 3);
    send_to_all(&fixture, frame);
    fixture_turn(&fixture);
    assert_int_equal(frame->references, 1 + 600 - 256);
    assert_true(edge_socket_send(fixture.users[599].socket, more));
    edge_socket_close(fixture.users[598].socket, 4000, "over");
    peer_close(&peers[597]);
    fixture_turn(&fixture); /* hears of it behind the second part */
    assert_int_equal(fixture.users[597].closed, 1);
    assert_int_equal(frame->references, 1 + 600 - 512 - 2);
    fixture_close(&fixture);
    assert_int_equal(frame->references, 1);
    for (size_t i = 0; i < 597; i++)
        expect_bytes(&peers[i], "\x81\x03one", 5);
    expect_bytes(&peers[598], "\x81\x03one\x88\x06\x0f\xa0over", 13);
    expect_bytes(&peers[599], "\x81\x03one\x81\x03two", 10);
    close_all(peers, ARRAY_SIZE(peers));
    frame_unref(&frame);
    frame_unref(&more);
}

static void many_frames_of_a_turn_keep_their_order_where_the_socket_fills_up(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    struct peer slow = peer_socket_to(&fixture, 4096);
    struct fixture_user *user = &fixture.users[0];
    unsigned sent = 0, read = 0;
    CLEAN_FREE char *text = memory_alloc(3001);
    memset(text, 'z', 3000);
    for (unsigned turn = 0; turn < 100; turn++) { /* more in a turn than is held, of all sizes */
        for (unsigned n = 0; n < 20; n++, sent++) {
            int length = snprintf(text, 3001, "%u ", sent);
            text[length] = 'z';
            text[40 + (sent * 997) % 2900] = '\0';
            struct frame *frame = frame_new(text, strlen(text));
            bool took = edge_socket_send(user->socket, frame);
            frame_unref(&frame);
            text[40 + (sent * 997) % 2900] = 'z';
            if (!took)
                break;
        }
        fixture_turn(&fixture);
        peer_frame(&slow, FRAME_PING, "x", 1); /* and pongs of libwebsockets between them */
    }
    assert_true(user->ready < 100);
    while (read < sent) {
        size_t size, header = 0;
        peer_await(&slow, (header = peer_frame_size(&slow, &size)));
        if ((unsigned char)slow.in.bytes[0] == FRAME_TEXT) {
            assert_int_equal(strtoul(slow.in.bytes + header, NULL, 10), read);
            assert_int_equal(size, 40 + (read * 997) % 2900);
            read++;
        }
        peer_drop(&slow, header + size);
    }
    peer_close(&slow);
    fixture_close(&fixture);
}

static void frames_held_for_a_socket_that_goes_in_the_same_turn_go_with_it(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    struct peer gone = peer_socket(&fixture), freed = peer_socket(&fixture);
    struct frame *frame = frame_new("too late", 8);
    assert_true(edge_socket_send(fixture.users[0].socket, frame));
    peer_close(&gone);
    fixture_await(&fixture, fixture.users[0].closed);
    assert_int_equal(frame->references, 1);
    assert_true(edge_socket_send(fixture.users[1].socket, frame));
    fixture_close(&fixture); /* what was sent before leaves */
    assert_int_equal(frame->references, 1);
    char room[64];
    assert_true(recv(freed.fd, room, sizeof(room), 0) >= 10);
    assert_memory_equal(room + 2, "too late", 8);
    peer_close(&freed);
    frame_unref(&frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_turn_sends_to_a_socket_leaves_in_one_send_and_allocates_nothing),
        cmocka_unit_test(a_turn_sends_to_some_of_many_sockets_and_hears_what_comes_before_the_next),
        cmocka_unit_test(a_mark_is_past_when_what_was_sent_before_it_has_left_whatever_is_sent_since),
        cmocka_unit_test(
            between_two_parts_a_socket_may_be_sent_more_or_close_or_go_and_the_end_leaves_none_out),
        cmocka_unit_test(many_frames_of_a_turn_keep_their_order_where_the_socket_fills_up),
        cmocka_unit_test(frames_held_for_a_socket_that_goes_in_the_same_turn_go_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
