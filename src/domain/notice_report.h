/*
 * notice_report.h - what became of a notice that went out, as the process notifier says it: an event of its dispatch.
 * Place: domain, a part of the lifecycle.
 */
#ifndef DOMAIN_NOTICE_REPORT_H
#define DOMAIN_NOTICE_REPORT_H
#include "domain/act.h"

/* notice.report: notice.delivered, notice.failed, or notice.retried where it goes again. It changes nothing of the dispatch. */
bool notice_report(struct act *x);

#endif
