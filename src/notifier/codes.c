/* codes.c - see codes.h. Place: notifier. */
#include "notifier/codes.h"
#include "store/outbox.h"

#include <string.h>

#define TRIED 100

bool codes_open(struct codes *c, struct outbox *outbox, int64_t now)
{
	memset(c, 0, sizeof *c);
	return outbox_codes(outbox, now - REPLY_WITHIN_MS, CODE_FIRST, CODES, c->given_at);
}

bool codes_given(int code)
{
	return code >= CODE_FIRST && code < CODE_FIRST + CODES;
}

static bool taken(const struct codes *c, int code, int64_t now)
{
	return c->given_at[code - CODE_FIRST] >= now - REPLY_WITHIN_MS;
}

int codes_free(const struct codes *c, int code, int64_t now)
{
	if (!codes_given(code))
		return code;
	for (int i = 0; i < TRIED && taken(c, code, now); i++)
		code = CODE_FIRST + (code - CODE_FIRST + 1) % CODES;
	return code;
}

void codes_take(struct codes *c, int code, int64_t now)
{
	if (codes_given(code))
		c->given_at[code - CODE_FIRST] = now;
}
