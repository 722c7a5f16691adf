/*
 * load.h - YAML to a typed, checked, immutable mechanism; and what `check` finds beyond errors.
 *
 * Read as YAML 1.2 would be, by events, without aliases, anchors, tags, merge keys, multiple
 * documents; sizes and depth bounded before libyaml sees a byte. Every value is checked; all errors
 * are collected, each with file:line:column, what, and what was expected; unknown keys with a
 * "did you mean".
 */
#ifndef MECHANISM_LOAD_H
#define MECHANISM_LOAD_H
#include "domain/mechanism.h"
#include "mechanism/problems.h"
#include "text/cache.h"

/* Reads the files of a folder: seven, and rosters.yaml and cases.jsonl where there are such. NULL with problems where one is
 * missing or unreadable. The
 * bytes are kept in the mechanism, so that the store can keep the revision. */
struct mechanism *mechanism_load(const char *folder, struct problems *p);
/* Is a file of this name part of a mechanism? */
bool mechanism_has_file(const char *name);
/* Puts the cases of a file (as cases.jsonl) in the place of the mechanism's own, which nothing else uses yet.
 * False with problems where anything is wrong. */
bool mechanism_read_cases(struct mechanism *m, const char *path, struct problems *p);
/* The same from stored bytes (files in any order). Used for a revision in the store. */
struct mechanism *mechanism_load_files(const struct mechanism_file *files, int n, struct problems *p);
/* A mechanism is counted: loading gives the first reference, hold one more, release gives one back, and
 * the last frees it. Texts of decisions, events and answers are borrowed from it, so a turn and a read
 * each hold the one that they work with: another one may come into force meanwhile. Returns m. */
struct mechanism *mechanism_hold(struct mechanism *m);
/* NULL is permitted. */
void mechanism_release(struct mechanism *m);
/* The files' bytes and the cases, most of its memory, once the store has the files: what decides needs neither. There
 * are none afterwards. */
void mechanism_forget_sources(struct mechanism *m);
/* The revision that a folder's files are, whatever is in them; false: one cannot be read. */
bool mechanism_folder_revision(const char *folder, char out[REVISION_LEN + 1]);
/* First 12 hex digits of SHA-256 over the files in the order of their names, each as name, NUL,
 * length in decimal, NUL, bytes. */
void mechanism_revision(const struct mechanism_file *files, int n, char out[REVISION_LEN + 1]);
/* What is allowed but hardly meant (warnings), and tier 1 rosters with a hole within 400 days of `now`, shifts
 * that overlap (errors). Appends to p. folder: how the files are called there; NULL: by their names alone. */
void mechanism_check(const struct mechanism *m, const char *folder, int64_t now, struct problems *p);
/* routing-tests.yaml in that folder: runs its cases against m, as reports would be decided, with what the model of
 * texts proposes; every failure is an error in p. Where the model is missing, cases of a description without a
 * category are left out. *run is how many cases there were (0 where the file is missing: a warning). A table whose
 * tests fail does not load. */
bool mechanism_test(const struct mechanism *m, const struct text_decider *texts, const char *folder,
    struct problems *p, int *run);
/* Who listens hears of every case and what came of it, and of every rule that a case was decided with or passed
 * through. */
struct route;
struct case_listener {
	void (*told)(void *arg, const char *name, bool passed, const struct route *route);
	void (*reached)(void *arg, const struct rule *rule);
	void *arg;
};
bool mechanism_test_told(const struct mechanism *m, const struct text_decider *texts, const char *folder,
    struct problems *p, int *run, const struct case_listener *l);
/* The instant that a case's `at` stands for where it is a time of day alone, in minutes. */
int64_t mechanism_case_at(const struct mechanism *m, int minute);
/* The same of bytes that stand in the file of that name. */
bool mechanism_test_file(const struct mechanism *m, const struct text_decider *texts, const char *file,
    struct str bytes, struct problems *p, int *run);
/* Its model, as text_decider_of; an error in p where none can be trained. The caller frees it. */
struct text_decider mechanism_texts(const struct mechanism *m, const struct text_wish *wish,
    struct problems *p);

/* All of it together, as `check`, a start and a reload do: reads the folder, trains its model as the wish says, runs
 * its cases, looks for what is hardly meant. The mechanism where it could be read, even if its cases fail: p->errors
 * tells whether it may come into force. *run: cases. *quality (NULL: not wanted): of a model that was trained now,
 * in p's arena. */
struct mechanism *mechanism_examine(const char *folder, const struct text_wish *wish, int64_t now,
    struct problems *p, int *run, struct text_quality *quality);

#endif
