/*
 * secrets.c - the files of each channel. Place: notifier.
 */
#include "notifier/secrets.h"

#include "base/digest.h"
#include "base/secret.h"
#include "channel/sign.h"

_Static_assert(SECRET_LINES == CHANNEL_KEYS, "a channel's keys are the lines of its file");

struct secret_file {
	const char *key;  /* "secret_file" */
	const char *name; /* as notices.yaml has it; NULL: none */
	struct secret in;
};

struct channel_files {
	const struct notice_channel *channel;
	struct secret_file url, keys, receipts;
	struct channel_secrets secrets;
};

struct secrets {
	struct arena *arena;
	const char *folder;
	struct channel_files *v;
	int n;
};

static void read_channel(struct secrets *s, const char *folder, const struct notice_channel *c,
    struct channel_files *f)
{
	*f = (struct channel_files){.channel = c,
	    .url = {.key = "url_file", .name = c->url_file},
	    .keys = {.key = "secret_file", .name = c->secret_file},
	    .receipts = {.key = "receipts_file", .name = c->receipts_file}};
	secret_read(folder, f->url.name, s->arena, &f->url.in);
	secret_read(folder, f->keys.name, s->arena, &f->keys.in);
	secret_read(folder, f->receipts.name, s->arena, &f->receipts.in);
	f->secrets.url = f->url.in.n > 0 ? f->url.in.lines[0] : c->url;
	for (int i = 0; i < f->keys.in.n; i++)
		f->secrets.keys[f->secrets.n_keys++] = f->keys.in.lines[i];
}

struct secrets *secrets_read(const char *folder, const struct notices *n)
{
	struct arena *a = arena_new();
	struct secrets *s = arena_alloc(a, sizeof *s);

	s->arena = a;
	s->folder = folder;
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

static bool file_changed(const struct secrets *s, const struct secret_file *f)
{
	return secret_changed(s->folder, f->name, &f->in);
}

bool secrets_changed(const struct secrets *s)
{
	for (int i = 0; i < s->n; i++)
		if (file_changed(s, &s->v[i].url) || file_changed(s, &s->v[i].keys) ||
		    file_changed(s, &s->v[i].receipts))
			return true;
	return false;
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

	for (int i = 0; f && i < f->receipts.in.n; i++) {
		struct digest one = digest_of(str_of(f->receipts.in.lines[i]));

		good |= digest_eq(&asked, &one);
	}
	return good && given;
}

static const char *file_fault(const struct secret_file *f, bool english, struct arena *a)
{
	if (!f->in.fault)
		return NULL;
	return arena_printf(a, english ? "%s %s: %s" : "%s %s:%s", f->key, f->name,
	    secret_why(f->in.fault, english));
}

const char *webhook_keys_fault(const struct secret *in, const char *key, const char *name, bool english,
    struct arena *a)
{
	for (int i = 0; i < in->n; i++)
		if (!webhook_key_good(in->lines[i]))
			return arena_printf(a,
			    english ? "%s %s: line %d is not whsec_ and base64"
				    : "%s %s:第 %d 行不是 whsec_ 加 base64",
			    key, name, i + 1);
	return NULL;
}

static const char *form_fault(const struct channel_files *f, bool english, struct arena *a)
{
	return notices_by_webhook(f->channel->kind)
	    ? webhook_keys_fault(&f->keys.in, f->keys.key, f->keys.name, english, a)
	    : NULL;
}

const char *secrets_fault(const struct secrets *s, const struct notice_channel *c, bool english,
    struct arena *a)
{
	const struct channel_files *f = files_of(s, c);
	const char *why = f ? file_fault(&f->url, english, a) : NULL;

	why = why || !f ? why : file_fault(&f->keys, english, a);
	return why || !f ? why : form_fault(f, english, a);
}

const char *secrets_receipts_fault(const struct secrets *s, const struct notice_channel *c, bool english,
    struct arena *a)
{
	const struct channel_files *f = files_of(s, c);

	return f ? file_fault(&f->receipts, english, a) : NULL;
}
