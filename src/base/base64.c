/* base64.c - RFC 4648, section 4. Pure. */
#include "base/base64.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_put(struct buf *out, struct str bytes)
{
	for (size_t i = 0; i < bytes.n; i += 3) {
		uint32_t three = 0;

		for (size_t k = 0; k < 3; k++)
			three = three << 8 | (i + k < bytes.n ? (unsigned char)bytes.p[i + k] : 0u);
		for (size_t k = 0; k < 4; k++)
			buf_char(out, i + k <= bytes.n ? letters[three >> (18 - 6 * k) & 63] : '=');
	}
}

/* 64: it is none of the letters. A picture is a million of them, so they are not looked for one by one. */
static uint32_t value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (uint32_t)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (uint32_t)(c - 'a' + 26);
	if (is_digit(c))
		return (uint32_t)(c - '0' + 52);
	return c == '+' ? 62 : c == '/' ? 63 : 64;
}

bool base64_get(struct buf *out, struct str text)
{
	uint32_t bits = 0;
	int n_bits = 0;

	for (int k = 0; k < 2 && text.n > 0 && text.p[text.n - 1] == '='; k++)
		text.n--;
	if (text.n % 4 == 1)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		uint32_t value = value_of(text.p[i]);

		if (value > 63)
			return false;
		bits = bits << 6 | value;
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			buf_char(out, (char)(bits >> n_bits & 255));
		}
	}
	return true;
}
