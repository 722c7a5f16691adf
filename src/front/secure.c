/* secure.c - see secure.h. Place: front, between wire/tls.h and the acceptors of intake and api. */
#include "front/secure.h"
#include "base/log.h"
#include "wire/tls.h"

static bool use(struct tls_server *s, const char *listener, const struct tls_credentials *v, size_t n)
{
	struct tls_fault fault;

	for (size_t i = 0; i < n; i++) {
		if (strcmp(v[i].listener, listener) != 0)
			continue;
		if (tls_server_use(s, &v[i], &fault))
			return true;
		log_alarm("TLS credentials refused", "listener=%s paper=%s why=%s", listener,
		    tls_paper_names[fault.paper], fault.en);
	}
	return false;
}

bool secure_renew(struct tls_server *s, const char *listener, int fd)
{
	struct tls_credentials v[TLS_LISTENERS];
	size_t n = 0;
	bool done = tls_credentials_take(fd, v, &n) && s && use(s, listener, v, n);

	while (n > 0)
		tls_credentials_free(&v[--n]);
	if (done)
		log_info("TLS credentials in use", "listener=%s", listener);
	return done;
}

struct tls_server *secure_listener(const struct child *c, const char *listener, bool http,
    const char *refusal)
{
	struct tls_server *s;

	if (!tls_files_of(c->options, listener)->certificate)
		return NULL;
	s = tls_server_new(listener, http, refusal);
	if (c->certificates < 0 || !secure_renew(s, listener, c->certificates))
		fatal("listener %s has no TLS credentials", listener);
	return s;
}
