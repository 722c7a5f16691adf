/*
 * admin.c - accounts, the mechanism in force, backup.
 * Place: engine. Tokens are known by their SHA-256 only. A reload is all or nothing: files with any
 * error leave the old revision in force and say why.
 */
#include "base/array.h"
#include "base/log.h"
#include "base/loop.h"
#include "engine/core.h"
#include "mechanism/load.h"

#include <event2/event.h>

#include <stdlib.h>

#define TOKENS_MOST 2    /* live ones of one account, for rotation */
#define PROBLEMS_SAID 20 /* in a reply; the log and `check` have all */

/* -- accounts ------------------------------------------------------------------------------- */

struct wanted {
	const char *name, *unit, *commands;
	enum account_role role;
	struct digest token;
};

static bool read_wanted(struct turn *t, const struct job *j, struct wanted *w, struct refusal *why)
{
	*w = (struct wanted){.name = command_text(j->c, FIELD_NAME),
	    .unit = command_text(j->c, FIELD_UNIT),
	    .commands = command_text(j->c, FIELD_COMMANDS)};
	/* the field's choices are the roles without ROLE_NONE */
	w->role = (enum account_role)(command_int(j->c, FIELD_ACCOUNT_ROLE) + 1);
	if (!w->name || !digest_from_hex(str_of(command_text(j->c, FIELD_TOKEN_HASH)), &w->token))
		return refuse(why, t->a, ERROR_PARAMS, "token_sha256", "应为 64 位十六进制",
		    "expected 64 hexadecimal digits");
	if (w->role == ROLE_LIAISON && !mechanism_unit(t->m, w->unit))
		return refuse(why, t->a, ERROR_PARAMS, "unit", "联络员账号须属于一个成员单位,没有单位 %s",
		    "a liaison's account belongs to a unit; there is no unit %s", w->unit ? w->unit : "-");
	if (w->role != ROLE_LIAISON && w->unit)
		return refuse(why, t->a, ERROR_PARAMS, "unit", "只有联络员账号属于某个单位",
		    "only a liaison's account belongs to a unit");
	if ((w->role == ROLE_INTEGRATION) != (w->commands != NULL))
		return refuse(why, t->a, ERROR_PARAMS, "commands", "接入账号须写明可用的命令,其他账号不写",
		    "an integration names its commands, other accounts do not");
	return true;
}

static bool known_commands(struct turn *t, const char *list, struct refusal *why)
{
	struct str one;

	while ((one = list_next(&list)).n) {
		enum command_kind_id kind = command_find(one);

		if (kind == COMMANDS || command_kinds[kind].internal ||
		    !(command_kinds[kind].roles & 1u << ROLE_INTEGRATION))
			return refuse(why, t->a, ERROR_PARAMS, "commands", "没有可用的命令 %.*s",
			    "there is no command %.*s for it", (int)one.n, one.p);
	}
	return true;
}

static void add_account(struct turn *t, const struct account *who)
{
	ARRAY_ROOM(t->a, t->accounts, t->n_accounts, t->cap_accounts);
	t->accounts[t->n_accounts++] = *who;
}

/* Stored ones with what this turn has made of them: revoked here or there. */
static struct account *all_accounts(struct turn *t, size_t *n)
{
	struct account *stored = NULL, *all;

	*n = 0;
	if (store_accounts(t->e->store, t->a, &stored, n) == STORE_FAILED)
		engine_fail(t->e);
	all = arena_new_array(t->a, struct account, *n + t->n_accounts);
	if (*n)
		memcpy(all, stored, *n * sizeof(*all));
	for (size_t i = 0; i < t->n_accounts; i++) {
		size_t k = 0;

		while (k < *n && !digest_eq(&all[k].token, &t->accounts[i].token))
			k++;
		all[k] = t->accounts[i];
		*n += k == *n;
	}
	return all;
}

/* Fits the account of that name, if there is one. *same: this very token is there already. */
static bool fits_others(struct turn *t, const struct wanted *w, bool *same, struct refusal *why)
{
	size_t n, live = 0;
	struct account *v = all_accounts(t, &n);

	*same = false;
	for (size_t i = 0; i < n; i++) {
		if (digest_eq(&v[i].token, &w->token)) {
			*same = text_eq(v[i].name, w->name) && !v[i].revoked_at;
			return *same ||
			    refuse(why, t->a, ERROR_CONFLICT, "token_sha256", "这个令牌已被使用",
				"this token is in use");
		}
		if (!text_eq(v[i].name, w->name) || v[i].revoked_at)
			continue;
		live++;
		if (v[i].role != w->role || !text_eq(v[i].unit, w->unit) ||
		    !text_eq(v[i].commands, w->commands))
			return refuse(why, t->a, ERROR_CONFLICT, "name",
			    "账号 %s 已存在,角色或单位不同;请先停用",
			    "account %s exists with another role or unit; revoke it first", w->name);
	}
	if (live >= TOKENS_MOST)
		return refuse(why, t->a, ERROR_CONFLICT, "name", "账号 %s 已有两个有效令牌;请先停用",
		    "account %s has two live tokens; revoke it first", w->name);
	return true;
}

static void account_event(struct turn *t, const struct job *j, enum event_type type, const struct wanted *w)
{
	struct buf b = {0};
	struct json json = json_to(&b);

	json_begin(&json, NULL);
	json_text(&json, "name", w->name);
	if (w->role)
		json_text(&json, "role", role_names[w->role]);
	json_text(&json, "unit", w->unit);
	json_text(&json, "commands", w->commands);
	json_end(&json);
	turn_system_event(t, type, j->c->who.account, j->c->id, buf_view(&b));
	buf_free(&b);
}

static void answer_account(struct turn *t, struct job *j, const struct wanted *w, bool happened)
{
	struct buf b = {0};
	struct json json = json_to(&b);

	j->reply.seq = happened ? t->next_seq - 1 : 0;
	json_begin(&json, NULL);
	json_text(&json, "name", w->name);
	if (w->role)
		json_text(&json, "role", role_names[w->role]);
	json_text(&json, "unit", w->unit);
	json_int(&json, "seq", t->next_seq - 1);
	json_end(&json);
	job_result(t, j, &b);
}

void account_add_run(struct turn *t, struct job *j)
{
	struct refusal why = {.code = OK};
	struct wanted w;
	bool same;

	if (!read_wanted(t, j, &w, &why) || !known_commands(t, w.commands, &why) ||
	    !fits_others(t, &w, &same, &why)) {
		job_refuse(t, j, &why);
		return;
	}
	if (!same) {
		add_account(t,
		    &(struct account){.name = w.name,
			.role = w.role,
			.unit = w.unit,
			.commands = w.commands,
			.token = w.token,
			.made_at = t->now});
		account_event(t, j, EVENT_ACCOUNT_ADDED, &w);
	}
	answer_account(t, j, &w, !same);
}

/* All its live tokens. A second revocation changes nothing. */
void account_revoke_run(struct turn *t, struct job *j)
{
	struct wanted w = {.name = command_text(j->c, FIELD_NAME)};
	struct refusal why;
	bool known = false, changed = false;
	size_t n;
	struct account *v = all_accounts(t, &n);

	for (size_t i = 0; i < n; i++) {
		if (!text_eq(v[i].name, w.name))
			continue;
		known = true;
		if (v[i].revoked_at)
			continue;
		v[i].revoked_at = t->now;
		add_account(t, &v[i]);
		changed = true;
	}
	if (!known) {
		refuse(&why, t->a, ERROR_NOT_FOUND, "name", "没有账号 %s", "there is no account %s",
		    w.name ? w.name : "");
		job_refuse(t, j, &why);
		return;
	}
	if (changed)
		account_event(t, j, EVENT_ACCOUNT_REVOKED, &w);
	answer_account(t, j, &w, changed);
}

/* -- configuration --------------------------------------------------------------------------- */

static void refuse_reload(struct turn *t, struct job *j, const struct problems *p)
{
	struct problems few = *p;
	struct refusal why;
	struct buf b = {0};

	few.n = p->n < PROBLEMS_SAID ? p->n : PROBLEMS_SAID;
	problems_print(&few, &b);
	refuse(&why, t->a, ERROR_PARAMS, NULL, "配置有 %d 处错误,仍用原版本 %s:\n%.*s",
	    "the configuration has %d errors, revision %s stays in force:\n%.*s", p->errors, t->m->revision,
	    (int)b.n, b.n ? b.p : "");
	buf_free(&b);
	job_refuse(t, j, &why);
	log_alarm("reload refused", "errors=%d revision=%s", p->errors, t->m->revision);
}

static void activate(struct turn *t, const struct job *j, struct mechanism *m)
{
	const char *reason = command_text(j->c, FIELD_WHY);
	struct store_revision *r = arena_alloc(t->a, sizeof(*r));
	struct buf b = {0};
	struct json json = json_to(&b);

	*r = (struct store_revision){.files = m->files,
	    .n_files = MECHANISM_FILES,
	    .at = t->now,
	    .who = j->c->who.account,
	    .why = reason ? reason : "reload"};
	memcpy(r->revision, m->revision, sizeof(r->revision));
	t->activate = r;
	t->mechanism = m;
	json_begin(&json, NULL);
	json_text(&json, "revision", m->revision);
	json_text(&json, "before", t->m->revision);
	json_text(&json, "why", reason);
	json_end(&json);
	turn_system_event(t, EVENT_CONFIG_ACTIVATED, j->c->who.account, j->c->id, buf_view(&b));
	buf_free(&b);
}

static void answer_reload(struct turn *t, struct job *j, const char *revision, bool changed,
    const struct problems *p)
{
	struct buf b = {0};
	struct json json = json_to(&b);

	j->reply.seq = changed ? t->next_seq - 1 : 0;
	json_begin(&json, NULL);
	json_text(&json, "revision", revision);
	json_bool(&json, "changed", changed);
	json_int(&json, "warnings", p->n - p->errors);
	json_int(&json, "seq", t->next_seq - 1);
	json_end(&json);
	job_result(t, j, &b);
}

/* The options' file may name another folder and language; the rest of it needs a restart. */
static struct mechanism *read_again(struct engine *e, struct problems *p)
{
	struct options *o = options_load(e->child->options->file, p);
	struct mechanism *m;

	if (!o)
		return NULL;
	m = start_read_folder(o->mechanism, p);
	if (m)
		e->english = text_eq(o->language, "en");
	options_free(o);
	return m;
}

void reload_run(struct turn *t, struct job *j)
{
	struct engine *e = t->e;
	struct mechanism *m = NULL;
	struct problems p;

	problems_init(&p, e->english);
	if (!t->mechanism)
		m = read_again(e, &p);
	if (t->mechanism) { /* the second in one turn: the first has read the same files */
		answer_reload(t, j, t->mechanism->revision, false, &p);
	} else if (!m) {
		refuse_reload(t, j, &p);
	} else if (strcmp(m->revision, e->m->revision) == 0) {
		answer_reload(t, j, m->revision, false, &p);
		mechanism_release(m);
	} else {
		log_info("revision", "now=%s before=%s by=%s", m->revision, e->m->revision,
		    j->c->who.account);
		activate(t, j, m);
		answer_reload(t, j, m->revision, true, &p);
	}
	problems_free(&p);
	if (!j->from && e->reload_own) {
		e->reload_own = false;
		child_ready(e->control);
	}
}

/* -- backup --------------------------------------------------------------------------------- */

static void refuse_backup(struct turn *t, struct job *j, enum error_code code, const char *why_not)
{
	struct refusal why;

	refuse(&why, t->a, code, "file", "%s", "%s", why_not);
	job_refuse(t, j, &why);
}

static void backup_ended(struct engine *e, enum error_code code, const char *why)
{
	event_free(e->backup_event);
	e->backup_event = NULL;
	log_line(code == OK ? LOG_INFO : LOG_ALARM, code == OK ? "backup done" : "backup failed", "why=%s",
	    why);
	work_answer(e, &e->backup, code, code == OK ? NULL : why, code == OK ? STR("{}") : STR(""));
	links_flush(e);
}

static void on_backup(evutil_socket_t fd, short what, void *arg)
{
	struct engine *e = arg;
	char why[512] = "";
	int left = store_backup_step(e->backup_state, why, sizeof(why));

	(void)fd;
	(void)what;
	if (left <= 0)
		backup_ended(e, left < 0 ? ERROR_INTERNAL : OK, why);
}

void backup_stop(struct engine *e)
{
	if (!e->backup.on)
		return;
	store_backup_stop(e->backup_state);
	backup_ended(e, ERROR_UNAVAILABLE,
	    e->english ? "liandong is being stopped: no backup was made" : "系统正在停止，备份没有做成");
}

static void watch_backup(struct engine *e)
{
	e->backup_event =
	    loop_event(e->base, store_backup_fd(e->backup_state), EV_READ | EV_PERSIST, on_backup, e);
	event_add(e->backup_event, NULL);
}

void backup_run(struct turn *t, struct job *j)
{
	struct engine *e = t->e;
	const char *file = command_text(j->c, FIELD_FILE);
	char why[512] = "";

	if (e->backup.on && e->backup.id == j->c->id) {
		j->later = true; /* begun in this turn's first attempt, or before its front end came back */
		e->backup.from = j->from;
		return;
	}
	if (e->backup.on)
		return refuse_backup(t, j, ERROR_WRONG_STATE,
		    e->english ? "a backup is running" : "正在备份中");
	if (!file || file[0] != '/')
		return refuse_backup(t, j, ERROR_PARAMS,
		    e->english ? "expected an absolute path" : "应为绝对路径");
	e->backup_state = store_backup_start(e->store, file, why, sizeof(why));
	if (!e->backup_state)
		return refuse_backup(t, j, ERROR_PARAMS, why);
	log_info("backup begun", "file=%s", file);
	e->backup = (struct work){.on = true, .from = j->from, .id = j->c->id};
	j->later = true;
	watch_backup(e);
}
