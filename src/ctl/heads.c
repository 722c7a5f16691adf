/* heads.c - see heads.h. Place: the command line's own room. */
#include "ctl/heads.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define MARK "liandong-head "
#define SUM_DIGITS 16
#define ID_DIGITS 16

static void sum_of(struct str text, char out[SUM_DIGITS + 1])
{
	char hex[DIGEST_HEX];
	struct digest d = digest_of(text);

	snprintf(out, SUM_DIGITS + 1, "%s", digest_hex(&d, hex));
}

char *head_write_line(const struct kept_head *h, char out[HEAD_TEXT_MAX])
{
	char at[TIME_TEXT_MAX], hex[DIGEST_HEX], sum[SUM_DIGITS + 1];
	int n = snprintf(out, HEAD_TEXT_MAX, MARK "%s %s %lld %s", time_rfc3339(h->at, at), h->store,
	    (long long)h->seq, digest_hex(&h->hash, hex));

	sum_of((struct str){out, (size_t)n}, sum);
	snprintf(out + n, (size_t)(HEAD_TEXT_MAX - n), " %s", sum);
	return out;
}

/* The next word of the text, up to a blank; n 0 at its end. */
static struct str next_word(struct str *s)
{
	struct str word = *s;

	for (word.n = 0; word.n < s->n && s->p[word.n] != ' ';)
		word.n++;
	s->p += word.n + (word.n < s->n);
	s->n -= word.n + (word.n < s->n);
	return word;
}

/* The line from its mark `liandong-head` on; n is 0 if it has no mark. */
static struct str marked(struct str line)
{
	const char *p = memmem(line.p, line.n, MARK, sizeof MARK - 1);

	return p ? (struct str){p, line.n - (size_t)(p - line.p)} : (struct str){0};
}

static bool blank(struct str line)
{
	size_t i = 0;

	while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
		i++;
	return i == line.n || line.p[i] == '#';
}

/* The fields behind the mark. */
static bool read_fields(struct str s, struct kept_head *out)
{
	struct str store;
	uint64_t seq;

	if (!time_parse(next_word(&s), &out->at))
		return false;
	store = next_word(&s);
	if (store.n != ID_DIGITS || !str_uint(next_word(&s), &seq) || seq > INT64_MAX ||
	    !digest_from_hex(next_word(&s), &out->hash))
		return false;
	memcpy(out->store, store.p, store.n);
	out->store[store.n] = '\0';
	out->seq = (int64_t)seq;
	return true;
}

enum kept_line head_read_line(struct str line, struct kept_head *out)
{
	char again[HEAD_TEXT_MAX];
	struct str text, fields;

	while (line.n && (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
		line.n--;
	if (blank(line))
		return LINE_NOTHING;
	text = fields = marked(line);
	if (text.n == 0)
		return LINE_DAMAGED;
	next_word(&fields);
	if (!read_fields(fields, out))
		return LINE_DAMAGED;
	/* written anew it must be the same: that proves the sum, too */
	return str_is(text, head_write_line(out, again)) ? LINE_HEAD : LINE_DAMAGED;
}

/* -- a file of them ----------------------------------------------------------------------------- */

static enum head_fault fault_of(struct reads *r, int64_t store_seq, const struct kept_head *h)
{
	struct digest there;

	if (h->seq > store_seq)
		return HEAD_BEYOND;
	return audit_head_at(r, h->seq, &there) && digest_eq(&there, &h->hash) ? HEAD_HOLDS : HEAD_DIFFERS;
}

static void prove_line(struct reads *r, const char *store, int64_t store_seq, struct str line, int64_t number,
    struct heads_proof *out)
{
	struct kept_head h;
	enum kept_line kind = head_read_line(line, &h);

	if (kind == LINE_DAMAGED && out->damaged++ == 0)
		out->damaged_line = number;
	if (kind != LINE_HEAD)
		return;
	if (strcmp(h.store, store) != 0) {
		out->others++;
		return;
	}
	out->fault = fault_of(r, store_seq, &h);
	if (out->fault != HEAD_HOLDS) {
		out->fault_line = number;
		out->fault_head = h;
		return;
	}
	out->held++;
	if (h.seq > out->held_seq)
		out->held_seq = h.seq;
}

bool heads_prove(struct reads *r, const char *store, int64_t store_seq, const char *file,
    struct heads_proof *out)
{
	FILE *in = fopen(file, "re");
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	bool read;

	*out = (struct heads_proof){0};
	if (!in)
		return false;
	errno = 0;
	for (int64_t number = 1; out->fault == HEAD_HOLDS && (n = getline(&line, &cap, in)) >= 0; number++)
		prove_line(r, store, store_seq, (struct str){line, (size_t)n}, number, out);
	read = !ferror(in);
	free(line);
	fclose(in);
	return read;
}
