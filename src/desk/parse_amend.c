/* parse_amend.c - see reading.h: what e corrects, of an incident or of the draft. */
#include "desk/reading.h"
#include "base/arena.h"
#include "domain/fold.h"

const char *const desk_field_words[DESK_FIELDS] = {
    "地址", "电话", "姓名", "类别", "级别", "区域", "描述", "单位"};

/* The field that the token begins with; *value is what follows without a blank ("" nothing). */
static enum desk_field field_of(const char *text, const char **value)
{
	for (int f = 0; f < DESK_FIELDS; f++) {
		size_t n = strlen(desk_field_words[f]);

		if (strncmp(text, desk_field_words[f], n) == 0) {
			*value = text + n + (text[n] == ':');
			return (enum desk_field)f;
		}
	}
	return DESK_FIELDS;
}

static bool resolve_level(struct desk_reading *r, struct desk_change *c)
{
	static const char *const words[] = {"p1", "p2", "p3", "p4", "1", "2", "3", "4", "危急", "紧急",
	    "求助", "非急", "危", "紧", "求", "非"};
	const char *folded = fold_word(r->x->a, c->value);

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i], folded) == 0 || (i == 11 && strcmp("非紧急", folded) == 0)) {
			c->value = arena_printf(r->x->a, "P%zu", i % 4 + 1);
			c->said = desk_priority((enum priority)(P1 + i % 4));
			return true;
		}
	REFUSE(r, "没有级别“%s”:危急、紧急、求助、非急,或 P1 至 P4", c->value);
	return false;
}

/* A name of the list, as its code. What the list does not know goes to the daemon as it was typed. */
static bool resolve_name(struct desk_reading *r, const struct desk_names *names, struct desk_change *c)
{
	const char *several;
	const struct desk_name *n = desk_named(r->x->a, names, c->value, &several);

	if (*several) {
		REFUSE(r, "%s“%s”不止一个:%s", desk_field_words[c->field], c->value, several);
		return false;
	}
	c->said = n ? n->name : c->value;
	c->value = n ? n->code : c->value;
	return true;
}

/* 水司 城管 or 水司、城管 as codes; the first leads. */
static bool resolve_units(struct desk_reading *r, struct desk_change *c)
{
	const char *codes = "", *said = "", *at = c->value, *several;

	while (*at) {
		size_t n = strcspn(at, " ,、") ? strcspn(at, " ,") : 0;
		const char *mark = strstr(at, "、");

		n = mark && (size_t)(mark - at) < n ? (size_t)(mark - at) : n;
		if (n == 0) {
			at += strncmp(at, "、", strlen("、")) == 0 ? strlen("、") : 1;
			continue;
		}
		const char *one = arena_str(r->x->a, (struct str){at, n});
		const struct desk_name *u = desk_named(r->x->a, &r->x->city->units, one, &several);
		if (!u) {
			REFUSE(r, *several ? "“%s”是哪个单位:%s" : "没有单位“%s”%s", one, several);
			return false;
		}
		codes = arena_printf(r->x->a, "%s%s%s", codes, *codes ? "," : "", u->code);
		said = arena_printf(r->x->a, "%s%s%s", said, *said ? "、" : "", u->brief);
		at += n;
	}
	c->value = codes;
	c->said = said;
	return true;
}

static bool resolve(struct desk_reading *r, struct desk_change *c)
{
	switch (c->field) {
	case DESK_LEVEL:
		return resolve_level(r, c);
	case DESK_CATEGORY:
		return resolve_name(r, &r->x->city->categories, c);
	case DESK_AREA:
		return resolve_name(r, &r->x->city->areas, c);
	case DESK_UNITS:
		return resolve_units(r, c);
	default:
		c->said = c->value;
		return true;
	}
}

/* Tokens up to the next one that is a field's word alone. */
static const char *take_value(struct desk_reading *r, const char *stuck)
{
	const char *text = *stuck ? stuck : NULL, *after;

	while (reading_token(r)) {
		enum desk_field f = field_of(reading_token(r), &after);

		if (text && f != DESK_FIELDS && !*after)
			break;
		reading_add(r, &text);
	}
	return text;
}

static bool take_changes(struct desk_reading *r)
{
	struct desk_act *act = &r->out->act;
	const char *stuck;

	while (reading_token(r) && act->n_changes < DESK_CHANGES) {
		enum desk_field f = field_of(reading_token(r), &stuck);

		if (f == DESK_FIELDS || (f == DESK_UNITS && !act->of_draft)) {
			REFUSE(r, "“%s”改不了。可以改:地址 电话 姓名 类别 级别 区域 描述", reading_token(r));
			return false;
		}
		r->at++;
		struct desk_change *c = &act->changes[act->n_changes++];
		*c = (struct desk_change){.field = f, .value = take_value(r, stuck)};
		if (!c->value) {
			SAY(r, DESK_ASK, "%s改为?", desk_field_words[f]);
			return false;
		}
		if (!resolve(r, c))
			return false;
	}
	return true;
}

void reading_amend(struct desk_reading *r)
{
	struct desk_act *act = &r->out->act;
	struct desk_target t;
	const char *stuck;

	act->of_draft = r->x->draft && reading_token(r) && field_of(reading_token(r), &stuck) != DESK_FIELDS;
	if (!act->of_draft && !reading_target(r, &t))
		return;
	if (!reading_token(r))
		SAY(r, DESK_ASK, "%s改什么?地址 电话 姓名 类别 级别 区域 描述",
		    act->of_draft ? "草稿" : reading_whom(r));
	else if (take_changes(r))
		reading_done(r);
}
