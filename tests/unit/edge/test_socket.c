#include "edge_fixture.h"

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
    struct frame *frame = frame_new("welcome", 7);
    assert_true(edge_socket_send(fixture.users[0].socket, frame));
    frame_unref(&frame);
    peer_expect_text(&peer, "welcome");
    peer_close(&peer);
    fixture_await(&fixture, fixture.users[0].closed);
    assert_int_equal(edge_connections(fixture.edge), 0);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_comes_whole_and_a_frame_goes_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
