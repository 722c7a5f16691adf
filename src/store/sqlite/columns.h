/* columns.h - what a column of a record is, for those that fill and read rows. Place: store, of columns.c and record.c alone. */
#ifndef STORE_SQLITE_COLUMNS_H
#define STORE_SQLITE_COLUMNS_H
#include "local.h"

#define EXCUSE_BITS 4

enum cell {
	CELL_TIME,   /* int64_t, 0 is NULL */
	CELL_SPAN,   /* int64_t, negative is NULL */
	CELL_WORD,   /* uint64_t, 0 is NULL */
	CELL_NUMBER, /* int64_t, never NULL */
	CELL_ENUM,   /* int, never NULL */
	CELL_CHOICE, /* an enum, its number and 1; its last is none, which is NULL: `size` */
	CELL_BITS,   /* unsigned, or an int or enum that is never negative; 0 is NULL */
	CELL_FLAG,   /* bool, false is NULL */
	CELL_SYMBOL, /* const char *, its symbol's id */
	CELL_TEXT,   /* const char * */
	CELL_STR,    /* struct str; empty is NULL */
	CELL_BYTES,  /* an array of unsigned char */
	/* One integer of a member of all the clocks of an array: */
	CELL_FLAGS,   /* bool: bit k is that of clock k; 0 is NULL */
	CELL_EXCUSES, /* enum excuse: four bits a clock; 0 is NULL */
	CELL_RUNGS    /* unsigned: together; 0 is NULL. Read into the first clock: dispatch_restore */
};
struct column {
	const char *name;
	enum cell cell;
	size_t at, size;
};

#endif
