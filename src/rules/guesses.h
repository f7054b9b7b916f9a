/* Wrong codes slowed down, by the network that they come from: a token bucket (rates.def, GUESS) for each
 * IPv4 /24 and IPv6 /48. Only what was wrong is charged, and only codes are refused: a slow-down, never a
 * lock-out, and none for other networks. Pure: time comes in.
 *
 * Remembers GUESSES_NETWORKS networks that guessed wrong, and forgets the one that did longest ago. */
#ifndef RULES_GUESSES_H
#define RULES_GUESSES_H

#include "base/list.h"
#include "base/map.h"
#include "domain/error.h"

#include <stdbool.h>

#define GUESSES_NETWORKS 4096
#define NETWORK_ROOM     24

/* What codes of this address count under: "192.168.1.0/24", "2001:db8:1::/48"; anything else as it is, cut.
 */
void network_of(const char *address, char out_network[NETWORK_ROOM]);

struct guesses {
    struct map networks; /* network -> struct guesses_network */
    struct list order;   /* the one that guessed wrong longest ago first */
    size_t count;
};

void guesses_init(struct guesses *guesses);
void guesses_clear(struct guesses *guesses);
/* A code of this address is about to be looked up: ERROR_none, and guesses_end() follows; or rate_limited
 * with retry_ms and limit while the bucket of its network, less what is under way, is empty. */
struct refusal guesses_begin(struct guesses *guesses, const char *address, int64_t now_ms);
/* What became of it; a wrong one is charged. */
void guesses_end(struct guesses *guesses, const char *address, bool wrong, int64_t now_ms);

#endif
