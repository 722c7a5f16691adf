/* digest.h - SHA-256, random bytes and hex, over OpenSSL. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H
#include "base/str.h"

#define DIGEST_LEN 32
#define DIGEST_HEX (2 * DIGEST_LEN + 1)
#define DIGEST_ID 13

struct digest {
	unsigned char b[DIGEST_LEN];
};

struct digest digest_of(struct str s);
/* SHA-256 over the parts in order. */
struct digest digest_parts(const struct str *parts, size_t n);
/* A thread that has made digests gives back what it used. The main thread has made one before any other does. */
void digest_thread_ends(void);
char *digest_hex(const struct digest *d, char out[DIGEST_HEX]);
/* Its first twelve hex digits: how people name what a digest stands for (a token). Returns out. */
char *digest_id(const struct digest *d, char out[DIGEST_ID]);
bool digest_from_hex(struct str s, struct digest *out);
bool digest_eq(const struct digest *a, const struct digest *b); /* in constant time */
char *hex_of(const void *p, size_t n, char *out);               /* out: 2n + 1 */
/* From the kernel; cannot fail but by fatal. */
void random_bytes(void *p, size_t n);
uint64_t random_u64(void);

#endif
