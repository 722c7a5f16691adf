/*
 * render_finding.c - a finding to JSON, as docs/PROTOCOL.md states it.
 * Place: wire, beside render.c.
 */
#include "domain/finding.h"
#include "wire/render.h"

static void put_run(struct json *j, const struct finding *f)
{
	if (f->clock >= DISPATCH_CLOCKS || !f->due)
		return;
	finding_run_json(j, f);
	json_bool(j, "never", f->never);
}

/* What it comes to, computed again. */
static void put_account(struct json *j, const struct finding_account *account)
{
	if (!account->known)
		return;
	json_begin(j, "computed");
	json_int(j, "limit_ms", account->limit_ms);
	json_int(j, "late_ms", account->late_ms);
	json_int(j, "waited_ms", account->sum.waited_ms);
	json_int(j, "away_ms", account->sum.away_ms);
	json_int(j, "undecided_ms", account->sum.undecided_ms);
	json_end(j);
}

void render_finding(struct json *j, const char *key, const struct incident *inc, const struct finding *f,
    const struct mechanism *m, int64_t now, const struct finding_account *account, bool english)
{
	const struct unit *unit = mechanism_unit(m, f->unit);
	char name[FINDING_ID_MAX], id[DISPATCH_ID_MAX];
	struct buf sentence = {0};

	json_begin(j, key);
	json_text(j, "finding", finding_name(inc, f, name));
	json_text(j, "class", finding_class_names[f->class]);
	json_text(j, "name", finding_rows[f->class].word);
	json_text(j, "article", finding_rows[f->class].article);
	json_text(j, "state", finding_state_names[f->state]);
	json_text(j, "state_name", finding_state_word(f->state, english));
	json_text(j, "unit", f->unit);
	json_text(j, "unit_name", unit ? unit->name : NULL);
	if (inc)
		json_text(j, "dispatch", dispatch_id_at(inc, f->dispatch, id));
	json_time(j, "day", f->day);
	json_time(j, "opened_at", f->opened_at);
	json_time(j, "appeal_until", finding_appeal_until(m, f));
	put_run(j, f);
	json_text(j, "cause", f->cause);
	if (f->seq)
		json_int(j, "seq", f->seq);
	json_text(j, "revision", f->revision);
	if (account) {
		put_account(j, account);
		finding_sentence(&sentence, m, f, account, now);
		json_str(j, "sentence", buf_view(&sentence));
		buf_free(&sentence);
	}
	json_end(j);
}
