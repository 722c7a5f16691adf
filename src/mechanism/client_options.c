/* client_options.c - see client_options.h: the table of client.yaml's keys. */
#include "mechanism/client_options.h"
#include "base/arena.h"
#include "mechanism/shape.h"

#define FILE_MOST (64 * 1024)

static const char *const languages[] = {"zh", "en"};

static const struct key keys[] = {
    SHAPE_KEY("server", shape_text, struct client_options, server, .required = true),
    SHAPE_KEY("ca", shape_text, struct client_options, ca),
    SHAPE_KEY("crl", shape_text, struct client_options, crl),
    SHAPE_KEY("certificate", shape_text, struct client_options, certificate),
    SHAPE_KEY("key", shape_text, struct client_options, key),
    SHAPE_KEY("token", shape_text, struct client_options, token),
    SHAPE_KEY("server_name", shape_text, struct client_options, server_name),
    SHAPE_KEY("insecure_plain", shape_bool, struct client_options, insecure_plain),
    SHAPE_KEY("language", shape_word, struct client_options, language, SHAPE_NAMES(languages, 0)),
};

static const struct shape shape = {SHAPE_KEYS(keys), .size = sizeof(struct client_options)};

/* Relative to the folder that client.yaml is in. */
static void resolve(struct arena *a, const char *path, const char **file)
{
	const char *slash = strrchr(path, '/');

	if (*file && **file != '/' && slash)
		*file = arena_printf(a, "%.*s/%s", (int)(slash - path), path, *file);
}

bool client_options_load(const char *path, struct client_options *out, struct problems *p)
{
	struct reading r = {.arena = p->arena, .problems = p};
	int errors = p->errors;
	struct str bytes;
	const struct node *root;

	*out = (struct client_options){0};
	if (!yaml_slurp(p->arena, path, FILE_MOST, &bytes, p))
		return false;
	root = yaml_parse(p->arena, path, bytes, FILE_MOST, p);
	if (!root || !shape_read(&r, root, &shape, out) || p->errors > errors)
		return false;
	const char **files[] = {&out->ca, &out->crl, &out->certificate, &out->key, &out->token};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		resolve(p->arena, path, files[i]);
	return true;
}
