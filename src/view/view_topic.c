/* Topics as a view knows them: whether they exist, who sees them how, and when they changed. */
#include "view/model.h"

#include <assert.h>
#include <string.h>

static int64_t view_later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static const struct track *view_track_challenge(const struct view *view, const struct topic *topic,
                                                enum view_class class, int64_t *out_horizon)
{
    const struct challenge *challenge = view_challenge(view, topic->subject);
    if (!challenge)
        return NULL;
    if (topic->kind == TOPIC_ideas) {
        *out_horizon = challenge->windows[topic->order][class].horizon;
        return &challenge->ideas_tracks[topic->order][class];
    }
    *out_horizon = challenge->windows[order_top][class].horizon;
    if (challenge->sees[class])
        *out_horizon = view_later(*out_horizon, challenge->minutes.horizon);
    return &challenge->results_tracks[class];
}

/* The track of a document, and its horizon; NULL where the topic's subject does not exist. */
static const struct track *view_track(const struct view *view, const struct topic *topic,
                                      enum audience audience, int64_t *out_horizon)
{
    enum view_class class = view_class(audience);
    const struct track *track = NULL;
    const struct idea *idea;
    const struct person *person;
    int64_t horizon = 0;
    switch (topic->kind) {
    case TOPIC_session: track = &view->session_track; break;
    case TOPIC_leaders:
        track = &view->leaders_track;
        horizon = view->leaders_window.horizon;
        break;
    case TOPIC_ideas:
    case TOPIC_results: track = view_track_challenge(view, topic, class, &horizon); break;
    case TOPIC_idea:
        if ((idea = view_idea(view, topic->subject))) {
            track = &idea->tracks[class];
            horizon = idea_is_visible(idea, class) ? idea->challenge->ideas_horizon[class] : 0;
        }
        break;
    case TOPIC_me:
        if ((person = view_person(view, topic->subject)) && person->exists && person->here)
            track = &person->track;
        break;
    case TOPIC_COUNT: break;
    }
    if (track)
        *out_horizon = view_later(view_later(horizon, track->horizon), view->horizon);
    return track;
}

bool view_has_topic(const struct view *view, const struct topic *topic)
{
    int64_t horizon;
    return view_track(view, topic, AUDIENCE_PUBLIC, &horizon) != NULL;
}

int64_t view_topic_version(const struct view *view, const struct topic *topic, enum audience audience)
{
    int64_t horizon;
    const struct track *track = view_track(view, topic, audience, &horizon);
    return track ? track->changes[0] : 0;
}

int64_t view_topic_horizon(const struct view *view, const struct topic *topic, enum audience audience)
{
    int64_t horizon;
    return view_track(view, topic, audience, &horizon) ? horizon : view->seq;
}

int64_t view_topic_from(const struct view *view, const struct topic *topic, enum audience audience,
                        int64_t since)
{
    int64_t horizon;
    const struct track *track = view_track(view, topic, audience, &horizon);
    return track ? track_from(track, since) : since;
}

enum audience view_audience(const struct view *view, const struct actor *actor, const struct topic *topic)
{
    enum topic_rule rule = topic_kind_rule(topic->kind);
    if (rule == TOPIC_RULE_SELF)
        return AUDIENCE_SELF;
    enum audience audience = role_audience(actor->role);
    if (rule == TOPIC_RULE_PLAIN || audience == AUDIENCE_STAFF)
        return audience;
    const struct challenge *challenge;
    if (topic->kind == TOPIC_idea) {
        const struct idea *idea = view_idea(view, topic->subject);
        challenge = idea ? idea->challenge : NULL;
    } else {
        challenge = view_challenge(view, topic->subject);
    }
    if (!challenge || challenge->fields.tally != tally_after_vote)
        return audience;
    const struct person *person = actor->id[0] ? view_person(view, actor->id) : NULL;
    return person && person->here && person_ballot(person, challenge->entity.id) ? AUDIENCE_VOTED : audience;
}
