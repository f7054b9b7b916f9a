/* The answers of idea_list and idea_similar: pages beyond a live window, and what is like a text. */
#include "view/similar.h"
#include "wire/document.h"
#include "wire/document_write.h"

#include <string.h>

bool document_idea_list(const struct view *view, enum audience audience, const char *challenge_id,
                        enum order order, const char *after, int limit, struct buffer *out)
{
    struct document document = {.view = view, .class = view_class(audience)};
    struct challenge *challenge = document.challenge = view_challenge(view, challenge_id);
    const struct idea *last = after[0] ? view_idea(view, after) : NULL;
    if (after[0] && (!last || last->challenge != challenge))
        return false;
    json_write_object(out);
    json_write_text(out, "challenge", challenge_id);
    json_write_text(out, "order", word_name(WORDS_order, (int)order));
    json_write_number(out, "v", view->seq);
    json_write_key(out, "ideas");
    json_write_array(out);
    const struct ranking *ranking = challenge ? challenge_ranking(challenge, order, document.class) : NULL;
    size_t at = 0, end = ranking ? ranking->count : 0;
    if (ranking && last) {
        /* The place it has, or would have if this audience saw it. */
        at = ranking_find(ranking, last);
        at += at < end && ranking->items[at] == last;
    }
    const struct idea *idea = NULL;
    for (int i = 0; i < limit && at < end; i++, at++) {
        idea = ranking->items[at];
        json_write_object(out);
        json_write_text(out, "id", idea->entity.id);
        document_idea_write(&document, idea, DOCUMENT_WHOLE, out);
        json_write_end_object(out);
    }
    json_write_end_array(out);
    if (idea && at < end)
        json_write_text(out, "after", idea->entity.id);
    json_write_end_object(out);
    return true;
}

void document_idea_similar(const struct view *view, enum audience audience, const char *challenge_id,
                           const char *text, struct buffer *out)
{
    struct challenge *challenge = view_challenge(view, challenge_id);
    struct similar_match matches[SIMILAR_BEST];
    size_t count = challenge ? similar_find(challenge, view_class(audience), text, matches) : 0;
    json_write_object(out);
    json_write_text(out, "challenge", challenge_id);
    json_write_key(out, "ideas");
    json_write_array(out);
    for (size_t i = 0; i < count; i++) {
        json_write_object(out);
        json_write_text(out, "id", matches[i].idea->entity.id);
        document_words(view, out, "title", matches[i].idea->fields.title, false);
        json_write_number(out, "likeness", matches[i].likeness);
        json_write_end_object(out);
    }
    json_write_end_array(out);
    json_write_end_object(out);
}
