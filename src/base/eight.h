/* eight.h - eight bytes of a text looked at together: what is true of each of them, in whichever order they lie. */
#ifndef BASE_EIGHT_H
#define BASE_EIGHT_H
#include <stdint.h>
#include <string.h>

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

static inline uint64_t eight(const char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof w);
	return w;
}

#endif
