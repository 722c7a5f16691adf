/*
 * choice.c - see choice.h. Place: domain; pure.
 */
#include "domain/choice.h"
#include "base/arena.h"
#include "base/json.h"

/* 0.875 */
static void json_thousandths(struct json *j, const char *key, int p)
{
	char text[] = {(char)('0' + p / CERTAIN), '.', (char)('0' + p / 100 % 10), (char)('0' + p / 10 % 10),
	    (char)('0' + p % 10)};

	json_raw(j, key, (struct str){text, sizeof text});
}

const char *choice_text(const struct route_choice *c, struct arena *a)
{
	struct buf b = {0};
	struct json j = json_to(&b);
	const char *text;

	if (!c->confidence && !c->danger && !c->n_alternatives)
		return NULL;
	json_begin(&j, NULL);
	if (c->confidence)
		json_thousandths(&j, "confidence", c->confidence);
	json_bool(&j, "asked", c->asked);
	json_bool(&j, "danger", c->danger);
	json_list(&j, "alternatives");
	for (int i = 0; i < c->n_alternatives; i++) {
		json_begin(&j, NULL);
		json_text(&j, "category", c->alternatives[i].category->code);
		json_thousandths(&j, "confidence", c->alternatives[i].confidence);
		json_end(&j);
	}
	json_close(&j);
	json_end(&j);
	text = arena_str(a, buf_view(&b));
	buf_free(&b);
	return text;
}

static void render_alternative(struct json *j, struct str one, const struct mechanism *m, struct arena *a)
{
	const char *code = json_member_text(a, one, "category");
	const struct category *c = m ? mechanism_category(m, code) : NULL;

	json_begin(j, NULL);
	json_text(j, "category", code);
	json_text(j, "category_name", c ? c->name : NULL);
	json_text(j, "lead", c && c->lead ? c->lead->id : NULL);
	json_text(j, "lead_name", c && c->lead ? c->lead->name : NULL);
	json_raw(j, "confidence", json_member(one, "confidence"));
	json_end(j);
}

void choice_render(struct json *j, const char *choice, const struct mechanism *m, struct arena *a)
{
	struct str object = str_of(choice ? choice : ""), list, one;

	if (!object.n)
		return;
	if (json_member(object, "confidence").n)
		json_raw(j, "confidence", json_member(object, "confidence"));
	json_raw(j, "asked", json_member(object, "asked"));
	json_raw(j, "danger", json_member(object, "danger"));
	list = json_member(object, "alternatives");
	json_list(j, "alternatives");
	while ((one = json_item(&list)).n)
		render_alternative(j, one, m, a);
	json_close(j);
}

const char *choice_category(const char *choice, struct arena *a)
{
	struct str list = json_member(str_of(choice ? choice : ""), "alternatives"), one = json_item(&list);

	return one.n ? json_member_text(a, one, "category") : NULL;
}

bool choice_asked(const char *choice)
{
	return choice && strstr(choice, "\"asked\":true");
}
