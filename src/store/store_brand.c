/* Brands: a hash each and a set of them all. They are in no session's slot, and written by an operator alone.
 */
#include "base/memory.h"
#include "store/store_inside.h"

#include <string.h>

#define BRANDS        "palabre:brands"
#define BRAND_DEFAULT "default"
#define PAIRS_MOST    64

struct brand_asked {
    char brand[TEXT_ID_ROOM];
    store_answered *answered;
    void *arg;
};

static struct brand_asked *asked_new(const char *brand, store_answered *answered, void *arg)
{
    struct brand_asked *asked = memory_alloc(sizeof(*asked));
    memcpy(asked->brand, brand, strlen(brand) + 1);
    asked->answered = answered;
    asked->arg = arg;
    return asked;
}

static void asked_answer(struct brand_asked *asked, const redisReply *reply, enum error error,
                         const struct field_write *values, size_t count)
{
    struct store_answer answer = {.refusal = refusal_of(error), .values = values, .count = count};
    if (!reply || reply->type == REDIS_REPLY_ERROR)
        answer.refusal.error = reply ? ERROR_internal_error : ERROR_store_unavailable;
    if (asked->answered)
        asked->answered(asked->arg, &answer);
    free(asked);
}

static void brand_written(void *arg, const redisReply *reply)
{
    asked_answer(arg, reply, ERROR_none, NULL, 0);
}

void store_brand_create(struct store *store, const char *brand, const char *name, store_answered *answered,
                        void *arg)
{
    char *hash CLEAN_FREE = memory_print("palabre:brand:%s", brand);
    store_request(store, 3, (const char *[]){"SADD", BRANDS, brand}, NULL, NULL, NULL);
    store_request(store, 4, (const char *[]){"HSET", hash, "name", name}, NULL, brand_written,
                  asked_new(brand, answered, arg));
}

void store_brand_key(struct store *store, const char *brand, const char *key_id, const char *key,
                     store_answered *answered, void *arg)
{
    char *hash CLEAN_FREE = memory_print("palabre:brand:%s", brand),
               *field CLEAN_FREE = memory_print("key.%s", key_id);
    const char *const arguments[] = {key ? "HSET" : "HDEL", hash, field, key};
    store_request(store, key ? 4 : 3, arguments, NULL, brand_written, asked_new(brand, answered, arg));
}

static void brand_replied(void *arg, const redisReply *reply)
{
    struct brand_asked *asked = arg;
    struct field_write values[PAIRS_MOST];
    size_t count = 0;
    if (reply && reply->type == REDIS_REPLY_ARRAY)
        for (size_t i = 0; i + 1 < reply->elements && count < PAIRS_MOST; i += 2) {
            const redisReply *name = reply->element[i], *value = reply->element[i + 1];
            values[count++] =
                (struct field_write){name->str, value->str, (size_t)name->len, (size_t)value->len};
        }
    bool known = count > 0 || strcmp(asked->brand, BRAND_DEFAULT) == 0;
    asked_answer(asked, reply, known ? ERROR_none : ERROR_brand_unknown, values, count);
}

void store_brand_read(struct store *store, const char *brand, store_answered *answered, void *arg)
{
    char *hash CLEAN_FREE = memory_print("palabre:brand:%s", brand);
    store_request(store, 2, (const char *[]){"HGETALL", hash}, NULL, brand_replied,
                  asked_new(brand, answered, arg));
}

static void brands_replied(void *arg, const redisReply *reply)
{
    size_t count = reply && reply->type == REDIS_REPLY_ARRAY ? reply->elements : 0, kept = 1;
    struct field_write *values = memory_alloc((count + 1) * sizeof(*values));
    values[0] = (struct field_write){"brand", BRAND_DEFAULT, strlen("brand"), strlen(BRAND_DEFAULT)};
    for (size_t i = 0; i < count; i++)
        if (strcmp(reply->element[i]->str, BRAND_DEFAULT) != 0)
            values[kept++] = (struct field_write){"brand", reply->element[i]->str, strlen("brand"),
                                                  (size_t)reply->element[i]->len};
    asked_answer(arg, reply, ERROR_none, values, kept);
    free(values);
}

void store_brands(struct store *store, store_answered *answered, void *arg)
{
    store_request(store, 2, (const char *[]){"SMEMBERS", BRANDS}, NULL, brands_replied,
                  asked_new("", answered, arg));
}
