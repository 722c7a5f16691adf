/*
 * ctl_pki.c - certificates and lists of revoked ones, by what pki.c reads of what it has made, and by OpenSSL's own
 * verification where two of its parts must fit.
 */
#include "base/arena.h"
#include "base/time.h"
#include "ctl/pki.h"
#include "unit.h"

#define START INT64_C(1772409600000) /* 2026-03-02T08:00:00+08:00 */

static struct arena *a;

static int setup(void **state)
{
	(void)state;
	a = arena_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

static struct pki_authority authority(const char *name)
{
	const char *why = NULL;
	struct pki_wish wish = {.kind = PKI_AUTHORITY,
	    .organisation = "某某市公安局",
	    .common_name = name,
	    .from_ms = START,
	    .until_ms = START + 3650 * DAY_MS};
	struct str key = pki_key(a), certificate = pki_certificate(a, &wish, key, NULL, &why);

	assert_non_null(certificate.p);
	return (struct pki_authority){certificate, key};
}

static struct str issued(const struct pki_authority *by, enum pki_kind kind, const char *names)
{
	const char *why = NULL;
	struct pki_wish wish = {.kind = kind,
	    .organisation = "某某市公安局",
	    .common_name = "甲",
	    .names = names,
	    .from_ms = START,
	    .until_ms = START + DAY_MS};

	return pki_certificate(a, &wish, pki_key(a), by, &why);
}

static void what_was_wished_is_read(void **state)
{
	struct pki_authority by = authority("某某市 CA");
	struct pki_info ca, server, client;

	(void)state;
	assert_true(pki_read(a, by.certificate, &ca));
	assert_int_equal(ca.kind, PKI_AUTHORITY);
	assert_true(ca.signed_itself);
	assert_string_equal(ca.common_name, "某某市 CA");
	assert_string_equal(ca.organisation, "某某市公安局");
	assert_true(pki_read(a, issued(&by, PKI_SERVER, "DNS:a.test,IP:10.1.2.3,IP:2001:db8::1"), &server));
	assert_int_equal(server.kind, PKI_SERVER);
	assert_false(server.signed_itself);
	assert_string_equal(server.issuer, "某某市 CA");
	assert_string_equal(server.names, "DNS:a.test,IP:10.1.2.3,IP:2001:db8::1");
	assert_int_equal(server.from_ms, START);
	assert_int_equal(server.until_ms, START + DAY_MS);
	assert_int_equal(strlen(server.fingerprint), 32 * 3 - 1);
	assert_true(pki_read(a, issued(&by, PKI_CLIENT, PKI_ACCOUNT "desk1"), &client));
	assert_int_equal(client.kind, PKI_CLIENT);
	assert_string_equal(client.names, "URI:liandong:account:desk1");
	assert_string_not_equal(client.serial, server.serial);
}

static void what_is_none_is_told(void **state)
{
	struct pki_info info;
	struct pki_authority by = authority("CA");

	(void)state;
	assert_false(pki_read(a, STR("no certificate"), &info));
	assert_false(pki_read(a, by.key, &info));
	assert_false(pki_pair(by.certificate, STR("no key")));
}

static void a_key_fits_its_own_certificate_alone(void **state)
{
	struct pki_authority one = authority("CA"), other = authority("CA");

	(void)state;
	assert_true(pki_pair(one.certificate, one.key));
	assert_false(pki_pair(one.certificate, other.key));
}

static void names_that_are_none_make_no_certificate(void **state)
{
	struct pki_authority by = authority("CA");

	(void)state;
	assert_null(issued(&by, PKI_SERVER, "nonsense").p);
	assert_null(issued(&by, PKI_SERVER, "IP:300.1.1.1").p);
}

static void a_list_grows_and_keeps_its_instants(void **state)
{
	struct pki_authority by = authority("CA");
	const char *why = NULL;
	struct pki_info one, two;
	int64_t since = 0;
	struct str empty = pki_revoke(a, &by, (struct str){0}, "", START, &why), first, second;

	(void)state;
	assert_true(pki_read(a, issued(&by, PKI_CLIENT, PKI_ACCOUNT "one"), &one));
	assert_true(pki_read(a, issued(&by, PKI_CLIENT, PKI_ACCOUNT "two"), &two));
	assert_false(pki_revoked(empty, one.serial, &since));
	first = pki_revoke(a, &by, empty, one.serial, START + HOUR_MS, &why);
	second = pki_revoke(a, &by, first, two.serial, START + 2 * HOUR_MS, &why);
	assert_true(pki_revoked(first, one.serial, &since));
	assert_false(pki_revoked(first, two.serial, &since));
	assert_true(pki_revoked(second, one.serial, &since));
	assert_int_equal(since, START + HOUR_MS);
	assert_true(pki_revoked(second, two.serial, &since));
	assert_int_equal(since, START + 2 * HOUR_MS);
	assert_null(pki_revoke(a, &by, second, "XYZ", START, &why).p);
	assert_null(pki_revoke(a, &by, STR("no list"), "", START, &why).p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_was_wished_is_read, setup, teardown),
	    cmocka_unit_test_setup_teardown(what_is_none_is_told, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_key_fits_its_own_certificate_alone, setup, teardown),
	    cmocka_unit_test_setup_teardown(names_that_are_none_make_no_certificate, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_list_grows_and_keeps_its_instants, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
