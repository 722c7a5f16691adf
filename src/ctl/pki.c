/*
 * pki.c - see pki.h. What a certificate holds is by RFC 5280: an authority's says that it is one and may sign
 * certificates and lists; the others say what they are for, and each names its key and its issuer's. No memory is
 * fatal; everything else that OpenSSL refuses is a result.
 */
#include "ctl/pki.h"
#include "base/buf.h"
#include "base/log.h"

#include <arpa/inet.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <time.h>

#define SERIAL_BITS 128

/* -- PEM ------------------------------------------------------------------------------------- */

static BIO *reader(struct str s)
{
	BIO *b = BIO_new_mem_buf(s.p, (int)s.n);

	if (!b)
		fatal("pki: no memory");
	return b;
}

/* What was written, in the arena; the BIO is freed. */
static struct str written(struct arena *a, BIO *b)
{
	char *p;
	long n = BIO_get_mem_data(b, &p);
	struct str s = {arena_str(a, (struct str){p, (size_t)n}), (size_t)n};

	OPENSSL_cleanse(p, (size_t)n);
	BIO_free(b);
	return s;
}

static BIO *writer(void)
{
	BIO *b = BIO_new(BIO_s_mem());

	if (!b)
		fatal("pki: no memory");
	return b;
}

static X509 *certificate_of(struct str s)
{
	BIO *b = reader(s);
	X509 *x = PEM_read_bio_X509(b, NULL, NULL, NULL);

	BIO_free(b);
	ERR_clear_error();
	return x;
}

static int no_password(char *buf, int size, int writing, void *arg)
{
	(void)buf, (void)size, (void)writing, (void)arg;
	return 0;
}

static EVP_PKEY *key_of(struct str s)
{
	BIO *b = reader(s);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(b, NULL, no_password, NULL);

	BIO_free(b);
	ERR_clear_error();
	return key;
}

static X509_CRL *list_of(struct str s)
{
	BIO *b = reader(s);
	X509_CRL *crl = PEM_read_bio_X509_CRL(b, NULL, NULL, NULL);

	BIO_free(b);
	ERR_clear_error();
	return crl;
}

static const char *reason(struct arena *a)
{
	unsigned long e = ERR_peek_last_error();
	const char *text = e ? ERR_reason_error_string(e) : NULL;

	ERR_clear_error();
	return arena_text(a, text ? text : "OpenSSL");
}

/* -- keys ------------------------------------------------------------------------------------ */

struct str pki_key(struct arena *a)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	BIO *b = writer();

	if (!key || !PEM_write_bio_PrivateKey(b, key, NULL, NULL, 0, NULL, NULL))
		fatal("pki: no key: %s", reason(a));
	EVP_PKEY_free(key);
	return written(a, b);
}

bool pki_pair(struct str certificate, struct str key)
{
	X509 *x = certificate_of(certificate);
	EVP_PKEY *k = key_of(key);
	bool pair = x && k && X509_check_private_key(x, k) == 1;

	EVP_PKEY_free(k);
	X509_free(x);
	ERR_clear_error();
	return pair;
}

/* -- certificates ---------------------------------------------------------------------------- */

static bool put_name(X509_NAME *name, const char *field, const char *text)
{
	return !text || !*text ||
	    X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)text, -1, -1, 0) ==
	    1;
}

static bool put_subject(X509 *x, const struct pki_wish *wish)
{
	X509_NAME *name = X509_get_subject_name(x);

	return put_name(name, "C", "CN") && put_name(name, "O", wish->organisation) &&
	    put_name(name, "CN", wish->common_name);
}

static bool put_serial(X509 *x)
{
	BIGNUM *n = BN_new();
	bool done = n && BN_rand(n, SERIAL_BITS, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
	    BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x));

	BN_free(n);
	return done;
}

static bool put_times(X509 *x, const struct pki_wish *wish)
{
	return ASN1_TIME_set(X509_getm_notBefore(x), (time_t)(wish->from_ms / 1000)) &&
	    ASN1_TIME_set(X509_getm_notAfter(x), (time_t)(wish->until_ms / 1000));
}

static bool put_extension(X509 *x, X509V3_CTX *ctx, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, ctx, nid, value);
	bool done = e && X509_add_ext(x, e, -1) == 1;

	X509_EXTENSION_free(e);
	return done;
}

static bool put_extensions(X509 *x, X509 *issuer, const struct pki_wish *wish)
{
	bool authority = wish->kind == PKI_AUTHORITY;
	const char *use = wish->kind == PKI_SERVER ? "serverAuth" : "clientAuth";
	X509V3_CTX ctx;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	return put_extension(x, &ctx, NID_basic_constraints,
		   authority ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE") &&
	    put_extension(x, &ctx, NID_key_usage,
		authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature") &&
	    put_extension(x, &ctx, NID_subject_key_identifier, "hash") &&
	    put_extension(x, &ctx, NID_authority_key_identifier, "keyid:always") &&
	    (authority ||
		(put_extension(x, &ctx, NID_ext_key_usage, use) &&
		    put_extension(x, &ctx, NID_subject_alt_name, wish->names)));
}

/* All of it but the signature; the issuer of an authority is itself. */
static bool fill(X509 *x, const struct pki_wish *wish, EVP_PKEY *key, X509 *issuer)
{
	return X509_set_version(x, X509_VERSION_3) && put_serial(x) && put_times(x, wish) &&
	    put_subject(x, wish) && X509_set_pubkey(x, key) &&
	    X509_set_issuer_name(x, X509_get_subject_name(issuer)) && put_extensions(x, issuer, wish);
}

struct str pki_certificate(struct arena *a, const struct pki_wish *wish, struct str key,
    const struct pki_authority *by, const char **why)
{
	X509 *x = X509_new(), *signer = by ? certificate_of(by->certificate) : NULL;
	EVP_PKEY *own = key_of(key), *signing = by ? key_of(by->key) : own;
	struct str made = {0};

	if (x && own && signing && (signer || !by) && fill(x, wish, own, signer ? signer : x) &&
	    X509_sign(x, signing, EVP_sha256())) {
		BIO *b = writer();
		if (PEM_write_bio_X509(b, x) == 1)
			made = written(a, b);
		else
			BIO_free(b);
	}
	if (!made.p)
		*why = reason(a);
	X509_free(x);
	X509_free(signer);
	EVP_PKEY_free(own);
	if (signing != own)
		EVP_PKEY_free(signing);
	return made;
}

/* -- reading --------------------------------------------------------------------------------- */

static int64_t time_of(const ASN1_TIME *t)
{
	struct tm tm;

	return t && ASN1_TIME_to_tm(t, &tm) ? (int64_t)timegm(&tm) * 1000 : 0;
}

static const char *name_of(struct arena *a, const X509_NAME *name, int nid)
{
	int at = X509_NAME_get_index_by_NID(name, nid, -1);
	unsigned char *utf8 = NULL;
	int n =
	    at < 0 ? -1 : ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
	const char *text = n > 0 ? arena_str(a, (struct str){(const char *)utf8, (size_t)n}) : "";

	OPENSSL_free(utf8);
	return text;
}

static const char *address_text(struct arena *a, const ASN1_OCTET_STRING *s)
{
	char text[INET6_ADDRSTRLEN];
	int n = ASN1_STRING_length(s);

	if ((n != 4 && n != 16) ||
	    !inet_ntop(n == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(s), text, sizeof text))
		return "?";
	return arena_text(a, text);
}

static const char *names_of(struct arena *a, X509 *x)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	struct buf out = {0};

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(names, i);
		const char *kind = g->type == GEN_DNS ? "DNS"
		    : g->type == GEN_URI              ? "URI"
		    : g->type == GEN_IPADD            ? "IP"
						      : NULL;

		if (!kind)
			continue;
		buf_printf(&out, "%s%s:", out.n ? "," : "", kind);
		if (g->type == GEN_IPADD)
			buf_text(&out, address_text(a, g->d.iPAddress));
		else
			buf_add(&out, (const char *)ASN1_STRING_get0_data(g->d.ia5),
			    (size_t)ASN1_STRING_length(g->d.ia5));
	}
	GENERAL_NAMES_free(names);
	const char *text = arena_str(a, buf_view(&out));
	buf_free(&out);
	return text;
}

static const char *fingerprint_of(struct arena *a, const X509 *x)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	struct buf out = {0};

	X509_digest(x, EVP_sha256(), md, &n);
	for (unsigned int i = 0; i < n; i++)
		buf_printf(&out, "%s%02X", i ? ":" : "", md[i]);
	const char *text = arena_str(a, buf_view(&out));
	buf_free(&out);
	return text;
}

static const char *serial_text(struct arena *a, const ASN1_INTEGER *serial)
{
	BIGNUM *n = ASN1_INTEGER_to_BN(serial, NULL);
	char *hex = n ? BN_bn2hex(n) : NULL;
	const char *text = arena_text(a, hex ? hex : "");

	OPENSSL_free(hex);
	BN_free(n);
	return text;
}

static enum pki_kind kind_of(X509 *x)
{
	uint32_t use = X509_get_extended_key_usage(x);

	if (X509_check_ca(x) > 0)
		return PKI_AUTHORITY;
	if (use == UINT32_MAX) /* says nothing */
		return PKI_OTHER;
	return use & XKU_SSL_SERVER ? PKI_SERVER : use & XKU_SSL_CLIENT ? PKI_CLIENT : PKI_OTHER;
}

bool pki_read(struct arena *a, struct str text, struct pki_info *out)
{
	X509 *x = certificate_of(text);

	if (!x)
		return false;
	*out = (struct pki_info){
	    .kind = kind_of(x),
	    .organisation = name_of(a, X509_get_subject_name(x), NID_organizationName),
	    .common_name = name_of(a, X509_get_subject_name(x), NID_commonName),
	    .issuer = name_of(a, X509_get_issuer_name(x), NID_commonName),
	    .names = names_of(a, x),
	    .serial = serial_text(a, X509_get0_serialNumber(x)),
	    .fingerprint = fingerprint_of(a, x),
	    .from_ms = time_of(X509_get0_notBefore(x)),
	    .until_ms = time_of(X509_get0_notAfter(x)),
	    .signed_itself = X509_self_signed(x, 0) == 1,
	};
	X509_free(x);
	ERR_clear_error();
	return true;
}

/* -- revoked certificates -------------------------------------------------------------------- */

static ASN1_INTEGER *serial_of(struct arena *a, struct str hex)
{
	BIGNUM *n = NULL;
	ASN1_INTEGER *serial = NULL;

	if (hex.n && BN_hex2bn(&n, arena_str(a, hex)) == (int)hex.n)
		serial = BN_to_ASN1_INTEGER(n, NULL);
	BN_free(n);
	return serial;
}

static bool add_serial(struct arena *a, X509_CRL *crl, struct str hex, ASN1_TIME *now)
{
	X509_REVOKED *r = X509_REVOKED_new();
	ASN1_INTEGER *serial = serial_of(a, hex);
	bool done = r && serial && X509_REVOKED_set_serialNumber(r, serial) &&
	    X509_REVOKED_set_revocationDate(r, now) && X509_CRL_add0_revoked(crl, r);

	ASN1_INTEGER_free(serial);
	if (!done)
		X509_REVOKED_free(r);
	return done;
}

/* The number of a list grows by one each time. */
static bool put_number(X509_CRL *crl)
{
	ASN1_INTEGER *last = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL, NULL);
	BIGNUM *n = last ? ASN1_INTEGER_to_BN(last, NULL) : BN_new();
	ASN1_INTEGER *next = n && BN_add_word(n, 1) ? BN_to_ASN1_INTEGER(n, NULL) : NULL;
	bool done = next && X509_CRL_add1_ext_i2d(crl, NID_crl_number, next, 0, X509V3_ADD_REPLACE) == 1;

	ASN1_INTEGER_free(last);
	ASN1_INTEGER_free(next);
	BN_free(n);
	return done;
}

static bool put_issuer_key(X509_CRL *crl, X509 *signer)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;
	int at = X509_CRL_get_ext_by_NID(crl, NID_authority_key_identifier, -1);
	bool done;

	if (at >= 0)
		X509_EXTENSION_free(X509_CRL_delete_ext(crl, at));
	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, signer, NULL, NULL, crl, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, NID_authority_key_identifier, "keyid:always");
	done = e && X509_CRL_add_ext(crl, e, -1) == 1;
	X509_EXTENSION_free(e);
	return done;
}

static bool fill_list(struct arena *a, X509_CRL *crl, X509 *signer, const char *serials, int64_t now_ms)
{
	ASN1_TIME *now = ASN1_TIME_set(NULL, (time_t)(now_ms / 1000));
	bool done = now && X509_CRL_set_version(crl, X509_CRL_VERSION_2) &&
	    X509_CRL_set_issuer_name(crl, X509_get_subject_name(signer)) &&
	    X509_CRL_set1_lastUpdate(crl, now) && X509_CRL_set1_nextUpdate(crl, X509_get0_notAfter(signer)) &&
	    put_issuer_key(crl, signer) && put_number(crl);

	for (struct str one; done && (one = list_next(&serials)).n;)
		done = add_serial(a, crl, one, now);
	ASN1_TIME_free(now);
	return done && X509_CRL_sort(crl);
}

struct str pki_revoke(struct arena *a, const struct pki_authority *by, struct str before, const char *serials,
    int64_t now_ms, const char **why)
{
	X509_CRL *crl = before.p ? list_of(before) : X509_CRL_new();
	X509 *signer = certificate_of(by->certificate);
	EVP_PKEY *key = key_of(by->key);
	struct str made = {0};

	if (crl && signer && key && fill_list(a, crl, signer, serials, now_ms) &&
	    X509_CRL_sign(crl, key, EVP_sha256())) {
		BIO *b = writer();
		if (PEM_write_bio_X509_CRL(b, crl) == 1)
			made = written(a, b);
		else
			BIO_free(b);
	}
	if (!made.p)
		*why = reason(a);
	X509_CRL_free(crl);
	X509_free(signer);
	EVP_PKEY_free(key);
	return made;
}

bool pki_revoked(struct str list, const char *serial, int64_t *since_ms)
{
	X509_CRL *crl = list_of(list);
	X509_REVOKED *found = NULL;
	BIGNUM *n = NULL;
	ASN1_INTEGER *number = crl && BN_hex2bn(&n, serial) ? BN_to_ASN1_INTEGER(n, NULL) : NULL;
	bool is = number && X509_CRL_get0_by_serial(crl, &found, number) == 1;

	if (is)
		*since_ms = time_of(X509_REVOKED_get0_revocationDate(found));
	ASN1_INTEGER_free(number);
	BN_free(n);
	X509_CRL_free(crl);
	ERR_clear_error();
	return is;
}
