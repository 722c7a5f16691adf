/*
 * append.c - what the disk itself takes: append 4 KiB, fdatasync, again; the least that any durable
 * reply can cost.
 *
 *     append FILE [SECONDS]
 *
 * Prints one line of JSON. The file is made anew and removed.
 */
#include "base/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST 1000000

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static uint32_t us[MOST];
	static char page[4096];
	int64_t end, started;
	size_t n = 0;
	int fd;

	if (argc < 2 || (fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600)) < 0) {
		fprintf(stderr, "append FILE [SECONDS]\n");
		return 2;
	}
	memset(page, 'x', sizeof page);
	end = clock_mono_us() + (argc > 2 ? atoi(argv[2]) : 2) * INT64_C(1000000);
	do {
		started = clock_mono_us();
		if (write(fd, page, sizeof page) != (ssize_t)sizeof page || fdatasync(fd) < 0) {
			perror(argv[1]);
			return 1;
		}
		us[n++] = (uint32_t)(clock_mono_us() - started);
	} while (n < MOST && clock_mono_us() < end);
	close(fd);
	unlink(argv[1]);
	qsort(us, n, sizeof *us, by_size);
	printf("{\"syncs\":%zu,\"median_ms\":%.3f,\"p99_ms\":%.3f}\n", n, us[n / 2] / 1e3,
	    us[n * 99 / 100] / 1e3);
	return 0;
}
