/*
 * acceptor.c - connections from a listening socket that several processes share.
 *
 * At most TURN_MAX a wake-up: a flood of connects must not keep those that are served waiting. When
 * descriptors or memory run out, a level-triggered listener would spin; the reserve descriptor is
 * given up to take the waiting connection and reset it, so that its client knows, and the listener
 * rests. The limit of connections is to be set so far below RLIMIT_NOFILE that this never happens.
 *
 * Invariants: `count` is the number of conns that hold a place here; an address is in the table
 * exactly while its count is above 0; a freed acceptor lives until its last place is given back.
 */
#include "wire/acceptor.h"
#include "base/bucket.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/map.h"
#include "wire/tls.h"
#include "wire/transport.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define TURN_MAX 16
#define REST_MS 100
#define LOG_EVERY_MS 10000
#define MAX_DEFAULT 4096
#define MAX_PER_ADDRESS_DEFAULT 64
#define SHAKING_MAX_DEFAULT 64
#define SHAKES_PER_ADDRESS_DEFAULT 20
#define SHAKE_ADDRESSES 4096 /* that are told apart in the rate of handshakes */

/* The connections of one address. */
struct address_count {
	unsigned char key[16]; /* IPv6, IPv4 as ::ffff:a.b.c.d; of true IPv6 the /64 */
	size_t count;
};

struct acceptor {
	struct event_base *base;
	int fd, reserve;
	struct acceptor_options options;
	acceptor_cb *cb;
	void *arg;
	struct event *readable, *rest;
	size_t count;
	uint64_t refused, refused_logged;
	int64_t logged_at;
	bool stopped, freed, accepting;
	struct map addresses;                       /* struct address_count *, by its key */
	TAILQ_HEAD(shakes, acceptor_place) shaking; /* handshakes that go on, the oldest first */
	size_t n_shaking;
	struct buckets *shakes; /* handshakes of an address; NULL: without TLS */
};

/* ---- addresses ---- */

/* False for what has no limit: Unix sockets and loopback. */
static bool key_of(const struct sockaddr_storage *from, unsigned char key[16])
{
	const struct sockaddr_in *v4 = (const void *)from;
	const struct sockaddr_in6 *v6 = (const void *)from;

	memset(key, 0, 16);
	if (from->ss_family == AF_INET) {
		memset(key + 10, 0xFF, 2);
		memcpy(key + 12, &v4->sin_addr, 4);
	} else if (from->ss_family == AF_INET6) {
		memcpy(key, &v6->sin6_addr, 16);
		if (IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr))
			return false;
		if (!IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
			memset(key + 8, 0, 8);
	} else {
		return false;
	}
	return !(key[10] == 0xFF && key[11] == 0xFF && key[12] == 127);
}

static struct str key_bytes(const unsigned char key[16])
{
	return (struct str){(const char *)key, 16};
}

static struct address_count *address_of(struct acceptor *a, const unsigned char key[16])
{
	struct address_count **there = map_find(&a->addresses, key_bytes(key)), *one;

	if (there)
		return *there;
	one = xalloc(sizeof(*one));
	*one = (struct address_count){.count = 0};
	memcpy(one->key, key, 16);
	*(struct address_count **)map_add(&a->addresses, key_bytes(one->key), NULL) = one;
	return one;
}

static void drop_if_unused(struct acceptor *a, struct address_count *gone)
{
	if (gone->count > 0)
		return;
	map_remove(&a->addresses, key_bytes(gone->key));
	free(gone);
}

/* ---- places ---- */

static void free_when_last(struct acceptor *a)
{
	if (!a->freed || a->count > 0 || a->accepting)
		return;
	map_free(&a->addresses);
	buckets_free(a->shakes);
	free(a);
}

void acceptor_shaken(struct acceptor_place *p)
{
	if (!p->shaking)
		return;
	TAILQ_REMOVE(&p->acceptor->shaking, p, shakes);
	p->acceptor->n_shaking--;
	p->shaking = NULL;
}

void acceptor_leave(struct acceptor_place *p)
{
	struct acceptor *a = p->acceptor;

	if (!a)
		return;
	acceptor_shaken(p);
	assert(a->count > 0 && "whoever leaves was counted");
	a->count--;
	if (p->address) {
		p->address->count--;
		drop_if_unused(a, p->address);
	}
	*p = (struct acceptor_place){0};
	free_when_last(a);
}

/* ---- refusing ---- */

static void log_refused(struct acceptor *a, const char *why)
{
	int64_t now = clock_mono().ms;

	if (a->logged_at != 0 && now - a->logged_at < LOG_EVERY_MS)
		return;
	log_warn("connections refused", "why=%s n=%llu open=%zu", why,
	    (unsigned long long)(a->refused - a->refused_logged), a->count);
	a->logged_at = now;
	a->refused_logged = a->refused;
}

static void refuse(struct acceptor *a, int fd, const char *why)
{
	if (a->options.busy && !a->options.tls)
		send(fd, a->options.busy, strlen(a->options.busy), MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
	a->refused++;
	log_refused(a, why);
}

static void take_a_rest(struct acceptor *a)
{
	event_del(a->readable);
	loop_after(a->rest, REST_MS);
}

/* The reserve is a duplicate of the listener, because in a sandbox nothing can be opened. */
static int open_reserve(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

static void exhausted(struct acceptor *a, int error)
{
	struct linger reset = {.l_onoff = 1, .l_linger = 0};
	int fd;

	if (a->reserve >= 0)
		close(a->reserve);
	fd = accept4(a->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(fd);
		a->refused++;
	}
	a->reserve = open_reserve(a->fd);
	log_refused(a, strerrorname_np(error));
	take_a_rest(a);
}

/* ---- accepting ---- */

static void prepare(int fd, int family)
{
	int on = 1;

	if (family != AF_INET && family != AF_INET6)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
}

/* Handshakes cost work before anybody is known: an address has so many a second. */
static bool shakes_too_often(struct acceptor *a, const unsigned char key[16])
{
	char name[33];

	return a->shakes && buckets_take(a->shakes, hex_of(key, 16, name), clock_mono()) > 0;
}

/* One more handshake goes on. Of too many the oldest is given up: a client that means it needs a few
 * milliseconds, and those that do not would otherwise keep it out for as long as they may take. */
static void shake(struct acceptor *a, struct conn *c)
{
	struct acceptor_place *p = conn_place(c);

	p->shaking = c;
	TAILQ_INSERT_TAIL(&a->shaking, p, shakes);
	if (++a->n_shaking > a->options.shaking_max)
		conn_close(TAILQ_FIRST(&a->shaking)->shaking, CONN_HANDSHAKE);
}

static void begin(struct acceptor *a, int fd, struct address_count *address)
{
	struct transport *t = a->options.tls ? transport_tls(a->options.tls, fd) : transport_plain(fd);
	struct conn *c = conn_over(a->base, t, NULL, NULL, &a->options.limits);

	*conn_place(c) = (struct acceptor_place){.acceptor = a, .address = address};
	a->count++;
	if (conn_ended(c)) /* it had left already */
		acceptor_leave(conn_place(c));
	else if (conn_shaking(c))
		shake(a, c);
	a->cb(a->arg, c);
}

static void admit(struct acceptor *a, int fd, const struct sockaddr_storage *from)
{
	unsigned char key[16];
	struct address_count *address = NULL;

	if (a->count >= a->options.max) {
		refuse(a, fd, "total");
		return;
	}
	if (key_of(from, key)) {
		address = address_of(a, key);
		if (address->count >= a->options.max_per_address) {
			refuse(a, fd, "address");
			return;
		}
		address->count++;
		if (shakes_too_often(a, key)) {
			refuse(a, fd, "handshakes");
			address->count--;
			drop_if_unused(a, address);
			return;
		}
	}
	prepare(fd, from->ss_family);
	begin(a, fd, address);
}

/* False: no more for this wake-up. */
static bool accept_one(struct acceptor *a)
{
	struct sockaddr_storage from = {.ss_family = AF_UNSPEC};
	socklen_t len = sizeof(from);
	int fd = accept4(a->fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0) {
		admit(a, fd, &from);
		return !a->stopped;
	}
	switch (errno) {
	case EAGAIN:
		return false;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		exhausted(a, errno);
		return false;
	case EBADF:
	case EINVAL:
	case ENOTSOCK:
	case EOPNOTSUPP:
		log_alarm("listener unusable", "error=%s", strerrorname_np(errno));
		acceptor_stop(a);
		return false;
	default: /* an error of that one connection, or a signal */
		return true;
	}
}

static void readable_cb(evutil_socket_t fd, short what, void *arg)
{
	struct acceptor *a = arg;

	(void)fd;
	(void)what;
	a->accepting = true; /* the callback may free the acceptor */
	for (int i = 0; i < TURN_MAX && !a->stopped; i++)
		if (!accept_one(a))
			break;
	a->accepting = false;
	free_when_last(a);
}

static void rested_cb(evutil_socket_t fd, short what, void *arg)
{
	struct acceptor *a = arg;

	(void)fd;
	(void)what;
	if (a->reserve < 0)
		a->reserve = open_reserve(a->fd);
	event_add(a->readable, NULL);
}

/* ---- making and ending ---- */

struct acceptor *acceptor_new(struct event_base *base, int fd, const struct acceptor_options *o,
    acceptor_cb *cb, void *arg)
{
	struct acceptor *a = xalloc(sizeof(*a));

	*a = (struct acceptor){.base = base, .fd = fd, .options = *o, .cb = cb, .arg = arg};
	map_init_seeded(&a->addresses, sizeof(struct address_count *), random_u64());
	if (a->options.max == 0)
		a->options.max = MAX_DEFAULT;
	if (a->options.max_per_address == 0)
		a->options.max_per_address = MAX_PER_ADDRESS_DEFAULT;
	if (a->options.shaking_max == 0)
		a->options.shaking_max = SHAKING_MAX_DEFAULT;
	if (a->options.shakes_per_address == 0)
		a->options.shakes_per_address = SHAKES_PER_ADDRESS_DEFAULT;
	TAILQ_INIT(&a->shaking);
	if (o->tls)
		a->shakes = buckets_new(a->options.shakes_per_address * BUCKET_TOKEN,
		    a->options.shakes_per_address, SHAKE_ADDRESSES);
	evutil_make_socket_nonblocking(fd);
	a->reserve = open_reserve(fd);
	a->readable = loop_event(base, fd, EV_READ | EV_PERSIST, readable_cb, a);
	a->rest = loop_timer(base, rested_cb, a);
	event_add(a->readable, NULL);
	return a;
}

void acceptor_listen_on(struct acceptor *a, int fd)
{
	if (a->stopped) {
		close(fd);
		return;
	}
	loop_listen_on(&a->readable, fd);
	a->fd = fd;
}

void acceptor_stop(struct acceptor *a)
{
	if (a->stopped)
		return;
	a->stopped = true;
	event_free(a->readable);
	event_free(a->rest);
	if (a->reserve >= 0)
		close(a->reserve);
}

void acceptor_free(struct acceptor *a)
{
	if (!a)
		return;
	acceptor_stop(a);
	a->freed = true;
	free_when_last(a);
}

size_t acceptor_count(const struct acceptor *a)
{
	return a->count;
}

uint64_t acceptor_refused(const struct acceptor *a)
{
	return a->refused;
}
