/* say.c - see say.h. */
#include "base/say.h"

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
