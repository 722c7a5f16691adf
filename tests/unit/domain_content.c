/*
 * domain_content.c - digests of what a command says, as they are stored. The hex digits were computed
 * outside of this program, from the layouts that content.c describes, and never change: a digest that
 * is stored must be found again by every later version.
 */
#include "unit.h"
#include "domain/content.h"

#define T INT64_C(1772409600000) /* 2026-03-02T08:00:00+08:00 */

#define REPORT_1 "58424ce40c2dee03c0e6394eecc2b3067d4ed32c2aa7ca4798a836841c52ca30"
#define REPORT_2 "978f15feadc18cded42b101014c42bf96f5e2839938f376688fe139467e6464c"
#define REQUEST_1 "66546977f6e2ef2df790d06a1168cbe92f9ae8ac62c44addc28771e054e9e8c0"
#define REQUEST_2 "900cecdd929662a37952e37058f2f4b71c8b85328c4e68383f73f5888a81eefa"

static struct command report(void)
{
	struct command c = {.kind = COMMAND_INCIDENT_REPORT, .id = 7};

	command_set_text(&c, FIELD_NUMBER, "A-1");
	command_set_int(&c, FIELD_RECEIVED_AT, T);
	command_set_text(&c, FIELD_CATEGORY, "601301");
	command_set_text(&c, FIELD_PRIORITY, "P2");
	command_set_text(&c, FIELD_AREA, "350881001");
	command_set_text(&c, FIELD_ADDRESS, "八一路 1 号");
	command_set_int(&c, FIELD_LON, 117420123);
	command_set_int(&c, FIELD_LAT, 25290456);
	command_set_text(&c, FIELD_DATUM, "gcj02"); /* says nothing: it is the usual one */
	command_set_text(&c, FIELD_REPORTER_NAME, "张先生");
	command_set_text(&c, FIELD_REPORTER_PHONE, "13900001234");
	command_set_text(&c, FIELD_DESCRIPTION, "水管爆裂");
	command_set_int(&c, FIELD_CONFIDENTIAL, false); /* nor does this */
	command_set_text(&c, FIELD_UNITS, "water,urban");
	command_set_int(&c, FIELD_DRILL, true);
	return c;
}

static struct command progress(void)
{
	struct command c = {.kind = COMMAND_DISPATCH_PROGRESS, .id = 8};

	command_set_text(&c, FIELD_KEY, "k1");
	command_set_text(&c, FIELD_DISPATCH, "A-1-01");
	command_set_text(&c, FIELD_TEXT, "已到现场");
	command_set_int(&c, FIELD_ETA, T + 60000);
	return c;
}

static struct digest from_hex(const char *hex)
{
	struct digest d;

	assert_true(digest_from_hex(str_of(hex), &d));
	return d;
}

static void what_is_stored_is_pinned(void **state)
{
	struct command r = report(), p = progress();
	struct digest d = content_of_report(&r);
	char hex[DIGEST_HEX];

	(void)state;
	assert_string_equal(digest_hex(&d, hex), REPORT_2);
	d = content_of_request(&p);
	assert_string_equal(digest_hex(&d, hex), REQUEST_2);
}

static void older_digests_are_found_again(void **state)
{
	struct command r = report(), p = progress();
	struct digest report_1 = from_hex(REPORT_1), request_1 = from_hex(REQUEST_1);

	(void)state;
	assert_true(content_is_report(&r, &report_1));
	assert_true(content_is_request(&p, &request_1));
	command_set_text(&r, FIELD_DESCRIPTION, "水管爆裂!");
	command_set_text(&p, FIELD_TEXT, "已到现场!");
	assert_false(content_is_report(&r, &report_1));
	assert_false(content_is_request(&p, &request_1));
}

/* The key is no part of what is asked; the command, each field and each value are. */
static void what_differs_is_another(void **state)
{
	struct command one = progress(), other = progress();
	struct digest d = content_of_request(&one);

	(void)state;
	command_set_text(&other, FIELD_KEY, "k2");
	assert_true(content_is_request(&other, &d));
	other.kind = COMMAND_DISPATCH_ARRIVE;
	assert_false(content_is_request(&other, &d));
	other = progress();
	command_set_text(&other, FIELD_RESULT, "已到现场");
	assert_false(content_is_request(&other, &d));
	other = progress();
	command_drop(&other, FIELD_ETA);
	assert_false(content_is_request(&other, &d));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_stored_is_pinned),
	    cmocka_unit_test(older_digests_are_found_again),
	    cmocka_unit_test(what_differs_is_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
