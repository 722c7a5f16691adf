/* notify.h - what systemd is told (sd_notify(3)), without its library. */
#ifndef SUPERVISOR_NOTIFY_H
#define SUPERVISOR_NOTIFY_H
#include <stdint.h>

/* Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment, so that no child
 * speaks for the daemon. */
void notify_open(void);
/* "READY=1"; does nothing outside systemd. */
void notify(const char *state);
/* How often WATCHDOG=1 is wanted: half of what systemd waits; 0 never. */
int64_t notify_watchdog_ms(void);

#endif
