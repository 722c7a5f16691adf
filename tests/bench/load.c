/*
 * load.c - desks under load: N consoles over TCP with W requests in flight each report incidents,
 * and the same bytes go to the programs that liandong is compared with.
 *
 *     load TARGET --port N [--token T] [--consoles 64] [--window 1] [--seconds 4 | --count N]
 *          [--warm 1] [--prefix LOAD] [--incidents samples/incidents.jsonl] [--tls CA] [--json]
 *
 * TARGET: liandong (incident.report), redis (XADD of the request's bytes), beanstalkd (put of them).
 *
 * The incidents are the shipped samples, each with a number, phone, house number and place of its
 * own and received now: a thousand reports of one burst pipe would measure the search for similar
 * incidents instead. Latency is from the instant a request is handed to the socket's queue to the
 * instant its whole reply was read. One thread, epoll, nothing that waits for anything else. With --tls each
 * console speaks TLS and verifies the server's certificate, for 127.0.0.1, by that file.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/time.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECOND_US INT64_C(1000000)
#define DRAIN_US (15 * SECOND_US) /* for what is in flight when the time is over */

struct client {
	int fd;
	SSL *ssl; /* NULL: no TLS */
	bool greeted, writing;
	struct buf in, out;
	size_t sent;       /* of out */
	int64_t *asked_us; /* per slot of the window, 0: free */
	uint64_t asked, answered;
};

struct load {
	const struct target *target;
	int port, n_clients, window;
	int64_t seconds, warm, count;
	const char *token, *prefix, *file, *ca;
	SSL_CTX *tls;
	bool json;

	struct client *clients;
	int epoll;
	struct buf *templates;
	size_t n_templates;
	uint64_t serial, in_flight, errors, dispatches, bytes;
	int64_t begun_us, measure_us, end_us, last_us; /* asking ends at end_us */
	uint32_t *latency_us;
	size_t n_latencies, cap_latencies;
};

/* One reply at the front of what was read. */
struct reply {
	size_t len; /* 0: more has to come */
	bool good;
	int slot; /* -1: the oldest in flight */
};

struct target {
	const char *name;
	void (*greet)(const struct load *l, struct buf *out); /* NULL: nothing to say first */
	void (*ask)(struct buf *out, struct str line, int slot);
	struct reply (*reply)(struct str in);
};

/* -- incidents -------------------------------------------------------------------------------- */

/* In a template these bytes stand for what is new in every incident. */
enum mark { MARK_NUMBER = 1, MARK_TIME, MARK_PHONE, MARK_HOUSE, MARK_LON, MARK_LAT };

static const struct {
	const char *before, *until;
	enum mark mark;
	bool keep; /* what stood there stays in front of the mark */
} marks[] = {
    {"\"number\": \"", "\"", MARK_NUMBER, false},
    {"\"received_at\": \"", "\"", MARK_TIME, false},
    {"\"address\": \"", "\"", MARK_HOUSE, true},
    {"\"lon\": ", ",", MARK_LON, false},
    {"\"lat\": ", "}", MARK_LAT, false},
    {"\"phone\": \"", "\"", MARK_PHONE, false},
};

static struct buf make_template(char *line)
{
	struct buf b = {0};
	char *p = line;

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		char *at = strstr(p, marks[i].before), *end;

		if (!at)
			continue; /* a sample without a place or a phone */
		at += strlen(marks[i].before);
		end = at + strcspn(at, marks[i].until);
		buf_add(&b, p, (size_t)((marks[i].keep ? end : at) - p));
		buf_char(&b, (char)marks[i].mark);
		p = end;
	}
	buf_add(&b, p, strcspn(p, "\n"));
	return b;
}

static void read_templates(struct load *l)
{
	FILE *f = fopen(l->file, "r");
	char *line = NULL;
	size_t cap = 0;

	if (!f)
		fatal("load: %s: %s", l->file, strerror(errno));
	while (getline(&line, &cap, f) > 0) {
		l->templates = xrealloc(l->templates, (l->n_templates + 1) * sizeof *l->templates);
		l->templates[l->n_templates++] = make_template(line);
	}
	free(line);
	fclose(f);
	if (l->n_templates == 0)
		fatal("load: %s holds no incident", l->file);
}

static uint64_t mix(uint64_t x)
{
	x *= UINT64_C(0x9E3779B97F4A7C15);
	return x ^ x >> 29;
}

static void put_mark(const struct load *l, struct buf *b, enum mark mark, uint64_t serial)
{
	uint64_t h = mix(serial + 1);
	char now[TIME_TEXT_MAX];

	switch (mark) {
	case MARK_NUMBER:
		buf_printf(b, "%s-%llu", l->prefix, (unsigned long long)serial);
		break;
	case MARK_TIME:
		buf_text(b, time_rfc3339(clock_wall().ms, now));
		break;
	case MARK_PHONE:
		buf_printf(b, "139%08llu", (unsigned long long)(h >> 20) % 100000000);
		break;
	case MARK_HOUSE:
		buf_printf(b, "%llu号", (unsigned long long)serial);
		break;
	case MARK_LON:
		buf_printf(b, "117.%06llu", 200000 + (unsigned long long)(h >> 7) % 550000);
		break;
	case MARK_LAT:
		buf_printf(b, "25.%06llu", (unsigned long long)(h >> 31) % 800000);
	}
}

static void put_incident(const struct load *l, struct buf *b, uint64_t serial)
{
	const struct buf *t = &l->templates[serial % l->n_templates];
	size_t from = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (t->p[i] < MARK_NUMBER || t->p[i] > MARK_LAT)
			continue;
		buf_add(b, t->p + from, i - from);
		put_mark(l, b, (enum mark)t->p[i], serial);
		from = i + 1;
	}
	buf_add(b, t->p + from, t->n - from);
}

/* -- targets ---------------------------------------------------------------------------------- */

static void liandong_greet(const struct load *l, struct buf *out)
{
	buf_printf(out,
	    "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"session.open\",\"params\":{\"token\":\"%s\","
	    "\"client\":\"load\",\"events\":false}}\n",
	    l->token);
}

static void liandong_ask(struct buf *out, struct str line, int slot)
{
	(void)slot; /* it stands in the line */
	buf_str(out, line);
}

/* Replies begin with jsonrpc, id, result or error, in that order. */
static struct reply liandong_reply(struct str in)
{
	static const struct str head = {"{\"jsonrpc\":\"2.0\",\"id\":", 22};
	const char *end = memchr(in.p, '\n', in.n);
	char *after;
	struct reply r = {0};

	if (!end)
		return r;
	r.len = (size_t)(end - in.p) + 1;
	if (!str_starts(in, head))
		fatal("load: this is no reply: %.*s", (int)r.len, in.p);
	r.slot = (int)strtol(in.p + head.n, &after, 10);
	r.good = strncmp(after, ",\"result\":", 10) == 0;
	return r;
}

static void redis_ask(struct buf *out, struct str line, int slot)
{
	(void)slot;
	buf_printf(out, "*5\r\n$4\r\nXADD\r\n$9\r\nincidents\r\n$1\r\n*\r\n$1\r\nd\r\n$%zu\r\n", line.n);
	buf_str(out, line);
	buf_text(out, "\r\n");
}

/* $LEN, the entry's id; or -ERR … */
static struct reply redis_reply(struct str in)
{
	const char *end = memchr(in.p, '\n', in.n);
	struct reply r = {.slot = -1};
	size_t body;

	if (!end)
		return r;
	r.good = *in.p == '$';
	body = r.good ? (size_t)strtoul(in.p + 1, NULL, 10) + 2 : 0;
	r.len = (size_t)(end - in.p) + 1 + body;
	if (r.len > in.n)
		r.len = 0;
	return r;
}

static void beanstalkd_ask(struct buf *out, struct str line, int slot)
{
	(void)slot;
	buf_printf(out, "put 0 0 60 %zu\r\n", line.n);
	buf_str(out, line);
	buf_text(out, "\r\n");
}

static struct reply beanstalkd_reply(struct str in)
{
	const char *end = memchr(in.p, '\n', in.n);
	struct reply r = {.slot = -1};

	if (!end)
		return r;
	r.len = (size_t)(end - in.p) + 1;
	r.good = str_starts(in, STR("INSERTED "));
	return r;
}

static const struct target targets[] = {
    {"liandong", liandong_greet, liandong_ask, liandong_reply},
    {"redis", NULL, redis_ask, redis_reply},
    {"beanstalkd", NULL, beanstalkd_ask, beanstalkd_reply},
};

/* -- clients ---------------------------------------------------------------------------------- */

static void watch(struct load *l, struct client *c, bool writing, int how)
{
	struct epoll_event ev = {.events = EPOLLIN | (writing ? EPOLLOUT : 0), .data.ptr = c};

	c->writing = writing;
	if (epoll_ctl(l->epoll, how, c->fd, &ev) < 0)
		fatal("load: epoll: %s", strerror(errno));
}

/* As of recv and send, errno EAGAIN where the socket is not ready. */
static ssize_t tls_result(struct client *c, int done, const size_t *n)
{
	int why = done == 1 ? SSL_ERROR_NONE : SSL_get_error(c->ssl, done);

	if (why == SSL_ERROR_NONE)
		return (ssize_t)*n;
	if (why == SSL_ERROR_ZERO_RETURN)
		return 0;
	errno = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? EAGAIN : EPROTO;
	return -1;
}

static ssize_t put(struct client *c, const void *p, size_t len)
{
	size_t n = 0;

	return c->ssl ? tls_result(c, SSL_write_ex(c->ssl, p, len, &n), &n)
		      : send(c->fd, p, len, MSG_NOSIGNAL);
}

static ssize_t get(struct client *c, void *p, size_t len)
{
	size_t n = 0;

	return c->ssl ? tls_result(c, SSL_read_ex(c->ssl, p, len, &n), &n) : recv(c->fd, p, len, 0);
}

static void flush(struct load *l, struct client *c)
{
	while (c->sent < c->out.n) {
		ssize_t n = put(c, c->out.p + c->sent, c->out.n - c->sent);

		if (n < 0 && errno == EAGAIN) {
			if (!c->writing)
				watch(l, c, true, EPOLL_CTL_MOD);
			return;
		}
		if (n < 0)
			fatal("load: sending: %s", strerror(errno));
		c->sent += (size_t)n;
	}
	buf_reset(&c->out);
	c->sent = 0;
	if (c->writing)
		watch(l, c, false, EPOLL_CTL_MOD);
}

static int free_slot(const struct load *l, const struct client *c)
{
	int slot = (int)(c->asked % (uint64_t)l->window);

	while (c->asked_us[slot])
		slot = (slot + 1) % l->window;
	return slot;
}

static void ask(struct load *l, struct client *c, int64_t now_us)
{
	static struct buf line;
	int slot = free_slot(l, c);

	buf_reset(&line);
	buf_printf(&line, "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"incident.report\",\"params\":", slot);
	put_incident(l, &line, l->serial++);
	buf_text(&line, "}\n");
	l->bytes += line.n;
	l->target->ask(&c->out, buf_view(&line), slot);
	c->asked_us[slot] = now_us;
	c->asked++;
	l->in_flight++;
}

static bool may_ask(const struct load *l, int64_t now_us)
{
	return now_us < l->end_us && (l->count == 0 || l->serial < (uint64_t)l->count);
}

static void fill_window(struct load *l, struct client *c)
{
	int64_t now_us = clock_mono_us();

	while (c->asked - c->answered < (uint64_t)l->window && may_ask(l, now_us))
		ask(l, c, now_us);
	flush(l, c);
}

static void note_latency(struct load *l, int64_t us)
{
	if (l->n_latencies == l->cap_latencies) {
		l->cap_latencies = l->cap_latencies ? 2 * l->cap_latencies : 65536;
		l->latency_us = xrealloc(l->latency_us, l->cap_latencies * sizeof *l->latency_us);
	}
	l->latency_us[l->n_latencies++] = us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static void count_dispatches(struct load *l, struct str reply)
{
	static const char word[] = "{\"dispatch\":";
	const char *p = reply.p, *end = reply.p + reply.n;

	while ((p = memmem(p, (size_t)(end - p), word, sizeof word - 1)) != NULL) {
		l->dispatches++;
		p += sizeof word - 1;
	}
}

static void answered(struct load *l, struct client *c, struct reply r, struct str text)
{
	int64_t now_us = clock_mono_us();
	int slot = r.slot >= 0 ? r.slot : (int)(c->answered % (uint64_t)l->window);

	if (slot >= l->window || !c->asked_us[slot])
		fatal("load: an answer to nothing: %.*s", (int)text.n, text.p);
	if (!r.good && l->errors++ == 0)
		fprintf(stderr, "load: the first error: %.*s", (int)text.n, text.p);
	if (now_us >= l->measure_us && now_us <= l->end_us) {
		note_latency(l, now_us - c->asked_us[slot]);
		count_dispatches(l, text);
		l->last_us = now_us;
	}
	c->asked_us[slot] = 0;
	c->answered++;
	l->in_flight--;
}

static void take_replies(struct load *l, struct client *c)
{
	size_t done = 0;

	for (;;) {
		struct str rest = {c->in.p + done, c->in.n - done};
		struct reply r = rest.n ? l->target->reply(rest) : (struct reply){0};

		if (r.len == 0)
			break;
		if (c->greeted)
			answered(l, c, r, (struct str){rest.p, r.len});
		else if (!r.good)
			fatal("load: the session was refused: %.*s", (int)r.len, rest.p);
		c->greeted = true;
		done += r.len;
	}
	buf_drop(&c->in, done);
}

static void receive(struct load *l, struct client *c)
{
	ssize_t n;

	buf_reserve(&c->in, 65536);
	n = get(c, c->in.p + c->in.n, c->in.cap - c->in.n);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		fatal("load: %s ended a connection: %s", l->target->name, n ? strerror(errno) : "in order");
	c->in.n += (size_t)n;
	take_replies(l, c);
}

static void make_context(struct load *l)
{
	l->tls = SSL_CTX_new(TLS_client_method());
	if (!l->tls || SSL_CTX_load_verify_file(l->tls, l->ca) != 1)
		fatal("load: %s holds no authority", l->ca);
	SSL_CTX_set_verify(l->tls, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(l->tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

/* The handshake blocks: it is no part of what is measured. */
static void shake(struct load *l, struct client *c)
{
	c->ssl = SSL_new(l->tls);
	X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(c->ssl), "127.0.0.1");
	SSL_set_fd(c->ssl, c->fd);
	if (SSL_connect(c->ssl) != 1)
		fatal("load: TLS: %s", ERR_error_string(ERR_get_error(), NULL));
}

static void connect_client(struct load *l, struct client *c)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)l->port)};
	int on = 1;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to) < 0)
		fatal("load: port %d: %s", l->port, strerror(errno));
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (l->tls)
		shake(l, c);
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	c->asked_us = xalloc((size_t)l->window * sizeof *c->asked_us);
	memset(c->asked_us, 0, (size_t)l->window * sizeof *c->asked_us);
	watch(l, c, false, EPOLL_CTL_ADD);
	c->greeted = !l->target->greet;
	if (l->target->greet)
		l->target->greet(l, &c->out);
	flush(l, c);
}

/* -- the run ---------------------------------------------------------------------------------- */

/* Handles what is ready; sessions are opened first, so that all begin together. */
static void turn(struct load *l, bool asking)
{
	struct epoll_event ev[256];
	int n = epoll_wait(l->epoll, ev, 256, 100);

	for (int i = 0; i < n; i++) {
		struct client *c = ev[i].data.ptr;

		if (ev[i].events & ~(unsigned)EPOLLOUT)
			receive(l, c);
		if (asking)
			fill_window(l, c);
		else
			flush(l, c);
	}
}

static bool all_greeted(const struct load *l)
{
	for (int i = 0; i < l->n_clients; i++)
		if (!l->clients[i].greeted)
			return false;
	return true;
}

static void run(struct load *l)
{
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (l->ca)
		make_context(l);
	l->clients = xalloc((size_t)l->n_clients * sizeof *l->clients);
	memset(l->clients, 0, (size_t)l->n_clients * sizeof *l->clients);
	for (int i = 0; i < l->n_clients; i++)
		connect_client(l, &l->clients[i]);
	while (!all_greeted(l))
		turn(l, false);
	l->begun_us = clock_mono_us();
	l->measure_us = l->begun_us + l->warm * SECOND_US;
	l->end_us = l->measure_us + l->seconds * SECOND_US;
	for (int i = 0; i < l->n_clients; i++)
		fill_window(l, &l->clients[i]);
	while (l->in_flight > 0 && clock_mono_us() < l->end_us + DRAIN_US)
		turn(l, true);
	if (l->in_flight > 0)
		fatal("load: %llu requests were never answered", (unsigned long long)l->in_flight);
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static double quantile_ms(const struct load *l, double q)
{
	return l->n_latencies ? l->latency_us[(size_t)(q * (double)(l->n_latencies - 1))] / 1e3 : 0;
}

static void report(struct load *l)
{
	double n = (double)l->n_latencies, seconds = (double)(l->last_us - l->measure_us) / 1e6;
	double rate = seconds > 0 ? n / seconds : 0;
	const char *format = l->json
	    ? "{\"target\":\"%s\",\"consoles\":%d,\"window\":%d,\"answers\":%.0f,\"rate\":%.1f,"
	      "\"median_ms\":%.3f,\"p99_ms\":%.3f,\"most_ms\":%.3f,\"errors\":%llu,"
	      "\"dispatches\":%.2f,\"bytes\":%.0f}\n"
	    : "%s, %d consoles x %d: %.0f answers, %.1f a second, median %.3f ms, p99 %.3f ms, "
	      "longest %.3f ms, %llu errors, %.2f dispatches an incident, %.0f bytes each\n";

	if (l->n_latencies)
		qsort(l->latency_us, l->n_latencies, sizeof *l->latency_us, by_size);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	printf(format, l->target->name, l->n_clients, l->window, n, rate, quantile_ms(l, 0.5),
	    quantile_ms(l, 0.99), quantile_ms(l, 1), (unsigned long long)l->errors,
	    n > 0 ? (double)l->dispatches / n : 0, l->serial ? (double)l->bytes / (double)l->serial : 0);
#pragma GCC diagnostic pop
}

static void usage(void)
{
	fprintf(stderr,
	    "load liandong|redis|beanstalkd --port N [--token T] [--consoles N] [--window N] "
	    "[--seconds N] [--count N] [--warm N] [--prefix P] [--incidents FILE] [--tls CA] [--json]\n");
	exit(2);
}

static void set_option(struct load *l, int option, const char *value)
{
	switch (option) {
	case 'p':
		l->port = atoi(value);
		break;
	case 't':
		l->token = value;
		break;
	case 'c':
		l->n_clients = atoi(value);
		break;
	case 'w':
		l->window = atoi(value);
		break;
	case 's':
		l->seconds = atoi(value);
		break;
	case 'n':
		l->count = atoll(value);
		break;
	case 'W':
		l->warm = atoi(value);
		break;
	case 'P':
		l->prefix = value;
		break;
	case 'i':
		l->file = value;
		break;
	case 'T':
		l->ca = value;
		break;
	case 'j':
		l->json = true;
		break;
	default:
		usage();
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"port", 1, NULL, 'p'}, {"token", 1, NULL, 't'},
	    {"consoles", 1, NULL, 'c'}, {"window", 1, NULL, 'w'}, {"seconds", 1, NULL, 's'},
	    {"count", 1, NULL, 'n'}, {"warm", 1, NULL, 'W'}, {"prefix", 1, NULL, 'P'},
	    {"incidents", 1, NULL, 'i'}, {"tls", 1, NULL, 'T'}, {"json", 0, NULL, 'j'}, {0}};
	struct load l = {.n_clients = 64,
	    .window = 1,
	    .seconds = 4,
	    .warm = 1,
	    .prefix = "LOAD",
	    .file = "samples/incidents.jsonl",
	    .token = ""};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		set_option(&l, option, optarg);
	for (size_t i = 0; optind < argc && i < sizeof targets / sizeof *targets; i++)
		if (strcmp(argv[optind], targets[i].name) == 0)
			l.target = &targets[i];
	if (!l.target || l.port <= 0 || l.n_clients <= 0 || l.window <= 0 || l.seconds <= 0)
		usage();
	if (l.count)
		l.warm = 0;
	read_templates(&l);
	run(&l);
	report(&l);
	return l.errors > 0;
}
