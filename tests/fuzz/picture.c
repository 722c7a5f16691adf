/*
 * picture.c - any bytes as a picture: no crash, no read past an end; what was taken is taken again as it is, and is no longer than what was
 * given but by the 36 bytes that say which way up it is.
 *
 * clang -g -O1 -fsanitize=fuzzer,address,undefined -std=c11 -D_GNU_SOURCE -DLIANDONG_VERSION='"0"'
 *     -Isrc -Iinclude -Ibuild/release/gen -o build/fuzz_picture tests/fuzz/picture.c src/base/[a-z]*.c
 *     src/domain/[a-z]*.c -levent_core -levent_extra -lcrypto -lm
 * build/fuzz_picture -max_len=4096 -timeout=5 -max_total_time=600
 */
#include "base/arena.h"
#include "domain/command.h"
#include "domain/picture.h"

#include <stdlib.h>

#define UPRIGHT 36

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct buf once = {0}, twice = {0};
	struct refusal why = {0};
	struct str given = {(const char *)data, size};
	enum picture_type type = picture_clean(given, &once, a, &why);

	if (type == PICTURE_NONE ? why.code != ERROR_PARAMS : once.n > size + UPRIGHT)
		abort();
	if (type &&
	    (picture_clean(buf_view(&once), &twice, a, &why) != type ||
		!str_eq(buf_view(&once), buf_view(&twice))))
		abort();
	buf_free(&once);
	buf_free(&twice);
	arena_free(a);
	return 0;
}
