/*
 * proposal.c - see proposal.h. Place: domain; pure.
 */
#include "domain/proposal.h"

#include <string.h>

void proposal_write(const struct proposal *p, struct buf *out)
{
	for (int i = 0; i < p->n; i++) {
		if (i)
			buf_char(out, ',');
		buf_text(out, p->v[i].code);
		buf_char(out, '=');
		buf_int(out, p->v[i].p);
	}
	buf_text(out, ";danger=");
	buf_int(out, p->danger);
}

/* Thousandths, up to the end of the text or one of `ends`. NULL: they are none. */
static const char *read_thousandths(const char *s, const char *ends, int *p)
{
	*p = 0;
	if (*s < '0' || *s > '9')
		return NULL;
	for (; *s >= '0' && *s <= '9' && *p <= CERTAIN; s++)
		*p = *p * 10 + (*s - '0');
	return *p <= CERTAIN && (!*s || strchr(ends, *s)) ? s : NULL;
}

static const char *read_proposed(const char *s, struct proposal *p)
{
	size_t n = strcspn(s, "=");
	struct proposed *one = &p->v[p->n];

	if (p->n == PROPOSED_MAX || n == 0 || n >= sizeof one->code || s[n] != '=')
		return NULL;
	memcpy(one->code, s, n);
	one->code[n] = '\0';
	p->n++;
	return read_thousandths(s + n + 1, ",;", &one->p);
}

bool proposal_read(const char *text, struct proposal *p)
{
	static const char danger[] = ";danger=";
	const char *s = text;

	*p = (struct proposal){0};
	while (s && *s && *s != ';') {
		s = read_proposed(s, p);
		if (s && *s == ',')
			s++;
	}
	if (s && strncmp(s, danger, sizeof danger - 1) == 0)
		s = read_thousandths(s + sizeof danger - 1, "", &p->danger);
	else
		s = NULL;
	if (!s)
		*p = (struct proposal){0};
	return s;
}
