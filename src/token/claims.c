#include "token/claims.h"
#include "base/date.h"
#include "token/paserk.h"

#include <string.h>

json_t *claims_parse(struct paseto_piece text)
{
    if (text.size == 0 || memchr(text.bytes, 0, text.size))
        return NULL;
    json_t *json = json_loadb(text.bytes, text.size, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(json))
        return json;
    json_decref(json);
    return NULL;
}

const char *claims_text(const json_t *claims, const char *name, size_t room)
{
    const json_t *claim = json_object_get(claims, name);
    return json_is_string(claim) && json_string_length(claim) < room ? json_string_value(claim) : NULL;
}

bool claims_say(const json_t *claims, const char *name, const char *expected)
{
    const char *claim = claims_text(claims, name, SIZE_MAX);
    return claim && strcmp(claim, expected) == 0;
}

bool claims_date(const json_t *claims, const char *name, int64_t *out_ms)
{
    const char *claim = claims_text(claims, name, SIZE_MAX);
    return claim && date_parse(claim, strlen(claim), out_ms);
}

const char *claims_key_id(const json_t *footer)
{
    return json_object_size(footer) == 1 ? claims_text(footer, "kid", PASERK_ID_ROOM) : NULL;
}
