/*
 * plain.c - the liaison's list without scripts: open dispatches, each with 签收 and 到场, and signing in by a code or token.
 *
 * Place: api. A form can send neither JSON nor a header of ours, so what guards a session's other requests cannot guard these. In their
 * place stand: the browser's own word that a page of ours sent it (Sec-Fetch-Site, or its Origin; the page asks for one by its
 * referrer policy; or the Referer, of a text browser, which has neither), SameSite=Strict of the cookie, and in each form the digest of the cookie, which only we and that browser know: another
 * site's page can read neither. The list is written of what /v1/dispatches answers, so sight decides what is in it, and being in it
 * delivers.
 */
#include "api/api.h"
#include "api/assets.h"
#include "api/endpoints.h"
#include "base/both.h"
#include "base/clock.h"
#include "base/form.h"
#include "base/html.h"
#include "domain/photo.h"
#include "domain/session.h"
#include "wire/site.h"
#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* -- the page ----------------------------------------------------------------------------------- */

static const char *say(const struct exchange *x, const char *zh, const char *en)
{
	return x->api->english ? en : zh;
}

static struct html begin(struct exchange *x, struct buf *out)
{
	struct html h = {.out = out};
	const char *title = say(x, "110 社会联动 · 简版", "110 joint action, plain");
	buf_printf(out,
	    "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\"><meta name=\"referrer\" content=\"same-origin\">"
	    "<title>%s</title><link rel=\"stylesheet\" href=\"%s\"><link rel=\"stylesheet\" "
	    "href=\"%s\"></head><body><main class=\"plain\">",
	    x->api->english ? "en" : "zh-CN", title, asset_style(x->arena, "app"),
	    asset_style(x->arena, "plain"));
	html_element(&h, "h1", NULL, title);
	return h;
}

static void answer(struct exchange *x, int status, struct buf *page)
{
	buf_text(page, "</main></body></html>\n");
	struct str body = buf_into(page, x->arena);
	answer_form(x, status, body);
}

/* The digest that a form of this session has in it. */
static const char *form_of(struct exchange *x)
{
	static const char use[] = "liandong plain form ";
	char hex[DIGEST_HEX];
	struct str cookie;
	if (http_cookie(x->request, SESSION_COOKIE, &cookie) != COOKIE_ONE)
		return "";
	struct str parts[] = {STR(use), cookie};
	struct digest d = digest_parts(parts, 2);
	return arena_text(x->arena, digest_hex(&d, hex));
}

static void hidden(struct html *h, const char *name, const char *value)
{
	html_empty(h, "input", "type", "hidden", "name", name, "value", value, NULL);
}

/* Text browsers show an input, but not each of them a button with its name. */
static void submit(struct html *h, const char *name)
{
	html_empty(h, "input", "type", "submit", "class", "button main", "value", name, NULL);
}

static void field(struct html *h, const char *label)
{
	html_open(h, "label", NULL);
	html_text(h, label);
	html_empty(h, "input", "name", "secret", "autocomplete", "one-time-code", "autocapitalize", "none",
	    "required", "required", NULL);
	html_close(h, "label");
}

static void show_sign_in(struct exchange *x, int status, const char *wrong)
{
	struct buf page = {0};
	struct html h = begin(x, &page);
	if (wrong)
		html_element(&h, "p", "error", wrong);
	html_open(&h, "form", "method", "post", "action", "/plain/in", NULL);
	field(&h, say(x, "登录码或令牌", "Login code or token"));
	submit(&h, say(x, "登录", "Sign in"));
	html_close(&h, "form");
	answer(x, status, &page);
}

static void show_words(struct exchange *x, int status, const char *words)
{
	struct buf page = {0};
	struct html h = begin(x, &page);
	html_element(&h, "p", status < 400 ? NULL : "error", words);
	html_open(&h, "p", NULL);
	html_open(&h, "a", "href", "/plain", NULL);
	html_text(&h, say(x, "回到列表", "Back to the list"));
	html_close(&h, "a");
	html_close(&h, "p");
	answer(x, status, &page);
}

void plain_refuse(struct exchange *x, int status, const char *detail)
{
	if (status == 401)
		show_sign_in(x, status, detail);
	else
		show_words(x, status, detail);
}

/* -- the list ------------------------------------------------------------------------------------ */

static const char *member(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text ? text : "";
}

/* "17:43" of an instant in RFC 3339. */
static void put_instant(struct html *h, const char *before, const char *instant)
{
	if (strlen(instant) >= 16)
		html_printf(h, " %s %.5s", before, instant + 11);
}

static void put_button(struct exchange *x, struct html *h, const json_t *d, const char *act, const char *name)
{
	char key[2 * 12 + 1], random[12];
	const char *place = arena_printf(x->arena, "/plain/%s/%s", member(d, "dispatch"), act);
	random_bytes(random, sizeof random);
	html_open(h, "form", "method", "post", "action", place, NULL);
	hidden(h, "form", form_of(x));
	hidden(h, "key", hex_of(random, sizeof random, key));
	submit(h, name);
	html_close(h, "form");
}

/* As people say it, and as the rest of the page does: 紧急. */
static const char *priority_word(struct exchange *x, const char *code)
{
	static const char *const english[] = {"Critical", "Urgent", "Help", "Routine"};
	const struct field_kind *k = &field_kinds[FIELD_PRIORITY];
	int i = name_index(k->names, k->n_names, code);
	return i < 0 ? code : say(x, k->also[i], english[i]);
}

/* Each opens by itself; in the list it is small, and a browser without pictures says what it is. */
static void put_photos(struct exchange *x, struct html *h, const json_t *d)
{
	static const struct both steps[PHOTO_STEPS] = {
	    [PHOTO_DEPARTED] = {"出发的照片", "photo of setting out"},
	    [PHOTO_ARRIVED] = {"到场的照片", "photo of the arrival"},
	    [PHOTO_PROGRESSED] = {"反馈的照片", "photo of a report"},
	    [PHOTO_COMPLETED] = {"办完的照片", "photo of what was done"}};
	const json_t *photos = json_object_get(d, "photos"), *one;
	size_t i;
	if (!json_array_size(photos))
		return;
	html_open(h, "p", NULL);
	json_array_foreach(photos, i, one) {
		int step = name_index(photo_step_names, PHOTO_STEPS, member(one, "step"));
		const char *at = member(one, "at"),
			   *path = arena_printf(x->arena, "/v1/dispatches/%s/photos/%s",
			       member(d, "dispatch"), member(one, "photo"));
		const char *name = arena_printf(x->arena, "%s %.5s",
		    say(x, steps[step < 0 ? 0 : step].zh, steps[step < 0 ? 0 : step].en),
		    strlen(at) >= 16 ? at + 11 : "");
		html_open(h, "a", "href", path, NULL);
		html_empty(h, "img", "src", path, "alt", name, "height", "120", "loading", "lazy", NULL);
		html_close(h, "a");
		html_text(h, " ");
	}
	html_close(h, "p");
}

static void put_dispatch(struct exchange *x, struct html *h, const json_t *d)
{
	const json_t *m = json_object_get(d, "matter"), *r = json_object_get(m, "reporter");
	html_open(h, "article", NULL);
	html_element(h, "h2", NULL, *member(m, "address") ? member(m, "address") : member(m, "area_name"));
	html_open(h, "p", NULL);
	html_printf(h, "%s · %s · %s", priority_word(x, member(m, "priority")), member(m, "category_name"),
	    member(d, "state_name"));
	put_instant(h, say(x, "下达", "issued"), member(d, "issued_at"));
	put_instant(h, say(x, "签收限", "acknowledge by"), member(d, "acknowledge_due"));
	put_instant(h, say(x, "到场限", "arrive by"), member(d, "arrive_due"));
	html_close(h, "p");
	html_element(h, "p", NULL, member(m, "description"));
	html_open(h, "p", NULL);
	html_printf(h, "%s %s", member(r, "name"), member(r, "phone"));
	html_close(h, "p");
	put_photos(x, h, d);
	if (!*member(d, "acknowledged_at"))
		put_button(x, h, d, "acknowledge", say(x, "签收", "Acknowledge"));
	if (!*member(d, "arrived_at"))
		put_button(x, h, d, "arrive", say(x, "到场", "Arrived"));
	html_close(h, "article");
}

static void on_list(struct exchange *x, const struct read_result *r)
{
	struct buf page = {0};
	struct html h = begin(x, &page);
	json_t *answered = json_loadb(r->bytes.p, r->bytes.n, 0, NULL);
	const json_t *list = json_object_get(answered, "dispatches");
	for (size_t i = 0; i < json_array_size(list); i++)
		put_dispatch(x, &h, json_array_get(list, i));
	if (!json_array_size(list))
		html_element(&h, "p", NULL, say(x, "没有待办的指令", "Nothing to do"));
	if (r->more)
		html_element(&h, "p", NULL, say(x, "还有更多,办完这些再看", "There are more after these"));
	html_open(&h, "p", NULL);
	html_open(&h, "a", "href", "/plain", "class", "button", NULL);
	html_text(&h, say(x, "刷新", "Reload"));
	html_close(&h, "a");
	html_close(&h, "p");
	json_decref(answered);
	answer(x, 200, &page);
}

/* -- who asks ------------------------------------------------------------------------------------ */

static bool signed_in(struct exchange *x)
{
	if (!guard_private(x))
		return false;
	enum sought is = identity_session(x);
	if (is == SOUGHT_UNREADABLE) {
		show_words(x, 503,
		    say(x, "暂时读不到登录,请稍后刷新", "The session cannot be read now; reload soon"));
		return false;
	}
	if (is == SOUGHT_NONE) {
		show_sign_in(x, x->request->method == HTTP_GET ? 200 : 401, NULL);
		return false;
	}
	if (!identity_certified(x) || !exchange_within_limits(x))
		return false;
	if (x->who.role == ROLE_LIAISON)
		return true;
	show_words(x, 403,
	    say(x, "简版只给联络员,请用 / 的网页", "The plain list is for liaisons; use the page at /"));
	return false;
}

static bool ready(struct exchange *x)
{
	x->by_form = true;
	if (!x->api->ready)
		show_words(x, 503, say(x, "系统正在启动,请稍后刷新", "The daemon is starting; reload soon"));
	return x->api->ready;
}

void plain_list(struct exchange *x)
{
	if (!ready(x) || !signed_in(x))
		return;
	x->command = (struct command){.kind = COMMAND_DISPATCH_LIST, .who = x->who};
	command_set_int(&x->command, FIELD_OPEN, 1);
	exchange_read(x, on_list);
}

/* -- forms --------------------------------------------------------------------------------------- */

/* One field of what a form sent, decoded; "" where it has none. Texts of ours and codes are short. */
static const char *form_field(struct exchange *x, const char *name)
{
	struct str rest = x->request->body;
	struct form_pair pair;

	while (form_next(&rest, x->arena, &pair))
		if (text_eq(pair.name, name))
			return pair.value;
	return "";
}

/* A form of ours, sent by a page of ours. */
static bool is_form(struct exchange *x)
{
	const char *type = http_header(x->request, "content-type");
	if (!guard_site(x))
		return false;
	if (type && strncmp(type, "application/x-www-form-urlencoded", 33) == 0)
		return true;
	show_words(x, 415, say(x, "请用网页上的按钮", "Use the buttons of the page"));
	return false;
}

void plain_sign_in(struct exchange *x)
{
	if (!ready(x) || !guard_private(x) || !is_form(x))
		return;
	session_by(x, form_field(x, "secret"));
}

static void on_done(void *arg, const struct reply *r)
{
	struct exchange *x = arg;
	x->ticket = NULL;
	if (r->code == OK)
		answer_see_other(x, "/plain");
	else
		answer_error(x, r->code, r->field, r->detail);
}

void plain_act(struct exchange *x)
{
	struct path_fields fields;
	unsigned allowed;
	struct refusal why = {0};
	bool arrives = strstr(x->request->path, "/arrive") != NULL;
	if (!ready(x) || !is_form(x) || !signed_in(x))
		return;
	if (!text_eq(form_field(x, "form"), form_of(x))) {
		show_words(x, 403,
		    say(x, "这个表单已失效,请回到列表再点", "This form is old; go back to the list"));
		return;
	}
	endpoint_find(HTTP_POST, x->request->path, &fields, &allowed);
	x->command = (struct command){
	    .kind = arrives ? COMMAND_DISPATCH_ARRIVE : COMMAND_DISPATCH_ACKNOWLEDGE, .who = x->who};
	if (!command_parse_field(&x->command, x->arena, FIELD_DISPATCH, fields.v[0].text, &why) ||
	    !command_parse_field(&x->command, x->arena, FIELD_KEY, str_of(form_field(x, "key")), &why) ||
	    !command_complete(&x->command, x->arena, &why))
		answer_refusal(x, &why);
	else
		exchange_command(x, &x->command, on_done);
}
