/*
 * secrets.c - files of secrets, read whole: a line is a secret, # begins a comment. Place: notifier.
 */
#include "notifier/secrets.h"

#include "base/digest.h"
#include "base/reason.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_BYTES 4096 /* of a file */
#define FAULT_OPEN (-1)   /* others than its owner may read it */
#define FAULT_EMPTY (-2)
#define FAULT_LONG (-3)

struct secret_file {
	const char *key;  /* "secret_file" */
	const char *name; /* as notices.yaml has it; NULL: none */
	int fault;        /* errno, or one of the above; 0: read */
	const char *lines[CHANNEL_KEYS];
	int n;
};

struct channel_files {
	const struct notice_channel *channel;
	struct secret_file url, keys, receipts;
	struct channel_secrets secrets;
};

struct secrets {
	struct arena *arena;
	struct channel_files *v;
	int n;
};

static void take_lines(struct arena *a, struct secret_file *f, struct str text)
{
	while (text.n > 0 && f->n < CHANNEL_KEYS) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n, keep = n;
		const char *at = text.p;

		while (keep > 0 && (at[keep - 1] == '\r' || at[keep - 1] == ' ' || at[keep - 1] == '\t'))
			keep--;
		while (keep > 0 && (*at == ' ' || *at == '\t'))
			at++, keep--;
		if (keep > 0 && *at != '#')
			f->lines[f->n++] = arena_str(a, (struct str){at, keep});
		n += end != NULL;
		text = (struct str){text.p + n, text.n - n};
	}
	if (f->n == 0)
		f->fault = FAULT_EMPTY;
}

/* Of the file that was opened: its name may mean another one a moment later. */
static int mode_fault(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return errno;
	if (!S_ISREG(st.st_mode))
		return EINVAL;
	return st.st_mode & 077 ? FAULT_OPEN : 0;
}

static void read_secret(struct arena *a, const char *folder, struct secret_file *f)
{
	char bytes[SECRET_BYTES + 1];
	ssize_t n = 0;
	int fd;

	if (!f->name)
		return;
	fd = open(arena_printf(a, "%s/%s", folder, f->name), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	f->fault = fd < 0 ? errno : mode_fault(fd);
	if (f->fault == 0) {
		n = read(fd, bytes, sizeof bytes);
		f->fault = n < 0 ? errno : n > SECRET_BYTES ? FAULT_LONG : 0;
	}
	if (f->fault == 0)
		take_lines(a, f, (struct str){bytes, (size_t)n});
	explicit_bzero(bytes, sizeof bytes);
	if (fd >= 0)
		close(fd);
}

static void read_channel(struct secrets *s, const char *folder, const struct notice_channel *c,
    struct channel_files *f)
{
	*f = (struct channel_files){.channel = c,
	    .url = {.key = "url_file", .name = c->url_file},
	    .keys = {.key = "secret_file", .name = c->secret_file},
	    .receipts = {.key = "receipts_file", .name = c->receipts_file}};
	read_secret(s->arena, folder, &f->url);
	read_secret(s->arena, folder, &f->keys);
	read_secret(s->arena, folder, &f->receipts);
	f->secrets.url = f->url.n > 0 ? f->url.lines[0] : c->url;
	for (int i = 0; i < f->keys.n; i++)
		f->secrets.keys[f->secrets.n_keys++] = f->keys.lines[i];
}

struct secrets *secrets_read(const char *folder, const struct notices *n)
{
	struct arena *a = arena_new();
	struct secrets *s = arena_alloc(a, sizeof *s);

	s->arena = a;
	s->n = n ? n->n_channels : 0;
	s->v = arena_new_array(a, struct channel_files, (size_t)s->n + 1);
	for (int i = 0; i < s->n; i++)
		read_channel(s, folder, &n->channels[i], &s->v[i]);
	return s;
}

void secrets_free(struct secrets *s)
{
	struct arena *a = s ? s->arena : NULL;

	if (!a)
		return;
	arena_wipe(a);
	arena_free(a);
}

static struct channel_files *files_of(const struct secrets *s, const struct notice_channel *c)
{
	for (int i = 0; i < s->n; i++)
		if (s->v[i].channel == c)
			return &s->v[i];
	return NULL;
}

struct channel_secrets *secrets_of(struct secrets *s, const struct notice_channel *c)
{
	struct channel_files *f = files_of(s, c);

	return f ? &f->secrets : &s->v[s->n].secrets; /* the last one is of no channel, and empty */
}

bool secrets_receipt_good(const struct secrets *s, const struct notice_channel *c, const char *given)
{
	const struct channel_files *f = files_of(s, c);
	struct digest asked = digest_of(str_of(given));
	bool good = false;

	for (int i = 0; f && i < f->receipts.n; i++) {
		struct digest one = digest_of(str_of(f->receipts.lines[i]));

		good |= digest_eq(&asked, &one);
	}
	return good && given;
}

static const char *why(const struct secret_file *f, bool english)
{
	if (f->fault == FAULT_OPEN)
		return english ? "others may read it: chmod 600" : "别人也能读:chmod 600";
	if (f->fault == FAULT_EMPTY)
		return english ? "nothing is in it" : "里面什么也没有";
	if (f->fault == FAULT_LONG)
		return english ? "more than 4096 bytes" : "超过 4096 个字节";
	return system_reason(f->fault, english);
}

const char *secrets_fault(const struct secrets *s, const struct notice_channel *c, bool english)
{
	const struct channel_files *f = files_of(s, c);
	const struct secret_file *const each[] = {
	    f ? &f->url : NULL, f ? &f->keys : NULL, f ? &f->receipts : NULL};

	for (size_t i = 0; f && i < sizeof each / sizeof *each; i++)
		if (each[i]->fault)
			return arena_printf(s->arena, english ? "%s %s: %s" : "%s %s:%s", each[i]->key,
			    each[i]->name, why(each[i], english));
	return NULL;
}
