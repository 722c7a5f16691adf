/*
 * mechanism_fold.c - every keyword of the shipped rules and categories, written in every way that a
 * desk's text has been seen in, goes where the plain one goes; the table of classes makes no two of
 * these keywords equal; and what a report denies is not what it reports. Run from the top of the tree; opencc is the build's own, but its phrases
 * are other data than the table's characters.
 */
#include "unit.h"
#include "base/arena.h"
#include "base/utf8.h"
#include "domain/fold.h"
#include "domain/routing.h"
#include "mechanism/load.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define AT INT64_C(1772413200000) /* Monday 2026-03-02 09:00 */

static struct mechanism *m;
static struct arena *a;
static const char **words;
static size_t n_words;

static void take(const char **list, int n)
{
	for (int i = 0; i < n; i++)
		words[n_words++] = list[i];
}

static int load(void **state)
{
	struct problems p;

	(void)state;
	problems_init(&p, false);
	m = mechanism_load("config/zhangping", &p);
	problems_free(&p);
	if (!m)
		return -1;
	a = arena_new();
	words = arena_new_array(a, const char *, 20000);
	for (int i = 0; i < m->n_categories; i++)
		take(m->categories[i].keywords, m->categories[i].n_keywords);
	for (int i = 0; i < m->routing.n_rules; i++) {
		take(m->routing.rules[i].keywords, m->routing.rules[i].n_keywords);
		take(m->routing.rules[i].unless_keywords, m->routing.rules[i].n_unless_keywords);
	}
	return n_words > 1500 ? 0 : -1;
}

static int unload(void **state)
{
	(void)state;
	mechanism_release(m);
	arena_free(a);
	return 0;
}

static struct route route(const char *description)
{
	struct route_query q = {.at = AT, .area = "350881001", .address = "x", .description = description};
	struct route out;

	routing_decide(m, &q, &out);
	return out;
}

static void goes_where(const char *plain, const char *written)
{
	struct route want = route(plain), got = route(written);

	if (want.category != got.category || want.priority != got.priority ||
	    strcmp(want.rule, got.rule) != 0)
		fail_msg("%s goes by %s, %s by %s", plain, want.rule, written, got.rule);
}

/* Puts `between` between all characters, or behind the first alone. */
static const char *with(const char *word, const char *between, bool all)
{
	char text[2048];
	size_t n = 0;
	struct str left = str_of(word);
	bool first = true;

	while (left.n > 0) {
		const char *from = left.p;

		utf8_next(&left);
		memcpy(text + n, from, (size_t)(left.p - from));
		n += (size_t)(left.p - from);
		if (left.n > 0 && (all || first))
			n += (size_t)snprintf(text + n, sizeof text - n, "%s", between);
		first = false;
	}
	text[n] = '\0';
	return arena_text(a, text);
}

/* A word of letters has its blanks for itself; between Chinese characters and digits they say nothing. */
static bool lettered(const char *word)
{
	for (; *word; word++)
		if ((*word >= 'a' && *word <= 'z') || (*word >= 'A' && *word <= 'Z'))
			return true;
	return false;
}

/* A blank between a denial and what it denies leaves the danger standing: 没有 着火. */
static bool denies(const char *word)
{
	static const char *const deniers[] = {"没", "无", "未", "不是"};

	for (size_t i = 0; i < COUNT(deniers); i++)
		if (strstr(word, deniers[i]))
			return true;
	return false;
}

static void gaps_inside(void **state)
{
	static const char *const blanks[] = {" ", "　", "\n", "\r\n", "\t", "\xC2\xA0"};

	(void)state;
	for (size_t i = 0; i < n_words; i++)
		for (size_t j = 0; j < COUNT(blanks) && !lettered(words[i]) && !denies(words[i]); j++) {
			goes_where(words[i], with(words[i], blanks[j], true));
			goes_where(words[i], with(words[i], blanks[j], false));
		}
}

static void dots_inside(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_words; i++)
		if (!lettered(words[i]) && !denies(words[i]) && !strpbrk(words[i], "0123456789"))
			goes_where(words[i], with(words[i], "·", false));
}

static void marks_inside(void **state)
{
	static const char *const marks[] = {
	    "\xE2\x80\x8B", "\xE2\x80\x8D", "\xEF\xBB\xBF", "\xC2\xAD", "\xE2\x80\x8E", "\xEF\xB8\x8F"};

	(void)state;
	for (size_t i = 0; i < n_words; i++)
		for (size_t j = 0; j < COUNT(marks); j++)
			goes_where(words[i], with(words[i], marks[j], true));
}

static void wide_letters(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_words; i++) {
		char text[256], upper[64];
		size_t n = 0, u = 0;

		for (const char *p = words[i]; *p; p++) {
			bool ascii = *p > ' ' && *p < 0x7F;
			unsigned c = (unsigned)*p + 0xFEE0;

			upper[u++] = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
			n += (size_t)(ascii
				? snprintf(text + n, sizeof text - n, "%c%c%c", (int)(0xE0 | c >> 12),
				      (int)(0x80 | (c >> 6 & 0x3F)), (int)(0x80 | (c & 0x3F)))
				: snprintf(text + n, sizeof text - n, "%c", *p));
		}
		upper[u] = '\0';
		goes_where(words[i], text);
		goes_where(words[i], upper);
	}
}

/* As OpenCC writes them in Taiwan, in Hong Kong and by its own standard. */
static void traditional(void **state)
{
	static const char *const standards[] = {"s2t", "s2tw", "s2hk"};
	char in[] = "/tmp/liandong-fold-XXXXXX", command[256], line[1024];
	int fd = mkstemp(in);
	FILE *f;

	(void)state;
	assert_true(fd >= 0);
	f = fdopen(fd, "w");
	for (size_t i = 0; i < n_words; i++)
		fprintf(f, "%s\n", words[i]);
	assert_int_equal(fclose(f), 0);
	for (size_t s = 0; s < COUNT(standards); s++) {
		size_t other = 0;

		snprintf(command, sizeof command, "opencc -c %s.json -i %s", standards[s], in);
		f = popen(command, "r");
		assert_non_null(f);
		for (size_t i = 0; i < n_words; i++) {
			if (!fgets(line, sizeof line, f))
				fail_msg("opencc ended after %zu of %zu keywords", i, n_words);
			line[strcspn(line, "\n")] = '\0';
			other += strcmp(line, words[i]) != 0;
			goes_where(words[i], line);
		}
		assert_int_equal(pclose(f), 0);
		assert_true(other > n_words / 2);
	}
	unlink(in);
}

/* Characters that a list of radicals was pasted from, U+2F00 on and U+2E80 on. */
static void radicals(void **state)
{
	static const char *const pairs[][2] = {{"火", "⽕"}, {"水", "⽔"}, {"人", "⼈"}, {"电", "电"},
	    {"气", "⽓"}, {"山", "⼭"}, {"车", "⻋"}, {"门", "⻔"}, {"血", "⾎"}, {"死", "死"}, {"刀", "⼑"},
	    {"井", "井"}, {"手", "⼿"}, {"口", "⼝"}, {"石", "⽯"}, {"毒", "毒"}, {"虫", "⾍"}, {"雨", "⾬"},
	    {"食", "⾷"}, {"马", "⻢"}, {"鱼", "⻥"}, {"风", "⻛"}, {"土", "⼟"}, {"女", "⼥"}, {"老", "⽼"},
	    {"鸟", "⻦"}, {"龙", "⻰"}, {"高", "⾼"}, {"见", "⻅"}};
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < n_words; i++)
		for (size_t j = 0; j < COUNT(pairs); j++) {
			const char *at = strstr(words[i], pairs[j][0]);

			if (!at || strcmp(pairs[j][0], pairs[j][1]) == 0)
				continue;
			goes_where(words[i],
			    arena_printf(a, "%.*s%s%s", (int)(at - words[i]), words[i], pairs[j][1],
				at + strlen(pairs[j][0])));
			n++;
		}
	assert_true(n > 500);
}

/* Two keywords that a class makes one are one written twice: 煤氣 beside 煤气. */
static void no_two_become_one(void **state)
{
	static const char *const known[] = {"ktv", "ems", "atm"};
	const char **folded = arena_new_array(a, const char *, n_words);

	(void)state;
	for (size_t i = 0; i < n_words; i++)
		folded[i] = fold_word(a, words[i]);
	for (size_t i = 0; i < n_words; i++)
		for (size_t j = 0; j < i; j++) {
			bool fine = strcmp(folded[i], folded[j]) != 0 || strcmp(words[i], words[j]) == 0;

			for (size_t k = 0; k < COUNT(known); k++)
				fine |= strcmp(folded[i], known[k]) == 0;
			if (!fine)
				fail_msg("%s and %s are one keyword", words[i], words[j]);
		}
}

/* -- reports as they came ------------------------------------------------------------------- */

struct said {
	const char *description, *lead, *category;
	enum priority priority;
};

static void each(const struct said *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct route r = route(v[i].description);

		if (r.n_units == 0 || strcmp(r.units[0].unit->id, v[i].lead) != 0 ||
		    r.priority != v[i].priority)
			fail_msg("%s: %s, P%d by %s", v[i].description,
			    r.n_units ? r.units[0].unit->id : "nobody", (int)r.priority, r.rule);
		if (v[i].category && (!r.category || strcmp(r.category->code, v[i].category) != 0))
			fail_msg("%s: category %s", v[i].description, r.category ? r.category->code : "none");
	}
}

static void reports_in_traditional(void **state)
{
	static const struct said v[] = {{"有人跳樓", "public-security", "500801", P1},
	    {"煤氣洩漏", "fire", "601303", P1}, {"著火了", "fire", "400101", P1},
	    {"車禍有人受傷", "traffic-police", "300101", P1}, {"暈倒沒有呼吸", "ems-120", "600101", P1}};

	(void)state;
	each(v, COUNT(v));
}

static void reports_with_gaps(void **state)
{
	static const struct said v[] = {{"有人跳 楼", "public-security", "500801", P1},
	    {"有人跳　楼", "public-security", "500801", P1}, {"有人跳\n楼", "public-security", "500801", P1},
	    {"有人跳\t楼", "public-security", "500801", P1},
	    {"有人跳\xE2\x80\x8B楼", "public-security", "500801", P1},
	    {"有人跳\xE2\x80\x8D楼", "public-security", "500801", P1},
	    {"有人跳\xEF\xBB\xBF楼", "public-security", "500801", P1},
	    {"有人跳·楼", "public-security", "500801", P1}, {"请打 120", "ems-120", "600101", P1},
	    {"请打1 2 0", "ems-120", "600101", P1}, {"要 救护车", "ems-120", "600101", P1},
	    {"车祸没有人 受伤", "traffic-police", "300102", P3},
	    {"车祸没\xE2\x80\x8B有人受伤", "traffic-police", "300102", P3}};

	(void)state;
	each(v, COUNT(v));
}

/* -- denials -------------------------------------------------------------------------------- */

static void a_denied_danger_is_none(void **state)
{
	static const struct said v[] = {{"没有着火", "hotline-12345", NULL, P3},
	    {"没人受伤", "hotline-12345", NULL, P3}, {"沒有著火", "hotline-12345", NULL, P3},
	    {"没有着火,没有人受伤", "hotline-12345", NULL, P3},
	    {"两车刮擦,没人受伤", "traffic-police", "300102", P3},
	    {"不是山火,是田里烧秸秆", "urban-management", "600903", P3},
	    {"没着火,就是垃圾桶满了", "urban-management", "600605", P4},
	    {"没有打架,就是吵架", "public-security", "200202", P3}};

	(void)state;
	each(v, COUNT(v));
	for (size_t i = 0; i < 2; i++)
		assert_null(route(v[i].description).category);
}

static void in_doubt_it_stands(void **state)
{
	static const struct said v[] = {{"没有灭火器,着火了", "fire", "400101", P1},
	    {"不是没着火", "fire", "400101", P1}, {"没有人开门,着火了", "fire", "400101", P1},
	    {"没有人开门着火了", "fire", "400101", P1}, {"家里没人着火了", "fire", "400101", P1},
	    {"是不是着火了", "fire", "400101", P1}, {"着没着火", "fire", "400101", P1},
	    {"能不能来,着火了", "fire", "400101", P1}, {"有没有着火啊", "fire", "400101", P1},
	    {"没着火吧?", "fire", "400101", P1}, {"没反应,叫不醒", "ems-120", "600101", P1},
	    {"没有呼吸", "ems-120", "600101", P1}, {"没有 呼吸", "ems-120", "600101", P1},
	    {"不是没有呼吸", "ems-120", "600101", P1}, {"没有着火但是冒浓烟", "fire", "400101", P1},
	    {"车祸,司机没受伤,乘客流血", "traffic-police", "300101", P1},
	    {"没有着火,现在着火了", "fire", "400101", P1}, {"有烟无明火", "fire", "400101", P1},
	    {"没有井盖", "urban-management", "600601", P2},
	    {"没带钥匙,没钥匙开门", "public-security", "500301", P3}};

	(void)state;
	each(v, COUNT(v));
}

/* One danger is denied, and no rule knows the rest: somebody goes. */
static void what_is_left_is_urgent(void **state)
{
	static const struct said v[] = {{"没起火,是反应釜炸了", "public-security", NULL, P2},
	    {"没着火,但是甲醇罐在漏", "public-security", NULL, P2},
	    {"没有着火,不用来了", "hotline-12345", NULL, P3},
	    {"没有着火,一切正常", "hotline-12345", NULL, P3},
	    {"没有路灯,黑得很看不见路", "urban-management", "600605", P4}};

	(void)state;
	each(v, COUNT(v));
	assert_true(route(v[0].description).unmatched);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(gaps_inside),
	    cmocka_unit_test(dots_inside),
	    cmocka_unit_test(marks_inside),
	    cmocka_unit_test(wide_letters),
	    cmocka_unit_test(traditional),
	    cmocka_unit_test(radicals),
	    cmocka_unit_test(no_two_become_one),
	    cmocka_unit_test(reports_in_traditional),
	    cmocka_unit_test(reports_with_gaps),
	    cmocka_unit_test(a_denied_danger_is_none),
	    cmocka_unit_test(in_doubt_it_stands),
	    cmocka_unit_test(what_is_left_is_urgent),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
