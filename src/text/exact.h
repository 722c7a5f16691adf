/*
 * exact.h - logarithm and exponential that are the same bits on every machine.
 *
 * libm rounds these differently from one architecture and version to the next. These use nothing but the
 * operations that IEEE 754 rounds exactly (+ − × ÷), one after the other: the room is compiled without
 * contraction of a multiplication and an addition into one (Makefile), and where doubles are evaluated as they
 * are written.
 */
#ifndef TEXT_EXACT_H
#define TEXT_EXACT_H
#include <stdint.h>

/* Natural logarithm of x > 0, finite; the error is below 1e-14. */
double exact_log(double x);
/* e to the x, for |x| < 700; the relative error is below 1e-13. */
double exact_exp(double x);
/* The whole number whose square is not above x, and the next one's is. */
uint32_t exact_root(uint64_t x);

#endif
