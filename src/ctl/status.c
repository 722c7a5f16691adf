/* status.c - liandongctl status, reload, units, backup. */
#include "ctl/ctl.h"
#include "base/arena.h"
#include <stdio.h>
#include <unistd.h>

/* A value as people read it; objects and arrays are not shown here. */
static const char *plain(struct ctl *ctl, const json_t *v)
{
	if (json_is_string(v))
		return json_string_value(v);
	if (json_is_integer(v))
		return arena_printf(ctl->arena, "%lld", (long long)json_integer_value(v));
	if (json_is_real(v))
		return arena_printf(ctl->arena, "%.3f", json_real_value(v));
	if (json_is_boolean(v))
		return json_is_true(v) ? say("是", "yes") : say("否", "no");
	return NULL;
}

/* 82873925632 is 77.2 GiB. */
static const char *size_text(struct ctl *ctl, int64_t bytes)
{
	const char *const units[] = {ctl->english ? "bytes" : "字节", "KiB", "MiB", "GiB", "TiB"};
	double n = (double)bytes;
	size_t i = 0;
	for (; n >= 1024 && i + 1 < sizeof units / sizeof *units; i++)
		n /= 1024;
	return arena_printf(ctl->arena, i ? "%.1f %s" : "%.0f %s", n, units[i]);
}

static const char *shown_value(struct ctl *ctl, const char *key, const json_t *v)
{
	size_t n = strlen(key), end = strlen("_bytes");
	if (n > end && strcmp(key + n - end, "_bytes") == 0 && json_is_integer(v))
		return size_text(ctl, json_integer_value(v));
	return plain(ctl, v);
}

/* What a person wants to know of it, in this order; a program reads --json. */
static const struct {
	const char *object, *key; /* object NULL: the status itself */
	struct both label;
} shown[] = {
    {NULL, "version", {"版本", "version"}},
    {NULL, "time", {"时间", "time"}},
    {NULL, "training", {"培训库,什么也不发", "training store, nothing goes out"}},
    {NULL, "clock", {"时钟(wall 真实,manual 手动)", "clock (wall, or manual)"}},
    {NULL, "connected", {"引擎在线", "engine connected"}},
    {NULL, "store", {"库标识", "store"}},
    {NULL, "seq", {"最新事件序号", "newest event"}},
    {NULL, "revision", {"配置版本", "revision"}},
    {"engine", "incidents", {"警情总数", "incidents"}},
    {"engine", "open_incidents", {"未结警情", "open incidents"}},
    {"engine", "open_dispatches", {"未结指令", "open dispatches"}},
    {"engine", "next_wake", {"下一个时限", "next limit"}},
    {"engine", "commands_total", {"本次启动以来的命令", "commands since the start"}},
    {"engine", "reminders_total", {"本次启动以来的催办", "reminders since the start"}},
    {"engine", "repaired_total",
	{"独立核查修正的时限(应为 0)", "limits corrected by the check (0 expected)"}},
    {"engine", "db_bytes", {"库文件", "store file"}},
    {"engine", "wal_bytes", {"预写日志", "write-ahead log"}},
    {"engine", "free_bytes", {"磁盘可用", "disk free"}},
    {"engine", "archiving_year", {"正在移出库的年份", "year being removed"}},
    {"engine", "archiving_percent", {"移出进度(百分之几)", "of it removed (per cent)"}},
    {"engine", "full", {"磁盘空间不足,不收新警情", "disk full, no new incidents taken"}},
    {"engine", "read_only", {"只读", "read-only"}},
    {"notices", "up", {"通知进程在线", "notifier answers"}},
    {"notices", "waiting", {"等着发的通知", "notices that wait"}},
    {"notices", "unreached", {"没有通知到人、也没有人签收的指令", "instructions that reached no person"}},
};

static void add_rows(struct ctl *ctl, struct table *t, json_t *status)
{
	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
		json_t *object = shown[i].object ? json_object_get(status, shown[i].object) : status;
		const char *text = shown_value(ctl, shown[i].key, json_object_get(object, shown[i].key));
		const char *cells[] = {both_said(&shown[i].label), text};
		if (text)
			table_row(t, cells);
	}
}

int ctl_status(struct ctl *ctl, int argc, char **argv)
{
	static const struct both heads[] = {{"项目", "item"}, {"值", "value"}};
	struct table t;
	size_t i;
	json_t *one;
	if (argc != 0)
		return ctl_too_many(ctl, argv[0]);
	json_t *r = ctl_call(ctl, "status.get", NULL);
	if (!r)
		return EXIT_REFUSED;
	table_init(&t, ctl->arena, heads, 2);
	add_rows(ctl, &t, r);
	if (ctl->json)
		ctl_print_json(r);
	else
		table_print(&t);
	json_array_foreach(ctl->json ? NULL : json_object_get(r, "warnings"), i, one)
		printf(ctl->english ? "note: %s\n" : "注意:%s\n", ctl_text(one, "detail"));
	json_decref(r);
	return EXIT_DONE;
}

int ctl_units(struct ctl *ctl, int argc, char **argv)
{
	static const struct both heads[] = {{"代码", "unit"}, {"单位", "unit"}, {"级", "tier"},
	    {"现在联系", "call now"}, {"电话", "phone"}, {"依据", "article"}};
	struct table t;
	size_t i;
	json_t *u;
	if (argc > 1)
		return ctl_usage(ctl, say("最多一个单位", "at most one unit"));
	json_t *r = argc ? ctl_call(ctl, "unit.get", json_pack("{s:s}", "unit", argv[0]))
			 : ctl_call(ctl, "unit.list", NULL);
	if (!r)
		return EXIT_REFUSED;
	json_t *list =
	    json_object_get(r, "units") ? json_incref(json_object_get(r, "units")) : json_pack("[O]", r);
	table_init(&t, ctl->arena, heads, 6);
	json_array_foreach(list, i, u) {
		json_t *call = json_array_get(json_object_get(u, "call"), 0);
		const char *cells[] = {ctl_text(u, "unit"), ctl_text(u, "name"),
		    json_integer_value(json_object_get(u, "tier")) == 1 ? say("一级", "1") : say("二级", "2"),
		    *ctl_text(call, "name") ? ctl_text(call, "name") : ctl_text(call, "why"),
		    ctl_text(call, "phone"), ctl_text(u, "article")};
		table_row(&t, cells);
	}
	int code = ctl_show_list(ctl, r, &t);
	json_decref(list);
	return code;
}

#define FIND_WORDS_MAX 4

/* What belongs to it, and behind that what does not. */
static const char *border(struct ctl *ctl, const json_t *c)
{
	const char *covers = ctl_text(c, "covers"), *leaves = ctl_text(c, "not"), *heir = ctl_text(c, "heir");

	if (*heir)
		return arena_printf(ctl->arena, ctl->english ? "retired, see %s" : "已停用,由 %s 承接", heir);
	return *leaves ? arena_printf(ctl->arena, ctl->english ? "%s; not: %s" : "%s 不含:%s", covers, leaves)
		       : covers;
}

int ctl_categories(struct ctl *ctl, int argc, char **argv)
{
	static const struct both heads[] = {
	    {"编码", "code"}, {"类别", "category"}, {"级", "tier"}, {"主办", "lead"}, {"边界", "border"}};
	struct table t;
	size_t i;
	json_t *c;
	const char *find = argc ? argv[0] : NULL;
	if (argc > FIND_WORDS_MAX)
		return ctl_usage(ctl, say("最多 %d 个词", "at most %d words"), FIND_WORDS_MAX);
	for (int k = 1; k < argc; k++)
		find = arena_printf(ctl->arena, "%s %s", find, argv[k]);
	json_t *r = ctl_call(ctl, "category.list", json_pack("{s:s*}", "find", find));
	if (!r)
		return EXIT_REFUSED;
	table_init(&t, ctl->arena, heads, 5);
	json_array_foreach(json_object_get(r, "categories"), i, c) {
		const char *cells[] = {ctl_text(c, "category"), ctl_text(c, "name"), ctl_text(c, "priority"),
		    ctl_unit_words(ctl, ctl_text(c, "lead")), border(ctl, c)};
		table_row(&t, cells);
	}
	return ctl_show_list(ctl, r, &t);
}

int ctl_backup(struct ctl *ctl, int argc, char **argv)
{
	char here[4096];
	if (argc != 1)
		return ctl_wants_one(ctl, argc, argv, "备份要写成的文件",
		    "the file that the backup is to be");
	const char *file = argv[0];
	if (*file != '/' && getcwd(here, sizeof here))
		file = arena_printf(ctl->arena, "%s/%s", here, file); /* the daemon stands elsewhere */
	json_t *r = ctl_call(ctl, "store.backup", json_pack("{s:s}", "file", file));
	if (!r)
		return EXIT_REFUSED;
	if (ctl->json)
		ctl_print_json(r);
	else
		printf(say("已备份到 %s\n", "backed up into %s\n"), file);
	json_decref(r);
	return EXIT_DONE;
}
