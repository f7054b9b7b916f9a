/* How clients speak: Palabre's protocol, and those of the peers. */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID_HELLO 1
#define ID_OPEN  2
#define ID_VOTE  16 /* and more: a vote's number is added */

static void say(struct client *client, const char *text, int size)
{
    channel_send(&client->channel, text, (size_t)size);
}

/* ---- Palabre */

static void palabre_open(struct client *client)
{
    char text[400];
    char held[160] = "";
    if (client->load->resuming && client->version >= 0)
        snprintf(held, sizeof(held), ",\"since\":%lld,\"epoch\":\"%s\"", (long long)client->version,
                 client->epoch);
    else
        client->version = -1;
    say(client, text,
        snprintf(text, sizeof(text),
                 "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"topic_open\",\"params\":{\"topic\":\"ideas:c1:"
                 "top\"%s}}",
                 ID_OPEN, held));
}

static void palabre_opened(struct client *client)
{
    char text[4600];
    if (client->load->options.bare) {
        heard_ready(client);
        return;
    }
    const char *quote = client->token ? "\",\"token\":\"" : "";
    say(client, text,
        snprintf(text, sizeof(text),
                 "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"hello\",\"params\":{\"session\":\"%s%s%s\"}}",
                 ID_HELLO, client->session->id, quote, client->token ? client->token : ""));
    if (client->role == LISTENER)
        palabre_open(client); /* right behind it, as browsers do */
}

static const char answer_head[] = "{\"jsonrpc\":\"2.0\",\"id\":";

static void palabre_answer(struct client *client, const char *text, size_t size)
{
    uint64_t id = strtoull(text + sizeof(answer_head) - 1, NULL, 10);
    bool refused = memmem(text, size < 64 ? size : 64, "\"error\"", 7) != NULL;
    if (id >= ID_VOTE)
        heard_answer(client, id - ID_VOTE, refused, text, size);
    else if (refused)
        load_fault(client->load, "refused: %.*s", (int)size, text);
    else if (id == ID_HELLO && client->role != LISTENER)
        heard_ready(client);
}

static void palabre_text(struct client *client, const char *text, size_t size)
{
    if (size >= sizeof(answer_head) && memcmp(text, answer_head, sizeof(answer_head) - 1) == 0)
        palabre_answer(client, text, size);
    else
        heard_message(client, message_read(text, size, false), text, size);
}

static void palabre_vote(struct client *client, uint64_t id, unsigned idea, int value)
{
    char text[200];
    say(client, text,
        snprintf(text, sizeof(text),
                 "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"vote_cast\",\"params\":{\"idea\":\"i%u\","
                 "\"value\":%d}}",
                 (unsigned long long)id + ID_VOTE, idea + 1, value));
}

/* ---- ws, nchan and the bare loop: what a driver sends goes to everyone. Votes:
 * {"id":7,"idea":"i1","value":1,"voter":"p1"}, answered {"id":7}, shown {"tally":{"i1":5}} */

static void plain_opened(struct client *client)
{
    heard_ready(client);
}

static void plain_text(struct client *client, const char *text, size_t size)
{
    if (client->role == VOTER && size > 6 && memcmp(text, "{\"id\":", 6) == 0)
        heard_answer(client, strtoull(text + 6, NULL, 10), memmem(text, size, "error", 5) != NULL, text,
                     size);
    else if (client->role == LISTENER)
        heard_message(client, message_read(text, size, true), text, size);
}

static void plain_vote(struct client *client, uint64_t id, unsigned idea, int value)
{
    char text[200];
    say(client, text,
        snprintf(text, sizeof(text), "{\"id\":%llu,\"idea\":\"i%u\",\"value\":%d,\"voter\":\"p%u\"}",
                 (unsigned long long)id, idea + 1, value, client->number + 1));
}

static void plain_publish(struct client *client, const char *text, size_t size)
{
    channel_send(&client->channel, text, size);
}

/* ---- Socket.IO 4 (Engine.IO 4) over WebSocket: "0{...}" opens, "40" enters, "2" is a ping, "42[...]" an
 * event, "427[...]" one that is answered by "437[...]" */

static void socketio_opened(struct client *client)
{
    (void)client; /* the server speaks first */
}

static void socketio_text(struct client *client, const char *text, size_t size)
{
    if (text[0] == '0')
        say(client, client->role == LISTENER ? "40{\"as\":\"listener\"}" : "40{\"as\":\"voter\"}",
            client->role == LISTENER ? 19 : 16);
    else if (text[0] == '2')
        say(client, "3", 1);
    else if (size > 1 && memcmp(text, "40", 2) == 0)
        heard_ready(client);
    else if (size > 2 && memcmp(text, "43", 2) == 0)
        heard_answer(client, strtoull(text + 2, NULL, 10), memmem(text, size, "error", 5) != NULL, text,
                     size);
    else if (size > 2 && memcmp(text, "42", 2) == 0 && client->role == LISTENER)
        heard_message(client, message_read(text, size, true), text, size);
}

static void socketio_vote(struct client *client, uint64_t id, unsigned idea, int value)
{
    char text[200];
    say(client, text,
        snprintf(text, sizeof(text), "42%llu[\"vote\",{\"idea\":\"i%u\",\"value\":%d,\"voter\":\"p%u\"}]",
                 (unsigned long long)id, idea + 1, value, client->number + 1));
}

static void socketio_publish(struct client *client, const char *text, size_t size)
{
    struct buffer event CLEAN_BUFFER = {0};
    buffer_print(&event, "42[\"publish\",%.*s]", (int)size, text);
    channel_send(&client->channel, event.bytes, event.size);
}

static const struct dialect dialects[] = {
    {"palabre", "/ws", "/ws", "palabre.v1", false, true, palabre_opened, palabre_text, palabre_vote, NULL},
    {"plain", "/sub", "/pub", NULL, true, true, plain_opened, plain_text, plain_vote, plain_publish},
    {"socketio", "/socket.io/?EIO=4&transport=websocket", "/socket.io/?EIO=4&transport=websocket", NULL, true,
     true, socketio_opened, socketio_text, socketio_vote, socketio_publish},
};

const struct dialect *dialect_find(const char *name)
{
    for (size_t i = 0; i < sizeof(dialects) / sizeof(dialects[0]); i++)
        if (strcmp(dialects[i].name, name) == 0)
            return &dialects[i];
    return NULL;
}
