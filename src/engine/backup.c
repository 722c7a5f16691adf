/*
 * backup.c - a copy of the store while it serves. Place: engine; the store makes it. The command only
 * asks for one; it begins after the turn's commit, and is answered when it has ended.
 */
#include "engine/backup.h"
#include "base/log.h"
#include "base/loop.h"
#include "engine/handlers.h"
#include "engine/publish.h"

#include <event2/event.h>

static void refuse_backup(struct turn *t, struct job *j, enum error_code code, const char *why_not)
{
	struct refusal why;

	refuse(&why, t->a, code, "file", "%s", "%s", why_not);
	job_refuse(t, j, &why);
}

void backup_run(struct turn *t, struct job *j)
{
	const struct engine *e = t->e;
	const char *file = command_text(j->c, FIELD_FILE);
	bool same = e->backup.on && e->backup.id == j->c->id; /* its front end came back */

	if (t->effects.backup || (e->backup_event && !same))
		return refuse_backup(t, j, ERROR_WRONG_STATE,
		    e->english ? "a backup is running" : "正在备份中");
	if (!file || file[0] != '/')
		return refuse_backup(t, j, ERROR_PARAMS,
		    e->english ? "expected an absolute path" : "应为绝对路径");
	t->effects.backup = j;
	t->effects.backup_file = file;
	j->later = true;
}

/* Who waits for it hears of it: a command's front end, or the timetable. */
static void ended(struct engine *e, enum error_code code, const char *why)
{
	log_line(code == OK ? LOG_INFO : LOG_ALARM, code == OK ? "backup done" : "backup failed", "why=%s",
	    why);
	if (e->backup_event)
		event_free(e->backup_event);
	e->backup_event = NULL;
	if (!e->backup.on)
		e->backup_ended(e, code == OK ? NULL : why);
	else if (code == OK)
		work_answer(&e->backup, NULL, STR("{}"));
	else
		work_answer(&e->backup, &(struct refusal){.code = code, .field = "file", .zh = why}, STR(""));
	links_flush(&e->links);
}

static void on_backup(evutil_socket_t fd, short what, void *arg)
{
	struct engine *e = arg;
	char why[512] = "";
	int left = store_backup_step(e->backup_state, why, sizeof(why));

	(void)fd;
	(void)what;
	if (left <= 0)
		ended(e, left < 0 ? ERROR_INTERNAL : OK, why);
}

static bool make(struct engine *e, const char *file, char *why, size_t why_len)
{
	e->backup_state = store_backup_start(e->store, file, why, why_len);
	if (!e->backup_state)
		return false;
	log_info("backup begun", "file=%s", file);
	e->backup_event =
	    loop_event(e->base, store_backup_fd(e->backup_state), EV_READ | EV_PERSIST, on_backup, e);
	event_add(e->backup_event, NULL);
	return true;
}

bool backup_make(struct engine *e, const char *file, void (*then)(struct engine *e, const char *why),
    char *why, size_t why_len)
{
	e->backup_ended = then;
	return make(e, file, why, why_len);
}

void backup_begin(struct engine *e, const struct effects *x)
{
	char why[512] = "";
	bool runs = e->backup.on;

	e->backup = (struct work){.on = true, .from = x->backup->from, .id = x->backup->c->id};
	if (!runs && !make(e, x->backup_file, why, sizeof why))
		ended(e, ERROR_PARAMS, why);
}

void backup_stop(struct engine *e)
{
	if (!e->backup_event)
		return;
	store_backup_stop(e->backup_state);
	if (e->backup.on) {
		ended(e, ERROR_UNAVAILABLE,
		    e->english ? "liandong is being stopped: no backup was made"
			       : "系统正在停止，备份没有做成");
		return;
	}
	event_free(e->backup_event); /* the next start makes it */
	e->backup_event = NULL;
}
