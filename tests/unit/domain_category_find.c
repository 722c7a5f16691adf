/*
 * domain_category_find.c - the category that a person looks for: by code, name, keyword, what it covers,
 * however the words are written.
 */
#include "unit.h"
#include "base/arena.h"
#include "domain/category_find.h"

static const char *burst[] = {"爆管", "水管破裂"};
static const char *leak[] = {"楼上漏水"};
static const char *site[] = {"塔吊", "ＫＴＶ"};
static struct category categories[] = {
    {.code = "601301", .name = "供水爆管", .keywords = burst, .n_keywords = 2, .covers = "路面、管网漏水"},
    {.code = "602105", .name = "室内漏水", .keywords = leak, .n_keywords = 1, .leaves = "塔吊归工地"},
    {.code = "602103", .name = "建筑工地险情", .keywords = site, .n_keywords = 2, .covers = "工地"},
    {.code = "600605",
	.name = "漏水的老类别",
	.keywords = burst,
	.n_keywords = 2,
	.covers = "管网",
	.retired = true,
	.heir = &categories[0]},
};
static const struct mechanism m = {.categories = categories, .n_categories = 4};

/* "601301/keywords …" */
static const char *found(const char *find)
{
	static char said[256];
	struct arena *a = arena_new();
	struct category_hit *hits;
	int n = category_find(&m, find, a, &hits);

	*said = '\0';
	for (int i = 0; i < n; i++) {
		strcat(said, i ? " " : "");
		strcat(said, hits[i].category->code);
		if (category_text_names[hits[i].in]) {
			strcat(said, "/");
			strcat(said, category_text_names[hits[i].in]);
		}
	}
	arena_free(a);
	return said;
}

static const struct {
	const char *find, *found;
} cases[] = {
    {NULL, "601301 602105 602103 600605"}, /* all, as they stand in the file */
    {"", "601301 602105 602103 600605"},
    {" \u3000", "601301 602105 602103 600605"},
    {"6013", "601301/code"},
    {"301", ""}, /* a code is known by its beginning */
    {"爆管", "601301/name"},
    {"水管破裂", "601301/keywords"},
    {"漏水", "602105/name 600605/name 601301/covers"}, /* the best first, then their order */
    {"管网", "601301/covers"},                         /* of a retired one the code and the name alone */
    {"600605", "600605/code"},
    {"室内 漏水", "602105/name"}, /* each word */
    {"室内\u3000塔吊", ""},       /* what it does not cover is no reason */
    {"ktv", "602103/keywords"},
    {"樓上漏水", "602105/keywords"},
    {"不存在", ""},
};

static void categories_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		print_message("%s\n", cases[i].find ? cases[i].find : "NULL");
		assert_string_equal(found(cases[i].find), cases[i].found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(categories_are_found)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
