/*
 * tls.c - a connection's bytes by OpenSSL, or as they are where the plan says no TLS.
 *
 * Invariants: no byte is sent or taken before the server's certificate is verified and its name is the one that was
 * asked for; the error queue, which is the thread's, is empty before every call. The socket is reached through a
 * BIO of our own, because OpenSSL's raises SIGPIPE in a program that has not turned it off.
 */
#include "client/tls.h"
#include "base/reason.h"
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct client_tls {
	const struct client_plan *plan;
	int fd;
	SSL *ssl; /* NULL: plain */
	bool wants_write, broken;
	int error;                    /* errno of the socket's last operation */
	struct client_fault verified; /* what the certificate's verification has found; text "" nothing */
};

/* -- the socket under TLS ------------------------------------------------------------------- */

static BIO_METHOD *method;
static pthread_once_t method_once = PTHREAD_ONCE_INIT;

static int moved(BIO *b, ssize_t n, int retry)
{
	struct client_tls *l = BIO_get_data(b);
	BIO_clear_retry_flags(b);
	l->error = n < 0 ? errno : 0;
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		BIO_set_flags(b, retry | BIO_FLAGS_SHOULD_RETRY);
		l->error = 0;
	}
	return (int)n;
}

static int socket_write(BIO *b, const char *p, int n)
{
	struct client_tls *l = BIO_get_data(b);
	return moved(b, send(l->fd, p, (size_t)n, MSG_NOSIGNAL), BIO_FLAGS_WRITE);
}

static int socket_read(BIO *b, char *p, int n)
{
	struct client_tls *l = BIO_get_data(b);
	ssize_t got = recv(l->fd, p, (size_t)n, 0);
	if (got == 0)
		BIO_set_flags(b, BIO_FLAGS_IN_EOF);
	return moved(b, got, BIO_FLAGS_READ);
}

static long socket_control(BIO *b, int what, long n, void *p)
{
	(void)n;
	(void)p;
	if (what == BIO_CTRL_EOF)
		return BIO_test_flags(b, BIO_FLAGS_IN_EOF) != 0;
	return what == BIO_CTRL_FLUSH;
}

static void make_method(void)
{
	method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "liandong");
	if (!method || !BIO_meth_set_write(method, socket_write) || !BIO_meth_set_read(method, socket_read) ||
	    !BIO_meth_set_ctrl(method, socket_control))
		abort(); /* no memory */
}

/* -- the plan ------------------------------------------------------------------------------- */

static int no_password(char *buf, int size, int writing, void *arg)
{
	(void)buf, (void)size, (void)writing;
	if (arg)
		*(bool *)arg = true;
	return 0; /* there is no person to ask */
}

static bool readable(const char *file, const char *what, struct client_fault *f)
{
	if (access(file, R_OK) == 0)
		return true;
	fault_of_file(f, what, file, errno);
	return false;
}

static bool take_authorities(SSL_CTX *ctx, const struct client_plan *p, struct client_fault *f)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	if (!p->ca)
		return SSL_CTX_set_default_verify_paths(ctx) == 1;
	if (!readable(p->ca, "CA ", f))
		return false;
	if (SSL_CTX_load_verify_file(ctx, p->ca) != 1) {
		fault_of_file(f, "CA ", p->ca, 0);
		return false;
	}
	X509_STORE_set_flags(store,
	    X509_V_FLAG_PARTIAL_CHAIN); /* a subordinate authority is trusted as such */
	return true;
}

static bool take_revocations(SSL_CTX *ctx, const struct client_plan *p, struct client_fault *f)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	X509_LOOKUP *lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
	if (!p->crl)
		return true;
	if (!readable(p->crl, "吊销列表", f))
		return false;
	if (!lookup || X509_load_crl_file(lookup, p->crl, X509_FILETYPE_PEM) < 1) {
		fault_of_file(f, "吊销列表", p->crl, 0);
		return false;
	}
	X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
	return true;
}

static bool take_pair(SSL_CTX *ctx, const struct client_plan *p, struct client_fault *f)
{
	const char *key = p->key ? p->key : p->cert;
	bool asked = false;
	if (!p->cert)
		return true;
	if (!readable(p->cert, "证书", f) || !readable(key, "密钥", f))
		return false;
	if (SSL_CTX_use_certificate_chain_file(ctx, p->cert) != 1) {
		fault_of_file(f, "证书", p->cert, 0);
		return false;
	}
	SSL_CTX_set_default_passwd_cb_userdata(ctx, &asked);
	bool taken = SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) == 1 &&
	    SSL_CTX_check_private_key(ctx) == 1;
	SSL_CTX_set_default_passwd_cb_userdata(ctx, NULL);
	if (!taken)
		fault_of_file(f, "密钥", key, 0);
	if (!taken && asked)
		fault_set(f, "unusable-file", "密钥文件 %s 有口令保护。请用不带口令、只有自己能读的文件",
		    key);
	return taken;
}

static int verified(int good, X509_STORE_CTX *at)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(at, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct client_tls *l = SSL_get_app_data(ssl);
	if (!good && !*l->verified.text)
		fault_of_certificate(&l->verified, at, l->plan->peer, l->plan->name);
	return good;
}

static void set_options(SSL_CTX *ctx)
{
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20");
	SSL_CTX_set_options(ctx,
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF |
		SSL_OP_NO_TICKET | SSL_OP_CLEANSE_PLAINTEXT);
	SSL_CTX_set_mode(ctx,
	    SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, verified);
	SSL_CTX_set_default_passwd_cb(ctx, no_password);
}

/* NULL with the fault. */
static SSL_CTX *context(const struct client_plan *p, struct client_fault *f)
{
	ERR_clear_error();
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	if (!ctx)
		abort(); /* no memory */
	set_options(ctx);
	if (take_authorities(ctx, p, f) && take_revocations(ctx, p, f) && take_pair(ctx, p, f))
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

bool client_plan_check(const struct client_plan *plan, struct client_fault *fault)
{
	SSL_CTX *ctx = plan->on ? context(plan, fault) : NULL;
	SSL_CTX_free(ctx);
	return ctx || !plan->on;
}

void client_plan_free(struct client_plan *plan)
{
	free(plan->ca);
	free(plan->crl);
	free(plan->cert);
	free(plan->key);
	free(plan->name);
}

/* -- one connection ------------------------------------------------------------------------- */

/* Whom the certificate must be for. A name that is no address is also said to the server. */
static bool ask_name(SSL *ssl, const struct client_plan *p)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
	X509_VERIFY_PARAM_set_hostflags(param,
	    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
	if (p->name_numeric)
		return X509_VERIFY_PARAM_set1_ip_asc(param, p->name) == 1;
	return X509_VERIFY_PARAM_set1_host(param, p->name, 0) == 1 &&
	    SSL_set_tlsext_host_name(ssl, p->name) == 1;
}

static bool wrap(struct client_tls *l, struct client_fault *fault)
{
	SSL_CTX *ctx = context(l->plan, fault);
	if (!ctx)
		return false;
	pthread_once(&method_once, make_method);
	l->ssl = SSL_new(ctx);
	SSL_CTX_free(ctx); /* the SSL holds it */
	BIO *bio = BIO_new(method);
	if (!l->ssl || !bio)
		abort(); /* no memory */
	BIO_set_data(bio, l);
	BIO_set_init(bio, 1);
	SSL_set_bio(l->ssl, bio, bio);
	SSL_set_app_data(l->ssl, l);
	SSL_set_connect_state(l->ssl);
	if (ask_name(l->ssl, l->plan))
		return true;
	fault_set(fault, "wrong-host", "%s 不是服务器的名称", l->plan->name);
	return false;
}

struct client_tls *client_tls_new(const struct client_plan *plan, int fd, struct client_fault *fault)
{
	struct client_tls *l = calloc(1, sizeof *l);
	if (!l)
		abort(); /* no memory */
	l->plan = plan;
	l->fd = fd;
	if (!plan->on || wrap(l, fault))
		return l;
	client_tls_free(l);
	return NULL;
}

/* What became of an operation of TLS that has not done it. */
static enum client_says outcome(struct client_tls *l, int result, bool shaking, struct client_fault *fault)
{
	int error = SSL_get_error(l->ssl, result);
	l->wants_write = error == SSL_ERROR_WANT_WRITE;
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
		return CLIENT_WAIT;
	if (error == SSL_ERROR_ZERO_RETURN && !shaking)
		return CLIENT_ENDED;
	l->broken = true;
	if (*l->verified.text)
		*fault = l->verified;
	else
		fault_of_tls(fault, error, l->error, l->plan->peer, shaking);
	ERR_clear_error();
	return CLIENT_FAULT;
}

enum client_says client_tls_shake(struct client_tls *l, struct client_fault *fault)
{
	if (!l->ssl)
		return CLIENT_DONE;
	ERR_clear_error();
	int result = SSL_do_handshake(l->ssl);
	l->wants_write = false;
	return result == 1 ? CLIENT_DONE : outcome(l, result, true, fault);
}

static enum client_says plain(struct client_tls *l, ssize_t n, size_t *did, struct client_fault *fault)
{
	l->wants_write = false;
	if (n > 0) {
		*did = (size_t)n;
		return CLIENT_DONE;
	}
	if (n == 0)
		return CLIENT_ENDED;
	if (errno == EAGAIN || errno == EINTR)
		return CLIENT_WAIT;
	fault_set(fault, "lost", "连接中断 %s:%s", l->plan->peer, system_reason(errno, false));
	return CLIENT_FAULT;
}

enum client_says client_tls_read(struct client_tls *l, void *bytes, size_t n, size_t *did,
    struct client_fault *fault)
{
	if (!l->ssl)
		return plain(l, recv(l->fd, bytes, n, 0), did, fault);
	ERR_clear_error();
	int result = SSL_read_ex(l->ssl, bytes, n, did);
	return result == 1 ? CLIENT_DONE : outcome(l, result, false, fault);
}

/* A server that refuses our certificate says so in an alert, then closes: it may lie there unread when a write finds the
 * connection gone. */
static void look_for_alert(struct client_tls *l, struct client_fault *fault)
{
	struct client_fault other;
	char byte;
	size_t n;
	ERR_clear_error();
	int result = SSL_read_ex(l->ssl, &byte, 1, &n);
	if (result != 1 && outcome(l, result, false, &other) == CLIENT_FAULT &&
	    strcmp(other.word, "lost") != 0)
		*fault = other;
}

enum client_says client_tls_write(struct client_tls *l, const void *bytes, size_t n, size_t *did,
    struct client_fault *fault)
{
	if (!l->ssl)
		return plain(l, send(l->fd, bytes, n, MSG_NOSIGNAL), did, fault);
	ERR_clear_error();
	int result = SSL_write_ex(l->ssl, bytes, n, did);
	if (result == 1)
		return CLIENT_DONE;
	enum client_says says = outcome(l, result, false, fault);
	if (says == CLIENT_FAULT)
		look_for_alert(l, fault);
	return says;
}

int client_tls_fd(const struct client_tls *l)
{
	return l->fd;
}

bool client_tls_wants_write(const struct client_tls *l)
{
	return l->wants_write;
}

bool client_tls_pending(const struct client_tls *l)
{
	return l->ssl && SSL_pending(l->ssl) > 0; /* whole records that are left are the socket's still */
}

void client_tls_free(struct client_tls *l)
{
	if (!l)
		return;
	if (l->ssl && !l->broken && SSL_is_init_finished(l->ssl)) {
		ERR_clear_error();
		SSL_shutdown(l->ssl); /* says that it ends; whether that arrives does not matter */
	}
	ERR_clear_error();
	SSL_free(l->ssl);
	close(l->fd);
	free(l);
}
