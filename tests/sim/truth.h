/* What Redis and its functions would hold and publish, for one random session: small, naive and complete.
 * Every change is an event of absolute field writes; what is kept beside them is the same truth as structs,
 * from which reference.c says what documents must be. */
#ifndef SIM_TRUTH_H
#define SIM_TRUTH_H

#include "base/map.h"
#include "domain/event.h"
#include "domain/words.h"

#define TRUTH_CHALLENGES 3
#define TRUTH_IDEAS      16
#define TRUTH_PEOPLE     6
#define TRUTH_MINUTES    64
#define TRUTH_EVENTS     256
#define TRUTH_EPOCH      "9f3c01aa77e2"

/* A generator whose draws are the history: the same seed, the same session. */
struct truth_random {
    uint64_t state;
};
unsigned truth_draw(struct truth_random *random, unsigned below);

struct truth_challenge {
    char title[16], brief[16], noun[16], timeline[160];
    int ballot, tally, proposals, state;
    int64_t dots, per_idea, choose, per_person, opens_at, closes_at, opened_at, closed_at;
    int64_t minutes[TRUTH_MINUTES][level_count];
    int ideas;
};

struct truth_idea {
    int challenge, n, author; /* author -1: the brand */
    int64_t at, mix, edited_at;
    char title[16], body[32], media[48], additions[96], reason[16];
    bool is_unsigned;
    int state;
};

struct truth_ballot {
    bool cast;
    int64_t value[TRUTH_IDEAS];
    bool given_up[TRUTH_IDEAS];
};

struct truth_person {
    bool joined;
    char name[16];
    int level;
    const char *role;
    struct truth_ballot ballots[TRUTH_CHALLENGES];
    int64_t points; /* as published */
};

struct truth_event {
    struct event event;
    struct field_write *writes;
};

struct truth {
    struct truth_random random;
    struct truth_random other; /* of a twin: what it votes under a seal */
    bool twins, twin;          /* one of two that differ under seals; the second of them */
    struct truth_challenge challenges[TRUTH_CHALLENGES];
    struct truth_idea ideas[TRUTH_IDEAS];
    struct truth_person people[TRUTH_PEOPLE];
    int challenge_count, idea_count;
    char title[16], announcement[16];
    int64_t announced_at, online, clock;
    bool frozen;

    bool dirty_idea[TRUTH_IDEAS], dirty_minute[TRUTH_CHALLENGES][TRUTH_MINUTES];
    bool dirty_ballot[TRUTH_PEOPLE][TRUTH_CHALLENGES], dirty_challenge[TRUTH_CHALLENGES];
    bool dirty;

    struct map published; /* key -> value, as the events wrote them */
    struct field_write *pending;
    size_t pending_count, pending_room;
    struct truth_event events[TRUTH_EVENTS]; /* [seq] */
    int64_t seq;
    char trace[64]; /* the last step in words */
};

void truth_init(struct truth *truth, uint64_t seed, bool twins, bool twin);
void truth_clear(struct truth *truth);
void truth_step(struct truth *truth); /* one random command, vote or flush */
void truth_flush(struct truth *truth);
bool truth_is_full(const struct truth *truth);

int64_t truth_minute(const struct truth *truth);
bool truth_counts(const struct truth *truth, int person,
                  int idea); /* a vote that counts: not 0, not given up */
void truth_tally(const struct truth *truth, int idea, int64_t out_counts[level_count][2]);
int64_t truth_votes(const struct truth *truth, int challenge);
int64_t truth_voters(const struct truth *truth, int challenge);
int64_t truth_published(const struct truth *truth, int challenge);

#endif
