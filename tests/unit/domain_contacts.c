/*
 * domain_contacts.c - the people of units leave an event's data and come back into it for those who may see
 * them.
 */
#include "unit.h"
#include "base/arena.h"
#include "domain/contacts.h"

static void filled(const char *data, const char *contacts, const char *expected)
{
	struct buf b = {0};

	contacts_fill(str_of(data), contacts, &b);
	buf_char(&b, '\0');
	assert_string_equal(b.p, expected);
	buf_free(&b);
}

static void a_text_has_a_line_a_contact(void **state)
{
	static const struct contact chen = {.name = "陈\t某\n", .phone = "0597-41"},
				    room = {.phone = "0597-42"};
	const struct contact *const who[] = {&chen, &room};
	struct arena *a = arena_new();

	(void)state;
	assert_string_equal(contacts_text(a, who, 2), "陈 某 \t0597-41\n\t0597-42\n");
	assert_null(contacts_text(a, who, 0));
	arena_free(a);
}

static void places_are_filled(void **state)
{
	static const char data[] = "{\"recipients\":[{\"role\":\"duty\",\"contact\":1,\"digest\":\"d\"},"
				   "{\"role\":\"leader\",\"contact\":0}],\"contacts\":\"00\"}";

	(void)state;
	filled(data, "陈\t0597-41\n\t0597-42\n",
	    "{\"recipients\":[{\"role\":\"duty\",\"phone\":\"0597-42\",\"digest\":\"d\"},"
	    "{\"role\":\"leader\",\"name\":\"陈\",\"phone\":\"0597-41\"}],\"contacts\":\"00\"}");
	filled(data, NULL,
	    "{\"recipients\":[{\"role\":\"duty\",\"digest\":\"d\"},{\"role\":\"leader\"}],\"contacts\":"
	    "\"00\"}");
	filled(data, "\"\\\t1\n",
	    "{\"recipients\":[{\"role\":\"duty\",\"digest\":\"d\"},"
	    "{\"role\":\"leader\",\"name\":\"\\\"\\\\\",\"phone\":\"1\"}],\"contacts\":\"00\"}");
}

/* Events of before this have names in the data; and a text that looks like a place is none. */
static void other_data_stays(void **state)
{
	static const char old[] =
	    "{\"recipients\":[{\"role\":\"duty\",\"name\":\"丙\",\"phone\":\"0597-31\"}]}";
	static const char text[] = "{\"why\":\"a,\\\"contact\\\":0\"}";

	(void)state;
	filled(old, NULL, old);
	filled(old, "陈\t1\n", old);
	filled(text, "陈\t1\n", text);
	filled("", "陈\t1\n", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_text_has_a_line_a_contact),
	    cmocka_unit_test(places_are_filled),
	    cmocka_unit_test(other_data_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
