/*
 * texts.c - any bytes as a text that is folded and searched, and as a request: no crash, no read past an
 * end, no more than the room that was promised, nothing meant that was not said. The first byte of an
 * input says which of the two. With -timeout=5 a text that takes too long is a fault, too.
 *
 * clang -g -O1 -fsanitize=fuzzer,address,undefined -std=c11 -D_GNU_SOURCE -DLIANDONG_VERSION='"0"'
 *     -Isrc -Iinclude -Ibuild/release/gen -o build/fuzz_texts tests/fuzz/texts.c src/base/[a-z]*.c
 *     src/domain/[a-z]*.c src/wire/[a-z]*.c -levent_core -levent_extra -ljansson -lcrypto -lm
 * build/fuzz_texts -max_len=65536 -timeout=5 -max_total_time=600
 */
#include "base/arena.h"
#include "domain/denial.h"
#include "domain/fold.h"
#include "domain/keywords.h"
#include "domain/phone.h"
#include "wire/request.h"

#include <stdint.h>
#include <stdlib.h>

#define WORDS 11

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const words[WORDS] = {
    "着火", "没有呼吸", "受伤", "12", "ktv", "爆炸", "火", "没", "跳楼", "a·b", "110"};

static const struct keywords *keywords(void)
{
	static const struct keywords *made;
	static struct arena *kept;
	uint32_t ids[WORDS];

	if (!made) {
		kept = arena_new();
		made = keywords_new(kept, words, WORDS, ids);
	}
	return made;
}

static void as_text(const char *text)
{
	size_t room = fold_room(strlen(text));
	char *folded = malloc(room);
	struct phone phones[PHONES_MOST];
	uint64_t said = 0, meant = 0;

	if (!folded || fold_text(text, folded) >= room)
		abort();
	keywords_scan(keywords(), folded, &said, &meant);
	if (meant & ~said)
		abort();
	(void)denial_leaves(folded);
	if (phone_find(text, phones) > PHONES_MOST)
		abort();
	free(folded);
}

static void as_request(struct str line)
{
	struct arena *a = arena_new();
	struct rpc_request r;

	request_parse(line, a, &r);
	if (r.why.code == OK && !r.id.n)
		abort();
	arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (size == 0)
		return 0;
	text = malloc(size);
	if (!text)
		abort();
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	if (data[0] & 1)
		as_text(text);
	else
		as_request((struct str){text, size - 1});
	free(text);
	return 0;
}
