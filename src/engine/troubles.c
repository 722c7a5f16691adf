/*
 * troubles.c - what is wrong with this daemon: a list that goes to the front ends with every pulse.
 * Place: engine. A row of the table names one trouble; another one is another row.
 */
#include "engine/troubles.h"
#include "base/arena.h"
#include "base/clock.h"
#include "engine/core.h"

#include <stdio.h>

/* Each gives its sentence in the arena, or NULL where all is well. */
typedef const char *trouble_of(const struct engine *e, struct arena *a);

static const char *store_read_only(const struct engine *e, struct arena *a)
{
	if (!store_metrics(e->store).read_only)
		return NULL;
	return arena_text(a,
	    e->english ? "the store is read-only after a failed write: nothing is taken; check the disk"
		       : "写盘失败后数据库只读，不收任何新内容：请查磁盘");
}

static const char *disk_full(const struct engine *e, struct arena *a)
{
	struct store_metrics m = store_metrics(e->store);

	if (!m.full || m.read_only)
		return NULL;
	return arena_printf(a,
	    e->english ? "the disk is full (%lld MiB free): no new incident is taken; make room"
		       : "磁盘空间不足（剩 %lld MiB），不收新警情：请腾出空间",
	    (long long)m.free_bytes / 1048576);
}

static const char *not_committing(const struct engine *e, struct arena *a)
{
	struct store_metrics m = store_metrics(e->store);

	if (e->committing || m.full || m.read_only)
		return NULL;
	return arena_text(a,
	    e->english ? "nothing can be stored just now; it is tried again by itself"
		       : "暂时写不进数据库，正在自动重试");
}

static const char *missing(const struct engine *e, struct arena *a, const char *role, int64_t wanted)
{
	int64_t n = links_count_of(&e->links, role);

	if (n >= wanted)
		return NULL;
	return arena_printf(a,
	    e->english ? "of %lld processes %s %lld are there; the supervisor is starting them again"
		       : "进程 %2$s 应有 %1$lld 个，现有 %3$lld 个，正在重新启动",
	    (long long)wanted, role, (long long)n);
}

static const char *intake_missing(const struct engine *e, struct arena *a)
{
	return missing(e, a, "intake", e->child->options->workers_intake);
}

static const char *api_missing(const struct engine *e, struct arena *a)
{
	return missing(e, a, "api", e->child->options->workers_api);
}

static const char *files_refused(const struct engine *e, struct arena *a)
{
	if (!*e->refused_files)
		return NULL;
	return arena_printf(a,
	    e->english
		? "files with errors were not taken over, revision %s stays in force: %s; see liandongctl "
		  "check"
		: "这些文件有错，没有采用，仍用版本 %s：%s；用 liandongctl check 查看",
	    e->m->revision, e->refused_files);
}

/* Somebody put a revision into force otherwise than by the folder, or its change waits for approval. */
static const char *files_differ(const struct engine *e, struct arena *a)
{
	if (!*e->folder_revision || strcmp(e->folder_revision, e->m->revision) == 0)
		return NULL;
	return arena_printf(a,
	    e->english ? "revision %s is in force, the folder's files are %s: liandongctl reload takes the "
			 "folder's, liandongctl route export %s -o FOLDER writes what is in force"
		       : "生效的是版本 %1$s,目录里的文件是 %2$s:用目录里的就运行 liandongctl "
			 "reload,把生效的写进目录就"
			 "运行 liandongctl route export %1$s -o 目录",
	    e->m->revision, e->folder_revision, e->m->revision);
}

static const char *restart_needed(const struct engine *e, struct arena *a)
{
	if (!*e->restart_options)
		return NULL;
	return arena_printf(a,
	    e->english ? "these options were changed and take effect at a restart: %s"
		       : "这些选项改过，重启后才生效：%s",
	    e->restart_options);
}

#define LOGIN_ALARM_MS (30 * MINUTE_MS) /* so long it is shown */

static const char *logins_fail(const struct engine *e, struct arena *a)
{
	if (!e->login_alarm_at || clock_wall().ms - e->login_alarm_at > LOGIN_ALARM_MS)
		return NULL;
	return arena_text(a,
	    e->english ? "many log-ins with tokens or codes that are not good: see the log for the addresses"
		       : "短时间内多次用无效的令牌或登录码登录：地址见日志");
}

static const char *certificate_expires(const struct engine *e, struct arena *a)
{
	return certificates_expiring(&e->certificates, clock_wall().ms, e->english, a);
}

static const char *certificate_refused(const struct engine *e, struct arena *a)
{
	return certificates_refused(&e->certificates, e->english, a);
}

static const char *crl_old(const struct engine *e, struct arena *a)
{
	return certificates_crl_old(&e->certificates, clock_wall().ms, e->english, a);
}

static const char *clock_behind(const struct engine *e, struct arena *a)
{
	if (e->trust != CLOCK_BEHIND)
		return NULL;
	return arena_text(a,
	    e->english
		? "the clock is behind the store's last heartbeat: reports are taken and marked; check the "
		  "clock, or say that it is right: liandongctl clock confirm"
		: "系统时钟早于库里最后一次心跳：照常接警并标记；请校时，时钟没有错就运行 "
		  "liandongctl clock confirm");
}

static const char *clock_ahead(const struct engine *e, struct arena *a)
{
	if (e->trust != CLOCK_AHEAD)
		return NULL;
	return arena_text(a,
	    e->english
		? "the clock is more than a day past the store's last heartbeat: reports are taken and "
		  "marked, nobody is reminded; check the clock, or say that it is right: liandongctl clock "
		  "confirm"
		: "系统时钟比库里最后一次心跳晚一天以上：照常接警并标记，但不提醒；请校时，停机真有这么久就运"
		  "行 "
		  "liandongctl clock confirm");
}

static const char *unconfined(const struct engine *e, struct arena *a)
{
	const char *lacks = e->child->unconfined;

	if (!lacks)
		return NULL;
	if (text_eq(lacks, "off"))
		return arena_text(a,
		    e->english ? "the processes are not confined (sandbox: off): write deny and restart"
			       : "进程没有沙箱（sandbox: off）：改成 deny 后重启");
	return arena_printf(a,
	    e->english
		? "the kernel has no %s: the processes are confined less than they could be; see liandongd(8)"
		: "内核没有 %s，进程的沙箱不完整：见 liandongd(8)",
	    lacks);
}

static const char *backup_failed(const struct engine *e, struct arena *a)
{
	const struct timetable *t = &e->timetable;
	char at[TIME_TEXT_MAX];

	if (!t->failures)
		return NULL;
	if (!t->last_at)
		return arena_printf(a,
		    e->english
			? "no scheduled backup has been made yet: %s; it is tried again every five minutes"
			: "定时备份还没有做成过：%s；每五分钟再试",
		    t->why);
	return arena_printf(a,
	    e->english ? "the scheduled backup failed: %s; it is tried again every five minutes, the last "
			 "good one is of %s"
		       : "定时备份没有做成：%s；每五分钟再试，上一份好的是 %s",
	    t->why, time_rfc3339(t->last_at, at));
}

static const struct trouble_kind {
	const char *code;
	trouble_of *of;
	bool unready;
} kinds[] = {
    {"store-read-only", store_read_only, true},
    {"disk-full", disk_full, true},
    {"not-committing", not_committing, true},
    {"intake-missing", intake_missing, true},
    {"api-missing", api_missing, true},
    {"clock-behind", clock_behind, true},
    {"clock-ahead", clock_ahead, true},
    {"files-refused", files_refused, false},
    {"files-differ", files_differ, false},
    {"restart-needed", restart_needed, false},
    {"backup-failed", backup_failed, false},
    {"logins-fail", logins_fail, false},
    {"unconfined", unconfined, false},
    {"certificate-expires", certificate_expires, false},
    {"certificate-refused", certificate_refused, false},
    {"crl-old", crl_old, false},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))
_Static_assert(KINDS <= TROUBLES_MOST, "all fit into a pulse");

const struct trouble *troubles_list(const struct engine *e, struct arena *a, size_t *n)
{
	struct trouble *v = arena_new_array(a, struct trouble, KINDS);

	*n = 0;
	for (size_t i = 0; i < KINDS; i++) {
		const char *detail = kinds[i].of(e, a);

		if (detail)
			v[(*n)++] = (struct trouble){kinds[i].code, detail, kinds[i].unready};
	}
	return v;
}

/* The next look at the metrics tells it, although no event was committed. */
static void tell_soon(struct engine *e)
{
	e->pulsed_seq = -1;
}

static const char *name_of(const char *file)
{
	const char *slash = file ? strrchr(file, '/') : NULL;

	return slash ? slash + 1 : file ? file : "-";
}

void troubles_note_files(struct engine *e, const struct problems *refused)
{
	char *names = e->refused_files;
	size_t n = 0, room = sizeof e->refused_files;

	names[0] = '\0';
	for (int i = 0; refused && i < refused->n; i++) {
		const char *name = name_of(refused->v[i].file);

		if (refused->v[i].warning || list_has(names, name) || n + strlen(name) + 2 > room)
			continue;
		n += (size_t)snprintf(names + n, room - n, "%s%s", n ? "," : "", name);
	}
	tell_soon(e);
}

void troubles_note_refused(struct engine *e, const char *names)
{
	snprintf(e->refused_files, sizeof e->refused_files, "%s", names ? names : "");
	tell_soon(e);
}

void troubles_note_folder(struct engine *e, const char *revision)
{
	snprintf(e->folder_revision, sizeof e->folder_revision, "%s", revision ? revision : "");
	tell_soon(e);
}

void troubles_note_options(struct engine *e, const struct options *now)
{
	struct arena *a = arena_new();

	snprintf(e->restart_options, sizeof e->restart_options, "%s",
	    options_changed(e->child->options, now, a));
	arena_free(a);
	tell_soon(e);
}
