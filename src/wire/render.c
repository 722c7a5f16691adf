/*
 * render.c - incidents, dispatches, events and answers as JSON.
 *
 * Place: wire; used by the engine (answers to what changed) and the front ends (what is read), so
 * both ways in say the same. Who may see what is domain/sight.c's to say.
 */
#include "wire/render.h"
#include "base/arena.h"
#include "base/utf8.h"
#include "domain/choice.h"
#include "domain/contacts.h"
#include "domain/photo.h"
#include "domain/secrecy.h"
#include <assert.h>
#include <stdio.h>

/* -- masks ---------------------------------------------------------------------------------- */

/* Of at least eleven digits the first three and the last four are shown, of fewer the last two and so
 * many in front that four are hidden, of fewer than seven none. What is no digit is left out: it may be
 * a name. */
const char *mask_phone(struct arena *a, const char *phone)
{
	size_t n = 0, head, tail;
	char *digits;
	if (!phone)
		return NULL;
	digits = arena_alloc(a, strlen(phone) + 1);
	for (const char *p = phone; *p; p++)
		if (*p >= '0' && *p <= '9')
			digits[n++] = *p;
	if (n < 7)
		return arena_text(a, "****");
	tail = n >= 11 ? 4 : 2;
	head = n >= 9 ? 3 : n - 6;
	return arena_printf(a, "%.*s****%.*s", (int)head, digits, (int)tail, digits + n - tail);
}

/* The first character and as many stars as people write: 张**. */
static const char *first_and(struct arena *a, const char *text, const char *stars)
{
	if (!text)
		return NULL;
	if (!*text)
		return arena_text(a, "");
	struct str rest = str_of(text);
	utf8_next(&rest);
	return arena_printf(a, "%.*s%s", (int)(rest.p - text), text, stars);
}

const char *mask_name(struct arena *a, const char *name)
{
	return first_and(a, name, "**");
}

const char *mask_text(struct arena *a, const char *text)
{
	return first_and(a, text, "***");
}

/* -- warnings ------------------------------------------------------------------------------- */

/* "reporter.phone" */
static void render_field_name(struct json *j, enum field f)
{
	char path[FIELD_PATH_MAX];

	json_text(j, "field", field_path(f, path));
}

void render_warnings(struct json *j, const struct warnings *w, bool english)
{
	struct buf sentence = {0};
	json_list(j, "warnings");
	for (int i = 0; w && i < w->n; i++) {
		const struct warning *one = &w->v[i];
		buf_reset(&sentence);
		warning_sentence(one, english, &sentence);
		json_begin(j, NULL);
		json_text(j, "code", warning_kinds[one->code].word);
		if (one->field != FIELDS)
			render_field_name(j, one->field);
		json_str(j, "detail", buf_view(&sentence));
		json_end(j);
	}
	json_close(j);
	buf_free(&sentence);
}

/* What is said of the reporter is for who may know him: a proposal until he is secret, the others as long as he is. */
static void drop_proposals(struct warnings *w, const struct incident *inc, const struct view *v)
{
	bool knows = sight_row(THING_SECRET_REPORTER, v->role) != SIGHT_NONE;
	int n = 0;

	for (int i = 0; i < w->n; i++)
		if (!warning_kinds[w->v[i].code].of_reporter ||
		    (knows && (w->v[i].code == WARNING_SECRET_PROPOSED) == !inc->secret_reporter))
			w->v[n++] = w->v[i];
	w->n = n;
}

/* Those that the incident keeps: the same in every answer about it. */
static void render_own_warnings(struct json *j, const struct incident *inc, const struct view *v,
    struct arena *a)
{
	struct warnings w;
	warnings_parse(inc->warnings, a, &w);
	drop_proposals(&w, inc, v);
	render_warnings(j, &w, v->english);
}

/* -- incident ------------------------------------------------------------------------------- */

static void render_reporter(struct json *j, const struct incident *inc, enum sight sight, struct arena *a)
{
	bool full = sight == SIGHT_ALL;
	if (sight == SIGHT_NONE)
		return;
	json_begin(j, "reporter");
	json_text(j, "name", full ? inc->reporter_name : mask_name(a, inc->reporter_name));
	json_text(j, "phone", full ? inc->reporter_phone : mask_phone(a, inc->reporter_phone));
	json_end(j);
}

static void render_place(struct json *j, const struct incident *inc, bool full, struct arena *a)
{
	json_text(j, "address", full ? inc->address : mask_text(a, inc->address));
	if (!full || !inc->has_location)
		return;
	json_begin(j, "location");
	json_micro(j, "lon", inc->lon_micro);
	json_micro(j, "lat", inc->lat_micro);
	json_text(j, "datum", inc->datum);
	json_end(j);
}

/* Who and where. */
static void render_people(struct json *j, const struct incident *inc, const struct view *v, struct arena *a)
{
	enum sight sight = sight_of(v, THING_PEOPLE, inc);
	bool full = sight == SIGHT_ALL;
	if (sight == SIGHT_NONE)
		return;
	render_place(j, inc, full, a);
	render_reporter(j, inc, sight_reporter(v, inc), a);
	json_text(j, "description",
	    full ? secrecy_shown(v, inc, inc->description, a) : mask_text(a, inc->description));
}

static void render_flags(struct json *j, const struct incident *inc)
{
	const struct {
		const char *name;
		bool set;
	} flags[] = {{"confidential", inc->confidential}, {"police", inc->police},
	    {"unmatched", inc->unmatched}, {"drill", inc->drill}, {"secret_reporter", inc->secret_reporter},
	    {"zone_assumed", inc->zone_assumed}, {"clock_skew", inc->clock_skew}};
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		json_bool(j, flags[i].name, flags[i].set);
}

/* What the model of texts had to say is the desk's: an alternative may be confidential. */
static void render_route_of(struct json *j, const struct incident *inc, const struct mechanism *m,
    const struct view *v, struct arena *a)
{
	json_begin(j, "route");
	json_text(j, "rule", inc->rule);
	json_text(j, "revision", inc->revision);
	json_text(j, "because", inc->because);
	if (!sight_unit(v))
		choice_render(j, inc->choice, m, a);
	json_end(j);
}

static void text_or_null(struct json *j, const char *key, const char *text)
{
	if (text && *text)
		json_text(j, key, text);
	else
		json_none(j, key);
}

/* What it is about. */
static void render_subject(struct json *j, const struct incident *inc, const struct mechanism *m,
    const struct view *v, struct arena *a)
{
	const struct category *category = m ? mechanism_category(m, inc->category) : NULL;
	const struct area *area = m ? mechanism_area(m, inc->area) : NULL;
	json_text(j, "ticket", inc->ticket);
	text_or_null(j, "category", inc->category);
	json_text(j, "category_name", category ? category->name : NULL);
	text_or_null(j, "priority", priority_names[inc->priority]);
	json_text(j, "zone", zone_names[inc->zone]);
	text_or_null(j, "area", inc->area);
	json_text(j, "area_name", area ? area->name : NULL);
	render_flags(j, inc);
	render_route_of(j, inc, m, v, a);
	render_graver(j, inc, m, v, a);
	json_int(j, "urged", inc->urged);
	json_int(j, "callers", inc->callers + 1);
	json_text(j, "same_as", inc->same_as_number);
	json_int(j, "redo", inc->redo);
}

/* What the desk owes the reporter, and what the reporter said. */
static void render_callback(struct json *j, const struct incident *inc)
{
	const struct clock *c = &inc->clocks[CLOCK_CALLBACK - DISPATCH_CLOCKS];

	json_time(j, "callback_due", c->due);
	if (!inc->callback_at)
		return;
	json_begin(j, "callback");
	json_text(j, "result", callback_result_names[inc->callback_result]);
	json_time(j, "at", inc->callback_at);
	json_int(j, "unreached_days", inc->callback_days);
	json_bool(j, "left_to_office", incident_left_to_office(inc));
	json_end(j);
}

void render_incident_open(struct json *j, const char *key, const struct incident *inc,
    const struct mechanism *m, const struct view *v, struct arena *a)
{
	json_begin(j, key);
	json_text(j, "number", inc->number);
	json_text(j, "state", incident_state_names[inc->state]);
	json_text(j, "state_name", incident_state_word(inc, v->english));
	json_time(j, "received_at", inc->received_at);
	json_time(j, "reported_at", inc->reported_at);
	if (sight_of(v, THING_SUBJECT, inc) != SIGHT_NONE)
		render_subject(j, inc, m, v, a);
	else
		json_bool(j, "confidential", inc->confidential);
	render_people(j, inc, v, a);
	json_time(j, "completed_at", inc->completed_at);
	json_time(j, "closed_at", inc->closed_at);
	if (!sight_unit(v)) { /* the desk's own clock */
		const struct clock *c = &inc->clocks[CLOCK_LEAD_MISSING - DISPATCH_CLOCKS];
		json_time(j, "lead_missing_since", c->start);
		json_time(j, "lead_missing_due", c->due);
		render_callback(j, inc);
	}
	if (m)
		render_requests(j, inc, m, v);
	if (sight_of(v, THING_SUBJECT, inc) != SIGHT_NONE)
		render_own_warnings(j, inc, v, a);
}

/* -- dispatch ------------------------------------------------------------------------------- */

static void render_phone(struct json *j, const struct contact_phone *p)
{
	json_text(j, "phone", p->number);
	json_text(j, "extension", p->extension);
	if (p->mobile)
		json_bool(j, "mobile", true);
}

static void render_contact(struct json *j, const char *key, const struct contact *c)
{
	json_begin(j, key);
	json_text(j, "name", c->name);
	json_text(j, "phone", c->phone);
	json_list(j, "phones");
	for (int i = 0; i < c->n_phones; i++) {
		json_begin(j, NULL);
		render_phone(j, &c->phones[i]);
		json_end(j);
	}
	json_close(j);
	json_text(j, "title", c->title);
	if (c->placeholder)
		json_bool(j, "placeholder", true);
	json_end(j);
}

/* One number of a person to call, which may be unknown; the ith of the call. */
static void render_call_entry(struct json *j, const struct call *call, int i,
    const struct contact_phone *phone)
{
	const struct contact *who = call->who[i];

	json_begin(j, NULL);
	json_text(j, "name", who->name);
	render_phone(j, phone);
	json_text(j, "title", who->title);
	json_text(j, "why", call_why(call, i));
	if (i < call->n_duty)
		json_time(j, "until", call->until);
	if (who->placeholder)
		json_bool(j, "placeholder", true);
	json_end(j);
}

/* Number by number, in the order in which they are to be called: all of the first person's, then the
 * second's. */
static void render_call(struct json *j, const struct mechanism *m, const struct unit *unit, int64_t now,
    const struct view *v)
{
	struct call call = deadline_call(m, v->around, unit, now);
	json_list(j, "call");
	for (int i = 0; i < call.n; i++) {
		const struct contact *who = call.who[i];
		for (int k = 0; k < who->n_phones; k++)
			render_call_entry(j, &call, i, &who->phones[k]);
		if (who->n_phones == 0)
			render_call_entry(j, &call, i, &(struct contact_phone){.number = who->phone});
	}
	json_close(j);
}

static void render_clocks(struct json *j, const char *key, unsigned bits)
{
	json_list(j, key);
	for (int k = 0; k < CLOCK_COUNT; k++)
		if (bits >> k & 1)
			json_text(j, NULL, clock_names[k]);
	json_close(j);
}

/* Nothing if there is none. */
static void render_steps(struct json *j, const char *key, unsigned bits)
{
	if (!bits)
		return;
	json_list(j, key);
	for (int s = 0; s < STEPS; s++)
		if (bits >> s & 1)
			json_text(j, NULL, step_names[s]);
	json_close(j);
}

static void render_times(struct json *j, const struct dispatch *d)
{
	static const char *const at_names[STEPS] = {
	    [STEP_DELIVERED] = "delivered_at",
	    [STEP_ACKNOWLEDGED] = "acknowledged_at",
	    [STEP_DEPARTED] = "departed_at",
	    [STEP_ARRIVED] = "arrived_at",
	    [STEP_COMPLETED] = "completed_at",
	};
	json_time(j, "issued_at", d->issued_at);
	for (int s = 0; s < STEPS; s++)
		json_time(j, at_names[s], d->at[s]);
	json_time(j, "withdrawn_at", d->withdrawn_at);
	json_time(j, "reported_at", d->reported_at);
}

/* What was decided about it. */
static void render_decided(struct json *j, const struct incident *inc, const struct dispatch *d)
{
	char id[DISPATCH_ID_MAX];
	const struct dispatch *next = d->relieving ? incident_dispatch(inc, d->relieving) : NULL;
	if (d->voided)
		json_text(j, "void", void_reason_names[d->voided]);
	if (next)
		json_text(j, "relieved_by", dispatch_id(inc, next, id));
	if (d->extended)
		json_int(j, "extended", d->extended);
}

static void render_dues(struct json *j, const struct dispatch *d)
{
	const struct clock *first = &d->clocks[CLOCK_FIRST_REPORT], *next = &d->clocks[CLOCK_NEXT_REPORT];
	int64_t report = clock_runs(first) ? first->due : clock_runs(next) ? next->due : 0;
	json_time(j, "delivery_due", d->clocks[CLOCK_DELIVERY].due);
	json_time(j, "acknowledge_due", d->clocks[CLOCK_ACKNOWLEDGE].due);
	json_time(j, "arrive_due", d->clocks[CLOCK_ARRIVE].due);
	json_time(j, "report_due", report);
	json_time(j, "to_phone", dispatch_to_phone(d));
}

static void render_photos(struct json *j, const struct dispatch *d)
{
	const char *list = d->photos;
	struct photo p;

	if (!list)
		return;
	json_list(j, "photos");
	while (photo_next(&list, &p)) {
		json_begin(j, NULL);
		json_text(j, "photo", p.digest);
		json_text(j, "step", photo_step_names[p.step]);
		json_time(j, "at", p.at);
		json_text(j, "type", picture_media_types[p.type]);
		json_int(j, "bytes", p.bytes);
		json_end(j);
	}
	json_close(j);
}

void render_dispatch_open(struct json *j, const char *key, const struct incident *inc,
    const struct dispatch *d, const struct mechanism *m, const struct view *v)
{
	char id[DISPATCH_ID_MAX];
	const struct unit *unit = mechanism_unit(m, d->unit);
	json_begin(j, key);
	json_text(j, "dispatch", dispatch_id(inc, d, id));
	json_text(j, "incident", inc->number);
	json_text(j, "unit", d->unit);
	json_text(j, "unit_name", unit ? unit->name : NULL);
	json_text(j, "role", dispatch_role_names[d->role]);
	json_text(j, "state", dispatch_state_names[d->state]);
	json_text(j, "state_name", dispatch_state_word(d->state, v->english));
	render_times(j, d);
	if (sight_clocks(v, inc, d)) {
		json_time(j, "eta", d->eta);
		render_dues(j, d);
		render_clocks(j, "overdue", dispatch_overdue(d));
		render_clocks(j, "late", dispatch_late(d));
		if (dispatch_system_late(d))
			render_clocks(j, "system_late", dispatch_system_late(d));
		render_steps(j, "late_reported", d->late_reported);
		render_steps(j, "implied", d->implied);
		render_steps(j, "unconfirmed", d->unconfirmed);
		if (d->redo)
			json_int(j, "redo", d->redo);
		json_text(j, "ticket", d->ticket);
		if (sight_in_full(v, inc))
			json_text(j, "result", d->result);
		if (sight_photos(v, inc, d))
			render_photos(j, d);
		render_decided(j, inc, d);
		json_text(j, "rule", d->rule);
		json_text(j, "revision", d->revision);
	}
	if (sight_own(v, d))
		json_int(j, "seq", d->seq);
}

void render_dispatch_call(struct json *j, const struct incident *inc, const struct dispatch *d,
    const struct mechanism *m, int64_t now, const struct view *v)
{
	if (!dispatch_open(d) || !sight_clocks(v, inc, d))
		return;
	if (m)
		render_running(j, inc, d, m, now);
	render_call(j, m, mechanism_unit(m, d->unit), now, v);
}

void render_dispatch(struct json *j, const char *key, const struct incident *inc, const struct dispatch *d,
    const struct mechanism *m, int64_t now, const struct view *v)
{
	render_dispatch_open(j, key, inc, d, m, v);
	render_dispatch_call(j, inc, d, m, now, v);
	json_end(j);
}

void render_dispatches(struct json *j, const struct incident *inc, const struct mechanism *m, int64_t now,
    const struct view *v)
{
	int n = sight_sees(v, inc) ? inc->n_dispatches : 0;
	json_list(j, "dispatches");
	for (int i = 0; i < n; i++)
		render_dispatch(j, NULL, inc, &inc->dispatches[i], m, now, v);
	json_close(j);
}

/* -- events and answers --------------------------------------------------------------------- */

static void render_words(struct json *j, const struct event_words *words)
{
	json_text(j, "text", words->text);
	json_text(j, "person", words->person);
	json_text(j, "phone", words->phone);
	json_text(j, "location", words->location);
}

/* No unit is shown what does not stand any more: it would act on it, and a corrected slip may name somebody whom it is not to know. */
static void render_former(struct json *j, const struct event_words *words, const struct view *v)
{
	if (words->was && !sight_unit(v))
		json_raw(j, WAS_FIELD, str_of(words->was));
}

/* With the people of units whose places it has. */
static void render_event_data(struct json *j, struct str data, const char *contacts)
{
	struct buf whole = {0};

	if (!contacts_placed(data)) { /* most events name none */
		json_raw(j, "data", data);
		return;
	}
	contacts_fill(data, contacts, &whole);
	json_raw(j, "data", buf_view(&whole));
	buf_free(&whole);
}

void render_event(struct json *j, const char *key, const struct seen_event *seen, bool words,
    const struct view *v)
{
	const struct event *e = &seen->e;
	bool full = sight_event(v, seen) == SIGHT_ALL;
	json_begin(j, key);
	json_int(j, "seq", e->seq);
	json_time(j, "at", e->at);
	json_text(j, "type", event_names[e->type]);
	json_text(j, "incident", e->incident);
	if (e->incident && e->dispatch) {
		char id[DISPATCH_ID_MAX];
		struct incident inc = {.number = e->incident};
		struct dispatch d = {.n = e->dispatch};
		json_text(j, "dispatch", dispatch_id(&inc, &d, id));
	}
	json_text(j, "unit", e->unit);
	if (full)
		json_text(j, "by", e->by);
	if (full && (words || event_of_program(e)))
		render_words(j, &seen->words);
	if (full && words)
		render_former(j, &seen->words, v);
	render_event_data(j, full && e->data.n ? e->data : STR("{}"), seen->words.contacts);
	json_end(j);
}

void render_similar(struct json *j, const struct similar *similar, int n)
{
	json_list(j, "similar");
	for (int i = 0; i < n; i++) {
		json_begin(j, NULL);
		json_text(j, "number", similar[i].number);
		json_time(j, "received_at", similar[i].received_at);
		json_text(j, "why", similar[i].why);
		json_end(j);
	}
	json_close(j);
}

/* What became of a report. */
static void render_routed(struct json *j, const struct incident *inc, const struct mechanism *m,
    const struct view *v, struct arena *a)
{
	text_or_null(j, "category", inc->category);
	text_or_null(j, "priority", priority_names[inc->priority]);
	json_text(j, "zone", zone_names[inc->zone]);
	json_bool(j, "zone_assumed", inc->zone_assumed);
	json_bool(j, "police", inc->police);
	json_bool(j, "unmatched", inc->unmatched);
	json_bool(j, "clock_skew", inc->clock_skew);
	render_route_of(j, inc, m, v, a);
}

/* The last instant at which a unit that acts was heard of, and what it said of the end. */
static const struct dispatch *heard_last(const struct incident *main, int64_t *at)
{
	const struct dispatch *lead = NULL;

	*at = 0;
	for (int i = 0; i < main->n_dispatches; i++) {
		const struct dispatch *d = &main->dispatches[i];

		if (d->role != AS_LEAD || d->state == DISPATCH_WITHDRAWN)
			continue;
		lead = d;
		*at = d->reported_at;
		for (int s = 0; s < STEPS; s++)
			*at = d->at[s] > *at ? d->at[s] : *at;
	}
	return lead;
}

/* What to tell the caller: 37 人报告;主办单位已到场;预计 21:30 恢复 */
static void render_sentence(struct json *j, const struct incident *main, const struct dispatch *lead,
    const struct mechanism *m, bool english)
{
	const struct unit *unit = lead ? mechanism_unit(m, lead->unit) : NULL;
	const char *state =
	    lead ? dispatch_state_word(lead->state, english) : incident_state_word(main, english);
	char sentence[256], eta[16] = "";

	if (lead && lead->eta) {
		int minute = (int)((lead->eta - day_start(local_day(lead->eta))) / MINUTE_MS);
		snprintf(eta, sizeof eta, "%02d:%02d", minute / 60, minute % 60);
	}
	snprintf(sentence, sizeof sentence,
	    english ? "%lld callers, %s%s%s%s%s" : "已有 %lld 人报告,%s%s%s%s%s",
	    (long long)main->callers + 1, unit ? unit->short_name : "", english && unit ? ": " : "", state,
	    !*eta         ? ""
		: english ? ", expected by "
			  : ",预计 ",
	    eta);
	json_text(j, "sentence", sentence);
}

void render_main(struct json *j, const struct incident *main, const struct mechanism *m, const struct view *v)
{
	int64_t heard;
	const struct dispatch *lead = heard_last(main, &heard);

	json_begin(j, "main");
	json_text(j, "number", main->number);
	json_text(j, "state", incident_state_names[main->state]);
	json_text(j, "state_name", incident_state_word(main, v->english));
	json_int(j, "callers", main->callers + 1);
	json_time(j, "last_report", heard);
	json_time(j, "eta", lead ? lead->eta : 0);
	render_sentence(j, main, lead, m, v->english);
	json_end(j);
}

void render_history(struct json *j, const struct call_history *h, const struct mechanism *m, bool english)
{
	if (!h || !h->count)
		return;
	json_begin(j, "history");
	json_int(j, "count", h->count);
	json_list(j, "calls");
	for (size_t i = 0; i < h->n; i++) {
		const struct earlier_call *one = &h->last[i];
		const struct category *category = m ? mechanism_category(m, one->category) : NULL;

		json_begin(j, NULL);
		json_text(j, "number", one->number);
		json_time(j, "received_at", one->received_at);
		text_or_null(j, "category", one->category);
		json_text(j, "category_name", category ? category->name : NULL);
		json_text(j, "state", incident_state_names[one->state]);
		json_text(j, "state_name", incident_state_said(one->state, english));
		if (one->callback)
			json_text(j, "callback", callback_result_names[one->callback]);
		json_end(j);
	}
	json_close(j);
	json_end(j);
}

void render_reported(struct buf *out, const struct reported *r, const struct mechanism *m, int64_t now,
    const struct view *v, struct arena *a)
{
	struct json j = json_to(out);
	json_begin(&j, NULL);
	json_text(&j, "incident", r->inc->number);
	json_bool(&j, "duplicate", r->duplicate);
	json_bool(&j, "confidential", r->inc->confidential);
	if (sight_of(v, THING_SUBJECT, r->inc) != SIGHT_NONE)
		render_routed(&j, r->inc, m, v, a);
	if (r->main)
		render_main(&j, r->main, m, v);
	render_similar(&j, r->similar, r->n_similar);
	render_history(&j, r->history, m, v->english);
	render_dispatches(&j, r->inc, m, now, v);
	render_own_warnings(&j, r->inc, v, a);
	json_int(&j, "seq", r->seq);
	json_end(&j);
}

static void render_incident_touched(struct json *j, const struct incident *inc, const struct view *v)
{
	json_text(j, "incident", inc->number);
	json_text(j, "state", incident_state_names[inc->state]);
	json_text(j, "state_name", incident_state_word(inc, v->english));
	if (!sight_unit(v))
		json_time(j, "callback_due", inc->clocks[CLOCK_CALLBACK - DISPATCH_CLOCKS].due);
}

void render_touched(struct buf *out, const struct incident *inc, const struct dispatch *d,
    const struct request *r, const struct warnings *w, int64_t seq, const struct mechanism *m, int64_t now,
    const struct view *v)
{
	struct json j = json_to(out);
	json_begin(&j, NULL);
	if (r)
		render_request(&j, "request", inc, r, m, v);
	if (d)
		render_dispatch(&j, "dispatch", inc, d, m, now, v);
	else
		render_incident_touched(&j, inc, v);
	render_warnings(&j, w, v->english);
	json_int(&j, "seq", seq);
	json_end(&j);
}

/* -- explanations --------------------------------------------------------------------------- */

void render_explanation(struct json *j, const struct explanation *x, bool stretches)
{
	json_begin(j, NULL);
	json_text(j, "clock", clock_names[x->kind]);
	json_text(j, "rule", x->limit.rule);
	json_text(j, "article", x->limit.article);
	json_text(j, "time", clock_time_names[x->limit.time]);
	if (x->limit.limit_ms)
		json_int(j, "limit_seconds", x->limit.limit_ms / SECOND_MS);
	json_time(j, "start", x->start);
	json_time(j, "due", x->due);
	json_time(j, "first_due", x->first_due);
	json_time(j, "stopped", x->stopped);
	json_text(j, "outcome", x->outcome);
	json_bool(j, "met", x->met);
	json_bool(j, "overdue", x->overdue);
	json_bool(j, "late", x->late);
	json_bool(j, "system_late", x->system_late);
	if (x->excused)
		json_text(j, "excused", excuse_names[x->excused]);
	if (x->mode)
		json_text(j, "mode", x->mode->name);
	if (x->waited_ms)
		json_int(j, "waited_seconds", x->waited_ms / SECOND_MS);
	if (x->away_ms)
		json_int(j, "away_seconds", x->away_ms / SECOND_MS);
	if (x->undecided_ms)
		json_int(j, "undecided_seconds", x->undecided_ms / SECOND_MS);
	json_bool(j, "calendar_known", x->calendar_known);
	json_text(j, "revision", x->revision);
	if (stretches) {
		int64_t sum = 0;
		json_list(j, "stretches");
		for (int i = 0; i < x->n_stretches; i++) {
			int64_t ms = x->stretches[i].to - x->stretches[i].from;
			sum += ms;
			json_begin(j, NULL);
			json_time(j, "from", x->stretches[i].from);
			json_time(j, "to", x->stretches[i].to);
			json_int(j, "seconds", ms / SECOND_MS);
			json_end(j);
		}
		json_close(j);
		json_int(j, "sum_seconds", sum / SECOND_MS);
		json_text(j, "sentence", x->sentence);
	}
	json_end(j);
}

void render_unit(struct json *j, const char *key, const struct unit *u, const struct mechanism *m,
    int64_t now, const struct view *v)
{
	json_begin(j, key);
	json_text(j, "unit", u->id);
	json_text(j, "name", u->name);
	json_text(j, "short_name", u->short_name);
	json_int(j, "tier", u->tier);
	json_bool(j, "visits", u->visits);
	json_text(j, "article", u->article);
	json_text(j, "township", u->township);
	if (sight_contacts(v, u->id)) {
		render_contact(j, "duty", &u->duty);
		render_contact(j, "liaison", &u->liaison);
		render_contact(j, "person_in_charge", &u->person_in_charge);
		render_contact(j, "leader", &u->leader);
		render_call(j, m, u, now, v);
	}
	json_end(j);
}

static void put_ids(struct json *j, const char *key, const struct unit *const *units, int n)
{
	json_list(j, key);
	for (int i = 0; i < n; i++)
		json_text(j, NULL, units[i]->id);
	json_close(j);
}

void render_category(struct json *j, const struct category *c, enum category_text in)
{
	json_begin(j, NULL);
	json_text(j, "category", c->code);
	json_text(j, "name", c->name);
	json_text(j, "priority", priority_names[c->priority]);
	json_text(j, "lead", c->lead ? c->lead->id : "none");
	put_ids(j, "assist", c->assist, c->n_assist);
	put_ids(j, "inform", c->inform, c->n_inform);
	json_text(j, "arrival", arrival_names[c->arrival]);
	json_bool(j, "confidential", c->confidential);
	json_text(j, "covers", c->covers);
	json_text(j, "not", c->leaves);
	json_text(j, "note", c->note);
	if (c->retired)
		json_text(j, "heir", c->heir->code);
	json_text(j, "found_in", category_text_names[in]);
	json_end(j);
}

static void render_units(struct json *j, const char *key, const struct route *r, enum dispatch_role role)
{
	json_list(j, key);
	for (int i = 0; i < r->n_units; i++)
		if (r->units[i].role == role)
			json_text(j, NULL, r->units[i].unit->id);
	json_close(j);
}

void render_route(struct json *j, const char *key, const struct route *r, const struct mechanism *m,
    struct arena *a)
{
	json_begin(j, key);
	text_or_null(j, "category", r->category ? r->category->code : NULL);
	json_text(j, "category_name", r->category ? r->category->name : NULL);
	text_or_null(j, "priority", priority_names[r->priority]);
	json_text(j, "zone", zone_names[r->zone]);
	json_bool(j, "zone_assumed", r->zone_assumed);
	json_bool(j, "police", r->police);
	json_bool(j, "confidential", r->confidential);
	json_bool(j, "unmatched", r->unmatched);
	json_bool(j, "record_only", r->record_only);
	json_text(j, "rule", r->rule);
	json_text(j, "because", r->because);
	json_text(j, "revision", m->revision);
	choice_render(j, choice_text(&r->choice, a), m, a);
	const char *lead = NULL;
	for (int i = 0; i < r->n_units; i++)
		if (r->units[i].role == AS_LEAD)
			lead = r->units[i].unit->id;
	text_or_null(j, "lead", lead);
	render_units(j, "assist", r, AS_ASSIST);
	render_units(j, "inform", r, AS_INFORM);
	json_end(j);
}

/* -- JSON-RPC and problem+json -------------------------------------------------------------- */

void render_rpc_result(struct buf *out, struct str id, struct str result)
{
	buf_text(out, "{\"jsonrpc\":\"2.0\",\"id\":");
	buf_str(out, id);
	buf_text(out, ",\"result\":");
	buf_str(out, result);
	buf_char(out, '}');
}

/* {code, field?, detail} in both error shapes */
static void render_data(struct json *j, enum error_code code, const char *field, const char *sentence)
{
	json_text(j, "code", error_kinds[code].word);
	json_text(j, "field", field);
	json_text(j, "detail", sentence);
}

static const char *sentence_of(enum error_code code, const char *detail, bool english)
{
	const struct error_kind *k = &error_kinds[code];
	return detail ? detail : english ? k->en : k->zh;
}

void render_rpc_error(struct buf *out, struct str id, enum error_code code, const char *field,
    const char *detail, bool english)
{
	assert(code != OK && "an error has a code");
	const char *sentence = sentence_of(code, detail, english);
	struct json j = json_to(out);
	json_begin(&j, NULL);
	json_text(&j, "jsonrpc", "2.0");
	json_raw(&j, "id", id);
	json_begin(&j, "error");
	json_int(&j, "code", error_kinds[code].number);
	json_text(&j, "message", sentence);
	json_begin(&j, "data");
	render_data(&j, code, field, sentence);
	json_end(&j);
	json_end(&j);
	json_end(&j);
}

void render_rpc_event(struct buf *out, struct str params)
{
	buf_text(out, "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":");
	buf_str(out, params);
	buf_char(out, '}');
}

void render_problem(struct buf *out, enum error_code code, const char *field, const char *detail,
    bool english)
{
	assert(code != OK && "a problem has a code");
	const struct error_kind *k = &error_kinds[code];
	struct json j = json_to(out);
	json_begin(&j, NULL);
	json_text(&j, "type", "about:blank");
	json_text(&j, "title", english ? k->en : k->zh);
	json_int(&j, "status", k->http);
	render_data(&j, code, field, sentence_of(code, detail, english));
	json_end(&j);
}
