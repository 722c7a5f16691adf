/*
 * log.h - one line per change of state on standard error: instant, role, what, key=value.
 * Values are escaped (control characters, bidi), cut at 256 bytes; no personal data ever.
 * A full pipe drops lines and counts them, it never blocks.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ALARM };

/* Names the process in every line ("engine"). */
void log_open(const char *role);
/* what: a word or two, stable, for grep ("commit failed"); then key=value pairs by format. */
void log_line(enum log_level level, const char *what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_warn(...) log_line(LOG_WARN, __VA_ARGS__)
#define log_alarm(...) log_line(LOG_ALARM, __VA_ARGS__)

/* No memory, or an environment that cannot work: says so and ends the process with 71. */
void fatal(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* malloc and realloc that end the process instead of returning NULL. */
void *xalloc(unsigned long n);
void *xrealloc(void *p, unsigned long n);

#endif
