/*
 * ctl_words.c - what people read on a terminal: a Chinese word for every event, state, role and measure that a
 * program has a code for.
 */
#include "unit.h"
#include "ctl/ctl.h"
#include "domain/entry.h"
#include "domain/finding.h"
#include "domain/incident.h"

static bool chinese(const char *text)
{
	return (unsigned char)text[0] >= 0xE4;
}

static void each_has_its_word(const char *const *names, int n)
{
	for (int i = 0; i < n; i++)
		if (*names[i] && !chinese(ctl_word(names[i])))
			fail_msg("%s is shown as %s", names[i], ctl_word(names[i]));
}

static void every_event_has_its_word(void **state)
{
	(void)state;
	each_has_its_word(event_names, EVENT_TYPES);
}

static void so_have_codes_that_are_shown(void **state)
{
	static const char *const measures[] = {"order", "circulated-criticism", "referral"};

	(void)state;
	each_has_its_word(dispatch_role_names, DISPATCH_ROLES);
	each_has_its_word(callback_result_names, CALLBACK_RESULTS);
	each_has_its_word(measures, (int)COUNT(measures));
	for (int s = 0; s < FINDING_STATES; s++) {
		assert_true(chinese(finding_state_word((enum finding_state)s, false)));
		assert_false(chinese(finding_state_word((enum finding_state)s, true)));
	}
	for (int s = 0; s < INCIDENT_STATES; s++)
		assert_true(chinese(incident_state_said((enum incident_state)s, false)));
}

static void states_of_the_register_have_theirs(void **state)
{
	(void)state;
	for (int k = 0; k < ENTRY_KINDS; k++)
		for (int s = 0; s < 8; s++) {
			struct entry e = {.kind = (enum entry_kind)k, .state = s};
			const char *name = entry_state_name(&e);

			each_has_its_word(&name, 1);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_event_has_its_word),
	    cmocka_unit_test(so_have_codes_that_are_shown),
	    cmocka_unit_test(states_of_the_register_have_theirs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
