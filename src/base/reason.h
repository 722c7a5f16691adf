/*
 * reason.h - why the system refused something, in the reader's language. Place: base; the client library has it, too.
 */
#ifndef BASE_REASON_H
#define BASE_REASON_H
#include <stdbool.h>

/* Of an errno: 没有这个文件或文件夹. A rare one is as the C library says it. */
const char *system_reason(int error, bool english);

#endif
