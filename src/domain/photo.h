/*
 * photo.h - pictures that belong to a dispatch: what a unit found, did and left. The record and the event have the
 * picture's digest; the picture itself is a file beside the store (store/photos.h), there before its event is.
 *
 * A dispatch keeps its photos as one text, comma-separated: step, instant, type, bytes, digest, with blanks between.
 */
#ifndef DOMAIN_PHOTO_H
#define DOMAIN_PHOTO_H
#include "base/digest.h"
#include "domain/act.h"
#include "domain/picture.h"

#define PHOTOS_A_STEP 3
#define PHOTOS_MOST 30 /* of a dispatch */

struct photo {
	enum photo_step step;
	int64_t at; /* when it was added, by the unit's word */
	enum picture_type type;
	int64_t bytes;
	char digest[DIGEST_HEX];
};

/* The next of a dispatch's list, which moves on. False at its end. */
bool photo_next(const char **list, struct photo *out);
/* The list with one more, in the arena. */
const char *photo_append(struct arena *a, const char *list, const struct photo *p);
/* Has the dispatch this one? *out: what is known of it. */
bool photo_find(const struct dispatch *d, const char *digest, struct photo *out);
int photo_count(const struct dispatch *d);

/* A command whose picture has been kept: `photo` is its digest, `image` its type and how many bytes it has. */
void photo_kept(struct command *c, enum picture_type type, int64_t bytes, const char *digest);
bool photo_add(struct act *x);

#endif
