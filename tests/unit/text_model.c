/*
 * text_model.c - the model of texts: grams, exact arithmetic, training on a few examples whose answers are plain,
 * the same bytes each time, damaged files, probabilities.
 */
#include "unit.h"
#include "base/arena.h"
#include "text/cache.h"
#include "text/exact.h"
#include "text/grams.h"
#include "text/model.h"
#include "text/train.h"

#include <fcntl.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* -- exact arithmetic ------------------------------------------------------------------------- */

static void logarithms_and_exponentials_are_right(void **state)
{
	static const double at[] = {
	    1e-300, 1e-9, 0.5, 0.7071, 1, 1.4143, 2, 2.718281828459045, 10, 7452, 1e18};

	(void)state;
	for (size_t i = 0; i < COUNT(at); i++)
		assert_true(fabs(exact_log(at[i]) - log(at[i])) <= 1e-14 * (1 + fabs(log(at[i]))));
	for (double x = -600; x < 600; x += 7.3)
		assert_true(fabs(exact_exp(x) / exp(x) - 1) < 1e-12);
	assert_true(exact_exp(0) == 1);
	assert_true(exact_log(1) == 0);
}

static void roots_are_whole_and_below(void **state)
{
	(void)state;
	assert_int_equal(exact_root(0), 0);
	assert_int_equal(exact_root(1), 1);
	assert_int_equal(exact_root(15), 3);
	assert_int_equal(exact_root(16), 4);
	assert_int_equal(exact_root(UINT64_C(999999) * 999999 - 1), 999998);
	assert_int_equal(exact_root(UINT64_C(999999) * 999999), 999999);
	assert_int_equal(exact_root(UINT64_MAX), UINT32_MAX);
}

/* 1024 · (1 + ln n) */
static void occurrences_weigh_by_their_logarithm(void **state)
{
	(void)state;
	assert_int_equal(text_weight_of(1), 1024);
	assert_int_equal(text_weight_of(2), 1734);
	for (unsigned n = 1; n <= 16; n++)
		assert_true(fabs(text_weight_of(n) - 1024 * (1 + log(n))) < 1);
	for (unsigned n = 17; n < 4000; n++) { /* steps of an eighth */
		assert_true(fabs(text_weight_of(n) - 1024 * (1 + log(n))) < 128);
		assert_true(text_weight_of(n) >= text_weight_of(n - 1));
	}
}

/* -- grams ------------------------------------------------------------------------------------ */

static void a_text_is_its_characters_and_pairs(void **state)
{
	uint32_t codes[32];
	gram grams[64];
	size_t n = grams_codes("漏水,3楼", codes, 32);

	(void)state;
	assert_int_equal(n, 5);
	assert_int_equal(codes[2], 0);   /* the comma breaks */
	assert_int_equal(codes[3], '0'); /* a digit is 0 */
	n = grams_of(codes, n, grams);
	assert_int_equal(n, 6); /* 漏 漏水 水 0 0楼 楼 */
	assert_true(grams[1] == ((gram)0x6F0F << 21 | 0x6C34));
	assert_true(grams[2] == (gram)0x6C34 << 21);
	assert_true(grams[4] == ((gram)'0' << 21 | 0x697C));
}

static void gaps_are_passed_over_and_bytes_of_no_character_break(void **state)
{
	uint32_t codes[32];

	(void)state;
	assert_int_equal(grams_codes("漏\1水", codes, 32), 2);
	assert_int_equal(grams_codes("漏\xE6\xB0", codes, 32), 3);
	assert_int_equal(codes[1], 0);
	assert_int_equal(grams_codes("漏水漏水", codes, 3), 3);
	assert_int_equal(grams_codes("", codes, 32), 0);
}

static void a_word_of_an_alphabet_is_one_character(void **state)
{
	uint32_t one[32], other[32];

	(void)state;
	assert_int_equal(grams_codes("gas leak", one, 32), 2);
	assert_int_equal(grams_codes("漏gas了", other, 32), 3);
	assert_int_equal(one[0], other[1]);
	assert_true(one[0] > 0x10FFFF && one[0] < 1u << 21);
	assert_int_equal(grams_codes("gag", other, 32), 1);
	assert_true(one[0] != other[0]);
	assert_int_equal(grams_codes("a b,c", one, 2), 2); /* no more than there is room for */
}

/* -- a model ---------------------------------------------------------------------------------- */

static const char *const codes[] = {"water", "fire", "dog"};
static const bool danger[] = {false, true, false};
static const struct text_example few[] = {
    {"水管爆了到处都是水", 0, false},
    {"楼上漏水漏到我家", 0, false},
    {"水表旁边一直冒水", 0, false},
    {"自来水管破了", 0, false},
    {"马路上冒出好多水", 0, false},
    {"厨房着火了", 1, false},
    {"楼道里冒烟起火", 1, false},
    {"对面房子烧起来了", 1, false},
    {"车子着火冒黑烟", 1, false},
    {"山上起火了好大的火", 1, false},
    {"流浪狗追着人咬", 2, false},
    {"小区里有大狗没拴绳", 2, false},
    {"被狗咬了一口", 2, false},
    {"邻居的狗一直叫", 2, false},
    {"一群野狗在学校门口", 2, false},
    {"狗", 2, true},
};

static struct text_examples examples(void)
{
	return (struct text_examples){
	    .v = few, .n = COUNT(few), .codes = codes, .danger = danger, .n_codes = 3, .source = {7}};
}

static struct buf trained(void)
{
	struct text_examples x = examples();
	struct buf b = {0};

	text_train(&x, &b, NULL, NULL, NULL, NULL);
	assert_true(b.n > 0 && b.n <= TEXT_MODEL_MAX);
	return b;
}

static void new_words_in_old_grams_are_known(void **state)
{
	struct buf b = trained();
	struct text_model *m = text_model_new(buf_view(&b));
	struct proposal p;

	(void)state;
	assert_non_null(m);
	text_propose(m, "家里的水管漏水了", &p);
	assert_int_equal(p.n, 3);
	assert_string_equal(p.v[0].code, "water");
	assert_true(p.danger < 500);
	text_propose(m, "隔壁着火", &p);
	assert_string_equal(p.v[0].code, "fire");
	assert_true(p.danger >= 500);
	assert_true(p.danger <= p.v[0].p + 1 && p.danger + 1 >= p.v[0].p); /* it is the only one that is P1 */
	text_propose(m, "有只 大 狗", &p);                                 /* blanks are passed over */
	assert_string_equal(p.v[0].code, "dog");
	text_model_free(m);
	buf_free(&b);
}

static void probabilities_add_up(void **state)
{
	struct buf b = trained();
	struct text_model *m = text_model_new(buf_view(&b));
	struct proposal p;

	(void)state;
	for (size_t i = 0; i < COUNT(few); i++) {
		int sum = 0;

		text_propose(m, few[i].text, &p);
		for (int k = 0; k < p.n; k++) {
			sum += p.v[k].p;
			assert_true(k == 0 || p.v[k].p <= p.v[k - 1].p);
		}
		assert_true(sum >= 998 && sum <= 1002);
	}
	text_model_free(m);
	buf_free(&b);
}

static void what_it_knows_no_part_of_is_nothing(void **state)
{
	struct buf b = trained();
	struct text_model *m = text_model_new(buf_view(&b));
	struct proposal p;

	(void)state;
	text_propose(m, "abc", &p);
	assert_int_equal(p.n, 0);
	text_propose(m, "", &p);
	assert_int_equal(p.n, 0);
	text_propose(m, NULL, &p);
	assert_int_equal(p.n, 0);
	text_propose(m, "着火", &p); /* and the text before leaves nothing behind */
	assert_string_equal(p.v[0].code, "fire");
	text_model_free(m);
	buf_free(&b);
}

static void a_text_of_any_length_is_taken(void **state)
{
	struct buf b = trained(), long_text = {0};
	struct text_model *m = text_model_new(buf_view(&b));
	struct proposal p;

	(void)state;
	for (int i = 0; i < 6000; i++)
		buf_text(&long_text, "着火");
	buf_char(&long_text, '\0');
	text_propose(m, long_text.p, &p);
	assert_string_equal(p.v[0].code, "fire");
	buf_free(&long_text);
	text_model_free(m);
	buf_free(&b);
}

static void the_same_examples_make_the_same_bytes(void **state)
{
	struct buf a = trained(), b = trained();

	(void)state;
	assert_int_equal(a.n, b.n);
	assert_memory_equal(a.p, b.p, a.n);
	buf_free(&a);
	buf_free(&b);
}

/* Computed once on x86-64. Another number on another machine is a fault of exact.h or of the Makefile's flags. */
#define DIGEST_OF_FEW "2cf4621094178cf1dfd000d7"

static void every_machine_makes_these_bytes(void **state)
{
	struct buf b = trained();
	struct digest d =
	    digest_of((struct str){b.p + sizeof(struct text_header), b.n - sizeof(struct text_header)});
	char hex[DIGEST_HEX];

	(void)state;
	digest_hex(&d, hex);
	hex[24] = '\0';
	assert_string_equal(hex, DIGEST_OF_FEW);
	buf_free(&b);
}

static void reasons_are_the_callers_own_words(void **state)
{
	struct buf b = trained();
	struct text_model *m = text_model_new(buf_view(&b));
	struct arena *a = arena_new();
	const char *reasons[TEXT_REASONS];
	int n = text_reasons(m, "我說樓上ＡＢ着火", "fire", a, reasons);

	(void)state;
	assert_true(n >= 1);
	assert_non_null(strstr("我說樓上ＡＢ着火", reasons[0]));
	assert_non_null(strstr(reasons[0], "火"));
	assert_int_equal(text_reasons(m, "着火", "nosuch", a, reasons), 0);
	arena_free(a);
	text_model_free(m);
	buf_free(&b);
}

static void one_category_teaches_nothing(void **state)
{
	struct text_examples x = {.v = few, .n = 5, .codes = codes, .danger = danger, .n_codes = 3};
	struct buf b = {0};

	(void)state;
	text_train(&x, &b, NULL, NULL, NULL, NULL);
	assert_int_equal(b.n, 0);
	x.n = 0;
	text_train(&x, &b, NULL, NULL, NULL, NULL);
	assert_int_equal(b.n, 0);
}

/* -- bytes that are no model ------------------------------------------------------------------ */

static void any_damaged_byte_is_noticed(void **state)
{
	struct buf b = trained();

	(void)state;
	for (size_t i = 0; i < b.n; i += i < 128 ? 1 : 997) {
		struct text_model *m;

		if (i >= offsetof(struct text_header, factor) && i < sizeof(struct text_header))
			continue; /* in the header: the factor, the source, the digest itself are looked at below */
		b.p[i] ^= 0x55;
		m = text_model_new(buf_view(&b));
		assert_null(m);
		b.p[i] ^= 0x55;
	}
	b.p[offsetof(struct text_header, digest)] ^= 1;
	assert_null(text_model_new(buf_view(&b)));
	b.p[offsetof(struct text_header, digest)] ^= 1;
	for (size_t n = 0; n < b.n; n += 1 + n / 2)
		assert_null(text_model_new((struct str){b.p, n}));
	buf_free(&b);
}

/* Of those that were opened last some are kept, so what is used is as new. */
static void looked_at_is_new(const char *folder, const char *path, const unsigned char *source)
{
	const struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	struct stat st;

	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	assert_true(text_cache_look(folder, source));
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_mtim.tv_sec > 1000);
}

static void a_file_is_made_found_and_removed_where_it_is_damaged(void **state)
{
	char folder[] = "/tmp/liandong-texts-XXXXXX", path[300], command[400];
	struct text_examples x = examples();
	struct text_model *m;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_false(text_cache_has(folder, x.source));
	assert_null(text_cache_open(folder, x.source));
	assert_true(text_cache_make(folder, &x, NULL, NULL));
	assert_true(text_cache_has(folder, x.source));
	m = text_cache_open(folder, x.source);
	assert_non_null(m);
	assert_memory_equal(text_model_source(m), x.source, DIGEST_LEN);
	text_cache_close(m);
	snprintf(path, sizeof path, "%s/texts-070000000000000000000000.model", folder);
	looked_at_is_new(folder, path, x.source);
	f = fopen(path, "r+");
	assert_non_null(f);
	fseek(f, 500, SEEK_SET);
	fputc(0x5A, f);
	fputc(0xA5, f);
	fclose(f);
	assert_null(text_cache_open(folder, x.source));
	assert_true(text_cache_has(folder, x.source));   /* who reads removes nothing */
	assert_false(text_cache_look(folder, x.source)); /* so that it is made again */
	assert_true(text_cache_make(folder, &x, NULL, NULL));
	assert_true(text_cache_look(folder, x.source));
	assert_int_equal(unlink(path), 0);
	assert_false(text_cache_make("/nonexistent/folder", &x, NULL, NULL));
	snprintf(command, sizeof command, "rmdir %s", folder);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(logarithms_and_exponentials_are_right),
	    cmocka_unit_test(roots_are_whole_and_below),
	    cmocka_unit_test(occurrences_weigh_by_their_logarithm),
	    cmocka_unit_test(a_text_is_its_characters_and_pairs),
	    cmocka_unit_test(gaps_are_passed_over_and_bytes_of_no_character_break),
	    cmocka_unit_test(a_word_of_an_alphabet_is_one_character),
	    cmocka_unit_test(new_words_in_old_grams_are_known),
	    cmocka_unit_test(probabilities_add_up),
	    cmocka_unit_test(what_it_knows_no_part_of_is_nothing),
	    cmocka_unit_test(a_text_of_any_length_is_taken),
	    cmocka_unit_test(the_same_examples_make_the_same_bytes),
	    cmocka_unit_test(every_machine_makes_these_bytes),
	    cmocka_unit_test(reasons_are_the_callers_own_words),
	    cmocka_unit_test(one_category_teaches_nothing),
	    cmocka_unit_test(any_damaged_byte_is_noticed),
	    cmocka_unit_test(a_file_is_made_found_and_removed_where_it_is_damaged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
