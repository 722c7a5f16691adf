/*
 * reload.c - the mechanism's files, read again. Place: engine. All or nothing: files with any error leave
 * the old revision in force and say why. What follows from a reload follows its commit.
 */
#include "base/log.h"
#include "engine/handlers.h"
#include "engine/mechanism.h"
#include "engine/troubles.h"

#define PROBLEMS_SAID 20 /* in a reply; the log and `check` have all */

static void log_problems(const struct problems *p)
{
	for (int i = 0; i < p->n && i < PROBLEMS_SAID; i++)
		log_warn("reload problem", "file=%s line=%d says=%s", p->v[i].file ? p->v[i].file : "-",
		    p->v[i].line, p->v[i].text);
	if (p->n > PROBLEMS_SAID)
		log_warn("reload problem", "more=%d see=\"liandongd -n\"", p->n - PROBLEMS_SAID);
}

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
	troubles_note_files(t->e, p);
	log_problems(p); /* who sent a SIGHUP gets no answer */
}

static void activate(struct turn *t, const struct job *j, struct mechanism *m)
{
	const char *reason = command_text(j->c, FIELD_WHY);
	struct store_revision *r = arena_alloc(t->a, sizeof(*r));
	struct buf b = {0};
	struct json json = json_to(&b);

	*r = (struct store_revision){.files = m->files,
	    .n_files = m->n_files,
	    .at = t->now,
	    .who = j->c->who.account,
	    .why = reason ? reason : "reload"};
	memcpy(r->revision, m->revision, sizeof(r->revision));
	t->save.activate = r;
	t->effects.mechanism = m;
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
static struct mechanism *read_again(struct turn *t, struct problems *p)
{
	struct options *o = options_load(t->e->child->options->file, p);
	struct mechanism *m;

	if (!o)
		return NULL;
	troubles_note_options(t->e, o);
	m = mechanism_from_folder(o->mechanism, p);
	if (m) {
		troubles_note_files(t->e, NULL);
		t->effects.speak = true;
		t->effects.english = text_eq(o->language, "en");
	}
	options_free(o);
	return m;
}

/* What cannot be recorded does not come into force. */
static void refuse_read_only(struct turn *t, struct job *j)
{
	struct refusal why;

	refuse(&why, t->a, ERROR_UNAVAILABLE, NULL, "数据库只读,新配置无法记录,仍用原版本 %s",
	    "the store is read-only and cannot record another configuration: revision %s stays in force",
	    t->m->revision);
	job_refuse(t, j, &why);
}

void reload_run(struct turn *t, struct job *j)
{
	struct mechanism *m = NULL;
	struct problems p;

	problems_init(&p, t->e->english);
	if (store_metrics(t->e->store).read_only) {
		refuse_read_only(t, j);
	} else if (!t->effects.mechanism) {
		m = read_again(t, &p);
	}
	if (j->reply.code != OK) {
		log_alarm("reload refused", "reason=read-only revision=%s", t->m->revision);
	} else if (t->effects.mechanism) { /* the second in one turn: the first has read the same files */
		answer_reload(t, j, t->effects.mechanism->revision, false, &p);
	} else if (!m) {
		refuse_reload(t, j, &p);
	} else if (strcmp(m->revision, t->m->revision) == 0) {
		answer_reload(t, j, m->revision, false, &p);
		mechanism_release(m);
	} else {
		log_info("revision", "now=%s before=%s by=%s", m->revision, t->m->revision,
		    j->c->who.account);
		activate(t, j, m);
		answer_reload(t, j, m->revision, true, &p);
	}
	problems_free(&p);
	if (!j->from && t->e->reload_own)
		t->effects.reloaded = true;
}
