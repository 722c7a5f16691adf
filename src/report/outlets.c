/* outlets.c - see outlets.h. Place: report. */
#include "report/outlets.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/digest.h"
#include "base/url.h"
#include "domain/exchange.h"
#include "domain/notices.h"

static void differs(struct outlets *o, struct arena *a, const char *name, const char *before,
    const char *after, bool guarded)
{
	if (text_eq(before, after))
		return;
	guarded = guarded && after; /* one administrator may shut a way, and opens none */
	ARRAY_ROOM(a, o->v, o->n, o->cap);
	o->v[o->n++] = (struct outlet){
	    name, before ? arena_text(a, before) : NULL, after ? arena_text(a, after) : NULL, guarded};
	o->guarded += guarded;
}

/* -- partners ----------------------------------------------------------------------------------- */

static const struct exchange_partner no_partner;

static void compare_partner(const struct exchange_partner *was, const struct exchange_partner *is,
    const char *id, struct arena *a, struct outlets *o)
{
	const struct {
		const char *key, *before, *after;
	} rows[] = {{"send.url", was->send.url, is->send.url},
	    {"compare.url", was->compare.url, is->compare.url},
	    {"unit", was->unit ? was->unit->id : NULL, is->unit ? is->unit->id : NULL},
	    {"account", was->account, is->account},
	    {"send.signature.secret_file", was->send.sign.secret_file, is->send.sign.secret_file},
	    {"receive.signature.secret_file", was->receive.sign.secret_file, is->receive.sign.secret_file}};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		differs(o, a, arena_printf(a, "exchange.yaml %s %s", id, rows[i].key), rows[i].before,
		    rows[i].after, true);
}

static void compare_partners(const struct exchange_partners *was, const struct exchange_partners *is,
    struct arena *a, struct outlets *o)
{
	for (int i = 0; is && i < is->n; i++) {
		const struct exchange_partner *before = exchange_partner(was, is->v[i].id);

		compare_partner(before ? before : &no_partner, &is->v[i], is->v[i].id, a, o);
	}
	for (int i = 0; was && i < was->n; i++)
		if (!exchange_partner(is, was->v[i].id))
			compare_partner(&was->v[i], &no_partner, was->v[i].id, a, o);
}

/* -- channels ----------------------------------------------------------------------------------- */

static const struct notice_channel no_channel;

/* Scheme, host, and the port where one is given: what follows may be a key. */
static const char *host_of(const char *url, struct arena *a)
{
	const char *end;
	struct url u;

	if (!url || url_parse(str_of(url), &u) != URL_GOOD)
		return NULL;
	end = u.host.p + u.host.n;
	return arena_printf(a, "%.*s://%.*s%s", (int)u.scheme.n, u.scheme.p, (int)u.host.n, u.host.p,
	    end[*end == ']'] == ':' ? arena_printf(a, ":%d", u.port) : "");
}

/* Of the same host another path, or key: told apart by the whole URL's digest, which shows neither. */
static const char *whole_of(const char *url, const char *host, struct arena *a)
{
	struct digest d = digest_of(str_of(url));
	char hex[DIGEST_HEX];

	return arena_printf(a, "%s/…%.8s", host, digest_hex(&d, hex));
}

static void compare_urls(const char *was, const char *is, const char *name, struct arena *a,
    struct outlets *o)
{
	const char *before = host_of(was, a), *after = host_of(is, a);

	if (before && after && text_eq(before, after) && !text_eq(was, is)) {
		before = whole_of(was, before, a);
		after = whole_of(is, after, a);
	}
	differs(o, a, name, before, after, false);
}

static void compare_channel(const struct notice_channel *was, const struct notice_channel *is, const char *id,
    struct arena *a, struct outlets *o)
{
	compare_urls(was->url, is->url, arena_printf(a, "notices.yaml %s url", id), a, o);
	differs(o, a, arena_printf(a, "notices.yaml %s url_file", id), was->url_file, is->url_file, false);
	differs(o, a, arena_printf(a, "notices.yaml %s secret_file", id), was->secret_file, is->secret_file,
	    false);
}

static void compare_channels(const struct notices *was, const struct notices *is, struct arena *a,
    struct outlets *o)
{
	for (int i = 0; is && i < is->n_channels; i++) {
		const struct notice_channel *c = &is->channels[i],
					    *before = was ? notices_channel(was, c->id) : NULL;

		compare_channel(before ? before : &no_channel, c, c->id, a, o);
	}
	for (int i = 0; was && i < was->n_channels; i++)
		if (!is || !notices_channel(is, was->channels[i].id))
			compare_channel(&was->channels[i], &no_channel, was->channels[i].id, a, o);
}

/* -- both --------------------------------------------------------------------------------------- */

void outlets_compare(const struct mechanism *before, const struct mechanism *after, struct arena *a,
    struct outlets *out)
{
	*out = (struct outlets){0};
	if (!before || !after)
		return;
	compare_partners(before->exchange, after->exchange, a, out);
	compare_channels(before->notices, after->notices, a, out);
}

void outlets_render(struct json *j, const struct outlets *o)
{
	if (o->n == 0)
		return;
	json_list(j, "targets");
	for (int i = 0; i < o->n; i++) {
		json_begin(j, NULL);
		json_text(j, "target", o->v[i].name);
		json_text(j, "before", o->v[i].before);
		json_text(j, "after", o->v[i].after);
		json_end(j);
	}
	json_close(j);
}
