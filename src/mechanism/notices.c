/*
 * notices.c - reads notices.yaml: the channels, the channels of each recipient, and the quiet hours. The file may be absent;
 * then nothing goes out.
 *
 * Place: mechanism. Whether a host can be reached is no matter of a file's: `notice test` tries it. What a kind of channel
 * must have is a table (needs), so that a channel that could never send is found where it is written.
 */
#include "domain/notices.h"
#include "base/time.h"
#include "base/url.h"
#include "mechanism/shape.h"

#include <stdlib.h>

#define COUNT(v) ((int)(sizeof(v) / sizeof *(v)))

/* -- parts of a channel ----------------------------------------------------------------------- */

/* A name within the folder of secrets: it leads nowhere else. */
void shape_secret_file(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const char *name;

	if (!shape_get_text(r, v, &name))
		return;
	if (*name == '/' || *name == '.' || strstr(name, "..") ||
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-")])
		shape_wrong(r, v, "密钥文件夹(notices.secrets)里的文件名,如 hall",
		    "the name of a file in the folder of secrets (notices.secrets), such as hall");
	else
		*SHAPE_AT(const char *, base, k->offset) = name;
}

static void take_url(struct reading *r, const struct node *v, bool fragment, const char **out)
{
	const char *url;
	struct url parts;

	if (!shape_get_text(r, v, &url))
		return;
	size_t n = fragment ? strcspn(url, "#") : strlen(url);
	enum url_fault fault = url_parse((struct str){url, n}, &parts);
	if (fault != URL_GOOD)
		yaml_error(r->problems, v, "网址 “%s” 不对:%s", "the URL \"%s\" is wrong: %s",
		    arena_quote(r->problems->arena, url),
		    r->problems->english ? url_faults[fault].en : url_faults[fault].zh);
	else
		*out = url;
}

/* https://…, smtps://…; http:// where liandong.yaml allows it. What a URL may reach is looked at when it is used. */
void shape_url(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	take_url(r, v, false, SHAPE_AT(const char *, base, k->offset));
}

/* The page's address, which people open: what follows # stays in their browser. */
static void read_link(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	take_url(r, v, true, SHAPE_AT(const char *, base, k->offset));
}

#define FIELDS_MOST 32

/* {name: template, …} */
static void read_fields(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct notice_field *fields;
	int n = 0;

	if (v->kind != NODE_MAP || v->n > FIELDS_MOST) {
		shape_wrong(r, v, "名称和内容,如 {mobile: \"{phone}\"}",
		    "names and texts such as {mobile: \"{phone}\"}");
		return;
	}
	fields = arena_new_array(r->arena, struct notice_field, (size_t)v->n + 1);
	for (const struct node *one = v->child; one; one = one->next)
		if (!one->bad && one->value && shape_get_text(r, one->value, &fields[n].text)) {
			if (strpbrk(one->text, "\r\n: "))
				shape_wrong(r, one, "不含空格和冒号的名称",
				    "a name without spaces and colons");
			else
				fields[n++].name = arena_text(r->arena, one->text);
		}
	*SHAPE_AT(struct notice_field *, base, k->offset) = fields;
	*SHAPE_AT(int, base, k->count) = n;
}

static void read_texts(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	const struct node *item;
	const char **texts;
	int n, read = 0;

	if (!shape_get_list(r, v, false, &item, &n))
		return;
	texts = arena_new_array(r->arena, const char *, (size_t)n + 1);
	for (; item; item = item->next)
		read += shape_get_text(r, item, &texts[read]);
	*SHAPE_AT(const char **, base, k->offset) = texts;
	*SHAPE_AT(int, base, k->count) = read;
}

static const char *const methods[] = {"post", "get"};
static void read_method(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	int i;

	if (shape_get_word(r, v, methods, COUNT(methods), &i))
		*SHAPE_AT(bool, base, k->offset) = i == 1;
}

#define PER_NUMBER(name, most_)                                                                              \
	SHAPE_KEY(#name, shape_int, struct number_limit, name, .least = 0, .most = (most_))
static const struct key number_keys[] = {PER_NUMBER(minute, 60), PER_NUMBER(hour, 1000)};
static const struct shape number_shape = {SHAPE_KEYS(number_keys), .size = sizeof(struct number_limit)};

#define CHANNEL(name, reader, member, ...) SHAPE_KEY(name, reader, struct notice_channel, member, __VA_ARGS__)
static const struct key channel_keys[] = {
    CHANNEL("kind", shape_word, kind, SHAPE_NAMES(channel_kind_names, 0), .required = true),
    CHANNEL("url", shape_url, url),
    CHANNEL("url_file", shape_secret_file, url_file),
    CHANNEL("secret_file", shape_secret_file, secret_file),
    CHANNEL("receipts_file", shape_secret_file, receipts_file),
    CHANNEL("receipts", shape_bool, receipts),
    CHANNEL("per_minute", shape_int, per_minute, .least = 1, .most = 6000),
    CHANNEL("per_number", shape_map, per_number, .shape = &number_shape),
    CHANNEL("corp", shape_code, corp),
    CHANNEL("agent", shape_int64, agent, .least = 1, .most = 999999999999),
    CHANNEL("preset", shape_word, preset, SHAPE_NAMES(sms_preset_names, 0)),
    CHANNEL("sign", shape_text, sign),
    CHANNEL("template", shape_code, template),
    CHANNEL("app", shape_code, app),
    CHANNEL("region", shape_code, region),
    CHANNEL("params", read_texts, params, .count = offsetof(struct notice_channel, n_params)),
    CHANNEL("method", read_method, get, .names = methods, .n_names = COUNT(methods)),
    CHANNEL("headers", read_fields, headers, .count = offsetof(struct notice_channel, n_headers)),
    CHANNEL("form", read_fields, form, .count = offsetof(struct notice_channel, n_form)),
    CHANNEL("json", shape_text, json),
    CHANNEL("ok_field", shape_text, ok_field),
    CHANNEL("ok_value", shape_text, ok_value),
    CHANNEL("id_field", shape_text, id_field),
    CHANNEL("receipt_id", shape_text, receipt_id),
    CHANNEL("receipt_ok_field", shape_text, receipt_ok_field),
    CHANNEL("receipt_ok_value", shape_text, receipt_ok_value),
    CHANNEL("from", shape_text, from),
    CHANNEL("user", shape_text, user),
};

/* What a channel of this kind cannot do without; a,b: one of these. */
static const struct {
	enum channel_kind kind;
	int preset; /* -1: any */
	const char *one_of[2];
} needs[] = {
    {CHANNEL_WEBHOOK, -1, {"url", "url_file"}},
    {CHANNEL_WEBHOOK, -1, {"secret_file"}},
    {CHANNEL_WECOM_BOT, -1, {"url_file"}},
    {CHANNEL_WECOM_APP, -1, {"corp"}},
    {CHANNEL_WECOM_APP, -1, {"agent"}},
    {CHANNEL_WECOM_APP, -1, {"secret_file"}},
    {CHANNEL_DINGTALK_BOT, -1, {"url_file"}},
    {CHANNEL_FEISHU_BOT, -1, {"url_file"}},
    {CHANNEL_SMS_HTTP, SMS_OWN, {"url", "url_file"}},
    {CHANNEL_SMS_HTTP, SMS_OWN, {"form", "json"}},
    {CHANNEL_SMS_HTTP, SMS_OWN, {"ok_field"}},
    {CHANNEL_SMS_HTTP, SMS_OWN, {"ok_value"}},
    {CHANNEL_SMS_HTTP, SMS_ALIYUN, {"secret_file"}},
    {CHANNEL_SMS_HTTP, SMS_ALIYUN, {"sign"}},
    {CHANNEL_SMS_HTTP, SMS_ALIYUN, {"template"}},
    {CHANNEL_SMS_HTTP, SMS_TENCENT, {"secret_file"}},
    {CHANNEL_SMS_HTTP, SMS_TENCENT, {"app"}},
    {CHANNEL_SMS_HTTP, SMS_TENCENT, {"sign"}},
    {CHANNEL_SMS_HTTP, SMS_TENCENT, {"template"}},
    {CHANNEL_SMTP, -1, {"url"}},
    {CHANNEL_SMTP, -1, {"from"}},
    {CHANNEL_VOICE, -1, {"url", "url_file"}},
    {CHANNEL_VOICE, -1, {"secret_file"}},
    {CHANNEL_VOICE, -1, {"receipts_file"}},
};

static void check_needs(struct reading *r, const struct node *map, const struct notice_channel *c)
{
	for (int i = 0; i < COUNT(needs); i++) {
		const char *one = needs[i].one_of[0], *other = needs[i].one_of[1];

		if (needs[i].kind != c->kind || (needs[i].preset >= 0 && needs[i].preset != (int)c->preset) ||
		    yaml_get(map, one) || (other && yaml_get(map, other)))
			continue;
		yaml_error(r->problems, map, "%s 通道缺少 %s%s%s", "a channel of kind %s lacks %s%s%s",
		    channel_kind_names[c->kind], one, other ? r->problems->english ? " or " : " 或 " : "",
		    other ? other : "");
	}
}

/* All places of templates, the facts first. */
static const char *place(int i)
{
	return i < NOTICE_FACTS ? notice_fact_names[i] : notice_place_names[i - NOTICE_FACTS];
}

#define PLACES ((int)NOTICE_FACTS + (int)NOTICE_PLACES)

/* A place that is none is a slip of the hand, and would be found when the first message is to go. */
static void check_place(struct reading *r, const struct node *v, const char *word, size_t n)
{
	const char *name = arena_str(r->problems->arena, (struct str){word, n}), *names[PLACES];
	struct buf all = {0};

	for (int i = 0; i < PLACES; i++) {
		if (text_eq(name, place(i)))
			return;
		names[i] = place(i);
	}
	for (int i = 0; i < PLACES; i++)
		buf_printf(&all, "%s{%s}", i ? " " : "", place(i));
	const char *near = shape_nearest(name, names, PLACES);
	const char *list = arena_str(r->problems->arena, buf_view(&all));
	const char *tail = near ? arena_printf(r->problems->arena,
				      r->problems->english ? "; did you mean {%s}" : ",是不是 {%s}", near)
				: "";
	buf_free(&all);
	yaml_error(r->problems, v, "模板里没有 {%s} 这个空位%s?可以用 %s",
	    "a template has no place {%s}%s? It may have %s", name, tail, list);
}

static void check_template(struct reading *r, const struct node *v, const char *text)
{
	for (const char *at = text; at && (at = strchr(at, '{')); at++) {
		size_t n = strspn(at + 1, "abcdefghijklmnopqrstuvwxyz_");

		if (n > 0 && at[n + 1] == '}') /* else a brace of JSON */
			check_place(r, v, at + 1, n);
	}
}

static void check_fields(struct reading *r, const struct node *map, const char *key,
    const struct notice_field *fields, int n)
{
	for (int i = 0; i < n; i++)
		check_template(r, yaml_get(yaml_get(map, key), fields[i].name), fields[i].text);
}

/* "number" is the fact itself, "{number}" and "code={number}" are templates. */
static void check_params(struct reading *r, const struct node *list, const struct notice_channel *c)
{
	const struct node *item = list ? list->child : NULL;

	for (int i = 0; i < c->n_params && item; i++, item = item->next)
		if (strpbrk(c->params[i], "={"))
			check_template(r, item, c->params[i]);
		else
			check_place(r, item, c->params[i], strlen(c->params[i]));
}

/* Mail goes by smtp, all else by http. */
static void check_scheme(struct reading *r, const struct node *v, const struct notice_channel *c)
{
	struct url u;

	if (!c->url || url_parse(str_of(c->url), &u) != URL_GOOD || u.mail == (c->kind == CHANNEL_SMTP))
		return;
	if (u.mail)
		shape_wrong(r, v, "以 https:// 开头的网址", "a URL that begins with https://");
	else
		shape_wrong(r, v, "以 smtps:// 或 smtp:// 开头的邮件服务器",
		    "a mail server that begins with smtps:// or smtp://");
}

/* What says how long a request is, and for whom: ours to say. What is written here would go out as it is. */
static void check_header_names(struct reading *r, const struct node *map, const struct notice_channel *c)
{
	static const char *const ours[] = {
	    "Host", "Content-Length", "Transfer-Encoding", "Connection", "Expect", "Upgrade"};

	for (int i = 0; i < c->n_headers; i++)
		for (int k = 0; k < COUNT(ours); k++)
			if (strcasecmp(c->headers[i].name, ours[k]) == 0)
				yaml_error(r->problems,
				    yaml_get(yaml_get(map, "headers"), c->headers[i].name),
				    "%s 由程序自己写,删去这一行",
				    "%s is written by the program: delete this line", ours[k]);
}

/* A header ends with its line: what follows would be another one, and no such message goes. */
static void check_header_lines(struct reading *r, const struct node *map, const struct notice_channel *c)
{
	for (int i = 0; i < c->n_headers; i++)
		if (strpbrk(c->headers[i].text, "\r\n"))
			yaml_error(r->problems, yaml_get(yaml_get(map, "headers"), c->headers[i].name),
			    "请求头只能是一行", "a header is one line");
}

/* A place in a URL's host would send each message to a host of its text's choosing. */
static void check_host(struct reading *r, const struct node *v, const char *url)
{
	const char *host = url ? strstr(url, "://") : NULL;

	if (host && memchr(host + 3, '{', strcspn(host + 3, "/?#")))
		shape_wrong(r, v, "主机名里没有空位的网址", "a URL without places in its host");
}

/* A short message without a number reaches no phone, and the provider may answer that it was taken. A URL in a file of secrets is
 * checked in ctl/needs.c, which can read it. */
static void check_phone(struct reading *r, const struct node *map, const struct notice_channel *c)
{
	if (c->kind == CHANNEL_SMS_HTTP && c->preset == SMS_OWN && (c->n_form || c->json) && !c->url_file &&
	    !notices_has_place(c, PLACE_PHONE))
		yaml_error(r->problems, map, "url、headers、form、json 里都没有 {phone}:短信没有收件人的号码",
		    "neither url nor headers, form or json has {phone}: the message goes to no number");
}

static bool named(const struct node *v, const char *const *names, int n)
{
	return v && v->kind == NODE_SCALAR && name_index(names, n, v->text) >= 0;
}

static void channel_done(struct reading *r, const struct node *map, void *base)
{
	struct notice_channel *c = base;

	if (!named(yaml_get(map, "kind"), channel_kind_names, CHANNEL_KINDS) ||
	    (yaml_get(map, "preset") && !named(yaml_get(map, "preset"), sms_preset_names, SMS_PRESETS)))
		return; /* which was said; what such a channel lacks is not known */
	check_needs(r, map, c);
	check_scheme(r, yaml_get(map, "url"), c);
	check_fields(r, map, "headers", c->headers, c->n_headers);
	check_fields(r, map, "form", c->form, c->n_form);
	check_template(r, yaml_get(map, "json"), c->json);
	check_header_names(r, map, c);
	check_header_lines(r, map, c);
	check_host(r, yaml_get(map, "url"), c->url);
	check_phone(r, map, c);
	check_params(r, yaml_get(map, "params"), c);
	if (yaml_get(map, "per_number") && !notices_by_phone(c->kind))
		yaml_error(r->problems, yaml_get(map, "per_number"),
		    "per_number 只用于发给号码的通道(sms-http、voice)",
		    "per_number is for channels that go to a number (sms-http, voice)");
	c->receipts = c->receipts || c->kind == CHANNEL_VOICE;
	if (c->receipts && !c->receipts_file)
		yaml_error(r->problems, map, "写了 receipts 就要有 receipts_file:回执地址里的密钥",
		    "a channel with receipts needs receipts_file: the secret in the URL that they come to");
}

static const struct notice_channel channel_initial = {
    .per_number = {NUMBER_LIMIT_OF_KIND, NUMBER_LIMIT_OF_KIND}};
static const struct shape channel_shape = {SHAPE_KEYS(channel_keys), .size = sizeof(struct notice_channel),
    .initial = &channel_initial, .done = channel_done};

static void read_channels(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct notices *n = base;

	if (v->kind != NODE_MAP) {
		shape_wrong(r, v, "一个映射(名称: {kind: …})", "a mapping (name: {kind: …})");
		return;
	}
	n->channels = arena_new_array(r->arena, struct notice_channel, (size_t)v->n + 1);
	for (const struct node *one = v->child; one; one = one->next) {
		struct notice_channel *c = &n->channels[n->n_channels];

		if (one->bad || !one->value)
			continue;
		shape_read(r, one->value, k->shape, c);
		shape_id(r, one, &c->id, &(const struct key){.name = "channels"});
		n->n_channels += c->id != NULL;
	}
}

/* -- digests ----------------------------------------------------------------------------------- */

static int by_minute(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* ["08:40", "17:10"]; []: none. */
static void read_times(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct digest_times *times = SHAPE_AT(struct digest_times, base, k->offset);
	const struct node *item;
	int n;

	if (!shape_get_list(r, v, false, &item, &n))
		return;
	if (n > DIGESTS_EACH) {
		yaml_error(r->problems, v, "一天最多 %d 次", "at most %d times a day", DIGESTS_EACH);
		return;
	}
	shape_check_repeats(r, v);
	times->given = true;
	for (; item; item = item->next)
		times->n += !item->bad && shape_get_minute(r, item, &times->v[times->n]);
	qsort(times->v, (size_t)times->n, sizeof *times->v, by_minute);
}

/* -- recipients -------------------------------------------------------------------------------- */

static void unknown_channel(struct reading *r, const struct node *v)
{
	const struct notices *n = r->m->notices;
	const char **ids = arena_new_array(r->problems->arena, const char *, (size_t)n->n_channels + 1);

	for (int i = 0; i < n->n_channels; i++)
		ids[i] = n->channels[i].id;
	const char *near = shape_nearest(v->text, ids, n->n_channels);
	yaml_problem(r->problems, PROBLEM_REFERENCE, v, "channels 里没有 “%s”%s%s%s",
	    "there is no \"%s\" in channels%s%s%s", arena_quote(r->problems->arena, v->text),
	    near ? r->problems->english ? ", did you mean \"" : ",是不是 “" : "", near ? near : "",
	    near ? r->problems->english ? "\"?" : "”?" : "");
}

static void find_channels(struct reading *r, const struct node *v, void *at)
{
	struct channel_list *list = at;

	for (const struct node *item = v->child; item; item = item->next) {
		const struct notice_channel *c =
		    item->kind == NODE_SCALAR ? notices_channel(r->m->notices, item->text) : NULL;

		if (c && list->n < CHANNELS_EACH)
			list->v[list->n++] = c;
		else if (!c && !item->bad && item->kind == NODE_SCALAR)
			unknown_channel(r, item);
	}
}

static bool check_list(struct reading *r, const struct node *v)
{
	const struct node *item;
	const char *id;
	int n;

	if (!shape_get_list(r, v, false, &item, &n))
		return false;
	if (n > CHANNELS_EACH)
		yaml_error(r->problems, v, "最多 %d 个通道", "at most %d channels", CHANNELS_EACH);
	shape_check_repeats(r, v);
	for (; item; item = item->next)
		shape_get_code(r, item, &id);
	return true;
}

/* [hall, water-sms]: the channels are looked up when all are read. */
static void read_list(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	if (check_list(r, v))
		shape_later(r, v, SHAPE_AT(struct channel_list, base, k->offset), find_channels);
}

/* Once, so that what is wrong with the list is said once. */
static void find_for_all(struct reading *r, const struct node *v, void *at)
{
	struct notice_recipient *to = at;

	find_channels(r, v, &to->by_role[0]);
	for (int i = 1; i < NOTICE_ROLES; i++)
		to->by_role[i] = to->by_role[0];
}

#define RECIPIENT(name, role) SHAPE_KEY(name, read_list, struct notice_recipient, by_role[role])
static const struct key recipient_keys[] = {
    RECIPIENT("duty", TOLD_DUTY),
    RECIPIENT("liaison", TOLD_LIAISON),
    RECIPIENT("person_in_charge", TOLD_PERSON_IN_CHARGE),
    RECIPIENT("leader", TOLD_LEADER),
    SHAPE_KEY("wecom", shape_text, struct notice_recipient, wecom),
    SHAPE_KEY("mail", shape_text, struct notice_recipient, mail),
    SHAPE_KEY("digest", read_times, struct notice_recipient, digest),
};
static const struct shape recipient_shape = {
    SHAPE_KEYS(recipient_keys), .size = sizeof(struct notice_recipient)};

static const char *const offices[] = {"desk", "shift-leader", "office"};

/* [hall]: all of its roles. */
static void read_recipient(struct reading *r, const struct node *v, struct notice_recipient *to)
{
	if (v->kind != NODE_LIST) {
		shape_read(r, v, &recipient_shape, to);
		return;
	}
	if (check_list(r, v))
		shape_later(r, v, to, find_for_all);
}

static void read_recipients(struct reading *r, const struct node *v, void *base, const struct key *k)
{
	struct notices *n = base;

	(void)k;
	if (v->kind != NODE_MAP) {
		shape_wrong(r, v, "一个映射(单位或 desk、shift-leader、office: 通道)",
		    "a mapping (a unit, or desk, shift-leader, office: channels)");
		return;
	}
	n->recipients = arena_new_array(r->arena, struct notice_recipient, (size_t)v->n + 1);
	for (const struct node *one = v->child; one; one = one->next) {
		struct notice_recipient *to = &n->recipients[n->n_recipients];

		if (one->bad || !one->value)
			continue;
		read_recipient(r, one->value, to);
		to->id = arena_text(r->arena, one->text);
		if (name_index(offices, COUNT(offices), to->id) < 0)
			shape_later(r, one, (void *)&to->unit, shape_find_unit);
		if (to->digest.given && !to->unit &&
		    (text_eq(to->id, "desk") || text_eq(to->id, "shift-leader")))
			yaml_error(r->problems, yaml_get(one->value, "digest"), "汇总只发给单位和 office",
			    "a digest goes to units and the office alone");
		n->n_recipients++;
	}
}

static const struct key person_keys[] = {
    SHAPE_KEY("phone", shape_text, struct notice_person, phone, .required = true),
    SHAPE_KEY("channels", read_list, struct notice_person, channels),
    SHAPE_KEY("wecom", shape_text, struct notice_person, wecom),
    SHAPE_KEY("mail", shape_text, struct notice_person, mail),
};

static const struct shape person_shape = {SHAPE_KEYS(person_keys), .size = sizeof(struct notice_person)};

/* -- when ----------------------------------------------------------------------------------------- */

/* An instruction and an escalation go at any hour: the unit serves day and night (Art. 11). */
static const struct key quiet_keys[] = {
    SHAPE_KEY("decision", shape_night, struct notices, quiet[NOTICE_DECISION]),
    SHAPE_KEY("reminder", shape_night, struct notices, quiet[NOTICE_REMINDER]),
    SHAPE_KEY("digest", shape_night, struct notices, quiet[NOTICE_DIGEST]),
};
static const struct shape quiet_shape = {SHAPE_KEYS(quiet_keys), .size = sizeof(struct notices)};

#define EXPIRES(name, class)                                                                                 \
	SHAPE_KEY(name, shape_duration, struct notices, expires_ms[class], .least = MINUTE_MS,               \
	    .most = 7 * DAY_MS)
static const struct key expires_keys[] = {
    EXPIRES("instruction", NOTICE_INSTRUCTION),
    EXPIRES("escalation", NOTICE_ESCALATION),
    EXPIRES("decision", NOTICE_DECISION),
    EXPIRES("reminder", NOTICE_REMINDER),
    EXPIRES("digest", NOTICE_DIGEST),
};
static const struct shape expires_shape = {SHAPE_KEYS(expires_keys), .size = sizeof(struct notices)};

#define DELIVERED(p)                                                                                         \
	SHAPE_KEY(#p, shape_duration, struct notices, delivered_ms[p], .least = SECOND_MS, .most = DAY_MS)
static const struct key ladder_keys[] = {
    SHAPE_KEY("accepted", shape_duration, struct notices, accepted_ms, .least = SECOND_MS,
	.most = 10 * MINUTE_MS),
    DELIVERED(P1),
    DELIVERED(P2),
    DELIVERED(P3),
    DELIVERED(P4),
};
static const struct shape ladder_shape = {SHAPE_KEYS(ladder_keys), .size = sizeof(struct notices)};

/* -- the file -------------------------------------------------------------------------------------- */

static const struct key notices_keys[] = {
    SHAPE_KEY("channels", read_channels, struct notices, channels, .shape = &channel_shape),
    SHAPE_KEY("recipients", read_recipients, struct notices, recipients),
    SHAPE_KEY("people", shape_maps, struct notices, people, .count = offsetof(struct notices, n_people),
	.shape = &person_shape, .unique = "phone"),
    SHAPE_KEY("link", read_link, struct notices, link),
    SHAPE_KEY("digest", read_times, struct notices, digest),
    {.name = "quiet", .read = shape_map, .shape = &quiet_shape},
    {.name = "expires", .read = shape_map, .shape = &expires_shape},
    {.name = "ladder", .read = shape_map, .shape = &ladder_shape},
};
static const struct notices notices_initial = {
    .expires_ms = {[NOTICE_INSTRUCTION] = 30 * MINUTE_MS,
	[NOTICE_ESCALATION] = 30 * MINUTE_MS,
	[NOTICE_DECISION] = HOUR_MS,
	[NOTICE_REMINDER] = 10 * MINUTE_MS,
	[NOTICE_DIGEST] = HOUR_MS},
    .accepted_ms = 10 * SECOND_MS,
    .delivered_ms =
	{[P1] = 30 * SECOND_MS, [P2] = 60 * SECOND_MS, [P3] = 5 * MINUTE_MS, [P4] = 5 * MINUTE_MS},
};
const struct shape notices_shape = {
    SHAPE_KEYS(notices_keys), .size = sizeof(struct notices), .initial = &notices_initial};
