/*
 * worst.c - templates are tried with the worst that may stand in a message, before the first one goes. Place: channel; pure.
 */
#include "channel/parts.h"

#include "base/utf8.h"

#define NEAR_MOST 24 /* bytes of the template that are shown */

/* What ends a text of JSON, a line, a place; and a character of four bytes. */
#define WORST "\"\xE5\x8F\xB7\\\n\t{phone}\xF0\x9F\x98\x80'"

/* "第 2 行“,}”附近" of what the template has become. */
static const char *place_of(struct str body, const json_error_t *e, bool english, struct arena *a)
{
	size_t at = e->position > 0 && (size_t)e->position <= body.n ? (size_t)e->position : body.n;
	size_t from = at > NEAR_MOST / 2 ? at - NEAR_MOST / 2 : 0;
	const char *near;

	while (from > 0 && ((unsigned char)body.p[from] & 0xC0) == 0x80)
		from--;
	near = arena_quote(a, arena_str(a, utf8_head((struct str){body.p + from, body.n - from}, NEAR_MOST)));
	return arena_printf(a, english ? "line %d, column %d, near “%s”" : "第 %d 行第 %d 列,“%s”附近",
	    e->line, e->column, near);
}

const char *channel_template_fault(const struct notice_channel *c, bool english, struct arena *a)
{
	struct notice_channel whole = *c;
	struct channel_secrets secrets = {.keys = {WORST}, .n_keys = 1};
	struct notice_field facts[NOTICE_FACTS];
	struct channel_message m = {
	    .id = WORST, .phone = WORST, .text = WORST, .facts = facts, .n_facts = NOTICE_FACTS};
	struct fill_from f = {&whole, &secrets, &m, a};
	const char *missing = NULL;
	struct buf out = {0};
	json_error_t fault;
	struct str body;
	json_t *root;

	for (int i = 0; i < NOTICE_FACTS; i++)
		facts[i] = (struct notice_field){notice_fact_names[i], WORST};
	whole.sign = whole.template = whole.app = WORST;
	if (!c->json || !fill(&out, c->json, &f, FILL_JSON, &missing))
		return NULL; /* of a place that there is none of the file says so */
	body = buf_into(&out, a);
	root = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, &fault);
	if (root) {
		json_decref(root);
		return NULL;
	}
	return arena_printf(a,
	    english ? "filled, it is no JSON (%s): places stand within quotes, {params} without"
		    : "填上以后不是 JSON(%s):空位要写在引号里,{params} 不加引号",
	    place_of(body, &fault, english, a));
}
