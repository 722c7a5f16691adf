/* channel_target.c - where requests may go: URLs, and the addresses that names may stand for. */
#include "channel/post.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const struct post_rules strict = {0},
			       inside = {.allow = "10.20.0.0/16,127.0.0.1,fd00::/8", .plain = true};

static bool allowed(const struct post_rules *rules, const char *address)
{
	unsigned char bytes[16];
	bool six = strchr(address, ':') != NULL;

	assert_int_equal(inet_pton(six ? AF_INET6 : AF_INET, address, bytes), 1);
	return post_address_allowed(rules, bytes, six ? 16 : 4);
}

static void special_addresses(void **state)
{
	static const char *const refused[] = {"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255",
	    "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.0.1", "169.254.169.254", "172.16.0.1",
	    "172.31.255.255", "192.0.0.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "224.0.0.1",
	    "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1",
	    "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:1::", "fc00::1", "fd12::1",
	    "fe80::1", "febf::1", "fec0::1", "ff02::1", "fbff::1", "::ffff:0:10.0.0.1", "64:ff9b:1::a00:1",
	    "100::1", "1fff:ffff::1", "4000::1", "fd00:ec2::254", "168.63.129.16", "192.88.99.1"};
	static const char *const good[] = {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255",
	    "100.128.0.0", "126.255.255.255", "128.0.0.1", "172.15.255.255", "172.32.0.0", "192.0.1.0",
	    "192.167.255.255", "198.17.255.255", "198.20.0.0", "223.255.255.255", "::ffff:1.1.1.1",
	    "2400:3200::1", "2001:250::1", "2000::1", "3ffe::1", "168.63.129.15"};

	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		if (allowed(&strict, refused[i]))
			fail_msg("%s is allowed", refused[i]);
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		if (!allowed(&strict, good[i]))
			fail_msg("%s is refused", good[i]);
}

static void what_the_machine_allows(void **state)
{
	(void)state;
	assert_true(allowed(&inside, "10.20.0.1"));
	assert_true(allowed(&inside, "10.20.255.255"));
	assert_false(allowed(&inside, "10.21.0.0"));
	assert_true(allowed(&inside, "127.0.0.1"));
	assert_false(allowed(&inside, "127.0.0.2"));
	assert_true(allowed(&inside, "::ffff:10.20.1.1"));
	assert_false(allowed(&inside, "::ffff:10.21.1.1"));
	assert_true(allowed(&inside, "fd00::1"));
	assert_false(allowed(&inside, "fc00::1"));
	assert_true(allowed(&inside, "1.1.1.1"));
	assert_true(post_cidr_good("10.0.0.0/8"));
	assert_true(post_cidr_good("::1"));
	assert_false(post_cidr_good("10.0.0.0/33"));
	assert_false(post_cidr_good("10.0.0/8"));
	assert_false(post_cidr_good("10.0.0.0/"));
	assert_false(post_cidr_good("intranet"));
	assert_false(post_cidr_good(""));
}

static void urls(void **state)
{
	static const char *const refused[] = {"http://a.cn/", "https://a.cn:80/", "https://a.cn:22/",
	    "https://1.1.1.1/", "https://127.0.0.1/", "https://[::1]/", "https://u@a.cn/", "https://a.cn/#x",
	    "ftp://a.cn/", "file:///etc/passwd", "gopher://a.cn/", "unix:///run/x", "dict://a.cn:443/",
	    "https:///x", "https://a.cn@b.cn/", "https://a.cn:443@127.0.0.1/", "https://[::ffff:127.0.0.1]/",
	    "HTTPS://127.0.0.1/", "smtp://a.cn:25", "https://localhost.:9/", ""};
	static const char *const good[] = {"https://a.cn/", "https://a.cn:8443/p?q", "smtps://mail.a.cn",
	    "smtp://mail.a.cn",
	    "https://localhost/"}; /* a name: what it stands for is refused on connecting */

	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		if (!post_target_fault(&strict, str_of(refused[i]), false))
			fail_msg("%s is allowed", refused[i]);
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_null(post_target_fault(&strict, str_of(good[i]), true));
	assert_null(post_target_fault(&inside, STR("http://127.0.0.1:9000/"), true));
	assert_null(post_target_fault(&inside, STR("http://10.20.1.1:9000/"), true));
	assert_non_null(post_target_fault(&inside, STR("http://10.21.1.1/"), true));
	assert_non_null(post_target_fault(&inside, STR("https://1.1.1.1/"), true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(special_addresses),
	    cmocka_unit_test(what_the_machine_allows), cmocka_unit_test(urls)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
