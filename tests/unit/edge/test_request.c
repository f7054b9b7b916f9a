#include "edge_fixture.h"

#define GET "GET /here HTTP/1.1\r\nHost: here.example\r\n"

static void answers_a_request_at_once(struct fixture *fixture, struct edge_request *request)
{
    (void)fixture;
    fixture_answer_text(request, 200, edge_request_path(request));
}

static void a_request_is_answered_at_once(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    fixture.on_request = answers_a_request_at_once;
    struct peer peer = peer_open(&fixture);
    peer_say(&peer, GET "\r\n");
    struct answer answer = peer_answer(&peer);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body, "/here");
    assert_non_null(strstr(answer.head, "x-content-type-options: nosniff\r\n"));
    assert_non_null(strstr(answer.head, "referrer-policy: no-referrer\r\n"));
    assert_non_null(strstr(answer.head, "cross-origin-opener-policy: same-origin\r\n"));
    assert_non_null(strstr(answer.head, "cross-origin-resource-policy: same-origin\r\n"));
    assert_non_null(strstr(answer.head, "content-security-policy: default-src 'none'; frame-ancestors 'none'\r\n"));
    assert_null(strstr(answer.head, "connection: close"));
    answer_clear(&answer);
    peer_close(&peer);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_answered_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
