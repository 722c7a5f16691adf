/*
 * endpoints.h - what HTTP offers: one table of method, path, command, and which parts of a request set
 * which parameters. The endpoints of acts come from command_kinds[]. 405 with Allow, 404, HEAD, metrics
 * and the tests' role matrix come from the table and from command_kinds[].
 */
#ifndef API_ENDPOINTS_H
#define API_ENDPOINTS_H
#include "domain/command.h"
#include "wire/http.h"

struct exchange;
typedef void endpoint_handler(struct exchange *x);

struct endpoint {
	enum http_method method;
	const char *path; /* "/v1/dispatches/{dispatch}": {name} sets the parameter of that name */
	enum command_kind_id command; /* COMMANDS: the handler does all, and no token is asked for before */
	struct field_set query;       /* parameters that the query string may set */
	endpoint_handler *handler;
};
#define ENDPOINTS_MAX 128
/* All of them, *n; the same array at every call. */
const struct endpoint *endpoints(int *n);

#define PATH_FIELDS_MAX 2
/* What a path's variable parts were. */
struct path_fields {
	struct {
		enum field field; /* FIELDS: it is no parameter, but its handler's (a channel, a secret) */
		struct str text;
	} v[PATH_FIELDS_MAX];
	int n;
};

/* The endpoint of this method and path. NULL if there is none; *allowed then has a bit 1 << method
 * for every method that has this path, 0: nothing has it. HEAD is answered by GET's row. */
const struct endpoint *endpoint_find(enum http_method method, const char *path, struct path_fields *fields,
    unsigned *allowed);
/* "GET, HEAD, POST" */
const char *endpoint_allow(unsigned allowed, char out[40]);

#endif
