/*
 * secrecy.c - see secrecy.h.
 */
#include "domain/secrecy.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/utf8.h"
#include "domain/fold.h"
#include "domain/phone.h"
#include "domain/route_index.h"

#include <stdlib.h>

bool secrecy_meant(const struct mechanism *m, const uint64_t *meant)
{
	const struct route_index *x = m->routing.index;

	for (size_t i = 0; m->policy.n_secret_words && i < x->word_bits; i++)
		if (meant[i] & x->secret[i])
			return true;
	return false;
}

/* Takes the gaps out of a folded text, and every occurrence of the words: a gap stands for each. */
static void leave_out(char *folded, const char *const *words, int n)
{
	char *to = folded;

	for (const char *p = folded; *p; p++)
		if (*p != FOLD_GAP)
			*to++ = *p;
	*to = '\0';
	for (int i = 0; i < n; i++)
		for (char *at = folded; *words[i] && (at = strstr(at, words[i])) != NULL;)
			memset(at, FOLD_GAP, strlen(words[i]));
}

static bool scanned(const struct mechanism *m, const char *folded)
{
	const struct route_index *x = m->routing.index;
	uint64_t *bits = xalloc(2 * x->word_bits * sizeof *bits + 1);
	bool found;

	memset(bits, 0, 2 * x->word_bits * sizeof *bits);
	keywords_scan(x->keywords, folded, bits, bits + x->word_bits);
	found = secrecy_meant(m, bits + x->word_bits);
	free(bits);
	return found;
}

const char *secrecy_word(const struct mechanism *m, const char *description)
{
	const struct route_index *x = m->routing.index;
	const char *word = NULL;
	char *folded;

	if (!description || !m->policy.n_secret_words)
		return NULL;
	folded = xalloc(fold_room(strlen(description)));
	fold_text(description, folded);
	if (scanned(m, folded)) {
		leave_out(folded, x->secret_unless, m->policy.n_secret_unless);
		for (int i = 0; !word && i < m->policy.n_secret_words; i++)
			if (strstr(folded, x->secret_words[i]))
				word = m->policy.secret_words[i];
	}
	free(folded);
	return word;
}

void secrecy_propose(const struct command *c, const char *word, struct warnings *w, struct arena *a)
{
	if (word && !command_has(c, FIELD_SECRET_REPORTER))
		warning_add(w, a, WARNING_SECRET_PROPOSED, FIELD_SECRET_REPORTER, word, NULL);
}

/* -- what he must not be known by ----------------------------------------------------------------- */

#define HIDDEN "****"
#define NAME_LEAST 2 /* characters: 张 alone is in too many words */

/* Where the part ends that begins at p, blanks and dashes between digits passed over; NULL: it does not begin there. */
static const char *end_of(const char *p, const char *part)
{
	for (const char *at = part; *at; p++) {
		if (*p == *at)
			at++;
		else if (at == part || !is_digit(*at) || (*p != ' ' && *p != '-'))
			return NULL;
	}
	return p;
}

static const char *without(const char *text, const char *part, struct arena *a)
{
	struct buf b = {0};
	const char *end;

	for (const char *p = text; *p;) {
		if ((end = end_of(p, part))) {
			buf_text(&b, HIDDEN);
			p = end;
		} else {
			buf_char(&b, *p++);
		}
	}
	return buf_into(&b, a).p;
}

const char *secrecy_hide(const struct incident *inc, const char *text, struct arena *a)
{
	struct phone phones[PHONES_MOST];
	int n;

	if (!text || !inc->secret_reporter)
		return text;
	if (inc->reporter_name && utf8_count(str_of(inc->reporter_name)) >= NAME_LEAST)
		text = without(text, inc->reporter_name, a);
	n = phone_find(inc->reporter_phone, phones);
	for (int i = 0; i < n; i++)
		text = without(text, phones[i].number, a);
	return text;
}

void secrecy_tell_named(const struct incident *inc, struct warnings *w, struct arena *a)
{
	if (!text_eq(inc->description, secrecy_hide(inc, inc->description, a)))
		warning_add(w, a, WARNING_NAMED, FIELD_DESCRIPTION, NULL, NULL);
	if (!text_eq(inc->address, secrecy_hide(inc, inc->address, a)))
		warning_add(w, a, WARNING_NAMED_PLACE, FIELD_ADDRESS, NULL, NULL);
}

const char *secrecy_shown(const struct view *v, const struct incident *inc, const char *text, struct arena *a)
{
	return sight_reporter(v, inc) == SIGHT_ALL ? text : secrecy_hide(inc, text, a);
}
