/*
 * client_options.h - client.yaml: the server that a person's liandongctl talks to, and by what it trusts it and is
 * known to it. Place: mechanism, beside options.h, because YAML is read here.
 */
#ifndef MECHANISM_CLIENT_OPTIONS_H
#define MECHANISM_CLIENT_OPTIONS_H
#include "mechanism/load.h"

/* Files are absolute once loaded; NULL: not said. */
struct client_options {
	const char *server; /* "liandong.example.cn:7110" */
	const char *ca, *crl, *certificate, *key;
	const char *token;       /* the file that holds it */
	const char *server_name; /* whom the server's certificate must be for */
	bool insecure_plain;
	enum { CLIENT_ZH, CLIENT_EN } language; /* of liandongctl itself; read by options_english */
};

/* Reads the file into *out, in p's arena. False with problems, also where it cannot be read. */
bool client_options_load(const char *path, struct client_options *out, struct problems *p);

#endif
