/*
 * digest.c - SHA-256, random bytes and hex, over OpenSSL 3.
 * The algorithm is fetched once and one context is used again and again: a fetch costs more than
 * hashing a journal row. Random bytes come from a pool, because a system call for each incident's
 * salt costs more than the salt: the pool is filled from getrandom(2), a byte is handed out once and
 * wiped. Digests are any thread's: each has a context of its own, and gives it back (digest_thread_ends).
 * Random bytes are the main thread's; a process that forks executes at once, so that no pool is ever used
 * twice.
 */
#include "base/digest.h"
#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sys/random.h>

#define POOL 1024

static EVP_MD *sha256;
static _Thread_local EVP_MD_CTX *context;

/* The context, ready for its first bytes. */
static EVP_MD_CTX *start(void)
{
	if (!sha256)
		sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (!context)
		context = EVP_MD_CTX_new();
	if (!sha256 || !context || EVP_DigestInit_ex2(context, sha256, NULL) != 1)
		fatal("OpenSSL has no SHA-256");
	return context;
}

void digest_thread_ends(void)
{
	EVP_MD_CTX_free(context);
	context = NULL;
}

struct digest digest_of(struct str s)
{
	return digest_parts(&s, 1);
}

struct digest digest_parts(const struct str *parts, size_t n)
{
	EVP_MD_CTX *c = start();
	struct digest d;
	unsigned len = 0;

	for (size_t i = 0; i < n; i++)
		if (EVP_DigestUpdate(c, parts[i].p, parts[i].n) != 1)
			fatal("OpenSSL failed to hash %zu bytes", parts[i].n);
	if (EVP_DigestFinal_ex(c, d.b, &len) != 1)
		fatal("OpenSSL failed to finish a hash");
	assert(len == DIGEST_LEN && "SHA-256 is 32 bytes long");
	return d;
}

char *digest_hex(const struct digest *d, char out[DIGEST_HEX])
{
	return hex_of(d->b, DIGEST_LEN, out);
}

char *digest_id(const struct digest *d, char out[DIGEST_ID])
{
	char hex[DIGEST_HEX];

	memcpy(out, digest_hex(d, hex), DIGEST_ID - 1);
	out[DIGEST_ID - 1] = '\0';
	return out;
}

/* The value of a hex digit, -1 if it is none. */
static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool digest_from_hex(struct str s, struct digest *out)
{
	struct digest d;

	if (s.n != 2 * DIGEST_LEN)
		return false;
	for (size_t i = 0; i < DIGEST_LEN; i++) {
		int high = hex_value(s.p[2 * i]), low = hex_value(s.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		d.b[i] = (unsigned char)(high << 4 | low);
	}
	*out = d;
	return true;
}

bool digest_eq(const struct digest *a, const struct digest *b)
{
	return CRYPTO_memcmp(a->b, b->b, DIGEST_LEN) == 0;
}

char *hex_of(const void *p, size_t n, char *out)
{
	const unsigned char *bytes = p;

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	out[2 * n] = 0;
	return out;
}

static void fill(void *p, size_t n)
{
	unsigned char *at = p;

	while (n > 0) {
		ssize_t got = getrandom(at, n, 0);

		if (got < 0 && errno != EINTR)
			fatal("getrandom: %s", strerror(errno));
		if (got > 0) {
			at += got;
			n -= (size_t)got;
		}
	}
}

void random_bytes(void *p, size_t n)
{
	static unsigned char pool[POOL];
	static size_t left; /* at the pool's beginning */

	if (n > sizeof(pool)) {
		fill(p, n);
		return;
	}
	if (n > left) {
		fill(pool, sizeof(pool));
		left = sizeof(pool);
	}
	left -= n;
	memcpy(p, pool + left, n);
	OPENSSL_cleanse(pool + left, n);
}

uint64_t random_u64(void)
{
	uint64_t v;

	random_bytes(&v, sizeof(v));
	return v;
}
