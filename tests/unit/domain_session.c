/*
 * domain_session.c - how long sessions last, what browsers and people type, who hands out codes for whom.
 */
#include "unit.h"
#include "base/arena.h"
#include "base/time.h"
#include "domain/session.h"

#include <math.h>

static void each_role_has_its_time(void **state)
{
	static const int64_t hours[ROLES] = {[ROLE_DESK] = 12,
	    [ROLE_SHIFT_LEADER] = 12,
	    [ROLE_LIAISON] = 720,
	    [ROLE_OFFICE] = 8,
	    [ROLE_ADMIN] = 8,
	    [ROLE_WALL] = 720};

	(void)state;
	for (int r = 0; r < ROLES; r++) {
		assert_int_equal(session_allowed((enum account_role)r), hours[r] > 0);
		assert_int_equal(session_until((enum account_role)r, 1000), 1000 + hours[r] * 3600000);
		assert_int_equal(session_slides((enum account_role)r), r == ROLE_LIAISON || r == ROLE_WALL);
	}
}

static void a_sliding_one_is_written_seldom(void **state)
{
	struct page_session s = {.seen_at = 1000000, .until = 9000000};

	(void)state;
	assert_false(session_extend_due(&s, ROLE_LIAISON, 1000000 + 599999));
	assert_true(session_extend_due(&s, ROLE_LIAISON, 1000000 + 600000));
	assert_false(session_extend_due(&s, ROLE_DESK, 1000000 + 600000));
	assert_false(session_extend_due(&s, ROLE_LIAISON, 9000000)); /* it has run out */
}

static void only_a_token_makes_it_fresh(void **state)
{
	struct page_session s = {.opened_at = 5000, .by_token = true};

	(void)state;
	assert_int_equal(session_fresh_until(&s), 905000);
	s.by_token = false;
	assert_int_equal(session_fresh_until(&s), 0);
}

/* RFC 4648, the URL alphabet, without padding; worked out by hand for the ends. */
static void what_a_browser_shows(void **state)
{
	unsigned char bytes[DIGEST_LEN] = {0};
	char out[SESSION_TEXT + 1];

	(void)state;
	session_text(bytes, out);
	assert_string_equal(out, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
	memset(bytes, 0xFF, sizeof bytes);
	session_text(bytes, out);
	assert_string_equal(out, "__________________________________________8");
	memset(bytes, 0, sizeof bytes);
	bytes[0] = 0x04;  /* 000001 00 */
	bytes[31] = 0x02; /* … 0010 -> 001000 with two zeros behind */
	session_text(bytes, out);
	assert_int_equal(out[0], 'B');
	assert_int_equal(out[42], 'I');
	assert_true(session_text_valid(str_of(out)));
	assert_false(session_text_valid(STR("")));
	assert_false(session_text_valid((struct str){out, 42}));
	out[7] = '+';
	assert_false(session_text_valid(str_of(out)));
	out[7] = '\0';
	assert_false(session_text_valid((struct str){out, 43}));
}

static void codes_are_even_and_without_lookalikes(void **state)
{
	unsigned char all[256];
	unsigned seen[256] = {0};
	char out[CODE_LEN + 1];

	(void)state;
	assert_int_equal(strlen(code_letters), 24);
	assert_null(strpbrk(code_letters, "0O1IL2Z5S8BV"));
	for (int i = 0; i < 256; i++)
		all[i] = (unsigned char)i;
	for (int i = 0; i < 240; i += 8) { /* each of 240 values once: each letter ten times */
		assert_true(code_from(all + i, 8, out));
		for (int k = 0; k < CODE_LEN; k++)
			seen[(unsigned char)out[k]]++;
	}
	for (const char *c = code_letters; *c; c++)
		assert_int_equal(seen[(unsigned char)*c], 10);
	assert_false(code_from(all + 240, 16, out)); /* those that would tip the balance */
	assert_false(code_from(all, 7, out));
}

static void a_code_is_read_as_people_type_it(void **state)
{
	static const char *const good[] = {
	    "ACDEFGHJ", "acdefghj", "ACDE-FGHJ", " acde fghj ", "ACDE　FGHJ", "ＡＣＤＥ－ＦＧｈｊ"};
	static const char *const bad[] = {"", "ACDEFGH", "ACDEFGHJK", "ACDEFGH0", "ACDEFGHO", "ACDEFGH\n",
	    "ＡＣＤＥＦＧＨＯ", "ACDE　FGH", "' OR 1=1"};
	char out[CODE_LEN + 1];

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		assert_true(code_read(good[i], out));
		assert_string_equal(out, "ACDEFGHJ");
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(code_read(bad[i], out));
}

/* How often a stranger hits. A process looks at CODES_CHECKED codes in the ten minutes that one lives; ten live
 * at once, four processes, and the attack never rests. */
static void guessing_is_hopeless(void **state)
{
	double codes = pow(24, CODE_LEN), checked = 4 * (60 + 2 * 600.0), hit = 10 * checked / codes;

	(void)state;
	assert_true(codes > 1.1e11 && codes < 1.11e11);
	assert_true(hit < 5e-7);
}

static enum error_code made(enum account_role by, enum account_role role, bool live)
{
	struct arena *a = arena_new();
	struct refusal why = {.code = OK};

	bool may = code_may_be_made(by, role, live, "x", a, &why);

	assert_int_equal(may, why.code == OK);
	arena_free(a);
	return why.code;
}

static void who_hands_out_codes_for_whom(void **state)
{
	static const enum account_role people[] = {
	    ROLE_DESK, ROLE_SHIFT_LEADER, ROLE_LIAISON, ROLE_OFFICE, ROLE_ADMIN};

	(void)state;
	for (size_t i = 0; i < COUNT(people); i++) {
		bool liaison = people[i] == ROLE_LIAISON;

		assert_int_equal(made(ROLE_ADMIN, people[i], true), OK);
		assert_int_equal(made(ROLE_LOCAL, people[i], true), OK);
		assert_int_equal(made(ROLE_DESK, people[i], false), liaison ? OK : ERROR_FORBIDDEN);
		assert_int_equal(made(ROLE_SHIFT_LEADER, people[i], false), liaison ? OK : ERROR_FORBIDDEN);
		assert_int_equal(made(ROLE_DESK, people[i], true),
		    liaison ? ERROR_WRONG_STATE : ERROR_FORBIDDEN);
		assert_int_equal(made(ROLE_OFFICE, people[i], false), ERROR_FORBIDDEN);
		assert_int_equal(made(ROLE_LIAISON, people[i], false), ERROR_FORBIDDEN);
	}
	assert_int_equal(made(ROLE_ADMIN, ROLE_INTEGRATION, false), ERROR_FORBIDDEN);
	assert_int_equal(made(ROLE_ADMIN, ROLE_NONE, false), ERROR_FORBIDDEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_role_has_its_time),
	    cmocka_unit_test(a_sliding_one_is_written_seldom), cmocka_unit_test(only_a_token_makes_it_fresh),
	    cmocka_unit_test(what_a_browser_shows), cmocka_unit_test(codes_are_even_and_without_lookalikes),
	    cmocka_unit_test(a_code_is_read_as_people_type_it), cmocka_unit_test(guessing_is_hopeless),
	    cmocka_unit_test(who_hands_out_codes_for_whom)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
