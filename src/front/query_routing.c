/*
 * query_routing.c - reads of the mechanism's revisions: routing.get (its files), routing.log (which came into force,
 * which wait), routing.diff (what would go elsewhere, made by the report process).
 * Place: front.
 */
#include "front/parts.h"
#include "report/rules.h"
#include "domain/entry.h"
#include "mechanism/load.h"
#include "wire/render_entry.h"

#include <stdio.h>

#define ANSWER_MOST ((size_t)900 * 1024) /* of texts in one answer */
#define PIECE_MOST ((size_t)512 * 1024)  /* of one file that is asked for by itself */

/* -- routing.get -------------------------------------------------------------------------------- */

static bool get_want(struct front_read *q)
{
	const char *file = command_text(q->c, FIELD_FILE);
	int64_t *from;

	if (q->loads)
		return true;
	if (file && !mechanism_has_file(file))
		return refuse(&q->result.why, q->a, ERROR_PARAMS, "file", "没有名为 %s 的配置文件",
		    "%s is no file of the mechanism", file);
	q->files = (struct want_files){.revision = command_text(q->c, FIELD_REVISION)};
	q->wants.files = &q->files;
	q->own = from = arena_alloc(q->a, sizeof *from);
	return query_cursor(q, 'm', from);
}

static const struct mechanism_file *file_asked(const struct front_read *q)
{
	const char *file = command_text(q->c, FIELD_FILE);

	for (int i = 0; file && i < q->files.n; i++)
		if (strcmp(q->files.v[i].name, file) == 0)
			return &q->files.v[i];
	return NULL;
}

static bool inside_character(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

static bool is_start(struct str bytes, size_t at)
{
	return at < bytes.n && !inside_character(bytes.p[at]);
}

static bool get_choose(struct front_read *q)
{
	const char *file = command_text(q->c, FIELD_FILE), *revision = command_text(q->c, FIELD_REVISION);
	const int64_t *from = q->own;
	const struct mechanism_file *asked = file_asked(q);

	snprintf(q->result.etag, sizeof q->result.etag, "%s", q->files.revision);
	if (q->files.n == 0)
		return query_not_found(q, "版本", "revision", revision ? revision : "-");
	if (file && !asked)
		return query_not_found(q, "配置文件", "file", file);
	if (*from && (!asked || !is_start(asked->bytes, (size_t)*from)))
		return refuse(&q->result.why, q->a, ERROR_PARAMS, "cursor",
		    "cursor 不是这个文件给出的续页标记,请从头取",
		    "cursor is not one that this file gave; begin anew");
	return true;
}

/* The bytes from there, as many as an answer takes, never cut inside a character. */
static struct str piece_of(struct str bytes, size_t from)
{
	size_t end = from + PIECE_MOST;

	if (end >= bytes.n)
		end = bytes.n;
	while (end < bytes.n && inside_character(bytes.p[end]))
		end--;
	return (struct str){bytes.p + from, end - from};
}

/* text without p: it is named without its text. */
static void put_file(struct front_read *q, const struct mechanism_file *f, struct str text)
{
	struct digest digest = digest_of(f->bytes);
	char hex[DIGEST_HEX];

	json_begin(&q->j, NULL);
	json_text(&q->j, "name", f->name);
	json_int(&q->j, "bytes", (int64_t)f->bytes.n);
	json_text(&q->j, "sha256", digest_hex(&digest, hex));
	if (text.p)
		json_str(&q->j, "text", text);
	json_end(&q->j);
}

/* All of them: one that is long, as the cases are, is named without its text. */
static void put_files(struct front_read *q)
{
	size_t room = ANSWER_MOST;

	for (int i = 0; i < q->files.n; i++) {
		const struct mechanism_file *f = &q->files.v[i];
		bool fits = f->bytes.n <= PIECE_MOST && f->bytes.n <= room;

		put_file(q, f, fits ? f->bytes : (struct str){0});
		room -= fits ? f->bytes.n : 0;
	}
}

static void get_render(struct front_read *q)
{
	const struct mechanism_file *asked = file_asked(q);
	const int64_t *from = q->own;
	struct str piece = {0};

	json_begin(&q->j, NULL);
	json_text(&q->j, "revision", q->files.revision);
	json_bool(&q->j, "in_force", q->m && text_eq(q->m->revision, q->files.revision));
	json_list(&q->j, "files");
	if (asked) {
		piece = piece_of(asked->bytes, (size_t)*from);
		put_file(q, asked, piece);
	} else {
		put_files(q);
	}
	size_t end = (size_t)*from + piece.n;
	query_end_list(q, 'm', asked && end < asked->bytes.n ? (int64_t)end : 0);
}

const struct query query_routing_get = {
    .want = get_want, .choose = get_choose, .render = get_render, .heavy = true};

/* -- routing.log -------------------------------------------------------------------------------- */

#define ROWS_USUAL 20
#define ROWS_MOST 200

struct log_asked {
	struct want_activations rows;
	struct want_entries waiting;
};

static bool log_want(struct front_read *q)
{
	struct log_asked *x;

	if (q->loads)
		return true;
	x = q->own = arena_alloc(q->a, sizeof *x);
	x->rows.limit = query_limit(q, ROWS_USUAL, ROWS_MOST);
	x->waiting = (struct want_entries){.kind = ENTRY_REVISION, .limit = ROWS_USUAL};
	q->wants.activations = &x->rows;
	q->wants.entries = &x->waiting;
	return query_cursor(q, 'a', &x->rows.before);
}

static void put_activation(struct front_read *q, const struct activation *one)
{
	json_begin(&q->j, NULL);
	json_text(&q->j, "revision", one->revision);
	json_time(&q->j, "at", one->at);
	json_text(&q->j, "by", one->who);
	json_text(&q->j, "why", one->why);
	json_end(&q->j);
}

static void log_render(struct front_read *q)
{
	struct log_asked *x = q->own;

	json_begin(&q->j, NULL);
	json_text(&q->j, "in_force", q->m ? q->m->revision : NULL);
	json_list(&q->j, "waiting");
	for (int i = 0; i < x->waiting.n && !command_has(q->c, FIELD_CURSOR); i++)
		if (x->waiting.v[i]->state == REVISION_PROPOSED)
			render_entry(&q->j, NULL, x->waiting.v[i], q->m, true, q->a);
	json_close(&q->j);
	json_list(&q->j, "revisions");
	for (int i = 0; i < x->rows.n; i++)
		put_activation(q, &x->rows.v[i]);
	query_end_list(q, 'a', x->rows.next);
}

const struct query query_routing_log = {.want = log_want, .render = log_render};

/* -- routing.diff ------------------------------------------------------------------------------- */

static bool ask_for(struct front_read *q, struct report_ask *ask, const char *format)
{
	const char *files = command_text(q->c, FIELD_FILES);

	*ask = (struct report_ask){.kind = RULES_KIND,
	    .period = "-",
	    .format = format,
	    .files = files ? str_of(files) : (struct str){0},
	    .revision = command_text(q->c, FIELD_REVISION),
	    .folder = q->f->options->mechanism,
	    .against = command_text(q->c, FIELD_AGAINST),
	    .from = command_int(q->c, FIELD_FROM),
	    .english = q->view.english};
	return true;
}

static bool diff_ask(struct front_read *q, struct report_ask *ask)
{
	return ask_for(q, ask, "diff");
}

static bool diff_choose(struct front_read *q)
{
	return q->result.why.code == OK;
}

static void diff_render(struct front_read *q)
{
	buf_str(&q->f->page, q->made);
}

const struct query query_routing_diff = {.ask = diff_ask, .choose = diff_choose, .render = diff_render};

/* -- routing.check: everything that is wrong, made by the same process ---------------------------- */

static bool check_ask(struct front_read *q, struct report_ask *ask)
{
	return ask_for(q, ask, "check");
}

const struct query query_routing_check = {.ask = check_ask, .choose = diff_choose, .render = diff_render};

/* -- routing.cases: what the desk has amended of what was judged by the words, masked ----------------- */

static bool cases_ask(struct front_read *q, struct report_ask *ask)
{
	return ask_for(q, ask, "cases");
}

const struct query query_routing_cases = {.ask = cases_ask, .choose = diff_choose, .render = diff_render};
