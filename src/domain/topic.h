/* The name of a topic, taken apart (protocol/topics.def): `ideas:c1:top` is {TOPIC_ideas, "c1", order_top}.
 */
#ifndef DOMAIN_TOPIC_H
#define DOMAIN_TOPIC_H

#include "base/text.h"
#include "domain/words.h"

enum topic_kind {
#define TOPIC(name, subject, order, audience, summary) TOPIC_##name,
#include "topics.def"
#undef TOPIC
    TOPIC_COUNT
};

enum topic_subject { SUBJECT_NONE, SUBJECT_CHALLENGE, SUBJECT_IDEA };
enum topic_rule { TOPIC_RULE_PLAIN, TOPIC_RULE_CHALLENGE, TOPIC_RULE_SELF };

struct topic {
    enum topic_kind kind;
    char subject[TEXT_ID_ROOM]; /* a challenge or an idea; for `me` the participant, which the name does not
                                   carry; "" for none */
    enum order order;
};

#define TOPIC_NAME_ROOM (16 + TEXT_ID_ROOM + 8)

/* False where the name is no topic's. Whether its subject exists is the view's to say. */
bool topic_parse(const char *name, size_t size, struct topic *out_topic);
void topic_format(const struct topic *topic, char out_name[TOPIC_NAME_ROOM]);
const char *topic_kind_name(enum topic_kind kind);
enum topic_subject topic_kind_subject(enum topic_kind kind);
enum topic_rule topic_kind_rule(enum topic_kind kind);

#endif
