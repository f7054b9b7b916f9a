#include "token/code.h"
#include "base/memory.h"

#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define CODE_BYTES 8 /* of which 50 bits are used */

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static char letter_read(char letter)
{
    if (letter >= 'a' && letter <= 'z')
        letter = (char)(letter - 'a' + 'A');
    if (letter == 'O')
        return '0';
    if (letter == 'I' || letter == 'L')
        return '1';
    return letter && strchr(alphabet, letter) ? letter : '\0';
}

bool code_read(const char *text, size_t size, char out_code[CODE_ROOM])
{
    char code[CODE_ROOM] = "";
    size_t count = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '-' || text[i] == ' ')
            continue;
        char letter = letter_read(text[i]);
        if (!letter || count == CODE_LETTERS)
            return false;
        code[count + (count >= CODE_LETTERS / 2)] = letter;
        count++;
    }
    if (count != CODE_LETTERS)
        return false;
    code[CODE_LETTERS / 2] = '-';
    memcpy(out_code, code, CODE_ROOM);
    return true;
}

static void code_print(const unsigned char bytes[CODE_BYTES], char out_code[CODE_ROOM])
{
    uint64_t bits = 0;
    for (size_t i = 0; i < CODE_BYTES; i++)
        bits = bits << 8 | bytes[i];
    char *at = out_code;
    for (int i = 0; i < CODE_LETTERS; i++) {
        if (i == CODE_LETTERS / 2)
            *at++ = '-';
        *at++ = alphabet[bits >> 59];
        bits <<= 5;
    }
    *at = '\0';
}

void code_random(char out_code[CODE_ROOM])
{
    unsigned char bytes[CODE_BYTES];
    randombytes_buf(bytes, sizeof(bytes));
    code_print(bytes, out_code);
}

/* Each part with its size before it, so that no two lists of parts are the same bytes. */
static void keyed(const struct keyring *keyring, const char *const *parts, size_t count, unsigned char *out,
                  size_t size)
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, keyring->code_key, sizeof(keyring->code_key), size);
    for (size_t i = 0; i < count; i++) {
        unsigned char length[4];
        size_t part = strlen(parts[i]);
        for (size_t at = 0; at < sizeof(length); at++)
            length[at] = (unsigned char)(part >> 8 * at);
        crypto_generichash_update(&state, length, sizeof(length));
        crypto_generichash_update(&state, (const unsigned char *)parts[i], part);
    }
    crypto_generichash_final(&state, out, size);
}

void code_derive(const struct keyring *keyring, const char *session, const char *maker, const char *key,
                 unsigned n, char out_code[CODE_ROOM])
{
    unsigned char bytes[crypto_generichash_BYTES_MIN];
    char number[16];
    snprintf(number, sizeof(number), "%u", n);
    const char *parts[] = {"derive", session, maker, key, number};
    keyed(keyring, parts, ARRAY_SIZE(parts), bytes, sizeof(bytes));
    code_print(bytes, out_code);
}

static void keyed_hex(const struct keyring *keyring, const char *purpose, const char *session,
                      const char *secret, char out_hex[CODE_DIGEST_ROOM])
{
    unsigned char bytes[crypto_generichash_BYTES_MIN];
    const char *parts[] = {purpose, session, secret};
    keyed(keyring, parts, ARRAY_SIZE(parts), bytes, sizeof(bytes));
    sodium_bin2hex(out_hex, CODE_DIGEST_ROOM, bytes, sizeof(bytes));
}

void code_digest(const struct keyring *keyring, const char *session, const char *code,
                 char out_hex[CODE_DIGEST_ROOM])
{
    keyed_hex(keyring, "digest", session, code, out_hex);
}

void code_subject(const struct keyring *keyring, const char *session, const char *subject,
                  char out_hex[CODE_DIGEST_ROOM])
{
    keyed_hex(keyring, "subject", session, subject, out_hex);
}
