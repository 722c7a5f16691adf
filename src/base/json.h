/*
 * json.h - writing JSON, compact, without a tree. It only writes; reading is jansson's (wire/).
 * The writer puts the commas; members come in the order of the calls, which makes the bytes
 * canonical: event data in the journal are hashed as written here.
 * (json_begin, json_list and json_none: jansson has the names json_object, json_array, json_null.)
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H
#include "base/buf.h"

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
void json_text(struct json *j, const char *key, const char *z);
void json_str(struct json *j, const char *key, struct str s);
void json_int(struct json *j, const char *key, int64_t v);
void json_bool(struct json *j, const char *key, bool v);
void json_none(struct json *j, const char *key);
/* An instant as RFC 3339 with +08:00; 0 leaves the member out. */
void json_time(struct json *j, const char *key, int64_t at_ms);
/* micro-degrees as a decimal number of degrees */
void json_micro(struct json *j, const char *key, int64_t micro);
/* Bytes that are JSON already. */
void json_raw(struct json *j, const char *key, struct str raw);

#endif
