/*
 * pki.h - keys, certificates and lists of revoked certificates, made and read by OpenSSL.
 *
 * Place: the command line's own room, under tls.c; it knows no files, no clock, and has no words for people but the
 * names in a certificate. All is PEM text in the caller's arena. Keys are EC P-256; signatures ECDSA with SHA-256.
 */
#ifndef CTL_PKI_H
#define CTL_PKI_H
#include "base/arena.h"
#include "base/str.h"

#include <stdint.h>

enum pki_kind { PKI_OTHER, PKI_AUTHORITY, PKI_SERVER, PKI_CLIENT };

/* Of a client's certificate: the name that the server knows an account by. */
#define PKI_ACCOUNT "URI:liandong:account:"

/* What a certificate is to say. Texts are UTF-8; an organisation and a common name have at most 64 characters. */
struct pki_wish {
	enum pki_kind kind;
	const char *organisation, *common_name;
	const char *names; /* "DNS:liandong.example.cn,IP:10.1.2.3"; NULL of an authority */
	int64_t from_ms, until_ms;
};

/* What a certificate says. */
struct pki_info {
	enum pki_kind kind;
	const char *organisation, *common_name, *issuer; /* "" none; issuer: its common name */
	const char *names;                               /* as in a wish; "" none */
	const char *serial, *fingerprint;                /* hex; SHA-256 of the whole, AB:CD:… */
	int64_t from_ms, until_ms;
	bool signed_itself;
};

/* Whose key signs: certificate and key, PEM. */
struct pki_authority {
	struct str certificate, key;
};

/* A new key, PEM. */
struct str pki_key(struct arena *a);
/* Is it the key of that certificate? False also where either is none. */
bool pki_pair(struct str certificate, struct str key);
/* A certificate for the key, with a random serial number of 128 bits; by: NULL for an authority, which signs itself.
 * p NULL: not to be made; *why has OpenSSL's reason. */
struct str pki_certificate(struct arena *a, const struct pki_wish *wish, struct str key,
    const struct pki_authority *by, const char **why);
/* The first certificate in the text; false: there is none. */
bool pki_read(struct arena *a, struct str text, struct pki_info *out);

/* A list of revoked certificates: what `before` has (p NULL: nothing) and those of the serials (comma-separated). It is
 * good until the authority's end, so that a list that was forgotten does not turn all away. p NULL with *why. */
struct str pki_revoke(struct arena *a, const struct pki_authority *by, struct str before, const char *serials,
    int64_t now_ms, const char **why);
/* Since when the list has that serial; false: it does not. */
bool pki_revoked(struct str list, const char *serial, int64_t *since_ms);

#endif
