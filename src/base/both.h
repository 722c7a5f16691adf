/*
 * both.h - a text of a table in both languages. Place: base; say.h picks one where the program speaks to one person.
 */
#ifndef BASE_BOTH_H
#define BASE_BOTH_H

struct both {
	const char *zh, *en;
};

#endif
