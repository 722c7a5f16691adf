/*
 * personal.c - which looks at personal data have been recorded today.
 *
 * Place: front, beside the reads that show personal data. What is kept is half a SHA-256 of account
 * and dispatch: two of them never fall together by accident.
 */
#include "front/personal.h"
#include "base/digest.h"
#include "base/log.h"

#include <stdlib.h>

#define SLOTS 4096u /* a power of two */

struct look {
	uint64_t a, b; /* both 0: free */
};

struct personal_reads {
	int64_t day;
	size_t n;
	struct look slots[SLOTS];
};

struct personal_reads *personal_new(void)
{
	struct personal_reads *l = calloc(1, sizeof(*l));

	if (!l)
		fatal("looks: no memory");
	return l;
}

void personal_free(struct personal_reads *l)
{
	free(l);
}

void personal_flush(struct personal_reads *l)
{
	memset(l->slots, 0, sizeof(l->slots));
	l->n = 0;
}

static struct look look_of(const char *account, const char *dispatch)
{
	/* the NUL between them keeps "a" "bc" apart from "ab" "c" */
	struct str parts[] = {{account, strlen(account) + 1}, str_of(dispatch)};
	struct digest d = digest_parts(parts, 2);
	struct look k;

	memcpy(&k, d.b, sizeof k);
	return k;
}

bool personal_first(struct personal_reads *l, const char *account, const char *dispatch, int64_t day)
{
	struct look k = look_of(account, dispatch);
	size_t i = k.a & (SLOTS - 1);

	if (day != l->day || 2 * l->n >= SLOTS)
		personal_flush(l);
	l->day = day;
	while (l->slots[i].a || l->slots[i].b) {
		if (l->slots[i].a == k.a && l->slots[i].b == k.b)
			return false;
		i = (i + 1) & (SLOTS - 1);
	}
	l->slots[i] = k;
	l->n++;
	return true;
}
