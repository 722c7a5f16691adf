/*
 * store_reads.c - what the front ends read: incidents, pages, open dispatches, events either way,
 * accounts, files; from another process, without ever creating, writing or checkpointing anything.
 */
#include "store_fixture.h"
#include "store/report.h"
#include "store/sqlite/local.h"

#include <sys/stat.h>
#include <sys/wait.h>

/* What a load found. */
struct got {
	enum store_status status;
	struct incident *inc, **v;
	const struct open_dispatch *open;
	int n;
	int64_t next, seq, rows;
	const struct seen_event *events;
	bool more;
	const struct account *who;
	const struct mechanism_file *files;
	const char *revision;
};

/* One load each, as the front ends do it. */
static void finish(struct reads *r, struct fixture *f, struct reads_wants *w, struct got *got)
{
	assert_int_equal(reads_load(r, f->a, w, NULL, NULL), STORE_NOW);
	got->status = w->status;
	got->seq = w->seq;
	got->rows = w->rows;
}

static void read_incident(struct reads *r, struct fixture *f, const char *number, struct got *got)
{
	struct want_incidents one = {.numbers = &number, .n = 1};

	*got = (struct got){0};
	finish(r, f, &(struct reads_wants){.incidents = &one}, got);
	got->inc = one.found[0];
}

static void read_page(struct reads *r, struct fixture *f, const struct incident_filter *filter,
    struct got *got)
{
	struct want_page page = {.filter = *filter};

	*got = (struct got){0};
	finish(r, f, &(struct reads_wants){.page = &page}, got);
	got->v = page.v;
	got->n = page.n;
	got->next = page.next;
}

static void read_open(struct reads *r, struct fixture *f, const char *unit, int64_t after, int limit,
    struct got *got)
{
	struct want_open open = {.unit = unit, .after = after, .limit = limit};

	*got = (struct got){0};
	finish(r, f, &(struct reads_wants){.open = &open}, got);
	got->open = open.v;
	got->n = open.n;
	got->more = open.more;
	got->next = open.n ? open.v[open.n - 1].cursor : 0;
}

static void read_events(struct reads *r, struct fixture *f, const struct event_filter *filter,
    struct got *got)
{
	struct want_events events = {.filter = *filter};

	*got = (struct got){0};
	finish(r, f, &(struct reads_wants){.events = &events}, got);
	got->events = events.v;
	got->n = events.n;
	got->next = events.scanned;
	got->more = events.more;
}

static void read_account(struct reads *r, struct fixture *f, const struct digest *token, struct got *got)
{
	struct want_account account = {.token = *token};

	*got = (struct got){0};
	finish(r, f, &(struct reads_wants){.account = &account}, got);
	got->who = account.who;
}

static void read_accounts(struct reads *r, struct fixture *f, struct got *got)
{
	struct want_accounts accounts = {0};

	*got = (struct got){0};
	finish(r, f, &(struct reads_wants){.accounts = &accounts}, got);
	got->who = accounts.v;
	got->n = accounts.n;
}

static void read_files(struct reads *r, struct fixture *f, const char *revision, struct got *got)
{
	struct want_files files = {.revision = revision};

	*got = (struct got){0};
	finish(r, f, &(struct reads_wants){.files = &files}, got);
	got->files = files.v;
	got->n = files.n;
	got->revision = files.revision;
}

/* N0 (closed) … N4, received a millisecond apart, in two areas by turns; N2 is of power, the others
 * of water; N3 is confidential. */
static void five_incidents(struct fixture *f)
{
	for (int i = 0; i < 5; i++) {
		struct incident *inc = new_incident(f, arena_printf(f->a, "N%d", i));

		inc->received_at = T0 + i;
		inc->area = i % 2 ? "350881001" : "350881002";
		inc->confidential = i == 3;
		inc->state = i == 0 ? INCIDENT_CLOSED : INCIDENT_OPEN;
		add_dispatch(f, inc, i == 2 ? "power" : "water");
		assert_int_equal(save_one(f, inc, NULL), STORE_OK);
	}
}

static void incidents_and_pages(void **state)
{
	struct fixture *f = *state;
	struct reads *r;
	struct got got;
	struct incident_filter filter = {.state = -1, .limit = 2};

	open_store(f);
	r = open_reads(f);
	read_page(r, f, &filter, &got);
	assert_int_equal(got.status, STORE_OK);
	assert_int_equal(got.n, 0);
	assert_int_equal(got.next, 0);
	five_incidents(f);
	read_incident(r, f, "N2", &got);
	assert_non_null(got.inc);
	assert_string_equal(got.inc->dispatches[0].unit, "power"); /* a symbol that came after it opened */
	read_incident(r, f, "N9", &got);
	assert_int_equal(got.status, STORE_OK);
	assert_null(got.inc);

	read_page(r, f, &filter, &got);
	assert_int_equal(got.n, 2);
	assert_string_equal(got.v[0]->number, "N4");
	assert_int_equal(got.v[0]->n_dispatches, 1);
	assert_int_equal(got.next, 4);
	filter.before = got.next;
	read_page(r, f, &filter, &got);
	assert_string_equal(got.v[0]->number, "N2");
	assert_string_equal(got.v[1]->number, "N1");
	filter.before = got.next;
	read_page(r, f, &filter, &got);
	assert_int_equal(got.n, 1);
	assert_int_equal(got.next, 0);
	reads_close(r);
}

static void incidents_by_filter(void **state)
{
	struct fixture *f = *state;
	struct reads *r;
	struct got got;
	struct incident_filter filter = {.state = INCIDENT_CLOSED};

	open_store(f);
	r = open_reads(f);
	five_incidents(f);
	read_page(r, f, &filter, &got);
	assert_int_equal(got.n, 1);
	assert_string_equal(got.v[0]->number, "N0");
	filter = (struct incident_filter){.state = -1, .unit = "power"};
	read_page(r, f, &filter, &got);
	assert_int_equal(got.n, 1);
	assert_string_equal(got.v[0]->number, "N2");
	filter = (struct incident_filter){.state = -1, .unit = "nobody"};
	read_page(r, f, &filter, &got);
	assert_int_equal(got.n, 0);
	filter = (struct incident_filter){.state = -1, .area = "350881001", .no_confidential = true};
	read_page(r, f, &filter, &got);
	assert_int_equal(got.n, 1);
	assert_string_equal(got.v[0]->number, "N1");
	filter = (struct incident_filter){.state = -1, .from = T0 + 1, .to = T0 + 3};
	read_page(r, f, &filter, &got);
	assert_int_equal(got.n, 2);
	assert_string_equal(got.v[0]->number, "N2");
	reads_close(r);
}

/* A filter that fits only the oldest of 2,500: no call looks at more than 1,000 ids, and each says
 * where to go on. */
static void a_rare_filter_is_looked_for_in_steps(void **state)
{
	static const int64_t nexts[] = {1501, 501, 0};
	struct fixture *f = *state;
	struct incident *v[2500];
	struct store_batch b = {.incidents = v, .n_incidents = 2500};
	struct incident_filter filter = {.state = INCIDENT_CLOSED, .limit = 2};
	struct reads *r;
	struct got got;

	open_store(f);
	for (int i = 0; i < 2500; i++)
		v[i] = new_incident(f, arena_printf(f->a, "N%d", i));
	v[0]->state = INCIDENT_CLOSED;
	assert_int_equal(saved(f, &b), STORE_OK);
	r = open_reads(f);
	for (int i = 0; i < 3; i++) {
		read_page(r, f, &filter, &got);
		assert_int_equal(got.n, i == 2);
		assert_int_equal(got.next, nexts[i]);
		filter.before = got.next;
	}
	assert_string_equal(got.v[0]->number, "N0");
	reads_close(r);
}

static void open_dispatches_of_a_unit(void **state)
{
	struct fixture *f = *state;
	struct reads *r;
	struct got got;
	struct incident *inc;

	open_store(f);
	r = open_reads(f);
	for (int i = 0; i < 3; i++) {
		inc = new_incident(f, arena_printf(f->a, "N%d", i));
		add_dispatch(f, inc, "power");
		add_dispatch(f, inc, "water");
		if (i == 0)
			add_dispatch(f, inc, "water");
		if (i == 1)
			inc->dispatches[1].state = DISPATCH_COMPLETED;
		assert_int_equal(save_one(f, inc, NULL), STORE_OK);
	}
	read_open(r, f, "water", 0, 2, &got);
	assert_int_equal(got.n, 2);
	assert_string_equal(got.open[0].inc->number, "N0");
	assert_int_equal(got.open[0].n, 2);
	assert_ptr_equal(got.open[0].inc, got.open[1].inc);
	assert_int_equal(got.open[1].n, 3);
	assert_int_equal(got.next, 1 << 7 | 3);
	read_open(r, f, "water", got.next, 2, &got);
	assert_int_equal(got.n, 1);
	assert_string_equal(got.open[0].inc->number, "N2");
	assert_false(got.more);
	read_open(r, f, "nobody", 0, 2, &got);
	assert_int_equal(got.n, 0);
	/* Closed and opened again: the index follows. */
	inc = loaded(f, "N1");
	inc->dispatches[1].state = DISPATCH_ARRIVED;
	inc->dispatches[1].changed = true;
	inc->dispatches[0].state = DISPATCH_WITHDRAWN;
	inc->dispatches[0].changed = true;
	assert_int_equal(save_one(f, inc, NULL), STORE_OK);
	read_open(r, f, "water", 0, 9, &got);
	assert_int_equal(got.n, 4);
	read_open(r, f, "power", 0, 9, &got);
	assert_int_equal(got.n, 2);
	reads_close(r);
}

/* A: 1-4, B: 5-8, A: 9-10, system: 11, A: 12 */
static void some_events(struct fixture *f)
{
	struct incident *inc;
	struct decision *d;

	open_store(f);
	saved_incident(f, "A");
	inc = new_incident(f, "B");
	inc->confidential = true;
	add_dispatch(f, inc, "power");
	add_dispatch(f, inc, "waterworks");
	add_dispatch(f, inc, "fire");
	assert_int_equal(save_one(f, inc, report_decision(f, inc)), STORE_OK);
	inc = loaded(f, "A");
	d = new_decision(f, inc, 5);
	decision_event(d, f->a, EVENT_DISPATCH_ACKNOWLEDGED, T0 + 9, &inc->dispatches[0], STR("{\"x\":1}"));
	decision_text(d, f->a, "person", "李四");
	decision_event(d, f->a, EVENT_DISPATCH_PROGRESSED, T0 + 10, &inc->dispatches[0], STR("{}"));
	decision_text(d, f->a, "text", "正在抢修");
	d->events[1].by = "water-1";
	assert_int_equal(save_one(f, inc, d), STORE_OK);
	d = new_decision(f, NULL, 0);
	d->actor = "system";
	decision_event(d, f->a, EVENT_SYSTEM_RESUMED, T0 + 11, NULL, STR("{}"));
	assert_int_equal(save_one(f, NULL, d), STORE_OK);
	d = new_decision(f, inc, 6);
	decision_event(d, f->a, EVENT_INCIDENT_URGED, T0 - 12, NULL, STR("{}"));
	assert_int_equal(save_one(f, inc, d), STORE_OK);
}

static void check_seqs(const struct got *got, int n, const int64_t *seqs)
{
	assert_int_equal(got->status, STORE_OK);
	assert_int_equal(got->n, n);
	for (int i = 0; i < n; i++)
		assert_int_equal(got->events[i].e.seq, seqs[i]);
}
#define SEQS(got, ...)                                                                                       \
	check_seqs(got, (int)(sizeof(int64_t[]){__VA_ARGS__} / sizeof(int64_t)), (int64_t[]){__VA_ARGS__})

static void events_after(void **state)
{
	struct fixture *f = *state;
	struct event_filter filter = {.after = 2, .limit = 5};
	struct reads *r;
	struct got got;

	some_events(f);
	r = open_reads(f);
	read_events(r, f, &filter, &got);
	SEQS(&got, 3, 4, 5, 6, 7);
	assert_true(got.more);
	assert_int_equal(got.next, 7);
	assert_string_equal(got.events[0].units, "water,urban-management,township-jingcheng");
	assert_false(got.events[0].confidential);
	assert_true(got.events[2].confidential);
	assert_string_equal(got.events[2].e.incident, "B");
	filter.after = got.next;
	read_events(r, f, &filter, &got);
	SEQS(&got, 8, 9, 10, 11, 12);
	assert_false(got.more);
	assert_int_equal(got.events[1].e.type, EVENT_DISPATCH_ACKNOWLEDGED);
	assert_int_equal(got.events[1].e.at, T0 + 9);
	assert_int_equal(got.events[1].e.dispatch, 1);
	assert_string_equal(got.events[1].e.unit, "water");
	assert_string_equal(got.events[1].e.by, "desk-1");
	assert_true(str_is(got.events[1].e.data, "{\"x\":1}"));
	assert_string_equal(got.events[1].words.person, "李四");
	assert_null(got.events[1].words.text);
	assert_string_equal(got.events[2].words.text, "正在抢修");
	assert_string_equal(got.events[2].e.by, "water-1");
	assert_null(got.events[3].units);
	assert_null(got.events[3].e.incident);
	assert_string_equal(got.events[3].e.by, "system");
	assert_int_equal(got.events[4].e.at, T0 - 12);
	filter.after = 12;
	read_events(r, f, &filter, &got);
	assert_int_equal(got.n, 0);
	assert_int_equal(got.next, 12);
	assert_false(got.more);
	/* Of a unit's incidents only; "water" is not "waterworks". */
	filter = (struct event_filter){.unit = "water"};
	read_events(r, f, &filter, &got);
	SEQS(&got, 1, 2, 3, 4, 9, 10, 12);
	assert_int_equal(got.next, 12);
	filter = (struct event_filter){.unit = "fire", .after = 8};
	read_events(r, f, &filter, &got);
	assert_int_equal(got.n, 0);
	assert_int_equal(got.next, 12);
	assert_false(got.more);
	reads_close(r);
}

static void events_of_an_incident(void **state)
{
	struct fixture *f = *state;
	struct event_filter filter = {.incident = "A", .before = INT64_MAX, .limit = 4};
	struct reads *r;
	struct got got;

	some_events(f);
	r = open_reads(f);
	read_events(r, f, &filter, &got);
	SEQS(&got, 12, 10, 9, 4);
	assert_true(got.more);
	filter.before = 4;
	read_events(r, f, &filter, &got);
	SEQS(&got, 3, 2, 1);
	assert_false(got.more);
	filter = (struct event_filter){.incident = "A", .before = 9, .limit = 4};
	read_events(r, f, &filter, &got);
	SEQS(&got, 4, 3, 2, 1);
	assert_false(got.more);
	filter = (struct event_filter){.incident = "A", .after = 3, .limit = 3};
	read_events(r, f, &filter, &got);
	SEQS(&got, 4, 9, 10);
	assert_true(got.more);
	filter.after = 10;
	read_events(r, f, &filter, &got);
	SEQS(&got, 12);
	assert_false(got.more);
	filter = (struct event_filter){.incident = "A", .limit = 3}; /* from its first on */
	read_events(r, f, &filter, &got);
	SEQS(&got, 1, 2, 3);
	assert_int_equal(got.next, 3);
	assert_true(got.more);
	filter = (struct event_filter){.incident = "C"};
	read_events(r, f, &filter, &got);
	assert_int_equal(got.status, STORE_OK);
	assert_int_equal(got.n, 0);
	assert_false(got.more);
	reads_close(r);
}

static void accounts_and_files(void **state)
{
	struct fixture *f = *state;
	struct account v[2] = {{.name = "water", .role = ROLE_LIAISON, .unit = "water", .made_at = T0},
	    {.name = "desk", .role = ROLE_DESK, .made_at = T0}};
	struct mechanism_file files[1] = {{"a.yaml", STR("a: 1\n")}};
	struct store_revision rev = {.revision = "0123456789ab", .files = files, .n_files = 1, .at = T0};
	struct store_batch b = {.accounts = v, .n_accounts = 2, .activate = &rev};
	struct digest unknown = digest_of(STR("unknown"));
	struct reads *r;
	struct got got;

	open_store(f);
	r = open_reads(f);
	read_files(r, f, NULL, &got);
	assert_int_equal(got.n, 0);
	v[0].token = digest_of(STR("one"));
	v[1].token = digest_of(STR("two"));
	assert_int_equal(saved(f, &b), STORE_OK);
	read_account(r, f, &v[0].token, &got);
	assert_non_null(got.who);
	assert_string_equal(got.who->unit, "water");
	assert_int_equal(got.who->role, ROLE_LIAISON);
	read_account(r, f, &unknown, &got);
	assert_int_equal(got.status, STORE_OK);
	assert_null(got.who);
	v[0].revoked_at = T0 + 1;
	b = (struct store_batch){.accounts = v, .n_accounts = 1};
	assert_int_equal(saved(f, &b), STORE_OK);
	read_account(r, f, &v[0].token, &got);
	assert_null(got.who);
	read_accounts(r, f, &got);
	assert_int_equal(got.n, 2);
	assert_int_equal(got.who[0].revoked_at, T0 + 1);
	read_files(r, f, NULL, &got);
	assert_int_equal(got.n, 1);
	assert_string_equal(got.revision, "0123456789ab");
	assert_string_equal(got.files[0].name, "a.yaml");
	assert_true(str_is(got.files[0].bytes, "a: 1\n"));
	reads_close(r);
}

/* Everything that one load asks for is of one snapshot, whose seq it says, and what it cost. */
static void a_load_is_one_snapshot(void **state)
{
	struct fixture *f = *state;
	const char *numbers[] = {"B", "none", "A"};
	struct want_incidents incidents = {.numbers = numbers, .n = 3};
	struct want_events events = {.filter = {.incident = "A", .before = INT64_MAX, .limit = 2}};
	struct want_page page = {.filter = {.state = -1}};
	struct reads_wants w = {.min_seq = 12, .incidents = &incidents, .events = &events, .page = &page};
	struct reads *r;

	some_events(f);
	r = open_reads(f);
	assert_int_equal(reads_load(r, f->a, &w, NULL, NULL), STORE_NOW);
	assert_int_equal(w.status, STORE_OK);
	assert_int_equal(w.seq, 12);
	assert_string_equal(incidents.found[0]->number, "B");
	assert_null(incidents.found[1]);
	assert_string_equal(incidents.found[2]->number, "A");
	assert_int_equal(events.n, 2);
	assert_int_equal(events.v[0].e.seq, 12);
	assert_int_equal(page.n, 2);
	/* 3 looked up, 6 dispatches; 2 of the page, 6 dispatches; 2 rows of the journal, 2 events */
	assert_int_equal(w.rows, 3 + 6 + 2 + 6 + 2 + 2);
	w = (struct reads_wants){.min_seq = 13, .page = &page}; /* what is not there yet is not guessed */
	assert_int_equal(reads_wait(r, f->a, &w), STORE_UNKNOWN);
	assert_int_equal(w.seq, 12);
	reads_close(r);
}

static void a_reader_creates_nothing(void **state)
{
	struct fixture *f = *state;

	assert_null(reads_open(f->path, f->why, sizeof f->why));
	assert_true(f->why[0]);
	assert_int_equal(access(f->path, F_OK), -1);
}

/* By the configured path, too, with a link in its folder's name, and on to the salvaged generation. */
static void the_generation_in_use_is_found(void **state)
{
	struct fixture *f = *state;
	struct store_options again = {.salvage = true};
	enum store_refusal refusal;
	char link[96], path[128];
	struct reads *r;
	struct got got;

	open_store(f);
	saved_incident(f, "A");
	store_close(f->s);
	f->s = try_open(f, again, &refusal);
	assert_non_null(f->s);
	saved_incident(f, "B");
	snprintf(link, sizeof link, "%s/link", f->folder);
	assert_int_equal(symlink(".", link), 0);
	snprintf(path, sizeof path, "%s/liandong.db", link);
	r = reads_open(path, f->why, sizeof f->why);
	if (!r)
		fail_msg("%s", f->why);
	read_incident(r, f, "B", &got);
	assert_non_null(got.inc);
	reads_close(r);
}

static int in_set(enum statement_set set)
{
	int n[STATEMENT_SETS] = {0};
#define X(id, of, name, sql) n[SET_##of]++;
	STATEMENT_LIST(X)
#undef X
	return n[set];
}

/* How many statements the connection has; all of them only read. */
static int prepared(struct reads *r)
{
	sqlite3_stmt *st = NULL;
	int n = 0;

	while ((st = sqlite3_next_stmt(reads_sql(r)->db, st))) {
		assert_true(sqlite3_stmt_readonly(st));
		n++;
	}
	return n;
}

/* Opening is cheap: what lists, reports and proofs need is prepared when the first of them comes. */
static void opening_prepares_only_what_is_needed(void **state)
{
	struct fixture *f = *state;
	struct want_requests requests = {.filter = {.state = REQUEST_PENDING}};
	struct reads_wants w = {.requests = &requests};
	struct incident *follower = new_incident(f, "B");
	struct report_snapshot snapshot;
	struct got got;
	struct reads *r;
	int n;

	open_store(f);
	follower->same_as = saved_incident(f, "A")->id;
	assert_int_equal(save_one(f, follower, report_decision(f, follower)), STORE_OK);
	r = open_reads(f);
	n = prepared(r);
	assert_in_range(n, 10, 25);
	read_incident(r, f, "B", &got); /* with all that an incident may have */
	assert_string_equal(got.inc->same_as_number, "A");
	assert_int_equal(prepared(r), n);
	assert_int_equal(reads_wait(r, f->a, &w), STORE_OK);
	assert_int_equal(prepared(r), n += in_set(SET_REGISTER));
	assert_int_equal(report_begin(r, &snapshot), STORE_OK);
	report_end(r);
	assert_int_equal(prepared(r), n += in_set(SET_REPORT));
	assert_int_equal(report_verify(r, T0, T0 + 86400000, false, f->why, sizeof f->why, NULL, NULL, NULL),
	    0);
	assert_int_equal(prepared(r), n + in_set(SET_PROOF));
	reads_close(r);
}

/* A statement whose set was not needed before is prepared when it is used. */
static void a_statement_is_prepared_at_its_use_at_the_latest(void **state)
{
	struct fixture *f = *state;
	struct reads *r;

	open_store(f);
	r = open_reads(f);
	assert_null(reads_sql(r)->st[STATEMENT_REQUEST_PENDING]);
	assert_non_null(sql_use(reads_sql(r), STATEMENT_REQUEST_PENDING));
	reads_close(r);
}

/* A process of its own: told a number by the parent, answers how many dispatches it sees. */
static void serve_reads(struct fixture *f, int in, int out)
{
	struct reads *r = reads_open(f->path, f->why, sizeof f->why);
	char number[16];
	struct got got;

	if (!r)
		_exit(1);
	while (read(in, number, sizeof number) == (ssize_t)sizeof number) {
		char n;

		read_incident(r, f, number, &got);
		n = (char)(got.status != STORE_OK ? -1 : got.inc ? got.inc->n_dispatches : 0);
		if (write(out, &n, 1) != 1)
			_exit(2);
	}
	reads_close(r); /* may not checkpoint either */
	_exit(0);
}

static int asked(int to, int from, const char *number)
{
	char ask[16] = "", answer;

	snprintf(ask, sizeof ask, "%s", number);
	assert_int_equal(write(to, ask, sizeof ask), sizeof ask);
	assert_int_equal(read(from, &answer, 1), 1);
	return answer;
}

static void another_process_sees_commits(void **state)
{
	struct fixture *f = *state;
	int to[2], from[2], status;
	struct stat before, after;
	struct store_metrics metrics;
	char go;
	pid_t pid;

	assert_int_equal(pipe(to) | pipe(from), 0);
	pid = fork(); /* before there is a connection: SQLite may not be carried across */
	assert_true(pid >= 0);
	if (pid == 0) {
		close(to[1]);
		close(from[0]);
		if (read(to[0], &go, 1) != 1)
			_exit(3);
		serve_reads(f, to[0], from[1]);
	}
	close(to[0]);
	close(from[1]);
	open_store(f);
	saved_incident(f, "A");
	assert_int_equal(write(to[1], "g", 1), 1);
	assert_int_equal(asked(to[1], from[0], "A"), 3);
	assert_int_equal(asked(to[1], from[0], "B"), 0);
	saved_incident(f, "B");
	assert_int_equal(asked(to[1], from[0], "B"), 3);
	metrics = store_metrics(f->s);
	assert_true(metrics.wal_bytes > 0);
	assert_int_equal(stat(f->path, &before), 0);
	for (int i = 0; i < 20; i++)
		assert_int_equal(asked(to[1], from[0], "A"), 3);
	close(to[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(from[0]);
	assert_int_equal(stat(f->path, &after), 0);
	assert_int_equal(before.st_mtim.tv_sec, after.st_mtim.tv_sec);
	assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	assert_int_equal(store_metrics(f->s).wal_bytes, metrics.wal_bytes);
	saved_incident(f, "C");
	reopen(f);
	assert_non_null(loaded(f, "C"));
}

/* An incident with 1,500 rows, between those of another: no call looks at more than its budget, and page by page
 * every event comes once, in its order. */
static void a_very_long_chain_is_read_in_steps(void **state)
{
	struct fixture *f = *state;
	struct incident *inc, *other;
	struct event_filter filter = {.incident = "A", .limit = 400};
	struct reads *r;
	struct got got;
	int64_t n = 0, last = 0;
	int calls = 0;

	open_store(f);
	inc = saved_incident(f, "A"); /* 4 events */
	other = saved_incident(f, "B");
	for (int i = 0; i < 1500; i += 100) {
		struct decision *v[200];
		struct store_batch b = {.decisions = v, .n_decisions = 200};

		for (int k = 0; k < 200; k++) {
			v[k] = new_decision(f, k % 2 ? other : inc, 0);
			decision_event(v[k], f->a, EVENT_INCIDENT_URGED, T0 + i, NULL, STR("{}"));
		}
		assert_int_equal(saved(f, &b), STORE_OK);
	}
	r = open_reads(f);
	do {
		read_events(r, f, &filter, &got);
		assert_int_equal(got.status, STORE_OK);
		assert_true(got.rows <= 3 * 1000 + 400);
		for (int i = 0; i < got.n; i++) {
			assert_true(got.events[i].e.seq > last);
			assert_string_equal(got.events[i].e.incident, "A");
			last = got.events[i].e.seq;
		}
		n += got.n;
		assert_true(got.next > filter.after || !got.more);
		filter.after = got.next;
	} while (got.more && calls++ < 30);
	assert_int_equal(n, 1504);
	reads_close(r);
}

/* -- what a statement costs ----------------------------------------------------------------------- */

static struct sql *open_sql(struct fixture *f)
{
	struct sql *q = arena_alloc(f->a, sizeof *q);
	struct sayer say = {.why = f->why, .len = sizeof f->why};

	*q = (struct sql){0};
	assert_int_equal(sql_open(q, store_file(f->s), false, &say), SQLITE_OK);
	for (int set = SET_READ; set < SET_WRITE; set++)
		assert_int_equal(sql_prepare(q, (enum statement_set)set, &say), SQLITE_OK);
	return q;
}

/* Steps of SQLite's machine to count what waits. */
static int counting_costs(struct fixture *f, struct sql *q)
{
	static const enum statement counts[] = {
	    STATEMENT_QUEUE_DISPATCHES, STATEMENT_QUEUE_INCIDENTS, STATEMENT_QUEUE_REQUESTS};
	struct want_queues *w = arena_alloc(f->a, sizeof *w);
	int64_t rows = 0;
	int steps = 0;

	*w = (struct want_queues){.now = T0};
	assert_int_equal(queues_read(q, w, &rows), SQLITE_OK);
	assert_true(rows > 0);
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
		steps += sqlite3_stmt_status(q->st[counts[i]], SQLITE_STMTSTATUS_VM_STEP, 1);
	return steps;
}

static void save_open(struct fixture *f, int from, int to)
{
	char number[16];

	for (int i = from; i < to; i++) {
		snprintf(number, sizeof number, "W-%d", i);
		saved_incident(f, arena_text(f->a, number));
	}
}

/* Twice as much that waits costs twice as much to count: in a storm the wall asks every ten seconds. */
static void counting_what_waits_grows_with_what_waits(void **state)
{
	struct fixture *f = *state;
	struct sql *q;
	int once, twice;

	open_store(f);
	save_open(f, 0, 100);
	q = open_sql(f);
	once = counting_costs(f, q);
	save_open(f, 100, 200);
	twice = counting_costs(f, q);
	assert_in_range(twice, once, once * 5 / 2);
	sql_close(q);
}

/* No statement builds an index for itself: its own tables have the indexes that it needs. */
static void no_statement_makes_an_index_of_its_own(void **state)
{
	struct fixture *f = *state;
	struct sql *q;

	open_store(f);
	q = open_sql(f);
	for (int i = 0; i < STATEMENTS; i++) {
		sqlite3_stmt *plan = NULL;
		char explain[16384];

		if (!q->st[i])
			continue;
		snprintf(explain, sizeof explain, "EXPLAIN QUERY PLAN %s", sqlite3_sql(q->st[i]));
		assert_int_equal(sqlite3_prepare_v2(q->db, explain, -1, &plan, NULL), SQLITE_OK);
		while (sqlite3_step(plan) == SQLITE_ROW)
			if (strstr((const char *)sqlite3_column_text(plan, 3), "AUTOMATIC"))
				fail_msg("%s: %s", sqlite3_sql(q->st[i]),
				    (const char *)sqlite3_column_text(plan, 3));
		sqlite3_finalize(plan);
	}
	sql_close(q);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_up, fixture_down)
int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_very_long_chain_is_read_in_steps),
	    TEST(incidents_and_pages),
	    TEST(incidents_by_filter),
	    TEST(a_rare_filter_is_looked_for_in_steps),
	    TEST(open_dispatches_of_a_unit),
	    TEST(events_after),
	    TEST(events_of_an_incident),
	    TEST(accounts_and_files),
	    TEST(a_load_is_one_snapshot),
	    TEST(a_reader_creates_nothing),
	    TEST(opening_prepares_only_what_is_needed),
	    TEST(a_statement_is_prepared_at_its_use_at_the_latest),
	    TEST(the_generation_in_use_is_found),
	    TEST(another_process_sees_commits),
	    TEST(counting_what_waits_grows_with_what_waits),
	    TEST(no_statement_makes_an_index_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
