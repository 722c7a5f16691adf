/*
 * pki.h - certificates that a test makes for itself, in memory: an authority, what it issues, what it
 * revokes. Keys are of P-256, because they are made in no time.
 */
#ifndef TESTS_PKI_H
#define TESTS_PKI_H
#include "base/str.h"
#include "wire/tls.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

struct holder {
	X509 *cert;
	EVP_PKEY *key;
};

/* How it differs from a good one. */
struct wish {
	const char *san, *eku; /* as openssl.cnf writes them; NULL: none */
	bool ca;
	long from_s, to_s; /* seconds from now; both 0: from an hour ago for a day */
};

static inline void add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(e);
	X509_add_ext(cert, e, -1);
	X509_EXTENSION_free(e);
}

/* issuer NULL: signed by itself. */
static inline struct holder issue(const struct holder *issuer, const char *cn, struct wish w)
{
	static long serial = 1;
	struct holder h = {X509_new(), EVP_EC_gen("P-256")};
	X509_NAME *name = X509_get_subject_name(h.cert);
	X509 *by = issuer ? issuer->cert : h.cert;

	X509_set_version(h.cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(h.cert), serial++);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0);
	X509_set_issuer_name(h.cert, X509_get_subject_name(by));
	X509_gmtime_adj(X509_getm_notBefore(h.cert), w.from_s || w.to_s ? w.from_s : -3600);
	X509_gmtime_adj(X509_getm_notAfter(h.cert), w.from_s || w.to_s ? w.to_s : 86400);
	X509_set_pubkey(h.cert, h.key);
	add_extension(h.cert, by, NID_basic_constraints, w.ca ? "critical,CA:TRUE" : "CA:FALSE");
	add_extension(h.cert, by, NID_key_usage, w.ca ? "keyCertSign,cRLSign" : "digitalSignature");
	if (w.san)
		add_extension(h.cert, by, NID_subject_alt_name, w.san);
	if (w.eku)
		add_extension(h.cert, by, NID_ext_key_usage, w.eku);
	assert_true(X509_sign(h.cert, issuer ? issuer->key : h.key, EVP_sha256()) > 0);
	return h;
}

static inline void drop_holder(struct holder *h)
{
	X509_free(h->cert);
	EVP_PKEY_free(h->key);
	*h = (struct holder){0};
}

static inline struct str bytes_of(BIO *b)
{
	char *p;
	long n = BIO_get_mem_data(b, &p);
	struct str s = {memcpy(malloc((size_t)n), p, (size_t)n), (size_t)n};

	BIO_free(b);
	return s;
}

static inline struct str cert_pem(const struct holder *h)
{
	BIO *b = BIO_new(BIO_s_mem());

	PEM_write_bio_X509(b, h->cert);
	return bytes_of(b);
}

static inline struct str key_pem(const struct holder *h, const char *passphrase)
{
	BIO *b = BIO_new(BIO_s_mem());

	PEM_write_bio_PKCS8PrivateKey(b, h->key, passphrase ? EVP_aes_128_cbc() : NULL, NULL, 0, NULL,
	    (void *)(uintptr_t)passphrase);
	return bytes_of(b);
}

/* A list of revoked certificates with this one in it (NULL: none), good until to_s from now. */
static inline struct str crl_pem(const struct holder *ca, const struct holder *revoked, long to_s)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *t = ASN1_TIME_new();
	BIO *b = BIO_new(BIO_s_mem());

	X509_CRL_set_version(crl, 1);
	X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca->cert));
	X509_gmtime_adj(t, -7200);
	X509_CRL_set1_lastUpdate(crl, t);
	X509_gmtime_adj(t, to_s);
	X509_CRL_set1_nextUpdate(crl, t);
	if (revoked) {
		X509_REVOKED *one = X509_REVOKED_new();

		X509_REVOKED_set_serialNumber(one, X509_get_serialNumber(revoked->cert));
		X509_gmtime_adj(t, -60);
		X509_REVOKED_set_revocationDate(one, t);
		X509_CRL_add0_revoked(crl, one);
	}
	assert_true(X509_CRL_sign(crl, ca->key, EVP_sha256()) > 0);
	PEM_write_bio_X509_CRL(b, crl);
	X509_CRL_free(crl);
	ASN1_TIME_free(t);
	return bytes_of(b);
}

#endif
