/*
 * notice_report.h - what became of a notice that went out, as the process notifier says it: an event of its dispatch.
 * Place: domain, a part of the lifecycle.
 */
#ifndef DOMAIN_NOTICE_REPORT_H
#define DOMAIN_NOTICE_REPORT_H
#include "domain/act.h"

/*
 * notice.report: notice.delivered, notice.failed, or notice.retried where it goes again. Where none of its instruction's
 * notices was delivered and the unit has fetched nothing either, it is beyond reach from now on: the desk is to phone,
 * and the clocks are judged anew, because the wait for the delivery is the system's then (deduction.h). A notice that is
 * delivered after all ends that.
 */
bool notice_report(struct act *x);

#endif
