#include "domain/topic.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    enum topic_subject subject;
    bool ordered;
    enum topic_rule rule;
} topics[] = {
#define TOPIC(name, subject, order, rule, summary) {#name, SUBJECT_##subject, order, TOPIC_RULE_##rule},
#include "topics.def"
#undef TOPIC
};

const char *topic_kind_name(enum topic_kind kind)
{
    return topics[kind].name;
}

enum topic_subject topic_kind_subject(enum topic_kind kind)
{
    return topics[kind].subject;
}

enum topic_rule topic_kind_rule(enum topic_kind kind)
{
    return topics[kind].rule;
}

/* The next word before a colon or the end; moves *at behind the colon. */
static size_t topic_word(const char **at, const char *end, const char **out_word)
{
    *out_word = *at;
    const char *colon = memchr(*at, ':', (size_t)(end - *at));
    size_t size = (size_t)((colon ? colon : end) - *at);
    *at = colon ? colon + 1 : NULL;
    return size;
}

bool topic_parse(const char *name, size_t size, struct topic *out_topic)
{
    struct topic topic = {0};
    const char *at = name, *end = name + size, *word;
    size_t length = topic_word(&at, end, &word);
    for (topic.kind = 0; topic.kind < TOPIC_COUNT; topic.kind++)
        if (strlen(topics[topic.kind].name) == length && memcmp(topics[topic.kind].name, word, length) == 0)
            break;
    if (topic.kind == TOPIC_COUNT)
        return false;
    if (topics[topic.kind].subject != SUBJECT_NONE) {
        if (!at)
            return false;
        length = topic_word(&at, end, &word);
        if (!text_is_id(word, length))
            return false;
        memcpy(topic.subject, word, length);
    }
    if (topics[topic.kind].ordered) {
        if (!at)
            return false;
        length = topic_word(&at, end, &word);
        int order = word_find(WORDS_order, word, length);
        if (order < 0)
            return false;
        topic.order = order;
    }
    if (at)
        return false;
    *out_topic = topic;
    return true;
}

void topic_format(const struct topic *topic, char out_name[TOPIC_NAME_ROOM])
{
    int size = snprintf(out_name, TOPIC_NAME_ROOM, "%s", topics[topic->kind].name);
    if (topics[topic->kind].subject != SUBJECT_NONE)
        size += snprintf(out_name + size, TOPIC_NAME_ROOM - (size_t)size, ":%s", topic->subject);
    if (topics[topic->kind].ordered)
        snprintf(out_name + size, TOPIC_NAME_ROOM - (size_t)size, ":%s",
                 word_name(WORDS_order, topic->order));
}
