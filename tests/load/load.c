/* Sessions made for a load, its clients, and the verdict on what they saw. */
#include "load.h"
#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CONNECT_US 180000000u
#define VERIFY_US  10000000u

void load_fault(struct load *load, const char *format, ...)
{
    if (load->fault[0])
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(load->fault, sizeof(load->fault), format, arguments);
    va_end(arguments);
}

static char *session_file(const struct load *load, const char *id)
{
    struct buffer text = {0};
    buffer_print(&text,
                 "{\"id\":\"%s\",\"title\":\"Load\",\"join\":\"open\",\"challenges\":[{\"id\":\"c1\","
                 "\"title\":\"Load\","
                 "\"ballot\":\"%s\",\"proposals\":\"brand\",\"tally\":\"live\",\"ideas\":[",
                 id, load->options.ballot ? load->options.ballot : "approval");
    for (unsigned i = 0; i < load->options.ideas; i++)
        buffer_print(&text, "%s{\"title\":\"Idea %u of a load\"}", i ? "," : "", i + 1);
    buffer_add_string(&text, "]}]}");
    return buffer_take(&text);
}

void load_make_sessions(struct load *load)
{
    const struct options *options = &load->options;
    struct buffer answer CLEAN_BUFFER = {0};
    unsigned voted = options->voted && options->voted < options->ideas ? options->voted : options->ideas;
    load->sessions = memory_alloc(options->sessions * sizeof(*load->sessions));
    for (unsigned i = 0; i < options->sessions; i++) {
        struct session *session = &load->sessions[i];
        board_init(&session->board, voted, options->voters / options->sessions);
        if (load->dialect->peer || load->fault[0])
            continue;
        int status = 503;
        for (unsigned tries = 0; status == 503 && tries < 5; tries++) { /* an id is never used twice */
            snprintf(session->id, sizeof(session->id), "load-%llx-%x-%u-%u", (unsigned long long)time(NULL),
                     (unsigned)getpid(), i, tries);
            char *file CLEAN_FREE = session_file(load, session->id);
            status = target_call(&load->target, "POST", "/api/v1/sessions", options->token, file, &answer);
        }
        if (status != 201)
            load_fault(load, "no session was made: %d %s", status, answer.size ? answer.bytes : "");
    }
}

static void client_join(struct load *load, struct client *client, struct buffer *answer)
{
    char path[100];
    snprintf(path, sizeof(path), "/api/v1/sessions/%s/join", client->session->id);
    int status = target_call(&load->target, "POST", path, NULL, "{}", answer);
    json_t *json = status == 201 ? json_loadb(answer->bytes, answer->size, 0, NULL) : NULL;
    const char *token = json_string_value(json_object_get(json, "token"));
    if (token)
        client->token = memory_string(token);
    else
        load_fault(load, "nobody joined: %d %s", status, answer->size ? answer->bytes : "");
    json_decref(json);
}

void load_make_tokens(struct load *load, struct client *clients, unsigned count)
{
    struct buffer answer CLEAN_BUFFER = {0};
    for (unsigned i = 0; i < count && !load->dialect->peer && !load->fault[0]; i++)
        client_join(load, &clients[i], &answer);
}

struct client *load_make_clients(struct load *load, enum client_role role, unsigned count)
{
    struct client *clients = memory_alloc((count ? count : 1) * sizeof(*clients));
    const struct options *options = &load->options;
    unsigned slow_each = options->slow > 0 ? (unsigned)(1 / options->slow) : 0;
    for (unsigned i = 0; i < count; i++) {
        struct client *client = &clients[i];
        client->load = load;
        client->session = &load->sessions[i % options->sessions];
        client->number = i / options->sessions;
        client->role = role;
        client->version = -1;
        client->channel.watch.fd = -1;
        if (role == LISTENER) {
            client->slow = slow_each && i % slow_each == slow_each - 1;
            client->seen = memory_alloc(client->session->board.ideas * sizeof(uint64_t));
            if (i % (count / options->sample + 1) == 0 && !load->dialect->peer)
                client->document = memory_alloc(sizeof(*client->document));
        }
    }
    return clients;
}

/* ---- connecting */

struct crowd {
    struct load *load;
    struct client *clients;
    unsigned count, next;
};

static bool crowd_step(void *arg, uint64_t now, uint64_t *out_next)
{
    struct crowd *crowd = arg;
    struct load *load = crowd->load;
    (void)out_next;
    while (crowd->next < crowd->count && load->opening < load->options.concurrency && !load->fault[0]) {
        struct client *client = &crowd->clients[crowd->next];
        client->ready = client->snapshot = false;
        client->began = now;
        if (!channel_open(&client->channel, client->role == LISTENER ? &load->listening : &load->driving,
                          client->slow))
            load_fault(load, "connection %u could not be opened: %m", crowd->next);
        load->opening++;
        crowd->next++;
    }
    return load->fault[0] || (crowd->next == crowd->count && !load->opening);
}

uint64_t load_connect(struct load *load, struct client *clients, unsigned count)
{
    uint64_t began = loop_now();
    struct crowd crowd = {load, clients, count, 0};
    load->opening = 0;
    if (!loop_run(&load->loop, began + CONNECT_US, crowd_step, &crowd))
        load_fault(load, "%u of %u clients were not ready in time", load->opening + count - crowd.next,
                   count);
    return loop_now() - began;
}

void load_close(struct client *clients, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        channel_close(&clients[i].channel);
}

/* ---- the verdict */

struct truth {
    struct load *load;
    struct session *session;
    unsigned differ, miscounted; /* as last seen */
    char first[120];
};

/* The document as anyone is given it now. */
static json_t *session_state(struct load *load, const struct session *session)
{
    struct buffer answer CLEAN_BUFFER = {0};
    char path[120];
    snprintf(path, sizeof(path), "/api/v1/sessions/%s/topics/ideas:c1:top", session->id);
    int status = target_call(&load->target, "GET", path, NULL, NULL, &answer);
    json_t *json = status == 200 ? json_loadb(answer.bytes, answer.size, 0, NULL) : NULL;
    json_t *state = json_incref(json_object_get(json, "state"));
    json_decref(json);
    if (!state)
        load_fault(load, "the truth could not be read: %d", status);
    return state;
}

static unsigned session_differs(struct load *load, const struct session *session, json_t *state)
{
    unsigned wrong = 0;
    for (unsigned i = 0; i < load->listener_count; i++) {
        const struct client *client = &load->listeners[i];
        if (client->session == session && client->document && !json_equal(client->document->state, state))
            wrong++;
    }
    return wrong;
}

/* Ideas whose count is not that of all votes that were answered; the first of them as text. */
static unsigned session_miscounts(const struct session *session, json_t *state, char *out_first, size_t size)
{
    json_t *ideas = json_object_get(state, "ideas");
    unsigned wrong = 0;
    for (unsigned i = 0; session->board.voters && i < session->board.ideas; i++) {
        char id[16];
        snprintf(id, sizeof(id), "i%u", i + 1);
        json_t *votes = json_object_get(json_object_get(json_object_get(ideas, id), "tally"), "votes");
        uint64_t wanted = board_count(&session->board, i);
        if (!votes || (uint64_t)json_integer_value(votes) == wanted)
            continue; /* beyond the window, or right */
        if (wrong++ == 0)
            snprintf(out_first, size, "%s has %lld votes, of %llu that were answered", id,
                     (long long)json_integer_value(votes), (unsigned long long)wanted);
    }
    return wrong;
}

static bool session_agrees(void *arg, uint64_t now, uint64_t *out_next)
{
    struct truth *truth = arg;
    if (truth->load->fault[0])
        return true;
    json_t *state = session_state(truth->load, truth->session);
    truth->differ = session_differs(truth->load, truth->session, state);
    truth->miscounted = session_miscounts(truth->session, state, truth->first, sizeof(truth->first));
    json_decref(state);
    *out_next = now + 50000;
    return !truth->differ && !truth->miscounted;
}

void load_verify(struct load *load)
{
    uint64_t asked = 0;
    for (unsigned i = 0; i < load->listener_count; i++)
        asked += load->listeners[i].document != NULL;
    report_number(load, "documents_merged", (double)asked);
    for (unsigned i = 0; i < load->options.sessions && !load->dialect->peer && !load->fault[0]; i++) {
        struct truth truth = {load, &load->sessions[i], 0, 0, ""};
        if (loop_run(&load->loop, loop_now() + VERIFY_US, session_agrees, &truth))
            continue;
        load->wrong += truth.differ + truth.miscounted;
        if (truth.miscounted)
            load_fault(load, "%s", truth.first);
        load_fault(load, "%u merged documents differ from the truth", truth.differ);
    }
}

static void clients_free(struct client *clients, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        channel_close(&clients[i].channel);
        free(clients[i].token);
        free(clients[i].seen);
        if (clients[i].document)
            document_clear(clients[i].document);
        free(clients[i].document);
    }
    free(clients);
}

void load_clear(struct load *load)
{
    clients_free(load->listeners, load->listener_count);
    clients_free(load->voters, load->voter_count);
    for (unsigned i = 0; load->sessions && i < load->options.sessions; i++)
        board_clear(&load->sessions[i].board);
    free(load->sessions);
    free(load->stamps);
    free(load->shown);
    free(load->answered);
    free(load->joined);
    json_decref(load->report);
    target_close(&load->target);
    close(load->loop.epoll);
    messages_clear();
}
