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

#define ANSWER_MOST ((size_t)900 * 1024)

/* -- routing.get -------------------------------------------------------------------------------- */

static bool get_want(struct front_read *q)
{
	const char *file = command_text(q->c, FIELD_FILE);

	if (q->loads)
		return true;
	if (file && !mechanism_has_file(file))
		return refuse(&q->result.why, q->a, ERROR_PARAMS, "file", "没有名为 %s 的配置文件",
		    "%s is no file of the mechanism", file);
	q->files = (struct want_files){.revision = command_text(q->c, FIELD_REVISION)};
	q->wants.files = &q->files;
	return true;
}

/* The cases are long: beside the other files they are named without their text. */
static bool in_full(const struct mechanism_file *f, const char *file)
{
	return file ? strcmp(f->name, file) == 0 : strcmp(f->name, "cases.jsonl") != 0;
}

static size_t bytes_shown(const struct front_read *q, const char *file)
{
	size_t n = 0;

	for (int i = 0; i < q->files.n; i++)
		if (in_full(&q->files.v[i], file))
			n += q->files.v[i].bytes.n;
	return n;
}

static bool get_choose(struct front_read *q)
{
	const char *file = command_text(q->c, FIELD_FILE), *revision = command_text(q->c, FIELD_REVISION);
	size_t n = bytes_shown(q, file);

	snprintf(q->result.etag, sizeof q->result.etag, "%s", q->files.revision);
	if (q->files.n == 0)
		return query_not_found(q, "版本", "revision", revision ? revision : "-");
	if (n == 0)
		return query_not_found(q, "配置文件", "file", file);
	return n <= ANSWER_MOST ||
	    refuse(&q->result.why, q->a, ERROR_PARAMS, "file",
		"共 %zu 字节,一条答复装不下:请用 file 一次要一个文件,或在本机用 liandongctl route export",
		"%zu bytes do not fit one answer: ask for one file, or use liandongctl route export on the "
		"machine",
		n);
}

static void put_file(struct front_read *q, const struct mechanism_file *f, bool full)
{
	struct digest digest = digest_of(f->bytes);
	char hex[DIGEST_HEX];

	json_begin(&q->j, NULL);
	json_text(&q->j, "name", f->name);
	json_int(&q->j, "bytes", (int64_t)f->bytes.n);
	json_text(&q->j, "sha256", digest_hex(&digest, hex));
	if (full)
		json_str(&q->j, "text", f->bytes);
	json_end(&q->j);
}

static void get_render(struct front_read *q)
{
	const char *file = command_text(q->c, FIELD_FILE);

	json_begin(&q->j, NULL);
	json_text(&q->j, "revision", q->files.revision);
	json_bool(&q->j, "in_force", q->m && text_eq(q->m->revision, q->files.revision));
	json_list(&q->j, "files");
	for (int i = 0; i < q->files.n; i++)
		if (!file || strcmp(q->files.v[i].name, file) == 0)
			put_file(q, &q->files.v[i], in_full(&q->files.v[i], file));
	json_close(&q->j);
	json_end(&q->j);
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
	struct log_asked *x = q->own;

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
