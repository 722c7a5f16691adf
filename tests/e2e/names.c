/*
 * names.c - loaded before a program's libraries (LD_PRELOAD): names under "turns.test" stand for another address at each
 * look-up, 127.0.0.1 and 169.254.169.254 in turn; "both.turns.test" for the two at once, the forbidden one first.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdatomic.h>
#include <string.h>

#define GOOD "127.0.0.1"
#define BAD "169.254.169.254"

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
	static atomic_int n;
	__typeof__(&getaddrinfo) look_up = (__typeof__(&getaddrinfo))dlsym(RTLD_NEXT, "getaddrinfo");
	const char *end = node ? strstr(node, "turns.test") : NULL;

	if (!end)
		return look_up(node, service, hints, out);
	if (strncmp(node, "both.", 5) != 0)
		return look_up(atomic_fetch_add(&n, 1) % 2 ? BAD : GOOD, service, hints, out);
	if (look_up(BAD, service, hints, out) != 0)
		return EAI_FAIL;
	return look_up(GOOD, service, hints, &(*out)->ai_next);
}
