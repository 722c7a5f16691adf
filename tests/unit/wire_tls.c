/*
 * wire_tls.c - the transport over TLS, on socket pairs: a client of OpenSSL whose bytes the test carries
 * over itself, cut where it likes; and what becomes of clients that do otherwise, of certificates that
 * are not good, and of credentials on their way between processes.
 */
#include "unit.h"
#include "base/clock.h"
#include "pki.h"
#include "wire/conn.h"
#include "wire/transport.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define REFUSAL "speak TLS here\n"

static struct event_base *base;
static struct event *tick; /* keeps a waiting loop turning */
static struct holder authority, own, desk;
static struct tls_credentials credentials; /* of a listener without client certificates */
static struct tls_server *server;

static void nothing(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

static struct tls_credentials made_of(const struct holder *h, enum tls_clients clients, struct str crl)
{
	struct tls_credentials c = {.listener = "console", .clients = clients};

	c.pem[TLS_CERTIFICATE] = cert_pem(h);
	c.pem[TLS_KEY] = key_pem(h, NULL);
	if (clients != TLS_CLIENTS_NONE)
		c.pem[TLS_CLIENT_CA] = cert_pem(&authority);
	c.pem[TLS_CLIENT_CRL] = crl;
	return c;
}

static int setup(void **state)
{
	struct timeval tv = {.tv_usec = 2000};
	struct tls_fault fault;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	base = event_base_new();
	tick = event_new(base, -1, EV_PERSIST, nothing, NULL);
	event_add(tick, &tv);
	authority = issue(NULL, "Test CA", (struct wish){.ca = true});
	own = issue(&authority, "server", (struct wish){.san = "DNS:localhost", .eku = "serverAuth"});
	desk = issue(&authority, "desk",
	    (struct wish){.san = "URI:liandong:account:desk1,DNS:Desk1.Example", .eku = "clientAuth"});
	credentials = made_of(&own, TLS_CLIENTS_NONE, (struct str){0});
	server = tls_server_new("console", false, REFUSAL);
	assert_true(tls_server_use(server, &credentials, &fault));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tls_server_free(server);
	tls_credentials_free(&credentials);
	drop_holder(&authority);
	drop_holder(&own);
	drop_holder(&desk);
	event_free(tick);
	event_base_free(base);
	return 0;
}

/* ---- our side: a conn whose owner writes down what it is told ---- */

struct keeper {
	struct conn *c;
	struct buf got;
	size_t take; /* bytes consumed a call, at most; 0: all */
	int eofs, closes;
	size_t unread; /* at the end of the input */
	enum conn_end why;
	bool pauses; /* after each input, and resumes in the next turn */
	char names[200];
};

static size_t on_input(void *arg, const char *bytes, size_t n)
{
	struct keeper *k = arg;

	n = k->take && n > k->take ? k->take : n;
	buf_add(&k->got, bytes, n);
	if (k->pauses) {
		conn_pause(k->c);
		conn_resume(k->c);
	}
	return n;
}

static void on_eof(void *arg)
{
	struct keeper *k = arg;

	k->eofs++;
	k->unread = conn_unread(k->c);
	conn_finish(k->c);
}

static void on_closed(void *arg, enum conn_end why)
{
	struct keeper *k = arg;

	k->closes++;
	k->why = why;
	k->c = NULL;
}

static const struct conn_handler handler = {.on_input = on_input, .on_eof = on_eof, .on_closed = on_closed};

/* ---- their side: a client whose bytes go through memory ---- */

struct visitor {
	SSL_CTX *context;
	SSL *ssl;
	BIO *in, *out; /* of the ssl */
	int fd;
	size_t piece; /* bytes put into the socket at once, with a turn of the loop between; 0: all */
	bool ended;   /* the socket has */
};

struct stage {
	struct keeper k;
	struct visitor v;
};

static void turn(void)
{
	event_base_loop(base, EVLOOP_NONBLOCK);
}

static void put(struct visitor *v, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n > 0) {
		ssize_t did =
		    send(v->fd, p, v->piece && v->piece < n ? v->piece : n, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (did < 0 && errno != EAGAIN)
			return; /* they have gone */
		if (did > 0) {
			p += did;
			n -= (size_t)did;
		}
		turn();
	}
}

/* Carries over what either side has to say. */
static void carry(struct visitor *v)
{
	char bytes[65536];
	ssize_t n;

	while ((n = BIO_read(v->out, bytes, sizeof(bytes))) > 0)
		put(v, bytes, (size_t)n);
	turn();
	while ((n = recv(v->fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		BIO_write(v->in, bytes, (int)n);
	if (n == 0)
		v->ended = true;
}

#define UNTIL(condition) for (int64_t until = clock_mono().ms + 10000; !(condition) && going(until);)

static bool going(int64_t until)
{
	assert_true(clock_mono().ms < until);
	event_base_loop(base, EVLOOP_ONCE);
	return true;
}

static struct stage *stage_with(const struct holder *client, int version, struct conn_limits limits)
{
	struct stage *s = calloc(1, sizeof(*s));
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	s->v.fd = pair[1];
	s->v.context = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_security_level(s->v.context, 0);
	SSL_CTX_set_cipher_list(s->v.context, "ALL:@SECLEVEL=0");
	if (version) {
		SSL_CTX_set_min_proto_version(s->v.context, version);
		SSL_CTX_set_max_proto_version(s->v.context, version);
	}
	if (client)
		SSL_CTX_use_cert_and_key(s->v.context, client->cert, client->key, NULL, 1);
	s->v.ssl = SSL_new(s->v.context);
	s->v.in = BIO_new(BIO_s_mem());
	s->v.out = BIO_new(BIO_s_mem());
	SSL_set_bio(s->v.ssl, s->v.in, s->v.out);
	SSL_set_connect_state(s->v.ssl);
	s->k.c = conn_over(base, transport_tls(server, pair[0]), &handler, &s->k, &limits);
	return s;
}

static struct stage *stage(void)
{
	return stage_with(NULL, 0, (struct conn_limits){0});
}

static void leave(struct stage *s)
{
	if (s->k.c)
		conn_close(s->k.c, CONN_DONE);
	UNTIL(s->k.closes);
	SSL_free(s->v.ssl);
	SSL_CTX_free(s->v.context);
	close(s->v.fd);
	buf_free(&s->k.got);
	free(s);
	ERR_clear_error();
}

/* True: both have shaken hands; TLS 1.3's client has then to hear whether its certificate is taken. */
static bool shakes(struct stage *s)
{
	char byte;

	for (int i = 0; i < 400 && !s->v.ended && !s->k.closes; i++) {
		int done = SSL_do_handshake(s->v.ssl), error = SSL_get_error(s->v.ssl, done);

		carry(&s->v); /* the error was asked for before: our side has the same queue of errors */
		if ((done != 1 && error != SSL_ERROR_WANT_READ) || (done == 1 && i > 10))
			break;
	}
	SSL_read(s->v.ssl, &byte, 1);
	return SSL_is_init_finished(s->v.ssl) && !s->k.closes && !s->v.ended && !conn_closing(s->k.c);
}

static void says(struct stage *s, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n > 0) {
		int did = SSL_write(s->v.ssl, p, (int)(n > 16384 ? 16384 : n));

		assert_true(did > 0);
		p += did;
		n -= (size_t)did;
		carry(&s->v);
	}
}

/* What the client has read, up to n bytes or the end. */
static size_t hears(struct stage *s, char *out, size_t n)
{
	size_t have = 0;

	for (int64_t end = clock_mono().ms + 10000; have < n && clock_mono().ms < end;) {
		int did = SSL_read(s->v.ssl, out + have, (int)(n - have));

		if (did > 0)
			have += (size_t)did;
		else if (SSL_get_error(s->v.ssl, did) != SSL_ERROR_WANT_READ || s->v.ended)
			break;
		if (did <= 0) {
			event_base_loop(base, EVLOOP_ONCE);
			carry(&s->v);
		}
	}
	return have;
}

static void assert_talks(struct stage *s)
{
	char reply[6];

	says(s, "ping\n", 5);
	UNTIL(s->k.got.n >= 5);
	assert_memory_equal(s->k.got.p + s->k.got.n - 5, "ping\n", 5);
	conn_send(s->k.c, STR("pong\n"));
	assert_int_equal(hears(s, reply, 5), 5);
	assert_memory_equal(reply, "pong\n", 5);
}

/* ---- versions and ciphers ---- */

static void it_speaks_1_2_and_1_3_with_aead_only(void **state)
{
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

	(void)state;
	for (size_t i = 0; i < COUNT(versions); i++) {
		struct stage *s = stage_with(NULL, versions[i], (struct conn_limits){0});
		const SSL_CIPHER *cipher;

		assert_true(shakes(s));
		cipher = SSL_get_current_cipher(s->v.ssl);
		assert_int_equal(SSL_version(s->v.ssl), versions[i]);
		assert_true(SSL_CIPHER_is_aead(cipher));
		assert_true(SSL_CIPHER_get_kx_nid(cipher) == NID_kx_ecdhe ||
		    SSL_CIPHER_get_kx_nid(cipher) == NID_kx_any);
		assert_false(SSL_SESSION_has_ticket(SSL_get_session(s->v.ssl)));
		assert_int_equal(SSL_SESSION_get_max_early_data(SSL_get_session(s->v.ssl)), 0);
		assert_talks(s);
		leave(s);
	}
}

static void it_refuses_what_is_older_or_weaker(void **state)
{
	static const struct {
		int version;
		const char *ciphers, *groups;
	} weak[] = {{TLS1_1_VERSION, "ALL:@SECLEVEL=0", NULL}, {TLS1_VERSION, "ALL:@SECLEVEL=0", NULL},
	    {TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA256", NULL}, {TLS1_2_VERSION, "AES128-GCM-SHA256", NULL},
	    {TLS1_2_VERSION, "DHE-RSA-AES128-GCM-SHA256", NULL}, {TLS1_3_VERSION, NULL, "P-521"}};

	(void)state;
	for (size_t i = 0; i < COUNT(weak); i++) {
		struct stage *s = stage_with(NULL, weak[i].version, (struct conn_limits){0});

		if (weak[i].ciphers)
			SSL_set_cipher_list(s->v.ssl, weak[i].ciphers);
		if (weak[i].groups)
			SSL_set1_groups_list(s->v.ssl, weak[i].groups);
		assert_false(shakes(s));
		UNTIL(s->k.closes);
		assert_int_equal(s->k.why, CONN_HANDSHAKE);
		leave(s);
	}
}

static void http_offers_http_1_1_alone(void **state)
{
	struct tls_server *http = tls_server_new("http", true, REFUSAL), *console = server;
	static const unsigned char h2[] = "\x02h2", both[] = "\x02h2\x08http/1.1";
	const unsigned char *chosen;
	struct tls_fault fault;
	unsigned n;
	struct stage *s;

	(void)state;
	assert_true(tls_server_use(http, &credentials, &fault));
	server = http;
	s = stage();
	SSL_set_alpn_protos(s->v.ssl, both, sizeof(both) - 1);
	assert_true(shakes(s));
	SSL_get0_alpn_selected(s->v.ssl, &chosen, &n);
	assert_int_equal(n, 8);
	assert_memory_equal(chosen, "http/1.1", 8);
	leave(s);
	s = stage();
	SSL_set_alpn_protos(s->v.ssl, h2, sizeof(h2) - 1);
	assert_false(shakes(s));
	leave(s);
	s = stage(); /* who asks for nothing speaks HTTP/1.1 as well */
	assert_true(shakes(s));
	leave(s);
	server = console;
	tls_server_free(http);
}

static void renegotiation_is_refused(void **state)
{
	struct stage *s = stage_with(NULL, TLS1_2_VERSION, (struct conn_limits){0});

	(void)state;
	assert_true(shakes(s));
	assert_int_equal(SSL_renegotiate(s->v.ssl), 1);
	SSL_do_handshake(s->v.ssl);
	carry(&s->v);
	for (int i = 0; i < 20; i++) {
		char byte;

		SSL_read(s->v.ssl, &byte, 1);
		carry(&s->v);
	}
	assert_false(SSL_is_init_finished(s->v.ssl)); /* it was not done again */
	leave(s);
}

/* ---- bytes, however they are cut ---- */

static void a_conversation_may_come_byte_by_byte(void **state)
{
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

	(void)state;
	for (size_t i = 0; i < COUNT(versions); i++) {
		struct stage *s = stage_with(NULL, versions[i], (struct conn_limits){0});

		s->v.piece = 1;
		assert_true(shakes(s));
		assert_talks(s);
		assert_talks(s);
		leave(s);
	}
}

/* The client's first message cut once, at each place. */
static void a_hello_may_be_cut_anywhere(void **state)
{
	size_t length = 2;

	(void)state;
	for (size_t cut = 1; cut < length; cut++) {
		struct stage *s = stage();
		char hello[4096];

		SSL_do_handshake(s->v.ssl);
		length = (size_t)BIO_read(s->v.out, hello, sizeof(hello));
		assert_true(length > 100 && length < sizeof(hello));
		put(&s->v, hello, cut);
		put(&s->v, hello + cut, length - cut);
		assert_true(shakes(s));
		leave(s);
	}
}

static void records_of_one_byte_are_all_read(void **state)
{
	struct stage *s = stage();
	char bytes[3000];

	(void)state;
	assert_true(shakes(s));
	for (size_t i = 0; i < sizeof(bytes); i++) {
		bytes[i] = (char)('a' + i % 26);
		assert_int_equal(SSL_write(s->v.ssl, &bytes[i], 1), 1);
	}
	carry(&s->v); /* all records in one piece */
	UNTIL(s->k.got.n == sizeof(bytes));
	assert_memory_equal(s->k.got.p, bytes, sizeof(bytes));
	leave(s);
}

/* Where a connection is read no further for a while, records that are larger than the room left must not get
 * stuck: no event of the socket tells of what OpenSSL has decrypted already. */
static void large_records_get_past_back_pressure(void **state)
{
	static char bytes[200000];
	struct stage *s = stage_with(NULL, 0, (struct conn_limits){.in_max = 20000});

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7 + i / 251);
	s->k.take = 1000;
	s->k.pauses = true;
	assert_true(shakes(s));
	says(s, bytes, sizeof(bytes));
	UNTIL(s->k.got.n == sizeof(bytes));
	assert_memory_equal(s->k.got.p, bytes, sizeof(bytes));
	leave(s);
}

static void large_output_arrives_whole(void **state)
{
	static char sent[1000000], heard[1000000];
	struct stage *s = stage_with(NULL, 0, (struct conn_limits){.out_hard = 2000000});

	(void)state;
	for (size_t i = 0; i < sizeof(sent); i++)
		sent[i] = (char)(i * 11 + i / 253);
	assert_true(shakes(s));
	conn_send(s->k.c, (struct str){sent, 300000});
	event_base_loop(base, EVLOOP_NONBLOCK);
	conn_send(s->k.c,
	    (struct str){
		sent + 300000, sizeof(sent) - 300000}); /* the buffer moves under a write that waits */
	assert_int_equal(hears(s, heard, sizeof(heard)), sizeof(heard));
	assert_memory_equal(sent, heard, sizeof(sent));
	leave(s);
}

static void keys_may_be_updated(void **state)
{
	struct stage *s = stage_with(NULL, TLS1_3_VERSION, (struct conn_limits){0});

	(void)state;
	assert_true(shakes(s));
	for (int i = 0; i < 20; i++) {
		assert_int_equal(SSL_key_update(s->v.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
		assert_talks(s);
	}
	leave(s);
}

/* A record that was tampered with ends its connection, and no other. */
static void a_damaged_record_breaks_its_own_connection_only(void **state)
{
	struct stage *good = stage(), *bad = stage();
	char record[200];
	int n;

	(void)state;
	assert_true(shakes(good));
	assert_true(shakes(bad));
	SSL_write(bad->v.ssl, "ping\n", 5);
	n = BIO_read(bad->v.out, record, sizeof(record));
	record[n - 1] ^= 1;
	put(&bad->v, record, (size_t)n);
	UNTIL(bad->k.closes);
	assert_int_equal(bad->k.why, CONN_RESET);
	assert_int_equal(bad->k.got.n, 0);
	assert_talks(good);
	leave(bad);
	leave(good);
}

/* ---- ends ---- */

static void both_ends_say_goodbye(void **state)
{
	struct stage *s = stage();
	char byte;

	(void)state;
	assert_true(shakes(s));
	says(s, "half a li", 9);
	SSL_shutdown(s->v.ssl);
	carry(&s->v);
	UNTIL(s->k.closes);
	assert_int_equal(s->k.eofs, 1);
	assert_int_equal(s->k.why, CONN_DONE);
	carry(&s->v);
	assert_int_equal(SSL_read(s->v.ssl, &byte, 1), 0);
	assert_true(SSL_get_shutdown(s->v.ssl) & SSL_RECEIVED_SHUTDOWN);
	leave(s);
}

/* We end first: everything queued arrives, then close_notify, and what the client still says is dropped
 * until it ends, too. */
static void what_is_queued_goes_before_our_goodbye(void **state)
{
	struct stage *s = stage();
	char heard[6];

	(void)state;
	assert_true(shakes(s));
	conn_send(s->k.c, STR("bye!\n"));
	conn_finish(s->k.c);
	assert_int_equal(hears(s, heard, 6), 5);
	assert_true(SSL_get_shutdown(s->v.ssl) & SSL_RECEIVED_SHUTDOWN);
	assert_int_equal(s->k.closes, 0);
	says(s, "too late\n", 9);
	SSL_shutdown(s->v.ssl);
	carry(&s->v);
	UNTIL(s->k.closes);
	assert_int_equal(s->k.why, CONN_DONE);
	assert_int_equal(s->k.got.n, 0);
	leave(s);
}

/* Without close_notify it is an end as well; what was begun is told as unfinished by conn_unread. */
static void an_end_without_goodbye_is_an_end(void **state)
{
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

	(void)state;
	for (size_t i = 0; i < COUNT(versions); i++) {
		struct stage *s = stage_with(NULL, versions[i], (struct conn_limits){0});

		assert_true(shakes(s));
		s->k.take = 5;
		says(s, "line\nhalf", 9);
		UNTIL(s->k.got.n == 5);
		s->k.take = 1000; /* the rest is not offered before more comes */
		shutdown(s->v.fd, SHUT_WR);
		UNTIL(s->k.closes);
		assert_int_equal(s->k.eofs, 1);
		assert_int_equal(s->k.unread, 4);
		leave(s);
	}
}

/* ---- handshakes that are none ---- */

static void silence_and_drips_are_given_up(void **state)
{
	(void)state;
	for (int drip = 0; drip < 2; drip++) {
		struct stage *s = stage_with(NULL, 0, (struct conn_limits){.handshake_ms = 150});
		int64_t began = clock_mono().ms;
		char hello[4096];
		size_t n, at = 0;

		SSL_do_handshake(s->v.ssl);
		n = (size_t)BIO_read(s->v.out, hello, sizeof(hello));
		UNTIL(s->k.closes)
		if (drip && at < n)
			put(&s->v, hello + at++, 1);
		assert_int_equal(s->k.why, CONN_HANDSHAKE);
		assert_in_range(clock_mono().ms - began, 140, 5000);
		leave(s);
	}
}

static void a_client_without_tls_is_told_so(void **state)
{
	static const char *const words[] = {"GET / HTTP/1.1\r\n\r\n", "{\"jsonrpc\":\"2.0\"}\n", "\n"};
	struct tls_server_metrics before = tls_server_metrics(server);

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		struct stage *s = stage();
		char got[64] = "";
		size_t n = 0;

		put(&s->v, words[i], strlen(words[i]));
		UNTIL(n >= sizeof(REFUSAL) - 1)
		{
			ssize_t did = recv(s->v.fd, got + n, sizeof(got) - n, MSG_DONTWAIT);
			n += did > 0 ? (size_t)did : 0;
		}
		assert_string_equal(got, REFUSAL);
		put(&s->v, "more\n", 5); /* is dropped, and resets nothing */
		shutdown(s->v.fd, SHUT_WR);
		UNTIL(s->k.closes);
		assert_int_equal(s->k.got.n, 0);
		leave(s);
	}
	assert_int_equal(tls_server_metrics(server).plain - before.plain, COUNT(words));
	assert_int_equal(tls_server_metrics(server).failed, before.failed);
}

static void garbage_is_a_failed_handshake(void **state)
{
	static const char *const words[] = {"\x16\x03\x01\x40\x00garbage", "\x16\x03\x01\x00\x05hello",
	    "\x80\x2e\x01\x03\x01", "\xff\xff\xff\xff\xff\xff"};

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		struct stage *s = stage();

		put(&s->v, words[i], 5 + strlen(words[i] + 5));
		shutdown(s->v.fd, SHUT_WR);
		UNTIL(s->k.closes);
		assert_int_equal(s->k.why, CONN_HANDSHAKE);
		leave(s);
	}
}

/* ---- clients' certificates ---- */

/* What the server knows of a client with that certificate: its names, or NULL where it is not let in. */
static const char *admitted(const struct holder *client, enum tls_clients clients, struct str crl)
{
	static char names[200];
	struct tls_credentials c = made_of(&own, clients, crl);
	struct tls_fault fault;
	struct stage *s;
	bool in;

	assert_true(tls_server_use(server, &c, &fault));
	tls_credentials_free(&c);
	s = stage_with(client, 0, (struct conn_limits){0});
	in = shakes(s);
	snprintf(names, sizeof(names), "%s", in && conn_names(s->k.c) ? conn_names(s->k.c) : "-");
	if (in)
		assert_talks(s);
	leave(s);
	assert_true(tls_server_use(server, &credentials, &fault));
	return in ? names : NULL;
}

static const char *admitted_wish(const struct holder *issuer, struct wish w)
{
	struct holder h = issue(issuer, "desk", w);
	const char *names = admitted(&h, TLS_CLIENTS_REQUIRED, (struct str){0});

	drop_holder(&h);
	return names;
}

static void a_certificate_is_asked_for_where_it_is_wanted(void **state)
{
	static const char names[] = "URI:liandong:account:desk1\nDNS:desk1.example";
	struct str none = {0};

	(void)state;
	assert_string_equal(admitted(&desk, TLS_CLIENTS_REQUIRED, none), names);
	assert_string_equal(admitted(&desk, TLS_CLIENTS_OPTIONAL, none), names);
	assert_string_equal(admitted(&desk, TLS_CLIENTS_NONE, none), "-");
	assert_null(admitted(NULL, TLS_CLIENTS_REQUIRED, none));
	assert_string_equal(admitted(NULL, TLS_CLIENTS_OPTIONAL, none), "-");
	assert_string_equal(admitted(NULL, TLS_CLIENTS_NONE, none), "-");
}

static void a_bad_certificate_is_refused(void **state)
{
	struct holder other =
	    issue(NULL, "Test CA", (struct wish){.ca = true}); /* the same name, another key */
	struct str none = {0};

	(void)state;
	assert_null(admitted_wish(&other, (struct wish){.san = "DNS:d", .eku = "clientAuth"}));
	assert_null(admitted_wish(NULL, (struct wish){.san = "DNS:d", .eku = "clientAuth"}));
	assert_null(admitted_wish(&authority, (struct wish){.san = "DNS:d", .eku = "serverAuth"}));
	assert_null(admitted_wish(&authority, (struct wish){.san = "DNS:d"}));
	assert_null(admitted_wish(&authority,
	    (struct wish){.san = "DNS:d", .eku = "clientAuth", .from_s = -7200, .to_s = -3600}));
	assert_null(admitted_wish(&authority,
	    (struct wish){.san = "DNS:d", .eku = "clientAuth", .from_s = 3600, .to_s = 7200}));
	assert_null(admitted(&own, TLS_CLIENTS_OPTIONAL, none)); /* a server's; optional does not mean any */
	drop_holder(&other);
}

/* CN is never a name; a name with a line end or a space in it is none. */
static void names_come_from_the_san_alone(void **state)
{
	(void)state;
	assert_string_equal(admitted_wish(&authority, (struct wish){.eku = "clientAuth"}), "");
	assert_string_equal(admitted_wish(&authority,
				(struct wish){.san = "email:a@b.cn", .eku = "clientAuth"}),
	    "");
	assert_string_equal(admitted_wish(&authority,
				(struct wish){.san = "DNS:a b,DNS:ok", .eku = "clientAuth"}),
	    "DNS:ok");
}

static void a_revoked_certificate_is_refused(void **state)
{
	struct holder another =
	    issue(&authority, "desk2", (struct wish){.san = "DNS:desk2", .eku = "clientAuth"});

	(void)state;
	assert_null(admitted(&desk, TLS_CLIENTS_REQUIRED, crl_pem(&authority, &desk, 3600)));
	assert_non_null(admitted(&another, TLS_CLIENTS_REQUIRED, crl_pem(&authority, &desk, 3600)));
	/* a list that is past its date still counts, and locks out only what is in it */
	assert_null(admitted(&desk, TLS_CLIENTS_REQUIRED, crl_pem(&authority, &desk, -60)));
	assert_non_null(admitted(&another, TLS_CLIENTS_REQUIRED, crl_pem(&authority, &desk, -60)));
	drop_holder(&another);
}

/* New credentials change nothing for a connection but this: a certificate that they revoke is known. */
static void a_connection_outlives_new_credentials(void **state)
{
	struct tls_credentials c = made_of(&own, TLS_CLIENTS_REQUIRED, crl_pem(&authority, NULL, 3600));
	struct holder renewed =
	    issue(&authority, "server", (struct wish){.san = "DNS:new", .eku = "serverAuth"});
	struct stage *s, *later;
	struct tls_fault fault;

	(void)state;
	assert_true(tls_server_use(server, &c, &fault));
	tls_credentials_free(&c);
	s = stage_with(&desk, 0, (struct conn_limits){0});
	assert_true(shakes(s));
	assert_false(conn_distrusted(s->k.c));
	c = made_of(&renewed, TLS_CLIENTS_REQUIRED, crl_pem(&authority, &desk, 3600));
	assert_true(tls_server_use(server, &c, &fault));
	tls_credentials_free(&c);
	assert_talks(s);
	assert_true(conn_distrusted(s->k.c));
	assert_true(tls_server_use(server, &credentials, &fault));
	later = stage();
	assert_true(shakes(later));
	assert_false(conn_distrusted(later->k.c));
	leave(later);
	leave(s);
	drop_holder(&renewed);
}

/* ---- credentials that are not good ---- */

static void assert_faulty(struct tls_credentials c, enum tls_paper paper, const char *part)
{
	struct tls_fault fault = {0};

	assert_false(tls_server_use(server, &c, &fault));
	assert_int_equal(fault.paper, paper);
	assert_non_null(strstr(fault.en, part));
	tls_credentials_free(&c);
}

static struct tls_credentials with(struct tls_credentials c, enum tls_paper paper, struct str pem)
{
	free((void *)(uintptr_t)c.pem[paper].p);
	c.pem[paper] = pem;
	return c;
}

static struct str copy(const char *text)
{
	return (struct str){strdup(text), strlen(text)};
}

static void what_does_not_fit_is_named(void **state)
{
	struct str none = {0};
	struct holder other = issue(NULL, "Other CA", (struct wish){.ca = true});

	(void)state;
	assert_faulty(with(made_of(&own, 0, none), TLS_KEY, key_pem(&desk, NULL)), TLS_KEY, "belong");
	assert_faulty(with(made_of(&own, 0, none), TLS_KEY, key_pem(&own, "secret")), TLS_KEY, "passphrase");
	assert_faulty(with(made_of(&own, 0, none), TLS_KEY, copy("nothing")), TLS_KEY, "PEM");
	assert_faulty(with(made_of(&own, 0, none), TLS_CERTIFICATE, copy("nothing")), TLS_CERTIFICATE, "PEM");
	assert_faulty(with(made_of(&own, 0, none), TLS_CERTIFICATE,
			  copy("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")),
	    TLS_CERTIFICATE, "PEM");
	assert_faulty(with(made_of(&own, 2, none), TLS_CLIENT_CA, copy("nothing")), TLS_CLIENT_CA, "PEM");
	assert_faulty(with(made_of(&own, 2, none), TLS_CLIENT_CA, cert_pem(&desk)), TLS_CLIENT_CA, "no CA");
	assert_faulty(made_of(&own, 2, copy("nothing")), TLS_CLIENT_CRL, "PEM");
	assert_faulty(made_of(&own, 2, crl_pem(&other, NULL, 60)), TLS_CLIENT_CRL, "none of client_ca");
	drop_holder(&other);
	{ /* and what was in force still is */
		struct stage *s = stage();

		assert_true(shakes(s));
		leave(s);
	}
}

static void dates_are_those_of_the_shortest(void **state)
{
	struct holder h = issue(&authority, "server", (struct wish){.from_s = -100, .to_s = 5000});
	struct tls_credentials c = made_of(&h, 2, crl_pem(&authority, NULL, 700));
	struct buf why = {0};
	int64_t now = clock_wall().ms;

	(void)state;
	tls_context_dates(&c);
	assert_in_range(c.not_before, now - 102000, now - 98000);
	assert_in_range(c.expires, now + 4998000, now + 5002000);
	assert_in_range(c.crl_expires, now + 698000, now + 702000);
	c = with(c, TLS_CLIENT_CRL, (struct str){0});
	tls_context_dates(&c);
	assert_int_equal(c.crl_expires, 0);
	assert_false(tls_credentials_dated(&c, now, false, &why));
	assert_true(tls_credentials_dated(&c, c.expires, false, &why));
	assert_true(tls_credentials_dated(&c, c.not_before - 1, true, &why));
	buf_char(&why, '\0');
	assert_non_null(strstr(why.p, "到期"));
	assert_non_null(strstr(why.p, "not valid yet"));
	buf_free(&why);
	tls_credentials_free(&c);
	drop_holder(&h);
}

/* ---- between processes ---- */

static void credentials_are_passed_whole_or_without_secrets(void **state)
{
	struct tls_credentials sent[2] = {made_of(&own, 1, crl_pem(&authority, NULL, 60)),
	    {.listener = "http"}},
			       got[TLS_LISTENERS];
	size_t n;
	int fd;

	(void)state;
	sent[0].expires = 12345;
	sent[1].not_before = -7;
	snprintf(sent[1].refused, sizeof(sent[1].refused), "new files");
	fd = tls_credentials_pass(sent, 2, "console");
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "x", 1), -1); /* sealed */
	assert_true(tls_credentials_take(fd, got, &n));
	assert_int_equal(n, 2);
	assert_string_equal(got[0].listener, "console");
	assert_int_equal(got[0].clients, TLS_CLIENTS_OPTIONAL);
	assert_int_equal(got[0].expires, 12345);
	for (int i = 0; i < TLS_PAPERS; i++) {
		assert_int_equal(got[0].pem[i].n, sent[0].pem[i].n);
		assert_memory_equal(got[0].pem[i].p, sent[0].pem[i].p, got[0].pem[i].n);
	}
	assert_string_equal(got[1].refused, "new files");
	assert_int_equal(got[1].not_before, -7);
	tls_credentials_free(&got[0]);
	fd = tls_credentials_pass(sent, 2, "http");
	assert_true(tls_credentials_take(fd, got, &n));
	assert_int_equal(got[0].pem[TLS_KEY].n, 0);
	assert_int_equal(got[0].pem[TLS_CERTIFICATE].n, 0);
	assert_int_equal(got[0].expires, 12345);
	tls_credentials_free(&sent[0]);
}

static void what_is_no_such_descriptor_is_refused(void **state)
{
	struct tls_credentials got[TLS_LISTENERS];
	int pair[2], open_one = memfd_create("x", MFD_ALLOW_SEALING),
		     sealed = memfd_create("x", MFD_ALLOW_SEALING);
	size_t n = 9;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_false(tls_credentials_take(pair[0], got, &n));
	close(pair[1]);
	assert_int_equal(write(open_one, "\7\0\0\0console", 11), 11);
	assert_false(tls_credentials_take(open_one, got, &n));
	assert_int_equal(write(sealed, "\7\0\0\0console\1", 12), 12);
	assert_int_equal(fcntl(sealed, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE), 0);
	assert_false(tls_credentials_take(sealed, got, &n));
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_speaks_1_2_and_1_3_with_aead_only),
	    cmocka_unit_test(it_refuses_what_is_older_or_weaker),
	    cmocka_unit_test(http_offers_http_1_1_alone),
	    cmocka_unit_test(renegotiation_is_refused),
	    cmocka_unit_test(a_conversation_may_come_byte_by_byte),
	    cmocka_unit_test(a_hello_may_be_cut_anywhere),
	    cmocka_unit_test(records_of_one_byte_are_all_read),
	    cmocka_unit_test(large_records_get_past_back_pressure),
	    cmocka_unit_test(large_output_arrives_whole),
	    cmocka_unit_test(keys_may_be_updated),
	    cmocka_unit_test(a_damaged_record_breaks_its_own_connection_only),
	    cmocka_unit_test(both_ends_say_goodbye),
	    cmocka_unit_test(what_is_queued_goes_before_our_goodbye),
	    cmocka_unit_test(an_end_without_goodbye_is_an_end),
	    cmocka_unit_test(silence_and_drips_are_given_up),
	    cmocka_unit_test(a_client_without_tls_is_told_so),
	    cmocka_unit_test(garbage_is_a_failed_handshake),
	    cmocka_unit_test(a_certificate_is_asked_for_where_it_is_wanted),
	    cmocka_unit_test(a_bad_certificate_is_refused),
	    cmocka_unit_test(names_come_from_the_san_alone),
	    cmocka_unit_test(a_revoked_certificate_is_refused),
	    cmocka_unit_test(a_connection_outlives_new_credentials),
	    cmocka_unit_test(what_does_not_fit_is_named),
	    cmocka_unit_test(dates_are_those_of_the_shortest),
	    cmocka_unit_test(credentials_are_passed_whole_or_without_secrets),
	    cmocka_unit_test(what_is_no_such_descriptor_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
