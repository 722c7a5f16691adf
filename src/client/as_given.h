/*
 * as_given.h - the line of a command: made of a tree, or of a text that is no JSON to this library but may be mended
 * by the server; and which commands carry a key.
 * Place: the client library, under client.c.
 */
#ifndef CLIENT_AS_GIVEN_H
#define CLIENT_AS_GIVEN_H
#include <stdbool.h>
#include <stdint.h>

#define CLIENT_KEY_MAX 33

/* Is this a command that changes something and is known again by its key when it is sent again? (All but
 * incident.report, which has its number.) */
bool client_keyed(const char *method);
/* 32 random hex digits. */
void client_key(char key[CLIENT_KEY_MAX]);
/* The line, without LF, for params that jansson does not take: half an emoji, bytes that are no UTF-8, a byte order
 * mark, a control character. The server mends these, says so in warnings[], and names what it cannot take: an
 * emergency is not refused here over a detail. NULL where the text does not even begin and end as an object.
 * To be freed. */
char *client_as_given(const char *method, int64_t id, const char *params);

#endif
