/*
 * notice_message.c - any bytes as an ask and as an answer over the notifier's socket: no crash, no read past
 * an end, nothing beyond its bounds; and what was understood is understood the same when it is packed again.
 *
 * clang -g -O1 -fsanitize=fuzzer,address,undefined -std=c11 -D_GNU_SOURCE -DLIANDONG_VERSION='"0"'
 *     -Isrc -Iinclude -Ibuild/release/gen -o build/fuzz_notice_message tests/fuzz/notice_message.c src/base/[a-z]*.c
 *     src/domain/[a-z]*.c src/wire/[a-z]*.c src/mechanism/problems.c -levent_core -levent_extra -ljansson -lssl -lcrypto -lm
 * build/fuzz_notice_message -max_len=4096 -timeout=5 -max_total_time=600
 */
#include "base/arena.h"
#include "wire/notice_message.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void as_ask(struct str s, struct arena *a)
{
	struct notice_ask k, again;
	struct buf b = {0};

	if (!notice_ask_unpack(s, a, &k))
		return;
	notice_ask_pack(&b, &k);
	if (!notice_ask_unpack(buf_view(&b), a, &again) || again.way != k.way ||
	    again.n_headers != k.n_headers || !str_eq(again.body, k.body))
		abort();
	buf_free(&b);
}

static void as_answer(struct str s, struct arena *a)
{
	struct notice_answer r, again;
	struct buf b = {0};

	if (!notice_answer_unpack(s, a, &r))
		return;
	notice_answer_pack(&b, &r);
	if (!notice_answer_unpack(buf_view(&b), a, &again) || again.status != r.status ||
	    !str_eq(again.result, r.result))
		abort();
	buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct str s = {(const char *)data, size};

	as_ask(s, a);
	as_answer(s, a);
	arena_free(a);
	return 0;
}
