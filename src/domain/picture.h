/*
 * picture.h - a picture of a stranger made into one that may be kept: a JPEG or PNG by its content, with what shows it
 * and nothing else. Where and with what it was taken, thumbnails, texts, colour profiles and what hangs behind its end
 * are left out; which way up it was held is kept. Pixels are never decoded: what is checked is that a decoder meets
 * no more than it can bear. Pure.
 */
#ifndef DOMAIN_PICTURE_H
#define DOMAIN_PICTURE_H
#include "base/buf.h"

struct refusal;
struct arena;

#define PICTURE_MOST ((int64_t)1024 * 1024) /* bytes */
#define PICTURE_SIDE 16384                  /* pixels of a side */
#define PICTURE_PIXELS (INT64_C(50) * 1000 * 1000)
#define PICTURE_SCANS 64 /* of a progressive JPEG: each is one more pass over all its pixels */

enum picture_type { PICTURE_NONE, PICTURE_JPEG, PICTURE_PNG, PICTURE_TYPES };
extern const char *const picture_type_names[PICTURE_TYPES]; /* "", "jpeg", "png" */
extern const char *const picture_media_types[PICTURE_TYPES];

enum picture_type picture_type(struct str bytes);
/* Appends the picture as it is kept. PICTURE_NONE: refused, by the parameter `image`. What it gave is a picture that
 * it gives unchanged. */
enum picture_type picture_clean(struct str bytes, struct buf *out, struct arena *a, struct refusal *why);

#endif
