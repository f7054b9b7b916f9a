/* What a journal adds up to: a fold of its facts, entry by entry, that knows the rules of a vote from
 * protocol/README.md and nothing of the functions that wrote it.
 *
 * Every vote's entry says what it changed, so that no limit is applied again: what is counted is what was
 * accepted. Counts are made from the ballots each time they are asked for. */
#ifndef CLI_RECOUNT_FOLD_H
#define CLI_RECOUNT_FOLD_H

#include "base/digest.h"
#include "cli/record.h"
#include "cli/score.h"
#include "cli/sums.h"

struct fold_idea {
    char id[TEXT_ID_ROOM];
    struct fold_challenge *challenge;
    long n;                    /* in its challenge */
    char author[TEXT_ID_ROOM]; /* "" for the brand's */
    bool published, withdrawn;
    struct score_counts levels[level_count]; /* of the last fold_count() */
    int64_t supporters;                      /* others than its author, of the last fold_count() */
};

/* What one person cast in a challenge. */
struct fold_ballot {
    char person[TEXT_ID_ROOM];
    enum level level;
    char *groups;      /* `status=client,store=lille`, `-` for none */
    struct map values; /* idea -> struct fold_value, owned */
};

struct fold_value {
    char idea[TEXT_ID_ROOM];
    int64_t value;
    bool given_up; /* its idea was parked, and its owner needed what it held */
};

struct fold_challenge {
    char id[TEXT_ID_ROOM];
    enum ballot ballot;
    enum tally tally;
    bool counts[level_count]; /* levels that decide */
    int64_t winners, quorum;  /* quorum 0: none */
    enum challenge_state state;
    bool opened;
    long ideas;         /* made so far */
    struct map ballots; /* person -> struct fold_ballot, owned */
    struct map series;  /* sums: `<minute>:<level>`, votes cast */
    struct map stale;   /* person -> who changed while it was closed; borrowed from people */
    struct map given;   /* sums: author, points for supports until it last opened again */
    json_t *rules;      /* what their hash is of, as the session file says them */
    json_t *outcomes;   /* of its closings, and what staff wrote beside */
};

struct fold_person {
    char id[TEXT_ID_ROOM];
    enum level level;
    char *groups;
    char merged_into[TEXT_ID_ROOM];
};

struct fold {
    const struct record *record;
    struct fold_challenge **challenges;
    size_t challenge_count;
    struct fold_idea **ideas;
    size_t idea_count;
    struct map by_idea, people; /* people owned */
    char *fault;                /* what could not be understood; NULL: nothing */
};

/* Folds the record's journal. False with fold->fault. */
bool fold_run(struct fold *fold, const struct record *record);
void fold_clear(struct fold *fold);

struct fold_challenge *fold_challenge_find(const struct fold *fold, const char *id);
/* Counts the ballots of a challenge into its ideas. */
void fold_count(const struct fold *fold, const struct fold_challenge *challenge);
/* Adds what supports earn to the sums of their authors: of published ideas, after fold_count(). */
void fold_supports(const struct fold *fold, const struct fold_challenge *challenge, struct map *earned);

/* The outcome of a challenge that closes at `at`, after fold_count(); a new object. */
json_t *fold_outcome(const struct fold *fold, const struct fold_challenge *challenge, int64_t at);
/* The outcome that `outcome_override` writes behind the challenge's others; a new object. */
json_t *fold_override(const struct fold_challenge *challenge, int64_t at, const json_t *params);

/* Rules as far as a challenge's JSON says any, over those that the challenge has. */
void fold_rules(struct fold_challenge *challenge, const json_t *json);
/* The hash of the rules as they are, by protocol/README.md. */
void fold_rules_hash(const struct fold_challenge *challenge, char out_hex[DIGEST_HEX_ROOM]);

#endif
