/* The demo: the sessions of demo/ with simulated participants who keep the screens moving, marked as
 * simulated.
 *
 * Makes the sessions where they are not there yet, joins simulated people, and lets them vote and propose, a
 * few a second, through the same calls as everyone. */
#ifndef SERVER_DEMO_H
#define SERVER_DEMO_H

#include "base/embedded.h"
#include "live/live.h"

extern const struct embedded_file demo_files[]; /* demo/: session files, pictures, voices */

#define DEMO_SESSIONS 8

/* What a demo shows of a session. Paths begin with '/'; the moderator's ends with a token. */
struct demo_link {
    char session[TEXT_ID_ROOM];
    char *title, *participant, *wall, *moderator;
};

struct demo;

/* Begins to make the sessions; `ready` runs once they are there, or with what went wrong. */
struct demo *demo_new(struct live *live, void (*ready)(void *arg, const char *fault), void *arg);
/* The simulated people begin. */
void demo_start(struct demo *demo);
const struct demo_link *demo_links(const struct demo *demo, size_t *out_count);
/* /demo.json for pages that begin with `url`; the demo's. */
const char *demo_json(struct demo *demo, const char *url);
/* Nothing of the store may be under way any more, or it is answered later than `closed`, which is then late.
 */
void demo_free(struct demo **demo, void (*closed)(void *arg), void *arg);

#endif
