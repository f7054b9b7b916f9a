#include "token/memo.h"
#include "base/memory.h"

#include <sodium.h>
#include <stdint.h>
#include <string.h>

#define MEMO_WAYS 4 /* places that a token may be in; the oldest of them makes room */
#define MEMO_SETS (TOKEN_MEMO_ENTRIES / MEMO_WAYS)

struct memo_digest {
    uint64_t words[2]; /* 128 bits: nobody finds a second token for one of them */
};

struct memo_entry {
    struct memo_digest digest;
    char *content; /* packed; NULL: nothing here */
};

struct token_memo {
    unsigned char key[crypto_generichash_KEYBYTES]; /* nobody chooses the place that a token goes to */
    struct memo_entry sets[MEMO_SETS][MEMO_WAYS];   /* the newest first */
};

struct token_memo *token_memo_new(void)
{
    struct token_memo *memo = memory_alloc(sizeof(*memo));
    randombytes_buf(memo->key, sizeof(memo->key));
    return memo;
}

void token_memo_free(struct token_memo **memo)
{
    for (size_t set = 0; *memo && set < MEMO_SETS; set++)
        for (int way = 0; way < MEMO_WAYS; way++)
            free((*memo)->sets[set][way].content);
    memory_free(memo);
}

static struct memo_digest memo_digest(const struct token_memo *memo, const char *token, size_t size)
{
    struct memo_digest digest;
    crypto_generichash((unsigned char *)&digest, sizeof(digest), (const unsigned char *)token, size,
                       memo->key, sizeof(memo->key));
    return digest;
}

bool token_memo_find(const struct token_memo *memo, const char *token, size_t size,
                     struct content *out_content)
{
    struct memo_digest digest = memo_digest(memo, token, size);
    const struct memo_entry *set = memo->sets[digest.words[0] % MEMO_SETS];
    for (int way = 0; way < MEMO_WAYS; way++)
        if (set[way].content && memcmp(&set[way].digest, &digest, sizeof(digest)) == 0) {
            content_unpack(set[way].content, out_content);
            return true;
        }
    return false;
}

void token_memo_add(struct token_memo *memo, const char *token, size_t size, const struct content *content)
{
    struct memo_digest digest = memo_digest(memo, token, size);
    struct memo_entry *set = memo->sets[digest.words[0] % MEMO_SETS];
    free(set[MEMO_WAYS - 1].content);
    memmove(set + 1, set, (MEMO_WAYS - 1) * sizeof(*set));
    set[0] = (struct memo_entry){digest, content_pack(content)};
}
