/* What arrives, read once: all listeners of a topic are sent the same bytes, so a message is parsed when it
 * is first seen and known again by its bytes. */
#ifndef LOAD_MESSAGE_H
#define LOAD_MESSAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum message_kind {
    MESSAGE_OTHER,
    MESSAGE_SNAPSHOT,
    MESSAGE_PART,
    MESSAGE_DELTA,
    MESSAGE_HEARTBEAT,
    MESSAGE_BYE,
    MESSAGE_TALLY
};

struct message_count {
    unsigned idea; /* from 0 */
    uint64_t votes;
};

struct message {
    uint64_t hash;
    size_t size;
    char *bytes;
    enum message_kind kind;
    int64_t from, v;
    bool more;
    char epoch[80]; /* "" where it has none */
    struct message_count *counts;
    size_t count;
};

/* The message of these bytes; valid until the next call. `peer` is what a peer sends: {"tally":{"i1":5}}. */
const struct message *message_read(const char *text, size_t size, bool peer);
void messages_clear(void);

/* A topic's document, followed by merging (RFC 7396). */
struct document {
    json_t *state; /* NULL: none yet */
};

void document_take(struct document *document, const char *text, size_t size);
void document_clear(struct document *document);
/* RFC 7396, section 2: Takes target, Borrows patch. */
json_t *merge_patch(json_t *target, json_t *patch);

#endif
