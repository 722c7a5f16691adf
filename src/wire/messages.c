/*
 * messages.c - the bodies of messages between processes, packed and unpacked.
 *
 * Place: wire; peer.c moves the bodies, the engine and the front ends say them. A body is the
 * members of its struct in order, integers little-endian, texts with their length; a command packs
 * only the values that are present. What is decoded is checked as a stranger's bytes are: enums are
 * in range, booleans are 0 or 1, counts fit what is left, and nothing may follow the last member.
 */
#include "wire/messages.h"
#include "base/arena.h"
#include "domain/warning.h"

#include <jansson.h>

const char *const message_names[MESSAGES] = {
#define MESSAGE(name, direction, what) [MESSAGE_##name] = #name,
#include "wire/messages.def"
#undef MESSAGE
};

/* An enum value below n. */
static unsigned read_below(struct reader *r, unsigned n)
{
	unsigned v = read_u16(r);

	r->bad |= v >= n;
	return v < n ? v : 0;
}

static struct str read_copy(struct reader *r, struct arena *a)
{
	struct str s = read_bytes(r);

	return (struct str){arena_str(a, s), s.n};
}

void hello_pack(struct buf *b, const struct hello *h)
{
	buf_opt(b, h->role);
	buf_i64(b, h->pid);
	buf_opt(b, h->version);
}

bool hello_unpack(struct str s, struct arena *a, struct hello *h)
{
	struct reader r = reader_of(s);

	h->role = read_opt(&r, a);
	h->pid = read_i64(&r);
	h->version = read_opt(&r, a);
	return reader_done(&r);
}

void welcome_pack(struct buf *b, const struct welcome *w)
{
	buf_u64(b, w->epoch);
	buf_opt(b, w->store);
	buf_opt(b, w->file);
	buf_opt(b, w->revision);
	buf_opt(b, w->version);
	buf_opt(b, w->language);
	buf_i64(b, w->seq);
	buf_i64(b, w->manual_at);
}

bool welcome_unpack(struct str s, struct arena *a, struct welcome *w)
{
	struct reader r = reader_of(s);

	w->epoch = read_u64(&r);
	w->store = read_opt(&r, a);
	w->file = read_opt(&r, a);
	w->revision = read_opt(&r, a);
	w->version = read_opt(&r, a);
	w->language = read_opt(&r, a);
	w->seq = read_i64(&r);
	w->manual_at = read_i64(&r);
	return reader_done(&r);
}

static void principal_pack(struct buf *b, const struct principal *p)
{
	buf_opt(b, p->account);
	buf_u16(b, (uint16_t)p->role);
	buf_opt(b, p->unit);
	buf_opt(b, p->commands);
}

static void principal_unpack(struct reader *r, struct arena *a, struct principal *p)
{
	p->account = read_opt(r, a);
	p->role = (enum account_role)read_below(r, ROLES);
	p->unit = read_opt(r, a);
	p->commands = read_opt(r, a);
}

static void fields_pack(struct buf *b, struct field_set set)
{
	for (int i = 0; i < FIELD_WORDS; i++)
		buf_u64(b, set.w[i]);
}

static struct field_set read_fields(struct reader *r)
{
	struct field_set set;

	for (int i = 0; i < FIELD_WORDS; i++)
		set.w[i] = read_u64(r);
	for (int i = FIELDS / 64; i < FIELD_WORDS; i++) /* there are no fields from FIELDS on */
		r->bad |= set.w[i] >> (i == FIELDS / 64 ? FIELDS % 64 : 0) != 0;
	return set;
}

static void warnings_pack(struct buf *b, const struct warnings *w)
{
	buf_u16(b, (uint16_t)(w ? w->n : 0));
	for (int i = 0; w && i < w->n; i++) {
		buf_u16(b, (uint16_t)w->v[i].code);
		buf_u16(b, (uint16_t)w->v[i].field);
		buf_opt(b, w->v[i].given);
		buf_opt(b, w->v[i].taken);
	}
}

static struct warnings *read_warnings(struct reader *r, struct arena *a)
{
	unsigned n = read_u16(r);
	struct warnings *w = n ? arena_alloc(a, sizeof *w) : NULL;

	for (unsigned i = 0; i < n && !r->bad; i++) {
		enum warning_code code = (enum warning_code)read_below(r, WARNINGS);
		enum field field = (enum field)read_below(r, FIELDS + 1);
		const char *given = read_opt(r, a);

		warning_add(w, a, code, field, given, read_opt(r, a));
	}
	return w;
}

void command_pack(struct buf *b, const struct command *c)
{
	buf_u16(b, (uint16_t)c->kind);
	buf_u64(b, c->id);
	buf_u8(b, c->resent);
	principal_pack(b, &c->who);
	buf_i64(b, c->received_at);
	warnings_pack(b, c->warnings);
	buf_opt(b, c->proposal);
	fields_pack(b, c->present);
	EACH_FIELD(f, c->present) {
		buf_opt(b, c->v[f].text);
		buf_i64(b, c->v[f].number);
	}
}

bool command_unpack(struct str s, struct arena *a, struct command *c)
{
	struct reader r = reader_of(s);

	*c = (struct command){.kind = (enum command_kind_id)read_below(&r, COMMANDS)};
	c->id = read_u64(&r);
	c->resent = read_flag(&r);
	principal_unpack(&r, a, &c->who);
	c->received_at = read_i64(&r);
	c->warnings = read_warnings(&r, a);
	c->proposal = read_opt(&r, a);
	c->present = read_fields(&r);
	EACH_FIELD(f, r.bad ? NO_FIELDS : c->present) {
		c->v[f].text = read_opt(&r, a);
		c->v[f].number = read_i64(&r);
	}
	return reader_done(&r);
}

void reply_pack(struct buf *b, const struct reply *r)
{
	buf_u64(b, r->id);
	buf_u16(b, (uint16_t)r->code);
	buf_opt(b, r->field);
	buf_opt(b, r->detail);
	buf_bytes(b, r->result);
	buf_i64(b, r->seq);
	buf_u8(b, r->made);
}

bool reply_unpack(struct str s, struct arena *a, struct reply *out)
{
	struct reader r = reader_of(s);

	out->id = read_u64(&r);
	out->code = (enum error_code)read_below(&r, ERROR_CODES);
	out->field = read_opt(&r, a);
	out->detail = read_opt(&r, a);
	out->result = read_copy(&r, a);
	out->seq = read_i64(&r);
	out->made = read_flag(&r);
	return reader_done(&r);
}

const char *event_data_text(const struct event *e, const char *name, struct arena *a)
{
	json_t *data = e->data.n ? json_loadb(e->data.p, e->data.n, 0, NULL) : NULL;
	const char *text = arena_text(a, json_string_value(json_object_get(data, name)));

	json_decref(data);
	return text;
}

static void event_pack(struct buf *b, const struct seen_event *p)
{
	buf_i64(b, p->e.seq);
	buf_i64(b, p->e.at);
	buf_u16(b, (uint16_t)p->e.type);
	buf_opt(b, p->e.incident);
	buf_u16(b, (uint16_t)p->e.dispatch);
	buf_opt(b, p->e.unit);
	buf_opt(b, p->e.by);
	buf_bytes(b, p->e.data);
	buf_opt(b, p->units);
	buf_opt(b, p->informed);
	buf_u8(b, p->confidential);
	buf_opt(b, p->words.text);
	buf_opt(b, p->words.person);
	buf_opt(b, p->words.phone);
	buf_opt(b, p->words.location);
	buf_opt(b, p->words.contacts);
	buf_opt(b, p->words.was);
}

static void event_unpack(struct reader *r, struct arena *a, struct seen_event *p)
{
	p->e.seq = read_i64(r);
	p->e.at = read_i64(r);
	p->e.type = (enum event_type)read_below(r, EVENT_TYPES);
	p->e.incident = read_opt(r, a);
	p->e.dispatch = (int)read_below(r, DISPATCHES_MAX + 1);
	p->e.unit = read_opt(r, a);
	p->e.by = read_opt(r, a);
	p->e.data = read_copy(r, a);
	p->units = read_opt(r, a);
	p->informed = read_opt(r, a);
	p->confidential = read_flag(r);
	p->words.text = read_opt(r, a);
	p->words.person = read_opt(r, a);
	p->words.phone = read_opt(r, a);
	p->words.location = read_opt(r, a);
	p->words.contacts = read_opt(r, a);
	p->words.was = read_opt(r, a);
}

/* The least that one event takes: bounds a count before memory is taken for it. */
#define EVENT_MIN (8 + 8 + 2 + 4 + 2 + 4 + 4 + 4 + 4 + 4 + 1 + 4 + 4 + 4 + 4 + 4 + 4)

void published_pack(struct buf *b, const struct seen_event *v, size_t n)
{
	buf_u32(b, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		event_pack(b, &v[i]);
}

bool published_unpack(struct str s, struct arena *a, struct seen_event **v, size_t *n)
{
	struct reader r = reader_of(s);
	uint32_t count = read_u32(&r);

	if (r.bad || count > s.n / EVENT_MIN)
		return false;
	*n = count;
	*v = arena_new_array(a, struct seen_event, count);
	for (size_t i = 0; i < count && !r.bad; i++)
		event_unpack(&r, a, &(*v)[i]);
	return reader_done(&r);
}

void presence_pack(struct buf *b, const struct presence *p)
{
	buf_opt(b, p->incident);
	buf_opt(b, p->account);
	buf_i64(b, p->until);
}

bool presence_unpack(struct str s, struct arena *a, struct presence *p)
{
	struct reader r = reader_of(s);

	p->incident = read_opt(&r, a);
	p->account = read_opt(&r, a);
	p->until = read_i64(&r);
	return p->incident && p->account && reader_done(&r);
}

void pulse_pack(struct buf *b, const struct pulse *p)
{
	buf_i64(b, p->at);
	buf_i64(b, p->manual_at);
	buf_i64(b, p->seq);
	buf_opt(b, p->revision);
	buf_bytes(b, p->metrics);
	buf_u8(b, (uint8_t)p->n_troubles);
	for (size_t i = 0; i < p->n_troubles; i++) {
		buf_opt(b, p->troubles[i].code);
		buf_opt(b, p->troubles[i].detail);
		buf_u8(b, p->troubles[i].unready);
	}
}

static bool read_troubles(struct reader *r, struct arena *a, struct pulse *p)
{
	struct trouble *v = arena_new_array(a, struct trouble, TROUBLES_MOST);

	p->n_troubles = read_u8(r);
	p->troubles = v;
	if (p->n_troubles > TROUBLES_MOST)
		return false;
	for (size_t i = 0; i < p->n_troubles; i++) {
		v[i].code = read_opt(r, a);
		v[i].detail = read_opt(r, a);
		v[i].unready = read_u8(r);
		if (!v[i].code || !v[i].detail)
			return false;
	}
	return true;
}

bool pulse_unpack(struct str s, struct arena *a, struct pulse *p)
{
	struct reader r = reader_of(s);

	p->at = read_i64(&r);
	p->manual_at = read_i64(&r);
	p->seq = read_i64(&r);
	p->revision = read_opt(&r, a);
	p->metrics = read_copy(&r, a);
	return read_troubles(&r, a, p) && reader_done(&r);
}
