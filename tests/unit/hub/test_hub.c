#include "hub_fixture.h"

static void a_newcomer_gets_a_snapshot_at_once(void **state)
{
    struct fixture fixture;
    struct reader reader = {0};
    (void)state;
    open_fixture(&fixture);
    fixture.subject.seq = 7;
    listen_as(&fixture, &reader, 0, HUB_NOTHING);
    assert_string_equal(reader.last, "snapshot 0 0 7");
    assert_true(hub_listener_is_current(&reader.listener));
    hub_unlisten(&reader.listener);
    hub_unlisten(&reader.listener); /* once is enough, twice does no harm */
    assert_true(hub_topic_is_empty(fixture.topic));
    close_fixture(&fixture);
}

static void a_thousand_who_join_at_a_version_share_one_snapshot(void **state)
{
    struct fixture fixture;
    static struct reader readers[1000];
    (void)state;
    memset(readers, 0, sizeof(readers));
    open_fixture(&fixture);
    change(&fixture, 0);
    hub_run(fixture.hub, 1000);
    for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
        listen_as(&fixture, &readers[i], 0, HUB_NOTHING);
    assert_int_equal(fixture.subject.encoded, 1);
    assert_string_equal(readers[999].last, "snapshot 0 0 1");
    change(&fixture, 0);
    hub_run(fixture.hub, 2000); /* and the delta after it */
    assert_int_equal(fixture.subject.encoded, 2);
    for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
        hub_unlisten(&readers[i].listener);
    close_fixture(&fixture);
}

static void who_resumes_gets_only_what_was_missed(void **state)
{
    struct fixture fixture;
    struct reader late = {0}, current = {0};
    (void)state;
    open_fixture(&fixture);
    change(&fixture, 0);
    change(&fixture, 0);
    hub_run(fixture.hub, 1000);
    listen_as(&fixture, &late, 0, 1);
    assert_string_equal(late.last, "delta 0 1 2");
    listen_as(&fixture, &current, 0, 2);
    assert_int_equal(current.frames, 0);
    hub_unlisten(&late.listener);
    hub_unlisten(&current.listener);
    close_fixture(&fixture);
}

static void one_frame_is_encoded_for_all_at_the_same_version(void **state)
{
    struct fixture fixture;
    struct reader readers[200] = {0};
    uint64_t encoded, sent;
    (void)state;
    open_fixture(&fixture);
    fixture.subject.seq = 1;
    for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
        listen_as(&fixture, &readers[i], 0, HUB_NOTHING);
    assert_int_equal(fixture.subject.encoded, 1);
    for (int64_t tick = 1; tick <= 20; tick++) {
        change(&fixture, 0);
        hub_run(fixture.hub, tick * 50);
    }
    assert_int_equal(fixture.subject.encoded, 21);
    hub_counts(fixture.hub, 0, &encoded, &sent);
    assert_int_equal(encoded, 21);
    assert_int_equal(sent, 21 * ARRAY_SIZE(readers));
    for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
        hub_unlisten(&readers[i].listener);
    close_fixture(&fixture);
}

/* Versions between two changes are one to a delta: heartbeats move some listeners and not others. */
static void listeners_between_two_changes_share_a_frame(void **state)
{
    struct fixture fixture;
    struct reader readers[6] = {0};
    (void)state;
    open_fixture(&fixture);
    change(&fixture, 0);
    fixture.subject.seq = 20;
    for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
        listen_as(&fixture, &readers[i], 0, 1 + (int64_t)i * 3);
    change(&fixture, 0);
    hub_run(fixture.hub, 1000);
    for (size_t i = 0; i < ARRAY_SIZE(readers); i++) {
        assert_string_equal(readers[i].last, "delta 0 1 21");
        hub_unlisten(&readers[i].listener);
    }
    assert_int_equal(fixture.subject.encoded, 1);
    close_fixture(&fixture);
}

static void a_full_socket_is_skipped_and_catches_up_with_one_frame(void **state)
{
    struct fixture fixture;
    struct reader slow = {0}, quick = {0};
    (void)state;
    open_fixture(&fixture);
    listen_as(&fixture, &slow, 0, HUB_NOTHING);
    listen_as(&fixture, &quick, 0, HUB_NOTHING);
    slow.full = true;
    for (int64_t tick = 1; tick <= 10; tick++) {
        change(&fixture, 0);
        hub_run(fixture.hub, tick * 50);
    }
    assert_int_equal(slow.frames, 1);
    assert_int_equal(quick.frames, 11);
    assert_false(hub_listener_is_current(&slow.listener));
    slow.full = false;
    hub_listener_ready(&slow.listener);
    assert_string_equal(slow.last, "delta 0 0 10");
    assert_int_equal(slow.frames, 2);
    hub_listener_ready(&slow.listener); /* told again: nothing is missing */
    assert_int_equal(slow.frames, 2);
    hub_unlisten(&slow.listener);
    hub_unlisten(&quick.listener);
    close_fixture(&fixture);
}

static void a_change_for_one_class_makes_no_frame_for_another(void **state)
{
    struct fixture fixture;
    struct reader public = {0}, staff = {0};
    (void)state;
    open_fixture(&fixture);
    listen_as(&fixture, &public, 0, HUB_NOTHING);
    listen_as(&fixture, &staff, 1, HUB_NOTHING);
    change(&fixture, 1);
    assert_true(hub_listener_is_current(&public.listener));
    assert_false(hub_listener_is_current(&staff.listener));
    hub_run(fixture.hub, 1000);
    assert_int_equal(public.frames, 1);
    assert_string_equal(staff.last, "delta 1 0 1");
    hub_unlisten(&public.listener);
    hub_unlisten(&staff.listener);
    close_fixture(&fixture);
}

static void the_first_change_after_quiet_leaves_at_once_and_later_ones_a_tick_apart(void **state)
{
    struct fixture fixture;
    struct reader reader = {0};
    (void)state;
    open_fixture(&fixture);
    listen_as(&fixture, &reader, 0, HUB_NOTHING);
    assert_int_equal(hub_run(fixture.hub, 1000), -1); /* nothing is due */
    change(&fixture, 0);
    assert_int_equal(hub_run(fixture.hub, 1000), -1);
    assert_int_equal(reader.frames, 2);
    change(&fixture, 0);
    assert_int_equal(hub_run(fixture.hub, 1010), 40);
    change(&fixture, 0);
    assert_int_equal(hub_run(fixture.hub, 1049), 1);
    assert_int_equal(reader.frames, 2);
    assert_int_equal(hub_run(fixture.hub, 1050), -1);
    assert_string_equal(reader.last, "delta 0 1 3");
    assert_int_equal(reader.frames, 3);
    hub_unlisten(&reader.listener);
    close_fixture(&fixture);
}

static void the_next_tick_is_the_soonest_of_all_topics(void **state)
{
    struct fixture fixture;
    struct reader one = {0}, two = {0};
    struct subject other = {0};
    (void)state;
    open_fixture(&fixture);
    struct hub_topic *second = hub_topic_open(fixture.hub, &other);
    listen_as(&fixture, &one, 0, HUB_NOTHING);
    two.version = HUB_NOTHING;
    hub_listen(second, &two.listener, &two, 0, HUB_NOTHING);
    change(&fixture, 0);
    hub_run(fixture.hub, 1000);
    other.changed[0][other.count[0]++] = ++other.seq;
    hub_topic_changed(second, 0);
    hub_run(fixture.hub, 1030);
    change(&fixture, 0);
    other.changed[0][other.count[0]++] = ++other.seq;
    hub_topic_changed(second, 0);
    assert_int_equal(hub_run(fixture.hub, 1035), 15);
    assert_int_equal(hub_run(fixture.hub, 1050), 30);
    assert_int_equal(hub_run(fixture.hub, 1080), -1);
    hub_unlisten(&one.listener);
    hub_unlisten(&two.listener);
    hub_topic_close(&second);
    close_fixture(&fixture);
}

static void a_snapshot_comes_in_parts_with_no_other_frame_between(void **state)
{
    struct fixture fixture;
    struct reader reader = {0}, other = {0};
    (void)state;
    open_fixture(&fixture);
    fixture.subject.parts = 3;
    fixture.subject.seq = 5;
    listen_as(&fixture, &reader, 0, HUB_NOTHING);
    assert_int_equal(reader.frames, 4);
    assert_string_equal(reader.last, "end 0 5 5");
    listen_as(&fixture, &other, 0, HUB_NOTHING);
    assert_int_equal(fixture.subject.encoded, 4); /* each part once */
    hub_unlisten(&reader.listener);
    hub_unlisten(&other.listener);
    close_fixture(&fixture);
}

static void who_had_its_snapshot_in_parts_shares_frames_with_all_others(void **state)
{
    struct fixture fixture;
    struct reader parts = {0}, whole = {0};
    (void)state;
    open_fixture(&fixture);
    fixture.subject.parts = 3;
    fixture.subject.seq = 5;
    listen_as(&fixture, &parts, 0, HUB_NOTHING);
    listen_as(&fixture, &whole, 0, 5);
    fixture.subject.encoded = 0;
    change(&fixture, 0);
    hub_run(fixture.hub, 1000);
    assert_int_equal(fixture.subject.encoded, 1);
    assert_string_equal(parts.last, whole.last);
    hub_unlisten(&parts.listener);
    hub_unlisten(&whole.listener);
    close_fixture(&fixture);
}

static void parts_go_on_where_a_full_socket_stopped_them(void **state)
{
    struct fixture fixture;
    struct reader reader = {0};
    (void)state;
    open_fixture(&fixture);
    fixture.subject.parts = 3;
    fixture.subject.seq = 5;
    reader.full = true;
    listen_as(&fixture, &reader, 0, HUB_NOTHING);
    reader.full = false;
    change(&fixture, 0);
    hub_run(fixture.hub, 1000); /* not before the socket says so */
    assert_int_equal(reader.frames, 0);
    hub_listener_ready(&reader.listener);
    assert_string_equal(reader.last, "end 0 6 6");
    hub_unlisten(&reader.listener);
    close_fixture(&fixture);
}

static void a_snapshot_in_parts_whose_subject_goes_begins_again(void **state)
{
    struct fixture fixture;
    struct reader reader = {0};
    (void)state;
    open_fixture(&fixture);
    fixture.subject.parts = 3;
    reader.full = true;
    listen_as(&fixture, &reader, 0, HUB_NOTHING);
    reader.full = false;
    /* As if the first part had left before the socket was full again. */
    reader.listener.cursor = (struct hub_cursor){.first = 0, .after = "1", .parts = true};
    fixture.subject.away = true;
    hub_listener_ready(&reader.listener);
    hub_assert_sane(fixture.hub);
    fixture.subject.away = false;
    change(&fixture, 0);
    hub_run(fixture.hub, 1000);
    assert_string_equal(reader.last, "end 0 1 1");
    assert_int_equal(reader.frames, 4);
    hub_unlisten(&reader.listener);
    close_fixture(&fixture);
}

static void a_change_of_class_is_the_old_class_to_now_then_one_patch(void **state)
{
    struct fixture fixture;
    struct reader reader = {0};
    (void)state;
    open_fixture(&fixture);
    listen_as(&fixture, &reader, 0, HUB_NOTHING);
    change(&fixture, 0);
    struct frame *patch = text_frame("promote 1 1 1");
    hub_listener_reclass(&reader.listener, 1, patch, 1);
    assert_int_equal(reader.frames, 3); /* snapshot, delta to 1, patch */
    assert_string_equal(reader.last, "promote 1 1 1");
    hub_run(fixture.hub, 1000);
    assert_int_equal(reader.frames, 3); /* what changed for the old class is no news in the new one */
    change(&fixture, 1);
    hub_run(fixture.hub, 2000);
    assert_string_equal(reader.last, "delta 1 0 2");
    frame_unref(&patch);
    hub_unlisten(&reader.listener);
    close_fixture(&fixture);
}

static void a_change_of_class_without_a_patch_or_behind_is_a_snapshot(void **state)
{
    struct fixture fixture;
    struct reader reader = {0}, slow = {0};
    (void)state;
    open_fixture(&fixture);
    listen_as(&fixture, &reader, 0, HUB_NOTHING);
    hub_listener_reclass(&reader.listener, 1, NULL, 0);
    assert_string_equal(reader.last, "snapshot 1 0 0");
    listen_as(&fixture, &slow, 0, HUB_NOTHING);
    slow.full = true;
    change(&fixture, 0);
    hub_run(fixture.hub, 1000);
    struct frame *patch = text_frame("promote 1 1 1");
    hub_listener_reclass(&slow.listener, 1, patch, 1);
    slow.full = false;
    hub_listener_ready(&slow.listener);
    assert_string_equal(
        slow.last, "snapshot 1 0 0"); /* at the older version, as true as ever: its class did not change */
    frame_unref(&patch);
    hub_unlisten(&reader.listener);
    hub_unlisten(&slow.listener);
    close_fixture(&fixture);
}

static void a_restart_gives_everybody_a_snapshot(void **state)
{
    struct fixture fixture;
    struct reader reader = {0}, slow = {0};
    (void)state;
    open_fixture(&fixture);
    listen_as(&fixture, &reader, 0, HUB_NOTHING);
    listen_as(&fixture, &slow, 1, HUB_NOTHING);
    slow.full = true;
    change(&fixture, 0);
    fixture.subject = (struct subject){.seq = 3}; /* another epoch, at a smaller version */
    hub_topic_restart(fixture.topic);
    assert_string_equal(reader.last, "snapshot 0 0 3");
    assert_int_equal(hub_run(fixture.hub, 1000), -1); /* nothing of the old epoch is due */
    slow.full = false;
    hub_listener_ready(&slow.listener);
    assert_string_equal(slow.last, "snapshot 1 0 3");
    hub_unlisten(&reader.listener);
    hub_unlisten(&slow.listener);
    close_fixture(&fixture);
}

static void what_is_not_there_yet_is_sent_once_it_is(void **state)
{
    struct fixture fixture;
    struct reader reader = {0};
    (void)state;
    open_fixture(&fixture);
    fixture.subject.away = true;
    listen_as(&fixture, &reader, 0, HUB_NOTHING);
    assert_int_equal(reader.frames, 0);
    fixture.subject.away = false;
    change(&fixture, 0);
    hub_run(fixture.hub, 1000);
    assert_string_equal(reader.last, "snapshot 0 0 1");
    hub_unlisten(&reader.listener);
    close_fixture(&fixture);
}

/* ---- random histories: whoever can take bytes ends where the topic is, and readers never see what they
 * cannot use */

static uint32_t pick(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % below;
}

/* The patch begins at the old class's last change, which a reader that is current holds. */
static void random_reclass(struct fixture *fixture, struct reader *reader, int class, bool patched)
{
    int64_t last = subject_from(&fixture->subject, reader->listener.class, INT64_MAX),
            now = fixture->subject.seq;
    if (class == reader->listener.class)
        return;
    struct frame *patch =
        patched ? text_frame("promote %d %lld %lld", class, (long long)last, (long long)now) : NULL;
    hub_listener_reclass(&reader->listener, class, patch, now);
    frame_unref(&patch);
}

static void random_step(struct fixture *fixture, struct reader *readers, size_t count, uint32_t *seed,
                        int64_t *now)
{
    struct reader *reader = &readers[pick(seed, (uint32_t)count)];
    switch (pick(seed, 8)) {
    case 0:
    case 1: change(fixture, (int)pick(seed, CLASSES)); break;
    case 2: hub_run(fixture->hub, *now += pick(seed, 70)); break;
    case 3: reader->full = !reader->full; break;
    case 4:
        reader->full = false;
        hub_listener_ready(&reader->listener);
        break;
    case 5:
        hub_unlisten(&reader->listener);
        reader->full = false;
        reader->parts = 0;
        listen_as(fixture, reader, reader->class, reader->version);
        break;
    case 6: random_reclass(fixture, reader, (int)pick(seed, CLASSES), pick(seed, 2)); break;
    default: fixture->subject.parts = (int)pick(seed, 4); break;
    }
}

static void random_history(uint32_t seed)
{
    struct fixture fixture;
    struct reader readers[5] = {0};
    int64_t now = 0;
    open_fixture(&fixture);
    for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
        listen_as(&fixture, &readers[i], (int)(i % CLASSES), HUB_NOTHING);
    for (int step = 0; step < 120; step++) {
        random_step(&fixture, readers, ARRAY_SIZE(readers), &seed, &now);
        hub_assert_sane(fixture.hub);
    }
    hub_run(fixture.hub, now + 1000);
    for (size_t i = 0; i < ARRAY_SIZE(readers); i++) {
        struct reader *reader = &readers[i];
        reader->full = false;
        hub_listener_ready(&reader->listener);
        assert_true(hub_listener_is_current(&reader->listener));
        assert_int_equal(reader->class, reader->listener.class);
        assert_true(reader->version >= subject_from(&fixture.subject, reader->class, INT64_MAX));
        hub_unlisten(&reader->listener);
    }
    close_fixture(&fixture);
}

static void random_histories_end_with_everybody_up_to_date(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 3000; seed++)
        random_history(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_newcomer_gets_a_snapshot_at_once),
        cmocka_unit_test(a_thousand_who_join_at_a_version_share_one_snapshot),
        cmocka_unit_test(who_resumes_gets_only_what_was_missed),
        cmocka_unit_test(one_frame_is_encoded_for_all_at_the_same_version),
        cmocka_unit_test(listeners_between_two_changes_share_a_frame),
        cmocka_unit_test(a_full_socket_is_skipped_and_catches_up_with_one_frame),
        cmocka_unit_test(a_change_for_one_class_makes_no_frame_for_another),
        cmocka_unit_test(the_first_change_after_quiet_leaves_at_once_and_later_ones_a_tick_apart),
        cmocka_unit_test(the_next_tick_is_the_soonest_of_all_topics),
        cmocka_unit_test(a_snapshot_comes_in_parts_with_no_other_frame_between),
        cmocka_unit_test(who_had_its_snapshot_in_parts_shares_frames_with_all_others),
        cmocka_unit_test(parts_go_on_where_a_full_socket_stopped_them),
        cmocka_unit_test(a_snapshot_in_parts_whose_subject_goes_begins_again),
        cmocka_unit_test(a_change_of_class_is_the_old_class_to_now_then_one_patch),
        cmocka_unit_test(a_change_of_class_without_a_patch_or_behind_is_a_snapshot),
        cmocka_unit_test(a_restart_gives_everybody_a_snapshot),
        cmocka_unit_test(what_is_not_there_yet_is_sent_once_it_is),
        cmocka_unit_test(random_histories_end_with_everybody_up_to_date),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
