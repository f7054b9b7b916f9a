/* Documents: what a topic looks like to an audience, as bytes. The one place where what audiences see
 * differs: no other code writes a tally or a hidden text.
 *
 * The law (design, section 4): merge(snapshot(a), delta(a, b)) == snapshot(b) for every a <= b and every
 * audience. All functions give whole JSON-RPC notifications, in a frame of one reference that is the
 * caller's. */
#ifndef WIRE_DOCUMENT_H
#define WIRE_DOCUMENT_H

#include "base/buffer.h"
#include "base/frame.h"
#include "view/view.h"

#define DOCUMENT_FORMAT     1
#define DOCUMENT_EPOCH_ROOM 48 /* "<epoch>.<class>.<format>" */
#ifndef DOCUMENT_PART_BYTES
#define DOCUMENT_PART_BYTES 24576 /* a snapshot beyond this comes in parts */
#endif

/* The epoch as this audience's clients see it. */
void document_epoch(const struct view *view, enum audience audience, char out_epoch[DOCUMENT_EPOCH_ROOM]);

/* Where a snapshot in parts is: kept per listener. A zeroed cursor starts; `parts` says that more follows. */
struct document_cursor {
    int64_t first;            /* the version of the first part */
    char after[TEXT_ID_ROOM]; /* the last id sent */
    bool parts;
};

/* The next message of a snapshot: `snapshot`, `part`, or at the end of parts the delta since the first part.
 * Sets cursor->parts while more follows. A cursor whose first version has fallen below the horizon starts
 * again by itself. */
struct frame *document_snapshot(const struct view *view, const struct topic *topic, enum audience audience,
                                struct document_cursor *cursor);
/* The message from `since` to now, or NULL where nothing changed for this audience. A snapshot (which may be
 * the first of parts, see cursor) where `since` is below the horizon. */
struct frame *document_delta(const struct view *view, const struct topic *topic, enum audience audience,
                             int64_t since, struct document_cursor *cursor);
/* The one patch for a listener, true at now in `from`, who becomes `to`; NULL where only a snapshot will do.
 */
struct frame *document_promote(const struct view *view, const struct topic *topic, enum audience from,
                               enum audience to);

/* For HTTP: the params of a whole snapshot; of the delta since (or of the snapshot where that does not
 * reach). */
void document_state(const struct view *view, const struct topic *topic, enum audience audience,
                    struct buffer *out);
void document_since(const struct view *view, const struct topic *topic, enum audience audience, int64_t since,
                    struct buffer *out);

/* Answers of the reads. `after` "" and `limit` as in commands.def; both write a JSON object. False, and
 * nothing written, where `after` is no idea of the challenge. */
bool document_idea_list(const struct view *view, enum audience audience, const char *challenge,
                        enum order order, const char *after, int limit, struct buffer *out);
void document_idea_similar(const struct view *view, enum audience audience, const char *challenge,
                           const char *text, struct buffer *out);

#endif
