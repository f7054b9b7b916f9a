/* How documents are written: the inside of document.h, one file a topic.
 *
 * A writer writes the members of a document, or of a patch, into an object that is open already. `since` is
 * -1 for the whole; in a patch a part newer than `since` is written whole, with null for each optional field
 * that is absent. */
#ifndef WIRE_DOCUMENT_WRITE_H
#define WIRE_DOCUMENT_WRITE_H

#include "view/model.h"
#include "wire/json_write.h"

#define DOCUMENT_WHOLE (-1) /* a document, or what no document holds yet */
#define DOCUMENT_ENTERED                                                                                     \
    (-2) /* the whole as a patch: who follows may hold an older one, from before it left */

/* What is to be written, and for whom. */
struct document {
    const struct view *view;
    const struct topic *topic;
    enum view_class class;
    struct challenge *challenge; /* of ideas, results and idea */
    const struct idea *idea;
    const struct person *person;
};

/* The part of a collection of ideas that one message takes. */
struct document_slice {
    const char *after;       /* ids beyond this; "" for all */
    size_t bytes;            /* write no idea beyond so many bytes of the buffer; 0: no bound */
    bool more;               /* out: ideas were left */
    char last[TEXT_ID_ROOM]; /* out: the last id written */
};

struct document_writer {
    void (*state)(const struct document *document, struct buffer *out, struct document_slice *slice);
    void (*part)(const struct document *document, struct buffer *out,
                 struct document_slice *slice); /* NULL: no parts */
    void (*patch)(const struct document *document, struct buffer *out, int64_t since);
    void (*promote)(const struct document *from, const struct document *to,
                    struct buffer *out); /* NULL: by snapshot */
};

extern const struct document_writer document_session_writer, document_ideas_writer, document_idea_writer,
    document_leaders_writer, document_me_writer, document_results_writer;

/* Optional members: the value; null where it is absent and this is a patch; nothing where it is absent in a
 * whole. */
void document_optional_text(struct buffer *out, const char *key, const char *text, bool patch);
void document_optional_number(struct buffer *out, const char *key, int64_t value, bool patch);
void document_optional_raw(struct buffer *out, const char *key, const char *json, bool patch);
/* A text, or an object of texts by language ("" where there is none; or as an optional member). */
void document_words(const struct view *view, struct buffer *out, const char *key, const char *text,
                    bool patch);
void document_optional_words(const struct view *view, struct buffer *out, const char *key, const char *text,
                             bool patch);
/* The members of an object that another may replace: in a patch with null for each of `names` (a space
 * between) that it does not have. */
void document_members(struct buffer *out, const char *json, const char *names, bool patch);

/* One idea's members, those of its parts newer than `since`. */
void document_idea_write(const struct document *document, const struct idea *idea, int64_t since,
                         struct buffer *out);
bool document_idea_changed(const struct document *document, const struct idea *idea, int64_t since);
/* {tally}, of one level, or of all where level is level_count. */
void document_tally_write(const struct challenge *challenge, const struct idea *idea, int level,
                          struct buffer *out);
/* {tally} of these counts. */
void document_counts_write(const struct challenge *challenge, const int64_t counts[2], struct buffer *out);
/* By whatever level. */
bool document_tally_changed(const struct document *document, const struct idea *idea, int64_t since);

/* What a patch says of a window: its items by id, whether each is gone. */
struct document_change {
    const struct entity *entity;
    bool gone, entered;
};
struct document_changes {
    struct document_change *of;
    size_t count, room;
};
void document_changes_add(struct document_changes *changes, const void *entity, bool gone, bool entered);
/* The departures after `since`. */
void document_changes_left(struct document_changes *changes, const struct window *window, int64_t since);
void document_changes_sort(
    struct document_changes *changes); /* by id, so that every process writes them alike */
void document_changes_clear(struct document_changes *changes);

/* The tallies of these ideas by group, as members of `by`. */
void document_groups_write(const struct document *document, const struct document_changes *changes,
                           int64_t since, struct buffer *out);
/* When the values shown of some dimension last changed: from before it, all ideas of the window are needed.
 */
int64_t document_groups_rewritten(const struct document *document);
size_t document_groups_shown(const struct document *document); /* how many objects they make */

#endif
