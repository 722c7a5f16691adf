/*
 * tls_context.c - a context of OpenSSL made of a listener's certificate, key, CA and CRL, or what is
 * wrong with them.
 *
 * Place: wire, under tls.c; also tried by the supervisor and by `check`, so that what is wrong is found
 * before anybody connects. Everything comes from memory: in a sandbox nothing can be opened.
 */
#include "wire/tls.h"
#include "base/log.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <time.h>

#define CHAIN_MOST 4                    /* certificates between a client's and its CA */
#define CLIENT_CHAIN_BYTES (16L * 1024) /* of what a client may send as its certificates */

static const unsigned char alpn_http[] = "\x08http/1.1";

/* ---- faults ---- */

static bool fault_at(struct tls_fault *f, enum tls_paper paper, const char *zh, const char *en)
{
	unsigned long error = ERR_peek_last_error();
	const char *reason = error ? ERR_reason_error_string(error) : NULL;

	*f = (struct tls_fault){.paper = paper, .zh = zh, .en = en};
	snprintf(f->detail, sizeof(f->detail), "%s", reason ? reason : "");
	ERR_clear_error();
	return false;
}

/* ---- PEM from memory ---- */

static BIO *memory_of(struct str s)
{
	BIO *b = BIO_new_mem_buf(s.n ? s.p : "", (int)s.n);

	if (!b)
		fatal("no memory");
	return b;
}

/* A key with a passphrase is refused instead of asked for. */
static int no_passphrase(char *out, int n, int writing, void *arg)
{
	(void)out;
	(void)n;
	(void)writing;
	(void)arg;
	return -1;
}

/* All certificates of a text, in order; NULL: there is none, or one is damaged. */
static STACK_OF(X509) * certificates_of(struct str pem)
{
	STACK_OF(X509) *all = sk_X509_new_null();
	BIO *b = memory_of(pem);
	X509 *one;

	while ((one = PEM_read_bio_X509(b, NULL, no_passphrase, NULL)))
		sk_X509_push(all, one);
	BIO_free(b);
	if (sk_X509_num(all) > 0 && ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE) {
		ERR_clear_error();
		return all;
	}
	sk_X509_pop_free(all, X509_free);
	return NULL;
}

static EVP_PKEY *key_of(struct str pem)
{
	BIO *b = memory_of(pem);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(b, NULL, no_passphrase, NULL);

	BIO_free(b);
	return key;
}

/* ---- our own certificate ---- */

static bool use_pair(SSL_CTX *x, STACK_OF(X509) * chain, EVP_PKEY *key, struct tls_fault *f)
{
	X509 *leaf = sk_X509_shift(chain);
	bool same = X509_check_private_key(leaf, key) == 1, used;
	bool serves = X509_check_purpose(leaf, X509_PURPOSE_SSL_SERVER, 0) == 1;

	ERR_clear_error();
	used = same && serves && SSL_CTX_use_cert_and_key(x, leaf, key, chain, 1) == 1;
	X509_free(leaf);
	if (!same)
		return fault_at(f, TLS_KEY, "与证书不配对,应为签发这张证书时用的那把私钥",
		    "does not belong to the certificate; expected the key that it was issued for");
	if (!serves) /* clients would refuse it, each with a sentence of its own */
		return fault_at(f, TLS_CERTIFICATE, "不是服务器用的证书(扩展用途中没有 serverAuth)",
		    "is no server's certificate (its extended key usage has no serverAuth)");
	return used || fault_at(f, TLS_CERTIFICATE, "这张证书不能用", "this certificate cannot be used");
}

static bool use_own(SSL_CTX *x, const struct tls_credentials *c, struct tls_fault *f)
{
	STACK_OF(X509) *chain = certificates_of(c->pem[TLS_CERTIFICATE]);
	EVP_PKEY *key;
	bool done;

	if (!chain)
		return fault_at(f, TLS_CERTIFICATE, "不是 PEM 格式的证书(-----BEGIN CERTIFICATE-----)",
		    "is no certificate in PEM (-----BEGIN CERTIFICATE-----)");
	key = key_of(c->pem[TLS_KEY]);
	done = key ? use_pair(x, chain, key, f)
		   : fault_at(f, TLS_KEY, "不是 PEM 格式的私钥,或设了口令(本系统用不设口令的私钥)",
			 "is no key in PEM, or has a passphrase (expected one without)");
	EVP_PKEY_free(key);
	sk_X509_pop_free(chain, X509_free);
	return done;
}

/* ---- clients' certificates ---- */

/* It must say that it is for clients: a server's certificate of the same CA is no desk. A list of revoked
 * ones that is past its date still counts, and status says so: to refuse every desk over it would be worse. */
static int judge_client(int ok, X509_STORE_CTX *sc)
{
	X509 *at = X509_STORE_CTX_get_current_cert(sc);
	int error = X509_STORE_CTX_get_error(sc);

	if (!ok && (error == X509_V_ERR_CRL_HAS_EXPIRED)) {
		X509_STORE_CTX_set_error(sc, X509_V_OK);
		ok = 1;
	}
	if (ok && X509_STORE_CTX_get_error_depth(sc) == 0 && at &&
	    (!(X509_get_extension_flags(at) & EXFLAG_XKUSAGE) ||
		!(X509_get_extended_key_usage(at) & XKU_SSL_CLIENT))) {
		X509_STORE_CTX_set_error(sc, X509_V_ERR_INVALID_PURPOSE);
		ok = 0;
	}
	return ok;
}

static bool add_authorities(SSL_CTX *x, STACK_OF(X509) * all, struct tls_fault *f)
{
	X509_STORE *store = SSL_CTX_get_cert_store(x);

	for (int i = 0; i < sk_X509_num(all); i++) {
		X509 *one = sk_X509_value(all, i);

		if (X509_check_ca(one) == 0)
			return fault_at(f, TLS_CLIENT_CA, "里有一张不是 CA 的证书",
			    "has a certificate that is no CA's");
		if (X509_STORE_add_cert(store, one) != 1 || SSL_CTX_add_client_CA(x, one) != 1)
			return fault_at(f, TLS_CLIENT_CA, "里有一张不能用的证书",
			    "has a certificate that cannot be used");
	}
	return true;
}

/* One of these authorities has signed it. */
static bool is_signed(X509_CRL *crl, STACK_OF(X509) * authorities)
{
	bool found = false;

	for (int i = 0; i < sk_X509_num(authorities) && !found; i++)
		found = X509_CRL_verify(crl, X509_get0_pubkey(sk_X509_value(authorities, i))) == 1;
	ERR_clear_error();
	return found;
}

static bool add_revoked(SSL_CTX *x, struct str pem, STACK_OF(X509) * authorities, struct tls_fault *f)
{
	X509_STORE *store = SSL_CTX_get_cert_store(x);
	BIO *b = memory_of(pem);
	bool ok = true;
	X509_CRL *one;
	int n = 0;

	while (ok && (one = PEM_read_bio_X509_CRL(b, NULL, no_passphrase, NULL))) {
		ok = is_signed(one, authorities) && X509_STORE_add_crl(store, one) == 1;
		X509_CRL_free(one);
		n++;
	}
	BIO_free(b);
	if (!ok)
		return fault_at(f, TLS_CLIENT_CRL, "不是 client_ca 里的 CA 签发的",
		    "was issued by none of client_ca");
	if (n == 0 || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return fault_at(f, TLS_CLIENT_CRL, "不是 PEM 格式的吊销清单(-----BEGIN X509 CRL-----)",
		    "is no CRL in PEM (-----BEGIN X509 CRL-----)");
	ERR_clear_error();
	X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(x), X509_V_FLAG_CRL_CHECK);
	return true;
}

static bool ask_clients(SSL_CTX *x, const struct tls_credentials *c, struct tls_fault *f)
{
	STACK_OF(X509) * authorities;
	int mode = SSL_VERIFY_PEER;
	bool done;

	if (c->clients == TLS_CLIENTS_NONE)
		return true;
	authorities = certificates_of(c->pem[TLS_CLIENT_CA]);
	if (!authorities)
		return fault_at(f, TLS_CLIENT_CA, "不是 PEM 格式的证书(-----BEGIN CERTIFICATE-----)",
		    "is no certificate in PEM (-----BEGIN CERTIFICATE-----)");
	done = add_authorities(x, authorities, f) &&
	    (!c->pem[TLS_CLIENT_CRL].n || add_revoked(x, c->pem[TLS_CLIENT_CRL], authorities, f));
	sk_X509_pop_free(authorities, X509_free);
	if (c->clients == TLS_CLIENTS_REQUIRED)
		mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	SSL_CTX_set_verify(x, mode, judge_client);
	SSL_CTX_set_verify_depth(x, CHAIN_MOST);
	SSL_CTX_set_max_cert_list(x, CLIENT_CHAIN_BYTES);
	return done;
}

bool tls_context_trusts(SSL_CTX *context, SSL *client)
{
	X509_STORE_CTX *sc = X509_STORE_CTX_new();
	X509 *cert = SSL_get0_peer_certificate(client);
	bool good;

	if (!sc ||
	    X509_STORE_CTX_init(sc, SSL_CTX_get_cert_store(context), cert, SSL_get_peer_cert_chain(client)) !=
		1)
		fatal("no memory");
	X509_STORE_CTX_set_default(sc, "ssl_client");
	X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(sc), SSL_CTX_get0_param(context));
	X509_STORE_CTX_set_verify_cb(sc, judge_client);
	good = X509_verify_cert(sc) == 1;
	X509_STORE_CTX_free(sc);
	ERR_clear_error();
	return good;
}

/* ---- what is spoken ---- */

static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *n, const unsigned char *in,
    unsigned n_in, void *arg)
{
	unsigned char *chosen;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&chosen, n, alpn_http, sizeof(alpn_http) - 1, in, n_in) !=
	    OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

/* An end without close_notify is read as an end (the lines and bodies above say themselves whether they
 * are whole). What was decrypted is overwritten when it was read: a token may be in it. */
static void set_manner(SSL_CTX *x, const struct tls_credentials *c, bool http)
{
	SSL_CTX_set_security_level(x, 2);
	SSL_CTX_set_min_proto_version(x, TLS1_2_VERSION);
	SSL_CTX_set_max_proto_version(x, 0);
	SSL_CTX_set_options(x,
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
		SSL_OP_NO_TICKET | SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_CLEANSE_PLAINTEXT);
	SSL_CTX_set_mode(x,
	    SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
		SSL_MODE_NO_AUTO_CHAIN);
	SSL_CTX_set_session_cache_mode(x, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(x, 0);
	SSL_CTX_set_max_early_data(x, 0);
	SSL_CTX_set_read_ahead(x, 0);
	if (SSL_CTX_set_cipher_list(x, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1 ||
	    SSL_CTX_set1_groups_list(x, "X25519:P-256") != 1 ||
	    SSL_CTX_set_session_id_context(x, (const unsigned char *)c->listener,
		(unsigned)strlen(c->listener)) != 1)
		fatal("OpenSSL does not know the ciphers that TLS needs");
	if (http)
		SSL_CTX_set_alpn_select_cb(x, choose_protocol, NULL);
}

SSL_CTX *tls_context_new(const struct tls_credentials *c, bool http, struct tls_fault *fault)
{
	SSL_CTX *x;

	OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	ERR_clear_error();
	x = SSL_CTX_new(TLS_server_method());
	if (!x)
		fatal("OpenSSL cannot speak TLS");
	set_manner(x, c, http);
	if (use_own(x, c, fault) && ask_clients(x, c, fault))
		return x;
	SSL_CTX_free(x);
	return NULL;
}

bool tls_context_check(const struct tls_credentials *c, struct tls_fault *fault)
{
	SSL_CTX *x = tls_context_new(c, false, fault);

	SSL_CTX_free(x);
	return x;
}

/* ---- dates ---- */

static int64_t instant_of(const ASN1_TIME *t)
{
	struct tm tm;

	return t && ASN1_TIME_to_tm(t, &tm) == 1 ? (int64_t)timegm(&tm) * 1000 : 0;
}

void tls_context_dates(struct tls_credentials *c)
{
	STACK_OF(X509) *chain = certificates_of(c->pem[TLS_CERTIFICATE]);
	BIO *b = memory_of(c->pem[TLS_CLIENT_CRL]);
	X509_CRL *crl;

	for (int i = 0; chain && i < sk_X509_num(chain); i++) {
		int64_t from = instant_of(X509_get0_notBefore(sk_X509_value(chain, i)));
		int64_t to = instant_of(X509_get0_notAfter(sk_X509_value(chain, i)));

		c->not_before = i == 0 || from > c->not_before ? from : c->not_before;
		c->expires = i == 0 || to < c->expires ? to : c->expires;
	}
	sk_X509_pop_free(chain, X509_free);
	c->crl_expires = 0;
	while ((crl = PEM_read_bio_X509_CRL(b, NULL, no_passphrase, NULL))) {
		int64_t to = instant_of(X509_CRL_get0_nextUpdate(crl));

		if (to && (!c->crl_expires || to < c->crl_expires))
			c->crl_expires = to;
		X509_CRL_free(crl);
	}
	BIO_free(b);
	ERR_clear_error();
}
