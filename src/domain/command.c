/*
 * command.c - the tables of commands, parameters and errors, and the checks that come from them.
 *
 * Place: domain, so that every process reads the same tables. A parameter that stands inside an
 * object on the wire ("reporter": {"phone": …}) is one row with `object` set.
 */
#include "domain/command.h"
#include "base/arena.h"
#include "domain/mechanism.h"
#include "domain/picture.h"
#include <assert.h>
#include <stdio.h>

const char *const role_names[ROLES] = {
    [ROLE_NONE] = "",
    [ROLE_DESK] = "desk",
    [ROLE_LIAISON] = "liaison",
    [ROLE_OFFICE] = "office",
    [ROLE_ADMIN] = "admin",
    [ROLE_INTEGRATION] = "integration",
    [ROLE_LOCAL] = "local",
    [ROLE_SHIFT_LEADER] = "shift-leader",
    [ROLE_WALL] = "wall",
};

const struct error_kind error_kinds[ERROR_CODES] = {
    [OK] = {0, "ok", 200, "成功", "done"},
    [ERROR_PARSE] = {-32700, "parse-error", 400, "不是一个 JSON 文本", "not a JSON text"},
    [ERROR_INVALID] = {-32600, "invalid-request", 400, "不是一个有效的请求", "not a valid request"},
    [ERROR_METHOD] = {-32601, "unknown-method", 404, "没有这个命令", "there is no such command"},
    [ERROR_PARAMS] = {-32602, "invalid-params", 422, "参数有误", "a parameter is not as it must be"},
    [ERROR_INTERNAL] = {-32603, "internal", 500, "系统内部错误", "an internal error"},
    [ERROR_UNAUTHENTICATED] = {-32001, "unauthenticated", 401, "未登录或令牌无效",
	"no session, or the token is not good"},
    [ERROR_FORBIDDEN] = {-32002, "forbidden", 403, "该账号无权执行此操作", "this account may not do that"},
    [ERROR_NOT_FOUND] = {-32003, "not-found", 404, "没有这条记录", "there is no such record"},
    [ERROR_CONFLICT] = {-32004, "conflict", 409, "与已有记录冲突", "it conflicts with what is stored"},
    [ERROR_WRONG_STATE] = {-32005, "wrong-state", 409, "当前状态不允许此操作",
	"not possible in the present state"},
    [ERROR_UNAVAILABLE] = {-32006, "unavailable", 503, "暂时不可用,不能确认是否已保存,请重发",
	"not known to be stored; send it again"},
    [ERROR_TOO_MANY] = {-32007, "too-many", 429, "请求过于频繁,请稍后再试",
	"too many requests; try again later"},
    [ERROR_PRECONDITION] = {-32008, "precondition-failed", 412, "记录已有变化,请重新读取",
	"the record has changed; read it again"},
    [ERROR_TOKEN_AGAIN] = {-32009, "token-again", 403, "此操作须再次出示令牌,请重新登录",
	"this needs the token once more; log in again"},
    [ERROR_ARCHIVED] = {-32010, "archived", 410, "已归档", "it is in an archive"},
};

/* -- parameters ----------------------------------------------------------------------------- */

static const char *const datum_names[] = {"gcj02", "wgs84", "cgcs2000"};
static const char *const priority_choices[] = {"P1", "P2", "P3", "P4"};
/* Of accounts: the rows of role_names but "" and local, in the order that documents have. */
static const char *const account_role_choices[] = {
    "desk", "liaison", "office", "admin", "integration", "shift-leader", "wall"};
static const char *const callback_also[] = {"满意", "basically-satisfied", "不满意", "未接通"};
static const char *const embed_choices[] = {"board", "dispatch"};
static const char *const series_by_choices[] = {"unit", "category"};
static const char *const series_every_choices[] = {"week", "month"};
static const char *const check_results[] = {"answered", "unanswered"};
/* 督办单, 通报批评, 移交纪检监察机关 (Art. 13) */
static const char *const priority_also[] = {"危急", "紧急", "求助", "非紧急"};

#define MILLION INT64_C(1000000)
#define FILES_MAX (4 * 1024 * 1024) /* as the longest YAML file; a message between processes takes it */
#define NAMES(list) .names = (list), .n_names = (int)(sizeof(list) / sizeof((list)[0]))

const struct field_kind field_kinds[FIELDS] = {
    [FIELD_KEY] = {"key", NULL, TYPE_TEXT, 1, 64, .about = "幂等键"},
    [FIELD_NUMBER] = {"number", NULL, TYPE_NUMBER, 1, NUMBER_MAX, .about = "警情编号"},
    [FIELD_RECEIVED_AT] = {"received_at", NULL, TYPE_TIME, .about = "接警时间"},
    [FIELD_CATEGORY] = {"category", NULL, TYPE_CODE, 1, 64, .named = true, .about = "警情类别代码"},
    [FIELD_PRIORITY] = {"priority", NULL, TYPE_NAME, NAMES(priority_choices), .also = priority_also,
	.about = "紧急程度"},
    [FIELD_AREA] = {"area", NULL, TYPE_CODE, 1, 64, .named = true, .about = "乡镇街道或村、社区代码"},
    [FIELD_ADDRESS] = {"address", NULL, TYPE_TEXT, 0, 500, .personal = true, .too_long = LONG_SPLIT,
	.about = "地址"},
    [FIELD_LON] = {"lon", "location", TYPE_DEGREES, -180 * MILLION, 180 * MILLION, .about = "经度"},
    [FIELD_LAT] = {"lat", "location", TYPE_DEGREES, -90 * MILLION, 90 * MILLION, .about = "纬度"},
    [FIELD_DATUM] = {"datum", "location", TYPE_NAME, NAMES(datum_names), .about = "坐标系"},
    [FIELD_REPORTER_NAME] = {"name", "reporter", TYPE_TEXT, 0, 100, .personal = true, .too_long = LONG_CUT,
	.about = "报警人姓名"},
    [FIELD_REPORTER_PHONE] = {"phone", "reporter", TYPE_TEXT, 0, 100, .personal = true, .phone = true,
	.too_long = LONG_CUT, .about = "报警人电话"},
    [FIELD_DESCRIPTION] = {"description", NULL, TYPE_TEXT, 0, 4000, .personal = true, .too_long = LONG_SPLIT,
	.tells = true, .about = "警情描述"},
    [FIELD_CONFIDENTIAL] = {"confidential", NULL, TYPE_BOOL, .about = "保密"},
    [FIELD_SECRET_REPORTER] = {"secret_reporter", NULL, TYPE_BOOL, .about = "为报警人保密"},
    [FIELD_UNITS] = {"units", NULL, TYPE_CODES, 1, 32, .named = true, .about = "指定单位,第一个主办"},
    [FIELD_DRILL] = {"drill", NULL, TYPE_BOOL, .about = "演练"},
    [FIELD_TEXT] = {"text", NULL, TYPE_TEXT, 1, 4000, .personal = true, .too_long = LONG_SPLIT, .tells = true,
	.about = "说明"},
    [FIELD_DISPATCH] = {"dispatch", NULL, TYPE_NUMBER, 4, DISPATCH_ID_MAX - 1, .about = "联动指令编号"},
    [FIELD_UNIT] = {"unit", NULL, TYPE_CODE, 1, 64, .named = true, .about = "成员单位代码"},
    [FIELD_ROLE] = {"role", NULL, TYPE_NAME, .names = dispatch_role_names, .n_names = DISPATCH_ROLES,
	.about = "主办、协办或知会"},
    [FIELD_REASON] = {"reason", NULL, TYPE_TEXT, 1, 500, .personal = true, .too_long = LONG_SPLIT,
	.tells = true, .about = "理由"},
    [FIELD_AT] = {"at", NULL, TYPE_TIME, .about = "发生时间"},
    [FIELD_ETA] = {"eta", NULL, TYPE_TIME, .about = "预计时间"},
    [FIELD_PERSON] = {"person", "on_behalf", TYPE_TEXT, 1, 100, .personal = true, .too_long = LONG_CUT,
	.about = "代为记录的单位人员"},
    [FIELD_PHONE] = {"phone", "on_behalf", TYPE_TEXT, 1, 100, .personal = true, .phone = true,
	.too_long = LONG_CUT, .about = "该人员电话"},
    [FIELD_RESULT] = {"result", NULL, TYPE_TEXT, 1, 4000, .personal = true, .too_long = LONG_SPLIT,
	.tells = true, .about = "处置结果"},
    [FIELD_STATE] = {"state", NULL, TYPE_NAME, .names = incident_state_names, .n_names = INCIDENT_STATES,
	.about = "警情状态"},
    [FIELD_FROM] = {"from", NULL, TYPE_TIME, .about = "从何时起"},
    [FIELD_TO] = {"to", NULL, TYPE_TIME, .about = "到何时止"},
    [FIELD_CURSOR] = {"cursor", NULL, TYPE_CODE, 1, 64, .about = "续页标记"},
    [FIELD_LIMIT] = {"limit", NULL, TYPE_INT, 1, 500, .about = "每页条数"},
    [FIELD_TOKEN] = {"token", NULL, TYPE_TEXT, 1, 200, .about = "令牌"},
    [FIELD_CLIENT] = {"client", NULL, TYPE_TEXT, 1, 100, .about = "客户端名称"},
    [FIELD_AFTER] = {"after", NULL, TYPE_INT, 0, INT64_MAX, .about = "从哪个事件序号之后"},
    [FIELD_EVENTS] = {"events", NULL, TYPE_BOOL, .about = "是否推送事件"},
    [FIELD_INSTANT] = {"instant", NULL, TYPE_TIME, .about = "时刻"},
    [FIELD_DURATION] = {"duration", NULL, TYPE_DURATION, .about = "时长,如 30m"},
    [FIELD_NAME] = {"name", NULL, TYPE_CODE, 1, 64, .about = "账号"},
    [FIELD_ACCOUNT_ROLE] = {"role", NULL, TYPE_NAME, NAMES(account_role_choices), .about = "角色"},
    [FIELD_TOKEN_HASH] = {"token_sha256", NULL, TYPE_CODE, 64, 64, .about = "令牌的 SHA-256"},
    [FIELD_COMMANDS] = {"commands", NULL, TYPE_CODES, 1, 128, .about = "该账号可用的命令"},
    [FIELD_UNMASK] = {"unmask", NULL, TYPE_BOOL, .about = "显示个人信息(将被记录)"},
    [FIELD_FILE] = {"file", NULL, TYPE_TEXT, 1, 4000, .about = "文件"},
    [FIELD_OPEN] = {"open", NULL, TYPE_BOOL, .about = "只看未结的"},
    [FIELD_WAIT] = {"wait", NULL, TYPE_INT, 0, 60, .about = "最多等待的秒数"},
    [FIELD_EXPLAIN] = {"explain", NULL, TYPE_BOOL, .about = "逐段说明"},
    [FIELD_IF_MATCH] = {"if_match", NULL, TYPE_INT, 0, INT64_MAX, .about = "所依据的版本"},
    [FIELD_DISPATCHES] = {"dispatches", NULL, TYPE_CODES, 1, 128, .about = "联动指令编号"},
    [FIELD_WHY] = {"why", NULL, TYPE_TEXT, 1, 500, .about = "缘由"},
    [FIELD_STEP_LON] = {"lon", "location", TYPE_DEGREES, -180 * MILLION, 180 * MILLION, .about = "经度"},
    [FIELD_STEP_LAT] = {"lat", "location", TYPE_DEGREES, -90 * MILLION, 90 * MILLION, .about = "纬度"},
    [FIELD_TOKEN_ID] = {"token_id", NULL, TYPE_CODE, 8, 64, .about = "令牌的标识,只停用它"},
    [FIELD_REQUEST] = {"request", NULL, TYPE_CODE, 1, REQUEST_ID_MAX, .about = "申请编号"},
    [FIELD_GRANT] = {"grant", NULL, TYPE_BOOL, .about = "同意或不同意"},
    [FIELD_REASON_CODE] = {"reason", NULL, TYPE_CODE, 1, 64, .about = "理由代码"},
    [FIELD_UNTIL] = {"until", NULL, TYPE_TIME, .about = "到何时"},
    [FIELD_EVIDENCE] = {"evidence", NULL, TYPE_CODES, 1, 16, .about = "证据:录音、照片的编号"},
    [FIELD_DOCUMENT] = {"document", NULL, TYPE_TEXT, 1, 100, .about = "文号"},
    [FIELD_SAME_AS] = {"same_as", NULL, TYPE_NUMBER, 1, NUMBER_MAX, .about = "同一事项的警情编号"},
    [FIELD_TICKET] = {"ticket", NULL, TYPE_CODE, 1, 64, .about = "单位或对方平台自己的工单号"},
    [FIELD_OWNER_UNIT] = {"unit", "owner", TYPE_CODE, 1, 64, .named = true, .about = "权属单位"},
    [FIELD_OWNER_OBJECT] = {"object", "owner", TYPE_TEXT, 1, 100, .about = "设施"},
    [FIELD_OWNER_MARK] = {"mark", "owner", TYPE_TEXT, 1, 100, .about = "设施编号"},
    [FIELD_STEP] = {"step", NULL, TYPE_NAME, .names = step_names, .n_names = STEPS, .about = "步骤"},
    [FIELD_CLOCK] = {"clock", NULL, TYPE_NAME, .names = clock_names, .n_names = CLOCK_COUNT, .about = "时限"},
    [FIELD_CALLBACK_RESULT] = {"result", NULL, TYPE_NAME, .names = callback_result_names + 1,
	.n_names = CALLBACK_RESULTS - 1, .also = callback_also, .about = "回访结果"},
    [FIELD_CALLED] = {"to", NULL, TYPE_TEXT, 1, 100, .personal = true, .phone = true, .about = "所拨电话"},
    [FIELD_OTHER] = {"other", NULL, TYPE_NUMBER, 1, NUMBER_MAX, .about = "另一件警情编号"},
    [FIELD_ON] = {"on", NULL, TYPE_BOOL, .about = "是或否"},
    [FIELD_MODE] = {"mode", NULL, TYPE_CODE, 1, 64, .about = "应急模式"},
    [FIELD_AREAS] = {"areas", NULL, TYPE_CODES, 1, 64, .named = true, .about = "乡镇街道代码"},
    [FIELD_ACCOUNT] = {"account", NULL, TYPE_CODE, 1, 64, .about = "账号"},
    [FIELD_PEOPLE] = {"people", NULL, TYPE_CODES, 1, 16, .about = "值班人员代码"},
    [FIELD_MONTH] = {"month", NULL, TYPE_CODE, 7, 7, .about = "月份,如 2026-09"},
    [FIELD_CHECK_RESULT] = {"result", NULL, TYPE_NAME, NAMES(check_results), .about = "抽查结果"},
    [FIELD_SECONDS] = {"seconds", NULL, TYPE_INT, 0, 3600, .about = "多少秒后接听"},
    [FIELD_ANSWERED] = {"person", NULL, TYPE_TEXT, 1, 100, .personal = true, .about = "接听人"},
    [FIELD_CLASS] = {"class", NULL, TYPE_NAME, .names = finding_class_names, .n_names = FINDING_CLASSES,
	.about = "事项类别"},
    [FIELD_FINDING] = {"finding", NULL, TYPE_CODE, 1, DISPATCH_ID_MAX + 4, .about = "待核考评事项编号"},
    [FIELD_FINDINGS] = {"findings", NULL, TYPE_CODES, 1, 64, .about = "待核考评事项编号"},
    [FIELD_MEASURE] = {"measure", NULL, TYPE_NAME, NAMES(measure_names), .about = "措施"},
    [FIELD_PERIOD] = {"period", NULL, TYPE_CODE, 1, 32, .about = "时期,如 2026Q3"},
    [FIELD_DRAFT] = {"draft", NULL, TYPE_BOOL, .about = "草稿"},
    [FIELD_VOID] = {"void", NULL, TYPE_BOOL, .about = "误派,不计考评"},
    [FIELD_BACKFILL] = {"backfill", NULL, TYPE_BOOL, .about = "补录纸质记录"},
    [FIELD_KIND] = {"kind", NULL, TYPE_NAME, .names = request_kind_names, .n_names = REQUEST_KINDS,
	.about = "申请种类"},
    [FIELD_REQUEST_STATE] = {"state", NULL, TYPE_NAME, .names = request_state_names,
	.n_names = REQUEST_STATES, .about = "申请状态"},
    [FIELD_FINDING_STATE] = {"state", NULL, TYPE_NAME, .names = finding_state_names,
	.n_names = FINDING_STATES, .about = "事项状态"},
    [FIELD_MEETING] = {"meeting", NULL, TYPE_CODE, 1, 64, .about = "会议编号"},
    [FIELD_ATTENDANCE] = {"attendance", NULL, TYPE_CODES, 1, 64, .named = true, .about = "到会单位"},
    [FIELD_ITEM] = {"item", NULL, TYPE_INT, 1, 999, .about = "问题序号"},
    [FIELD_DONE] = {"done", NULL, TYPE_BOOL, .about = "已销号"},
    [FIELD_ENTRY] = {"entry", NULL, TYPE_INT, 1, INT64_MAX, .about = "台账编号"},
    [FIELD_FILES] = {"files", NULL, TYPE_FILES, 2, FILES_MAX, .about = "配置文件:文件名和内容"},
    [FIELD_REVISION] = {"revision", NULL, TYPE_CODE, REVISION_LEN, REVISION_LEN, .about = "配置版本"},
    [FIELD_AGAINST] = {"against", NULL, TYPE_CODE, REVISION_LEN, REVISION_LEN, .about = "与哪个版本比较"},
    [FIELD_BRIEF] = {"brief", NULL, TYPE_BOOL, .about = "只要结论和理由"},
    [FIELD_FIND] = {"find", NULL, TYPE_TEXT, 1, 100, .personal = true, .about = "要找的词,几个用空格分开"},
    [FIELD_CODE] = {"code", NULL, TYPE_TEXT, 1, 32, .about = "登录码"},
    [FIELD_SESSION] = {"session", NULL, TYPE_CODE, 12, 12, .about = "登录编号"},
    [FIELD_SESSION_HASH] = {"session_sha256", NULL, TYPE_CODE, 64, 64, .about = "登录凭据的 SHA-256"},
    [FIELD_CODE_HASH] = {"code_sha256", NULL, TYPE_CODE, 64, 64, .about = "登录码的 SHA-256"},
    [FIELD_FAILURES] = {"failures", NULL, TYPE_INT, 1, INT64_MAX, .about = "登录失败次数"},
    [FIELD_ACCEPT] = {"accept", NULL, TYPE_CODES, 1, 64, .about = "采纳为派单样例的警情编号"},
    [FIELD_REJECT] = {"reject", NULL, TYPE_CODES, 1, 64, .about = "不采纳的警情编号"},
    [FIELD_CERTIFICATE] = {"certificate", NULL, TYPE_TEXT, 5, 200,
	.about = "客户端证书里的名字,URI:… 或 DNS:…"},
    [FIELD_YEAR] = {"year", NULL, TYPE_INT, 2000, 2999, .about = "年份"},
    [FIELD_SHA256] = {"sha256", NULL, TYPE_CODE, 64, 64, .about = "文件的 SHA-256"},
    [FIELD_CONTENT_HASH] = {"content_sha256", NULL, TYPE_CODE, 64, 64, .about = "存档所载记录的 SHA-256"},
    [FIELD_PLAIN] = {"plain", NULL, TYPE_BOOL, .about = "事件流不写 event: 行"},
    [FIELD_PULSE] = {"pulse", NULL, TYPE_BOOL, .about = "事件流每十秒报一次时间"},
    [FIELD_EMBED] = {"embed", NULL, TYPE_NAME, NAMES(embed_choices), .about = "事件流附上变了的看板行或指令"},
    [FIELD_BY] = {"by", NULL, TYPE_NAME, NAMES(series_by_choices), .about = "按单位或按类别"},
    [FIELD_EVERY] = {"every", NULL, TYPE_NAME, NAMES(series_every_choices), .about = "按周或按月"},
    [FIELD_DISPATCH_STATE] = {"state", NULL, TYPE_NAME, .names = dispatch_state_names,
	.n_names = DISPATCH_STATES, .about = "联动指令状态"},
    [FIELD_PHOTO] = {"photo", NULL, TYPE_CODE, 64, 64, .about = "照片的 SHA-256"},
    [FIELD_IMAGE] = {"image", NULL, TYPE_BYTES, 1, PICTURE_MOST, .personal = true,
	.about = "JPEG 或 PNG 图片,base64"},
    [FIELD_PHOTO_STEP] = {"step", NULL, TYPE_NAME, .names = photo_step_names, .n_names = PHOTO_STEPS,
	.about = "照片属于哪一步"},
    [FIELD_PROPOSED] = {"contacts", NULL, TYPE_CONTACTS, 1, 100, .personal = true,
	.about = "联系人:要改的那些"},
    [FIELD_NOTICE] = {"notice", NULL, TYPE_CODE, NOTICE_ID_LEN, NOTICE_ID_LEN, .about = "通知编号"},
    [FIELD_CHANNEL] = {"channel", NULL, TYPE_CODE, 1, 64, .about = "通道"},
    [FIELD_RECIPIENT] = {"recipient", NULL, TYPE_TEXT, 1, 100, .about = "通知谁:单位代码,或电话、邮件地址"},
    [FIELD_NOTICE_STATE] = {"state", NULL, TYPE_NAME, .names = outgoing_state_names,
	.n_names = OUTGOING_STATES, .about = "通知的状态"},
    [FIELD_OUTCOME] = {"outcome", NULL, TYPE_TEXT, 1, 100, .about = "结果"},
    [FIELD_ALL] = {"all", NULL, TYPE_BOOL, .about = "全部"},
    [FIELD_PARTNER] = {"partner", NULL, TYPE_CODE, 1, 64, .about = "对方平台,如 exchange.yaml 里的名称"},
};

/* -- commands ------------------------------------------------------------------------------- */

#define R(role) (1u << ROLE_##role)
#define DESK (R(DESK) | R(SHIFT_LEADER))
#define ANYONE (DESK | R(LIAISON) | R(OFFICE) | R(ADMIN) | R(INTEGRATION) | R(LOCAL))
#define DESK_ONLY (DESK | R(INTEGRATION) | R(LOCAL))
#define ACTING (DESK | R(LIAISON) | R(INTEGRATION) | R(LOCAL))
#define READING (DESK | R(OFFICE) | R(INTEGRATION) | R(LOCAL))
#define ADMIN_ONLY (R(ADMIN) | R(LOCAL))
#define PEOPLE (DESK | R(LIAISON) | R(OFFICE) | R(ADMIN) | R(LOCAL))
#define PAGES (PEOPLE | R(WALL)) /* whose accounts have sessions in browsers */

#define ON_BEHALF FIELD_PERSON, FIELD_PHONE
#define STEP_LOCATION FIELD_STEP_LON, FIELD_STEP_LAT
#define OWNER FIELD_OWNER_UNIT, FIELD_OWNER_OBJECT, FIELD_OWNER_MARK
#define EVIDENCE FIELD_EVIDENCE, FIELD_TICKET, OWNER
#define STEP FIELD_KEY, FIELD_AT, FIELD_TEXT, FIELD_ETA, STEP_LOCATION, ON_BEHALF, FIELD_IF_MATCH, EVIDENCE
#define LOCATION FIELD_LON, FIELD_LAT, FIELD_DATUM
#define REPORTER FIELD_REPORTER_NAME, FIELD_REPORTER_PHONE
/* What a report should say, and all that it may say beside its number. */
#define EXPECTED FIELD_RECEIVED_AT, FIELD_ADDRESS, FIELD_DESCRIPTION
#define REPORTED                                                                                             \
	EXPECTED, FIELD_CATEGORY, FIELD_PRIORITY, FIELD_AREA, LOCATION, REPORTER, FIELD_CONFIDENTIAL,        \
	    FIELD_SECRET_REPORTER, FIELD_UNITS, FIELD_DRILL, FIELD_BACKFILL, FIELD_SAME_AS, FIELD_TICKET
/* A step is not refused for what goes beside it. */
#define STEP_SPARE FIELD_ETA, STEP_LOCATION, EVIDENCE, FIELD_PHONE

const struct command_kind command_kinds[COMMANDS] = {
    [COMMAND_SESSION_OPEN] = {"session.open", ANYONE, BY_FRONT,
	.optional = FIELD_SET(FIELD_TOKEN, FIELD_CODE, FIELD_CLIENT, FIELD_AFTER, FIELD_EVENTS),
	.about = {"登录", "log in"}},
    [COMMAND_SESSION_PING] = {"session.ping", ANYONE, BY_FRONT, .about = {"探活", "is it there"}},
    [COMMAND_INCIDENT_REPORT] = {"incident.report", DESK_ONLY, BY_ENGINE,
	.optional = FIELD_SET(FIELD_NUMBER, REPORTED, FIELD_KEY),
	.either = FIELD_SET(FIELD_NUMBER, FIELD_KEY), .expected = FIELD_SET(EXPECTED),
	.spare = FIELD_SET(REPORTED, FIELD_KEY), .about = {"报告警情", "report an incident"}},
    [COMMAND_INCIDENT_GET] = {"incident.get", READING | R(LIAISON), BY_FRONT, .own = true,
	.required = FIELD_SET(FIELD_NUMBER), .optional = FIELD_SET(FIELD_CURSOR, FIELD_UNMASK),
	.about = {"查看警情", "show an incident"}},
    [COMMAND_INCIDENT_LIST] = {"incident.list", READING, BY_FRONT,
	.optional = FIELD_SET(FIELD_STATE, FIELD_UNIT, FIELD_AREA, FIELD_FROM, FIELD_TO, FIELD_FIND,
	    FIELD_CURSOR, FIELD_LIMIT, FIELD_UNMASK),
	.about = {"警情列表", "list incidents"}},
    [COMMAND_INCIDENT_AMEND] = {"incident.amend", DESK_ONLY, BY_ENGINE, .act = ON_INCIDENT,
	.required = FIELD_SET(FIELD_NUMBER),
	.optional = FIELD_SET(FIELD_KEY, FIELD_CATEGORY, FIELD_PRIORITY, FIELD_AREA, FIELD_ADDRESS, LOCATION,
	    REPORTER, FIELD_DESCRIPTION, FIELD_CONFIDENTIAL, FIELD_SECRET_REPORTER),
	.about = {"更正警情", "amend an incident"}},
    [COMMAND_INCIDENT_ANNOTATE] = {"incident.annotate", DESK_ONLY, BY_ENGINE, .act = ON_INCIDENT,
	.required = FIELD_SET(FIELD_NUMBER, FIELD_TEXT), .optional = FIELD_SET(FIELD_KEY),
	.about = {"补充说明", "add a note"}},
    [COMMAND_INCIDENT_URGE] = {"incident.urge", DESK_ONLY, BY_ENGINE, .act = ON_INCIDENT,
	.required = FIELD_SET(FIELD_NUMBER), .optional = FIELD_SET(FIELD_KEY, FIELD_TEXT),
	.about = {"报警人再次来电催促", "the caller urges again"}},
    [COMMAND_INCIDENT_CLOSE] = {"incident.close", DESK_ONLY | R(OFFICE), BY_ENGINE, .act = ON_INCIDENT,
	.words = WORDS_OUTCOME, .required = FIELD_SET(FIELD_NUMBER),
	.optional = FIELD_SET(FIELD_KEY, FIELD_TEXT), .about = {"办结警情", "close an incident"}},
    [COMMAND_INCIDENT_CANCEL] = {"incident.cancel", DESK_ONLY, BY_ENGINE, .act = ON_INCIDENT,
	.words = WORDS_OUTCOME, .required = FIELD_SET(FIELD_NUMBER),
	.optional = FIELD_SET(FIELD_KEY, FIELD_TEXT, FIELD_SAME_AS),
	.about = {"作废警情", "cancel an incident"}},
    [COMMAND_DISPATCH_ADD] = {"dispatch.add", DESK_ONLY, BY_ENGINE, .act = ON_INCIDENT,
	.required = FIELD_SET(FIELD_NUMBER, FIELD_UNIT, FIELD_ROLE),
	.optional = FIELD_SET(FIELD_KEY, FIELD_REASON), .about = {"增派单位", "add a unit"}},
    [COMMAND_DISPATCH_WITHDRAW] = {"dispatch.withdraw", DESK_ONLY, BY_ENGINE, .act = ON_DISPATCH,
	.required = FIELD_SET(FIELD_DISPATCH, FIELD_REASON),
	.optional = FIELD_SET(FIELD_KEY, FIELD_IF_MATCH, FIELD_VOID),
	.about = {"撤回联动指令", "withdraw a dispatch"}},
    [COMMAND_DISPATCH_GET] = {"dispatch.get", READING | R(LIAISON), BY_FRONT, .own = true,
	.required = FIELD_SET(FIELD_DISPATCH), .optional = FIELD_SET(FIELD_UNMASK),
	.about = {"查看联动指令", "show a dispatch"}},
    [COMMAND_DISPATCH_LIST] = {"dispatch.list", READING | R(LIAISON), BY_FRONT, .own = true,
	.optional = FIELD_SET(FIELD_UNIT, FIELD_AFTER, FIELD_OPEN, FIELD_DISPATCH_STATE, FIELD_FROM, FIELD_TO,
	    FIELD_CURSOR, FIELD_LIMIT),
	.about = {"单位的联动指令", "a unit's dispatches"}},
    [COMMAND_DISPATCH_DEADLINES] = {"dispatch.deadlines", READING | R(LIAISON), BY_FRONT, .own = true,
	.required = FIELD_SET(FIELD_DISPATCH), .optional = FIELD_SET(FIELD_EXPLAIN),
	.about = {"时限说明", "explain limits"}},
    [COMMAND_DISPATCH_DELIVER] = {"dispatch.deliver", R(LIAISON) | R(LOCAL), BY_ENGINE, .own = true,
	.internal = true, .required = FIELD_SET(FIELD_DISPATCHES), .about = {"送达", "deliver"}},
    [COMMAND_DISPATCH_ACKNOWLEDGE] = {"dispatch.acknowledge", ACTING, BY_ENGINE, .act = ON_DISPATCH,
	.own = true, .required = FIELD_SET(FIELD_DISPATCH), .optional = FIELD_SET(STEP),
	.spare = FIELD_SET(STEP_SPARE), .about = {"签收", "acknowledge"}},
    [COMMAND_DISPATCH_DEPART] = {"dispatch.depart", ACTING, BY_ENGINE, .act = ON_DISPATCH, .own = true,
	.required = FIELD_SET(FIELD_DISPATCH), .optional = FIELD_SET(STEP), .spare = FIELD_SET(STEP_SPARE),
	.about = {"出发", "depart"}},
    [COMMAND_DISPATCH_ARRIVE] = {"dispatch.arrive", ACTING, BY_ENGINE, .act = ON_DISPATCH, .own = true,
	.required = FIELD_SET(FIELD_DISPATCH), .optional = FIELD_SET(STEP), .spare = FIELD_SET(STEP_SPARE),
	.about = {"到场", "arrive"}},
    [COMMAND_DISPATCH_PROGRESS] = {"dispatch.progress", ACTING, BY_ENGINE, .act = ON_DISPATCH, .own = true,
	.required = FIELD_SET(FIELD_DISPATCH), .optional = FIELD_SET(STEP), .spare = FIELD_SET(STEP_SPARE),
	.about = {"报告进展", "report progress"}},
    [COMMAND_DISPATCH_COMPLETE] = {"dispatch.complete", ACTING, BY_ENGINE, .act = ON_DISPATCH,
	.words = WORDS_OUTCOME, .own = true, .required = FIELD_SET(FIELD_DISPATCH, FIELD_RESULT),
	.optional = FIELD_SET(STEP), .spare = FIELD_SET(STEP_SPARE), .about = {"处置完毕", "complete"}},
    [COMMAND_EVENT_LIST] = {"event.list", ANYONE, BY_FRONT, .own = true,
	.optional = FIELD_SET(FIELD_AFTER, FIELD_NUMBER, FIELD_LIMIT, FIELD_WAIT),
	.about = {"事件", "events"}},
    [COMMAND_UNIT_LIST] = {"unit.list", ANYONE | R(WALL), BY_FRONT, .about = {"成员单位", "units"}},
    [COMMAND_UNIT_GET] = {"unit.get", ANYONE, BY_FRONT, .required = FIELD_SET(FIELD_UNIT),
	.about = {"查看成员单位", "show a unit"}},
    [COMMAND_STATUS_GET] = {"status.get", ANYONE & ~R(LIAISON), BY_FRONT,
	.about = {"系统状态", "system status"}},
    [COMMAND_ROUTE_EXPLAIN] = {"route.explain", READING | R(ADMIN), BY_FRONT,
	.optional = FIELD_SET(FIELD_NUMBER, FIELD_BRIEF, REPORTED), .spare = FIELD_SET(REPORTED),
	.about = {"说明派单理由", "explain a route"}},
    [COMMAND_CONFIG_RELOAD] = {"config.reload", ADMIN_ONLY, BY_ENGINE, .fresh = R(ADMIN), .patient = true,
	.optional = FIELD_SET(FIELD_KEY, FIELD_WHY),
	.about = {"重新读取配置", "read the configuration anew"}},
    [COMMAND_ACCOUNT_ADD] = {"account.add", ADMIN_ONLY, BY_ENGINE, .fresh = R(ADMIN),
	.required = FIELD_SET(FIELD_NAME, FIELD_ACCOUNT_ROLE),
	.optional = FIELD_SET(FIELD_KEY, FIELD_TOKEN_HASH, FIELD_CERTIFICATE, FIELD_UNIT, FIELD_COMMANDS),
	.about = {"新建账号,增发令牌或登记证书", "add an account, another token, or a certificate"}},
    [COMMAND_ACCOUNT_LIST] = {"account.list", ADMIN_ONLY, BY_FRONT, .about = {"账号列表", "list accounts"}},
    [COMMAND_ACCOUNT_REVOKE] = {"account.revoke", ADMIN_ONLY, BY_ENGINE, .fresh = R(ADMIN),
	.required = FIELD_SET(FIELD_NAME), .optional = FIELD_SET(FIELD_KEY, FIELD_TOKEN_ID),
	.about = {"停用账号", "revoke an account"}},
    [COMMAND_CLOCK_GET] = {"clock.get", ADMIN_ONLY, BY_ENGINE, .about = {"系统时钟", "system clock"}},
    [COMMAND_CLOCK_ADVANCE] = {"clock.advance", R(LOCAL), BY_ENGINE, .patient = true,
	.required = FIELD_SET(FIELD_DURATION),
	.about = {"逐个时限推进手动时钟", "move the manual clock on, limit by limit"}},
    [COMMAND_CLOCK_SET] = {"clock.set", R(LOCAL), BY_ENGINE, .patient = true,
	.required = FIELD_SET(FIELD_INSTANT), .about = {"拨动手动时钟", "set the manual clock"}},
    [COMMAND_STORE_BACKUP] = {"store.backup", R(LOCAL), BY_ENGINE, .patient = true,
	.required = FIELD_SET(FIELD_FILE), .about = {"备份", "back up"}},
    [COMMAND_PERSONAL_READ] = {"personal.read", R(LIAISON) | R(LOCAL), BY_ENGINE, .own = true,
	.internal = true, .optional = FIELD_SET(FIELD_NUMBER, FIELD_DISPATCHES),
	.about = {"记录查看个人信息", "record that personal data were read"}},
    [COMMAND_CLOCK_CONFIRM] = {"clock.confirm", ADMIN_ONLY, BY_ENGINE, .optional = FIELD_SET(FIELD_KEY),
	.about = {"确认系统时钟无误", "confirm that the clock is right"}},
    [COMMAND_DISPATCH_RETURN] = {"dispatch.return", ACTING, BY_ENGINE, .act = ON_DISPATCH, .own = true,
	.required = FIELD_SET(FIELD_DISPATCH, FIELD_REASON_CODE),
	.optional = FIELD_SET(FIELD_KEY, FIELD_UNIT, FIELD_TEXT, FIELD_EVIDENCE, FIELD_SAME_AS, FIELD_PERSON,
	    FIELD_PHONE, FIELD_IF_MATCH),
	.about = {"申请改派", "ask for a return"}},
    [COMMAND_DISPATCH_EXTEND] = {"dispatch.extend", ACTING, BY_ENGINE, .act = ON_DISPATCH, .own = true,
	.required = FIELD_SET(FIELD_DISPATCH, FIELD_UNTIL, FIELD_REASON),
	.optional =
	    FIELD_SET(FIELD_KEY, FIELD_CLOCK, FIELD_EVIDENCE, FIELD_PERSON, FIELD_PHONE, FIELD_IF_MATCH),
	.about = {"申请延期", "ask for more time"}},
    [COMMAND_DISPATCH_CORRECT] = {"dispatch.correct", ACTING | R(OFFICE), BY_ENGINE, .act = ON_DISPATCH,
	.words = WORDS_HANDLING, .own = true, .required = FIELD_SET(FIELD_DISPATCH, FIELD_STEP),
	.optional = FIELD_SET(FIELD_KEY, FIELD_AT, FIELD_REASON, FIELD_IF_MATCH),
	.about = {"更正步骤", "correct a step"}},
    [COMMAND_REQUEST_DECIDE] = {"request.decide", ANYONE & ~R(ADMIN), BY_ENGINE, .act = ON_REQUEST,
	.required = FIELD_SET(FIELD_REQUEST, FIELD_GRANT),
	.optional =
	    FIELD_SET(FIELD_KEY, FIELD_REASON, FIELD_UNIT, FIELD_UNTIL, FIELD_DOCUMENT, FIELD_SAME_AS),
	.about = {"决定申请", "decide a request"}},
    [COMMAND_DISPATCH_DECIDE_RETURN] = {"dispatch.decide-return", DESK_ONLY | R(OFFICE), BY_ENGINE,
	.act = ON_DISPATCH, .required = FIELD_SET(FIELD_DISPATCH, FIELD_GRANT),
	.optional = FIELD_SET(FIELD_KEY, FIELD_REASON, FIELD_UNIT, FIELD_SAME_AS, FIELD_IF_MATCH),
	.about = {"决定改派申请", "decide a return"}},
    [COMMAND_FINDING_DECIDE] = {"finding.decide", R(OFFICE) | R(LOCAL), BY_ENGINE, .act = ON_FINDING,
	.words = WORDS_HANDLING, .required = FIELD_SET(FIELD_FINDING, FIELD_GRANT),
	.optional = FIELD_SET(FIELD_KEY, FIELD_REASON, FIELD_DOCUMENT),
	.about = {"决定复核申请", "decide an appeal"}},
    [COMMAND_REQUEST_DROP] = {"request.drop", ANYONE & ~R(ADMIN), BY_ENGINE, .act = ON_REQUEST,
	.required = FIELD_SET(FIELD_REQUEST), .optional = FIELD_SET(FIELD_KEY),
	.about = {"撤回申请", "drop a request"}},
    [COMMAND_REQUEST_LIST] = {"request.list", READING | R(LIAISON), BY_FRONT, .own = true,
	.optional = FIELD_SET(FIELD_KIND, FIELD_REQUEST_STATE, FIELD_UNIT, FIELD_CURSOR, FIELD_LIMIT),
	.about = {"申请列表", "list requests"}},
    [COMMAND_INCIDENT_CALLBACK] = {"incident.callback", DESK_ONLY, BY_ENGINE, .act = ON_INCIDENT,
	.required = FIELD_SET(FIELD_NUMBER, FIELD_CALLBACK_RESULT),
	.optional = FIELD_SET(FIELD_KEY, FIELD_TEXT, FIELD_CALLED, FIELD_EVIDENCE),
	.about = {"记录回访", "record a call-back"}},
    [COMMAND_INCIDENT_REOPEN] = {"incident.reopen", DESK_ONLY | R(OFFICE), BY_ENGINE, .act = ON_INCIDENT,
	.required = FIELD_SET(FIELD_NUMBER, FIELD_REASON), .optional = FIELD_SET(FIELD_KEY),
	.about = {"重新办理", "handle again"}},
    [COMMAND_INCIDENT_LINK] = {"incident.link", DESK_ONLY, BY_ENGINE, .act = ON_INCIDENT,
	.required = FIELD_SET(FIELD_NUMBER, FIELD_OTHER), .optional = FIELD_SET(FIELD_KEY, FIELD_TEXT),
	.about = {"关联警情", "link incidents"}},
    [COMMAND_INCIDENT_HOLD] = {"incident.hold", R(OFFICE) | R(LOCAL), BY_ENGINE, .act = ON_INCIDENT,
	.words = WORDS_HANDLING, .required = FIELD_SET(FIELD_NUMBER, FIELD_ON, FIELD_REASON),
	.optional = FIELD_SET(FIELD_KEY),
	.about = {"保留或解除保留个人信息", "hold personal data, or release them"}},
    [COMMAND_MODE_DECLARE] = {"mode.declare", R(SHIFT_LEADER) | R(OFFICE) | R(LOCAL), BY_ENGINE,
	.mends = true, .required = FIELD_SET(FIELD_MODE, FIELD_DOCUMENT, FIELD_UNTIL),
	.optional = FIELD_SET(FIELD_KEY, FIELD_AREAS),
	.about = {"宣布应急模式", "declare an emergency mode"}},
    [COMMAND_MODE_END] = {"mode.end", R(SHIFT_LEADER) | R(OFFICE) | R(LOCAL), BY_ENGINE, .mends = true,
	.required = FIELD_SET(FIELD_MODE, FIELD_REASON), .optional = FIELD_SET(FIELD_KEY),
	.about = {"结束应急模式", "end an emergency mode"}},
    [COMMAND_MODE_LIST] = {"mode.list", ANYONE, BY_FRONT, .optional = FIELD_SET(FIELD_CURSOR, FIELD_LIMIT),
	.about = {"应急模式列表", "list emergency modes"}},
    [COMMAND_SHIFT_HANDOVER] = {"shift.handover", DESK | R(LOCAL), BY_ENGINE, .mends = true,
	.required = FIELD_SET(FIELD_ACCOUNT), .optional = FIELD_SET(FIELD_KEY, FIELD_TEXT),
	.about = {"交接班", "hand a shift over"}},
    [COMMAND_SHIFT_LIST] = {"shift.list", DESK | R(OFFICE) | R(LOCAL), BY_FRONT,
	.optional = FIELD_SET(FIELD_FROM, FIELD_TO, FIELD_CURSOR, FIELD_LIMIT),
	.about = {"交接班记录", "list handovers"}},
    [COMMAND_DUTY_ASSIGN] = {"duty.assign", R(LIAISON) | R(ADMIN) | R(OFFICE) | DESK | R(LOCAL), BY_ENGINE,
	.own = true, .required = FIELD_SET(FIELD_UNIT, FIELD_FROM, FIELD_TO, FIELD_PEOPLE),
	.optional = FIELD_SET(FIELD_KEY, FIELD_WHY), .about = {"调换值班", "swap duty"}},
    [COMMAND_DUTY_GET] = {"duty.get", ANYONE, BY_FRONT, .own = true,
	.optional = FIELD_SET(FIELD_UNIT, FIELD_AT, FIELD_MONTH), .about = {"值班安排", "who is on duty"}},
    [COMMAND_DUTY_CHECK] = {"duty.check", DESK_ONLY | R(OFFICE), BY_ENGINE,
	.required = FIELD_SET(FIELD_UNIT, FIELD_CHECK_RESULT),
	.optional = FIELD_SET(FIELD_KEY, FIELD_SECONDS, FIELD_ANSWERED, FIELD_REQUEST, FIELD_EVIDENCE),
	.about = {"记录值班抽查", "record a duty check"}},
    [COMMAND_FINDING_OPEN] = {"finding.open", R(OFFICE) | R(LOCAL), BY_ENGINE, .act = ON_DISPATCH,
	.words = WORDS_HANDLING, .required = FIELD_SET(FIELD_DISPATCH, FIELD_CLASS, FIELD_TEXT),
	.optional = FIELD_SET(FIELD_KEY, FIELD_EVIDENCE), .about = {"列为待核考评事项", "open a finding"}},
    [COMMAND_FINDING_CONFIRM] = {"finding.confirm", R(LIAISON) | R(LOCAL), BY_ENGINE, .mends = true,
	.own = true, .required = FIELD_SET(FIELD_MONTH), .optional = FIELD_SET(FIELD_KEY, FIELD_UNIT),
	.about = {"确认当月事项", "confirm the month's findings"}},
    [COMMAND_FINDING_APPEAL] = {"finding.appeal", ACTING, BY_ENGINE, .act = ON_FINDING,
	.words = WORDS_HANDLING, .own = true, .required = FIELD_SET(FIELD_FINDING, FIELD_TEXT),
	.optional = FIELD_SET(FIELD_KEY, FIELD_EVIDENCE), .about = {"申请复核", "appeal"}},
    [COMMAND_FINDING_LIST] = {"finding.list", READING | R(LIAISON), BY_FRONT, .own = true,
	.optional = FIELD_SET(FIELD_UNIT, FIELD_CLASS, FIELD_FINDING_STATE, FIELD_MONTH, FIELD_EXPLAIN,
	    FIELD_CURSOR, FIELD_LIMIT),
	.about = {"待核考评事项列表", "list findings"}},
    [COMMAND_MEASURE_RECORD] = {"measure.record", R(OFFICE) | R(LOCAL), BY_ENGINE,
	.required = FIELD_SET(FIELD_UNIT, FIELD_MEASURE, FIELD_DOCUMENT),
	.optional = FIELD_SET(FIELD_KEY, FIELD_FINDINGS, FIELD_TEXT, FIELD_UNTIL),
	.about = {"记录督办、通报等措施", "record a measure"}},
    [COMMAND_MEASURE_SETTLE] = {"measure.settle", R(OFFICE) | R(LOCAL), BY_ENGINE,
	.required = FIELD_SET(FIELD_DOCUMENT), .optional = FIELD_SET(FIELD_KEY, FIELD_TEXT),
	.about = {"措施销号", "settle a measure"}},
    [COMMAND_MEASURE_LIST] = {"measure.list", READING | R(LIAISON), BY_FRONT, .own = true,
	.optional = FIELD_SET(FIELD_UNIT, FIELD_CURSOR, FIELD_LIMIT), .about = {"措施列表", "list measures"}},
    [COMMAND_PERIOD_CLOSE] = {"period.close", R(OFFICE) | R(LOCAL), BY_ENGINE, .mends = true, .patient = true,
	.required = FIELD_SET(FIELD_PERIOD), .optional = FIELD_SET(FIELD_KEY),
	.about = {"定稿", "close a period"}},
    [COMMAND_PERIOD_REOPEN] = {"period.reopen", R(OFFICE) | R(LOCAL), BY_ENGINE, .mends = true,
	.required = FIELD_SET(FIELD_PERIOD, FIELD_REASON), .optional = FIELD_SET(FIELD_KEY),
	.about = {"重新开放时期", "reopen a period"}},
    [COMMAND_PERIOD_LIST] = {"period.list", READING | R(LIAISON), BY_FRONT,
	.optional = FIELD_SET(FIELD_CURSOR, FIELD_LIMIT), .about = {"时期列表", "list periods"}},
    [COMMAND_REPORT_GET] = {"report.get", READING | R(LIAISON), BY_FRONT, .own = true,
	.required = FIELD_SET(FIELD_PERIOD), .optional = FIELD_SET(FIELD_DRAFT, FIELD_DRILL, FIELD_UNIT),
	.about = {"报告", "report"}},
    [COMMAND_MEETING_RECORD] = {"meeting.record", R(OFFICE) | R(LOCAL), BY_ENGINE, .mends = true,
	.required = FIELD_SET(FIELD_MEETING, FIELD_AT, FIELD_ATTENDANCE),
	.optional = FIELD_SET(FIELD_KEY, FIELD_TEXT, FIELD_DOCUMENT),
	.about = {"记录联席会议", "record a joint meeting"}},
    [COMMAND_MEETING_ITEM] = {"meeting.item", R(OFFICE) | R(LOCAL), BY_ENGINE, .mends = true,
	.required = FIELD_SET(FIELD_MEETING),
	.optional = FIELD_SET(FIELD_KEY, FIELD_ITEM, FIELD_TEXT, FIELD_UNIT, FIELD_UNTIL, FIELD_DONE),
	.about = {"会议问题清单", "settle a problem of a meeting"}},
    [COMMAND_MEETING_LIST] = {"meeting.list", READING | R(LIAISON), BY_FRONT,
	.optional = FIELD_SET(FIELD_CURSOR, FIELD_LIMIT), .about = {"联席会议列表", "list joint meetings"}},
    [COMMAND_OWNERSHIP_RECORD] = {"ownership.record", ACTING | R(OFFICE), BY_ENGINE, .mends = true,
	.required = FIELD_SET(FIELD_OWNER_UNIT, FIELD_OWNER_OBJECT),
	.optional = FIELD_SET(FIELD_KEY, FIELD_OWNER_MARK, FIELD_ADDRESS, FIELD_LON, FIELD_LAT, FIELD_DATUM,
	    FIELD_NUMBER),
	.about = {"登记权属", "record ownership"}},
    [COMMAND_STATEMENT_LIST] = {"statement.list", READING | R(LIAISON), BY_FRONT, .own = true,
	.optional = FIELD_SET(FIELD_UNIT, FIELD_CURSOR, FIELD_LIMIT),
	.about = {"单位确认当月事项的记录", "list confirmed months"}},
    [COMMAND_OWNERSHIP_LIST] = {"ownership.list", READING | R(LIAISON), BY_FRONT,
	.optional = FIELD_SET(FIELD_UNIT, FIELD_CURSOR, FIELD_LIMIT),
	.about = {"权属台账", "list ownership"}},
    [COMMAND_ROUTING_GET] = {"routing.get", ADMIN_ONLY | R(OFFICE), BY_FRONT,
	.optional = FIELD_SET(FIELD_REVISION, FIELD_FILE, FIELD_CURSOR),
	.about = {"配置文件", "configuration files"}},
    [COMMAND_ROUTING_LOG] = {"routing.log", ADMIN_ONLY | R(OFFICE), BY_FRONT,
	.optional = FIELD_SET(FIELD_CURSOR, FIELD_LIMIT), .about = {"配置版本列表", "list revisions"}},
    [COMMAND_ROUTING_DIFF] = {"routing.diff", ADMIN_ONLY | R(OFFICE), BY_FRONT,
	.optional = FIELD_SET(FIELD_FILES, FIELD_REVISION, FIELD_AGAINST, FIELD_FROM),
	.about = {"比较两版派单结果", "compare the routes of two revisions"}},
    [COMMAND_ROUTING_CHECK] = {"routing.check", ADMIN_ONLY | R(OFFICE), BY_FRONT,
	.optional = FIELD_SET(FIELD_FILES, FIELD_REVISION),
	.about = {"检查配置文件", "check configuration files"}},
    [COMMAND_ROUTING_PUT] = {"routing.put", ADMIN_ONLY, BY_ENGINE, .fresh = R(ADMIN), .patient = true,
	.required = FIELD_SET(FIELD_FILES, FIELD_REVISION, FIELD_WHY), .optional = FIELD_SET(FIELD_KEY),
	.about = {"更换配置", "activate a configuration"}},
    [COMMAND_ROUTING_ROLLBACK] = {"routing.rollback", ADMIN_ONLY, BY_ENGINE, .fresh = R(ADMIN),
	.patient = true, .required = FIELD_SET(FIELD_REVISION, FIELD_WHY), .optional = FIELD_SET(FIELD_KEY),
	.about = {"退回原版本", "roll back to a revision"}},
    [COMMAND_ROUTING_APPROVE] = {"routing.approve", ADMIN_ONLY, BY_ENGINE, .fresh = R(ADMIN), .patient = true,
	.required = FIELD_SET(FIELD_REVISION), .optional = FIELD_SET(FIELD_KEY, FIELD_WHY),
	.about = {"同意更换配置", "approve a configuration"}},
    [COMMAND_CATEGORY_LIST] = {"category.list", ANYONE | R(WALL), BY_FRONT, .optional = FIELD_SET(FIELD_FIND),
	.about = {"警情类别,或按词查找", "categories, or a search for them"}},
    [COMMAND_SESSION_GET] = {"session.get", PAGES, BY_FRONT, .about = {"当前登录", "this session"}},
    [COMMAND_SESSION_LIST] = {"session.list", PAGES, BY_FRONT,
	.optional = FIELD_SET(FIELD_ACCOUNT, FIELD_CURSOR, FIELD_LIMIT),
	.about = {"登录列表", "list sessions"}},
    [COMMAND_SESSION_END] = {"session.end", PAGES, BY_ENGINE,
	.optional = FIELD_SET(FIELD_SESSION, FIELD_ACCOUNT), .about = {"结束登录", "end a session"}},
    [COMMAND_SESSION_BEGIN] = {"session.begin", PAGES, BY_ENGINE, .internal = true,
	.required = FIELD_SET(FIELD_SESSION_HASH),
	.optional = FIELD_SET(FIELD_TOKEN_HASH, FIELD_CODE_HASH, FIELD_SESSION),
	.about = {"网页登录", "open a browser's session"}},
    [COMMAND_SESSION_EXTEND] = {"session.extend", PAGES, BY_ENGINE, .internal = true,
	.required = FIELD_SET(FIELD_SESSION), .about = {"登录顺延", "renew a session"}},
    [COMMAND_CODE_MAKE] = {"code.make", DESK | ADMIN_ONLY | R(OFFICE), BY_ENGINE, .fresh = R(ADMIN),
	.secret = true, .optional = FIELD_SET(FIELD_ACCOUNT, FIELD_UNIT),
	.about = {"发登录码", "make a login code"}},
    [COMMAND_LOGIN_ALARM] = {"login.alarm", R(LOCAL), BY_ENGINE, .internal = true,
	.required = FIELD_SET(FIELD_FAILURES), .optional = FIELD_SET(FIELD_ACCOUNT),
	.about = {"多次登录失败", "many failed log-ins"}},
    [COMMAND_ROUTING_CASES] = {"routing.cases", ADMIN_ONLY, BY_FRONT, .optional = FIELD_SET(FIELD_FROM),
	.about = {"更正过的类别,可以采纳为派单样例", "corrected categories that can become cases"}},
    [COMMAND_ROUTING_LEARN] = {"routing.learn", ADMIN_ONLY, BY_ENGINE, .fresh = R(ADMIN), .patient = true,
	.optional = FIELD_SET(FIELD_ACCEPT, FIELD_REJECT, FIELD_TEXT, FIELD_CATEGORY, FIELD_WHY, FIELD_KEY),
	.about = {"采纳或不采纳派单样例", "accept or reject cases"}},
    [COMMAND_STORE_ARCHIVE] = {"store.archive", R(LOCAL), BY_ENGINE, .patient = true,
	.required = FIELD_SET(FIELD_YEAR, FIELD_FILE, FIELD_SHA256, FIELD_CONTENT_HASH),
	.about = {"把已存档的一年移出库", "remove an archived year from the store"}},
    [COMMAND_BOARD_GET] = {"board.get", READING | R(WALL), BY_FRONT,
	.optional = FIELD_SET(FIELD_NUMBER, FIELD_AFTER),
	.about = {"看板:未结的和待回访的警情", "board: open incidents and those to be called back"}},
    [COMMAND_AREA_LIST] = {"area.list", ANYONE | R(WALL), BY_FRONT,
	.about = {"乡镇街道和村、社区", "townships and villages"}},
    [COMMAND_CALENDAR_GET] = {"calendar.get", ANYONE, BY_FRONT, .optional = FIELD_SET(FIELD_YEAR),
	.about = {"一年的节假日、调休上班日和办公时间", "a year's holidays, make-up days and office hours"}},
    [COMMAND_INCIDENT_DRAFT] = {"incident.draft", DESK_ONLY, BY_FRONT, .optional = FIELD_SET(REPORTED),
	.spare = FIELD_SET(REPORTED),
	.about = {"还没有报的警情会怎样派单", "how an incident would be dispatched"}},
    [COMMAND_INCIDENT_SIMILAR] = {"incident.similar", DESK_ONLY, BY_ENGINE, .optional = FIELD_SET(REPORTED),
	.spare = FIELD_SET(REPORTED),
	.about = {"可能是同一件事的未结警情", "open incidents that may be the same matter"}},
    [COMMAND_INCIDENT_PRESENCE] = {"incident.presence", DESK | R(OFFICE) | R(LOCAL), BY_ENGINE,
	.required = FIELD_SET(FIELD_NUMBER),
	.about = {"正在编写这件警情", "somebody is writing in this incident"}},
    [COMMAND_SERIES_GET] = {"series.get", READING | R(LIAISON), BY_FRONT, .own = true,
	.required = FIELD_SET(FIELD_BY, FIELD_EVERY, FIELD_FROM, FIELD_TO), .optional = FIELD_SET(FIELD_UNIT),
	.about = {"走势:按单位或类别,逐周或逐月", "series by unit or category, by week or month"}},
    [COMMAND_PHOTO_ADD] = {"photo.add", ACTING, BY_ENGINE, .own = true,
	.required = FIELD_SET(FIELD_DISPATCH, FIELD_IMAGE),
	.optional = FIELD_SET(FIELD_KEY, FIELD_PHOTO_STEP, FIELD_AT), .about = {"附上照片", "add a photo"}},
    [COMMAND_PHOTO_GET] = {"photo.get", READING | R(LIAISON), BY_FRONT, .own = true,
	.required = FIELD_SET(FIELD_DISPATCH, FIELD_PHOTO), .about = {"看照片", "show a photo"}},
    [COMMAND_CONTACTS_PROPOSE] = {"contacts.propose", R(LIAISON) | R(LOCAL), BY_ENGINE, .own = true,
	.required = FIELD_SET(FIELD_UNIT, FIELD_PROPOSED), .optional = FIELD_SET(FIELD_KEY, FIELD_WHY),
	.about = {"提出更改本单位的联系人", "propose other contacts of the own unit"}},
    [COMMAND_CONTACTS_LIST] = {"contacts.list", DESK | R(OFFICE) | ADMIN_ONLY | R(LIAISON), BY_FRONT,
	.own = true, .optional = FIELD_SET(FIELD_UNIT, FIELD_CURSOR, FIELD_LIMIT),
	.about = {"单位提出的联系人更改", "list contacts that units propose"}},
    [COMMAND_QUEUE_LIST] = {"queue.list", READING | R(WALL), BY_FRONT,
	.about = {"谁那里有多少件在等着办", "how many wait for whom"}},
    [COMMAND_NOTICE_LIST] = {"notice.list", DESK | R(OFFICE) | ADMIN_ONLY | R(LIAISON), READ_BY_NOTIFIER,
	.own = true,
	.optional = FIELD_SET(FIELD_NOTICE_STATE, FIELD_UNIT, FIELD_NUMBER, FIELD_DISPATCH, FIELD_OPEN,
	    FIELD_CURSOR, FIELD_LIMIT),
	.about = {"发出的通知", "notices"}},
    [COMMAND_NOTICE_RETRY] = {"notice.retry", ADMIN_ONLY, BY_NOTIFIER,
	.optional = FIELD_SET(FIELD_NOTICE, FIELD_ALL, FIELD_CURSOR),
	.either = FIELD_SET(FIELD_NOTICE, FIELD_ALL), .about = {"再发一次", "send a notice again"}},
    [COMMAND_NOTICE_DROP] = {"notice.drop", ADMIN_ONLY, BY_NOTIFIER,
	.required = FIELD_SET(FIELD_NOTICE, FIELD_WHY), .about = {"不再发", "drop a notice"}},
    [COMMAND_NOTICE_REPLIES] = {"notice.replies", DESK | R(OFFICE) | ADMIN_ONLY, READ_BY_NOTIFIER,
	.optional = FIELD_SET(FIELD_CURSOR, FIELD_LIMIT),
	.about = {"没有采用的短信回复", "replies that were not taken"}},
    [COMMAND_NOTICE_TEST] = {"notice.test", ADMIN_ONLY, BY_NOTIFIER,
	.required = FIELD_SET(FIELD_CHANNEL, FIELD_RECIPIENT), .about = {"试发一条", "test a channel"}},
    [COMMAND_NOTICE_REPORT] = {"notice.report", R(LOCAL), BY_ENGINE, .act = ON_DISPATCH, .internal = true,
	.required = FIELD_SET(FIELD_DISPATCH, FIELD_NOTICE, FIELD_NOTICE_STATE),
	.optional = FIELD_SET(FIELD_CHANNEL, FIELD_OUTCOME, FIELD_TEXT, FIELD_ALL, FIELD_AT, FIELD_KEY),
	.about = {"通知的结果", "outcome of a notice"}},
    [COMMAND_EXCHANGE_LIST] = {"exchange.list", DESK | R(OFFICE) | ADMIN_ONLY, READ_BY_NOTIFIER,
	.optional =
	    FIELD_SET(FIELD_PARTNER, FIELD_NUMBER, FIELD_DISPATCH, FIELD_OPEN, FIELD_CURSOR, FIELD_LIMIT),
	.about = {"送给对方平台的消息", "messages to partners"}},
    [COMMAND_EXCHANGE_DIFFERENCES] = {"exchange.differences", DESK | R(OFFICE) | ADMIN_ONLY, READ_BY_NOTIFIER,
	.optional = FIELD_SET(FIELD_PARTNER), .about = {"与对方平台的差异", "differences from a partner"}},
    [COMMAND_EXCHANGE_COMPARE] = {"exchange.compare", R(OFFICE) | ADMIN_ONLY, BY_NOTIFIER,
	.required = FIELD_SET(FIELD_PARTNER), .about = {"现在与对方平台核对", "compare with a partner now"}},
    [COMMAND_EXCHANGE_HANDOVER] = {"exchange.handover", ADMIN_ONLY, BY_NOTIFIER,
	.required = FIELD_SET(FIELD_PARTNER), .optional = FIELD_SET(FIELD_ON),
	.about = {"补送对接之前的联动指令", "hand over what was issued before"}},
    [COMMAND_EXCHANGE_TAKEN] = {"exchange.taken", R(LOCAL), BY_ENGINE, .act = ON_DISPATCH, .internal = true,
	.required = FIELD_SET(FIELD_DISPATCH, FIELD_PARTNER),
	.optional = FIELD_SET(FIELD_TICKET, FIELD_NOTICE, FIELD_KEY),
	.about = {"对方平台收下了联动指令", "a partner has taken a dispatch"}},
    [COMMAND_EXCHANGE_REPORT] = {"exchange.report", R(LOCAL), BY_ENGINE, .internal = true,
	.required = FIELD_SET(FIELD_PARTNER, FIELD_OUTCOME),
	.optional = FIELD_SET(FIELD_DISPATCHES, FIELD_KEY),
	.about = {"与对方平台核对的结果", "outcome of a comparison"}},
};

const char *field_path(enum field f, char out[FIELD_PATH_MAX])
{
	const struct field_kind *k = &field_kinds[f];

	snprintf(out, FIELD_PATH_MAX, "%s%s%s", k->object ? k->object : "", k->object ? "." : "", k->name);
	return out;
}

const struct principal notifier_principal = {.account = "notifier", .role = ROLE_LOCAL};

bool principal_is_notifier(const struct principal *who)
{
	return who->role == ROLE_LOCAL && text_eq(who->account, notifier_principal.account);
}

enum command_kind_id command_find(struct str name)
{
	for (int i = 0; i < COMMANDS; i++)
		if (str_is(name, command_kinds[i].name))
			return (enum command_kind_id)i;
	return COMMANDS;
}

const char *command_act(enum command_kind_id kind)
{
	static const char *const objects[] = {[NO_ACT] = "",
	    [ON_INCIDENT] = "incident.",
	    [ON_DISPATCH] = "dispatch.",
	    [ON_REQUEST] = "request.",
	    [ON_FINDING] = "finding."};
	const struct command_kind *k = &command_kinds[kind];
	size_t n = strlen(objects[k->act]);
	return n && strncmp(k->name, objects[k->act], n) == 0 ? k->name + n : NULL;
}

bool command_allowed(enum command_kind_id kind, const struct principal *who)
{
	assert(kind < COMMANDS && "a command of the table");
	const struct command_kind *k = &command_kinds[kind];
	if (who->role == ROLE_NONE || !(k->roles & (1u << who->role)))
		return false;
	bool always = kind == COMMAND_SESSION_OPEN || kind == COMMAND_SESSION_PING;
	return who->role != ROLE_INTEGRATION || always || list_has(who->commands, k->name);
}

struct field_set command_fields(enum command_kind_id kind)
{
	return fields_both(command_kinds[kind].required, command_kinds[kind].optional);
}

bool command_takes(enum command_kind_id kind, enum field f)
{
	return field_in(command_fields(kind), f);
}

bool command_changes(enum command_kind_id kind)
{
	return command_kinds[kind].by == BY_ENGINE || command_kinds[kind].by == BY_NOTIFIER;
}

bool command_of_notifier(enum command_kind_id kind)
{
	return command_kinds[kind].by == READ_BY_NOTIFIER || command_kinds[kind].by == BY_NOTIFIER;
}

bool command_mends(enum command_kind_id kind)
{
	return command_kinds[kind].act || command_kinds[kind].mends || fields_any(command_kinds[kind].spare);
}

bool command_by_desk(const struct command *c)
{
	enum account_role role = c->who.role;
	return role == ROLE_DESK || role == ROLE_SHIFT_LEADER || role == ROLE_LOCAL;
}

const char *command_text(const struct command *c, enum field f)
{
	return command_has(c, f) ? c->v[f].text : NULL;
}

int64_t command_int(const struct command *c, enum field f)
{
	return command_has(c, f) ? c->v[f].number : 0;
}

bool command_has(const struct command *c, enum field f)
{
	return field_in(c->present, f);
}

bool command_has_any(const struct command *c, struct field_set set)
{
	return fields_any(fields_common(c->present, set));
}

void command_drop(struct command *c, enum field f)
{
	c->present.w[f / 64] &= ~(UINT64_C(1) << f % 64);
}

void command_wipe(struct command *c)
{
	struct field_set there = fields_common(c->present, SECRET_FIELDS);

	EACH_FIELD(f, there) {
		char *text = (char *)(uintptr_t)c->v[f].text;

		if (text)
			explicit_bzero(text, strlen(text));
	}
}

void command_set_text(struct command *c, enum field f, const char *text)
{
	if (!text)
		return;
	field_put(&c->present, f);
	c->v[f] = (struct value){.text = text};
}

void command_set_int(struct command *c, enum field f, int64_t number)
{
	field_put(&c->present, f);
	c->v[f] = (struct value){.number = number};
}

/* -- refusals ------------------------------------------------------------------------------- */

static char *formatted(struct arena *a, const char *format, va_list args)
{
	char small[512];
	va_list again;
	va_copy(again, args);
	int n = vsnprintf(small, sizeof small, format, args);
	char *text = arena_alloc(a, (size_t)(n < 0 ? 0 : n) + 1);
	vsnprintf(text, (size_t)(n < 0 ? 0 : n) + 1, format, again);
	va_end(again);
	return text;
}

void refusal_fill(struct refusal *r, struct arena *a, enum error_code code, const char *field, const char *zh,
    const char *en, ...)
{
	va_list args;
	*r = (struct refusal){.code = code, .field = field};
	va_start(args, en);
	r->zh = zh ? formatted(a, zh, args) : NULL;
	va_end(args);
	va_start(args, en);
	r->en = en ? formatted(a, en, args) : NULL;
	va_end(args);
}

const char *field_full_name(struct arena *a, enum field f)
{
	const struct field_kind *k = &field_kinds[f];
	return k->object ? arena_printf(a, "%s.%s", k->object, k->name) : k->name;
}
