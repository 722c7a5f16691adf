/*
 * request.h - JSON of strangers to commands. Scanned for size, depth and tokens before jansson sees
 * it; duplicate and unknown members are refused by name; a null is an absent member.
 */
#ifndef WIRE_REQUEST_H
#define WIRE_REQUEST_H
#include "domain/command.h"

struct json_t;

struct rpc_request {
	struct str id; /* JSON of the id, for the reply; empty: none could be read */
	struct command command;
	struct refusal why; /* code OK: the command is complete and well-formed */
	bool answer;        /* false: no id could be read, the reply carries null */
};

/* One console line: JSON-RPC 2.0. Everything is in the arena. */
void request_parse(struct str line, struct arena *a, struct rpc_request *out);
/* From now on jansson overwrites what it gives back: it copies what it reads more than once. At the start of a process. */
void request_wipes_memory(void);
/* An HTTP body (one JSON object, or empty) into a command whose kind is set; fields that the path
 * gave are set before and may not stand in the body with another value. */
bool request_body(struct str body, struct arena *a, struct command *c, struct refusal *why);
/* A value of any type as the text that it says: a list is its items with `between` between them, what is no text as it is written. */
struct str request_words(const struct json_t *v, const char *between, struct arena *a);
/* The cheap scan alone: depth <= 16, tokens <= 2,000, then the text as jansson takes it (repair.h). */
bool request_scan(struct str s, struct arena *a, struct str *out, struct refusal *why);
/* The id of a line that could not be parsed, or of the beginning of one; false: none can be read. */
bool request_id(struct str line, struct arena *a, struct str *out);

#endif
