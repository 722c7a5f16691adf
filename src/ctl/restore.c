/*
 * restore.c - liandongctl restore: puts a backup into the place of the store, or (without a file) says which file
 * is in service. Place: the command line. What happens to the files: store/restore.h.
 */
#include "ctl/ctl.h"
#include "base/arena.h"
#include "base/time.h"
#include "ctl/rewrite.h"
#include "store/photos.h"
#include "store/read.h"
#include "store/restore.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#define NUMBERS_SAID 20
#define EVENTS_PAGE 500
#define EVENTS_MOST 100000 /* that are looked at: the first of them say enough */

static const char *const relation_names[] = {[RESTORE_ALONE] = "alone",
    [RESTORE_UNREADABLE] = "unreadable",
    [RESTORE_OTHER] = "other",
    [RESTORE_SAME] = "same",
    [RESTORE_OLDER] = "older",
    [RESTORE_NEWER] = "newer",
    [RESTORE_FORKED] = "forked"};

static json_t *state_json(const struct store_state *s)
{
	char hex[DIGEST_HEX], at[TIME_TEXT_MAX];

	if (!s->there)
		return json_null();
	if (!s->readable)
		return json_pack("{s:s,s:b,s:s}", "file", s->file, "readable", 0, "why", s->why);
	return json_pack("{s:s,s:b,s:s,s:I,s:s,s:I,s:I,s:s*}", "file", s->file, "readable", 1, "store", s->id,
	    "seq", (json_int_t)s->seq, "head", digest_hex(&s->head, hex), "incidents",
	    (json_int_t)s->incidents, "open_incidents", (json_int_t)s->open_incidents, "beat",
	    s->beat ? time_rfc3339(s->beat, at) : NULL);
}

/* "库 9f… ,到序号 130 为止(最后一次心跳 …),警情 20 件" */
static const char *state_text(struct ctl *ctl, const struct store_state *s)
{
	char at[TIME_TEXT_MAX] = "-";

	if (!s->there)
		return ctl->english ? "none" : "没有";
	if (!s->readable)
		return arena_printf(ctl->arena, ctl->english ? "%s: %s" : "%s:读不出来(%s)", s->file, s->why);
	if (s->beat)
		time_rfc3339(s->beat, at);
	return arena_printf(ctl->arena,
	    ctl->english ? "%s: store %s, up to seq %lld (last heartbeat %s), %lld incidents"
			 : "%s:库 %s,到序号 %lld 为止(最后一次心跳 %s),警情 %lld 件",
	    s->file, s->id, (long long)s->seq, at, (long long)s->incidents);
}

/* -- which one is in service ---------------------------------------------------------------------- */

static int show_state(struct ctl *ctl)
{
	struct store_state s;
	char why[512], spare[PATH_MAX];
	json_t *files = json_array();
	int n = 0;

	if (!store_state(ctl->options->store, ctl->english, &s, why, sizeof why)) {
		json_decref(files);
		return ctl_fail("%s", why);
	}
	if (!ctl->json)
		printf(ctl->english ? "in service: %s\n" : "现用的库:%s\n", state_text(ctl, &s));
	while (store_spare(ctl->options->store, &n, spare)) {
		json_array_append_new(files, json_string(spare));
		if (!ctl->json)
			printf(ctl->english ? "not in service: %s\n" : "不在用的:%s\n", spare);
	}
	json_t *all = json_pack("{s:o,s:o}", "present", state_json(&s), "spare", files);
	if (ctl->json)
		ctl_print_json(all);
	json_decref(all);
	return EXIT_DONE;
}

/* -- what is newer -------------------------------------------------------------------------------- */

/* Numbers of the incidents that only the store in service has, newest first. */
static json_t *numbers_since(struct ctl *ctl, const struct restore_facts *f)
{
	char why[256];
	struct reads *r = reads_open(f->present.file, why, sizeof why);
	struct want_page page = {.filter = {.state = -1, .limit = 200}};
	json_t *v = json_array();
	bool more = r != NULL;

	while (more) {
		struct reads_wants w = {.page = &page};

		more = reads_wait(r, ctl->arena, &w) == STORE_OK;
		for (int i = 0; more && i < page.n; i++)
			if (page.v[i]->id > f->backup.incidents)
				json_array_append_new(v, json_string(page.v[i]->number));
		more = more && page.next > f->backup.incidents + 1;
		page = (struct want_page){.filter = {.state = -1, .limit = 200, .before = page.next}};
	}
	reads_close(r);
	return v;
}

static void count_kind(json_t *kinds, const char *kind)
{
	json_int_t n = json_integer_value(json_object_get(kinds, kind));

	json_object_set_new(kinds, kind, json_integer(n + 1));
}

/* What comes again by itself: with the reports that the desk repeats, at the next start, and what stays revoked. */
static const enum event_type come_again[] = {EVENT_INCIDENT_REPORTED, EVENT_DISPATCH_ISSUED,
    EVENT_ACCOUNT_REVOKED, EVENT_SESSION_ENDED, EVENT_SYSTEM_STARTED, EVENT_SYSTEM_RESUMED};

/* What else only the store in service has: events since the backup, how many of each kind. */
static json_t *kinds_since(struct ctl *ctl, const struct restore_facts *f)
{
	char why[256];
	struct reads *r = reads_open(f->present.file, why, sizeof why);
	struct want_events page = {.filter = {.after = f->backup.seq, .limit = EVENTS_PAGE}};
	json_t *kinds = json_object();
	bool more = r != NULL;

	for (int n = 0; more && n < EVENTS_MOST; n += page.n) {
		struct reads_wants w = {.events = &page};

		more = reads_wait(r, ctl->arena, &w) == STORE_OK;
		for (int i = 0; more && i < page.n; i++)
			count_kind(kinds, event_names[page.v[i].e.type]);
		more = more && page.more;
		page.filter.after = page.scanned;
	}
	reads_close(r);
	for (size_t i = 0; i < sizeof come_again / sizeof *come_again; i++)
		json_object_del(kinds, event_names[come_again[i]]);
	return kinds;
}

static void say_kinds(const struct ctl *ctl, json_t *kinds)
{
	const char *kind;
	json_t *n;

	if (json_object_size(kinds) == 0)
		return;
	fputs(ctl->english ? "also lost, to be done or recorded again:" : "一并没有了的,须重做或补记:",
	    stdout);
	json_object_foreach(kinds, kind, n)
		printf(" %s %lld", ctl_word(kind), (long long)json_integer_value(n));
	putchar('\n');
}

static void say_numbers(const struct ctl *ctl, const json_t *numbers)
{
	size_t n = json_array_size(numbers);

	if (n == 0)
		return;
	printf(ctl->english ? "incidents reported since (%zu), to be reported again by the desk:"
			    : "备份之后报来的警情(%zu 件),须请接警台重报:",
	    n);
	for (size_t i = 0; i < n && i < NUMBERS_SAID; i++)
		printf(" %s", json_string_value(json_array_get(numbers, i)));
	puts(n > NUMBERS_SAID ? " …" : "");
}

static const char *const relation_texts[][2] = {
    [RESTORE_ALONE] = {"现在没有库", "there is no store in service"},
    [RESTORE_UNREADABLE] = {"现用的库读不出来,不知道它比备份多些什么:先看运行手册的“写盘失败与抢救”",
	"the store in service cannot be read, and what it holds beyond the backup is not known"},
    [RESTORE_OTHER] = {"现用的是另一个库:它的全部记录都将不再使用",
	"the store in service is ANOTHER one: all that it holds goes out of service"},
    [RESTORE_SAME] = {"现用的库与备份相同", "the store in service holds the same"},
    [RESTORE_OLDER] = {"现用的库在备份之后还有记录,换上之后就没有了",
	"the store in service has gone on since: what came later goes out of service"},
    [RESTORE_NEWER] = {"备份比现用的库新", "the backup is newer than the store in service"},
    [RESTORE_FORKED] = {"两者分开之后各有各的记录:只在现用的库里的,换上之后就没有了",
	"both have gone on since they were one: what only the store in service holds goes out of service"},
};

/* How far the two are apart, where the one has all that the other has. */
static const char *events_between(struct ctl *ctl, const struct restore_facts *f)
{
	long long apart = (long long)(f->present.seq - f->backup.seq);

	if (f->relation != RESTORE_OLDER && f->relation != RESTORE_NEWER)
		return "";
	return arena_printf(ctl->arena, ctl->english ? " (%lld events)" : "(%lld 个事件)",
	    apart < 0 ? -apart : apart);
}

static void say_facts(struct ctl *ctl, const char *backup, const struct restore_facts *f,
    const json_t *numbers, json_t *kinds)
{
	struct store_state b = f->backup;

	snprintf(b.file, sizeof b.file, "%s", backup);
	printf(ctl->english ? "backup, whole: %s\n" : "备份,完整:%s\n", state_text(ctl, &b));
	printf(ctl->english ? "in service: %s\n" : "现用的库:%s\n", state_text(ctl, &f->present));
	printf("%s%s\n", relation_texts[f->relation][ctl->english], events_between(ctl, f));
	say_numbers(ctl, numbers);
	say_kinds(ctl, kinds);
	if (f->revoked)
		printf(ctl->english ? "%lld tokens that were revoked since stay revoked\n"
				    : "备份之后停用的 %lld 个令牌仍然停用\n",
		    (long long)f->revoked);
	fflush(stdout);
}

/* -- the command ---------------------------------------------------------------------------------- */

static int prove_chain(struct ctl *ctl, const struct restoring *r)
{
	struct audit_result result;
	char why[512];
	struct reads *reads = reads_open(restore_copy(r), why, sizeof why);
	int found;

	if (!reads)
		return ctl_fail("%s", why);
	found = audit_verify(reads, &result, ctl->english, why, sizeof why, NULL, NULL);
	reads_close(reads);
	return found == 0 ? EXIT_DONE : ctl_fail("%s", why);
}

/* Those that the backup has and the store has not. What is missing does not keep the backup from being used. */
static void take_photos(struct ctl *ctl, const char *backup, const char *restored)
{
	char why[512], from[PATH_MAX];
	struct reads *reads = reads_open(restored, why, sizeof why);

	photos_beside(backup, from, sizeof from);
	if (reads)
		ctl_photos_copy(ctl, reads, from, ctl->options->store);
	reads_close(reads);
	photos_swept_not(ctl->options->store);
}

static void say_done(struct ctl *ctl, const struct restore_facts *f)
{
	printf(ctl->english ? "restored: %s is in service from now on\n" : "已换上:从现在起用 %s\n",
	    f->backup.file);
	if (f->present.there)
		printf(ctl->english ? "the old one lies untouched: %s\n" : "旧库原样留着:%s\n",
		    f->present.file);
	puts(ctl->english ? "now start liandongd; desks open their sessions without `after`"
			  : "接下来启动 liandongd;接警台登录时不带 after");
}

static int put(struct ctl *ctl, struct restoring *r, const char *backup, bool yes, bool dry)
{
	const struct restore_facts *f = restore_facts(r);
	json_t *numbers = f->relation == RESTORE_OLDER ? numbers_since(ctl, f) : json_array();
	json_t *kinds = f->relation == RESTORE_OLDER ? kinds_since(ctl, f) : json_object();
	json_t *all = json_pack("{s:o,s:o,s:s,s:I,s:o,s:o}", "backup", state_json(&f->backup), "present",
	    state_json(&f->present), "relation", relation_names[f->relation], "revoked",
	    (json_int_t)f->revoked, "incidents_since", numbers, "events_since", kinds);
	char why[512];
	int code = EXIT_DONE;

	if (!ctl->json)
		say_facts(ctl, backup, f, numbers, kinds);
	if (!dry && !ctl_agreed(ctl, yes, ctl->options->store))
		code = EXIT_REFUSED;
	else if (!dry && !restore_put(r, why, sizeof why))
		code = ctl_fail("%s", why);
	else if (!dry)
		take_photos(ctl, backup, f->backup.file);
	if (code == EXIT_DONE && !dry && !ctl->json)
		say_done(ctl, f);
	json_object_set_new(all, "restored", json_boolean(code == EXIT_DONE && !dry));
	json_object_set_new(json_object_get(all, "backup"), "file",
	    json_string(code == EXIT_DONE && !dry ? f->backup.file : backup));
	if (ctl->json && code == EXIT_DONE)
		ctl_print_json(all);
	json_decref(all);
	return code;
}

int ctl_restore(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--yes", .flag = true}, {.name = "--dry-run", .flag = true}};
	struct restoring *r;
	char why[1024];
	int code;

	argc = ctl_parse(ctl, argc, argv, o, 2);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc > 1)
		return ctl_too_many(ctl, argv[1]);
	if (!ctl_options(ctl))
		return EXIT_REFUSED;
	if (argc == 0)
		return show_state(ctl);
	r = restore_begin(ctl->options->store, argv[0], ctl->english, why, sizeof why);
	if (!r)
		return ctl_fail("%s", why);
	code = prove_chain(ctl, r);
	if (code == EXIT_DONE)
		code = put(ctl, r, argv[0], o[0].value, o[1].value);
	restore_end(r);
	return code;
}
