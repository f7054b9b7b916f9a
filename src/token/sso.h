/* A brand's log-in: a PASETO v4.public token that the brand signs with a key of its own, to be turned into a
 * place in one of its sessions. docs/sso.md is for who writes the other side.
 *
 *   iss brand   aud deployment   sub who this is to the brand   iat exp at most LIMIT_SSO_MS apart   jti used
 * once ses session, where it is for one only   grp {dimension: value}, where the brand says them
 *
 * The footer names the key, {"kid":"k4.pid...."}; the implicit assertion is TOKEN_PURPOSE_SSO. Who was here
 * before, and whether a jti was used, the store knows. */
#ifndef TOKEN_SSO_H
#define TOKEN_SSO_H

#include "domain/actor.h"
#include "domain/error.h"
#include "token/keyring.h"

#define SSO_SUBJECT_ROOM 256 /* bytes, with a NUL */
#define SSO_ID_ROOM      129
#define SSO_KEYS         16 /* public keys of a brand */

struct sso {
    char subject[SSO_SUBJECT_ROOM];
    char id[SSO_ID_ROOM];           /* jti */
    char groups[ACTOR_GROUPS_ROOM]; /* "status=client,store=lille"; "" for none */
    int64_t expires_at;             /* ms */
};

/* ERROR_none and what it says, or ERROR_sso_invalid (a refusal that says which part is wrong). `keys` are the
 * brand's public keys. */
struct refusal sso_verify(const unsigned char keys[][PASETO_PUBLIC_BYTES], size_t count, const char *text,
                          size_t size, const char *brand, const char *deployment, const char *session,
                          int64_t now_ms, struct sso *out_sso);

#endif
