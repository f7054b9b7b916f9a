/* Ideas of a truth. */
#include "truth_inside.h"

void truth_put_idea(struct truth *truth, int i)
{
    const struct truth_idea *idea = &truth->ideas[i];
    char text[24];
    truth_put(truth, idea->title, "i:i%d.title", i);
    truth_put(truth, idea->body, "i:i%d.body", i);
    truth_put(truth, idea->media, "i:i%d.media", i);
    truth_put(truth, idea->additions, "i:i%d.additions", i);
    truth_put(truth, idea->reason, "i:i%d.reason", i);
    truth_put(truth, idea->lang, "i:i%d.lang", i);
    truth_put(truth, word_name(WORDS_idea_state, idea->state), "i:i%d.state", i);
    truth_put(truth, idea->is_unsigned ? "1" : "", "i:i%d.unsigned", i);
    truth_put_number(truth, idea->n, false, "i:i", i, "n");
    truth_put_number(truth, idea->at, false, "i:i", i, "at");
    truth_put_number(truth, idea->mix, false, "i:i", i, "mix");
    truth_put_number(truth, idea->edited_at, !idea->edited_at, "i:i", i, "edited_at");
    truth_put_tally(truth, i);
    truth_put_groups(truth, i);
    snprintf(text, sizeof(text), "p%d", idea->author);
    truth_put(truth, idea->author < 0 ? "" : text, "i:i%d.author", i);
    truth_put(truth, idea->author < 0 ? "1" : "", "i:i%d.brand", i);
    snprintf(text, sizeof(text), "c%d", idea->challenge);
    truth_put(truth, text, "i:i%d.challenge", i);
}

void truth_idea_add(struct truth *truth)
{
    int i = truth->idea_count++, c = (int)truth_pick(truth, (unsigned)truth->challenge_count);
    struct truth_idea *idea = &truth->ideas[i];
    int author = (int)truth_pick(truth, TRUTH_PEOPLE + 2);
    *idea =
        (struct truth_idea){.challenge = c,
                            .n = ++truth->challenges[c].ideas,
                            .at = truth->clock,
                            .mix = truth_pick(truth, 1000),
                            .author = author < TRUTH_PEOPLE && truth->people[author].joined ? author : -1};
    if (idea->author < 0) {
        truth_words(truth, idea->title);
        truth_words(truth, idea->body);
    } else {
        snprintf(idea->title, sizeof(idea->title), "t%u \\\"", truth_pick(truth, 99));
        snprintf(idea->body, sizeof(idea->body), "%s", truth_pick(truth, 2) ? "le corps\nde l'idée" : "");
    }
    snprintf(idea->media, sizeof(idea->media), "%s",
             truth_pick(truth, 3) ? "" : "[{\"hash\":\"ab\",\"alt\":\"x\"}]");
    snprintf(idea->lang, sizeof(idea->lang), "%s", truth_pick(truth, 2) ? "fr" : "");
    idea->state = truth_pick(truth, 8) ? idea_state_published : idea_state_hidden;
    truth_put_idea(truth, i);
    truth_put_number(truth, truth_published(truth, c), false, "c:c", c, "ideas");
    truth_put_points(truth);
    snprintf(truth->trace, sizeof(truth->trace), "idea_add i%d in c%d %s", i, c,
             word_name(WORDS_idea_state, idea->state));
    truth_emit(truth, EVENT_idea_added);
}

void truth_idea_edit(struct truth *truth, int i)
{
    struct truth_idea *idea = &truth->ideas[i];
    if (truth_pick(truth, 3)) {
        truth_words(truth, idea->title);
        snprintf(idea->body, sizeof(idea->body), "%s", truth_pick(truth, 2) ? "autre" : "");
        idea->edited_at = truth->clock;
        truth_put(truth, idea->title, "i:i%d.title", i);
        truth_put(truth, idea->body, "i:i%d.body", i);
        truth_put_number(truth, idea->edited_at, false, "i:i", i, "edited_at");
    } else {
        snprintf(idea->additions, sizeof(idea->additions), "[{\"at\":%" PRId64 ",\"text\":\"+\"}]",
                 truth->clock);
        truth_put(truth, idea->additions, "i:i%d.additions", i);
    }
    snprintf(truth->trace, sizeof(truth->trace), "idea_edit i%d", i);
    truth_emit(truth, EVENT_idea_edited);
}

void truth_idea_move(struct truth *truth, int i)
{
    struct truth_idea *idea = &truth->ideas[i];
    if (truth_pick(truth, 5) == 0) {
        idea->is_unsigned = true;
        truth_put(truth, "1", "i:i%d.unsigned", i);
    } else {
        idea->state =
            (int)(truth_pick(truth, 2) ? idea_state_published : truth_pick(truth, idea_state_count));
        snprintf(idea->reason, sizeof(idea->reason), "%s", truth_pick(truth, 2) ? "hors sujet" : "");
        truth_put(truth, word_name(WORDS_idea_state, idea->state), "i:i%d.state", i);
        truth_put(truth, idea->reason, "i:i%d.reason", i);
        truth_put_number(truth, truth_published(truth, idea->challenge), false, "c:c", idea->challenge,
                         "ideas");
        truth_put_number(truth, truth_votes(truth, idea->challenge), false, "c:c", idea->challenge, "votes");
        truth_put_points(truth);
    }
    snprintf(truth->trace, sizeof(truth->trace), "idea_moderate i%d %s%s", i,
             word_name(WORDS_idea_state, idea->state), idea->is_unsigned ? " unsigned" : "");
    truth_emit(truth, EVENT_idea_moderated);
}
