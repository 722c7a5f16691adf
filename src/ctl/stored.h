/*
 * stored.h - incidents read from a file (a store, a backup, the archive of a year) and not asked of the daemon, as the
 * daemon would answer them. Personal data are masked: a look at them in full could not be recorded there.
 */
#ifndef CTL_STORED_H
#define CTL_STORED_H
#include "ctl/ctl.h"
#include "store/read.h"

/* {"incidents": […]} of all that the filter lets through, newest first, at most `most`; NULL with a sentence. */
json_t *stored_incidents(struct ctl *ctl, const char *file, struct incident_filter filter, size_t most);
/* One with its events, as incident.get answers it. */
json_t *stored_incident(struct ctl *ctl, const char *file, const char *number);

#endif
