/*
 * wire_site.c - Host, Origin and Cookie as strangers send them.
 */
#include "unit.h"
#include "wire/site.h"

#include <stdio.h>

#define NAME "__Host-liandong"

static enum cookie_found cookie(const char *const *headers, size_t n, struct str *value)
{
	struct http_request r = {.n_headers = n};

	for (size_t i = 0; i < n; i++)
		r.headers[i] = (struct http_pair){"cookie", headers[i]};
	return http_cookie(&r, NAME, value);
}

static void cookies(void **state)
{
	static const struct {
		const char *header;
		enum cookie_found found;
		const char *value;
	} cases[] = {
	    {"", COOKIE_NONE, NULL},
	    {";", COOKIE_NONE, NULL},
	    {";;; ;", COOKIE_NONE, NULL},
	    {"=", COOKIE_NONE, NULL},
	    {NAME, COOKIE_NONE, NULL}, /* without '=' it has no value */
	    {NAME "=", COOKIE_ONE, ""},
	    {NAME "=abc", COOKIE_ONE, "abc"},
	    {"a=1; " NAME "=abc; b=2", COOKIE_ONE, "abc"},
	    {"a=1;" NAME "=abc;b=2", COOKIE_ONE, "abc"},
	    {"  " NAME " = abc \t; b", COOKIE_ONE, "abc"},
	    {NAME "=\"abc\"", COOKIE_ONE, "\"abc\""},        /* quotes are part of it */
	    {"a=\"x; " NAME "=abc; y\"", COOKIE_ONE, "abc"}, /* they hold nothing together */
	    {NAME "=a=b", COOKIE_ONE, "a=b"},
	    {NAME "=abc; " NAME "=abc", COOKIE_TWICE, NULL},
	    {NAME "=abc; x=1; " NAME "=", COOKIE_TWICE, NULL},
	    {"__host-liandong=abc", COOKIE_NONE, NULL}, /* names are told apart by case */
	    {NAME "x=abc", COOKIE_NONE, NULL},
	    {"x" NAME "=abc", COOKIE_NONE, NULL},
	    {"x=" NAME "=abc", COOKIE_NONE, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str value = {0};

		if (cookie(&cases[i].header, 1, &value) != cases[i].found)
			fail_msg("%s", cases[i].header);
		if (cases[i].value && !str_is(value, cases[i].value))
			fail_msg("%s: %.*s", cases[i].header, (int)value.n, value.p);
	}
}

static void several_headers_are_one_list(void **state)
{
	const char *const split[] = {"a=1", NAME "=abc", "b=2"}, *const twice[] = {NAME "=abc", NAME "=abd"};
	struct str value;

	(void)state;
	assert_int_equal(cookie(split, 3, &value), COOKIE_ONE);
	assert_true(str_is(value, "abc"));
	assert_int_equal(cookie(twice, 2, &value), COOKIE_TWICE);
	assert_int_equal(cookie(NULL, 0, &value), COOKIE_NONE);
}

/* Up to what a head may hold: all are looked at. */
static void a_hundred_cookies(void **state)
{
	char header[4096], *end = header;
	const char *one = header;
	struct str value;

	(void)state;
	for (int i = 0; i < 100; i++)
		end += sprintf(end, "c%d=%032d; ", i, i);
	assert_int_equal(cookie(&one, 1, &value), COOKIE_NONE);
	sprintf(end, NAME "=last");
	assert_int_equal(cookie(&one, 1, &value), COOKIE_ONE);
	assert_true(str_is(value, "last"));
}

static void hosts(void **state)
{
	static const char list[] = "110.example.cn,10.1.2.3,[fd00::1]";
	static const struct {
		const char *host;
		bool known, always; /* always: without a list, too */
	} cases[] = {
	    {"localhost", true, true},
	    {"localhost:8110", true, true},
	    {"LOCALHOST:1", true, true},
	    {"127.0.0.1:8110", true, true},
	    {"[::1]:8110", true, true},
	    {"[::1]", true, true},
	    {"110.example.cn", true, false},
	    {"110.example.cn:443", true, false},
	    {"110.Example.CN.", true, false},
	    {"10.1.2.3:8443", true, false},
	    {"[fd00::1]:8443", true, false},
	    {"", false, false},
	    {":80", false, false},
	    {".", false, false},
	    {"[", false, false},
	    {"[fd00::1", false, false},
	    {"example.cn", false, false},
	    {"evil-110.example.cn", false, false},
	    {"110.example.cn.evil.com", false, false},
	    {"10.1.2.30", false, false},
	    {"127.0.0.2", false, false},
	    {"localhost.evil.com", false, false},
	    {"110.example.cn,10.1.2.3", false, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (site_known(cases[i].host, list) != cases[i].known ||
		    site_known(cases[i].host, NULL) != cases[i].always)
			fail_msg("%s", cases[i].host);
}

static void origins(void **state)
{
	static const struct {
		const char *origin, *host;
		bool plain, own;
	} cases[] = {
	    {"https://a.cn", "a.cn", false, true},
	    {"https://A.cn", "a.CN", false, true},
	    {"https://a.cn:8443", "a.cn:8443", false, true},
	    {"http://localhost:8110", "localhost:8110", true, true},
	    {"http://a.cn", "a.cn", false, false},
	    {"https://a.cn:1", "a.cn:2", false, false},
	    {"https://a.cn", "a.cn:8443", false, false},
	    {"https://a.cn.evil.com", "a.cn", false, false},
	    {"https://evil.com/a.cn", "a.cn", false, false},
	    {"https://a.cn/", "a.cn", false, false},
	    {"null", "a.cn", true, false},
	    {"", "a.cn", true, false},
	    {"https://", "", true, false},
	    {"ftp://a.cn", "a.cn", true, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (site_own_origin(cases[i].origin, cases[i].host, cases[i].plain) != cases[i].own)
			fail_msg("%s at %s", cases[i].origin, cases[i].host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(cookies),
	    cmocka_unit_test(several_headers_are_one_list), cmocka_unit_test(a_hundred_cookies),
	    cmocka_unit_test(hosts), cmocka_unit_test(origins)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
