/* base64.h - bytes as the letters of RFC 4648, section 4, with their = at the end. Place: base; pure. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H
#include "base/buf.h"

void base64_put(struct buf *out, struct str bytes);
/* Appends the bytes. False where it is not base64, with or without its =; what was appended is no use then. */
bool base64_get(struct buf *out, struct str text);

#endif
