/*
 * notice_addressee.c - which notices may go in one message: those to one person, or to the group of one unit; a drill never with
 * what is real.
 */
#include "unit.h"
#include "notice/addressee.h"

static const struct notice_channel group = {.kind = CHANNEL_WECOM_BOT}, sms = {.kind = CHANNEL_SMS_HTTP};

#define WATER .unit = "water", .role = "duty", .which = 1
#define DESK .role = "desk", .which = 1

static const struct {
	const char *what;
	struct outgoing a, b;
	bool in_group, by_sms;
} pairs[] = {
    {"two instructions", {WATER}, {WATER}, true, true},
    {"another unit's", {WATER}, {.unit = "power", .role = "duty", .which = 1}, false, false},
    {"the second on duty", {WATER}, {.unit = "water", .role = "duty", .which = 2}, true, false},
    {"the unit's leader", {WATER}, {.unit = "water", .role = "leader", .which = 1}, true, false},
    {"a drill", {WATER}, {WATER, .drill = true}, false, false},
    {"a reminder", {WATER}, {WATER, .class = NOTICE_REMINDER}, false, false},
    {"decisions", {WATER, .class = NOTICE_DECISION}, {WATER, .class = NOTICE_DECISION}, true, true},
    {"reminders of one digest", {WATER, .class = NOTICE_REMINDER, .digest = "water"},
	{WATER, .class = NOTICE_REMINDER, .digest = "water"}, true, true},
    {"reminders of two digests", {WATER, .class = NOTICE_REMINDER, .digest = "water"},
	{WATER, .class = NOTICE_REMINDER, .digest = "leader"}, true, false},
    {"the desk's", {DESK, .class = NOTICE_ESCALATION, .digest = "desk"},
	{DESK, .class = NOTICE_ESCALATION, .digest = "desk"}, true, true},
    {"the desk's and the office's", {DESK}, {.role = "office", .which = 1}, false, false},
    {"a unit's and the desk's", {.unit = "water", DESK}, {DESK}, false, false},
};

static void what_goes_in_one_message(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++)
		for (int turned = 0; turned < 2; turned++) {
			const struct outgoing *a = turned ? &pairs[i].b : &pairs[i].a;
			const struct outgoing *b = turned ? &pairs[i].a : &pairs[i].b;

			if (addressee_same(a, b, &group) != pairs[i].in_group ||
			    addressee_same(a, b, &sms) != pairs[i].by_sms)
				fail_msg("%s", pairs[i].what);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_goes_in_one_message)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
