/*
 * certificates.c - see certificates.h. Place: supervisor, over wire/tls_files.c. The files belong to the
 * administrator, so reading them here trusts no stranger; the paths are those of the start, and a
 * reload reads their files again.
 */
#include "supervisor/certificates.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

static bool english(const struct options *o)
{
	return text_eq(o->language, "en");
}

static const char *as_text(struct buf *b)
{
	buf_char(b, '\0');
	return b->p;
}

int certificates_read(struct certificates *c, const struct options *o, struct buf *why)
{
	struct buf dated = {0};

	*c = (struct certificates){.options = o};
	for (int i = 0; i < TLS_LISTENERS; i++) {
		const char *listener = tls_listener_names[i];
		const struct tls_files *f = tls_files_of(o, listener);

		if (!f->certificate)
			continue;
		if (!tls_credentials_read(f, listener, english(o), &c->v[c->n], why))
			return EX_CONFIG;
		buf_reset(&dated);
		if (tls_credentials_dated(&c->v[c->n], clock_wall().ms, english(o), &dated))
			log_alarm("certificate out of date", "why=%s", as_text(&dated));
		c->n++;
	}
	buf_free(&dated);
	return 0;
}

static void refuse_new(struct tls_credentials *kept, struct buf *why)
{
	snprintf(kept->refused, sizeof(kept->refused), "%s", as_text(why));
	log_alarm("certificate not taken over", "listener=%s why=%s", kept->listener, kept->refused);
}

/* New ones that are out of their dates are not better than those in force, unless those are, too. */
static void reload_one(struct tls_credentials *kept, const struct options *o)
{
	struct buf why = {0}, old = {0};
	struct tls_credentials next;
	int64_t now = clock_wall().ms;

	if (!tls_credentials_read(tls_files_of(o, kept->listener), kept->listener, english(o), &next, &why)) {
		refuse_new(kept, &why);
	} else if (tls_credentials_dated(&next, now, english(o), &why) &&
	    !tls_credentials_dated(kept, now, english(o), &old)) {
		refuse_new(kept, &why);
		tls_credentials_free(&next);
	} else {
		tls_credentials_free(kept);
		*kept = next;
		log_info("certificate in force", "listener=%s expires_ms=%lld", kept->listener,
		    (long long)kept->expires);
	}
	buf_free(&why);
	buf_free(&old);
}

void certificates_reload(struct certificates *c)
{
	for (size_t i = 0; i < c->n; i++)
		reload_one(&c->v[i], c->options);
}

/* The listener whose credentials this process gets whole; "" for the engine, which is told the dates; NULL:
 * it has nothing to do with them. */
static const char *served_by(const struct role *r)
{
	if (r == &roles[ROLE_ID_ENGINE])
		return "";
	for (int i = 0; i < TLS_LISTENERS; i++)
		for (int k = 0; k < CHILD_LISTENERS_MAX && r->listeners[k]; k++)
			if (strcmp(r->listeners[k], tls_listener_names[i]) == 0)
				return tls_listener_names[i];
	return NULL;
}

int certificates_for(const struct certificates *c, const struct role *r)
{
	const char *whole = served_by(r);
	int fd;

	if (!c || c->n == 0 || !whole)
		return -1;
	fd = tls_credentials_pass(c->v, c->n, whole);
	if (fd < 0)
		fatal("certificates cannot be handed down: errno=%d", errno);
	return fd;
}

void certificates_free(struct certificates *c)
{
	while (c->n > 0)
		tls_credentials_free(&c->v[--c->n]);
}
