/*
 * build_parts.h - what the files that build a report's sheets share. Place: report; theirs alone.
 */
#ifndef REPORT_BUILD_PARTS_H
#define REPORT_BUILD_PARTS_H
#include "report/build.h"

#define COLUMNS(v) (v), (int)(sizeof(v) / sizeof((v)[0]))

/* The clocks that a report speaks of, in their order. */
#define REPORT_CLOCKS 5
extern const enum clock_kind report_clocks[REPORT_CLOCKS];

int64_t build_of_clock(const struct tally *t, enum clock_kind kind, enum outcome outcome);
int64_t build_met(const struct tally *t, enum clock_kind kind);
/* What a rate is of: met and late. */
int64_t build_due(const struct tally *t, enum clock_kind kind);
/* Three cells: met, due, rate. */
void build_rate(struct report_cell *row, const struct tally *t, enum clock_kind kind);
/* Whom the call-back reached, and who of them was satisfied or basically so. */
int64_t build_reached(const struct tally_incident *t);
int64_t build_content(const struct tally_incident *t);
/* All incidents but void ones and drills. */
struct tally_incident build_city(const struct figures *f);
/* Empty where it is not positive. */
struct report_cell build_positive(int64_t n);

/* The sheets. */
void build_summary(struct report_document *d, const struct report_facts *f);
void build_trend(struct report_document *d, const struct report_facts *f);
void build_months(struct report_document *d, const struct report_facts *f);
void build_groups(struct report_document *d, const struct figures *f, const struct incident_groups *g,
    const char *id, const char *title, const char *(*name)(const struct mechanism *, const char *));
void build_units(struct report_document *d, const struct figures *f);
void build_clocks(struct report_document *d, const struct figures *f);
void build_times(struct report_document *d, const struct figures *f);
void build_requests(struct report_document *d, const struct figures *f);
void build_desk(struct report_document *d, const struct report_facts *f);
void build_findings(struct report_document *d, const struct figures *f);
void build_slowest(struct report_document *d, const struct figures *f);
void build_deductions(struct report_document *d, const struct figures *f);
void build_duty(struct report_document *d, const struct figures *f);
void build_records(struct report_document *d, const struct report_facts *f, enum entry_kind kind,
    const char *id, const char *title);

#endif
