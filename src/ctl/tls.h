/*
 * tls.h - what the commands `tls …` share: their checks of what was typed, and how they say what they have made.
 * Place: the command line's own room, between ca_folder.c and the commands.
 */
#ifndef CTL_TLS_H
#define CTL_TLS_H
#include "ctl/ca_folder.h"

#define CA_YEARS 10
#define YEARS 2
#define YEARS_MOST 30
#define EXPIRES_SOON_DAYS 30

/* "a.example.cn,10.1.2.3" as "DNS:a.example.cn,IP:10.1.2.3"; NULL with a sentence: one is neither. */
const char *tls_names(struct ctl *ctl, const char *list);
/* May a client be called so? False with a sentence. */
bool tls_client_name(struct ctl *ctl, struct str name);
/* NULL text: `otherwise`. False with a sentence. */
bool tls_years(struct ctl *ctl, const char *option, const char *text, int otherwise, int *years);
/* Makes key (p NULL of it: a new one) and certificate, and gives them to the holder. until_ms is cut to the
 * authority's end. False with a sentence. */
bool tls_issue_to(struct ca_folder *f, const struct pki_authority *by, const char *holder,
    const struct pki_wish *wish, struct str key);
/* The wish of a certificate of that kind, good from now on. */
struct pki_wish tls_wish(const struct ca_folder *f, enum pki_kind kind, const char *common_name,
    const char *names, int years);

/* What is to be written into liandong.yaml; how a client's folder is used, and its account made. */
void tls_say_server(const struct ca_folder *f);
void tls_say_client(const struct ca_folder *f, const char *name);
/* "2028-11-25" in the city's time. */
const char *tls_day(struct arena *a, int64_t ms);
/* "服务器"; "server" */
const char *tls_kind(enum pki_kind kind);
/* "DNS:a,IP:b" as "a, b". */
const char *tls_plain_names(struct arena *a, const char *names);
/* One certificate for a program. */
json_t *tls_json(struct ctl *ctl, const struct ca_issued *c);

#endif
