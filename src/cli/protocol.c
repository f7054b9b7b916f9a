#include "cli/protocol.h"
#include "base/memory.h"
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

static void protocol_help(FILE *to)
{
    fputs("Usage: palabre protocol DOCUMENT\n\nPrints a document that describes the protocol:\n\n", to);
    for (size_t i = 0; i < ARRAY_SIZE(documents); i++)
        fprintf(to, "  %-12s %s\n", documents[i].name, documents[i].summary);
}

static int document_print(json_t *document)
{
    int failed = json_dumpf(document, stdout, JSON_INDENT(2));
    failed |= putchar('\n') == EOF;
    failed |= fflush(stdout);
    json_decref(document);
    if (failed)
        fputs("palabre protocol: cannot write to standard output\n", stderr);
    return failed ? 1 : 0;
}

int cli_protocol(int argc, char **argv)
{
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        protocol_help(stdout);
        return 0;
    }
    for (size_t i = 0; argc == 2 && i < ARRAY_SIZE(documents); i++)
        if (strcmp(argv[1], documents[i].name) == 0)
            return document_print(documents[i].make());
    if (argc < 2)
        fputs("palabre protocol: which document?\n\n", stderr);
    else
        fprintf(stderr, "palabre protocol: there is no document \"%s\"\n\n", argv[argc == 2 ? 1 : 2]);
    protocol_help(stderr);
    return 2;
}
