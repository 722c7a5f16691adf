/*
 * audit_system.c - what belongs to no incident, compared with its events: accounts, which revision was put in
 * force when, downtimes, sessions and login codes, the register, requests and findings of no incident.
 *
 * An account that somebody turned into an administrator's in the table, a downtime that was put in to excuse
 * somebody, an entry whose words were changed: none of them has an event that says so. A token that is
 * revoked in the table and live by its events is no difference: a restored backup revokes again (revoked.c). Nor
 * is a session that has no row: those go when they have run out.
 */
#include "local.h"
#include "base/array.h"
#include "base/json.h"
#include "base/map.h"
#include "base/time.h"
#include "domain/entry.h"
#include "domain/replay_finding.h"
#include "domain/request.h"

#include <assert.h>

#define ROWS_AT_ONCE 1000

/* What an event account.added says, and whether one revoked it later. */
struct said_account {
	const char *name, *role, *unit, *commands, *token_id, *certificate;
	int64_t made_at, revoked_at; /* revoked_at 0: no event says so */
	bool found;
};
/* What session.opened says of a session, or code.made of an account's code. */
struct said_login {
	const char *account, *token_id; /* token_id NULL: not by a token */
	int64_t at, until;
	bool over; /* session.ended; the code was used */
};
struct said_activation {
	const char *revision, *who;
	int64_t at;
};
struct said_entry {
	int64_t id;
	const char *digest; /* in hex */
};
struct said_request {
	bool asked;
	int64_t asked_at, due;
	const char *kind, *decider, *by, *unit, *finding, *decided_by;
	enum request_state state;
};
struct system {
	struct sql *q;
	struct arena *a;
	audit_differs *differs;
	void *arg;
	int64_t found;
	struct said_account *accounts;
	size_t n_accounts, cap_accounts;
	struct map sessions, codes; /* struct said_login *, by the session's id, the code's account */
	struct said_activation *activations;
	size_t n_activations, cap_activations;
	struct downtime *downtimes;
	size_t n_downtimes, cap_downtimes;
	struct said_entry *entries; /* [id - 1]: of its last event */
	size_t n_entries;
	struct said_request *requests; /* [id - 1] */
	size_t n_requests;
	struct said_finding *findings; /* [id - 1] */
	size_t n_findings;
};

static void tell(struct system *s, const char *what, const char *field, const char *stored,
    const char *expected)
{
	s->found++;
	s->differs(s->arg, what, &(struct difference){0, field, stored, expected});
}

/* -- what the events say -------------------------------------------------------------------------- */

static void account_added(struct system *s, const struct event *e)
{
	ARRAY_ROOM(s->a, s->accounts, s->n_accounts, s->cap_accounts);
	s->accounts[s->n_accounts++] = (struct said_account){.name = json_member_text(s->a, e->data, "name"),
	    .role = json_member_text(s->a, e->data, "role"),
	    .unit = json_member_text(s->a, e->data, "unit"),
	    .commands = json_member_text(s->a, e->data, "commands"),
	    .token_id = json_member_text(s->a, e->data, "token_id"),
	    .certificate = json_member_text(s->a, e->data, "certificate"),
	    .made_at = e->at};
}

/* All of the account's, or the one whose id begins so. */
static void account_revoked(struct system *s, const struct event *e)
{
	const char *name = json_member_text(s->a, e->data, "name");
	const char *id = json_member_text(s->a, e->data, "token_id");

	for (size_t i = 0; i < s->n_accounts; i++) {
		struct said_account *who = &s->accounts[i];

		if (text_eq(who->name, name) &&
		    (!id || !who->token_id ||
			strncmp(who->token_id, id,
			    strlen(id) < strlen(who->token_id) ? strlen(id) : strlen(who->token_id)) == 0) &&
		    !who->revoked_at)
			who->revoked_at = e->at;
	}
}

static struct said_login *login_of(struct map *m, const char *name)
{
	struct said_login **at = name ? map_find(m, str_of(name)) : NULL;

	return at ? *at : NULL;
}

static void said_login(struct system *s, struct map *m, const char *name, const struct event *e)
{
	struct said_login *said = arena_alloc(s->a, sizeof *said);

	if (!name)
		return;
	*said = (struct said_login){.account = json_member_text(s->a, e->data, "account"),
	    .token_id = json_member_text(s->a, e->data, "token_id"),
	    .at = e->at,
	    .until = json_member_time(e->data, "until")};
	*(struct said_login **)map_add(m, str_of(name), NULL) = said;
}

/* A code that opened a session is used. */
static void logged_in_or_out(struct system *s, const struct event *e)
{
	const char *session = json_member_text(s->a, e->data, "session");
	const char *account = json_member_text(s->a, e->data, "account");
	struct said_login *over = NULL;

	if (e->type == EVENT_SESSION_OPENED) {
		said_login(s, &s->sessions, session, e);
		over = json_member(e->data, "token_id").n ? NULL : login_of(&s->codes, account);
	}
	if (e->type == EVENT_CODE_MADE)
		said_login(s, &s->codes, account, e);
	if (e->type == EVENT_SESSION_ENDED)
		over = login_of(&s->sessions, session);
	if (over)
		over->over = true;
}

static void activated(struct system *s, const struct event *e)
{
	ARRAY_ROOM(s->a, s->activations, s->n_activations, s->cap_activations);
	s->activations[s->n_activations++] =
	    (struct said_activation){json_member_text(s->a, e->data, "revision"), e->by, e->at};
}

static void resumed(struct system *s, const struct event *e)
{
	ARRAY_ROOM(s->a, s->downtimes, s->n_downtimes, s->cap_downtimes);
	s->downtimes[s->n_downtimes++] =
	    (struct downtime){json_member_time(e->data, "from"), json_member_time(e->data, "to")};
}

/* The events of a request stand in the order of its states. */
static void asked_or_decided(struct system *s, const struct event *e)
{
	static const enum request_state states[] = {
	    REQUEST_PENDING, REQUEST_GRANTED, REQUEST_REJECTED, REQUEST_LAPSED, REQUEST_DROPPED};
	const char *name = json_member_text(s->a, e->data, "request");
	char number[NUMBER_MAX + 1];
	struct said_request *r;
	int64_t id = 0;
	int n = 0;

	if (e->type < EVENT_REQUEST_ASKED || e->type > EVENT_REQUEST_DROPPED || !name ||
	    !request_name_parse(name, number, &n, &id) || id < 1 || (size_t)id > s->n_requests)
		return;
	r = &s->requests[id - 1];
	r->state = states[e->type - EVENT_REQUEST_ASKED];
	r->decided_by = r->state == REQUEST_GRANTED || r->state == REQUEST_REJECTED ? e->by : NULL;
	if (e->type != EVENT_REQUEST_ASKED)
		return;
	r->asked = true;
	r->asked_at = e->at;
	r->kind = json_member_text(s->a, e->data, "kind");
	r->decider = json_member_text(s->a, e->data, "decider");
	r->due = json_member_time(e->data, "due");
	r->by = e->by;
	r->unit = e->unit;
	r->finding = json_member_text(s->a, e->data, "finding");
}

static void found_or_appealed(struct system *s, const struct event *e)
{
	const char *name =
	    json_member(e->data, "finding").n ? json_member_text(s->a, e->data, "finding") : NULL;
	int64_t id = finding_loose_id(name);

	if (id > 0 && (size_t)id <= s->n_findings)
		replay_finding(&s->findings[id - 1], name, e, s->a);
}

static void take_event(struct system *s, const struct event *e)
{
	int64_t entry = json_member_int(e->data, "entry");

	if (e->type == EVENT_ACCOUNT_ADDED)
		account_added(s, e);
	if (e->type == EVENT_ACCOUNT_REVOKED)
		account_revoked(s, e);
	if (e->type >= EVENT_SESSION_OPENED && e->type <= EVENT_CODE_MADE)
		logged_in_or_out(s, e);
	if (e->type == EVENT_CONFIG_ACTIVATED)
		activated(s, e);
	if (e->type == EVENT_SYSTEM_RESUMED)
		resumed(s, e);
	if (entry > 0 && (size_t)entry <= s->n_entries && json_member(e->data, "digest").n)
		s->entries[entry - 1] = (struct said_entry){entry, json_member_text(s->a, e->data, "digest")};
	asked_or_decided(s, e);
	found_or_appealed(s, e);
}

/* The rows of no incident. */
static int take_events(struct system *s)
{
	int64_t after = 0, before;
	int rc = SQLITE_OK;

	do {
		sqlite3_stmt *st = sql_use(s->q, STATEMENT_JOURNAL_SYSTEM);
		struct journal_row row;

		before = after;
		sqlite3_bind_int64(st, 1, after);
		sqlite3_bind_int(st, 2, ROWS_AT_ONCE);
		while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
			struct event *v = journal_read(st, &row) ? journal_unpack(&row, s->a) : NULL;

			after = row.seq;
			for (int64_t i = 0; v && i < row.n; i++)
				take_event(s, &v[i]);
		}
		rc = sql_end(st, rc);
	} while (rc == SQLITE_OK && after > before);
	return rc;
}

/* -- comparing --------------------------------------------------------------------------------------- */

static struct said_account *said_of(struct system *s, const struct account *who)
{
	char id[DIGEST_ID];

	digest_id(&who->token, id);
	for (size_t i = 0; i < s->n_accounts; i++)
		if (!s->accounts[i].found && text_eq(s->accounts[i].name, who->name) &&
		    (s->accounts[i].token_id ? strcmp(s->accounts[i].token_id, id) == 0
					     : s->accounts[i].made_at == who->made_at))
			return &s->accounts[i];
	return NULL;
}

/* A token may have been revoked before its event says so, by a restored backup that revokes again, and never after it. */
static void compare_revoked(struct system *s, const char *what, const struct account *who,
    const struct said_account *said)
{
	char stored[TIME_TEXT_MAX], expected[TIME_TEXT_MAX];

	if (said->revoked_at && !who->revoked_at)
		tell(s, what, "revoked", NULL, "revoked");
	else if (who->revoked_at &&
	    (who->revoked_at < who->made_at || (said->revoked_at && who->revoked_at > said->revoked_at)))
		tell(s, what, "revoked_at", arena_text(s->a, time_rfc3339(who->revoked_at, stored)),
		    said->revoked_at ? arena_text(s->a, time_rfc3339(said->revoked_at, expected)) : NULL);
}

static void compare_account(struct system *s, const struct account *who)
{
	const char *what = arena_printf(s->a, "account %s", who->name);
	struct said_account *said = said_of(s, who);

	if (!said) {
		tell(s, what, "row", role_names[who->role], NULL);
		return;
	}
	said->found = true;
	if (!text_eq(said->role, role_names[who->role]))
		tell(s, what, "role", role_names[who->role], said->role);
	if (!text_eq(said->unit, who->unit))
		tell(s, what, "unit", who->unit, said->unit);
	if (!text_eq(said->commands, who->commands))
		tell(s, what, "commands", who->commands, said->commands);
	if (!text_eq(said->certificate, who->certificate))
		tell(s, what, "certificate", who->certificate, said->certificate);
	compare_revoked(s, what, who, said);
}

static int compare_accounts(struct system *s)
{
	struct account *v;
	size_t n;
	int rc = accounts_read(s->q, s->a, &v, &n);

	for (size_t i = 0; i < n && rc == SQLITE_OK; i++)
		compare_account(s, &v[i]);
	for (size_t i = 0; i < s->n_accounts && rc == SQLITE_OK; i++)
		if (!s->accounts[i].found)
			tell(s, arena_printf(s->a, "account %s", s->accounts[i].name), "row", NULL,
			    s->accounts[i].role);
	return rc;
}

static void compare_session(void *arg, const struct page_session *row)
{
	struct system *s = arg;
	const char *what = arena_printf(s->a, "session %s", row->id);
	const struct said_login *said = login_of(&s->sessions, row->id);
	char id[DIGEST_ID];

	if (!said || said->over)
		tell(s, what, "row", row->account, said ? "ended" : NULL);
	else if (!text_eq(said->account, row->account))
		tell(s, what, "account", row->account, said->account);
	else if (row->by_token ? !text_eq(said->token_id, digest_id(&row->token, id))
			       : said->token_id != NULL)
		tell(s, what, "token", row->by_token ? id : NULL, said->token_id);
	else if (said->at != row->opened_at)
		tell(s, what, "opened_at", NULL, NULL);
}

static void compare_code(void *arg, const struct login_code *row)
{
	struct system *s = arg;
	const char *what = arena_printf(s->a, "code of %s", row->account);
	const struct said_login *said = login_of(&s->codes, row->account);

	if (!said || said->over || said->until != row->until)
		tell(s, what, "row", row->by, said ? (said->over ? "used" : "made") : NULL);
}

/* In the order in which they came into force. */
static int compare_activations(struct system *s)
{
	sqlite3_stmt *st = sql_use(s->q, STATEMENT_ACTIVATION_ALL);
	size_t i = 0;
	int rc;

	assert((s->activations || s->n_activations == 0) && "an array has what it counts");
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		const char *revision = column_text(st, 0, s->a);
		const struct said_activation *said = i < s->n_activations ? &s->activations[i] : NULL;

		if (!said || !text_eq(said->revision, revision) || said->at != sqlite3_column_int64(st, 1) ||
		    !text_eq(said->who, column_text(st, 2, s->a)))
			tell(s, arena_printf(s->a, "activation %zu", i + 1), "revision, at or who", revision,
			    said ? said->revision : NULL);
		i++;
	}
	for (; i < s->n_activations; i++)
		tell(s, arena_printf(s->a, "activation %zu", i + 1), "row", NULL, s->activations[i].revision);
	return sql_end(st, rc);
}

static bool was_down(const struct system *s, struct downtime d)
{
	for (size_t i = 0; i < s->n_downtimes; i++)
		if (s->downtimes[i].from == d.from && s->downtimes[i].to == d.to)
			return true;
	return false;
}

static int compare_downtimes(struct system *s)
{
	sqlite3_stmt *st = sql_use(s->q, STATEMENT_DOWNTIME_ALL);
	size_t n = 0;
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct downtime d = {sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1)};
		char from[TIME_TEXT_MAX];

		n++;
		if (!was_down(s, d))
			tell(s, "downtime", "row", arena_text(s->a, time_rfc3339(d.from, from)), NULL);
	}
	if (n < s->n_downtimes)
		tell(s, "downtime", "rows", arena_printf(s->a, "%zu", n),
		    arena_printf(s->a, "%zu", s->n_downtimes));
	return sql_end(st, rc);
}

/* e NULL: there is no row. One of no known kind was never ours. */
static void compare_entry(struct system *s, const char *what, const struct entry *e,
    const struct said_entry *by)
{
	bool known = e && (unsigned)e->kind < ENTRY_KINDS;
	struct digest said, stored = known ? entry_digest(e) : (struct digest){{0}};

	if (!known || !by->id)
		tell(s, what, "row", known ? entry_kind_names[e->kind] : NULL, by->id ? "row" : NULL);
	else if (!digest_from_hex(str_of(by->digest), &said) || !digest_eq(&said, &stored))
		tell(s, what, "digest", entry_kind_names[e->kind], NULL);
}

/* The document of a closed period is the one whose digest the period's own entry has. */
static int compare_document(struct system *s, const struct entry *e)
{
	const char *kept = json_member_text(s->a, e->data, "sha256");
	int64_t edition = json_member_int(e->data, "edition");
	sqlite3_stmt *st = sql_use(s->q, STATEMENT_DOCUMENT_GET);
	char hex[DIGEST_HEX] = "";
	struct digest sha256;
	int rc;

	sqlite3_bind_text(st, 1, e->name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 2, edition);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW && column_digest(st, 0, &sha256))
		digest_hex(&sha256, hex);
	if (kept && !text_eq(hex, kept))
		tell(s, arena_printf(s->a, "period %s (%lld)", e->name, (long long)edition), "sha256",
		    hex[0] ? arena_text(s->a, hex) : NULL, kept);
	return sql_end(st, rc);
}

static int compare_entries(struct system *s)
{
	int rc = SQLITE_OK;

	for (size_t i = 0; i < s->n_entries && rc == SQLITE_OK; i++) {
		struct entry *e;

		rc = entry_load(s->q, s->a, (int64_t)i + 1, ENTRY_KINDS, NULL, &e);
		if (rc == SQLITE_OK)
			compare_entry(s, arena_printf(s->a, "entry %zu", i + 1), e, &s->entries[i]);
		if (rc == SQLITE_OK && e && e->kind == ENTRY_PERIOD && e->name)
			rc = compare_document(s, e);
	}
	return rc;
}

/* A number that a hand has written may mean nothing. */
static const char *name_of(const char *const *names, int n, int i)
{
	return i >= 0 && i < n ? names[i] : "?";
}

static void compare_terms(struct system *s, const char *id, const struct request *r,
    const struct said_request *said)
{
	const char *decider = name_of(decider_names, DECIDERS, (int)r->decider);
	const char *finding = r->finding ? arena_printf(s->a, "F%d", (int)r->finding) : NULL;
	char stored[TIME_TEXT_MAX], expected[TIME_TEXT_MAX];

	if (r->due != said->due)
		tell(s, id, "due", arena_text(s->a, time_rfc3339(r->due, stored)),
		    arena_text(s->a, time_rfc3339(said->due, expected)));
	if (!text_eq(decider, said->decider))
		tell(s, id, "decider", decider, said->decider);
	if (!text_eq(r->by, said->by))
		tell(s, id, "by", r->by, said->by);
	if (!text_eq(r->unit, said->unit))
		tell(s, id, "unit", r->unit, said->unit);
	if (!text_eq(finding, said->finding))
		tell(s, id, "finding", finding, said->finding);
	if (r->decided_by && !text_eq(r->decided_by, said->decided_by))
		tell(s, id, "decided_by", r->decided_by, said->decided_by);
}

static void compare_request(struct system *s, const char *id, const struct request *r,
    const struct said_request *said)
{
	const char *kind = r ? name_of(request_kind_names, REQUEST_KINDS, (int)r->kind) : NULL;

	if (!r || !said->asked || !text_eq(kind, said->kind) || r->asked_at != said->asked_at)
		tell(s, id, "row", kind, said->asked ? said->kind : NULL);
	else if (r->state != said->state)
		tell(s, id, "state", name_of(request_state_names, REQUEST_STATES, (int)r->state),
		    request_state_names[said->state]);
	if (r && said->asked)
		compare_terms(s, id, r, said);
}

static int compare_requests(struct system *s)
{
	int rc = SQLITE_OK;

	for (size_t i = 0; i < s->n_requests && rc == SQLITE_OK; i++) {
		struct request *r;

		rc = request_load(s->q, s->a, -(int64_t)(i + 1), &r);
		if (rc == SQLITE_OK)
			compare_request(s, arena_printf(s->a, "request R%zu", i + 1), r, &s->requests[i]);
	}
	return rc;
}

static int compare_findings(struct system *s)
{
	int rc = SQLITE_OK;

	for (size_t i = 0; i < s->n_findings && rc == SQLITE_OK; i++) {
		const char *name = arena_printf(s->a, "finding F%zu", i + 1);
		struct difference found[FINDING_DIFFERENCES];
		struct finding *f;
		int n = 0;

		rc = finding_load(s->q, s->a, -(int64_t)(i + 1), &f);
		if (rc == SQLITE_OK && f)
			n = replay_finding_compare(f, &s->findings[i], s->a, found);
		else if (rc == SQLITE_OK)
			tell(s, name, "row", NULL, s->findings[i].opened ? "row" : NULL);
		for (int k = 0; k < n; k++)
			tell(s, name, found[k].field, found[k].stored, found[k].expected);
	}
	return rc;
}

/* Rows that no incident loads, and no event knows. */
static int find_strays(struct system *s)
{
	sqlite3_stmt *st = sql_use(s->q, STATEMENT_FINDING_STRAY);
	int rc;

	sqlite3_bind_int64(st, 1, (int64_t)s->n_findings);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		tell(s, arena_printf(s->a, "finding %lld", (long long)sqlite3_column_int64(st, 0)), "row",
		    "row", NULL);
	return sql_end(st, rc);
}

int audit_system(struct sql *q, const struct meta *m, audit_differs *differs, void *arg, int64_t *found)
{
	struct system s = {.q = q, .a = arena_new(), .differs = differs, .arg = arg};
	int rc;

	s.n_entries = (size_t)m->last.entry;
	s.entries = arena_new_array(s.a, struct said_entry, s.n_entries);
	s.n_requests = (size_t)m->last.request;
	s.requests = arena_new_array(s.a, struct said_request, s.n_requests);
	s.n_findings = (size_t)m->last.finding;
	s.findings = arena_new_array(s.a, struct said_finding, s.n_findings);
	map_init(&s.sessions, s.a, sizeof(struct said_login *), 0);
	map_init(&s.codes, s.a, sizeof(struct said_login *), 0);
	rc = take_events(&s);
	if (rc == SQLITE_OK)
		rc = compare_accounts(&s);
	if (rc == SQLITE_OK)
		rc = sessions_each(q, s.a, compare_session, &s);
	if (rc == SQLITE_OK)
		rc = codes_each(q, s.a, compare_code, &s);
	if (rc == SQLITE_OK)
		rc = compare_activations(&s);
	if (rc == SQLITE_OK)
		rc = compare_downtimes(&s);
	if (rc == SQLITE_OK)
		rc = compare_entries(&s);
	if (rc == SQLITE_OK)
		rc = compare_requests(&s);
	if (rc == SQLITE_OK)
		rc = compare_findings(&s);
	if (rc == SQLITE_OK)
		rc = find_strays(&s);
	*found += s.found;
	arena_free(s.a);
	return rc;
}
