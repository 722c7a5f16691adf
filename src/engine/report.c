/*
 * report.c - incident.report: the number makes it idempotent.
 * Place: engine. The same number and content again is the same answer (`duplicate`), within one
 * turn, too; a resend of the very command that was stored is the original answer; other content
 * under a number that is taken is a conflict.
 */
#include "domain/content.h"
#include "domain/join.h"
#include "domain/warning.h"
#include "engine/caller.h"
#include "engine/handlers.h"
#include "engine/ownership.h"
#include "engine/removal.h"
#include "engine/same.h"
#include "engine/similar.h"

/* Nearly every answer fits, so that its buffer grows once. */
#define ANSWER_USUAL 6000

/* As its last member: whose the thing may be that was found at this place. */
static void add_ownership(struct buf *b, const struct engine *e, const struct incident *inc)
{
	struct json j = {.out = b, .comma = true};

	b->n--; /* the brace */
	ownership_propose(&j, e, inc);
	json_end(&j);
}

/* The main of a follower, for the answer; NULL: it is none. */
static const struct incident *followed(struct turn *t, struct job *j, const struct incident *inc)
{
	const struct incident *main = matter_main(t, j);

	if (main && main->same_as_number) /* it was sent again */
		main = matter_main_of_follower(t, j);
	return main && text_eq(inc->same_as_number, main->number) ? main : NULL;
}

static void answer(struct turn *t, struct job *j, const struct incident *inc, bool duplicate, int64_t seq)
{
	struct view v = job_view(t->e, j);
	bool all = sight_row(THING_CONFIDENTIAL_INCIDENT, v.role) == SIGHT_ALL;
	struct reported r = {.inc = inc,
	    .main = followed(t, j, inc),
	    .duplicate = duplicate,
	    .history = caller_history(t, j, inc),
	    .seq = seq};
	struct buf b = {0};

	buf_reserve(&b, ANSWER_USUAL);
	if (sight_sees(&v, inc)) /* else what it is like says what it is */
		r.n_similar = recent_similar(t->e->recent, t->m, inc, all, t->a, &r.similar);
	j->reply.made = !duplicate;
	render_reported(&b, &r, t->m, t->now, &v, t->a);
	if (sight_sees(&v, inc))
		add_ownership(&b, t->e, inc);
	job_result(t, j, &b);
}

static void report_again(struct turn *t, struct job *j, const struct incident *inc)
{
	struct digest stored;
	struct refusal why;
	int64_t seq;

	memcpy(stored.b, inc->content, DIGEST_LEN);
	if (!content_is_report(j->c, &stored)) {
		refuse(&why, t->a, ERROR_CONFLICT, "number", "警情编号 %s 已存在,内容不同",
		    "incident number %s exists already, with other content", inc->number);
		job_refuse(t, j, &why);
		return;
	}
	seq = inc->command == j->c->id ? change_resent_seq(t, j) : 0;
	answer(t, j, inc, inc->command != j->c->id, seq ? seq : slot_seq(j->slot));
}

/* What it follows; NULL: it is routed by itself. A report is not refused over the matter that it names: a follower
 * stands for its main, and where no unit would go for it, it is left out; both are said. */
static struct incident *main_of(struct turn *t, struct job *j)
{
	const char *named = command_text(j->c, FIELD_SAME_AS), *number = command_text(j->c, FIELD_NUMBER);
	bool drill = command_int(j->c, FIELD_DRILL), follower;
	struct incident *main = named ? matter_main(t, j) : NULL;

	if (!named)
		return NULL;
	follower = join_verdict(main, number, drill) == JOIN_FOLLOWER;
	if (follower)
		main = matter_main_of_follower(t, j);
	if (join_verdict(main, number, drill) != JOIN_GOES)
		main = NULL;
	if (!main)
		command_warn(j->c, t->a, WARNING_IGNORED, FIELD_SAME_AS, named, NULL);
	else if (follower)
		command_warn(j->c, t->a, WARNING_MENDED, FIELD_SAME_AS, named, main->number);
	return main;
}

static void report_new(struct turn *t, struct job *j)
{
	unsigned char salt[SALT_LEN];
	struct decision d = {0};
	struct incident *inc, *main = main_of(t, j);

	if (t->e->trust != CLOCK_GOOD)
		command_warn(j->c, t->a, WARNING_CLOCK_DOUBTED, FIELDS, NULL, NULL);
	random_bytes(salt, sizeof(salt));
	inc = main ? join_report(j->c, main, t->m, t->now, salt, &d, t->a)
		   : lifecycle_report(j->c, t->m, t->now, salt, &d, t->a);

	slots_found(&t->slots, j->slot, inc);
	caller_reported(t, j, inc);
	t->grows = true;
	turn_decided(t, &d, j->slot);
	if (main)
		matter_joined(t, j, inc);
	j->reply.seq = slot_seq(j->slot);
	recent_add(t->e->recent, t->m, inc); /* first, so that what it is compared by is made once */
	answer(t, j, inc, false, j->reply.seq);
}

/* -- without a number ------------------------------------------------------------------------- */

#define CITY_DIGITS 6
#define DAY_SECONDS_OF(ms) ((int)((ms) / SECOND_MS))

/* The city's six digits, those that the codes of its areas begin with; none where they are no such codes. */
static int city_digits(const struct mechanism *m)
{
	const char *code = m->n_areas ? m->areas[0].code : "";

	return strspn(code, "0123456789") >= CITY_DIGITS ? CITY_DIGITS : 0;
}

/* The city, the local time, and four digits of account and key: a page has no numbers of its own. The same key is
 * answered from what is kept before a second number comes of it. */
static const char *number_made(const struct turn *t, const struct job *j)
{
	struct digest d =
	    digest_of(str_of(arena_printf(t->a, "%s %s", j->c->who.account, command_text(j->c, FIELD_KEY))));
	int64_t at = j->c->received_at, day = local_day(at);
	struct date date = day_date(day);
	int second = DAY_SECONDS_OF(at - day_start(day));

	return arena_printf(t->a, "%.*s%04d%02d%02d%02d%02d%02d%04d", city_digits(t->m), t->m->areas[0].code,
	    date.year, date.month, date.day, second / 3600, second / 60 % 60, second % 60,
	    (d.b[0] << 8 | d.b[1]) % 10000);
}

static bool numberless(const struct job *j)
{
	return !command_has(j->c, FIELD_NUMBER) && command_has(j->c, FIELD_KEY) && j->c->who.account;
}

/* The report as if it had come with this number; what was said stays as it is, for its key. False: the number is
 * taken, which a moment later it is not. */
static bool number_it(struct turn *t, struct job *j)
{
	struct command *numbered = arena_alloc(t->a, sizeof *numbered);
	struct refusal why;

	if (j->slot->inc) {
		refuse(&why, t->a, ERROR_UNAVAILABLE, NULL, "编号暂时没有分配成功,请原样重发",
		    "no number could be given just now; send it again as it is");
		job_refuse(t, j, &why);
		return false;
	}
	*numbered = *j->c;
	command_set_text(numbered, FIELD_NUMBER, j->slot->number);
	j->c = numbered;
	return true;
}

void report_want(struct turn *t, struct job *j)
{
	if (numberless(j))
		j->slot = slots_want(&t->slots, t->a, number_made(t, j));
	want_number(t, j);
	if (j->slot)
		caller_want(t, j);
}

void report_run(struct turn *t, struct job *j)
{
	struct command *said = j->c;
	struct refusal why;

	if (j->slot && numberless(j)) {
		if (!t->no_reports && number_it(t, j))
			report_new(t, j);
		j->c = said;
		if (!t->no_reports)
			return;
	}
	if (j->slot && j->slot->inc) {
		report_again(t, j, j->slot->inc);
		return;
	}
	if (j->slot && j->slot->archive) {
		archive_number_taken(t, j);
		return;
	}
	if (j->slot && !t->no_reports) {
		report_new(t, j);
		return;
	}
	if (j->slot)
		refuse(&why, t->a, ERROR_UNAVAILABLE, NULL, "磁盘空间不足,暂不接收新的警情;请清理后重发",
		    "disk space has run low, new incidents are not taken; send it again later");
	else
		refuse(&why, t->a, ERROR_PARAMS, "number", "缺少 number", "number is missing");
	job_refuse(t, j, &why);
}
