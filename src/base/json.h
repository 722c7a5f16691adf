/*
 * json.h - writing JSON, compact, without a tree; and finding a member of an object that was written so.
 * What others wrote is read in wire/.
 * The writer puts the commas; members come in the order of the calls, which makes the bytes
 * canonical: event data in the journal are hashed as written here.
 * (json_begin, json_list and json_none: jansson has the names json_object, json_array, json_null.)
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H
#include "base/buf.h"

struct arena;

struct json {
	struct buf *out;
	bool comma; /* the next value needs one before it */
};

struct json json_to(struct buf *out);
void json_begin(struct json *j, const char *key); /* key: a plain word, NULL inside arrays and at the top */
void json_end(struct json *j);                    /* } */
void json_list(struct json *j, const char *key);
void json_close(struct json *j); /* ] */
/* Escapes what JSON must, and U+2028, U+2029, bidi controls, DEL and C1 as \u; the rest stays UTF-8.
 * A NULL text leaves the member out; json_null writes it. */
static inline void json_text(struct json *j, const char *key, const char *z);
static inline void json_str(struct json *j, const char *key, struct str s);
void json_int(struct json *j, const char *key, int64_t v);
static inline void json_bool(struct json *j, const char *key, bool v);
void json_none(struct json *j, const char *key);
/* An instant as RFC 3339 with +08:00; 0 leaves the member out. */
static inline void json_time(struct json *j, const char *key, int64_t at_ms);
/* micro-degrees as a decimal number of degrees */
void json_micro(struct json *j, const char *key, int64_t micro);
/* Bytes that are JSON already. */
void json_raw(struct json *j, const char *key, struct str raw);
/* The members of an object that was written already. */
void json_members(struct json *j, struct str object);

/* The inline ones measure a key that is a literal when they are compiled: an answer has a hundred of them. */
void json_put_str(struct json *j, struct str key, struct str s);
void json_put_time(struct json *j, struct str key, int64_t at_ms);
void json_put_raw(struct json *j, struct str key, struct str raw);

static inline void json_text(struct json *j, const char *key, const char *z)
{
	if (z)
		json_put_str(j, str_of(key), str_of(z));
}

static inline void json_str(struct json *j, const char *key, struct str s)
{
	json_put_str(j, str_of(key), s);
}

static inline void json_time(struct json *j, const char *key, int64_t at_ms)
{
	if (at_ms)
		json_put_time(j, str_of(key), at_ms);
}

static inline void json_bool(struct json *j, const char *key, bool v)
{
	json_put_raw(j, str_of(key), v ? STR("true") : STR("false"));
}

/* How many bytes from the front may stand in a JSON text as they are, and are not its end: no quote, backslash or control. */
size_t json_plain(struct str s);

/* -- what was written here ----------------------------------------------------------------------- */

/* The value of a member of the object, as it stands: a text with its quotes. n 0: it has none of that name.
 * Members of what is nested in it are passed over. */
struct str json_member(struct str object, const char *key);
/* Its text in the arena; NULL: it is none, or not there. */
const char *json_member_text(struct arena *a, struct str object, const char *key);
/* Its whole number; 0: it is none, or not there. */
int64_t json_member_int(struct str object, const char *key);
/* Its instant; 0: it is none, or not there. */
int64_t json_member_time(struct str object, const char *key);
/* The next value of a list "[…]" (its brackets included at the first call); n 0: there is no more. */
struct str json_item(struct str *list);

#endif
