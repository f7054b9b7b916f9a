#include "live/client_hello.h"
#include "base/memory.h"
#include "live/who.h"
#include "wire/greeting.h"

#include <stdio.h>
#include <string.h>

enum { CLOSE_SOCKETS = 4004 };

static void hello_answer(struct client *client)
{
    struct client_call *call = client->hello_call;
    struct refusal none = refusal_of(ERROR_none);
    struct buffer result CLEAN_BUFFER = {0};
    client->hello_call = NULL;
    client->state = CLIENT_HERE;
    client->heartbeat_at = live_loop_now(client->live);
    const char *known = view_person_name(client->room->view, client->actor.id);
    if (known) /* the token says how they were called when it was made */
        snprintf(client->name, sizeof(client->name), "%s", known);
    char *fresh CLEAN_FREE =
        who_renew(client->live, &client->actor, client->name, view_ends_at(client->room->view));
    greeting_hello(&result, client->room->session, &client->actor, client->name, view_seq(client->room->view),
                   live_now(client->live), fresh);
    client_answer(call, &none, result.bytes, result.size);
    if (client->room->stale)
        client_tell_stale(client);
    client_run_held(client);
}

static void hello_refuse(struct client *client, enum error error)
{
    struct client_call *call = client->hello_call;
    client->hello_call = NULL;
    client->state = CLIENT_OPENED;
    client->opened_at = live_loop_now(client->live);
    client_hello_leave(client);
    client_refuse(call, error);
    client_run_held(client);
}

/* The room is there (or not): an observer may be in it where it is open to anyone. */
static void hello_room(struct room_wait *wait, enum error error)
{
    struct client *client = CONTAINER_OF(wait, struct client, hello_wait);
    wait->room = NULL;
    if (!error)
        error = room_refuses(client->room, &client->actor);
    if (error)
        hello_refuse(client, error);
    else
        hello_answer(client);
}

void client_hello(struct client *client, struct client_call *call, const struct hello *params)
{
    struct live *live = client->live;
    struct refusal refusal = refusal_of(client->state == CLIENT_OPENED ? ERROR_none : ERROR_hello_again);
    struct actor actor;
    if (!refusal.error)
        refusal = rules_draw(&client->buckets, COMMAND_hello, live_loop_now(live));
    if (!refusal.error)
        refusal = who_is(live, params->token, params->token ? strlen(params->token) : 0, params->session,
                         &actor, client->name);
    if (refusal.error) {
        client_answer(call, &refusal, NULL, 0);
        return;
    }
    struct room *room = room_hold(live, params->session);
    if (actor_is_person(&actor) && room_person(room, actor.id)->sockets >= LIMIT_SOCKETS) {
        refusal = refusal_of(ERROR_too_many_sockets);
        refusal.limit = LIMIT_SOCKETS;
        client_answer(call, &refusal, NULL, 0);
        room_release(&room);
        edge_socket_close(client->socket, CLOSE_SOCKETS, "too many sockets");
        return;
    }
    client->actor = actor;
    client->room = room;
    client->state = CLIENT_GREETING;
    client->hello_call = call;
    list_push_back(&room->clients, &client->room_link);
    if (actor_is_person(&actor)) {
        room_enter(room, &client->actor);
        list_push_back(&room_person(room, actor.id)->clients, &client->person_link);
        client->entered = true;
    }
    edge_socket_limit(client->socket, rules_message_limit(&client->actor));
    room_wait(room, &client->hello_wait, "", NULL, LIMIT_STORE_MS, hello_room);
}

void client_hello_leave(struct client *client)
{
    if (!client->room)
        return;
    if (client->hello_wait.room)
        room_wait_cancel(&client->hello_wait);
    client->hello_wait.room = NULL;
    if (client->entered)
        room_leave(client->room, &client->actor);
    client->entered = false;
    list_remove(&client->person_link);
    list_remove(&client->room_link);
    room_release(&client->room);
    client->actor = (struct actor){.role = ROLE_observer};
    client->name[0] = '\0';
}
