/* base64.c - RFC 4648, section 4. Pure. */
#include "base/base64.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_put(struct buf *out, struct str bytes)
{
	const unsigned char *p = (const unsigned char *)bytes.p;
	char *to;

	if (bytes.n == 0)
		return;
	buf_reserve(out, (bytes.n + 2) / 3 * 4);
	to = out->p + out->n;
	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t n = bytes.n - i;
		uint32_t three =
		    (uint32_t)p[i] << 16 | (n > 1 ? (uint32_t)p[i + 1] << 8 : 0) | (n > 2 ? p[i + 2] : 0u);

		*to++ = letters[three >> 18];
		*to++ = letters[three >> 12 & 63];
		*to++ = n > 1 ? letters[three >> 6 & 63] : '=';
		*to++ = n > 2 ? letters[three & 63] : '=';
	}
	out->n += (bytes.n + 2) / 3 * 4;
}

/* By the character; 64: it is none of the letters. A picture is a million of them. */
static const unsigned char values[128] = {64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    62, 64, 64, 64, 63, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 64, 64, 64, 64, 64, 64, 64, 0, 1, 2, 3, 4, 5,
    6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 64, 64, 64, 64, 64, 64, 26,
    27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 64,
    64, 64, 64, 64};

bool base64_get(struct buf *out, struct str text)
{
	uint32_t bits = 0;
	int n_bits = 0;

	for (int k = 0; k < 2 && text.n > 0 && text.p[text.n - 1] == '='; k++)
		text.n--;
	if (text.n % 4 == 1)
		return false;
	buf_reserve(out, text.n / 4 * 3 + 3);
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		uint32_t value = c < 128 ? values[c] : 64;

		if (value > 63)
			return false;
		bits = bits << 6 | value;
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			out->p[out->n++] = (char)(bits >> n_bits & 255);
		}
	}
	return true;
}
