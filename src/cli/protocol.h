/* `palabre protocol`: prints the documents that describe the protocol, made from the tables of protocol/ and
 * the examples beside them, which travel inside the binary. Knows no server, no store and no token; the same
 * binary always prints the same bytes. */
#ifndef CLI_PROTOCOL_H
#define CLI_PROTOCOL_H

/* argv[0] is "protocol", argv[1] json-schema, asyncapi or openapi. Prints on stdout and returns 0; on wrong
 * arguments says on stderr what was expected and returns 2; 1 where stdout cannot be written. */
int cli_protocol(int argc, char **argv);

#endif
