/* target.c - see target.h. */
#include "desk/target.h"
#include "desk/token.h"
#include "base/arena.h"
#include "base/utf8.h"
#include "domain/fold.h"

#define LOCAL_DIGITS 2
#define FULL_LEAST 4 /* characters of a full number that is not in the queue */
#define TAIL_LEAST 4 /* characters of a full number's end that name it */

const char *desk_dispatch_id(struct arena *a, const char *number, int n)
{
	return arena_printf(a, "%s-%02d", number, n);
}

static bool is_of_number(const char *text)
{
	size_t n = strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-");

	return n > 0 && text[n] == '\0' && n <= NUMBER_MAX && strpbrk(text, "0123456789");
}

bool desk_target_like(const char *token)
{
	return is_digit(*token) || is_of_number(token);
}

/* 1-3、7 */
static const char *open_numbers(const struct desk_context *x)
{
	const char *list = "";

	for (int i = 1; i <= DESK_NUMBERS; i++) {
		int from = i;

		while (i <= DESK_NUMBERS && desk_local(x->queue, i))
			i++;
		if (i - 1 == from)
			list = arena_printf(x->a, "%s%s%d", list, *list ? say("、", ", ") : "", from);
		else if (i > from)
			list =
			    arena_printf(x->a, "%s%s%d-%d", list, *list ? say("、", ", ") : "", from, i - 1);
	}
	return *list ? list : say("没有", "none");
}

static const char *no_local(const struct desk_context *x, int local)
{
	const struct desk_numbers *all = x->queue->numbers;

	if (all && local >= 1 && local <= DESK_NUMBERS && all->gone[local])
		return arena_printf(x->a,
		    say("%d 号已不在队列里,它的编号是 %s:要用就写编号",
			"no. %d is no longer in the queue; its number is %s: write that to use it"),
		    local, all->of[local]);
	return arena_printf(x->a, say("没有 %d 号警情。在办的:%s", "there is no incident %d. Open: %s"),
	    local, open_numbers(x));
}

/* 供电、消防 */
static const char *parts_of(const struct desk_context *x, const struct desk_row *row)
{
	const char *list = "";

	for (int i = 0; i < row->n; i++)
		list = arena_printf(x->a, "%s%s%d.%d %s", list, *list ? say("、", ", ") : "", row->local,
		    row->parts[i].n, row->parts[i].unit_brief);
	return *list ? list : say("没有单位", "no units");
}

static bool take_part(const struct desk_context *x, int n, struct desk_target *out, const char **why)
{
	for (int i = 0; i < out->row->n; i++)
		if (out->row->parts[i].n == n)
			out->part = &out->row->parts[i];
	out->dispatch = desk_dispatch_id(x->a, out->number, n);
	if (!out->part)
		*why = arena_printf(x->a,
		    say("%d 号没有在办的第 %d 条指令。%s", "no. %d has no open dispatch %d; it has %s"),
		    out->row->local, n, parts_of(x, out->row));
	return out->part != NULL;
}

/* 3水: by the beginning of a unit's name, or a part of it that no other one has. */
static bool take_unit(const struct desk_context *x, const char *word, struct desk_target *out,
    const char **why)
{
	struct desk_names here = {.v = arena_new_array(x->a, struct desk_name, (size_t)out->row->n + 1)};
	const char *several;

	for (int i = 0; i < out->row->n; i++) {
		const struct desk_part *p = &out->row->parts[i];
		const char *name = p->unit_brief;

		for (int k = 0; k < x->city->units.n; k++)
			if (strcmp(x->city->units.v[k].code, p->unit) == 0)
				name = x->city->units.v[k].name;
		here.v[here.n++] = (struct desk_name){p->unit, name, p->unit_brief};
	}
	const struct desk_name *found = desk_named(x->a, &here, word, &several);
	if (found)
		return take_part(x, out->row->parts[found - here.v].n, out, why);
	*why = arena_printf(x->a, say("%d 号没有单位“%s”%s:%s", "no. %d has no unit “%s”%s: %s"),
	    out->row->local, word, *several ? say(",或不止一个", ", or more than one") : "",
	    parts_of(x, out->row));
	return false;
}

/* Leading digits are a local number, .2 its instruction, other characters its unit. */
static bool local_target(const struct desk_context *x, const char *token, size_t digits,
    struct desk_target *out, const char **why)
{
	uint64_t local, n;
	const char *rest = token + digits;

	str_uint((struct str){token, digits}, &local);
	out->row = desk_local(x->queue, (int)local);
	if (!out->row) {
		*why = no_local(x, (int)local);
		return false;
	}
	out->number = out->row->number;
	if (!*rest)
		return true;
	if (*rest != '.')
		return take_unit(x, rest, out, why);
	if (!str_uint(str_of(rest + 1), &n) || n < 1 || n > DISPATCHES_MAX) {
		*why = arena_printf(x->a,
		    say("“%s”不是指令:写 3.2 是 3 号的第二条",
			"“%s” is no dispatch: 3.2 is the second of no. 3"),
		    token);
		return false;
	}
	return take_part(x, (int)n, out, why);
}

/* A full number, a full number of an instruction, or the end of one that no other has. */
static bool full_target(const struct desk_context *x, const char *token, struct desk_target *out,
    const char **why)
{
	char number[NUMBER_MAX + 1];
	size_t len = strlen(token);
	int n, ends = 0;

	out->number = token;
	out->row = desk_full(x->queue, token);
	if (out->row)
		return true;
	if (dispatch_id_parse(token, number, &n) && desk_full(x->queue, number)) {
		out->row = desk_full(x->queue, number);
		out->number = out->row->number;
		return take_part(x, n, out, why);
	}
	for (int i = 0; i < x->queue->n && len >= TAIL_LEAST; i++) {
		const char *full = x->queue->rows[i].number;

		if (strlen(full) > len && strcmp(full + strlen(full) - len, token) == 0) {
			out->row = &x->queue->rows[i];
			out->number = full;
			ends++;
		}
	}
	if (ends == 1)
		return true;
	if (ends > 1) {
		*why = arena_printf(x->a, say("编号以 %s 结尾的不止一件", "more than one number ends in %s"),
		    token);
		return false;
	}
	out->dispatch = dispatch_id_parse(token, number, &n) ? token : NULL;
	if (len < FULL_LEAST)
		*why = arena_printf(x->a, say("没有警情 %s。在办的:%s", "there is no incident %s. Open: %s"),
		    token, open_numbers(x));
	return len >= FULL_LEAST;
}

bool desk_target(const struct desk_context *x, const char *token, struct desk_target *out, const char **why)
{
	size_t digits = strspn(token, "0123456789");

	*out = (struct desk_target){0};
	*why = "";
	if (desk_full(x->queue, token) && digits > LOCAL_DIGITS)
		return full_target(x, token, out, why);
	if (digits > 0 && digits <= LOCAL_DIGITS && token[digits] != '-')
		return local_target(x, token, digits, out, why);
	if (is_of_number(token))
		return full_target(x, token, out, why);
	*why = arena_printf(x->a,
	    say("“%s”不是编号:写 3、3.2、3水,或完整的编号",
		"“%s” is no number: write 3, 3.2, 3water, or the whole number"),
	    token);
	return false;
}

/* -- the instruction of a step -------------------------------------------------------------- */

/* Has it not taken the step yet? What a phone call adds later is no step. */
static bool awaits(const struct desk_part *p, enum desk_word_id word)
{
	static const enum dispatch_state reached[WORDS] = {[WORD_ACKNOWLEDGE] = DISPATCH_ACKNOWLEDGED,
	    [WORD_DEPART] = DISPATCH_DEPARTED,
	    [WORD_ARRIVE] = DISPATCH_ARRIVED,
	    [WORD_PROGRESS] = DISPATCH_COMPLETED,
	    [WORD_COMPLETE] = DISPATCH_COMPLETED};

	return p->state == DISPATCH_RETURNING ? word != WORD_ACKNOWLEDGE : p->state < reached[word];
}

const struct desk_part *desk_step_part(const struct desk_context *x, enum desk_word_id word,
    const struct desk_row *row, const char **why)
{
	const struct desk_part *lead = NULL;
	const char *others = "";

	for (int i = 0; i < row->n; i++) {
		const struct desk_part *p = &row->parts[i];

		if (p->lead && awaits(p, word) && !lead)
			lead = p;
		else if (awaits(p, word))
			others = arena_printf(x->a, "%s%s%d.%d %s", others, *others ? say("、", ", ") : "",
			    row->local, p->n, p->unit_brief);
	}
	if (!lead)
		*why = *others
		    ? arena_printf(x->a,
			  say("%d 号的主办已%s,要写明哪一条:%s",
			      "the lead of no. %d is past “%s”; say which dispatch: %s"),
			  row->local, desk_word_about(word), others)
		    : arena_printf(x->a,
			  say("%d 号没有等着%s的单位。%s", "no unit of no. %d still has to %s; it has %s"),
			  row->local, desk_word_about(word), parts_of(x, row));
	return lead;
}
