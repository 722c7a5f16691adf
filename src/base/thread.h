/*
 * thread.h - a thread beside a process's loop, for work that no turn may wait for.
 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H
#include <pthread.h>
#include <stdbool.h>

/* Runs it in a thread of its own; false: there is none to be had. All signals are blocked in it: they are the
 * loop's. What digests keep for a thread is given back at its end. The caller joins it. */
bool thread_start(pthread_t *thread, void *(*run)(void *arg), void *arg);

#endif
