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
		return json_is_true(v) ? "是" : "否";
	return NULL;
}

static const char *label(const char *key)
{
	static const struct {
		const char *key, *zh;
	} labels[] = {{"version", "版本"}, {"store", "库标识"}, {"time", "时间"}, {"seq", "最新事件序号"},
	    {"revision", "配置版本"}, {"manual", "手动时钟"}, {"incidents", "警情总数"}, {"open_incidents", "未结警情"},
	    {"open_dispatches", "未结指令"}, {"wal_bytes", "日志字节"}, {"db_bytes", "库字节"},
	    {"free_bytes", "磁盘可用字节"}, {"full", "磁盘已满"}, {"read_only", "只读"}, {"uptime_seconds", "运行秒数"},
	    {"head", "事件链头"}};
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (strcmp(labels[i].key, key) == 0)
			return labels[i].zh;
	return key;
}

static void add_rows(struct ctl *ctl, struct table *t, json_t *object, const char *prefix)
{
	const char *key;
	json_t *v;
	json_object_foreach (object, key, v) {
		const char *name = *prefix ? arena_printf(ctl->arena, "%s%s", prefix, label(key)) : label(key);
		const char *text = plain(ctl, v);
		const char *cells[] = {name, text};
		if (text)
			table_row(t, cells);
		else if (json_is_object(v) && !*prefix)
			add_rows(ctl, t, v, arena_printf(ctl->arena, "%s ", label(key)));
	}
}

int ctl_status(struct ctl *ctl, int argc, char **argv)
{
	static const char *const heads[] = {"项目", "值"};
	struct table t;
	size_t i;
	json_t *one;
	if (argc != 0)
		return ctl_usage("status", "多余的参数 %s", argv[0]);
	json_t *r = ctl_call(ctl, "status.get", NULL);
	if (!r)
		return EXIT_REFUSED;
	table_init(&t, ctl->arena, heads, 2);
	add_rows(ctl, &t, r, "");
	if (ctl->json)
		ctl_print_json(r);
	else
		table_print(&t);
	json_array_foreach (ctl->json ? NULL : json_object_get(r, "warnings"), i, one)
		printf("注意:%s\n", json_string_value(one));
	json_decref(r);
	return EXIT_DONE;
}

int ctl_reload(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--why"}};
	argc = ctl_parse("reload", argc, argv, o, 1);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 0)
		return ctl_usage("reload", "多余的参数 %s", argv[0]);
	json_t *r = ctl_call(ctl, "config.reload", json_pack("{s:s*}", "why", o[0].value));
	if (!r)
		return EXIT_REFUSED;
	if (ctl->json)
		ctl_print_json(r);
	else
		printf("配置版本 %s %s\n", ctl_text(r, "revision"),
		    json_is_true(json_object_get(r, "changed")) ? "已生效" : "未变");
	json_decref(r);
	return EXIT_DONE;
}

int ctl_units(struct ctl *ctl, int argc, char **argv)
{
	static const char *const heads[] = {"代码", "单位", "级", "现在联系", "电话", "依据"};
	struct table t;
	size_t i;
	json_t *u;
	if (argc > 1)
		return ctl_usage("units", "最多一个单位");
	json_t *r = argc ? ctl_call(ctl, "unit.get", json_pack("{s:s}", "unit", argv[0]))
			 : ctl_call(ctl, "unit.list", NULL);
	if (!r)
		return EXIT_REFUSED;
	json_t *list = json_object_get(r, "units") ? json_incref(json_object_get(r, "units")) : json_pack("[O]", r);
	table_init(&t, ctl->arena, heads, 6);
	json_array_foreach (list, i, u) {
		json_t *call = json_array_get(json_object_get(u, "call"), 0);
		const char *cells[] = {ctl_text(u, "unit"), ctl_text(u, "name"),
		    json_integer_value(json_object_get(u, "tier")) == 1 ? "一级" : "二级", ctl_text(call, "name"),
		    ctl_text(call, "phone"), ctl_text(u, "article")};
		table_row(&t, cells);
	}
	if (ctl->json)
		ctl_print_json(r);
	else
		table_print(&t);
	json_decref(list);
	json_decref(r);
	return EXIT_DONE;
}

int ctl_backup(struct ctl *ctl, int argc, char **argv)
{
	char here[4096];
	if (argc != 1)
		return ctl_usage("backup", "需要目标文件");
	const char *file = argv[0];
	if (*file != '/' && getcwd(here, sizeof here))
		file = arena_printf(ctl->arena, "%s/%s", here, file); /* the daemon stands elsewhere */
	json_t *r = ctl_call(ctl, "store.backup", json_pack("{s:s}", "file", file));
	if (!r)
		return EXIT_REFUSED;
	if (ctl->json)
		ctl_print_json(r);
	else
		printf("已备份到 %s\n", file);
	json_decref(r);
	return EXIT_DONE;
}
