/*
 * exact.c - see exact.h. Place: text; pure.
 */
#include "text/exact.h"

#include <assert.h>
#include <float.h>
#include <string.h>

/* s390x evaluates floats as doubles. One operation on floats in memory that is then rounded to float has the same bits,
 * because a double has more than twice the digits of a float. */
_Static_assert(FLT_EVAL_METHOD == 0 || FLT_EVAL_METHOD == 1,
    "doubles are evaluated as they are written, or weights differ");

#define LN2 0.69314718055994530942

/* ln x = k ln 2 + 2 artanh((f − 1)/(f + 1)), f in [√½, √2): the series' terms fall below 2⁻⁵³ by the twelfth. */
double exact_log(double x)
{
	uint64_t bits;
	double f, s, square, power, sum = 0;
	int k;

	assert(x > 0 && x <= DBL_MAX && "logarithms are asked of positive numbers");
	memcpy(&bits, &x, sizeof bits);
	k = (int)(bits >> 52) - 1023;
	bits = (bits & UINT64_C(0xFFFFFFFFFFFFF)) | UINT64_C(0x3FF0000000000000);
	memcpy(&f, &bits, sizeof f);
	if (f > 1.41421356237309504880) {
		f = f / 2;
		k++;
	}
	s = (f - 1) / (f + 1);
	square = s * s;
	power = s;
	for (int i = 1; i < 26; i += 2) {
		sum = sum + power / i;
		power = power * square;
	}
	return k * LN2 + 2 * sum;
}

/* e^x = 2^k e^r, |r| ≤ ½ ln 2, by its power series. */
double exact_exp(double x)
{
	double r, term = 1, sum = 1, scale;
	uint64_t bits;
	int k;

	assert(x > -700 && x < 700 && "exponentials are asked of moderate numbers");
	k = (int)(x / LN2 + (x < 0 ? -0.5 : 0.5));
	r = x - k * LN2;
	for (int i = 1; i < 16; i++) {
		term = term * r / i;
		sum = sum + term;
	}
	bits = (uint64_t)(k + 1023) << 52;
	memcpy(&scale, &bits, sizeof scale);
	return sum * scale;
}

uint32_t exact_root(uint64_t x)
{
	uint64_t root = 0;

	for (uint64_t bit = UINT64_C(1) << 62; bit; bit >>= 2) {
		if (x >= root + bit) {
			x -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
	}
	return (uint32_t)root;
}
