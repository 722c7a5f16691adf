/*
 * ctl.h - what liandongctl's commands share. One command, one file; the table of commands is in
 * commands.c and makes the help, the completion and the man page's check.
 *
 * Exit codes: 0 done, 1 refused or not found, 2 usage.
 */
#ifndef CTL_CTL_H
#define CTL_CTL_H
#include "base/buf.h"
#include "base/html.h"
#include "base/say.h"
#include "base/when.h"
#include "domain/command.h"
#include "liandong/client.h"
#include "mechanism/load.h"
#include "mechanism/options.h"
#include <jansson.h>

#define CONSOLE_PORT 7110 /* unless liandong.yaml says otherwise */
enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2 };

struct reads;

struct ctl {
	const char *config;      /* path of liandong.yaml */
	struct options *options; /* loaded on demand by ctl_options */
	struct arena *arena;
	const char *language; /* "zh", "en" where an option says it */
	bool json, english, unmask,
	    terminal;            /* english: say() has it, too; terminal: standard output is one */
	struct liandong *link;   /* opened on demand by ctl_link */
	json_t *units;           /* unit.list, once ctl_unit_words has asked for it */
	int64_t asked_ms;        /* the daemon's clock when it was asked first; 0: not yet */
	bool config_named;       /* -c or LIANDONG_CONFIG was given */
	const char *reach[7];    /* by REACH_…: what was said of the server (reach.h); NULL: nothing */
	const char *server_name; /* of client.yaml */
	const struct ctl_command *command; /* the one that runs */
};

struct ctl_command {
	const char *name;      /* "incident list" */
	const char *arguments; /* "[--state S] [--unit U]", in the language that is spoken */
	const char *about;     /* one line, the same */
	int (*run)(struct ctl *ctl, int argc, char **argv); /* argv[0] is the first argument */
	enum command_kind_id act;                           /* of an act (acts.h) */
	bool files; /* an argument may be a file's name, which may be any bytes */
};
/* -- arguments ------------------------------------------------------------------------------ */

/* "--name value" or "--name=value" out of argv (removed); NULL where it is not there. A flag has no
 * value and gives "". */
struct ctl_option {
	const char *name; /* "--state"; "-o" */
	bool flag;
	const char *value; /* set where given */
};
/* Takes the options out of argv, leaving the plain arguments in place; -1 and a sentence on
 * standard error where one is unknown or has no value, else how many plain ones are left. */
int ctl_parse(const struct ctl *ctl, int argc, char **argv, struct ctl_option *options, int n);
/* As ctl_parse, of a command that takes options alone. False with a sentence: an option is wrong, or there is an argument. */
bool ctl_parse_options(const struct ctl *ctl, int argc, char **argv, struct ctl_option *options, int n);
/* Says how the command that runs is written; ctl_usage() is EXIT_USAGE. */
void ctl_show_usage(const struct ctl *ctl, const char *why, ...) __attribute__((format(printf, 2, 3)));
static inline int ctl_misused(void)
{
	return EXIT_USAGE;
}
#define ctl_usage(...) (ctl_show_usage(__VA_ARGS__), ctl_misused())
/* There is more on the line than the command takes, from `argument` on; returns EXIT_USAGE. */
int ctl_too_many(const struct ctl *ctl, const char *argument);
/* What --limit says (NULL: nothing, 0). False, and the usage is shown, where it is no number. */
bool ctl_limit(const struct ctl *ctl, const char *value, uint64_t *limit);
/* The command takes one argument, `zh` in Chinese and `en` in English, and there is none or there are more; returns
 * EXIT_USAGE. */
int ctl_wants_one(const struct ctl *ctl, int argc, char **argv, const char *zh, const char *en);
/* Opens a file that its owner alone can read. The descriptor; -1 with a sentence. */
int ctl_open_secret(const struct ctl *ctl, const char *path);
/* A sentence on standard error; ctl_fail() is EXIT_REFUSED. It is a macro, so that the analyzer sees in its caller what it
 * returns; so is ctl_usage(). */
void ctl_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline int ctl_refused(void)
{
	return EXIT_REFUSED;
}
#define ctl_fail(...) (ctl_complain(__VA_ARGS__), ctl_refused())

/* -- the daemon ----------------------------------------------------------------------------- */

/* Reads the options of ctl->config, loosely as ctl_options_found says, and prints all problems. */
void ctl_load_options(struct ctl *ctl, bool loosely);
/* NULL with all problems printed. */
struct options *ctl_options(struct ctl *ctl);
/* For what only has to find the daemon: the options as far as they can be read, with all problems
 * printed; NULL where there is no such file. */
struct options *ctl_options_found(struct ctl *ctl);
/* The mechanism in the folder that liandong.yaml names; NULL with all problems printed. The caller releases it. */
struct mechanism *ctl_mechanism(struct ctl *ctl);
/* Its model, as the daemon has it, or trained now, which takes seconds. The caller frees it. */
struct text_decider ctl_texts(struct ctl *ctl, const struct mechanism *m, struct problems *p);
/* The session, on the control socket or a server (reach.h); NULL with a sentence printed. */
struct liandong *ctl_link(struct ctl *ctl);
/* One command and its answer. NULL with the sentence printed where it was refused. The caller owns
 * the tree. params may be NULL (and is taken). */
json_t *ctl_call(struct ctl *ctl, const char *method, json_t *params);
/* As ctl_call, for what is shown beside an answer: NULL without a sentence if it was refused. */
json_t *ctl_call_quietly(struct ctl *ctl, const char *method, json_t *params);
/* What people read for a code of notices; the code itself if there is none (notice_words.c). */
enum noted_group {
	NOTED_CLASS,
	NOTED_WHO,
	NOTED_STATE, /* of a notice */
	NOTED_WAY,   /* of its way by one channel */
	NOTED_KIND,  /* of a channel */
	NOTED_WHY,
	NOTED_RECEIPT,
	NOTED_REPLY, /* why a reply was not taken */
	NOTED_HELD,  /* what one waits for */
	NOTED_GROUPS
};
const char *ctl_notice_word(enum noted_group group, const char *code);
/* All of them as JSON, for scripts/tables.py. */
void ctl_notice_words(void);
/* "hall 送达,sms 失败(HTTP 500)" of a notice's attempts, by the channels' names or by their kinds. In the arena. */
const char *ctl_notice_ways(struct arena *a, const json_t *notice, bool by_kind);
/* "对方要求停一停,到 10:07:00" of what has held_by; "" where nothing is waited for. In the arena. */
const char *ctl_notice_held(struct arena *a, const json_t *one);
/* Why a reply by short message was not taken, and what became of it: "编号不对". In the arena. */
const char *ctl_reply_why(struct arena *a, const json_t *reply);
/* Who was told of an incident how and when; nothing where none was, or it cannot be known now (notices.c). */
void ctl_show_notices(struct ctl *ctl, const char *number);
/* One row of a list; false ends it. The row is the list's. */
typedef bool ctl_row(void *arg, json_t *row);
/* Every row of a list, page after page; `list` is its name in the answer, params are taken. False: a page was
 * refused, with the sentence printed, or a row ended it. */
bool ctl_pages(struct ctl *ctl, const char *method, const char *list, json_t *params, ctl_row *each,
    void *arg);
/* The instant that a person typed (when.h), as RFC 3339; a date alone is its beginning, or its end where
 * `until`. What is relative is so to the daemon's clock. NULL with the sentence printed. */
const char *ctl_instant(struct ctl *ctl, const char *text, enum when_side side, bool until);
/* 市消防救援支队(fire), by the daemon's list; "" for "", the id alone where it has none of that id. */
const char *ctl_unit_words(struct ctl *ctl, const char *id);
/* The daemon's clock where the command talks to it, which may be a manual one; else the wall clock. */
int64_t ctl_now(struct ctl *ctl);
/* A comma-separated list as an array of texts. */
json_t *ctl_codes(const char *list);
/* Prints the tree as it is (--json); returns EXIT_DONE. */
int ctl_print_json(const json_t *tree);
/* A document into a file; NULL or "-": standard output. Returns EXIT_DONE, or EXIT_REFUSED with a sentence. */
int ctl_write_out(struct ctl *ctl, const char *file, struct str bytes);
/* Begins a document for printing; one of a store for training says so above everything else. `training`: what is
 * printed says that it is, beside the options that were read. */
struct html ctl_paper(const struct ctl *ctl, struct buf *out, const char *title, enum html_paper paper,
    bool training);

/* -- what people see ------------------------------------------------------------------------ */

/* A table whose columns are as wide as their widest cell on a terminal. */
struct table {
	struct arena *a;
	const struct both *heads;
	int columns, rows, cap;
	const char **cells; /* rows × columns; NULL is an empty cell */
};
void table_init(struct table *t, struct arena *a, const struct both *heads, int columns);
/* Texts are borrowed and must live until table_print. */
void table_row(struct table *t, const char *const *cells);
void table_print(const struct table *t);
/* A list that the daemon answered: the tree for a program, the table for a person, and how to go on
 * where there is more. Takes the tree; returns EXIT_DONE. */
int ctl_show_list(struct ctl *ctl, json_t *answer, const struct table *t);
/* An RFC 3339 instant as people write it ("3月2日 08:00"), "" for NULL. In the arena. */
const char *ctl_when(struct ctl *ctl, const char *rfc3339);
/* The instant as the end of a span: midnight belongs to the day that it ends, "3月2日 24:00". */
const char *ctl_until(struct ctl *ctl, const char *rfc3339);
/* The words for a state, a clock, a role, an event; the code itself if there are none. */
const char *ctl_word(const char *code);
/* What an event is about, beside its kind: what was said, what was replaced, or which reminder or clock; "" for none. */
const char *ctl_event_about(struct arena *a, const json_t *event);
const char *ctl_text(const json_t *object, const char *key); /* "" where it is missing */
/* What the daemon found odd about the command that it carried out, a line each. */
void ctl_show_warnings(const json_t *answer);
/* The incident that it has come to follow, and what to tell the caller of it. */
void ctl_show_main(const json_t *answer);
/* How sure the category is, of a route that has it: a line; where the desk is asked, the others that it may be; and
 * a possible danger. */
void ctl_show_choice(const json_t *route);
/* What the caller reported before, if the answer says it: a line for the number of calls, one for each. */
void ctl_show_history(struct ctl *ctl, const json_t *answer);

/* -- the commands, one file each ------------------------------------------------------------ */

int ctl_check(struct ctl *, int, char **);
int ctl_status(struct ctl *, int, char **);
int ctl_clock_show(struct ctl *, int, char **);
int ctl_clock_advance(struct ctl *, int, char **);
int ctl_clock_set(struct ctl *, int, char **);
int ctl_clock_confirm(struct ctl *, int, char **);
int ctl_notices(struct ctl *, int, char **);
int ctl_notice_retry(struct ctl *, int, char **);
int ctl_notice_drop(struct ctl *, int, char **);
int ctl_notice_replies(struct ctl *, int, char **);
int ctl_exchange(struct ctl *, int, char **);
int ctl_exchange_differences(struct ctl *, int, char **);
int ctl_exchange_compare(struct ctl *, int, char **);
int ctl_exchange_handover(struct ctl *, int, char **);
int ctl_account_add(struct ctl *, int, char **);
int ctl_account_list(struct ctl *, int, char **);
int ctl_account_revoke(struct ctl *, int, char **);
int ctl_session_list(struct ctl *, int, char **);
int ctl_session_end(struct ctl *, int, char **);
int ctl_code(struct ctl *, int, char **);
int ctl_notice_test(struct ctl *, int, char **);
int ctl_report(struct ctl *, int, char **);
int ctl_incident_list(struct ctl *, int, char **);
int ctl_incident_show(struct ctl *, int, char **);
int ctl_dispatch_show(struct ctl *, int, char **);
/* Copies the photos of the database file from beside one name to beside another; false with a sentence. */
bool ctl_photos_copy(struct ctl *ctl, struct reads *r, const char *from, const char *to);
/* Are all photos of the database file there, each with the bytes of its digest? False with a sentence. */
bool ctl_photos_whole(struct ctl *ctl, struct reads *r, const char *beside);
int ctl_photo_add(struct ctl *, int, char **);
int ctl_photo_get(struct ctl *, int, char **);
int ctl_dispatch_list(struct ctl *, int, char **);
int ctl_dispatch_deadlines(struct ctl *, int, char **);
int ctl_request_list(struct ctl *, int, char **);
int ctl_queues(struct ctl *, int, char **);
int ctl_finding_list(struct ctl *, int, char **);
int ctl_route_explain(struct ctl *, int, char **);
int ctl_route_diff(struct ctl *, int, char **);
int ctl_route_log(struct ctl *, int, char **);
int ctl_route_show(struct ctl *, int, char **);
int ctl_route_export(struct ctl *, int, char **);
int ctl_route_rollback(struct ctl *, int, char **);
int ctl_route_approve(struct ctl *, int, char **);
int ctl_route_test(struct ctl *, int, char **);
int ctl_route_drafts(struct ctl *, int, char **);
int ctl_route_learn(struct ctl *, int, char **);
int ctl_route_evaluate(struct ctl *, int, char **);
int ctl_events(struct ctl *, int, char **);
int ctl_console(struct ctl *, int, char **);
int ctl_backup(struct ctl *, int, char **);
int ctl_archive(struct ctl *, int, char **);
int ctl_restore(struct ctl *, int, char **);
int ctl_audit_verify(struct ctl *, int, char **);
int ctl_audit_head(struct ctl *, int, char **);
int ctl_report_month(struct ctl *, int, char **);
int ctl_report_quarter(struct ctl *, int, char **);
int ctl_report_year(struct ctl *, int, char **);
int ctl_report_span(struct ctl *, int, char **);
int ctl_report_verify(struct ctl *, int, char **);
int ctl_score(struct ctl *, int, char **);
int ctl_print_clock(struct ctl *, int, char **);
int ctl_print_order(struct ctl *, int, char **);
int ctl_print_criticism(struct ctl *, int, char **);
int ctl_print_statement(struct ctl *, int, char **);
int ctl_print_callbacks(struct ctl *, int, char **);
int ctl_reload(struct ctl *, int, char **);
int ctl_units(struct ctl *, int, char **);
int ctl_categories(struct ctl *, int, char **);
int ctl_register_list(struct ctl *, int, char **);
int ctl_shift_log(struct ctl *, int, char **);
int ctl_units_export(struct ctl *, int, char **);
int ctl_units_import(struct ctl *, int, char **);
int ctl_contacts_propose(struct ctl *, int, char **);
int ctl_contacts_list(struct ctl *, int, char **);
int ctl_unit_add(struct ctl *, int, char **);
int ctl_category_add(struct ctl *, int, char **);
int ctl_rule_add(struct ctl *, int, char **);
int ctl_duty(struct ctl *, int, char **);
int ctl_duty_import(struct ctl *, int, char **);
int ctl_calendar_import(struct ctl *, int, char **);
int ctl_mechanism_init(struct ctl *, int, char **);
int ctl_tls_init(struct ctl *, int, char **);
int ctl_tls_issue(struct ctl *, int, char **);
int ctl_tls_renew(struct ctl *, int, char **);
int ctl_tls_revoke(struct ctl *, int, char **);
int ctl_tls_show(struct ctl *, int, char **);
int ctl_print_contacts(struct ctl *, int, char **);
int ctl_print_forms(struct ctl *, int, char **);
/* All of them, *n, in the arena (commands.c). */
const struct ctl_command *ctl_commands(struct arena *a, int *n);
/* The protocol's commands as JSON, for programs and for the documents' tables. */
int ctl_protocol(void);
/* A YAML file as liandong reads it, as JSON: for the test that compares it with other readers. */
int ctl_tree(const char *file);
/* The kinds of problems that a check may find, as JSON, for the documents' table. */
int ctl_problems(void);

/* main.c */
int ctl_main(int argc, char **argv);

#endif
