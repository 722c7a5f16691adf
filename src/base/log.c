/*
 * log.c - one line per change of state on descriptor 2, in one write(2):
 * 2026-03-02T08:00:00.123+08:00 engine INFO what key=value
 *
 * The format is walked here and not given to vsnprintf whole, because what comes through %s may be
 * a stranger's: it is escaped, cut at VALUE_MAX, and quoted where it stands as a value and would
 * not end at the next space. So no input can forge a line or a key.
 *
 * Writing never blocks: a socket is sent to without waiting, anything else is asked by poll first.
 * Lines are shorter than PIPE_BUF, so a pipe that polls writable takes one whole. A line that finds
 * no room is dropped and counted, and the next one that goes out says how many were.
 */
#include "base/log.h"
#include "base/clock.h"
#include "base/time.h"
#include "base/utf8.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4000 /* below PIPE_BUF */
#define VALUE_MAX 256

struct log_buffer {
	char p[LINE_MAX_BYTES + 1]; /* one more for the newline */
	size_t n;
};

static char role_name[32] = "-";
static unsigned long dropped;

static const char *const level_names[] = {
    [LOG_DEBUG] = "DEBUG",
    [LOG_INFO] = "INFO",
    [LOG_WARN] = "WARN",
    [LOG_ALARM] = "ALARM",
};

void log_open(const char *role)
{
	snprintf(role_name, sizeof(role_name), "%s", role);
}

static void add(struct log_buffer *l, const char *p, size_t n)
{
	size_t room = LINE_MAX_BYTES - l->n;

	memcpy(l->p + l->n, p, n < room ? n : room);
	l->n += n < room ? n : room;
}

/* Controls, bidi and separators, and bytes that are not UTF-8. */
static bool unprintable(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x61C || c == 0x200E || c == 0x200F ||
	    (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

static void add_escaped(struct log_buffer *l, struct str s, bool quoted)
{
	while (s.n > 0) {
		const char *at = s.p;
		uint32_t c = utf8_next(&s);
		char text[16];

		if (c == 0xFFFD && s.p - at == 1)
			add(l, text, (size_t)snprintf(text, sizeof(text), "\\x%02x", (unsigned char)*at));
		else if (unprintable(c))
			add(l, text, (size_t)snprintf(text, sizeof(text), "\\u%04x", c));
		else if (quoted && (c == '"' || c == '\\'))
			add(l, (char[]){'\\', (char)c}, 2);
		else
			add(l, at, (size_t)(s.p - at));
	}
}

/* Cuts between two characters. */
static struct str cut(struct str s)
{
	if (s.n <= VALUE_MAX)
		return s;
	s.n = VALUE_MAX;
	while (s.n > VALUE_MAX - 3 && ((unsigned char)s.p[s.n] & 0xC0) == 0x80)
		s.n--;
	return s;
}

static void add_value(struct log_buffer *l, struct str whole)
{
	struct str s = cut(whole);
	bool is_value = l->n > 0 && l->p[l->n - 1] == '=';
	bool quoted = is_value && s.n == 0;

	for (size_t i = 0; is_value && i < s.n; i++)
		quoted |= s.p[i] == ' ' || s.p[i] == '"' || s.p[i] == '=';
	if (quoted)
		add(l, "\"", 1);
	add_escaped(l, s, quoted);
	if (whole.n > s.n)
		add(l, "…", 3);
	if (quoted)
		add(l, "\"", 1);
}

/* One conversion of a format: "%-5.*lld" is its text, 'd' its letter. */
struct spec {
	char text[24];
	char letter;
	char size; /* l, L for ll, z, j, t, or 0 */
	int precision;
};

struct log_arguments {
	va_list list;
};

/* Reads the conversion after %; `*` takes its argument and is written out as a number. */
static const char *read_spec(const char *f, struct spec *s, struct log_arguments *args)
{
	size_t n = 0;
	bool point = false;

	*s = (struct spec){.precision = -1};
	s->text[n++] = '%';
	for (; *f && strchr("-+ #0123456789.*hlzjt", *f); f++) {
		if (*f == '.')
			point = true;
		if (*f == 'l' && s->size == 'l')
			s->size = 'L';
		else if (strchr("lzjt", *f))
			s->size = *f;
		if (point && isdigit((unsigned char)*f))
			s->precision = (s->precision < 0 ? 0 : s->precision * 10) + (*f - '0');
		if (*f == '*') {
			int given = va_arg(args->list, int);

			if (point)
				s->precision = given;
			n += (size_t)snprintf(s->text + n, sizeof(s->text) - n, "%d", given);
		} else {
			s->text[n++] = *f;
		}
		if (n > sizeof(s->text) - 4)
			n = sizeof(s->text) - 4;
	}
	s->letter = *f;
	s->text[n++] = *f;
	s->text[n] = 0;
	return *f ? f + 1 : f;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static int print_integer(char *out, size_t n, const struct spec *s, struct log_arguments *args)
{
	switch (s->size) {
	case 'l':
		return snprintf(out, n, s->text, va_arg(args->list, long));
	case 'L':
		return snprintf(out, n, s->text, va_arg(args->list, long long));
	case 'z':
		return snprintf(out, n, s->text, va_arg(args->list, size_t));
	case 'j':
		return snprintf(out, n, s->text, va_arg(args->list, intmax_t));
	case 't':
		return snprintf(out, n, s->text, va_arg(args->list, ptrdiff_t));
	default:
		return snprintf(out, n, s->text, va_arg(args->list, int));
	}
}

static int print_spec(char *out, size_t n, const struct spec *s, struct log_arguments *args)
{
	if (strchr("diuxXoc", s->letter))
		return print_integer(out, n, s, args);
	if (strchr("eEfFgGaA", s->letter))
		return snprintf(out, n, s->text, va_arg(args->list, double));
	if (s->letter == 'p')
		return snprintf(out, n, s->text, va_arg(args->list, void *));
	return snprintf(out, n, "%s", s->letter == '%' ? "%" : "?");
}
#pragma GCC diagnostic pop

static void add_conversion(struct log_buffer *l, const struct spec *s, struct log_arguments *args)
{
	char text[64];
	int n;

	if (s->letter == 's') {
		const char *z = va_arg(args->list, const char *);
		size_t limit = s->precision >= 0 ? (size_t)s->precision : SIZE_MAX;

		z = z ? z : "(null)";
		add_value(l, (struct str){z, strnlen(z, limit)});
		return;
	}
	n = print_spec(text, sizeof(text), s, args);
	if (n > 0)
		add(l, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

static void add_format(struct log_buffer *l, const char *f, struct log_arguments *args)
{
	while (*f) {
		size_t plain = strcspn(f, "%");
		struct spec s;

		add(l, f, plain);
		f += plain;
		if (*f != '%')
			break;
		f = read_spec(f + 1, &s, args);
		add_conversion(l, &s, args);
	}
}

static void add_head(struct log_buffer *l, const char *level, const char *what)
{
	int64_t now = clock_wall().ms, ms = (now % SECOND_MS + SECOND_MS) % SECOND_MS;
	char text[TIME_TEXT_MAX], head[TIME_TEXT_MAX + 64];
	int n;

	time_rfc3339(now - ms, text);
	n = snprintf(head, sizeof(head), "%.19s.%03d%s %s %s ", text, (int)ms, text + 19, role_name, level);
	add(l, head, (size_t)n);
	add(l, what, strlen(what));
}

/* One write; false where there is no room now. */
static bool emit(struct log_buffer *l)
{
	struct pollfd room = {.fd = 2, .events = POLLOUT};
	ssize_t sent;

	l->p[l->n++] = '\n';
	do
		sent = send(2, l->p, l->n, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent >= 0 || errno != ENOTSOCK)
		return sent >= 0;
	if (poll(&room, 1, 0) != 1 || !(room.revents & POLLOUT))
		return false;
	do
		sent = write(2, l->p, l->n);
	while (sent < 0 && errno == EINTR);
	return sent >= 0;
}

static void tell_dropped(void)
{
	struct log_buffer l = {.n = 0};
	char text[48];

	add_head(&l, level_names[LOG_WARN], "log lines dropped");
	add(&l, text, (size_t)snprintf(text, sizeof(text), " n=%lu", dropped));
	if (emit(&l))
		dropped = 0;
}

static void say(const char *level, const char *what, const char *format, struct log_arguments *args)
{
	struct log_buffer l;

	l.n = 0;
	if (dropped)
		tell_dropped();
	add_head(&l, level, what);
	if (*format)
		add(&l, " ", 1);
	add_format(&l, format, args);
	if (dropped || !emit(&l))
		dropped++;
}

/* The caller goes on to look at errno. */
void log_line(enum log_level level, const char *what, const char *format, ...)
{
	int saved = errno;
	struct log_arguments args;

	va_start(args.list, format);
	say(level_names[level], what, format, &args);
	va_end(args.list);
	errno = saved;
}

void fatal(const char *format, ...)
{
	struct log_arguments args;

	va_start(args.list, format);
	say("FATAL", "cannot go on:", format, &args);
	va_end(args.list);
	_exit(71);
}

void *xalloc(unsigned long n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		fatal("no memory for %lu bytes", n);
	return p;
}

void *xrealloc(void *p, unsigned long n)
{
	void *q = realloc(p, n ? n : 1);

	if (!q)
		fatal("no memory for %lu bytes", n);
	return q;
}
