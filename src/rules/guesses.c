#include "rules/guesses.h"
#include "base/memory.h"
#include "domain/command.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

struct guesses_network {
    char network[NETWORK_ROOM];
    struct list link;
    int64_t at, thousandths; /* of a token, at that moment; below zero: owed */
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

static int64_t tokens_of(const struct guesses_network *network, int64_t now_ms)
{
    const struct rate_row *row = rate_row(RATE_GUESS);
    int64_t full = (int64_t)row->burst * 1000;
    int64_t elapsed = !network || now_ms < network->at ? 0 : now_ms - network->at;
    if (!network || elapsed >= 3600000) /* an hour fills any bucket, and keeps the product small */
        return full;
    int64_t tokens = network->thousandths + elapsed * row->per_minute / 60;
    return tokens < full ? tokens : full;
}

static struct guesses_network *network_find(const struct guesses *guesses, const char *address)
{
    char name[NETWORK_ROOM];
    network_of(address, name);
    return map_get(&guesses->networks, name);
}

struct refusal guesses_allow(const struct guesses *guesses, const char *address, int64_t now_ms)
{
    const struct rate_row *row = rate_row(RATE_GUESS);
    int64_t tokens = tokens_of(network_find(guesses, address), now_ms);
    if (tokens >= 1000)
        return refusal_of(ERROR_none);
    struct refusal refusal = refusal_of(ERROR_rate_limited);
    refusal.limit = row->per_minute;
    refusal.retry_ms = ((1000 - tokens) * 60 + row->per_minute - 1) / row->per_minute;
    return refusal;
}

void guesses_charge(struct guesses *guesses, const char *address, int64_t now_ms)
{
    struct guesses_network *network = network_find(guesses, address);
    int64_t tokens = tokens_of(network, now_ms) - 1000, least = -(int64_t)rate_row(RATE_GUESS)->burst * 1000;
    if (!network) {
        if (guesses->count == GUESSES_NETWORKS)
            network_forget(guesses, CONTAINER_OF(guesses->order.next, struct guesses_network, link));
        network = memory_alloc(sizeof(*network));
        network_of(address, network->network);
        map_put(&guesses->networks, network->network, network);
        guesses->count++;
    } else {
        list_remove(&network->link);
    }
    list_push_back(&guesses->order, &network->link);
    network->at = now_ms;
    network->thousandths = tokens > least ? tokens : least;
}
