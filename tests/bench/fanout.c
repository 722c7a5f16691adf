/*
 * fanout.c - S9: one report's events to N subscribed consoles.
 *
 *     fanout --port N --token T [--consoles 1000] [--rounds 50]
 *
 * One more console reports an incident, waits until every subscriber has read its last event, and
 * reports the next. A sample is one subscriber's wait, from the report being sent (so with the
 * commit in it), and from the reply having been read (so without). The latter is a little kind to
 * the daemon: the reply is on its way when the commit is over. Prints one line of JSON.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/time.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define LIMIT_US INT64_C(10000000) /* for anything */

struct console {
	int fd;
	struct buf in;
	bool open;
	int64_t seq, seq_us; /* of the last event it read; when */
};

struct fanout {
	int port, n, rounds, epoll;
	const char *token;
	struct console *consoles; /* the last one reports */
	int64_t reply_seq, reply_us;
	uint32_t *from_report, *from_reply;
	size_t n_samples;
};

static void send_text(struct console *c, const char *text, size_t n)
{
	if (send(c->fd, text, n, MSG_NOSIGNAL) != (ssize_t)n)
		fatal("fanout: sending: %s", strerror(errno));
}

static void open_console(struct fanout *f, struct console *c, bool events)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)f->port)};
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = c};
	char line[512];
	int on = 1, n;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to) < 0)
		fatal("fanout: port %d: %s", f->port, strerror(errno));
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	n = snprintf(line, sizeof line,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.open\",\"params\":{\"token\":\"%s\","
	    "\"client\":\"fanout\",\"events\":%s}}\n",
	    f->token, events ? "true" : "false");
	send_text(c, line, (size_t)n);
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	if (epoll_ctl(f->epoll, EPOLL_CTL_ADD, c->fd, &ev) < 0)
		fatal("fanout: epoll: %s", strerror(errno));
}

static int64_t number_after(struct str line, const char *word)
{
	const char *at = memmem(line.p, line.n, word, strlen(word));

	return at ? strtoll(at + strlen(word), NULL, 10) : 0;
}

/* The reply to a report ends in its seq. */
static void take_reply(struct fanout *f, struct console *c, struct str line, int64_t now_us)
{
	const char *last = NULL, *at = line.p;

	if (memmem(line.p, line.n, "\"error\"", 7))
		fatal("fanout: refused: %.*s", (int)line.n, line.p);
	c->open = true;
	while ((at = memmem(at, (size_t)(line.p + line.n - at), "\"seq\":", 6)) != NULL)
		last = at += 6;
	if (number_after(line, "\"id\":") == 2 && last) {
		f->reply_seq = strtoll(last, NULL, 10);
		f->reply_us = now_us;
	}
}

static void take_lines(struct fanout *f, struct console *c, int64_t now_us)
{
	static const char event[] = "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"seq\":";
	size_t done = 0;
	char *end;

	while ((end = memchr(c->in.p + done, '\n', c->in.n - done)) != NULL) {
		struct str line = {c->in.p + done, (size_t)(end - c->in.p) - done};

		if (str_starts(line, (struct str){event, sizeof event - 1})) {
			c->seq = strtoll(line.p + sizeof event - 1, NULL, 10);
			c->seq_us = now_us;
		} else {
			take_reply(f, c, line, now_us);
		}
		done += line.n + 1;
	}
	buf_drop(&c->in, done);
}

static void turn(struct fanout *f)
{
	struct epoll_event ev[1024];
	int n = epoll_wait(f->epoll, ev, 1024, 100);

	for (int i = 0; i < n; i++) {
		struct console *c = ev[i].data.ptr;
		ssize_t got;

		buf_reserve(&c->in, 16384);
		got = recv(c->fd, c->in.p + c->in.n, c->in.cap - c->in.n, 0);
		if (got == 0 || (got < 0 && errno != EAGAIN))
			fatal("fanout: a connection ended");
		c->in.n += got > 0 ? (size_t)got : 0;
		take_lines(f, c, clock_mono_us());
	}
}

static bool all_open(const struct fanout *f)
{
	for (int i = 0; i <= f->n; i++)
		if (!f->consoles[i].open)
			return false;
	return true;
}

static bool all_seen(const struct fanout *f)
{
	for (int i = 0; i < f->n && f->reply_seq; i++)
		if (f->consoles[i].seq < f->reply_seq)
			return false;
	return f->reply_seq > 0;
}

static void wait_for(struct fanout *f, bool (*done)(const struct fanout *f), const char *what)
{
	int64_t end = clock_mono_us() + LIMIT_US;

	while (!done(f)) {
		turn(f);
		if (clock_mono_us() > end)
			fatal("fanout: waited in vain for %s", what);
	}
}

static void one_round(struct fanout *f, int round)
{
	char line[1024], now[TIME_TEXT_MAX];
	int64_t sent_us = clock_mono_us();
	int n = snprintf(line, sizeof line,
	    "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"incident.report\",\"params\":{\"number\":\"FAN-%lld-%"
	    "d\","
	    "\"received_at\":\"%s\",\"category\":\"601301\",\"area\":\"350881001\",\"address\":\"解放路%"
	    "d号\","
	    "\"reporter\":{\"phone\":\"139%08d\"},\"description\":\"路面水管爆裂\"}}\n",
	    (long long)sent_us, round, time_rfc3339(clock_wall().ms, now), round, round);

	f->reply_seq = 0;
	send_text(&f->consoles[f->n], line, (size_t)n);
	wait_for(f, all_seen, "the events");
	for (int i = 0; i < f->n; i++) {
		int64_t late = f->consoles[i].seq_us - f->reply_us;

		f->from_report[f->n_samples] = (uint32_t)(f->consoles[i].seq_us - sent_us);
		f->from_reply[f->n_samples++] = (uint32_t)(late > 0 ? late : 0);
	}
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void print(const struct fanout *f)
{
	size_t n = f->n_samples;

	qsort(f->from_report, n, sizeof *f->from_report, by_size);
	qsort(f->from_reply, n, sizeof *f->from_reply, by_size);
	printf("{\"consoles\":%d,\"rounds\":%d,\"median_ms\":%.3f,\"p99_ms\":%.3f,"
	       "\"from_report_median_ms\":%.3f,\"from_report_p99_ms\":%.3f}\n",
	    f->n, f->rounds, f->from_reply[n / 2] / 1e3, f->from_reply[n * 99 / 100] / 1e3,
	    f->from_report[n / 2] / 1e3, f->from_report[n * 99 / 100] / 1e3);
}

static void parse(struct fanout *f, int argc, char **argv)
{
	static const struct option options[] = {{"port", 1, NULL, 'p'}, {"token", 1, NULL, 't'},
	    {"consoles", 1, NULL, 'c'}, {"rounds", 1, NULL, 'r'}, {0}};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'p')
			f->port = atoi(optarg);
		else if (option == 't')
			f->token = optarg;
		else if (option == 'c')
			f->n = atoi(optarg);
		else if (option == 'r')
			f->rounds = atoi(optarg);
	}
	if (f->port > 0 && f->token && f->n > 0 && f->rounds > 0)
		return;
	fprintf(stderr, "fanout --port N --token T [--consoles N] [--rounds N]\n");
	exit(2);
}

int main(int argc, char **argv)
{
	struct fanout f = {.n = 1000, .rounds = 50, .epoll = epoll_create1(EPOLL_CLOEXEC)};
	struct rlimit files;
	size_t samples;

	parse(&f, argc, argv);
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	samples = (size_t)f.n * (size_t)f.rounds;
	f.consoles = xalloc(((size_t)f.n + 1) * sizeof *f.consoles);
	memset(f.consoles, 0, ((size_t)f.n + 1) * sizeof *f.consoles);
	f.from_report = xalloc(samples * sizeof *f.from_report);
	f.from_reply = xalloc(samples * sizeof *f.from_reply);
	for (int i = 0; i <= f.n; i++)
		open_console(&f, &f.consoles[i], i < f.n);
	wait_for(&f, all_open, "the sessions");
	for (int round = 0; round < f.rounds; round++)
		one_round(&f, round);
	print(&f);
	return 0;
}
