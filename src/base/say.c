/* say.c - see say.h. */
#include "base/say.h"

#include <string.h>

static bool in_english;

void say_in_english(bool english)
{
	in_english = english;
}

bool say_english(void)
{
	return in_english;
}

const char *say(const char *zh, const char *en)
{
	return in_english ? en : zh;
}

const char *coded_said(const struct coded *table, size_t n, const char *code)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(table[i].code, code) == 0)
			return both_said(&table[i].said);
	return NULL;
}
