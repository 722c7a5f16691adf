/*
 * check.c - liandongctl check: the options and the mechanism, every problem at once, without a
 * daemon. Warnings do not fail; errors, and routing tests that fail, do.
 */
#include "ctl/ctl.h"
#include "base/clock.h"
#include <stdio.h>

static void print_json(const struct problems *p, const struct mechanism *m, int tests)
{
	json_t *list = json_array();
	for (int i = 0; i < p->n; i++)
		json_array_append_new(list,
		    json_pack("{s:s, s:s*, s:i, s:i, s:s}", "kind", p->v[i].warning ? "warning" : "error",
			"file", p->v[i].file, "line", p->v[i].line, "column", p->v[i].column, "text",
			p->v[i].text));
	json_t *r = json_pack("{s:b, s:i, s:s*, s:i, s:o}", "ok", p->errors == 0, "errors", p->errors,
	    "revision", m ? m->revision : NULL, "tests", tests, "problems", list);
	ctl_print_json(r);
	json_decref(r);
}

static void print_text(const struct problems *p, const struct mechanism *m, int tests)
{
	struct buf text = {0};
	problems_print(p, &text);
	fwrite(text.p, 1, text.n, stdout);
	buf_free(&text);
	if (p->errors || !m)
		printf("%d 处错误\n", p->errors);
	else
		printf("配置无误:版本 %s,%d 个单位,%d 个区域,%d 个类别,%d 条规则,%d 个派单用例通过\n",
		    m->revision, m->n_units, m->n_areas, m->n_categories, m->routing.n_rules, tests);
}

int ctl_check(struct ctl *ctl, int argc, char **argv)
{
	struct problems p;
	int tests = 0;
	if (argc != 0)
		return ctl_usage(ctl, "多余的参数 %s", argv[0]);
	problems_init(&p, ctl->english);
	struct options *options = options_load(ctl->config, &p);
	struct mechanism *m = options ? mechanism_load(options->mechanism, &p) : NULL;
	if (m) {
		mechanism_test(m, options->mechanism, &p, &tests);
		mechanism_check(m, clock_wall().ms, &p);
	}
	(ctl->json ? print_json : print_text)(&p, m, tests);
	int code = p.errors ? EXIT_REFUSED : EXIT_DONE;
	mechanism_release(m);
	if (options)
		options_free(options);
	problems_free(&p);
	return code;
}
