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

bool base64_get(struct buf *out, struct str text)
{
	uint32_t bits = 0;
	int n_bits = 0;

	for (int k = 0; k < 2 && text.n > 0 && text.p[text.n - 1] == '='; k++)
		text.n--;
	if (text.n % 4 == 1)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		const char *at = memchr(letters, text.p[i], sizeof letters - 1);

		if (!at)
			return false;
		bits = bits << 6 | (uint32_t)(at - letters);
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			buf_char(out, (char)(bits >> n_bits & 255));
		}
	}
	return true;
}
