/*
 * ca_folder.h - the folder of a city's own certificate authority.
 *
 *     DIR/ca.pem, crl.pem     whom servers and clients trust; what was revoked
 *     DIR/authority/ca.key    signs; is to be kept elsewhere
 *     DIR/issued/NAME-SERIAL.pem   every certificate that was ever issued; of the authority, NAME is "ca"
 *     DIR/server/             what the server gets: cert.pem, key.pem, ca.pem, crl.pem
 *     DIR/NAME/               what a client gets: cert.pem, key.pem, ca.pem, client.yaml
 *
 * Place: the command line's own room, under the commands of tls.c. Folders are 0700, keys 0600; a file is replaced as a
 * whole or not at all. One process at a time has the folder.
 */
#ifndef CTL_CA_FOLDER_H
#define CTL_CA_FOLDER_H
#include "ctl/ctl.h"
#include "ctl/pki.h"

#define CA_NAME "ca"
#define CA_SERVER "server"

struct ca_folder {
	struct ctl *ctl;
	const char *path; /* absolute */
	int lock;         /* descriptor of the folder */
	struct str certificate, list;
	struct pki_info info; /* of the authority */
};

/* Makes the folder, which must be empty if it is there. False with a sentence. ca_close in any case. */
bool ca_make(struct ca_folder *f, struct ctl *ctl, const char *path);
/* Opens one that `tls init` has made. False with a sentence. ca_close in any case. */
bool ca_open(struct ca_folder *f, struct ctl *ctl, const char *path);
void ca_close(struct ca_folder *f);
/* The authority's key beside its certificate, from key_file (NULL: where init has put it). False with a sentence. */
bool ca_signer(struct ca_folder *f, const char *key_file, struct pki_authority *out);

/* "DIR/holder/name" (holder NULL: "DIR/name"). */
const char *ca_path(const struct ca_folder *f, const char *holder, const char *name);
bool ca_has(const struct ca_folder *f, const char *holder, const char *name);
/* The key of a holder; p NULL, which is said: it cannot be read, or others can. */
struct str ca_read_key(const struct ca_folder *f, const char *holder);
/* p NULL: it cannot be read, which is said if `must`. */
struct str ca_read(const struct ca_folder *f, const char *holder, const char *name, bool must);
/* False with a sentence. The holder's folder is made where it is missing. */
bool ca_write(const struct ca_folder *f, const char *holder, const char *name, struct str bytes);
/* Gives a new certificate to its holder (NULL: the authority itself), and keeps a copy. False with a sentence. */
bool ca_hand_out(struct ca_folder *f, const char *holder, struct str certificate);
/* The authority's certificate and list to all who have a copy of them. */
bool ca_spread(struct ca_folder *f, struct str certificate, struct str list);

/* One of issued/. */
struct ca_issued {
	const char *holder; /* "desk1"; "ca" */
	struct pki_info info;
	bool revoked;
	int64_t revoked_ms;
};
/* All that was issued, by holder, the newest of each first; *n. In the arena. */
struct ca_issued *ca_issued_all(const struct ca_folder *f, int *n);

#endif
