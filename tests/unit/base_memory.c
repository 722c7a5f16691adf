/* base_memory.c - arenas, buffers, packed bytes, digests. */
#include "unit.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"

#include <stdlib.h>

static void arena_gives_zeroed_aligned_memory(void **state)
{
	struct arena *a = arena_new();
	char *last = NULL;

	(void)state;
	for (size_t round = 0; round < 3; round++) {
		for (size_t size = 0; size < 3000; size += 7) {
			char *p = arena_alloc(a, size);

			assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
			for (size_t i = 0; i < size; i++)
				assert_int_equal(p[i], 0);
			memset(p, 0xAA, size);
			assert_ptr_not_equal(p, last);
			last = p;
		}
		arena_reset(a);
	}
	arena_free(a);
}

static void arena_keeps_one_block(void **state)
{
	struct arena *a = arena_new();
	size_t kept;

	(void)state;
	assert_int_equal(arena_size(a), 0);
	arena_alloc(a, 10 * 1024 * 1024);
	assert_true(arena_size(a) > 10 * 1024 * 1024);
	for (int i = 0; i < 2000; i++)
		arena_alloc(a, 1000);
	arena_reset(a);
	kept = arena_size(a);
	assert_true(kept > 0 && kept < 300 * 1024);
	arena_alloc(a, 1000);
	assert_int_equal(arena_size(a), kept);
	arena_free(a);
	arena_free(NULL);
}

static void arena_copies_text(void **state)
{
	struct arena *a = arena_new();
	char source[] = "abc";
	char *copy = arena_str(a, (struct str){source, 2});

	(void)state;
	source[0] = 'x';
	assert_string_equal(copy, "ab");
	assert_null(arena_text(a, NULL));
	assert_string_equal(arena_text(a, ""), "");
	assert_string_equal(arena_printf(a, "%s-%02d", "N", 3), "N-03");
	assert_int_equal(arena_new_array(a, int, 4)[3], 0);
	arena_free(a);
}

static void buf_grows_and_drops(void **state)
{
	struct buf b = {0};

	(void)state;
	assert_int_equal(buf_view(&b).n, 0);
	buf_printf(&b, "%d%s", 12, "");
	buf_add(&b, NULL, 0);
	buf_text(&b, "34");
	buf_drop(&b, 1);
	assert_true(str_is(buf_view(&b), "234"));
	buf_drop(&b, 3);
	assert_int_equal(b.n, 0);
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%03d,", i);
	assert_int_equal(b.n, 4000);
	assert_memory_equal(b.p + 3996, "999,", 4);
	buf_free(&b);
	assert_null(b.p);
}

static void packs_little_endian(void **state)
{
	struct buf b = {0};
	static const unsigned char expected[] = {1, 3, 2, 7, 6, 5, 4, 15, 14, 13, 12, 11, 10, 9, 8, 0xFE,
	    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0, 'h', 'i'};

	(void)state;
	buf_u8(&b, 1);
	buf_u16(&b, 0x0203);
	buf_u32(&b, 0x04050607);
	buf_u64(&b, UINT64_C(0x08090A0B0C0D0E0F));
	buf_i64(&b, -2);
	buf_bytes(&b, STR("hi"));
	assert_int_equal(b.n, sizeof(expected));
	assert_memory_equal(b.p, expected, sizeof(expected));
	buf_free(&b);
}

static void reads_what_was_packed(void **state)
{
	struct buf b = {0};
	struct arena *a = arena_new();
	struct reader r;

	(void)state;
	buf_u8(&b, 200);
	buf_u16(&b, 60000);
	buf_u32(&b, 4000000000u);
	buf_u64(&b, UINT64_MAX);
	buf_i64(&b, INT64_MIN);
	buf_bytes(&b, STR("漳平"));
	buf_opt(&b, NULL);
	buf_opt(&b, "");
	buf_opt(&b, "x");
	r = reader_of(buf_view(&b));
	assert_int_equal(read_u8(&r), 200);
	assert_int_equal(read_u16(&r), 60000);
	assert_true(read_u32(&r) == 4000000000u);
	assert_true(read_u64(&r) == UINT64_MAX);
	assert_true(read_i64(&r) == INT64_MIN);
	assert_true(str_is(read_bytes(&r), "漳平"));
	assert_null(read_opt(&r, a));
	assert_string_equal(read_opt(&r, a), "");
	assert_false(reader_done(&r));
	assert_string_equal(read_opt(&r, a), "x");
	assert_true(reader_done(&r));
	arena_free(a);
	buf_free(&b);
}

static void a_short_read_is_bad_for_ever(void **state)
{
	struct arena *a = arena_new();
	struct reader r = reader_of(STR("\1\1\1"));

	(void)state;
	assert_int_equal(read_u16(&r), 0x0101);
	assert_int_equal(read_u32(&r), 0);
	assert_true(r.bad);
	assert_int_equal(read_u8(&r), 0);
	assert_int_equal(read_bytes(&r).n, 0);
	assert_null(read_opt(&r, a));
	assert_false(reader_done(&r));
	/* A length beyond the end, and a text with a NUL inside. */
	r = reader_of(STR("\xF0\xFF\xFF\xFFx"));
	assert_int_equal(read_bytes(&r).n, 0);
	assert_true(r.bad);
	r = reader_of(STR("\3\0\0\0a\0b"));
	assert_null(read_opt(&r, a));
	assert_true(r.bad);
	r = reader_of((struct str){NULL, 0});
	assert_true(reader_done(&r));
	arena_free(a);
}

static void hashes_as_the_standard_says(void **state)
{
	struct str parts[] = {STR("a"), STR(""), STR("bc")};
	struct digest d = digest_of(STR("abc")), e = digest_parts(parts, 3), f;
	char hex[DIGEST_HEX];

	(void)state;
	assert_string_equal(digest_hex(&d, hex),
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_true(digest_eq(&d, &e));
	assert_true(digest_from_hex(str_of(hex), &f));
	assert_true(digest_eq(&d, &f));
	f.b[31] ^= 1;
	assert_false(digest_eq(&d, &f));
	hex[5] = 'g';
	assert_false(digest_from_hex(str_of(hex), &f));
	assert_false(digest_from_hex(STR("ba"), &f));
	d = digest_of(STR(""));
	assert_string_equal(digest_hex(&d, hex),
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_true(random_u64() != random_u64());
}

static int by_value(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

/* More than several pools, in pieces that do not divide a pool, and one larger than a pool: no piece
 * comes twice, none is left zero. */
static void random_bytes_come_once(void **state)
{
	static unsigned char v[1000][16], large[5000];
	const unsigned char zero[16] = {0};
	size_t zeros = 0;

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		random_bytes(v[i], 16);
		random_bytes(large, i % 7);
	}
	qsort(v, 1000, sizeof v[0], by_value);
	for (size_t i = 0; i < 1000; i++) {
		assert_memory_not_equal(v[i], zero, 16);
		assert_true(i == 0 || memcmp(v[i - 1], v[i], 16) != 0);
	}
	random_bytes(large, sizeof large);
	for (size_t i = 0; i < sizeof large; i++)
		zeros += large[i] == 0;
	assert_in_range(zeros, 1, 60); /* 20 are to be expected */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(arena_gives_zeroed_aligned_memory),
	    cmocka_unit_test(arena_keeps_one_block),
	    cmocka_unit_test(arena_copies_text),
	    cmocka_unit_test(buf_grows_and_drops),
	    cmocka_unit_test(packs_little_endian),
	    cmocka_unit_test(reads_what_was_packed),
	    cmocka_unit_test(a_short_read_is_bad_for_ever),
	    cmocka_unit_test(hashes_as_the_standard_says),
	    cmocka_unit_test(random_bytes_come_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
