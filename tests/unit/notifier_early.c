/* notifier_early.c - receipts that overtook the answer with their number. */
#include "unit.h"
#include "base/time.h"
#include "notifier/early.h"

#define T INT64_C(1772676000000)

static const struct notice_channel sms = {.id = "sms"}, other = {.id = "other"};

static struct channel_receipt receipt(const char *number, enum receipt_kind kind, const char *code)
{
	return (struct channel_receipt){.kind = kind, .provider_id = number, .code = code};
}

static void one_is_taken_once_by_its_channel_and_number(void **state)
{
	struct early e = {0};
	struct channel_receipt r = receipt("S1", RECEIPT_DELIVERED, NULL), got;

	(void)state;
	early_keep(&e, &sms, &r, T);
	assert_false(early_take(&e, &other, "S1", T, &got));
	assert_false(early_take(&e, &sms, "S2", T, &got));
	assert_true(early_take(&e, &sms, "S1", T + MINUTE_MS, &got));
	assert_int_equal(got.kind, RECEIPT_DELIVERED);
	assert_null(got.code);
	assert_false(early_take(&e, &sms, "S1", T, &got));
}

static void several_come_in_their_order(void **state)
{
	struct early e = {.next = EARLY_MOST - 1};
	struct channel_receipt first = receipt("S1", RECEIPT_DELIVERED, NULL),
			       second = receipt("S1", RECEIPT_FAILED, "UNDELIV"), got;

	(void)state;
	early_keep(&e, &sms, &first, T);
	early_keep(&e, &sms, &second, T);
	assert_true(early_take(&e, &sms, "S1", T, &got));
	assert_int_equal(got.kind, RECEIPT_DELIVERED);
	assert_true(early_take(&e, &sms, "S1", T, &got));
	assert_string_equal(got.code, "UNDELIV");
}

static void what_is_old_or_too_long_is_not_kept(void **state)
{
	struct early e = {0};
	char number[EARLY_TEXT + 1];
	struct channel_receipt r = receipt("S1", RECEIPT_DELIVERED, NULL), got;

	(void)state;
	early_keep(&e, &sms, &r, T);
	assert_false(early_take(&e, &sms, "S1", T + MINUTE_MS + 1, &got));
	memset(number, 'n', EARLY_TEXT);
	number[EARLY_TEXT] = '\0';
	r.provider_id = number;
	early_keep(&e, &sms, &r, T);
	assert_false(early_take(&e, &sms, number, T, &got));
	for (int i = 0; i <= EARLY_MOST; i++) { /* the newest push the oldest out */
		r.provider_id = i == 0 ? "first" : "later";
		early_keep(&e, &sms, &r, T);
	}
	assert_false(early_take(&e, &sms, "first", T, &got));
	assert_true(early_take(&e, &sms, "later", T, &got));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_is_taken_once_by_its_channel_and_number),
	    cmocka_unit_test(several_come_in_their_order),
	    cmocka_unit_test(what_is_old_or_too_long_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
