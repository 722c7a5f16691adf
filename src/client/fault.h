/*
 * fault.h - why a connection is not to be had: a word for programs, a sentence for people.
 *
 * Place: the client library, under tls.c. The sentence names the server or the file, says what was found, and what
 * to do.
 */
#ifndef CLIENT_FAULT_H
#define CLIENT_FAULT_H
#include <openssl/ssl.h>
#include <stdbool.h>

struct client_fault {
	const char *word; /* "certificate-expired"; one of liandong_fault's */
	char text[512];
};

void fault_set(struct client_fault *f, const char *word, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The server's certificate was not accepted: what its verification has stopped at. peer: its address; name: whom
 * the certificate should be for. */
void fault_of_certificate(struct client_fault *f, X509_STORE_CTX *at, const char *peer, const char *name);
/* An operation of TLS failed: what OpenSSL has queued, or the system said. The queue is empty afterwards. */
void fault_of_tls(struct client_fault *f, int ssl_error, int system_error, const char *peer, bool shaking);
/* A file cannot be used: what OpenSSL has queued, or errno. The queue is empty afterwards. */
void fault_of_file(struct client_fault *f, const char *what, const char *file, int system_error);

#endif
