#include "rules/guesses.h"
#include "base/memory.h"
#include "domain/command.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <string.h>

struct guesses_network {
    char network[NETWORK_ROOM];
    struct list link;
    int64_t at, thousandths; /* of a token, at that moment */
    int64_t under_way;       /* codes that are being looked up: as good as charged until they are right */
};

void network_of(const char *address, char out_network[NETWORK_ROOM])
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff}; /* ::ffff:a.b.c.d */
    unsigned char bytes[16];
    if (inet_pton(AF_INET, address, bytes) == 1)
        snprintf(out_network, NETWORK_ROOM, "%u.%u.%u.0/24", bytes[0], bytes[1], bytes[2]);
    else if (inet_pton(AF_INET6, address, bytes) != 1)
        snprintf(out_network, NETWORK_ROOM, "%s", address);
    else if (memcmp(bytes, mapped, sizeof(mapped)) == 0)
        snprintf(out_network, NETWORK_ROOM, "%u.%u.%u.0/24", bytes[12], bytes[13], bytes[14]);
    else
        snprintf(out_network, NETWORK_ROOM, "%x:%x:%x::/48", bytes[0] << 8 | bytes[1],
                 bytes[2] << 8 | bytes[3], bytes[4] << 8 | bytes[5]);
}

void guesses_init(struct guesses *guesses)
{
    *guesses = (struct guesses){.count = 0};
    list_init(&guesses->order);
}

static void network_forget(struct guesses *guesses, struct guesses_network *network)
{
    map_remove(&guesses->networks, network->network);
    list_remove(&network->link);
    free(network);
    guesses->count--;
}

void guesses_clear(struct guesses *guesses)
{
    list_for_each_safe (at, &guesses->order)
        network_forget(guesses, CONTAINER_OF(at, struct guesses_network, link));
    map_clear(&guesses->networks);
}

static int64_t tokens_full(void)
{
    return (int64_t)rate_row(RATE_GUESS)->burst * 1000;
}

static int64_t tokens_of(const struct guesses_network *network, int64_t now_ms)
{
    int64_t elapsed = now_ms < network->at ? 0 : now_ms - network->at;
    if (elapsed >= 3600000) /* an hour fills any bucket, and keeps the product small */
        return tokens_full();
    int64_t tokens = network->thousandths + elapsed * rate_row(RATE_GUESS)->per_minute / 60;
    return tokens < tokens_full() ? tokens : tokens_full();
}

/* Makes room for one more, if any can be forgotten. */
static void guesses_make_room(struct guesses *guesses)
{
    if (guesses->count < GUESSES_NETWORKS)
        return;
    list_for_each_safe (at, &guesses->order) {
        struct guesses_network *network = CONTAINER_OF(at, struct guesses_network, link);
        if (network->under_way)
            continue;
        network_forget(guesses, network);
        return;
    }
}

static struct guesses_network *network_make(struct guesses *guesses, const char *address, int64_t now_ms)
{
    char name[NETWORK_ROOM];
    network_of(address, name);
    struct guesses_network *network = map_get(&guesses->networks, name);
    if (network)
        return network;
    guesses_make_room(guesses);
    network = memory_alloc(sizeof(*network));
    memcpy(network->network, name, sizeof(name));
    network->at = now_ms;
    network->thousandths = tokens_full();
    map_put(&guesses->networks, network->network, network);
    list_push_back(&guesses->order, &network->link);
    guesses->count++;
    return network;
}

struct refusal guesses_begin(struct guesses *guesses, const char *address, int64_t now_ms)
{
    const struct rate_row *row = rate_row(RATE_GUESS);
    struct guesses_network *network = network_make(guesses, address, now_ms);
    int64_t tokens = tokens_of(network, now_ms) - network->under_way * 1000;
    if (tokens >= 1000) {
        network->under_way++;
        return refusal_of(ERROR_none);
    }
    struct refusal refusal = refusal_of(ERROR_rate_limited);
    refusal.limit = row->per_minute;
    refusal.retry_ms = ((1000 - tokens) * 60 + row->per_minute - 1) / row->per_minute;
    return refusal;
}

void guesses_end(struct guesses *guesses, const char *address, bool wrong, int64_t now_ms)
{
    struct guesses_network *network = network_make(guesses, address, now_ms);
    int64_t tokens = tokens_of(network, now_ms) - (wrong ? 1000 : 0);
    assert(network->under_way > 0);
    network->under_way--;
    network->at = now_ms;
    network->thousandths = tokens;
    list_remove(&network->link);
    list_push_back(&guesses->order, &network->link);
    if (tokens == tokens_full() && !network->under_way)
        network_forget(guesses, network);
}
