/* arena_fixture.h - an arena for each test. */
#ifndef ARENA_FIXTURE_H
#define ARENA_FIXTURE_H
#include "unit.h"

#include "base/arena.h"

static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

#endif
