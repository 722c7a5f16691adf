/*
 * tls.c - the transport of one connection that speaks TLS (transport.h), over a context that its
 * listener shares.
 *
 * Place: wire, under conn.c. OpenSSL's queue of errors belongs to the thread: it is cleared before each
 * call, so that one connection's error is never another's. What is read is drained by conn.c as long as
 * `pending` says that there is more; read-ahead is off, so pending is what a record has left and nothing
 * that waits for the rest of one.
 *
 * Invariants
 * - After ERROR nothing is asked of OpenSSL any more (SSL_shutdown on a broken connection is undefined).
 * - A client whose first byte is no TLS is answered in clear, and from then on its bytes are dropped.
 */
#include "wire/tls.h"
#include "base/bucket.h"
#include "base/clock.h"
#include "base/log.h"
#include "wire/conn_peer.h"
#include "wire/transport.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define TLS_HANDSHAKE_RECORD 0x16
#define LOG_BURST 10 /* lines about failed handshakes at once; then one a second */

struct tls_server {
	const char *listener, *refusal;
	bool http;
	SSL_CTX *context; /* NULL: none yet */
	struct tls_server_metrics metrics;
	struct buckets *lines; /* of the log */
	uint64_t unlogged;
};

struct tls {
	struct transport t;
	struct tls_server *server;
	SSL *ssl;
	bool heard, shaken, plain, broken;
	char *names; /* of the client's certificate; NULL: it has none, or is not asked for one */
};

/* ---- what is said of handshakes that fail ---- */

/* Named once each, but a flood of them by its number only. */
static void tell_failed(struct tls_server *s, int fd, const char *what)
{
	struct conn_peer peer;

	if (buckets_take(s->lines, s->listener, clock_mono()) > 0) {
		s->unlogged++;
		return;
	}
	conn_find_peer(fd, &peer);
	log_warn("TLS handshake failed", "listener=%s peer=%s why=%s unlogged=%llu", s->listener, peer.text,
	    what, (unsigned long long)s->unlogged);
	s->unlogged = 0;
}

/* The client's certificate is named before what the protocol made of it. */
static const char *reason(const struct tls *t)
{
	long verdict = SSL_get_verify_result(t->ssl);
	unsigned long error = ERR_peek_error();
	const char *text = error ? ERR_reason_error_string(error) : NULL;

	if (verdict != X509_V_OK)
		return X509_verify_cert_error_string(verdict);
	return text ? text : "ended by the client";
}

static enum transport_says fail(struct tls *t, const char *what)
{
	t->broken = true;
	t->server->metrics.failed++;
	tell_failed(t->server, t->t.fd, what);
	return TRANSPORT_ERROR;
}

/* ---- one call of OpenSSL ---- */

/* What became of it; ERROR leaves the queue of errors as it is, for its reason. */
static enum transport_says says(struct tls *t, int result)
{
	switch (SSL_get_error(t->ssl, result)) {
	case SSL_ERROR_NONE:
		return TRANSPORT_DONE;
	case SSL_ERROR_WANT_READ:
		return TRANSPORT_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return TRANSPORT_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return TRANSPORT_END;
	default:
		t->broken = true;
		return TRANSPORT_ERROR;
	}
}

/* ---- the handshake ---- */

/* SSLv2's hello, too, is left to OpenSSL, which answers it with an alert. */
static bool speaks_tls(unsigned char first)
{
	return first == TLS_HANDSHAKE_RECORD || first >= 0x80;
}

static enum transport_says answer_in_clear(struct tls *t)
{
	t->plain = true;
	t->server->metrics.plain++;
	tell_failed(t->server, t->t.fd, "the client speaks without TLS");
	send(t->t.fd, t->server->refusal, strlen(t->server->refusal), MSG_NOSIGNAL | MSG_DONTWAIT);
	return TRANSPORT_REFUSED;
}

/* Looks at the first byte without taking it. */
static enum transport_says hear(struct tls *t)
{
	unsigned char first;
	ssize_t n;

	do
		n = recv(t->t.fd, &first, 1, MSG_PEEK | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return TRANSPORT_WANT_READ;
	if (n <= 0) { /* left without a word: probes do so */
		t->broken = true;
		return TRANSPORT_ERROR;
	}
	t->heard = true;
	return speaks_tls(first) ? TRANSPORT_DONE : answer_in_clear(t);
}

/* A name that could end a line, or hide behind a NUL, is none. */
static void add_name(struct buf *b, const char *kind, const ASN1_STRING *s)
{
	const unsigned char *p = ASN1_STRING_get0_data(s);
	int n = ASN1_STRING_length(s);

	for (int i = 0; i < n; i++)
		if (p[i] <= ' ' || p[i] > '~')
			return;
	if (n == 0)
		return;
	buf_printf(b, "%s%s:", b->n ? "\n" : "", kind);
	for (int i = 0; i < n; i++)
		buf_char(b, kind[0] == 'D' && p[i] >= 'A' && p[i] <= 'Z' ? (char)(p[i] + 32) : (char)p[i]);
}

static void keep_names(struct tls *t)
{
	X509 *cert = SSL_get0_peer_certificate(t->ssl);
	struct buf b = {0};
	GENERAL_NAMES *all;

	if (!cert || SSL_get_verify_result(t->ssl) != X509_V_OK)
		return;
	all = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	for (int i = 0; all && i < sk_GENERAL_NAME_num(all); i++) {
		const GENERAL_NAME *one = sk_GENERAL_NAME_value(all, i);

		if (one->type == GEN_URI)
			add_name(&b, "URI", one->d.uniformResourceIdentifier);
		else if (one->type == GEN_DNS)
			add_name(&b, "DNS", one->d.dNSName);
	}
	GENERAL_NAMES_free(all);
	buf_char(&b, '\0');
	t->names = b.p;
}

static enum transport_says handshake(struct transport *transport)
{
	struct tls *t = (struct tls *)transport;
	enum transport_says what = t->heard ? TRANSPORT_DONE : hear(t);

	if (what != TRANSPORT_DONE)
		return what;
	ERR_clear_error();
	what = says(t, SSL_accept(t->ssl));
	if (what == TRANSPORT_ERROR || what == TRANSPORT_END)
		return fail(t, reason(t));
	if (what == TRANSPORT_DONE) {
		t->shaken = true;
		t->server->metrics.done++;
		keep_names(t);
	}
	return what;
}

/* ---- bytes ---- */

static enum transport_says read_clear(struct tls *t, void *bytes, size_t n, size_t *did)
{
	ssize_t got = recv(t->t.fd, bytes, n, MSG_DONTWAIT);

	if (got > 0)
		*did = (size_t)got;
	if (got >= 0)
		return got ? TRANSPORT_DONE : TRANSPORT_END;
	return errno == EAGAIN || errno == EINTR ? TRANSPORT_WANT_READ : TRANSPORT_ERROR;
}

static enum transport_says tls_read(struct transport *transport, void *bytes, size_t n, size_t *did)
{
	struct tls *t = (struct tls *)transport;

	if (t->plain)
		return read_clear(t, bytes, n, did);
	if (t->broken)
		return TRANSPORT_ERROR;
	ERR_clear_error();
	return says(t, SSL_read_ex(t->ssl, bytes, n, did));
}

static enum transport_says tls_write(struct transport *transport, const void *bytes, size_t n, size_t *did)
{
	struct tls *t = (struct tls *)transport;

	if (t->broken)
		return TRANSPORT_ERROR;
	ERR_clear_error();
	return says(t, SSL_write_ex(t->ssl, bytes, n, did));
}

static size_t pending(const struct transport *transport)
{
	const struct tls *t = (const struct tls *)transport;

	return t->shaken ? (size_t)SSL_pending(t->ssl) : 0;
}

/* close_notify, and then the end of the stream below it, which also those see who do not look for the
 * first. What the peer still sends is read by conn.c, up to its own end or a limit. */
static enum transport_says tls_shutdown(struct transport *transport)
{
	struct tls *t = (struct tls *)transport;
	enum transport_says what = TRANSPORT_DONE;
	int result;

	if (t->shaken && !t->broken) {
		ERR_clear_error();
		result = SSL_shutdown(t->ssl);
		what = result >= 0 ? TRANSPORT_DONE : says(t, result);
	}
	if (what == TRANSPORT_DONE)
		shutdown(t->t.fd, SHUT_WR);
	return what;
}

/* ---- who the peer is ---- */

static const char *names(const struct transport *transport)
{
	return ((const struct tls *)transport)->names;
}

static bool distrusts(struct transport *transport)
{
	struct tls *t = (struct tls *)transport;

	return t->names && !tls_context_trusts(t->server->context, t->ssl);
}

/* ---- making and ending ---- */

static void tls_free(struct transport *transport)
{
	struct tls *t = (struct tls *)transport;

	if (t->heard && !t->shaken && !t->plain && !t->broken)
		fail(t, "not done in time, or too many at once");
	SSL_free(t->ssl);
	close(t->t.fd);
	free(t->names);
	free(t);
	ERR_clear_error();
}

static const struct transport_kind kind = {
    .handshake = handshake,
    .read = tls_read,
    .write = tls_write,
    .pending = pending,
    .shutdown = tls_shutdown,
    .free = tls_free,
    .names = names,
    .distrusts = distrusts,
};

struct transport *transport_tls(struct tls_server *s, int fd)
{
	struct tls *t = xalloc(sizeof(*t));

	ERR_clear_error();
	*t = (struct tls){.t = {.kind = &kind, .fd = fd}, .server = s, .ssl = SSL_new(s->context)};
	if (!t->ssl || SSL_set_fd(t->ssl, fd) != 1)
		fatal("no memory for a TLS connection");
	SSL_set_accept_state(t->ssl);
	return &t->t;
}

struct tls_server *tls_server_new(const char *listener, bool http, const char *refusal)
{
	struct tls_server *s = xalloc(sizeof(*s));

	*s = (struct tls_server){.listener = listener, .http = http, .refusal = refusal};
	s->lines = buckets_new(BUCKET_TOKEN, LOG_BURST, 1);
	return s;
}

void tls_server_free(struct tls_server *s)
{
	if (!s)
		return;
	SSL_CTX_free(s->context);
	buckets_free(s->lines);
	free(s);
}

bool tls_server_use(struct tls_server *s, const struct tls_credentials *c, struct tls_fault *fault)
{
	SSL_CTX *next = tls_context_new(c, s->http, fault);

	if (!next)
		return false;
	SSL_CTX_free(s->context); /* connections that are made with it keep it */
	s->context = next;
	return true;
}

struct tls_server_metrics tls_server_metrics(const struct tls_server *s)
{
	return s->metrics;
}
