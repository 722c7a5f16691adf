/*
 * clock.h - the only caller of clock_gettime, and the seam for tests, drills and simulation.
 * Wall and monotonic time are different types, so that mixing them does not compile. The clock is
 * read once a turn and passed down; nothing below the processes reads it.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H
#include <stdbool.h>
#include <stdint.h>

struct wall_ms {
	int64_t ms;
};
struct mono_ms {
	int64_t ms;
};
struct boot_ms {
	int64_t ms;
};

/* The wall clock, or the manual instant where one is set. */
struct wall_ms clock_wall(void);
struct mono_ms clock_mono(void);
/* Goes on like the monotonic clock, also while the machine is suspended. */
struct boot_ms clock_boot(void);

/* Did the wall clock jump? For what waits by wall time, and is to wait as long as was meant. All 0 at first. */
struct clock_watch {
	int64_t wall, boot;
};
/* Milliseconds by which it was put on since the last call, < 0: back; 0: not, or by less than two seconds, or it is a manual clock. */
int64_t clock_stepped(struct clock_watch *w);
/* Does the kernel know the wall clock to be set by a time service? */
bool clock_synchronised(void);
/* Microseconds of the monotonic clock, for measuring. */
int64_t clock_mono_us(void);
/* Microseconds of processor time that a process of ours has used; -1 where it is gone. */
int64_t clock_cpu_us(int pid);
/* From now on clock_wall stands still at this instant, until moved. */
void clock_set_manual(struct wall_ms at);
bool clock_is_manual(void);

#endif
