/* base_url.c - a URL is taken apart as it is meant, or refused; what two readers could read in two ways is refused. */
#include "base/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void assert_url(const char *text, const char *host, int port, const char *path)
{
	struct url u;

	assert_int_equal(url_parse(str_of(text), &u), URL_GOOD);
	assert_true(str_is(u.host, host));
	assert_int_equal(u.port, port);
	assert_true(str_is(u.path, path));
}

static void good_ones(void **state)
{
	struct url u;

	(void)state;
	assert_url("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a-b", "qyapi.weixin.qq.com", 443,
	    "/cgi-bin/webhook/send?key=a-b");
	assert_url("https://a.cn", "a.cn", 443, "");
	assert_url("https://a.cn:8443?x=1@2", "a.cn", 8443, "?x=1@2");
	assert_url("smtps://mail.a.cn", "mail.a.cn", 465, "");
	assert_url("smtp://mail.a.cn", "mail.a.cn", 587, "");
	assert_url("http://127.0.0.1:9000/p", "127.0.0.1", 9000, "/p");
	assert_url("https://[::1]:8443/p", "::1", 8443, "/p");
	assert_url("https://xn--fiqs8s/", "xn--fiqs8s", 443, "/");
	assert_int_equal(url_parse(STR("https://10.1.2.3/"), &u), URL_GOOD);
	assert_true(u.literal && u.secure && !u.mail);
}

static void refused_ones(void **state)
{
	static const struct {
		const char *text;
		enum url_fault fault;
	} cases[] = {
	    {"", URL_SCHEME},
	    {"ftp://a.cn/", URL_SCHEME},
	    {"file:///etc/passwd", URL_SCHEME},
	    {"HTTPS://a.cn/", URL_SCHEME},
	    {"https:/a.cn/", URL_SCHEME},
	    {"//a.cn/", URL_SCHEME},
	    {"gopher://127.0.0.1:25/", URL_SCHEME},
	    {"https://", URL_SCHEME},
	    {"https:///p", URL_HOST},
	    {"https://u@a.cn/", URL_USER},
	    {"https://u:p@a.cn/", URL_USER},
	    {"https://a.cn#@b.cn/", URL_FRAGMENT},
	    {"https://a.cn/p#x", URL_FRAGMENT},
	    {"https://a.cn\\@b.cn/", URL_LETTERS},
	    {"https://a.cn /", URL_LETTERS},
	    {"https://a.cn/\r\nHost: b", URL_LETTERS},
	    {"https://中国.cn/", URL_LETTERS},
	    {"https://a%2ecn/", URL_HOST},
	    {"https://a_b.cn/", URL_HOST},
	    {"https://a..cn/", URL_HOST},
	    {"https://.a.cn/", URL_HOST},
	    {"https://127.1/", URL_HOST},
	    {"https://2130706433/", URL_HOST},
	    {"https://0x7f.0.0.1/", URL_HOST},
	    {"https://a.cn.0177/", URL_HOST},
	    {"https://[::1/", URL_HOST},
	    {"https://[::1]x/", URL_PORT},
	    {"https://[::ffff:127.0.0.1]/", URL_GOOD},
	    {"https://[fe80::1%25eth0]/", URL_HOST},
	    {"https://a.cn:/", URL_PORT},
	    {"https://a.cn:0/", URL_PORT},
	    {"https://a.cn:65536/", URL_PORT},
	    {"https://a.cn:443:443/", URL_PORT},
	};
	char much[URL_MOST + 2];
	struct url u;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (url_parse(str_of(cases[i].text), &u) != cases[i].fault)
			fail_msg("%s: %d", cases[i].text, url_parse(str_of(cases[i].text), &u));
	memset(much, 'a', sizeof much);
	memcpy(much, "https://", 8);
	assert_int_equal(url_parse((struct str){much, sizeof much}, &u), URL_LONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(good_ones), cmocka_unit_test(refused_ones)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
