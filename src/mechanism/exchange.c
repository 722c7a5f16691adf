/*
 * exchange.c - exchange.yaml: the systems that matters are handed to and come from, what their fields and codes are
 * called, how their messages are signed. The file may be absent; then nothing is exchanged.
 *
 * Place: mechanism. Another city's 12345 centre is another file, not another program: what it calls things is read
 * here, what is done with it is src/exchange's.
 */
#include "domain/exchange.h"
#include "base/time.h"
#include "mechanism/shape.h"

#define COUNT(v) ((int)(sizeof(v) / sizeof *(v)))

/* -- parts -------------------------------------------------------------------------------------- */

#define PAIRS_MOST 256

/* {name: text, …} into an array of struct exchange_member, or of exchange_code, which is the same two texts. */
_Static_assert(sizeof(struct exchange_code) == sizeof(struct exchange_member) &&
	offsetof(struct exchange_code, ours) == offsetof(struct exchange_member, text),
    "both are a name and a text");

/* A code or a name of theirs, whatever it is made of: digits need no quotes, dots and underlines may stand in it. */
static bool get_theirs(struct reading *r, const struct node *v, const char **out)
{
	bool plain = v->kind == NODE_SCALAR && v->text[strspn(v->text, "0123456789")] == '\0';

	return plain ? shape_get_code(r, v, out) : shape_get_text(r, v, out);
}

static void read_theirs(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const char *text;

	if (get_theirs(r, v, &text))
		*SHAPE_AT(const char *, base, k->offset) = text;
}

static void read_pairs(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct exchange_member *pairs;
	int n = 0;

	if (v->kind != NODE_MAP || v->n > PAIRS_MOST) {
		shape_wrong(r, v, "名称和内容的映射,如 {PJDBH: \"{dispatch}\"}",
		    "a mapping of names and texts such as {PJDBH: \"{dispatch}\"}");
		return;
	}
	pairs = arena_new_array(r->arena, struct exchange_member, (size_t)v->n + 1);
	for (const struct node *one = v->child; one; one = one->next)
		if (!one->bad && one->value && get_theirs(r, one->value, &pairs[n].text))
			pairs[n++].name = arena_text(r->arena, one->text);
	*SHAPE_AT(struct exchange_member *, base, k->offset) = pairs;
	*SHAPE_AT(int, base, k->count) = n;
}

static void read_names(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const struct node *item;
	const char **names;
	int n, read = 0;

	if (!shape_get_list(r, v, false, &item, &n))
		return;
	names = arena_new_array(r->arena, const char *, (size_t)n + 1);
	for (; item; item = item->next)
		read += get_theirs(r, item, &names[read]);
	*SHAPE_AT(const char **, base, k->offset) = names;
	*SHAPE_AT(int, base, k->count) = read;
}

static const char *const encodings[] = {"hex", "base64"};
static void read_encoding(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	int i;

	if (shape_get_word(r, v, encodings, COUNT(encodings), &i))
		*SHAPE_AT(bool, base, k->offset) = i == 1;
}

/* -- signatures --------------------------------------------------------------------------------- */

#define SIGN(name, reader, member, ...) SHAPE_KEY(name, reader, struct exchange_sign, member, __VA_ARGS__)
static const struct key sign_keys[] = {
    SIGN("kind", shape_word, kind, SHAPE_NAMES(exchange_signing_names, 0), .required = true),
    SIGN("secret_file", shape_secret_file, secret_file, .required = true),
    SIGN("signature", read_theirs, signature),
    SIGN("timestamp", read_theirs, timestamp),
    SIGN("nonce", read_theirs, nonce),
    SIGN("over", read_names, over, .count = offsetof(struct exchange_sign, n_over)),
    SIGN("joined", shape_text, joined),
    SIGN("encoding", read_encoding, base64, .names = encodings, .n_names = COUNT(encodings)),
};

/* A signature that is not over its timestamp and the body's parts protects nothing; Standard Webhooks says all itself. */
static void sign_done(struct reading *r, const struct node *map, void *base)
{
	struct exchange_sign *s = base;
	bool timed = false, named = s->signature && s->timestamp && s->n_over > 0;

	for (int i = 0; i < s->n_over; i++)
		timed = timed || text_eq(s->over[i], s->timestamp);
	if (s->kind == SIGNING_WEBHOOK && (s->signature || s->timestamp || s->nonce || s->n_over))
		yaml_error(r->problems, map,
		    "kind: webhook 的签名方式是固定的,不要写 signature、timestamp、nonce、over",
		    "kind: webhook says itself what is signed: leave out signature, timestamp, nonce and "
		    "over");
	else if (s->kind != SIGNING_WEBHOOK && !named)
		yaml_error(r->problems, map,
		    "kind: %s 要写 signature、timestamp(请求头或字段名)和 over(签名包括哪些)",
		    "kind: %s needs signature, timestamp (names of headers or members) and over (what is "
		    "signed)",
		    exchange_signing_names[s->kind]);
	else if (s->kind != SIGNING_WEBHOOK && !timed)
		yaml_error(r->problems, map, "over 里要有 timestamp 所写的 %s,否则时间可以改",
		    "over must name %s, the timestamp: else it can be changed", s->timestamp);
}

static const struct shape sign_shape = {
    SHAPE_KEYS(sign_keys), .size = sizeof(struct exchange_sign), .done = sign_done};

/* -- what comes --------------------------------------------------------------------------------- */

#define RULE(name, reader, member, ...) SHAPE_KEY(name, reader, struct exchange_rule, member, __VA_ARGS__)
static const struct key rule_keys[] = {
    RULE("state", read_theirs, state),
    RULE("node", read_theirs, node),
    RULE("act", shape_word, act, SHAPE_NAMES(exchange_act_names, 0), .required = true),
};
static const struct shape rule_shape = {SHAPE_KEYS(rule_keys), .size = sizeof(struct exchange_rule)};

#define FIELD_ROW(name, field) SHAPE_KEY(name, read_theirs, struct exchange_receive, fields[field])
static const struct key field_keys[] = {
    FIELD_ROW("incident", EXCHANGE_INCIDENT),
    FIELD_ROW("dispatch", EXCHANGE_DISPATCH),
    FIELD_ROW("ticket", EXCHANGE_TICKET),
    FIELD_ROW("state", EXCHANGE_STATE),
    FIELD_ROW("node", EXCHANGE_NODE),
    FIELD_ROW("time", EXCHANGE_TIME),
    FIELD_ROW("text", EXCHANGE_TEXT),
    FIELD_ROW("person", EXCHANGE_PERSON),
    FIELD_ROW("phone", EXCHANGE_PHONE),
    FIELD_ROW("reason", EXCHANGE_REASON),
    FIELD_ROW("until", EXCHANGE_UNTIL),
    FIELD_ROW("grade", EXCHANGE_GRADE),
    FIELD_ROW("category", EXCHANGE_CATEGORY),
    FIELD_ROW("area", EXCHANGE_AREA),
    FIELD_ROW("address", EXCHANGE_ADDRESS),
    FIELD_ROW("reporter_name", EXCHANGE_REPORTER_NAME),
    FIELD_ROW("reporter_phone", EXCHANGE_REPORTER_PHONE),
    FIELD_ROW("description", EXCHANGE_DESCRIPTION),
};
static const struct shape fields_shape = {SHAPE_KEYS(field_keys), .size = sizeof(struct exchange_receive)};

#define RECEIVE(name, reader, member, ...)                                                                   \
	SHAPE_KEY(name, reader, struct exchange_receive, member, __VA_ARGS__)
#define CODES(name, member)                                                                                  \
	RECEIVE(name, read_pairs, member.v, .count = offsetof(struct exchange_receive, member.n))
static const struct key receive_keys[] = {
    RECEIVE("signature", shape_map, sign, .shape = &sign_shape, .required = true),
    RECEIVE("content", shape_word, content, SHAPE_NAMES(exchange_content_names, 0)),
    {.name = "fields", .read = shape_map, .shape = &fields_shape, .required = true},
    RECEIVE("rules", shape_maps, rules, .count = offsetof(struct exchange_receive, n_rules),
	.shape = &rule_shape, .required = true),
    CODES("reasons", reasons),
    CODES("categories", categories),
    CODES("areas", areas),
    RECEIVE("reply", shape_text, reply),
};

/* The reason of policy.yaml that was meant; NULL: none is near. */
static const char *near_reason(struct reading *r, const char *code)
{
	const struct policy *p = &r->m->policy;
	const char **codes = arena_new_array(r->arena, const char *, (size_t)p->n_return_reasons + 1);

	for (int i = 0; i < p->n_return_reasons; i++)
		codes[i] = p->return_reasons[i].code;
	return shape_nearest(code, codes, p->n_return_reasons);
}

static void find_reason(struct reading *r, const struct node *v)
{
	const char *meant = near_reason(r, v->text);

	if (policy_return_reason(&r->m->policy, v->text))
		return;
	if (meant)
		yaml_problem(r->problems, PROBLEM_REFERENCE, v,
		    "policy.yaml 的 returns 里没有 “%s” 这个理由,是不是 “%s”?",
		    "the returns of policy.yaml have no reason “%s”, did you mean “%s”?", v->text, meant);
	else
		yaml_problem(r->problems, PROBLEM_REFERENCE, v, "policy.yaml 的 returns 里没有 “%s” 这个理由",
		    "the returns of policy.yaml have no reason “%s”", v->text);
}

/* Each of our codes is one of policy.yaml. */
static void find_reasons(struct reading *r, const struct node *v, void *at)
{
	(void)at;
	for (const struct node *one = v->kind == NODE_MAP ? v->child : NULL; one; one = one->next)
		if (one->value && one->value->kind == NODE_SCALAR)
			find_reason(r, one->value);
}

/* Ours of each pair is a member of the mechanism; *at of the resolver is thrown away. */
static void find_each(struct reading *r, const struct node *map, const char *key, shape_resolve *find)
{
	const struct node *v = yaml_get(map, key);

	for (const struct node *one = v && v->kind == NODE_MAP ? v->child : NULL; one; one = one->next)
		if (!one->bad && one->value && one->value->kind == NODE_SCALAR)
			shape_later(r, one->value, arena_alloc(r->arena, sizeof(void *)), find);
}

static void check_returns(struct reading *r, const struct node *map, const struct exchange_receive *v)
{
	const struct node *reasons = yaml_get(map, "reasons");

	if (reasons)
		shape_later(r, reasons, NULL, find_reasons);
	for (int i = 0; i < v->n_rules && !v->reasons.n; i++)
		if (v->rules[i].act == EXCHANGE_RETURN) {
			yaml_error(r->problems, map, "有退回的规则,就要有 reasons:对方的理由是本系统的哪一个",
			    "rules with return need reasons: which of our reasons theirs are");
			return;
		}
}

/* A rule whose act needs what no message can have: each of them would be refused. */
static void check_rule(struct reading *r, const struct node *at, const struct exchange_receive *v,
    enum exchange_act act)
{
	const char *name = exchange_act_names[act];
	bool of_matter = act != EXCHANGE_REPORT && act != EXCHANGE_IGNORE;

	for (int i = 0; i < EXCHANGE_NEEDS; i++)
		if (exchange_needs[i].act == act && !v->fields[exchange_needs[i].field])
			yaml_error(r->problems, at,
			    "%s 不能没有 %s,而 fields 没有写它叫什么:这样的消息都会答 422",
			    "%s cannot do without %s, for which fields has no name: each such message would "
			    "be "
			    "answered 422",
			    name, exchange_field_names[exchange_needs[i].field]);
	if (act == EXCHANGE_RETURN && !v->fields[EXCHANGE_REASON])
		yaml_error(r->problems, at, "%s 要有理由,而 fields 没有写 reason 叫什么",
		    "%s needs a reason, for which fields has no name", name);
	if (of_matter && !v->fields[EXCHANGE_DISPATCH] && !v->fields[EXCHANGE_INCIDENT])
		yaml_error(r->problems, at,
		    "%s 要知道是哪一条,而 fields 没有写 dispatch(指令编号)或 incident(警情编号)叫什么",
		    "%s needs to know of what, and fields has neither dispatch nor incident", name);
}

static bool takes(const char *earlier, const char *later)
{
	return !earlier || (later && text_eq(earlier, later));
}

/* The first rule that fits a message is the one: what an earlier one takes never comes to a later one. */
static void check_reached(struct reading *r, const struct node *at, const struct exchange_receive *v, int n)
{
	for (int i = 0; i < n; i++)
		if (takes(v->rules[i].state, v->rules[n].state) &&
		    takes(v->rules[i].node, v->rules[n].node)) {
			yaml_error(r->problems, at,
			    "这条规则轮不到:第 %d 条已经符合它的每条消息,请把它写在前面",
			    "no message comes to this rule: rule %d fits each of them; write it before that "
			    "one",
			    i + 1);
			return;
		}
}

static void receive_done(struct reading *r, const struct node *map, void *base)
{
	const struct exchange_receive *v = base;
	const struct node *rules = yaml_get(map, "rules"), *one = rules ? rules->child : NULL;

	check_returns(r, map, v);
	find_each(r, map, "categories", shape_find_category);
	find_each(r, map, "areas", shape_find_area);
	for (int i = 0; i < v->n_rules && one; i++, one = one->next) {
		bool state = v->rules[i].state && !v->fields[EXCHANGE_STATE];
		bool node = v->rules[i].node && !v->fields[EXCHANGE_NODE];

		check_rule(r, one, v, v->rules[i].act);
		check_reached(r, one, v, i);
		if (state || node)
			yaml_error(r->problems, one, "规则用到了 %s,而 fields 没有写它叫什么",
			    "the rule looks at %s, for which fields has no name", state ? "state" : "node");
	}
}

static const struct shape receive_shape = {
    SHAPE_KEYS(receive_keys), .size = sizeof(struct exchange_receive), .done = receive_done};

/* -- what goes ---------------------------------------------------------------------------------- */

/* The places of templates; exchange_facts has their values. */
static const char *const places[] = {"{kind}", "{dispatch}", "{number}", "{ticket}", "{priority}",
    "{category}", "{category_name}", "{area}", "{address}", "{reporter_name}", "{reporter_phone}",
    "{description}", "{received_at}", "{issued_at}", "{acknowledge_due}", "{id}", "{time}", "{drill}",
    "{text}", "{decision}", "{request}", "{until}"};

static void unknown_place(struct reading *r, const struct node *v, const char *place)
{
	const char *meant = shape_nearest(place, places, COUNT(places));

	if (meant)
		yaml_error(r->problems, v, "没有 %s 这个空位,是不是 %s?可以用的见 docs/EXCHANGE.md",
		    "there is no place %s, did you mean %s? docs/EXCHANGE.md has those there are", place,
		    meant);
	else
		yaml_error(r->problems, v, "没有 %s 这个空位;可以用的见 docs/EXCHANGE.md",
		    "there is no place %s; docs/EXCHANGE.md has those there are", place);
}

static void check_place(struct reading *r, const struct node *v, const char *text)
{
	for (const char *at = text; (at = strchr(at, '{')); at++) {
		size_t n = strspn(at + 1, "abcdefghijklmnopqrstuvwxyz_");
		bool known = false;

		for (int i = 0; i < COUNT(places); i++)
			known = known || strncmp(at, places[i], n + 2) == 0;
		if (n && at[n + 1] == '}' && !known)
			unknown_place(r, v, arena_str(r->problems->arena, (struct str){at, n + 2}));
	}
}

#define SEND(name, reader, member, ...) SHAPE_KEY(name, reader, struct exchange_send, member, __VA_ARGS__)
static const struct key send_keys[] = {
    SEND("url", shape_url, url, .required = true),
    SEND("signature", shape_map, sign, .shape = &sign_shape, .required = true),
    SEND("content", shape_word, content, SHAPE_NAMES(exchange_content_names, 0)),
    SEND("body", read_pairs, body, .count = offsetof(struct exchange_send, n_body), .required = true),
    SEND("ok_field", read_theirs, ok_field),
    SEND("ok_value", read_theirs, ok_value),
    SEND("ticket_field", read_theirs, ticket_field),
    SEND("accepted", shape_duration, accepted_ms, .least = 10 * SECOND_MS, .most = HOUR_MS),
};

static void check_body(struct reading *r, const struct node *map)
{
	const struct node *body = yaml_get(map, "body"), *one = body ? body->child : NULL;

	for (; one && body->kind == NODE_MAP; one = one->next)
		if (one->value && one->value->kind == NODE_SCALAR)
			check_place(r, one->value, one->value->text);
}

static void send_done(struct reading *r, const struct node *map, void *base)
{
	const struct exchange_send *s = base;

	check_body(r, map);
	if (!s->ok_field != !s->ok_value)
		yaml_error(r->problems, map, "ok_field 和 ok_value 要一起写",
		    "ok_field and ok_value go together");
}

static const struct exchange_send send_initial = {.accepted_ms = 2 * MINUTE_MS};
static const struct shape send_shape = {
    SHAPE_KEYS(send_keys), .size = sizeof(struct exchange_send), .initial = &send_initial, .done = send_done};

/* -- what is open there ------------------------------------------------------------------------- */

static void read_minute(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	int minute;

	if (shape_get_minute(r, v, &minute))
		*SHAPE_AT(int, base, k->offset) = minute;
}

#define COMPARE(name, reader, member, ...)                                                                   \
	SHAPE_KEY(name, reader, struct exchange_compare, member, __VA_ARGS__)
static const struct key compare_keys[] = {
    COMPARE("url", shape_url, url, .required = true),
    COMPARE("at", read_minute, at),
    COMPARE("body", read_pairs, body, .count = offsetof(struct exchange_compare, n_body)),
    COMPARE("list", read_theirs, list, .required = true),
    COMPARE("dispatch", read_theirs, dispatch),
    COMPARE("ticket", read_theirs, ticket),
};

static void compare_done(struct reading *r, const struct node *map, void *base)
{
	(void)base;
	check_body(r, map);
}

#define NIGHT (2 * 60 + 30)
static const struct exchange_compare compare_initial = {.at = NIGHT};
static const struct shape compare_shape = {SHAPE_KEYS(compare_keys), .size = sizeof(struct exchange_compare),
    .initial = &compare_initial, .done = compare_done};

/* -- partners ----------------------------------------------------------------------------------- */

#define PARTNER(name, reader, member, ...)                                                                   \
	SHAPE_KEY(name, reader, struct exchange_partner, member, __VA_ARGS__)
static const struct key partner_keys[] = {
    PARTNER("unit", shape_unit_ref, unit, .required = true),
    PARTNER("account", shape_code, account, .required = true),
    PARTNER("person", shape_text, person),
    PARTNER("numbers", shape_code, numbers),
    PARTNER("receive", shape_map, receive, .shape = &receive_shape, .required = true),
    PARTNER("send", shape_map, send, .shape = &send_shape),
    PARTNER("compare", shape_map, compare, .shape = &compare_shape),
};
static const struct exchange_partner partner_initial = {.person = "对方平台", .numbers = ""};

static void partner_done(struct reading *r, const struct node *map, void *base)
{
	struct exchange_partner *p = base;

	p->line = map->line;
	if (p->compare.url && !p->send.url)
		yaml_error(r->problems, yaml_get(map, "compare"),
		    "核对(compare)用 send 的签名,没有 send 就不能核对",
		    "compare signs as send does: without send there is nothing to compare with");
}

static const struct shape partner_shape = {SHAPE_KEYS(partner_keys), .size = sizeof(struct exchange_partner),
    .initial = &partner_initial, .done = partner_done};

static void read_partners(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct exchange_partners *x = base;

	if (v->kind != NODE_MAP) {
		shape_wrong(r, v, "一个映射(名称: {unit: …})", "a mapping (name: {unit: …})");
		return;
	}
	x->v = arena_new_array(r->arena, struct exchange_partner, (size_t)v->n + 1);
	for (const struct node *one = v->child; one; one = one->next) {
		struct exchange_partner *p = &x->v[x->n];

		if (one->bad || !one->value)
			continue;
		shape_read(r, one->value, k->shape, p);
		shape_id(r, one, &p->id, &(const struct key){.name = "partners"});
		x->n += p->id != NULL;
	}
}

static const struct key exchange_keys[] = {
    SHAPE_KEY("partners", read_partners, struct exchange_partners, v, .shape = &partner_shape),
};
const struct shape exchange_shape = {SHAPE_KEYS(exchange_keys), .size = sizeof(struct exchange_partners)};
