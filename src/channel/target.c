/*
 * target.c - where requests may go: what a URL must be, and which addresses are the machine's own matter
 * or the city's network's. Pure.
 *
 * notices.yaml is changed from afar, so it cannot open a way inside: what is private is reached only where the
 * machine's own configuration allows it. An address in IPv6's clothes (mapped, 6to4, NAT64) is judged by what is in it,
 * or refused.
 */
#include "base/url.h"
#include "channel/post.h"

#include <arpa/inet.h>

struct cidr {
	unsigned char bytes[16];
	size_t n; /* 4 or 16 */
	unsigned bits;
};

static const char *const special[] = {
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "168.63.129.16", /* a cloud's own, of each of its machines */
    "192.88.99.0/24",
    "2001::/32",
    "2002::/16",
};

/* Of IPv6 only this is the internet's: all that is inside, of one link, or has an IPv4 address in it lies elsewhere. */
#define GLOBAL "2000::/3"

static bool cidr_parse(struct str text, struct cidr *out)
{
	const char *slash = memchr(text.p, '/', text.n);
	size_t n = slash ? (size_t)(slash - text.p) : text.n;
	char address[INET6_ADDRSTRLEN];
	uint64_t bits;

	if (n == 0 || n >= sizeof address)
		return false;
	memcpy(address, text.p, n);
	address[n] = '\0';
	*out = (struct cidr){.n = memchr(address, ':', n) ? 16 : 4};
	if (inet_pton(out->n == 16 ? AF_INET6 : AF_INET, address, out->bytes) != 1)
		return false;
	bits = out->n * 8;
	if (slash && (!str_uint((struct str){slash + 1, text.n - n - 1}, &bits) || bits > out->n * 8))
		return false;
	out->bits = (unsigned)bits;
	return true;
}

static bool cidr_has(const struct cidr *c, const unsigned char *address, size_t n)
{
	unsigned whole = c->bits / 8, rest = c->bits % 8;

	if (c->n != n || memcmp(c->bytes, address, whole) != 0)
		return false;
	return rest == 0 || ((c->bytes[whole] ^ address[whole]) >> (8 - rest)) == 0;
}

bool post_cidr_good(const char *text)
{
	struct cidr c;

	return cidr_parse(str_of(text), &c);
}

static bool allowed_by(const struct post_rules *rules, const unsigned char *address, size_t n)
{
	const char *list = rules->allow;
	struct cidr c;

	for (struct str word = list_next(&list); word.n > 0; word = list_next(&list))
		if (cidr_parse(word, &c) && cidr_has(&c, address, n))
			return true;
	return false;
}

static const unsigned char mapped[12] = {[10] = 0xFF, [11] = 0xFF};

bool post_address_allowed(const struct post_rules *rules, const void *address, size_t n)
{
	const unsigned char *bytes = address;
	struct cidr c;

	if (n == 16 && memcmp(bytes, mapped, sizeof mapped) == 0)
		return post_address_allowed(rules, bytes + 12, 4);
	if (n != 4 && n != 16)
		return false;
	if (allowed_by(rules, bytes, n))
		return true;
	if (n == 16 && !(cidr_parse(STR(GLOBAL), &c) && cidr_has(&c, bytes, n)))
		return false;
	for (size_t i = 0; i < sizeof special / sizeof *special; i++)
		if (cidr_parse(str_of(special[i]), &c) && cidr_has(&c, bytes, n))
			return false;
	return true;
}

static bool literal_allowed(const struct post_rules *rules, struct str host)
{
	struct cidr c;

	return cidr_parse(host, &c) &&
	    (c.n == 16 && memcmp(c.bytes, mapped, sizeof mapped) == 0 ? allowed_by(rules, c.bytes + 12, 4)
								      : allowed_by(rules, c.bytes, c.n));
}

const char *post_target_fault(const struct post_rules *rules, struct str url, bool english)
{
	struct url u;
	enum url_fault fault = url_parse(url, &u);

	if (fault != URL_GOOD)
		return english ? url_faults[fault].en : url_faults[fault].zh;
	if (!u.secure && !rules->plain)
		return english ? "only https (http:// where notices.plain is true)"
			       : "只能用 https(内网确需 http 时,在 liandong.yaml 设 notices.plain: true)";
	if (!rules->plain && u.port != 443 && u.port != 8443 && u.port != 465 && u.port != 587)
		return english ? "port 443 or 8443, for mail 465 or 587"
			       : "端口只能是 443 或 8443(邮件 465 或 587)";
	if (u.literal && !literal_allowed(rules, u.host))
		return english ? "a name, not an address, unless notices.allow has the address"
			       : "要写主机名,不能写地址(地址要先列入 liandong.yaml 的 notices.allow)";
	return NULL;
}
