/*
 * graver_mark.c - see graver_mark.h.
 */
#include "domain/graver_mark.h"
#include "base/arena.h"
#include "base/json.h"

bool graver_has(const struct dispatch *v, int n, const char *unit, bool completed)
{
	for (int i = 0; i < n; i++)
		if (v[i].role != AS_INFORM && text_eq(v[i].unit, unit) &&
		    (dispatch_open(&v[i]) || (completed && v[i].state == DISPATCH_COMPLETED)))
			return true;
	return false;
}

const char *graver_text(const struct graver_mark *mark, struct arena *a)
{
	return arena_printf(a, "%s %s %s %s", priority_names[mark->priority], mark->units ? mark->units : "-",
	    mark->open ? "open" : "seen", mark->words);
}

static const char *word_of(const char **p, struct arena *a)
{
	size_t n = strcspn(*p, " ");
	const char *word = arena_str(a, (struct str){*p, n});

	*p += n + ((*p)[n] == ' ');
	return word;
}

static enum priority priority_named(const char *name)
{
	for (int p = P1; p < PRIORITY_COUNT; p++)
		if (text_eq(name, priority_names[p]))
			return (enum priority)p;
	return PRIORITY_NONE;
}

bool graver_read(const char *text, struct arena *a, struct graver_mark *mark)
{
	const char *p = text ? text : "", *words;

	*mark = (struct graver_mark){.priority = priority_named(word_of(&p, a))};
	mark->units = word_of(&p, a);
	if (!*mark->units || text_eq(mark->units, "-"))
		mark->units = NULL;
	mark->open = text_eq(word_of(&p, a), "open");
	words = word_of(&p, a);
	if (strlen(words) < sizeof mark->words)
		memcpy(mark->words, words, strlen(words) + 1);
	return mark->priority != PRIORITY_NONE;
}

const char *graver_seen(const char *text, struct arena *a)
{
	struct graver_mark mark;

	if (!graver_read(text, a, &mark))
		return text;
	mark.open = false;
	return graver_text(&mark, a);
}

const char *graver_of_event(struct str data, struct arena *a)
{
	struct graver_mark mark = {.open = true};
	struct str list = json_member(data, "units"), one;
	const char *words = json_member_text(a, data, "words");

	mark.priority = priority_named(json_member_text(a, data, "priority"));
	if (mark.priority == PRIORITY_NONE)
		return NULL;
	while ((one = json_item(&list)).n > 2) {
		const char *unit = arena_str(a, (struct str){one.p + 1, one.n - 2});
		mark.units = mark.units ? arena_printf(a, "%s,%s", mark.units, unit) : unit;
	}
	if (words)
		memcpy(mark.words, words, strnlen(words, sizeof mark.words - 1));
	return graver_text(&mark, a);
}

const char *graver_left(const struct incident *inc, const struct graver_mark *mark, struct arena *a)
{
	const char *units = mark->units, *out = NULL;
	struct str one;

	while ((one = list_next(&units)).n) {
		const char *unit = arena_str(a, one);

		if (!graver_has(inc->dispatches, inc->n_dispatches, unit, true))
			out = out ? arena_printf(a, "%s,%s", out, unit) : unit;
	}
	return out;
}

bool graver_stands(const struct incident *inc, const struct graver_mark *mark, struct arena *a)
{
	return mark->open && (mark->priority < inc->priority || graver_left(inc, mark, a));
}

bool graver_shown(const struct incident *inc, struct arena *a)
{
	struct graver_mark mark;

	return inc->graver && graver_read(inc->graver, a, &mark) && graver_stands(inc, &mark, a);
}
