/*
 * commands.c - the table of liandongctl's commands. Help, bash completion, the man page and the tests
 * come from it. A row with a name alone is where the acts of that name stand, which the command table
 * has ("incident cancel" of incident.cancel); ALL_OF, where every command of the engine of that name does.
 */
#include "ctl/acts.h"
#include "base/arena.h"

#define ALL_OF(object)                                                                                       \
	{                                                                                                    \
		(object), "", {NULL, NULL}, NULL                                                             \
	}
#define REPORT_OPTIONS                                                                                          \
	"[--format json|csv|xlsx|html] [-o 文件] [--unit U] [--drill] [--draft] [--edition 版次] [--store " \
	"文件]"

static const struct row {
	const char *name, *arguments;
	struct both about;
	int (*run)(struct ctl *ctl, int argc, char **argv);
} table[] = {
    {"check", "[--format text|json|sarif] [--strict] [--fix] [--yes] [机制文件夹]",
	{"检查配置:全部错误和提醒一次列出", "check the configuration: all errors and warnings at once"},
	ctl_check},
    {"status", "", {"系统状态", "system status"}, ctl_status},
    {"reload", "[--why 缘由]",
	{"重新读取配置(有错则保留原配置)",
	    "read the configuration anew (if it has errors, the one in force stays)"},
	ctl_reload},
    {"units", "[单位]", {"成员单位和现在该打的电话", "units, and whom to phone now"}, ctl_units},
    {"categories", "[词 …]",
	{"警情类别和边界,或按词查找", "categories and their borders, or a search for them"}, ctl_categories},
    {"units export", "[-o 文件]", {"单位电话表,CSV,供 Excel 打开", "units' phones as CSV, for Excel"},
	ctl_units_export},
    {"units import", "[--dry-run] [--yes] 文件",
	{"从 CSV 改单位电话:先列出改动,检查,再问",
	    "units' phones from CSV: lists the changes, checks, then asks"},
	ctl_units_import},
    {"contacts propose", "单位 duty.phone=电话 [liaison.name=姓名 …] [--why 缘由]",
	{"单位提出更改自己的联系人(duty liaison person_in_charge leader 的 phone name title),由联动办确认",
	    "a unit proposes its own contacts (phone, name, title of duty, liaison, person_in_charge, "
	    "leader), which the office confirms"},
	ctl_contacts_propose},
    {"contacts list", "[--unit U] [--limit N] [--cursor C]",
	{"单位提出的联系人更改:现在的和要改成的",
	    "contacts that units propose: as they are, and as they would be"},
	ctl_contacts_list},
    {"unit add",
	"[--id 标识 --name 全称 --tier 1|2 --duty 电话 --liaison 电话 --person-in-charge 电话 --leader 电话] "
	"[--short 简称] "
	"[--visits 是|否] [--article 依据] [--township 区域] [--dry-run] [--yes]",
	{"加一个成员单位:逐项问,检查、试派、比较后再问是否写入",
	    "add a unit: asks item by item, checks, tries, compares, then asks whether to write it"},
	ctl_unit_add},
    {"category add",
	"[--code 编码 --name 名称 --priority P1|P2|P3|P4 --lead 单位 --arrival "
	"city-rule|industry|scheduled|no-visit] [--keywords 词、词] [--assist "
	"单位、单位] "
	"[--inform 单位、单位] [--covers 边界] [--not 边界] [--confidential 是|否] [--note 备注] [--example "
	"描述] [--dry-run] "
	"[--yes]",
	{"加一个警情类别:逐项问,检查、试派、比较后再问是否写入",
	    "add a category: asks item by item, checks, tries, compares, then asks whether to write it"},
	ctl_category_add},
    {"rule add",
	"[--id 标识 --because 依据] [--category C、C] [--keywords 词、词] [--unless 词、词] "
	"[--address-keywords 词、词] "
	"[--zone city|outside] [--area A、A] [--priority P、P] [--hours office|closed] [--between 时段] "
	"[--set-category C] "
	"[--set-priority P] [--lead 单位] [--assist 单位、单位] [--inform 单位、单位] [--also 是|否] "
	"[--before 规则] [--example 描述] "
	"[--dry-run] [--yes]",
	{"加一条派单规则和证明它的用例:逐项问,检查、试派、比较后再问是否写入",
	    "add a rule and the case that proves it: asks item by item, checks, tries, compares, then asks "
	    "whether to write it"},
	ctl_rule_add},
    {"duty", "[--unit U] [--at 时刻] [--month 月份]",
	{"现在谁值班,或一个月的值班表", "who is on duty now, or a month's roster"}, ctl_duty},
    {"duty import", "[--dry-run] [--yes] 文件",
	{"从 CSV 导入值班表:先列出改动,检查,再问", "rosters from CSV: lists the changes, checks, then asks"},
	ctl_duty_import},
    {"calendar import", "[--dry-run] [--yes] [--year 年] 文件",
	{"从公布的节假日(JSON 或 ICS)写入一年的日历:先列出改动,检查,再问",
	    "a year's calendar from published holidays (JSON or ICS): lists the changes, checks, then asks"},
	ctl_calendar_import},
    {"mechanism init", "[--name 城市名] 文件夹",
	{"写一套小而完整的新机制,由此开始", "write a small, complete mechanism to begin with"},
	ctl_mechanism_init},
    {"tls init",
	"[--org 单位名称] [--names 名称,地址] [--clients 账号,账号] [--years 年] [--ca-years 年] 文件夹",
	{"建立自己的 CA,签发服务器和客户端证书,写出配置",
	    "make a CA of your own, certificates of server and clients, and their configuration"},
	ctl_tls_init},
    {"tls issue", "[--names 名称,地址] [--years 年] [--replace] [--ca-key 文件] 文件夹 账号",
	{"给一个客户端(或另一台服务器)签发证书", "issue a certificate to a client (or another server)"},
	ctl_tls_issue},
    {"tls renew", "[--years 年] [--new-key] [--ca-key 文件] 文件夹 server|账号|ca",
	{"证书续期", "renew a certificate"}, ctl_tls_renew},
    {"tls revoke", "[--ca-key 文件] 文件夹 账号|序列号",
	{"吊销证书,重写吊销列表", "revoke a certificate and write the list of revoked ones anew"},
	ctl_tls_revoke},
    {"tls show", "文件夹|证书文件",
	{"证书:给谁、做什么用、到何时、指纹", "certificates: whose, what for, until when, fingerprint"},
	ctl_tls_show},
    {"print contacts", "[-o 文件]", {"应急联络簿,可打印的网页", "the emergency phone book, a page to print"},
	ctl_print_contacts},
    {"print forms", "[-o 文件]",
	{"空白接警登记表、联动指令单,停电时手写",
	    "empty forms for incidents and dispatches, for writing by hand when the power is out"},
	ctl_print_forms},
    {"report", "[--details] [--progress] 文件|-",
	{"逐行报告警情(NDJSON),可中断后重来",
	    "report incidents line by line (NDJSON); can be broken off and begun again"},
	ctl_report},
    {"incident list",
	"[--state S] [--unit U] [--area A] [--from 时刻] [--to 时刻] [--limit N] [--cursor C] [--store 文件]",
	{"警情列表,新的在前", "incidents, the newest first"}, ctl_incident_list},
    {"incident show", "[--store 文件] 编号",
	{"一件警情:指令、时限、经过", "one incident: dispatches, limits, what happened"}, ctl_incident_show},
    {"incident", NULL, {NULL, NULL}, NULL},
    {"dispatch list", "--unit U [--limit N] [--cursor C]",
	{"一个单位未结的联动指令", "a unit's open dispatches"}, ctl_dispatch_list},
    {"dispatch show", "指令", {"一条联动指令", "one dispatch"}, ctl_dispatch_show},
    {"dispatch deadlines", "指令",
	{"每个时限从何而来、如何算出", "where each limit comes from and how it was computed"},
	ctl_dispatch_deadlines},
    {"dispatch", NULL, {NULL, NULL}, NULL},
    {"photo add", "[--step departed|arrived|progressed|completed] [--at 时刻] 指令 文件",
	{"给联动指令附上一张照片(JPEG 或 PNG)", "add a photo to a dispatch (JPEG or PNG)"}, ctl_photo_add},
    {"photo get", "[-o 文件] 指令 照片",
	{"把联动指令的一张照片写进文件", "write a photo of a dispatch into a file"}, ctl_photo_get},
    ALL_OF("mode"),
    {"request list", "[--kind K] [--state S] [--unit U] [--limit N] [--cursor C]",
	{"申请:待决定的和已决定的", "requests: to be decided, and decided"}, ctl_request_list},
    {"request", NULL, {NULL, NULL}, NULL},
    {"queues", "",
	{"谁那里有多少件在等着办:待签收、待回访、没有主办、各种申请",
	    "how many wait for whom: to acknowledge, to call back, without a lead, requests"},
	ctl_queues},
    {"notices",
	"[--open] [--dead] [--state S] [--unit U] [--dispatch 指令] [--incident 编号] [--limit N] [--cursor "
	"C]",
	{"发出的通知:谁在何时由哪个通道得知;没有通知到人、也没有人签收的指令,单位没有通道的也在内(--open),"
	 "没有发到的(--dead)",
	    "notices: who was told when by which channel; instructions that reached no person and that are "
	    "not acknowledged, those of units without a channel as well (--open); what did not arrive "
	    "(--dead)"},
	ctl_notices},
    {"notice retry", "通知 | --all",
	{"再发一条没有发到的通知,或全部(太旧的催办除外);还在等的现在就试",
	    "send a notice again that did not arrive, or all of them but old reminders; one that waits is "
	    "tried now"},
	ctl_notice_retry},
    {"notice drop", "通知 --why 缘由",
	{"一条还没有发出的通知不再发;是指令的,告知接警台",
	    "a notice that was not sent yet is not sent any more; of an instruction the desk is told"},
	ctl_notice_drop},
    {"notice replies", "[--limit N] [--cursor C]",
	{"没有采用的短信回复:谁回了什么,为什么",
	    "replies by short message that were not taken: who, what, why"},
	ctl_notice_replies},
    {"exchange", "[--open] [--partner 平台] [--dispatch 指令] [--incident 编号] [--limit N] [--cursor C]",
	{"送给对方平台(12345)的消息,还没有收下的(--open)",
	    "messages to partners (the 12345 centre), and those not taken yet (--open)"},
	ctl_exchange},
    {"exchange differences", "[平台]",
	{"与对方平台的差异:只有一边未结的", "differences from a partner: what is open on one side alone"},
	ctl_exchange_differences},
    {"exchange compare", "平台", {"现在与对方平台核对", "compare with a partner now"}, ctl_exchange_compare},
    {"exchange handover", "平台 [--dry-run]",
	{"补送对接生效之前下达、还没有办结的联动指令;--dry-run 只看有哪些",
	    "hand over the open dispatches that were issued before the exchange began; --dry-run: which they "
	    "are"},
	ctl_exchange_handover},
    {"notice test", "通道 收件人",
	{"试发一条通知:请求、应答、回执", "send a notice on trial: request, answer, receipt"},
	ctl_notice_test},
    {"finding list", "[--unit U] [--class C] [--state S] [--month 月] [--limit N] [--cursor C]",
	{"待核考评事项,新的在前", "findings, the newest first"}, ctl_finding_list},
    ALL_OF("finding"),
    {"statement list", "[--unit U] [--limit N] [--cursor C]",
	{"单位确认当月事项的记录,新的在前", "months that units have confirmed, the newest first"},
	ctl_register_list},
    ALL_OF("measure"),
    ALL_OF("meeting"),
    ALL_OF("ownership"),
    ALL_OF("period"),
    ALL_OF("shift"),
    {"mode list", "[--limit N] [--cursor C]", {"应急模式,新的在前", "emergency modes, the newest first"},
	ctl_register_list},
    {"shift list", "[--from 时刻] [--to 时刻] [--limit N] [--cursor C]",
	{"交接班记录,新的在前", "handovers, the newest first"}, ctl_register_list},
    {"shift log", "[--from 时刻] [--to 时刻]",
	{"一班的值班日志(HTML,可打印)", "a shift's log (HTML, to print)"}, ctl_shift_log},
    {"measure list", "[--unit U] [--limit N] [--cursor C]",
	{"督办单、通报批评等措施,新的在前",
	    "measures: orders, circulated criticism and others, the newest first"},
	ctl_register_list},
    {"meeting list", "[--limit N] [--cursor C]",
	{"联席会议和问题清单,新的在前", "joint meetings and their problems, the newest first"},
	ctl_register_list},
    {"ownership list", "[--unit U] [--limit N] [--cursor C]",
	{"权属台账,新的在前", "ownership, the newest first"}, ctl_register_list},
    {"period list", "[--limit N] [--cursor C]", {"定稿的时期,新的在前", "closed periods, the newest first"},
	ctl_register_list},
    ALL_OF("duty"),
    {"route explain",
	"[--category C] [--priority P] [--area A] [--address X] [--units U,U] [--at 时刻] [--all] 描述|编号",
	{"说明一件警情为什么派给这些单位", "explain why an incident goes to these units"}, ctl_route_explain},
    {"route test", "[--tap] [--coverage] [--record 编号 [--name 名称] [--yes]]",
	{"运行 routing-tests.yaml;哪些规则、类别、单位没有用例用到;--record 由一件警情记录用例",
	    "run routing-tests.yaml; which rules, categories, units no case reaches; --record makes a case "
	    "of an incident"},
	ctl_route_test},
    {"route diff", "[--since 30d] [--against 版本] [--max-moved N] [--store 文件] 目录|版本",
	{"换成这些规则,已有的警情会有哪些派给别的单位",
	    "which incidents there were would go elsewhere by these rules"},
	ctl_route_diff},
    {"route log", "[--limit N] [--cursor C]",
	{"哪些版本何时由谁生效,哪个等人同意",
	    "which revisions came into force when and by whom, and which waits for approval"},
	ctl_route_log},
    {"route show", "[版本 [文件]]",
	{"一个版本的文件,或其中一个文件的内容", "a revision's files, or what is in one of them"},
	ctl_route_show},
    {"route export", "[版本] -o 目录",
	{"把一个版本(不写则为生效的)的文件写进目录",
	    "write the files of a revision (or of the one in force) into a folder"},
	ctl_route_export},
    {"route rollback", "版本 --why 缘由",
	{"退回以前生效过的版本", "go back to a revision that was in force before"}, ctl_route_rollback},
    {"route approve", "版本 [--why 缘由]",
	{"作为第二名管理员同意更换配置", "approve a configuration as the second admin"}, ctl_route_approve},
    {"route learn", "[--since 时刻] [--accept 编号 [--text 描述] [--category C]] [--reject 编号] [--drift]",
	{"报警台更正过的类别:采纳为派单样例,或不采纳;--drift 看各月各类请确认、更正多少",
	    "categories that the desk has corrected: accept them as cases, or reject them; --drift: how many "
	    "were asked and corrected by month and category"},
	ctl_route_learn},
    {"route evaluate", "[文件.jsonl] [--leave-out-writer]",
	{"用标好类别的描述量一量:主办、类别判对多少,把握准不准,混淆哪些",
	    "measure with labelled texts: how many leads and categories are right, whether confidence holds, "
	    "what is confused"},
	ctl_route_evaluate},
    {"route drafts", "[--quarter 2026Q1]",
	{"屡次改派的警情:应当怎样派单的规则草案(YAML)",
	    "incidents that were returned again and again: drafts of rules for them (YAML)"},
	ctl_route_drafts},
    {"events", "[--after SEQ] [--incident 编号] [--limit N] [--follow]", {"事件", "events"}, ctl_events},
    {"console", "[--connect 服务器:端口] [--plain]",
	{"接警台:在终端上接警、派单、代单位记录",
	    "the desk on a terminal: take incidents, dispatch, record for units"},
	ctl_console},
    {"account add",
	"账号 --role desk|shift-leader|liaison|office|admin|integration|wall [--unit U] [--commands C,C] "
	"[--certificate 名字]",
	{"新建账号或增发令牌(令牌只显示一次);--certificate 登记客户端证书里的名字,如 "
	 "URI:liandong:account:desk1",
	    "add an account or another token (which is shown once); --certificate: the name in its client "
	    "certificate, such as URI:liandong:account:desk1"},
	ctl_account_add},
    {"account list", "", {"账号列表", "accounts"}, ctl_account_list},
    {"account revoke", "账号 [--token 标识]",
	{"停用账号的全部令牌,或其中一个", "revoke all tokens of an account, or one"}, ctl_account_revoke},
    {"session list", "[--account 账号]", {"网页登录的列表", "sessions of browsers"}, ctl_session_list},
    {"session end", "登录编号 | --account 账号",
	{"结束一个网页登录,或一个账号的全部", "end a browser's session, or all of an account"},
	ctl_session_end},
    {"code", "单位|账号",
	{"发登录码:八个字符,一次,十分钟", "make a login code: eight letters, once, ten minutes"}, ctl_code},
    {"clock", "", {"系统时钟", "system clock"}, ctl_clock_show},
    {"clock advance", "时长", {"手动时钟:逐个时限向前走", "manual clock: on, limit by limit"},
	ctl_clock_advance},
    {"clock set", "时刻", {"手动时钟:直接跳到", "manual clock: to an instant at once"}, ctl_clock_set},
    {"clock confirm", "", {"确认系统时钟无误", "confirm that the clock is right"}, ctl_clock_confirm},
    {"report month", "月份 " REPORT_OPTIONS, {"月报,如 2026-03", "a month's report, such as 2026-03"},
	ctl_report_month},
    {"report quarter", "季度 " REPORT_OPTIONS, {"季报,如 2026Q1", "a quarter's report, such as 2026Q1"},
	ctl_report_quarter},
    {"report year", "年度 " REPORT_OPTIONS, {"年报,如 2026", "a year's report, such as 2026"},
	ctl_report_year},
    {"report span", "首日..末日 " REPORT_OPTIONS,
	{"任意时段,如 2026-03-01..2026-03-15", "any span, such as 2026-03-01..2026-03-15"}, ctl_report_span},
    {"report verify", "[时期] [--store 文件]",
	{"汇总与逐条记录核对;不写时期则为本季度和上季度",
	    "compare sums with single records; without a period: this quarter and the last"},
	ctl_report_verify},
    {"score", "[--explain] 单位 时期 [--store 文件]",
	{"一个单位的得分,每一笔扣分的事项和证据",
	    "a unit's score, with the finding and evidence of each deduction"},
	ctl_score},
    {"print clock", "指令 时限 [-o 文件] [--store 文件]",
	{"时限凭证:一个时限如何算出,一页", "proof of a limit: how it was computed, one page"},
	ctl_print_clock},
    {"print order", "单位 时期 [--until 期限] [-o 文件] [--store 文件]",
	{"督办单草稿", "draft of an order to put right"}, ctl_print_order},
    {"print criticism", "时期 [-o 文件] [--store 文件]",
	{"通报批评草稿(只限第十三条所列)", "draft of a circulated criticism (only for what Art. 13 names)"},
	ctl_print_criticism},
    {"print statement", "单位 月份 [-o 文件] [--store 文件]",
	{"月度确认单", "the month's statement, to be confirmed"}, ctl_print_statement},
    {"print callbacks", "时期 [-o 文件] [--store 文件]", {"回访登记", "the register of call-backs"},
	ctl_print_callbacks},
    {"backup", "文件", {"运行中备份", "back up while it runs"}, ctl_backup},
    {"archive", "[-o 文件] [--remove 文件 [--yes]] [年份]",
	{"把已了结的一年写成一个文件,以 --store 读它;--remove "
	 "把已在文件里的一年移出库;不写年份则列出移出了哪些年",
	    "write a settled year into a file, which --store reads; --remove takes a year that is in its "
	    "file out of the store; without a year: which were taken out"},
	ctl_archive},
    {"restore", "[--dry-run] [--yes] [文件]",
	{"停止服务后换上备份:核对,列出备份之后的警情,问过再换;不写文件则只说现用的是哪个",
	    "put a backup in place while the service is stopped: verifies, lists the incidents since, asks, "
	    "then does it; without a file: which one is in use"},
	ctl_restore},
    {"audit verify", "[--head SEQ:HASH] [--heads 文件] [--archive 文件] [--store 文件]",
	{"校验事件链是否完整、未被改动", "verify that the chain of events is whole and unchanged"},
	ctl_audit_verify},
    {"audit head", "[--append 文件] [--syslog] [--post 网址] [--store 文件]",
	{"打印链头,并存到别处:文件、系统日志、网址",
	    "print the chain's head and keep it elsewhere: file, system log, URL"},
	ctl_audit_head},
};
#define ROWS ((int)(sizeof table / sizeof *table))
#define COMMANDS_MAX (ROWS + COMMANDS)

/* The names of values in the arguments; a longer one is before those that it begins with. */
static const struct both placeholders[] = {
    {"服务器:端口", "SERVER:PORT"},
    {"名称,地址", "NAME,ADDRESS"},
    {"账号,账号", "ACCOUNT,ACCOUNT"},
    {"词、词", "WORD,WORD"},
    {"单位、单位", "UNIT,UNIT"},
    {"、", ","},
    {"首日..末日", "FIRST..LAST"},
    {"机制文件夹", "FOLDER"},
    {"文件夹", "FOLDER"},
    {"证书文件", "CERTIFICATE"},
    {"单位名称", "ORGANISATION"},
    {"城市名", "CITY"},
    {"登录编号", "SESSION"},
    {"序列号", "SERIAL"},
    {"收件人", "RECIPIENT"},
    {"文件", "FILE"},
    {"目录", "FOLDER"},
    {"缘由", "WHY"},
    {"单位", "UNIT"},
    {"词", "WORD"},
    {"标识", "ID"},
    {"全称", "NAME"},
    {"简称", "SHORT"},
    {"名称", "NAME"},
    {"名字", "NAME"},
    {"姓名", "NAME"},
    {"电话", "PHONE"},
    {"依据", "ARTICLE"},
    {"区域", "AREA"},
    {"编码", "CODE"},
    {"编号", "NUMBER"},
    {"边界", "BORDER"},
    {"备注", "NOTE"},
    {"描述", "DESCRIPTION"},
    {"时段", "SPAN"},
    {"规则", "RULE"},
    {"时刻", "TIME"},
    {"时长", "DURATION"},
    {"时期", "PERIOD"},
    {"时限", "CLOCK"},
    {"期限", "DATE"},
    {"月份", "MONTH"},
    {"季度", "QUARTER"},
    {"年度", "YEAR"},
    {"年份", "YEAR"},
    {"月", "MONTH"},
    {"年", "YEAR"},
    {"账号", "ACCOUNT"},
    {"指令", "DISPATCH"},
    {"照片", "PHOTO"},
    {"通知", "NOTICE"},
    {"平台", "PARTNER"},
    {"通道", "CHANNEL"},
    {"版本", "REVISION"},
    {"版次", "EDITION"},
    {"网址", "URL"},
    {"角色", "ROLE"},
    {"是", "yes"},
    {"否", "no"},
};
#define PLACEHOLDERS ((int)(sizeof placeholders / sizeof *placeholders))

/* The arguments in the language that is spoken. */
static const char *arguments_said(struct arena *a, const char *arguments)
{
	struct buf b = {0};

	while (say_english() && *arguments) {
		int i = 0;

		while (i < PLACEHOLDERS && !str_starts(str_of(arguments), str_of(placeholders[i].zh)))
			i++;
		if (i < PLACEHOLDERS) {
			buf_text(&b, placeholders[i].en);
			arguments += strlen(placeholders[i].zh);
		} else
			buf_char(&b, *arguments++);
	}
	return say_english() ? buf_into(&b, a).p : arguments;
}

/* "incident" of incident.cancel */
static bool named_by(const char *name, const char *object)
{
	size_t n = strlen(object);
	return strncmp(name, object, n) == 0 && name[n] == '.';
}

static int add_acts(struct arena *a, const char *object, bool all, struct ctl_command *v, int n)
{
	for (int i = 0; i < COMMANDS; i++) {
		const struct command_kind *k = &command_kinds[i];
		bool taken =
		    k->act != NO_ACT || (all && command_changes((enum command_kind_id)i) && !k->internal);
		if (!taken || !named_by(k->name, object))
			continue;
		v[n++] = (struct ctl_command){
		    .name = arena_printf(a, "%s %s", object, k->name + strlen(object) + 1),
		    .arguments = acts_usage(a, (enum command_kind_id)i),
		    .about = both_said(&k->about),
		    .run = acts_run,
		    .act = (enum command_kind_id)i,
		};
	}
	return n;
}

const struct ctl_command *ctl_commands(struct arena *a, int *n)
{
	struct ctl_command *all = arena_new_array(a, struct ctl_command, COMMANDS_MAX);
	*n = 0;
	for (const struct row *r = table; r < table + ROWS; r++)
		if (r->run)
			all[(*n)++] = (struct ctl_command){.name = r->name,
			    .arguments = arguments_said(a, r->arguments),
			    .about = both_said(&r->about),
			    .files = strstr(r->arguments, "文件") != NULL,
			    .run = r->run};
		else
			*n = add_acts(a, r->name, r->arguments != NULL, all, *n);
	return all;
}
