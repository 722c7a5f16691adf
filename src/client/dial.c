/*
 * dial.c - a name looked up in a thread, its addresses tried one after the other.
 *
 * A lookup is shared by the thread and the dial that waits for it, and freed by the one that leaves it last: a
 * dial that is given up does not wait for the thread.
 */
#include "client/dial.h"
#include "base/unix.h"
#include "base/reason.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define ATTEMPT_MS 3000 /* of an address that has others behind it */

struct lookup {
	atomic_int holders;
	int event; /* readable once it is done */
	int error;
	struct addrinfo *list;
	struct dial_place place;
};

struct dial {
	struct dial_place place;
	struct lookup *lookup; /* while it runs */
	struct addrinfo *list, *next;
	int fd; /* of the address that is being tried */
	bool connected;
	int64_t give_up_at; /* this address */
	char error[HOST_MAX + 160];
};

/* -- addresses ------------------------------------------------------------------------------ */

static bool is_loopback(const struct sockaddr *a)
{
	if (a->sa_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr) >> 24 == 127;
	return a->sa_family == AF_INET6 &&
	    IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr);
}

static void classify(struct dial_place *p)
{
	struct in_addr four;
	struct in6_addr six;
	bool is_four = inet_pton(AF_INET, p->host, &four) == 1,
	     is_six = inet_pton(AF_INET6, p->host, &six) == 1;

	p->numeric = is_four || is_six;
	p->loopback = is_four ? ntohl(four.s_addr) >> 24 == 127
	    : is_six          ? IN6_IS_ADDR_LOOPBACK(&six)
			      : strcasecmp(p->host, "localhost") == 0;
}

enum { IS_URL, WIDE_COLON, HAS_BLANK, NO_PORT, BAD_PORT, NO_HOST, BARE_IPV6 };
static const struct dial_complaint complaints[] = {
    [IS_URL] = {"要写的是接警台端口 主机:端口,不是网址:去掉 https:// 之类,端口是 listen.console 的",
	"expected the console port as host:port and no URL: without https://, with the port of "
	"listen.console"},
    [WIDE_COLON] = {"冒号是全角的,请改成半角的 :", "the colon is a full-width one; write :"},
    [HAS_BLANK] = {"里面有空格,请去掉", "there is a blank in it"},
    [NO_PORT] = {"没有端口,应为 主机:端口,如 liandong.example.cn:7110,或套接字路径",
	"there is no port; expected host:port such as liandong.example.cn:7110, or a socket's path"},
    [BAD_PORT] = {"端口应为 1 至 65535 的数", "a port is a number from 1 to 65535"},
    [NO_HOST] = {"没有主机名,应为 主机:端口,如 liandong.example.cn:7110",
	"there is no host; expected host:port such as liandong.example.cn:7110"},
    [BARE_IPV6] = {"IPv6 地址要写在方括号里,如 [::1]:7110", "an IPv6 address stands in brackets: [::1]:7110"},
};

static bool is_port(const char *text)
{
	size_t n = strspn(text, "0123456789");
	long port = n > 0 && n <= 5 && !text[n] ? strtol(text, NULL, 10) : 0;

	return port >= 1 && port <= 65535;
}

const struct dial_complaint *dial_complaint(const char *address)
{
	const char *colon = strrchr(address, ':'), *bracket = strchr(address, ']');

	if (strstr(address, "://"))
		return &complaints[IS_URL];
	if (strstr(address, "\xEF\xBC\x9A")) /* U+FF1A */
		return &complaints[WIDE_COLON];
	if (strpbrk(address, " \t") || strstr(address, "\xE3\x80\x80")) /* U+3000 */
		return &complaints[HAS_BLANK];
	if (strchr(address, '/'))
		return NULL;
	if ((*address == '[') != (bracket != NULL) || (*address != '[' && strchr(address, ':') != colon))
		return &complaints[BARE_IPV6];
	if (!colon || (bracket && colon < bracket))
		return &complaints[NO_PORT];
	if (colon == address || colon - address >= HOST_MAX || bracket == address + 1)
		return &complaints[NO_HOST];
	return is_port(colon + 1) ? NULL : &complaints[BAD_PORT];
}

bool dial_parse(const char *address, struct dial_place *out)
{
	*out = (struct dial_place){0};
	if (strchr(address, '/')) {
		out->path = out->loopback = true;
		return true;
	}
	const char *colon = strrchr(address, ':');
	size_t n = colon ? (size_t)(colon - address) : 0,
	       digits = colon ? strspn(colon + 1, "0123456789") : 0;
	if (digits == 0 || digits > 5 || colon[1 + digits])
		return false;
	if (n > 1 && address[0] == '[' && address[n - 1] == ']') {
		address++;
		n -= 2;
	}
	if (n == 0 || n >= sizeof out->host)
		return false;
	memcpy(out->host, address, n);
	memcpy(out->port, colon + 1, digits);
	classify(out);
	return true;
}

/* -- looking a name up ---------------------------------------------------------------------- */

static void lookup_leave(struct lookup *l)
{
	if (atomic_fetch_sub(&l->holders, 1) > 1)
		return;
	if (l->list)
		freeaddrinfo(l->list);
	close(l->event);
	free(l);
}

static int addresses(const struct dial_place *p, struct addrinfo **list)
{
	struct addrinfo hints = {
	    .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | (p->numeric ? AI_NUMERICHOST : 0)};
	return getaddrinfo(p->host, p->port, &hints, list);
}

static void *look_up(void *arg)
{
	struct lookup *l = arg;
	l->error = addresses(&l->place, &l->list);
	eventfd_write(l->event, 1);
	lookup_leave(l);
	return NULL;
}

static bool start_thread(struct lookup *l)
{
	pthread_attr_t detached;
	pthread_t thread;
	sigset_t all, before;
	sigfillset(&all); /* signals are the program's: none may come to rest in here */
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&thread, &detached, look_up, l);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&detached);
	return error == 0;
}

static struct lookup *lookup_start(const struct dial_place *p)
{
	struct lookup *l = calloc(1, sizeof *l);
	if (!l)
		abort();
	l->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	l->place = *p;
	atomic_init(&l->holders, 2);
	if (l->event >= 0 && start_thread(l))
		return l;
	if (l->event >= 0)
		close(l->event);
	free(l);
	return NULL;
}

static void found(struct dial *d, int error, struct addrinfo *list)
{
	d->list = d->next = error ? NULL : list;
	if (error)
		snprintf(d->error, sizeof d->error, "查不到 %s 的地址(%s)", d->place.host,
		    gai_strerror(error));
}

/* -- trying --------------------------------------------------------------------------------- */

static void failed_address(struct dial *d, int error)
{
	snprintf(d->error, sizeof d->error, "%s", system_reason(error, false));
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
}

static void try_address(struct dial *d, int64_t now_ms)
{
	const struct addrinfo *ai = d->next;
	int one = 1;
	d->next = ai->ai_next;
	d->give_up_at = d->next ? now_ms + ATTEMPT_MS : INT64_MAX;
	if (d->place.loopback && !is_loopback(ai->ai_addr)) {
		failed_address(d, EADDRNOTAVAIL); /* a localhost that is somewhere else is not believed */
		return;
	}
	d->fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (d->fd < 0 || (connect(d->fd, ai->ai_addr, ai->ai_addrlen) != 0 && errno != EINPROGRESS))
		failed_address(d, errno);
	else
		setsockopt(d->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

/* Is the connection there? An address that refuses, or takes too long while others wait, is left. */
static void look_at_socket(struct dial *d, int64_t now_ms)
{
	struct pollfd p = {.fd = d->fd, .events = POLLOUT};
	int error = 0;
	socklen_t len = sizeof error;
	if (poll(&p, 1, 0) <= 0) {
		if (now_ms >= d->give_up_at)
			failed_address(d, ETIMEDOUT);
		return;
	}
	getsockopt(d->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	if (error)
		failed_address(d, error);
	else
		d->connected = true;
}

/* False: it is not done yet. */
static bool take_lookup(struct dial *d)
{
	eventfd_t done;
	if (eventfd_read(d->lookup->event, &done) != 0)
		return false;
	found(d, d->lookup->error, d->lookup->list);
	d->lookup->list = NULL;
	lookup_leave(d->lookup);
	d->lookup = NULL;
	return true;
}

struct dial *dial_start(const char *address, int64_t now_ms)
{
	struct dial *d = calloc(1, sizeof *d);
	struct addrinfo *list = NULL;
	if (!d)
		abort();
	d->fd = -1;
	d->give_up_at = INT64_MAX;
	dial_parse(address, &d->place);
	if (d->place.path) {
		d->fd = unix_connect(address);
		if (d->fd < 0)
			failed_address(d, errno);
	} else if (d->place.numeric) {
		int error = addresses(&d->place, &list);
		found(d, error, list);
	} else if (!(d->lookup = lookup_start(&d->place))) {
		failed_address(d, EAGAIN);
	}
	dial_go(d, now_ms);
	return d;
}

enum dial_says dial_go(struct dial *d, int64_t now_ms)
{
	if (d->lookup && !take_lookup(d))
		return DIAL_WAIT;
	if (d->fd >= 0 && !d->connected)
		look_at_socket(d, now_ms);
	while (d->fd < 0 && d->next)
		try_address(d, now_ms);
	return d->connected ? DIAL_DONE : d->fd >= 0 ? DIAL_WAIT : DIAL_FAILED;
}

int dial_fd(const struct dial *d)
{
	return d->lookup ? d->lookup->event : d->fd;
}

short dial_wants(const struct dial *d)
{
	return d->lookup ? POLLIN : POLLOUT;
}

int64_t dial_at(const struct dial *d)
{
	return d->give_up_at;
}

const char *dial_error(const struct dial *d)
{
	return d->error;
}

int dial_take(struct dial *d)
{
	int fd = d->fd;
	d->fd = -1;
	return fd;
}

void dial_free(struct dial *d)
{
	if (!d)
		return;
	if (d->lookup)
		lookup_leave(d->lookup);
	if (d->list)
		freeaddrinfo(d->list);
	if (d->fd >= 0)
		close(d->fd);
	free(d);
}
