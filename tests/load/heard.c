/* What clients hear: versions are followed, votes recognised in tallies, times kept. */
#include "load.h"

#include <stdio.h>
#include <string.h>

void heard_ready(struct client *client)
{
    if (client->ready)
        return;
    client->ready = true;
    client->load->opening--;
    histogram_add(client->load->joined, loop_now() - client->began);
}

static void heard_count(struct client *client, const struct message_count *count, uint64_t now)
{
    struct load *load = client->load;
    const struct board *board = &client->session->board;
    if (count->idea >= board->ideas || !board->voters)
        return;
    uint64_t shown = board_shown(board, count->idea, count->votes), *seen = &client->seen[count->idea];
    if (client->ready)
        for (uint64_t number = *seen + 1; number <= shown; number++) {
            uint64_t stamp = board_stamp(board, count->idea, number);
            if (stamp < load->measured_from || stamp >= load->measured_to)
                continue;
            load->updates++;
            if (!client->slow)
                histogram_add(load->shown, now > stamp ? now - stamp : 0);
        }
    if (shown > *seen)
        *seen = shown;
}

/* The version that a client holds; false where this message does not follow on it. */
static bool heard_version(struct client *client, const struct message *message)
{
    if (message->kind == MESSAGE_DELTA && client->version >= 0 && message->from > client->version) {
        client->load->gaps++;
        load_fault(client->load, "a delta from %lld came to a listener at %lld", (long long)message->from,
                   (long long)client->version);
        return false;
    }
    if (message->epoch[0])
        memcpy(client->epoch, message->epoch, sizeof(client->epoch));
    if (message->kind == MESSAGE_SNAPSHOT)
        client->snapshot = true;
    if (message->kind == MESSAGE_SNAPSHOT && message->more)
        client->version = -1;
    else if (message->kind != MESSAGE_PART)
        client->version = message->v;
    return true;
}

void heard_message(struct client *client, const struct message *message, const char *text, size_t size)
{
    struct load *load = client->load;
    if (message->kind == MESSAGE_BYE)
        load_fault(load, "the server said: %.*s", (int)size, text);
    if (message->kind == MESSAGE_HEARTBEAT) {
        if (client->version >= 0)
            client->version = message->v;
        return;
    }
    uint64_t now = loop_now();
    load->frames_ever++;
    if (now >= load->measured_from && now < load->measured_to) {
        load->frames++;
        load->bytes += size;
    }
    if (!load->dialect->peer && message->kind != MESSAGE_OTHER && !heard_version(client, message))
        return;
    for (size_t i = 0; client->seen && i < message->count; i++)
        heard_count(client, &message->counts[i], now);
    if (client->document)
        document_take(client->document, text, size);
    if (!client->ready && client->version >= 0)
        heard_ready(client);
}

void heard_answer(struct client *client, uint64_t id, bool refused, const char *text, size_t size)
{
    struct load *load = client->load;
    uint64_t now = loop_now(), stamp = load->stamps[id % LOAD_STAMPS];
    load->acks++;
    if (refused) {
        load->refused++;
        load_fault(load, "a vote was refused: %.*s", (int)size, text);
    } else if (stamp >= load->measured_from && stamp < load->measured_to) {
        histogram_add(load->answered, now > stamp ? now - stamp : 0);
    }
    if (now >= load->measured_from && now < load->measured_to)
        load->acks_measured++;
}
