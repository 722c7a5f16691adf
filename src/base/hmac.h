/* hmac.h - a keyed digest (RFC 2104) by the hash that the other side has: SHA-256, or SM3 (GB/T 32905). Place: base. */
#ifndef BASE_HMAC_H
#define BASE_HMAC_H
#include "base/digest.h"

enum hash { HASH_SHA256, HASH_SM3, HASHES };

/* Both hashes have 32 bytes. False: this OpenSSL has no such hash. */
bool hmac_of(enum hash hash, struct str key, struct str text, struct digest *out);
/* By SHA-256, which every OpenSSL has. */
struct digest hmac_sha256(struct str key, struct str text);

#endif
