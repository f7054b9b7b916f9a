#include "edge_fixture.h"

#include <libwebsockets.h>
#include <sys/resource.h>

static void answers(struct fixture *fixture, struct edge_request *request)
{
    (void)fixture;
    fixture_answer_text(request, 200, "here");
}

static void port_0_is_any_and_two_edges_may_share_one(void **state)
{
    struct fixture one, two;
    char *error = NULL;
    (void)state;
    fixture_open(&one);
    assert_true(edge_port(one.edge) > 0);
    fixture_prepare(&two);
    two.settings.port = edge_port(one.edge);
    two.edge = edge_new(&two.settings, &error);
    assert_non_null(two.edge);
    assert_int_equal(edge_port(two.edge), edge_port(one.edge));
    fixture_close(&one);
    fixture_close(&two);
}

static void where_it_cannot_listen_it_says_why(void **state)
{
    struct fixture fixture;
    char *error = NULL;
    (void)state;
    fixture_prepare(&fixture);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, 1), 0);
    getsockname(fd, (struct sockaddr *)&address, &size);
    fixture.settings.port = ntohs(address.sin_port);
    assert_null(edge_new(&fixture.settings, &error));
    CLEAN_FREE char *expected =
        memory_print("cannot listen on 127.0.0.1 port %u: Address already in use", fixture.settings.port);
    assert_string_equal(error, expected);
    free(error);
    fixture.settings.address = "nonsense";
    assert_null(edge_new(&fixture.settings, &error));
    assert_string_equal(error, "nonsense is not an address to listen on");
    free(error);
    close(fd);
    fixture_close(&fixture);
}

static void it_listens_on_ipv6_and_names_ipv4_peers_as_such(void **state)
{
    struct fixture fixture;
    char *error = NULL;
    (void)state;
    fixture_prepare(&fixture);
    fixture.settings.address = "::";
    fixture.edge = edge_new(&fixture.settings, &error);
    if (!fixture.edge && strstr(error, "not supported")) { /* a machine without IPv6 */
        free(error);
        fixture.settings.address = "127.0.0.1";
        fixture.edge = edge_new(&fixture.settings, &error);
    }
    assert_non_null(fixture.edge);
    struct peer peer = peer_open(&fixture);
    peer_say(&peer, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    fixture_await(&fixture, fixture.held[0]);
    assert_string_equal(edge_request_peer(fixture.held[0]), "127.0.0.1");
    fixture_answer_text(fixture.held[0], 200, "");
    peer_close(&peer);
    fixture_close(&fixture);
}

static void who_is_connected_when_it_stops_listening_stays(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    fixture.on_request = answers;
    struct peer socket = peer_socket(&fixture), peer = peer_open(&fixture);
    peer_say(&peer, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    peer_expect(&peer, 200);
    uint16_t port = edge_port(fixture.edge);
    edge_stop_listening(fixture.edge);
    edge_stop_listening(fixture.edge);
    assert_int_equal(edge_port(fixture.edge), port);
    peer_text(&socket, "still here");
    fixture_await(&fixture, fixture.users[0].messages.size);
    peer_say(&peer, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"); /* answered, and told that it is the last */
    struct answer answer = peer_answer(&peer);
    assert_non_null(strstr(answer.head, "connection: close\r\n"));
    answer_clear(&answer);
    struct peer late = peer_open(&fixture);
    peer_await(&late, late.closed);
    peer_close(&late);
    peer_close(&peer);
    peer_close(&socket);
    fixture_close(&fixture);
}

static void it_listens_on_a_socket_that_it_is_given_and_leaves_it_open(void **state)
{
    (void)state;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, 100), 0);
    getsockname(fd, (struct sockaddr *)&address, &size);
    for (int round = 0; round < 2; round++) {
        struct fixture fixture;
        char *error = NULL;
        fixture_prepare(&fixture);
        fixture.settings.listen_fd = fd;
        fixture.on_request = answers;
        fixture.edge = edge_new(&fixture.settings, &error);
        assert_int_equal(edge_port(fixture.edge), ntohs(address.sin_port));
        struct peer peer = peer_open(&fixture);
        peer_say(&peer, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        peer_expect(&peer, 200);
        peer_close(&peer);
        fixture_close(&fixture);
    }
    assert_int_equal(close(fd), 0);
}

static void who_waits_in_the_queue_when_it_stops_is_still_served(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    fixture.on_request = answers;
    fixture_turns(&fixture, 5);
    struct peer peers[10];
    for (int i = 0; i < 10; i++)
        peers[i] = peer_open(&fixture);
    edge_stop_listening(fixture.edge);
    for (int i = 0; i < 10; i++) {
        peer_say(&peers[i], "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        peer_expect(&peers[i], 200);
        peer_close(&peers[i]);
    }
    fixture_close(&fixture);
}

static void connections_leave_no_descriptor(void **state)
{
    struct fixture fixture;
    unsigned before = 0;
    (void)state;
    fixture_open(&fixture);
    fixture.on_request = answers;
    for (int i = 0; i < FIXTURE_SOCKETS; i++) {
        struct peer socket = peer_socket(&fixture), peer = peer_open(&fixture), silent = peer_open(&fixture);
        struct peer wrong = peer_open(&fixture);
        peer_say(&peer, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        peer_expect(&peer, 200);
        peer_say(&wrong, "wrong\r\n\r\n");
        peer_expect(&wrong, 400);
        if (i % 2)
            edge_socket_close(fixture.users[i].socket, 4005, "");
        peer_close(&socket);
        peer_close(&peer);
        peer_close(&silent);
        peer_close(&wrong);
        fixture_await(&fixture, edge_connections(fixture.edge) == 0);
        fixture_turns(&fixture, 5); /* what libwebsockets closes, it closes a turn later */
        if (i == 0)
            before = fixture_descriptors();
        assert_int_equal(fixture_descriptors(), before);
    }
    fixture_close(&fixture);
}

static void an_edge_leaves_no_descriptor_of_its_own(void **state)
{
    /* From 4.3 on, libwebsockets does not close the descriptor by which it wakes itself when its loop is not
     * its own. */
    const unsigned kept = LWS_LIBRARY_VERSION_NUMBER >= 4003000;
    unsigned before = 0;
    (void)state;
    for (unsigned round = 0; round < 3; round++) {
        struct fixture fixture;
        fixture_open(&fixture);
        struct peer socket = peer_socket(&fixture), peer = peer_open(&fixture);
        peer_say(&peer, "GET /");
        fixture_turns(&fixture, 5);
        fixture_close(&fixture); /* with both open */
        peer_close(&socket);
        peer_close(&peer);
        if (round == 0)
            before = fixture_descriptors();
        assert_in_range(fixture_descriptors(), before, before + round * kept);
    }
}

static void without_descriptors_it_sheds_who_comes_and_goes_on(void **state)
{
    struct fixture fixture;
    struct rlimit limit, tight;
    int taken[256];
    unsigned count = 0;
    (void)state;
    fixture_open(&fixture);
    fixture.on_request = answers;
    struct peer known = peer_open(&fixture);
    peer_say(&known, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    peer_expect(&known, 200);
    struct peer shed = {.fixture = &fixture, .fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)};
    getrlimit(RLIMIT_NOFILE, &limit);
    tight = limit;
    tight.rlim_cur = 200;
    setrlimit(RLIMIT_NOFILE, &tight);
    while (count < 256 && (taken[count] = dup(shed.fd)) >= 0)
        count++;
    assert_int_equal(errno, EMFILE);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(edge_port(fixture.edge))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(connect(shed.fd, (struct sockaddr *)&address, sizeof(address)) == 0 || errno == EINPROGRESS);
    peer_await(&shed, shed.closed);
    peer_say(&known, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    peer_expect(&known, 200);
    while (count)
        close(taken[--count]);
    struct peer late = peer_open(&fixture);
    peer_say(&late, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    peer_expect(&late, 200);
    peer_close(&late);
    setrlimit(RLIMIT_NOFILE, &limit);
    peer_close(&shed);
    peer_close(&known);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(port_0_is_any_and_two_edges_may_share_one),
        cmocka_unit_test(where_it_cannot_listen_it_says_why),
        cmocka_unit_test(it_listens_on_ipv6_and_names_ipv4_peers_as_such),
        cmocka_unit_test(who_is_connected_when_it_stops_listening_stays),
        cmocka_unit_test(it_listens_on_a_socket_that_it_is_given_and_leaves_it_open),
        cmocka_unit_test(who_waits_in_the_queue_when_it_stops_is_still_served),
        cmocka_unit_test(connections_leave_no_descriptor),
        cmocka_unit_test(an_edge_leaves_no_descriptor_of_its_own),
        cmocka_unit_test(without_descriptors_it_sheds_who_comes_and_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
