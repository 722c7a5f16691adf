/*
 * liandong/client.h - talk to liandong from a desk's own program.
 *
 * A connection works with any event loop: wait until liandong_fd() is ready for liandong_wants(),
 * or liandong_timeout() milliseconds have passed, then call liandong_process(). Callbacks run only
 * inside liandong_process(). Not thread-safe: one connection, one thread.
 *
 * The connection is kept: when the server or the network goes away it reconnects, opens the session
 * again from the last event seen, and sends again what was not answered. That is safe, for an
 * incident carries its number and every other command that changes something gets a key of its own
 * where the caller gave none. Exactly one answer comes for every call.
 *
 * What leaves the machine goes by TLS 1.2 or 1.3, and the server is verified: its certificate must come from an
 * authority that is trusted, be valid now, not be revoked, and name the host that was asked for. Only on loopback
 * and on a Unix socket the bytes go as they are. Nothing waits longer than its limit: to look up a name, connect,
 * verify and open the session 10 seconds together.
 *
 * Link with -lliandong (pkg-config liandong).
 */
#ifndef LIANDONG_CLIENT_H
#define LIANDONG_CLIENT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LIANDONG_API __attribute__((visibility("default")))

struct liandong;

/* An answer. Borrowed for the time of the callback. */
struct liandong_reply {
	bool ok;
	const char *result;  /* the result's JSON, where ok */
	const char *code;    /* "not-found", "conflict", … where not ok */
	const char *field;   /* the parameter it was about, or NULL */
	const char *message; /* a sentence for a person, where not ok */
};
typedef void liandong_reply_cb(void *arg, const struct liandong_reply *reply);

/* A committed event. Borrowed for the time of the callback. */
struct liandong_event {
	int64_t seq;
	const char *type;     /* "dispatch.arrived" */
	const char *incident; /* its number, or NULL */
	const char *dispatch; /* "NUMBER-01", or NULL */
	const char *unit;     /* or NULL */
	const char *json;     /* all of it */
};
typedef void liandong_event_cb(void *arg, const struct liandong_event *event);

/* The connection is up (true; `detail` is the result of session.open) or down, with why. A down is
 * followed by another try by itself, unless the token is not accepted. */
typedef void liandong_state_cb(void *arg, bool up, const char *detail);

struct liandong_options {
	/* "liandong.example.cn:7110", "127.0.0.1:7110", "[::1]:7110", or the path of a Unix socket. TLS is used
	 * for every other host than localhost, 127.0.0.0/8 and ::1. */
	const char *address;
	const char *token;  /* NULL on the control socket */
	const char *client; /* the name of your program, for the server's log */
	bool events;        /* push events */
	bool resume;        /* events later than `after`, instead of later than now */
	int64_t after;
	liandong_event_cb *on_event; /* may be NULL */
	liandong_state_cb *on_state; /* may be NULL */
	void *arg;                   /* for both */
	int call_timeout_ms;         /* after this long without an answer: code "timeout"; 0: 60,000 */
	bool once;                   /* do not reconnect: the first loss ends it (for command-line tools) */
};

/* How TLS is to be spoken. Files are PEM; they are read again for each connection, so that a renewed one counts. */
struct liandong_tls {
	size_t size;          /* sizeof(struct liandong_tls): members that you do not know of are 0 */
	const char *ca_file;  /* the authorities that are trusted; NULL: those of the system */
	const char *crl_file; /* revoked certificates, signed by the authority; NULL: none are looked for */
	const char *cert_file, *key_file; /* your own certificate, where the server asks for one; NULL none */
	const char *server_name; /* whom the certificate must be for; NULL: the host of the address */
	/* No TLS, wherever the address is: token and personal data can be read and changed on the way. */
	bool insecure_plain;
};

/* Starts connecting. NULL with a sentence in `why` (may be NULL) where the address is not one. */
LIANDONG_API struct liandong *liandong_open(const struct liandong_options *options, char *why,
    size_t why_len);
/* The same, by TLS also on loopback, in the way that `tls` says; NULL for `tls` is liandong_open. A Unix socket needs
 * none. NULL with a sentence also where a file cannot be used. */
LIANDONG_API struct liandong *liandong_open_tls(const struct liandong_options *options,
    const struct liandong_tls *tls, char *why, size_t why_len);
/* Ends it. Calls still unanswered get no callback. NULL is nothing. */
LIANDONG_API void liandong_close(struct liandong *c);

/* What to poll: descriptor (-1: none now), POLLIN/POLLOUT, and milliseconds until liandong_process
 * wants to be called anyhow (-1: no need). */
LIANDONG_API int liandong_fd(const struct liandong *c);
LIANDONG_API short liandong_wants(const struct liandong *c);
LIANDONG_API int liandong_timeout(const struct liandong *c);
/* Does what can be done without waiting. False: it has ended for good (refused token, or `once` and
 * lost); liandong_error says why. */
LIANDONG_API bool liandong_process(struct liandong *c);
LIANDONG_API const char *liandong_error(const struct liandong *c);
/* The same for programs, a word that keeps its meaning; "" where nothing went wrong yet. Of the server's certificate:
 * "certificate-expired", "certificate-not-yet-valid", "certificate-revoked", "certificate-refused", "wrong-host",
 * "self-signed", "unknown-authority", "revocation-unknown". Of your own: "client-certificate-required",
 * "client-certificate-expired", "client-certificate-revoked", "client-certificate-refused", "unusable-file". Of the
 * connection: "unreachable", "timeout", "lost", "not-tls", "needs-tls", "tls-version", "tls-failed", "protocol". Of
 * the session: the code of the answer to session.open, such as "unauthenticated". */
LIANDONG_API const char *liandong_fault(const struct liandong *c);
/* Polls and processes until every call is answered, or `timeout_ms` have passed (-1: no limit).
 * False where it has ended for good, or the time is up. */
LIANDONG_API bool liandong_wait(struct liandong *c, int timeout_ms);

/* Any command of docs/PROTOCOL.md: params is a JSON object, or NULL. Refused with code
 * "invalid-params" in the callback where params is not one. What is one but for a detail (GBK, half a character, a
 * byte order mark) goes out as it is: the server mends it and says so in warnings[]. `cb` may be NULL. */
LIANDONG_API void liandong_call(struct liandong *c, const char *method, const char *params,
    liandong_reply_cb *cb, void *arg);
/* incident.report: `incident` is the record's JSON object. */
LIANDONG_API void liandong_report(struct liandong *c, const char *incident, liandong_reply_cb *cb, void *arg);
/* dispatch.acknowledge, depart, arrive, progress, complete: `act` is the bare word; text is the
 * progress or (complete) the result, NULL none; person and phone say who answered at the unit, NULL
 * for a liaison's own act. */
LIANDONG_API void liandong_act(struct liandong *c, const char *act, const char *dispatch, const char *text,
    const char *person, const char *phone, liandong_reply_cb *cb, void *arg);
/* Calls that have no answer yet. */
LIANDONG_API size_t liandong_pending(const struct liandong *c);
/* Seq of the last event seen: give it as `after` next time. */
LIANDONG_API int64_t liandong_seq(const struct liandong *c);

#ifdef __cplusplus
}
#endif
#endif
