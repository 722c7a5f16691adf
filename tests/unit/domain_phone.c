/* domain_phone.c - one line however it is written, and what is no number. */
#include "unit.h"
#include "domain/caller.h"
#include "domain/phone.h"

/* "area number", "number", with " / " between two; "" for none. */
static const char *found(const char *text)
{
	static char out[128];
	struct phone v[PHONES_MOST];
	int n = phone_find(text, v);

	*out = '\0';
	for (int i = 0; i < n; i++) {
		strcat(out, i ? " / " : "");
		strcat(out, v[i].area);
		strcat(out, *v[i].area ? " " : "");
		strcat(out, v[i].number);
	}
	return out;
}

struct written {
	const char *text, *found;
};

static void each(const struct written *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(found(v[i].text), v[i].found) != 0)
			fail_msg("%s is read as %s", v[i].text, found(v[i].text));
}

static void mobiles(void **state)
{
	static const char *const v[] = {"13800138000", "138 0013 8000", "138-0013-8000", "+8613800138000",
	    "+86 138 0013 8000", "0086-13800138000", "008613800138000", "8613800138000",
	    "１３８００１３８０００", "13800138000 ", "\u202D13800138000\u202C", "手机13800138000",
	    "13800138000(本人)", "王先生:138.0013.8000", "013800138000", "138—0013—8000", "(+86)13800138000",
	    "13800138000转2"};

	(void)state;
	for (size_t i = 0; i < COUNT(v); i++)
		if (strcmp(found(v[i]), "13800138000") != 0)
			fail_msg("%s is read as %s", v[i], found(v[i]));
}

static void landlines(void **state)
{
	static const struct written v[] = {{"0597-7530000", "0597 7530000"}, {"05977530000", "0597 7530000"},
	    {"7530000", "7530000"}, {"753-0000", "7530000"}, {"(0597)7530000", "0597 7530000"},
	    {"（0597）７５３００００", "0597 7530000"}, {"0597－7530000", "0597 7530000"},
	    {"0597—7530000", "0597 7530000"}, {"0597 753 0000", "0597 7530000"},
	    {"+86 0597 7530000", "0597 7530000"}, {"010-65241234", "010 65241234"},
	    {"01065241234", "010 65241234"}, {"021 6524 1234", "021 65241234"},
	    {"0597-7530000-801", "0597 7530000"}, {"0597-7530000转801", "0597 7530000"},
	    {"0597-7530000 ext. 801", "0597 7530000"}, {"0597-7530000#801", "0597 7530000"},
	    {"7530000*801", "7530000"}, {"4008001234", "4008001234"}, {"400-800-1234", "4008001234"},
	    {"+86 597 7530000", "0597 7530000"}, {"+86-10-65241234", "010 65241234"},
	    {"+86 (0)597 7530000", "0597 7530000"}, {"+852 9123 4567", "85291234567"}};

	(void)state;
	each(v, COUNT(v));
}

static void several(void **state)
{
	static const struct written v[] = {{"13800138000/0597-7530000", "13800138000 / 0597 7530000"},
	    {"13800138000、13900139000", "13800138000 / 13900139000"},
	    {"13800138000,13900139000,13700137000", "13800138000 / 13900139000"},
	    {"家7530000 手机13800138000", "7530000 / 13800138000"}};

	(void)state;
	each(v, COUNT(v));
}

static void none(void **state)
{
	static const char *const v[] = {"", "无", "不详", "未知", "0", "110", "119", "120", "12345", "10086",
	    "95598", "00000000000", "11111111111", "0000000", "139****1234", "13*******34", "-", "转801",
	    "保密", "8888888"};

	(void)state;
	for (size_t i = 0; i < COUNT(v); i++)
		if (*found(v[i]))
			fail_msg("%s is read as %s", v[i], found(v[i]));
	assert_string_equal(found(NULL), "");
}

static void one_line(void **state)
{
	struct phone a[PHONES_MOST], b[PHONES_MOST];

	(void)state;
	phone_find("0597-7530000", a);
	phone_find("7530000", b);
	assert_true(phone_same(a, b));
	phone_find("0598-7530000", b);
	assert_false(phone_same(a, b));
	phone_find("7530001", b);
	assert_false(phone_same(a, b));
}

/* Whose calls are one history: the same number, one key, and no call beside a drill's. */
static void callers(void **state)
{
	static const char *const same[] = {"13800138000", "+86 138 0013 8000", "013800138000",
	    "１３８００１３８０００", "13800138000/7530000"};
	struct str key = STR("a key"), other = STR("another key");
	uint64_t one = caller_of(key, same[0], false);

	(void)state;
	/* SHA-256 of "a keycall 13800138000", its first eight bytes little-endian: stored, so the same on every machine */
	assert_true(one == UINT64_C(0x93b25b38f6db2b4b));
	for (size_t i = 0; i < COUNT(same); i++)
		assert_true(caller_of(key, same[i], false) == one);
	assert_true(caller_of(key, "0597-7530000", false) == caller_of(key, "7530000", false));
	assert_true(caller_of(key, "13800138001", false) != one);
	assert_true(caller_of(key, same[0], true) != one);
	assert_true(caller_of(other, same[0], false) != one);
	assert_true(caller_of(key, "无", false) == 0 && caller_of(key, "110", false) == 0);
	assert_true(caller_of(key, NULL, false) == 0);
}

static void newest_calls_first(void **state)
{
	struct call_history h = {0};

	(void)state;
	for (int i = 1; i <= 7; i++)
		call_history_add(&h,
		    &(struct incident){.number = &"1\0002\0003\0004\0005\0006\0007"[2 * (i - 1)]});
	assert_int_equal(h.count, 7);
	assert_int_equal(h.n, HISTORY_SHOWN);
	assert_string_equal(h.last[0].number, "7");
	assert_string_equal(h.last[4].number, "3");
	h.count = HISTORY_COUNTED;
	call_history_add(&h, &(struct incident){.number = "8"});
	assert_int_equal(h.count, HISTORY_COUNTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(mobiles),
	    cmocka_unit_test(landlines),
	    cmocka_unit_test(several),
	    cmocka_unit_test(none),
	    cmocka_unit_test(one_line),
	    cmocka_unit_test(callers),
	    cmocka_unit_test(newest_calls_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
