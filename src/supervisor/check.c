/*
 * check.c - `liandongd -n`: everything that a start would refuse, without starting.
 * Place: supervisor. Problems go to standard output, one a line, all at once; the last line sums up.
 */
#include "base/log.h"
#include "mechanism/show.h"
#include "supervisor/listeners.h"
#include "supervisor/supervisor.h"
#include "wire/tls.h"

#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

void supervisor_say(const char *sentence)
{
	fprintf(stderr, "liandongd: %s\n", sentence);
}

static void check_mechanism(const struct options *o, int64_t now, struct problems *p, int *tests,
    char revision[REVISION_LEN + 1])
{
	struct text_wish wish = {.folder = text_cache_folder(o->store, p->arena), .trains = true};
	struct mechanism *m = mechanism_examine(o->mechanism, &wish, now, p, tests, NULL);

	if (!m)
		return;
	memcpy(revision, m->revision, REVISION_LEN + 1);
	mechanism_release(m);
}

static void sum_up(const struct problems *p, bool english, int errors, int tests, const char *revision)
{
	int warnings = p->warnings;

	if (errors && english)
		printf("%d errors, %d warnings\n", errors, warnings);
	else if (errors)
		printf("有 %d 处错误,%d 处提醒\n", errors, warnings);
	else if (english)
		printf("configuration is good: revision %s, %d routing tests passed, %d warnings\n", revision,
		    tests, warnings);
	else
		printf("配置无误:版本 %s,%d 条派单用例通过,%d 处提醒\n", revision, tests, warnings);
}

int supervisor_check(const char *file, int64_t now)
{
	char revision[REVISION_LEN + 1] = "";
	struct buf out = {0}, address = {0};
	int errors, tests = 0;
	struct problems p;
	struct options *o;
	bool english;

	problems_init(&p, false);
	o = options_load(file, &p);
	english = o && text_eq(o->language, "en");
	p.english = english;
	if (o && listeners_check(o, &address) != 0)
		buf_char(&address, '\n');
	if (o)
		check_mechanism(o, now, &p, &tests, revision);
	if (o)
		tls_files_check(o, now, &p);
	problems_show(&p, &out);
	errors = p.errors + (address.n > 0);
	printf("%.*s%.*s", (int)address.n, address.n ? address.p : "", (int)out.n, out.n ? out.p : "");
	sum_up(&p, english, errors, tests, revision);
	options_free(o);
	problems_free(&p);
	buf_free(&out);
	buf_free(&address);
	return errors ? EX_CONFIG : 0;
}
