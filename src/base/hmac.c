/* hmac.c - keyed digests, over OpenSSL 3. */
#include "base/hmac.h"
#include "base/log.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

bool hmac_of(enum hash hash, struct str key, struct str text, struct digest *out)
{
	static const char *const names[HASHES] = {"SHA256", "SM3"};
	EVP_MD *md = EVP_MD_fetch(NULL, names[hash], NULL);
	unsigned n = 0;
	bool good = md && key.n <= INT_MAX &&
	    HMAC(md, key.n ? key.p : "", (int)key.n, (const unsigned char *)text.p, text.n, out->b, &n) &&
	    n == DIGEST_LEN;

	EVP_MD_free(md);
	return good;
}

struct digest hmac_sha256(struct str key, struct str text)
{
	struct digest d;

	if (!hmac_of(HASH_SHA256, key, text, &d))
		fatal("OpenSSL has no HMAC by SHA-256");
	return d;
}
