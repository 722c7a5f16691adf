/*
 * wire_http.c - any bytes into the HTTP reader, whole and cut: no crash, no read past an end, and
 * the same requests however they were cut. The first byte of an input says how.
 *
 * clang -g -O1 -fsanitize=fuzzer,address,undefined -std=c11 -D_GNU_SOURCE -Isrc -o build/fuzz_http
 * \ tests/fuzz/wire_http.c src/wire/http.c src/base/[!d]*.c build/fuzz_http -max_len=2000
 * -max_total_time=600
 */
#include "wire/http.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void tell_request(struct buf *out, const struct http_request *r)
{
	buf_printf(out, "%d %d %d %s %s ", r->method, r->minor, r->keep_alive, r->path, r->host);
	for (size_t i = 0; i < r->n_query; i++)
		buf_printf(out, "%s=%s&", r->query[i].name, r->query[i].value);
	for (size_t i = 0; i < r->n_headers; i++)
		buf_printf(out, "%s:%s|", r->headers[i].name, r->headers[i].value);
	buf_bytes(out, r->body);
}

/* Everything that the bytes say, as text. */
static void tell(struct buf *out, struct str in, size_t step)
{
	struct http *h = http_new(500);
	enum http_result r = HTTP_MORE;

	while (in.n > 0 && r != HTTP_REFUSED) {
		/* A copy that ends where the piece ends, so that a read past it is seen. */
		size_t n = in.n < step ? in.n : step, used = 0;
		char *piece = malloc(n);

		memcpy(piece, in.p, n);
		r = http_feed(h, (struct str){piece, n}, &used);
		free(piece);
		if (used > n || (used < n && r == HTTP_MORE))
			abort();
		in.p += used;
		in.n -= used;
		if (r == HTTP_CONTINUE)
			buf_text(out, "continue ");
		if (r == HTTP_REQUEST) {
			tell_request(out, http_request(h));
			http_next(h);
		}
	}
	if (r == HTTP_REFUSED)
		buf_printf(out, "refused %d %s", http_refused_status(h), http_refused_why(h, true));
	http_free(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole = {0}, cut = {0};
	struct str in = {(const char *)data + 1, size - 1};

	if (size == 0)
		return 0;
	tell(&whole, in, SIZE_MAX);
	tell(&cut, in, data[0] % 64 + 1);
	if (!str_eq(buf_view(&whole), buf_view(&cut)))
		abort();
	buf_free(&whole);
	buf_free(&cut);
	return 0;
}
