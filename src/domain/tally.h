/*
 * tally.h - what a dispatch, and an incident, adds to the sums that reports are made from.
 *
 * A contribution is a pure function of the stored row with its requests. The tables `tally` and
 * `tally_incident` hold what has ended: saving a row writes what it adds now less what it added when it
 * was loaded. A report adds the open ones by the same function. The lists below are the only ones: the
 * members in a report and their names come from them. The store knows a counter by its place: append only.
 *
 * Place: domain, over outcome.h; pure.
 */
#ifndef DOMAIN_TALLY_H
#define DOMAIN_TALLY_H
#include "domain/outcome.h"

/* -- a dispatch ----------------------------------------------------------------------------------- */

#define TALLY_CLOCK(X, ID, column, zh)                                                                       \
	X(ID##_VOID, column "_void", zh "不计")                                                              \
	X(ID##_MET, column "_met", zh "按时")                                                                \
	X(ID##_EXCUSED, column "_excused", zh "免责")                                                        \
	X(ID##_LATE, column "_late", zh "超时")                                                              \
	X(ID##_RUNNING, column "_running", zh "计时中")
#define TALLY_TIMES(X, ID, column, zh, a, b, c, d, over)                                                     \
	X(ID##_1, column "_1", zh a)                                                                         \
	X(ID##_2, column "_2", zh b)                                                                         \
	X(ID##_3, column "_3", zh c)                                                                         \
	X(ID##_4, column "_4", zh d)                                                                         \
	X(ID##_5, column "_5", zh over)                                                                      \
	X(ID##_UNMEASURED, column "_unmeasured", zh "用时未记录")                                            \
	X(ID##_MS, column "_ms", zh "用时合计(毫秒)")
#define TALLY_REQUESTS(X, ID, column, zh)                                                                    \
	X(ID##_PENDING, column "_pending", zh "待定")                                                        \
	X(ID##_GRANTED, column "_granted", zh "同意")                                                        \
	X(ID##_REJECTED, column "_rejected", zh "不同意")                                                    \
	X(ID##_LAPSED, column "_lapsed", zh "逾期未定")                                                      \
	X(ID##_DROPPED, column "_dropped", zh "撤回")                                                        \
	X(ID##_UNDECIDED, column "_undecided", zh "未在时限内决定")

/* X(member, column, what people call it). Of a clock `none` is DISPATCHES less the other five. The states
 * of requests are those that they are in now; UNDECIDED counts those that lapsed, whatever became of them
 * later: the decider's failing, never the unit's. That of an appeal is the office's. */
#define TALLY_LIST(X)                                                                                        \
	X(DISPATCHES, "dispatches", "联动指令")                                                              \
	X(COMPLETED, "completed", "处置完毕")                                                                \
	X(WITHDRAWN, "withdrawn", "撤回指令")                                                                \
	TALLY_CLOCK(X, DELIVERY, "delivery", "送达")                                                         \
	TALLY_CLOCK(X, ACKNOWLEDGE, "acknowledge", "签收")                                                   \
	TALLY_CLOCK(X, ARRIVE, "arrive", "到场")                                                             \
	TALLY_CLOCK(X, FIRST_REPORT, "first_report", "首次反馈")                                             \
	TALLY_CLOCK(X, NEXT_REPORT, "next_report", "续报")                                                   \
	TALLY_TIMES(X, ACKNOWLEDGE_TIME, "acknowledge_time", "签收", "30秒内", "30秒至1分钟", "1至2分钟",    \
	    "2至3分钟", "3分钟以上")                                                                         \
	TALLY_TIMES(X, ARRIVE_TIME, "arrive_time", "到场", "5分钟内", "5至10分钟", "10至15分钟",             \
	    "15至30分钟", "30分钟以上")                                                                      \
	TALLY_TIMES(X, FIRST_REPORT_TIME, "first_report_time", "首次反馈", "30分钟内", "30分钟至1小时",      \
	    "1至2小时", "2至4小时", "4小时以上")                                                             \
	TALLY_REQUESTS(X, RETURN, "return", "申请改派")                                                      \
	TALLY_REQUESTS(X, EXTEND, "extend", "申请延期")                                                      \
	TALLY_REQUESTS(X, LATE_STEP, "late_step", "补录确认")                                                \
	X(LATE_REPORTED, "late_reported", "有步骤迟报")                                                      \
	X(REDO, "redo", "重新办理")                                                                          \
	X(VOID_RETURNED, "void_returned", "改派不计")                                                        \
	X(VOID_ERROR, "void_error", "误派不计")                                                              \
	X(VOID_CANCELLED, "void_cancelled", "作废不计")                                                      \
	X(VOID_SAME_MATTER, "void_same_matter", "同一事项不计")                                              \
	X(VOID_OVERDUE, "void_overdue", "不计前已超时")                                                      \
	X(APPEAL_UNDECIDED, "appeal_undecided", "申请复核未在时限内决定")

#define TALLY_MEMBER(id, column, zh) TALLY_##id,
enum tally_counter { TALLY_LIST(TALLY_MEMBER) TALLY_COUNTERS };
#undef TALLY_MEMBER

/* The counter of what came of a clock; `outcome` is not none. */
#define TALLY_OF_CLOCK(kind, outcome)                                                                        \
	((enum tally_counter)(TALLY_DELIVERY_VOID + (int)(kind) * (OUTCOMES - 1) +                           \
	    (int)(outcome)-OUTCOME_VOID))
/* The counter of a bucket, 0 … BUCKETS - 1; behind them, of those that were not measured and of the sum. */
#define TALLY_OF_TIME(what, bucket)                                                                          \
	((enum tally_counter)(TALLY_ACKNOWLEDGE_TIME_1 + (int)(what) * (BUCKETS + 2) + (int)(bucket)))
#define TALLY_OF_REQUEST(kind, state)                                                                        \
	((enum tally_counter)(TALLY_RETURN_PENDING + (int)(kind) * (REQUEST_STATES + 1) + (int)(state)))

struct tally_name {
	const char *column, *zh;
};
extern const struct tally_name tally_names[TALLY_COUNTERS];

struct tally {
	int64_t n[TALLY_COUNTERS];
};
/* The day of its issue, whenever its steps come: midnight of the local day, as an instant. */
struct tally_key {
	int64_t day;
	const char *unit;
	enum dispatch_role part;
	enum priority priority;
	enum standing standing;
};

/* Does the table hold it? */
bool tally_holds(const struct dispatch *d);
/* What it adds, be it open or ended. */
void tally_dispatch(const struct incident *inc, const struct dispatch *d, struct tally_key *key,
    struct tally *out);
/* sum += by * more; by is 1 or -1. */
void tally_add(struct tally *sum, const struct tally *more, int by);
/* Dispatches whose clock of that kind has no outcome. */
int64_t tally_none(const struct tally *t, enum clock_kind kind);

/* -- an incident ---------------------------------------------------------------------------------- */

/* Called back: COMPLETED = SATISFIED + BASICALLY + DISSATISFIED + UNREACHED + WAITING + NOT_CALLED.
 * Callers: INCIDENTS + FOLLOWERS. The last two are the desk's failings: how many were not called back, or given
 * a lead, by their due, be it once or more often. */
#define TALLY_INCIDENT_LIST(X)                                                                               \
	X(INCIDENTS, "incidents", "警情")                                                                    \
	X(FOLLOWERS, "followers", "并入同一事项的来电")                                                      \
	X(JOINED, "joined", "所并入的来电")                                                                  \
	X(CANCELLED, "cancelled", "作废")                                                                    \
	X(UNMATCHED, "unmatched", "没有规则派出")                                                            \
	X(COMPLETED, "completed", "处置完毕")                                                                \
	X(SATISFIED, "satisfied", "满意")                                                                    \
	X(BASICALLY, "basically", "基本满意")                                                                \
	X(DISSATISFIED, "dissatisfied", "不满意")                                                            \
	X(UNREACHED, "unreached", "未接通")                                                                  \
	X(WAITING, "waiting", "待回访")                                                                      \
	X(NOT_CALLED, "not_called", "不回访")                                                                \
	X(REDO, "redo", "重新办理")                                                                          \
	X(BACKFILL, "backfill", "补录")                                                                      \
	X(CALLBACK_LATE, "callback_late", "逾期未回访")                                                      \
	X(LEAD_LATE, "lead_late", "逾期没有主办")

#define TALLY_MEMBER(id, column, zh) TALLY_INCIDENT_##id,
enum tally_incident_counter { TALLY_INCIDENT_LIST(TALLY_MEMBER) TALLY_INCIDENT_COUNTERS };
#undef TALLY_MEMBER
extern const struct tally_name tally_incident_names[TALLY_INCIDENT_COUNTERS];

struct tally_incident {
	int64_t n[TALLY_INCIDENT_COUNTERS];
};
/* The day of its report to us. */
struct tally_incident_key {
	int64_t day;
	const char *lead;     /* the last unit that led; NULL: none did */
	const char *category; /* NULL: none was found */
	char township[16]; /* of its area: statistical codes nest, nine digits are a township's; "": none */
	enum standing standing; /* drill, void, apart, outside or counted */
};

bool tally_holds_incident(const struct incident *inc);
void tally_incident(const struct incident *inc, struct tally_incident_key *key, struct tally_incident *out);
void tally_incident_add(struct tally_incident *sum, const struct tally_incident *more, int by);

#endif
