/*
 * report.c - incident.report: the number makes it idempotent.
 * Place: engine. The same number and content again is the same answer (`duplicate`), within one
 * turn, too; a resend of the very command that was stored is the original answer; other content
 * under a number that is taken is a conflict.
 */
#include "domain/content.h"
#include "domain/warning.h"
#include "engine/handlers.h"
#include "engine/ownership.h"
#include "engine/similar.h"

/* As its last member: whose the thing may be that was found at this place. */
static void add_ownership(struct buf *b, const struct engine *e, const struct incident *inc)
{
	struct json j = {.out = b, .comma = true};

	b->n--; /* the brace */
	ownership_propose(&j, e, inc);
	json_end(&j);
}

static void answer(struct turn *t, struct job *j, const struct incident *inc, bool duplicate, int64_t seq)
{
	struct view v = job_view(t->e, j);
	struct similar *similar = NULL;
	bool all = sight_row(THING_CONFIDENTIAL_INCIDENT, v.role) == SIGHT_ALL;
	int n = recent_similar(t->e->recent, t->m, inc, all, t->a, &similar);
	struct buf b = {0};

	if (!sight_sees(&v, inc))
		n = 0; /* what it is like says what it is */
	j->reply.made = !duplicate;
	render_reported(&b, inc, duplicate, similar, n, seq, t->m, t->now, &v, t->a);
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

static void report_new(struct turn *t, struct job *j)
{
	unsigned char salt[SALT_LEN];
	struct decision d = {0};
	struct incident *inc;

	if (t->e->trust != CLOCK_GOOD)
		command_warn(j->c, t->a, WARNING_CLOCK_DOUBTED, FIELDS, NULL, NULL);
	random_bytes(salt, sizeof(salt));
	inc = lifecycle_report(j->c, t->m, t->now, salt, &d, t->a);

	slots_found(&t->slots, j->slot, inc);
	t->grows = true;
	turn_decided(t, &d, j->slot);
	j->reply.seq = slot_seq(j->slot);
	answer(t, j, inc, false, j->reply.seq);
	recent_add(t->e->recent, t->m, inc);
}

void report_run(struct turn *t, struct job *j)
{
	struct refusal why;

	if (j->slot && j->slot->inc) {
		report_again(t, j, j->slot->inc);
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
