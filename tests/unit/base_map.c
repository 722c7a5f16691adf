/* base_map.c - the hash table against a plain list, growing arrays. */
#include "unit.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/map.h"

#include <stdio.h>
#include <stdlib.h>

#define KEYS 500

static struct str key_of(int i)
{
	static char names[KEYS][8];

	snprintf(names[i], sizeof names[i], "k%d", i);
	return str_of(names[i]);
}

static void finds_what_was_added(void **state)
{
	struct map m;
	bool added;

	(void)state;
	map_init(&m, NULL, sizeof(int), 0);
	assert_null(map_find(&m, STR("a")));
	assert_false(map_remove(&m, STR("a")));
	*(int *)map_add(&m, STR("a"), &added) = 1;
	assert_true(added);
	*(int *)map_add(&m, STR(""), &added) = 2; /* an empty text is a key */
	assert_true(added);
	assert_int_equal(*(int *)map_add(&m, STR("a"), &added), 1);
	assert_false(added);
	assert_int_equal(*(int *)map_find(&m, STR("")), 2);
	assert_int_equal(map_count(&m), 2);
	map_clear(&m);
	assert_int_equal(map_count(&m), 0);
	assert_null(map_find(&m, STR("a")));
	assert_int_equal(*(int *)map_add(&m, STR("a"), &added), 0); /* zeroed again */
	assert_true(added);
	map_free(&m);
}

static void check_against(const struct map *m, const int *model)
{
	size_t n = 0, at = 0, seen = 0;
	struct str key;
	int *v;

	for (int i = 0; i < KEYS; i++) {
		v = map_find(m, key_of(i));
		if (model[i] == 0) {
			assert_null(v);
		} else {
			assert_non_null(v);
			assert_int_equal(*v, model[i]);
			n++;
		}
	}
	assert_int_equal(map_count(m), n);
	while ((v = map_next(m, &at, &key))) {
		assert_ptr_equal(v, map_find(m, key));
		seen++;
	}
	assert_int_equal(seen, n);
}

/* Whatever is added and removed in whatever order: as a plain list would say. */
static void agrees_with_a_list(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 5; seed++) {
		int model[KEYS] = {0};
		struct map m;

		if (seed % 2)
			map_init(&m, NULL, sizeof(int), seed * 10);
		else
			map_init_seeded(&m, sizeof(int), seed * UINT64_C(0x123456789ABCDEF));
		srand(seed);
		for (int step = 0; step < 4000; step++) {
			int i = rand() % KEYS;

			if (rand() % 5 < 2) {
				assert_int_equal(map_remove(&m, key_of(i)), model[i] != 0);
				model[i] = 0;
			} else {
				*(int *)map_add(&m, key_of(i), NULL) = model[i] = step + 1;
			}
			if (step % 400 == 0)
				check_against(&m, model);
		}
		check_against(&m, model);
		for (int i = 0; i < KEYS; i++) {
			map_remove(&m, key_of(i));
			model[i] = 0;
		}
		check_against(&m, model);
		map_free(&m);
	}
}

/* Keys are bytes: numbers, too, and values of any size keep their alignment. */
static void keys_are_bytes(void **state)
{
	struct arena *a = arena_new();
	static int64_t ids[1000];
	struct {
		char c;
		int64_t wide;
	} * v;
	struct map m;

	(void)state;
	map_init(&m, a, sizeof(*v), 0);
	for (int i = 0; i < 1000; i++) {
		ids[i] = (int64_t)i << 7;
		v = map_add(&m, MAP_KEY_OF(ids[i]), NULL);
		assert_int_equal((uintptr_t)v % _Alignof(int64_t), 0);
		v->wide = i;
	}
	for (int i = 0; i < 1000; i++) {
		v = map_find(&m, MAP_KEY_OF(ids[i]));
		assert_non_null(v);
		assert_true(v->wide == i);
	}
	arena_free(a);
}

static void arrays_grow(void **state)
{
	struct arena *a = arena_new();
	int *heap = NULL, *in_arena = NULL, n = 0;
	size_t cap = 0, n_arena = 0;
	int cap_heap = 0;

	(void)state;
	for (n = 0; n < 1000; n++) {
		ARRAY_ROOM(NULL, heap, n, cap_heap);
		heap[n] = n;
		ARRAY_ROOM(a, in_arena, n_arena, cap);
		in_arena[n_arena++] = 2 * n;
	}
	assert_true(cap_heap >= 1000 && cap_heap <= 2000);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(heap[i], i);
		assert_int_equal(in_arena[i], 2 * i);
	}
	free(heap);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_what_was_added),
	    cmocka_unit_test(agrees_with_a_list),
	    cmocka_unit_test(keys_are_bytes),
	    cmocka_unit_test(arrays_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
