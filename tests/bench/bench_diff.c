/*
 * bench_diff.c - how long it takes to say what would go elsewhere by other rules, over many stored incidents.
 *
 *     bench_diff [INCIDENTS [FOLDER [MECHANISM]]]
 *
 * The store is made directly: reports of the last 30 days with the texts of the mechanism's cases, first with a
 * category of the desk's, then without one. The other mechanism has two rules more, before all others, and so another model of texts. As
 * `route diff` does it, in a process of its own. Reports, never judges.
 */
#include "filled.h"
#include "base/json.h"
#include "report/rules.h"

#include <sys/wait.h>

/* -- the store ------------------------------------------------------------------------------- */

static sqlite3_stmt *inserting(sqlite3 *db)
{
	sqlite3_stmt *st;

	must(sqlite3_prepare_v2(db,
		 "INSERT INTO incident (id, number, state, received_at, reported_at, category, "
		 "given_category, "
		 "priority, given_priority, zone, area, revision, completed_at, closed_at, salt, content, "
		 "address, "
		 "description) SELECT ?1, 'D' || ?1, 3, ?2, ?2, ?3, ?3, 1 + ?1 % 4, 0, ?1 % 3 = 0, ?4, 1, ?2 "
		 "+ 7200000, "
		 "?2 + 7200000, zeroblob(16), zeroblob(32), '解放路' || ?1 || '号', ?5",
		 -1, &st, NULL) == SQLITE_OK,
	    "preparing");
	return st;
}

static void fill(const struct mechanism *m, int64_t n)
{
	sqlite3 *db = fill_begin(m);
	sqlite3_stmt *st = inserting(db);
	int64_t from = clock_wall().ms - 30 * DAY_MS;

	must(m->n_cases > 0, "cases");
	for (int64_t i = 1; i <= n; i++) {
		sqlite3_bind_int64(st, 1, i);
		sqlite3_bind_int64(st, 2, from + 30 * DAY_MS / n * i);
		sqlite3_bind_int64(st, 3, CATEGORY_FIRST + i * 31 % m->n_categories);
		sqlite3_bind_int64(st, 4, AREA_FIRST + i * 17 % m->n_areas);
		sqlite3_bind_text(st, 5, m->cases[i * 7 % m->n_cases].text, -1, SQLITE_STATIC);
		must(sqlite3_step(st) == SQLITE_DONE, "a row");
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	fill_end(db);
}

static void take_categories(void)
{
	sqlite3 *db;

	must(sqlite3_open(path, &db) == SQLITE_OK, "the file");
	run(db,
	    "PRAGMA synchronous=OFF; UPDATE incident SET given_category = NULL; PRAGMA "
	    "wal_checkpoint(TRUNCATE)");
	sqlite3_close(db);
}

/* -- what is measured ------------------------------------------------------------------------ */

/* routing.yaml with a rule before the others, as routing.diff takes it. */
static struct str other_rules(const struct mechanism *m, struct buf *out)
{
	static const char
	    first[] = "\nrules:\n",
	    rule[] =
		"  - id: bench-lamps\n    when: {keywords: [路灯]}\n    lead: water\n    because: bench\n"
		"  - id: bench-find\n    when: {category: [none], keywords: [路灯]}\n    set: {category: "
		"\"600605\"}\n"
		"    because: bench\n";
	struct json j = json_to(out);
	struct buf text = {0};

	for (int i = 0; i < m->n_files; i++) {
		const char *bytes = m->files[i].bytes.p, *at;

		if (strcmp(m->files[i].name, "routing.yaml") != 0)
			continue;
		must((at = strstr(bytes, first)) != NULL, "rules:");
		at += strlen(first);
		buf_add(&text, bytes, (size_t)(at - bytes));
		buf_text(&text, rule);
		buf_add(&text, at, m->files[i].bytes.n - (size_t)(at - bytes));
	}
	json_begin(&j, NULL);
	json_str(&j, "routing.yaml", buf_view(&text));
	json_end(&j);
	buf_free(&text);
	return buf_view(out);
}

static void measure(const struct mechanism *m, const char *what)
{
	struct buf files = {0}, out = {0};
	struct report_ask ask = {.kind = RULES_KIND,
	    .period = "-",
	    .format = "diff",
	    .since_ms = 60 * DAY_MS,
	    .files = other_rules(m, &files)};
	struct arena *a = arena_new();
	struct report_made made;
	int64_t since = clock_mono_us();
	char more[160];

	rules_make(path, &ask, a, &out, &made, NULL, NULL);
	must(made.code == OK, made.detail ? made.detail : "comparing");
	snprintf(more, sizeof more, "  %lld incidents, %lld moved",
	    (long long)json_member_int(buf_view(&out), "incidents"),
	    (long long)json_member_int(buf_view(&out), "moved"));
	say(what, clock_mono_us() - since, more);
	buf_free(&out);
	buf_free(&files);
	arena_free(a);
}

static void apart(const struct mechanism *m, const char *what)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		measure(m, what);
		exit(0);
	}
	must(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0, what);
}

int main(int argc, char **argv)
{
	int64_t n = argc > 1 ? atoll(argv[1]) : 1000000, since = clock_mono_us();
	struct mechanism *m = begin("bench-diff.db", argc, argv);

	fill(m, n);
	say("rows made", clock_mono_us() - since, "");
	apart(m, "diff with a category");
	take_categories();
	apart(m, "diff of free text");
	mechanism_release(m);
	remove_store();
	return 0;
}
