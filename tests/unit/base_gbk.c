/*
 * base_gbk.c - GBK and GB 18030 to UTF-8, and what is taken for GBK. Bytes by hand, from the standard's tables.
 */
#include "unit.h"
#include "base/gbk.h"

static void reads(const char *bytes, size_t n, const char *want, size_t characters, size_t bad)
{
	struct buf b = {0};
	struct gbk_read r = gbk_to_utf8((struct str){bytes, n}, &b);

	buf_char(&b, '\0');
	assert_string_equal(b.p, want);
	assert_int_equal(r.characters, characters);
	assert_int_equal(r.bad, bad);
	buf_free(&b);
}

#define READS(bytes, want, characters, bad) reads(bytes, sizeof bytes - 1, want, characters, bad)

static void it_reads_pairs(void **state)
{
	(void)state;
	READS("", "", 0, 0);
	READS("ab", "ab", 0, 0);
	READS("\xCB\xAE\xB9\xDC", "水管", 2, 0);
	READS("\x81\x40\xFE\xA0\x81\x7E\x81\x80", "丂\uE864亊亐", 4,
	    0); /* the corners of the table, and around 7F */
	READS("\xA3\xAC\xA1\xA3", "，。", 2, 0);
	READS("\xF3\x5C\"", "骪\"", 1, 0); /* the second byte is a backslash */
}

static void it_reads_four_bytes(void **state)
{
	(void)state;
	READS("\x81\x30\x81\x30", "\xC2\x80", 1, 0);         /* U+0080, the first */
	READS("\x84\x31\xA4\x39", "\xEF\xBF\xBF", 1, 0);     /* U+FFFF, the last below U+10000 */
	READS("\x90\x30\x81\x30", "\xF0\x90\x80\x80", 1, 0); /* U+10000 */
	READS("\x94\x39\xDA\x33", "\U0001F4A9", 1, 0);
	READS("\xE3\x32\x9A\x35", "\xF4\x8F\xBF\xBF", 1, 0); /* U+10FFFF */
	READS("\xE3\x32\x9A\x36", "\uFFFD2\uFFFD6", 0, 2);   /* beyond */
}

static void what_is_none_is_replaced(void **state)
{
	struct buf b = {0};

	(void)state;
	READS("a\xFF\xCB\xAE\x80", "a\uFFFD水\uFFFD", 1, 2);
	READS("\xCB", "\uFFFD", 0, 1);
	READS("\xCB\x20", "\uFFFD ", 0, 1);
	struct gbk_read r = gbk_to_utf8(STR("\xCB\xAE\xFF"), &b);
	assert_int_equal(r.first_bad, 2);
	buf_free(&b);
}

static void gbk_is_told_from_damage(void **state)
{
	(void)state;
	assert_true(gbk_likely(STR(
	    "{\"description\":\"\xC2\xB7\xBF\xDA\xCB\xAE\xB9\xDC\xB1\xAC\xC1\xCB\"}"))); /* 路口水管爆了 */
	assert_true(gbk_likely(STR("\xBB\xF0\xD4\xD6")));                                /* 火灾 */
	assert_true(gbk_likely(STR("\xC2\xB7\xBF\xDA\xCB\xAE\xB9\xDC\xB1\xAC\xC1\xCB\xCB\xAE\xB9\xDC\xB1\xAC"
				   "\xC1\xCB\xC1")));
	assert_false(gbk_likely(STR("")));
	assert_false(gbk_likely(STR("water")));
	assert_false(gbk_likely(STR("水管爆\xE4\xBA")));                /* cut inside a character */
	assert_false(gbk_likely(STR("水管爆了\xFF\xFE\xFF")));          /* damage */
	assert_false(gbk_likely(STR("\xE4\xBA")));                      /* too little to tell */
	assert_false(gbk_likely(STR("caf\xE9 no\xEBl d\xE9j\xE0 vu"))); /* Latin-1 */
	assert_false(
	    gbk_likely(STR("\x81\x82\x83\x84\x85\x86\x87\x88"))); /* pairs, but nothing of everyday writing */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_reads_pairs),
	    cmocka_unit_test(it_reads_four_bytes),
	    cmocka_unit_test(what_is_none_is_replaced),
	    cmocka_unit_test(gbk_is_told_from_damage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
