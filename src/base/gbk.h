/*
 * gbk.h - Chinese text of programs that write no UTF-8: GBK, read as GB 18030, which has all of it.
 */
#ifndef BASE_GBK_H
#define BASE_GBK_H
#include "base/buf.h"

struct gbk_read {
	size_t characters; /* of two or four bytes */
	size_t bad;        /* bytes that belong to none, each U+FFFD now */
	size_t first_bad;  /* the offset of the first of them, if there is one */
};

/* Appends it as UTF-8. */
struct gbk_read gbk_to_utf8(struct str in, struct buf *out);
/* Is this text, which is no valid UTF-8, GBK rather than UTF-8 in which some bytes are damaged? Of GBK hardly a
 * byte makes sense as UTF-8, and nearly all of its pairs are of GB 2312, the characters of everyday writing. */
bool gbk_likely(struct str s);

#endif
