/* report_message.c - the bodies of what is said over the report socket. Place: wire. */
#include "wire/report_message.h"
#include "base/arena.h"

void report_ask_pack(struct buf *b, const struct report_ask *k)
{
	buf_opt(b, k->kind);
	buf_opt(b, k->period);
	buf_opt(b, k->format);
	buf_opt(b, k->unit);
	buf_u8(b, k->drill);
	buf_u8(b, k->draft);
	buf_u8(b, k->close);
	buf_u8(b, k->english);
	buf_i64(b, k->edition);
	buf_bytes(b, k->files);
	buf_bytes(b, k->learn);
	buf_bytes(b, k->contacts);
	buf_opt(b, k->revision);
	buf_opt(b, k->folder);
	buf_opt(b, k->base);
	buf_opt(b, k->against);
	buf_i64(b, k->from);
	buf_i64(b, k->since_ms);
}

bool report_ask_unpack(struct str s, struct arena *a, struct report_ask *k)
{
	struct reader r = reader_of(s);

	k->kind = read_opt(&r, a);
	k->period = read_opt(&r, a);
	k->format = read_opt(&r, a);
	k->unit = read_opt(&r, a);
	k->drill = read_flag(&r);
	k->draft = read_flag(&r);
	k->close = read_flag(&r);
	k->english = read_flag(&r);
	k->edition = read_i64(&r);
	k->files = read_bytes(&r);
	k->files.p = arena_str(a, k->files);
	k->learn = read_bytes(&r);
	k->learn.p = arena_str(a, k->learn);
	k->contacts = read_bytes(&r);
	k->contacts.p = arena_str(a, k->contacts);
	k->revision = read_opt(&r, a);
	k->folder = read_opt(&r, a);
	k->base = read_opt(&r, a);
	k->against = read_opt(&r, a);
	k->from = read_i64(&r);
	k->since_ms = read_i64(&r);
	return reader_done(&r) && k->kind && k->period && k->format;
}

void report_made_pack(struct buf *b, const struct report_made *m)
{
	buf_u16(b, (uint16_t)m->code);
	buf_opt(b, m->detail);
	buf_opt(b, m->type);
	buf_i64(b, m->edition);
	buf_i64(b, m->seq);
	buf_opt(b, m->chain);
	buf_opt(b, m->revision);
	buf_opt(b, m->refused);
	buf_i64(b, m->bytes);
}

bool report_made_unpack(struct str s, struct arena *a, struct report_made *m)
{
	struct reader r = reader_of(s);
	unsigned code = read_u16(&r);

	m->code = (enum error_code)code;
	m->detail = read_opt(&r, a);
	m->type = read_opt(&r, a);
	m->edition = read_i64(&r);
	m->seq = read_i64(&r);
	m->chain = read_opt(&r, a);
	m->revision = read_opt(&r, a);
	m->refused = read_opt(&r, a);
	m->bytes = read_i64(&r);
	return reader_done(&r) && code < ERROR_CODES && m->bytes >= 0 && m->bytes <= REPORT_BYTES_MAX &&
	    (m->code != OK || (m->type && m->chain && m->revision));
}
