/*
 * command.c - the tables of commands, parameters and errors, and the checks that come from them.
 *
 * Place: domain, so that every process reads the same tables. A parameter that stands inside an
 * object on the wire ("reporter": {"phone": …}) is one row with `object` set.
 */
#include "domain/command.h"
#include "base/arena.h"
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
};

/* -- parameters ----------------------------------------------------------------------------- */

static const char *const datum_names[] = {"gcj02", "wgs84", "cgcs2000"};
static const char *const priority_choices[] = {"P1", "P2", "P3", "P4"};
static const char *const priority_also[] = {"危急", "紧急", "求助", "非紧急"};

#define MILLION INT64_C(1000000)
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
	.about = "警情描述"},
    [FIELD_CONFIDENTIAL] = {"confidential", NULL, TYPE_BOOL, .about = "保密"},
    [FIELD_SECRET_REPORTER] = {"secret_reporter", NULL, TYPE_BOOL, .about = "为报警人保密"},
    [FIELD_UNITS] = {"units", NULL, TYPE_CODES, 1, 32, .named = true, .about = "指定单位,第一个主办"},
    [FIELD_DRILL] = {"drill", NULL, TYPE_BOOL, .about = "演练"},
    [FIELD_TEXT] = {"text", NULL, TYPE_TEXT, 1, 4000, .personal = true, .too_long = LONG_SPLIT,
	.about = "说明"},
    [FIELD_DISPATCH] = {"dispatch", NULL, TYPE_NUMBER, 4, DISPATCH_ID_MAX - 1, .about = "联动指令编号"},
    [FIELD_UNIT] = {"unit", NULL, TYPE_CODE, 1, 64, .named = true, .about = "成员单位代码"},
    [FIELD_ROLE] = {"role", NULL, TYPE_NAME, .names = dispatch_role_names, .n_names = DISPATCH_ROLES,
	.about = "主办、协办或知会"},
    [FIELD_REASON] = {"reason", NULL, TYPE_TEXT, 1, 500, .personal = true, .too_long = LONG_SPLIT,
	.about = "理由"},
    [FIELD_AT] = {"at", NULL, TYPE_TIME, .about = "发生时间"},
    [FIELD_ETA] = {"eta", NULL, TYPE_TIME, .about = "预计时间"},
    [FIELD_PERSON] = {"person", "on_behalf", TYPE_TEXT, 1, 100, .personal = true, .too_long = LONG_CUT,
	.about = "代为记录的单位人员"},
    [FIELD_PHONE] = {"phone", "on_behalf", TYPE_TEXT, 1, 100, .personal = true, .phone = true,
	.too_long = LONG_CUT, .about = "该人员电话"},
    [FIELD_RESULT] = {"result", NULL, TYPE_TEXT, 1, 4000, .personal = true, .too_long = LONG_SPLIT,
	.about = "处置结果"},
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
    [FIELD_ACCOUNT_ROLE] = {"role", NULL, TYPE_NAME, .names = role_names + 1, .n_names = ROLE_INTEGRATION,
	.about = "角色"},
    [FIELD_TOKEN_HASH] = {"token_sha256", NULL, TYPE_CODE, 64, 64, .about = "令牌的 SHA-256"},
    [FIELD_COMMANDS] = {"commands", NULL, TYPE_CODES, 1, 32, .about = "该账号可用的命令"},
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
};

/* -- commands ------------------------------------------------------------------------------- */

#define R(role) (1u << ROLE_##role)
#define ANYONE (R(DESK) | R(LIAISON) | R(OFFICE) | R(ADMIN) | R(INTEGRATION) | R(LOCAL))
#define DESK_ONLY (R(DESK) | R(INTEGRATION) | R(LOCAL))
#define ACTING (R(DESK) | R(LIAISON) | R(INTEGRATION) | R(LOCAL))
#define READING (R(DESK) | R(OFFICE) | R(INTEGRATION) | R(LOCAL))
#define ADMIN_ONLY (R(ADMIN) | R(LOCAL))

#define ON_BEHALF (FIELD(PERSON) | FIELD(PHONE))
#define STEP_LOCATION (FIELD(STEP_LON) | FIELD(STEP_LAT))
#define STEP (FIELD(KEY) | FIELD(AT) | FIELD(TEXT) | FIELD(ETA) | STEP_LOCATION | ON_BEHALF | FIELD(IF_MATCH))
#define LOCATION (FIELD(LON) | FIELD(LAT) | FIELD(DATUM))
#define REPORTER (FIELD(REPORTER_NAME) | FIELD(REPORTER_PHONE))
/* What a report should say, and all that it may say beside its number. */
#define EXPECTED (FIELD(RECEIVED_AT) | FIELD(ADDRESS) | FIELD(DESCRIPTION))
#define REPORTED                                                                                             \
	(EXPECTED | FIELD(CATEGORY) | FIELD(PRIORITY) | FIELD(AREA) | LOCATION | REPORTER |                  \
	    FIELD(CONFIDENTIAL) | FIELD(SECRET_REPORTER) | FIELD(UNITS) | FIELD(DRILL))
/* A step is not refused for what goes beside it. */
#define STEP_SPARE (FIELD(ETA) | STEP_LOCATION | FIELD(PHONE))

const struct command_kind command_kinds[COMMANDS] = {
    [COMMAND_SESSION_OPEN] = {"session.open", ANYONE, BY_FRONT,
	.optional = FIELD(TOKEN) | FIELD(CLIENT) | FIELD(AFTER) | FIELD(EVENTS), .about = "登录"},
    [COMMAND_SESSION_PING] = {"session.ping", ANYONE, BY_FRONT, .about = "探活"},
    [COMMAND_INCIDENT_REPORT] = {"incident.report", DESK_ONLY, BY_ENGINE, .required = FIELD(NUMBER),
	.optional = REPORTED | FIELD(KEY), .expected = EXPECTED, .spare = REPORTED | FIELD(KEY),
	.about = "报告警情"},
    [COMMAND_INCIDENT_GET] = {"incident.get", READING | R(LIAISON), BY_FRONT, .own = true,
	.required = FIELD(NUMBER), .optional = FIELD(CURSOR) | FIELD(UNMASK), .about = "查看警情"},
    [COMMAND_INCIDENT_LIST] = {"incident.list", READING, BY_FRONT,
	.optional = FIELD(STATE) | FIELD(UNIT) | FIELD(AREA) | FIELD(FROM) | FIELD(TO) | FIELD(CURSOR) |
	    FIELD(LIMIT) | FIELD(UNMASK),
	.about = "警情列表"},
    [COMMAND_INCIDENT_AMEND] = {"incident.amend", DESK_ONLY, BY_ENGINE, .act = ON_INCIDENT,
	.required = FIELD(NUMBER),
	.optional = FIELD(KEY) | FIELD(CATEGORY) | FIELD(PRIORITY) | FIELD(AREA) | FIELD(ADDRESS) | LOCATION |
	    REPORTER | FIELD(DESCRIPTION) | FIELD(CONFIDENTIAL) | FIELD(SECRET_REPORTER),
	.about = "更正警情"},
    [COMMAND_INCIDENT_ANNOTATE] = {"incident.annotate", DESK_ONLY, BY_ENGINE, .act = ON_INCIDENT,
	.required = FIELD(NUMBER) | FIELD(TEXT), .optional = FIELD(KEY), .about = "补充说明"},
    [COMMAND_INCIDENT_URGE] = {"incident.urge", DESK_ONLY, BY_ENGINE, .act = ON_INCIDENT,
	.required = FIELD(NUMBER), .optional = FIELD(KEY) | FIELD(TEXT), .about = "报警人再次来电催促"},
    [COMMAND_INCIDENT_CLOSE] = {"incident.close", DESK_ONLY, BY_ENGINE, .act = ON_INCIDENT,
	.required = FIELD(NUMBER), .optional = FIELD(KEY) | FIELD(TEXT), .about = "办结警情"},
    [COMMAND_INCIDENT_CANCEL] = {"incident.cancel", DESK_ONLY, BY_ENGINE, .act = ON_INCIDENT,
	.required = FIELD(NUMBER), .optional = FIELD(KEY) | FIELD(TEXT), .about = "撤销警情"},
    [COMMAND_DISPATCH_ADD] = {"dispatch.add", DESK_ONLY, BY_ENGINE, .act = ON_INCIDENT,
	.required = FIELD(NUMBER) | FIELD(UNIT) | FIELD(ROLE), .optional = FIELD(KEY) | FIELD(REASON),
	.about = "增派单位"},
    [COMMAND_DISPATCH_WITHDRAW] = {"dispatch.withdraw", DESK_ONLY, BY_ENGINE, .act = ON_DISPATCH,
	.required = FIELD(DISPATCH) | FIELD(REASON), .optional = FIELD(KEY) | FIELD(IF_MATCH),
	.about = "撤回联动指令"},
    [COMMAND_DISPATCH_GET] = {"dispatch.get", READING | R(LIAISON), BY_FRONT, .own = true,
	.required = FIELD(DISPATCH), .optional = FIELD(UNMASK), .about = "查看联动指令"},
    [COMMAND_DISPATCH_LIST] = {"dispatch.list", READING | R(LIAISON), BY_FRONT, .own = true,
	.optional = FIELD(UNIT) | FIELD(AFTER) | FIELD(OPEN) | FIELD(CURSOR) | FIELD(LIMIT),
	.about = "单位的联动指令"},
    [COMMAND_DISPATCH_DEADLINES] = {"dispatch.deadlines", READING | R(LIAISON), BY_FRONT, .own = true,
	.required = FIELD(DISPATCH), .optional = FIELD(EXPLAIN), .about = "时限说明"},
    [COMMAND_DISPATCH_DELIVER] = {"dispatch.deliver", R(LIAISON) | R(LOCAL), BY_ENGINE, .own = true,
	.internal = true, .required = FIELD(DISPATCHES), .about = "送达"},
    [COMMAND_DISPATCH_ACKNOWLEDGE] = {"dispatch.acknowledge", ACTING, BY_ENGINE, .act = ON_DISPATCH,
	.own = true, .required = FIELD(DISPATCH), .optional = STEP, .spare = STEP_SPARE, .about = "签收"},
    [COMMAND_DISPATCH_DEPART] = {"dispatch.depart", ACTING, BY_ENGINE, .act = ON_DISPATCH, .own = true,
	.required = FIELD(DISPATCH), .optional = STEP, .spare = STEP_SPARE, .about = "出发"},
    [COMMAND_DISPATCH_ARRIVE] = {"dispatch.arrive", ACTING, BY_ENGINE, .act = ON_DISPATCH, .own = true,
	.required = FIELD(DISPATCH), .optional = STEP, .spare = STEP_SPARE, .about = "到场"},
    [COMMAND_DISPATCH_PROGRESS] = {"dispatch.progress", ACTING, BY_ENGINE, .act = ON_DISPATCH, .own = true,
	.required = FIELD(DISPATCH), .optional = STEP, .spare = STEP_SPARE, .about = "报告进展"},
    [COMMAND_DISPATCH_COMPLETE] = {"dispatch.complete", ACTING, BY_ENGINE, .act = ON_DISPATCH, .own = true,
	.required = FIELD(DISPATCH) | FIELD(RESULT), .optional = STEP, .spare = STEP_SPARE,
	.about = "处置完毕"},
    [COMMAND_EVENT_LIST] = {"event.list", ANYONE, BY_FRONT, .own = true,
	.optional = FIELD(AFTER) | FIELD(NUMBER) | FIELD(LIMIT) | FIELD(WAIT), .about = "事件"},
    [COMMAND_UNIT_LIST] = {"unit.list", ANYONE, BY_FRONT, .about = "成员单位"},
    [COMMAND_UNIT_GET] = {"unit.get", ANYONE, BY_FRONT, .required = FIELD(UNIT), .about = "查看成员单位"},
    [COMMAND_STATUS_GET] = {"status.get", ANYONE & ~R(LIAISON), BY_FRONT, .about = "系统状态"},
    [COMMAND_ROUTE_EXPLAIN] = {"route.explain", READING | R(ADMIN), BY_FRONT,
	.optional = FIELD(NUMBER) | REPORTED, .spare = REPORTED, .about = "说明派单理由"},
    [COMMAND_CONFIG_RELOAD] = {"config.reload", ADMIN_ONLY, BY_ENGINE, .patient = true,
	.optional = FIELD(KEY) | FIELD(WHY), .about = "重新读取配置"},
    [COMMAND_ACCOUNT_ADD] = {"account.add", ADMIN_ONLY, BY_ENGINE,
	.required = FIELD(NAME) | FIELD(ACCOUNT_ROLE) | FIELD(TOKEN_HASH),
	.optional = FIELD(KEY) | FIELD(UNIT) | FIELD(COMMANDS), .about = "新建账号或增发令牌"},
    [COMMAND_ACCOUNT_LIST] = {"account.list", ADMIN_ONLY, BY_FRONT, .about = "账号列表"},
    [COMMAND_ACCOUNT_REVOKE] = {"account.revoke", ADMIN_ONLY, BY_ENGINE, .required = FIELD(NAME),
	.optional = FIELD(KEY) | FIELD(TOKEN_ID), .about = "停用账号"},
    [COMMAND_CLOCK_GET] = {"clock.get", ADMIN_ONLY, BY_ENGINE, .about = "系统时钟"},
    [COMMAND_CLOCK_ADVANCE] = {"clock.advance", R(LOCAL), BY_ENGINE, .patient = true,
	.required = FIELD(DURATION), .about = "逐个时限推进手动时钟"},
    [COMMAND_CLOCK_SET] = {"clock.set", R(LOCAL), BY_ENGINE, .patient = true, .required = FIELD(INSTANT),
	.about = "拨动手动时钟"},
    [COMMAND_STORE_BACKUP] = {"store.backup", R(LOCAL), BY_ENGINE, .patient = true, .required = FIELD(FILE),
	.about = "备份"},
    [COMMAND_PERSONAL_READ] = {"personal.read", R(LIAISON) | R(LOCAL), BY_ENGINE, .own = true,
	.internal = true, .optional = FIELD(NUMBER) | FIELD(DISPATCHES), .about = "记录查看个人信息"},
    [COMMAND_CLOCK_CONFIRM] = {"clock.confirm", ADMIN_ONLY, BY_ENGINE, .optional = FIELD(KEY),
	.about = "确认系统时钟无误"},
};

enum command_kind_id command_find(struct str name)
{
	for (int i = 0; i < COMMANDS; i++)
		if (str_is(name, command_kinds[i].name))
			return (enum command_kind_id)i;
	return COMMANDS;
}

const char *command_act(enum command_kind_id kind)
{
	static const char *const objects[] = {
	    [NO_ACT] = "", [ON_INCIDENT] = "incident.", [ON_DISPATCH] = "dispatch."};
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

bool command_mends(enum command_kind_id kind)
{
	return command_kinds[kind].act || command_kinds[kind].spare;
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
	return c->present >> f & 1;
}

void command_set_text(struct command *c, enum field f, const char *text)
{
	if (!text)
		return;
	c->present |= (field_set)1 << f;
	c->v[f] = (struct value){.text = text};
}

void command_set_int(struct command *c, enum field f, int64_t number)
{
	c->present |= (field_set)1 << f;
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

bool refuse(struct refusal *r, struct arena *a, enum error_code code, const char *field, const char *zh,
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
	return false;
}

bool refuse_as(struct refusal *r, enum error_code code, const char *field, const char *zh, const char *en)
{
	*r = (struct refusal){.code = code, .field = field, .zh = zh, .en = en};
	return false;
}

const char *field_full_name(struct arena *a, enum field f)
{
	const struct field_kind *k = &field_kinds[f];
	return k->object ? arena_printf(a, "%s.%s", k->object, k->name) : k->name;
}
