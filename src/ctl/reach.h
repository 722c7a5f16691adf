/*
 * reach.h - which daemon liandongctl talks to, and how: the control socket of this machine, or a server over the
 * network, by TLS.
 *
 * Place: the command line's own room, under ctl.c. Every command's session is opened here. What is said nearest counts:
 * an option, then the environment; --server or LIANDONG_SERVER names a server; -c or LIANDONG_CONFIG a liandong.yaml on
 * this machine; without any, the first client.yaml of LIANDONG_CLIENT, ~/.config/liandong, /etc/liandong; without one,
 * the liandong.yaml in its usual place. What client.yaml says goes to its own server only: a token never goes to another.
 */
#ifndef CTL_REACH_H
#define CTL_REACH_H
#include "ctl/ctl.h"

/* One of the options of the network, which every command has. */
struct reach_option {
	const char *name, *variable; /* "--ca", "LIANDONG_CA"; variable NULL: none */
	bool flag;
	struct both about; /* for the help */
};
enum { REACH_SERVER, REACH_CA, REACH_CRL, REACH_CERT, REACH_KEY, REACH_TOKEN, REACH_PLAIN, REACH_OPTIONS };
extern const struct reach_option reach_options[REACH_OPTIONS];

/* Takes argv[i] if it is one of them; *used says how many words. False: it is none. */
bool reach_take(struct ctl *ctl, int argc, char **argv, int i, int *used);
/* Takes the environment where no option was given. */
void reach_environment(struct ctl *ctl);
/* The file that this run reads: a client.yaml, or liandong.yaml; NULL: none, because the server was named. */
const char *reach_file(struct ctl *ctl);
/* For a command that works on the files of this machine: true, or false with the sentence, because a server was named
 * and no liandong.yaml of this machine. */
bool reach_works_here(struct ctl *ctl);
/* Opens a session as `o` says; address and token are filled in. NULL with a sentence printed. */
struct liandong *reach_open(struct ctl *ctl, struct liandong_options *o);
/* What the library says of a connection or a call, in the language that is spoken; word: liandong_fault, or a reply's code. */
const char *reach_said(const char *word, const char *text);
/* Is the last failure of a kind that another try does not mend, such as a certificate that was revoked? */
bool reach_failure_lasts(const struct liandong *link);
/* Says why the session is not to be had, and what to do. Returns EXIT_REFUSED. */
int reach_failed(const struct ctl *ctl, const struct liandong *link);

#endif
