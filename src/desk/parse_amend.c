/* parse_amend.c - see reading.h: what e corrects, of an incident or of the draft. */
#include "desk/reading.h"
#include "base/arena.h"
#include <strings.h>

const struct both desk_fields[DESK_FIELDS] = {{"地址", "address"}, {"电话", "phone"}, {"姓名", "name"},
    {"类别", "category"}, {"级别", "priority"}, {"区域", "area"}, {"描述", "description"}, {"单位", "units"}};

static const char *field_said(enum desk_field f)
{
	return both_said(&desk_fields[f]);
}

/* A field's word, which in Chinese may stand before its value without a blank. */
struct field_word {
	enum desk_field field; /* DESK_FIELDS: it is none */
	bool english;
	const char *value; /* what follows in the token; "" nothing */
};

static struct field_word field_of(const char *text)
{
	for (int f = 0; f < DESK_FIELDS; f++) {
		size_t zh = strlen(desk_fields[f].zh), en = strlen(desk_fields[f].en);

		if (strncmp(text, desk_fields[f].zh, zh) == 0)
			return (struct field_word){(enum desk_field)f, false, text + zh + (text[zh] == ':')};
		if (strncasecmp(text, desk_fields[f].en, en) == 0 && (!text[en] || text[en] == ':'))
			return (struct field_word){(enum desk_field)f, true, text + en + (text[en] == ':')};
	}
	return (struct field_word){.field = DESK_FIELDS};
}

static int level_of(struct arena *a, const char *text)
{
	static const struct both codes[] = {{"1", "p1"}, {"2", "p2"}, {"3", "p3"}, {"4", "p4"}},
				 longer = {"非紧急", "non-urgent"};
	int i = desk_choice_of(a, text, codes, 4);

	if (i < 0)
		i = desk_choice_of(a, text, desk_priorities + P1, 4);
	return i < 0 && desk_choice_of(a, text, &longer, 1) == 0 ? P4 - P1 : i;
}

static bool resolve_level(struct desk_reading *r, struct desk_change *c)
{
	int i = level_of(r->x->a, c->value);

	if (i < 0)
		REFUSE(r,
		    say("没有级别“%s”:危急、紧急、求助、非急,或 P1 至 P4",
			"there is no priority “%s”: critical, urgent, help, routine, or P1 to P4"),
		    c->value);
	else {
		c->value = arena_printf(r->x->a, "P%d", i + 1);
		c->said = desk_priority((enum priority)(P1 + i));
	}
	return i >= 0;
}

/* A name of the list, as its code. What the list does not know goes to the daemon as it was typed. */
static bool resolve_name(struct desk_reading *r, const struct desk_names *names, struct desk_change *c)
{
	const char *several;
	const struct desk_name *n = desk_named(r->x->a, names, c->value, &several);

	if (*several) {
		REFUSE(r, say("%s“%s”不止一个:%s", "%s “%s” is more than one: %s"), field_said(c->field),
		    c->value, several);
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
			REFUSE(r,
			    *several ? say("“%s”是哪个单位:%s", "which unit is “%s”: %s")
				     : say("没有单位“%s”%s", "there is no unit “%s”%s"),
			    one, several);
			return false;
		}
		codes = arena_printf(r->x->a, "%s%s%s", codes, *codes ? "," : "", u->code);
		said = arena_printf(r->x->a, "%s%s%s", said, *said ? say("、", ", ") : "", u->brief);
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

/* Tokens up to the next one that is a field's word alone, in the language of the first. In English, which parts all
 * words by blanks, a description goes to the end of the line. */
static const char *take_value(struct desk_reading *r, const struct field_word *first)
{
	const char *text = *first->value ? first->value : NULL;
	bool whole = first->english && first->field == DESK_DESCRIPTION;

	while (reading_token(r)) {
		struct field_word w = field_of(reading_token(r));

		if (text && !whole && w.field != DESK_FIELDS && !*w.value && w.english == first->english)
			break;
		reading_add(r, &text);
	}
	return text;
}

static bool take_changes(struct desk_reading *r)
{
	struct desk_act *act = &r->out->act;

	while (reading_token(r) && act->n_changes < DESK_CHANGES) {
		struct field_word w = field_of(reading_token(r));

		if (w.field == DESK_FIELDS || (w.field == DESK_UNITS && !act->of_draft)) {
			REFUSE(r,
			    say("“%s”改不了。可以改:地址 电话 姓名 类别 级别 区域 描述",
				"“%s” cannot be amended. These can: address phone name category priority "
				"area description"),
			    reading_token(r));
			return false;
		}
		r->at++;
		struct desk_change *c = &act->changes[act->n_changes++];
		*c = (struct desk_change){.field = w.field, .value = take_value(r, &w)};
		if (!c->value) {
			SAY(r, DESK_ASK, say("%s改为?", "%s: which one now?"), field_said(w.field));
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

	act->of_draft = r->x->draft && reading_token(r) && field_of(reading_token(r)).field != DESK_FIELDS;
	if (!act->of_draft && !reading_target(r, &t))
		return;
	if (!reading_token(r))
		SAY(r, DESK_ASK,
		    say("%s改什么?地址 电话 姓名 类别 级别 区域 描述",
			"amend what of %s? address phone name category priority area description"),
		    act->of_draft ? say("草稿", "the draft") : reading_whom(r));
	else if (take_changes(r))
		reading_done(r);
}
