/*
 * options.h - liandong.yaml: the daemon's own options. Everything has a default; an empty file
 * starts the shipped mechanism. Paths are relative to the file and absolute once loaded.
 * options.def is the only place where an option is listed: its key, kind, default, meaning; the
 * reader, docs/CONFIGURATION.md's table, the schema and the man page are checked against it.
 */
#ifndef MECHANISM_OPTIONS_H
#define MECHANISM_OPTIONS_H
#include "mechanism/load.h"

/* The files of a listener that speaks TLS, absolute; NULL: none. */
struct tls_files {
	const char *certificate, *key; /* both or neither; neither: the listener speaks without TLS */
	const char *client_ca, *client_crl;
	const char *client_certificate; /* "none" | "optional" | "required" */
};

/* Of the users: the engine stays who started the daemon, the others are who the engine is. */
#define OPTION_USER_SAME "same"

struct options {
	struct arena *arena;
	const char *file;                                          /* absolute path of liandong.yaml */
	const char *listen_console, *listen_http, *listen_control; /* "127.0.0.1:7110"; control is a path */
	const char *listen_redirect;                               /* NULL: none */
	struct tls_files tls_console, tls_http;
	const char *hosts;     /* lower case, comma-separated, without ports; NULL: loopback's alone */
	const char *mechanism; /* absolute folder */
	const char *store;     /* absolute file */
	int64_t workers_intake, workers_api, workers_report;
	const char *language; /* "zh" | "en" */
	bool insecure;
	bool training;           /* the store is one for training, and everything says so */
	int64_t line_max;        /* bytes of a console line */
	int64_t connections_max; /* per worker */
	int64_t connections_per_address;
	int64_t handshakes, handshakes_per_address; /* at once of a worker; a second */
	int64_t unauthenticated_ms;                 /* a console must open a session within */
	int64_t handshake_ms;                       /* of TLS, however slowly it goes on */
	int64_t idle_ms;                            /* HTTP keep-alive */
	int64_t header_ms, body_ms;                 /* absolute deadlines of a request */
	int64_t body_max;
	int64_t output_soft, output_hard;
	int64_t requests_per_second, requests_burst; /* per account, 0 none; local is exempt */
	int64_t bytes_per_day, progress_per_day;     /* of an account: 64 MiB, 200 a dispatch; 0 none */
	int64_t ring_bytes;                          /* recent events kept by each front end */
	int64_t hold_ms;                    /* how long a command waits for an engine that is away: 10 s */
	int64_t floor_bytes, ballast_bytes; /* 512 MiB, 128 MiB */
	int64_t drain_ms, hang_ms;          /* 20 s, 8 s: a process that shows no life */
	int64_t report_ms;                  /* 60 s: how long a report may take */
	int64_t backup_every_ms, backup_keep, backup_keep_days;
	const char *user_engine, *user_intake, *user_api, *user_report,
	    *user_notifier;                     /* "same": OPTION_USER_SAME */
	const char *sandbox;                    /* "deny" | "kill" | "log" | "off" */
	const char *notices_secrets;            /* absolute folder */
	const char *notices_allow, *notices_ca; /* "10.0.0.0/8,127.0.0.1"; NULL: none */
	bool notices_plain;
	int64_t notices_timeout_ms;
	const char *backup_folder, *backup_at; /* NULL: no backups are scheduled; "HH:MM" */
};

/* NULL with problems. A missing file is an error; an empty one gives all defaults. */
struct options *options_load(const char *path, struct problems *p);
/* The same, reading the bytes from `copy`: what the file said when the daemon started, so that a
 * process which restarts is not at the mercy of a half-saved one. path only names it. */
struct options *options_load_copy(const char *path, const char *copy, struct problems *p);
/* For a program that only has to find the daemon, which may have started before the file was broken:
 * what can be read, the rest by default; the problems are in p. NULL where there is no such file. */
struct options *options_load_loosely(const char *path, struct problems *p);
/* Names ("listen.http,store") of the options that differ and are read at a start only, in the arena; ""
 * where none does. What a reload takes over (mechanism, language) is left out. */
const char *options_changed(const struct options *then, const struct options *now, struct arena *a);
void options_free(struct options *o);
/* Does a liandong.yaml or client.yaml have `language: en`? What else is in it, or wrong with it, does not matter. */
bool options_english(const char *path);

#endif
