#include "rules/rules.h"

struct refusal rules_allow(const struct actor *actor, enum command_kind kind, enum door door)
{
    const struct command_row *row = command_row(kind);
    if (!(row->doors & door))
        return refusal_of(ERROR_door_closed);
    if (!(role_rights(actor->role) & row->rights))
        return refusal_of(actor->id[0] || actor->role == ROLE_admin ? ERROR_forbidden : ERROR_token_required);
    return refusal_of(ERROR_none);
}

struct refusal rules_draw(struct rules_buckets *buckets, enum command_kind kind, int64_t now_ms)
{
    return rules_draw_rate(buckets, command_row(kind)->rate, now_ms);
}

struct refusal rules_draw_rate(struct rules_buckets *buckets, enum rate rate, int64_t now_ms)
{
    const struct rate_row *row = rate_row(rate);
    int64_t full = (int64_t)row->burst * 1000, tokens = full;
    if (buckets->rates[rate].at) {
        int64_t elapsed = now_ms - buckets->rates[rate].at;
        if (elapsed < 0)
            elapsed = 0;
        /* An hour fills any bucket, and keeps the product small. */
        if (elapsed < 3600000)
            tokens = buckets->rates[rate].thousandths + elapsed * row->per_minute / 60;
        if (tokens > full)
            tokens = full;
    }
    if (tokens < 1000) {
        struct refusal refusal = refusal_of(ERROR_rate_limited);
        refusal.limit = row->per_minute;
        refusal.retry_ms = ((1000 - tokens) * 60 + row->per_minute - 1) / row->per_minute;
        return refusal; /* the bucket stays as it was: refused calls cost nothing */
    }
    buckets->rates[rate].at = now_ms;
    buckets->rates[rate].thousandths = tokens - 1000;
    return refusal_of(ERROR_none);
}

size_t rules_message_limit(const struct actor *actor)
{
    return role_is_staff(actor->role) ? LIMIT_MESSAGE_STAFF : LIMIT_MESSAGE_PARTICIPANT;
}
