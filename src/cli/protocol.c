/* `palabre protocol`: prints the documents that describe the protocol, made from the tables of protocol/ and
 * from the examples beside them, which travel inside the binary. Knows no server, no store and no token; the
 * same binary always prints the same bytes. */
#include "base/memory.h"
#include "cli/cli.h"
#include "cli/protocol_asyncapi.h"
#include "cli/protocol_openapi.h"
#include "cli/protocol_schema.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    json_t *(*make)(void);
    const char *summary;
} documents[] = {
    {"json-schema", schema_document, "every message, document and answer (JSON Schema 2020-12)"},
    {"asyncapi", asyncapi_document, "the WebSocket (AsyncAPI 3.0)"},
    {"openapi", openapi_document, "HTTP (OpenAPI 3.1)"},
};

static int protocol_help(void)
{
    puts("usage: palabre protocol json-schema|asyncapi|openapi\n\nPrints a document that describes the "
         "protocol:\n");
    for (size_t i = 0; i < ARRAY_SIZE(documents); i++)
        printf("  %-12s %s\n", documents[i].name, documents[i].summary);
    return 0;
}

static int document_print(json_t *document)
{
    int failed = json_dumpf(document, stdout, JSON_INDENT(2));
    failed |= putchar('\n') == EOF;
    failed |= fflush(stdout);
    json_decref(document);
    return failed ? cli_fail("standard output cannot be written") : 0;
}

int cli_protocol(int argc, char **argv)
{
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
        return protocol_help();
    for (size_t i = 0; argc == 2 && i < ARRAY_SIZE(documents); i++)
        if (strcmp(argv[1], documents[i].name) == 0)
            return document_print(documents[i].make());
    return cli_usage("protocol", "expected one of json-schema, asyncapi, openapi");
}
