/*
 * heads.h - heads of the chain that were kept elsewhere: one line each, and what they prove of a store.
 *
 *     liandong-head 2026-03-02T08:00:00+08:00 STORE SEQ HASH SUM
 *
 * SUM is the beginning of a SHA-256 over the fields before it. It tells a line that was damaged on its way from
 * one that names another head. Text before `liandong-head` is ignored, so a line of a system log is read, too.
 */
#ifndef CTL_HEADS_H
#define CTL_HEADS_H
#include "base/digest.h"
#include "base/time.h"
#include "store/read.h"

#define HEAD_TEXT_MAX 192

struct kept_head {
	int64_t at, seq;
	char store[17];
	struct digest hash;
};
/* The line, without its end. Returns out. */
char *head_write_line(const struct kept_head *h, char out[HEAD_TEXT_MAX]);
/* Blank lines and those that begin with # hold nothing. */
enum kept_line { LINE_HEAD, LINE_NOTHING, LINE_DAMAGED };
enum kept_line head_read_line(struct str line, struct kept_head *out);

/* What a file of heads says of a store, up to the first that does not hold. */
enum head_fault {
	HEAD_HOLDS,
	HEAD_BEYOND, /* the store ends before it: records are gone */
	HEAD_DIFFERS /* another record is there: what came before was changed, or replaced */
};
struct heads_proof {
	int64_t held, others, damaged; /* lines of this store, of others, of none that can be read */
	int64_t damaged_line;          /* the first of those */
	int64_t held_seq;              /* the greatest that holds */
	enum head_fault fault;
	int64_t fault_line;
	struct kept_head fault_head;
};
/* Line by line against the journal of the snapshot; the chain itself is proven by audit_verify. False with errno:
 * the file cannot be read. */
bool heads_prove(struct reads *r, const char *store, int64_t store_seq, const char *file,
    struct heads_proof *out);

#endif
