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
#define TRUTH_PEOPLE     8
#define TRUTH_MINUTES    64
#define TRUTH_EVENTS     256
#define TRUTH_DIMENSIONS 2
#define TRUTH_VALUES     3
#define TRUTH_WORDS      64 /* bytes of a text, or of one by language */

/* A generator whose draws are the history: the same seed, the same session. */
struct truth_random {
    uint64_t state;
};
unsigned truth_draw(struct truth_random *random, unsigned below);

struct truth_challenge {
    char title[TRUTH_WORDS], brief[TRUTH_WORDS], noun[TRUTH_WORDS], timeline[200];
    char electors[128], proposers[128], outcome[96], outcomes[600], unsealed[48];
    unsigned counts; /* levels, as bits */
    int ballot, tally, proposals, state;
    int64_t dots, per_idea, choose, per_person, opens_at, closes_at, opened_at, closed_at;
    int64_t minutes[TRUTH_MINUTES][level_count];
    int ideas;
    bool hashed;
};

struct truth_idea {
    int challenge, n, author; /* author -1: the brand */
    int64_t at, mix, edited_at;
    char title[TRUTH_WORDS], body[TRUTH_WORDS], media[48], additions[96], reason[16], lang[4];
    bool is_unsigned, erased;
    int state;
};

/* Counted at the level and with the groups that its owner had. */
struct truth_ballot {
    bool cast;
    int level, groups[TRUTH_DIMENSIONS]; /* a value; -1: none */
    int64_t value[TRUTH_IDEAS];
    bool given_up[TRUTH_IDEAS];
};

struct truth_person {
    bool joined, banned, revoked;
    char name[16];
    int level, groups[TRUTH_DIMENSIONS], merged; /* into this person; -1: into none */
    int64_t generation;
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
    char epoch[EPOCH_ROOM];
    int64_t began; /* the first event of this epoch */
    struct truth_challenge challenges[TRUTH_CHALLENGES];
    struct truth_idea ideas[TRUTH_IDEAS];
    struct truth_person people[TRUTH_PEOPLE];
    int challenge_count, idea_count;
    char title[TRUTH_WORDS], announcement[TRUTH_WORDS], join[16], rehearsal[96];
    int state;
    int64_t announced_at, opened_at, ends_at, closed_at, online, clock;
    bool frozen, revoked; /* revoked: the batch k1 */

    bool dirty_idea[TRUTH_IDEAS], dirty_minute[TRUTH_CHALLENGES][TRUTH_MINUTES];
    bool dirty_ballot[TRUTH_PEOPLE][TRUTH_CHALLENGES], dirty_challenge[TRUTH_CHALLENGES];
    bool dirty_group[TRUTH_IDEAS], dirty_groups[TRUTH_CHALLENGES]; /* told less often */
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
void truth_flush_groups(struct truth *truth); /* and what is told less often */
bool truth_is_full(const struct truth *truth);

extern const char *const truth_dimensions[TRUTH_DIMENSIONS];
extern const char *const truth_values[TRUTH_DIMENSIONS][TRUTH_VALUES]; /* NULL: none */
extern const char truth_groups[];                                      /* the definition of both */

int64_t truth_minute(const struct truth *truth);
bool truth_counts(const struct truth *truth, int person,
                  int idea); /* a vote that counts: not 0, not given up */
/* What an idea has from ballots at this level and with this value; -1: any. */
void truth_tally(const struct truth *truth, int idea, int level, int dimension, int value,
                 int64_t out_counts[2]);
int64_t truth_votes(const struct truth *truth, int challenge);
int64_t truth_voters(const struct truth *truth, int challenge, int level, int dimension, int value);
int64_t truth_published(const struct truth *truth, int challenge);
/* Whether a token of this generation is one of a person who may be here. */
bool truth_admits(const struct truth *truth, int person, int64_t generation);

#endif
