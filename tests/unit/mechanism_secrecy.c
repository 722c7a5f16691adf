/*
 * mechanism_secrecy.c - reporters who are not to be named, by the shipped policy: what proposes it, however it is
 * written, and what does not. Run from the top of the tree.
 */
#include "unit.h"
#include "base/arena.h"
#include "domain/routing.h"
#include "domain/secrecy.h"
#include "mechanism/load.h"

static struct mechanism *m;

static int up(void **state)
{
	struct problems p;

	(void)state;
	problems_init(&p, true);
	m = mechanism_load("config/zhangping", &p);
	problems_free(&p);
	return m ? 0 : -1;
}

static int down(void **state)
{
	(void)state;
	mechanism_release(m);
	return 0;
}

/* The word that is found; NULL: it proposes nothing. */
static const struct {
	const char *said, *word;
} cases[] = {
    {"楼下麻将馆天天吵到半夜，我怕被报复，你们来看看", "怕被报复"},
    {"工地偷排污水,千万不要说是我举报的", "不要说是我"},
    {"别说是我", "别说是我"},
    {"请为我保密", "保密"},
    {"请 為 我 保 密", "保密"},           /* traditional, blanks inside */
    {"希望匿\xE2\x80\x8B名举报", "匿名"}, /* a mark that is not seen */
    {"我怕他报复,这个月停了三次水", "怕他报复"},
    {"不要告诉他是谁报的", "不要告诉"},
    {"他说不怕报复,可是我怕被报复", "怕被报复"}, /* one of two */
    {"不用保密也行,算了还是匿名吧", "匿名"},
    /* denied */
    {"我不怕被报复,可以写我名字", NULL},
    {"不用保密", NULL},
    {"不需要保密，实名举报", NULL},
    {"没有匿名", NULL},
    {"没有要求保密", NULL},
    {"不匿名,我叫张三", NULL},
    /* something else */
    {"收到匿名信恐吓", NULL},
    {"保密局门口水管爆了", NULL},
    {"路面水管爆裂,水柱有两米高", NULL},
    {"", NULL},
    {NULL, NULL},
};

static const char *text_of(const char *word)
{
	return word ? word : "(none)";
}

static void what_proposes_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct route route;

		print_message("%s\n", cases[i].said ? cases[i].said : "(none)");
		assert_string_equal(text_of(secrecy_word(m, cases[i].said)), text_of(cases[i].word));
		routing_decide(m, &(struct route_query){.description = cases[i].said}, &route);
		assert_string_equal(text_of(route.secrecy), text_of(cases[i].word));
	}
}

/* What an address says of it is no wish of the reporter's, and it changes no route. */
static void it_is_no_part_of_the_route(void **state)
{
	struct route with, without;

	(void)state;
	routing_decide(m, &(struct route_query){.address = "保密路匿名巷", .description = "水管爆裂"},
	    &without);
	routing_decide(m, &(struct route_query){.description = "水管爆裂,请保密"}, &with);
	assert_null(without.secrecy);
	assert_string_equal(with.secrecy, "保密");
	assert_ptr_equal(with.category, without.category);
	assert_string_equal(with.rule, without.rule);
	assert_int_equal(with.priority, without.priority);
	assert_int_equal(with.n_units, without.n_units);
	assert_false(with.confidential);
}

static void the_command_decides(void **state)
{
	struct warnings w = {0};
	struct command c = {.kind = COMMAND_INCIDENT_REPORT};
	struct buf zh = {0};

	(void)state;
	command_set_int(&c, FIELD_SECRET_REPORTER, 0);
	secrecy_propose(&c, "保密", &w, m->arena);
	assert_int_equal(w.n, 0); /* the officer has said no */
	c = (struct command){.kind = COMMAND_INCIDENT_REPORT};
	secrecy_propose(&c, NULL, &w, m->arena);
	assert_int_equal(w.n, 0);
	secrecy_propose(&c, "保密", &w, m->arena);
	assert_int_equal(w.n, 1);
	warning_sentence(&w.v[0], false, &zh);
	assert_string_equal(arena_str(m->arena, buf_view(&zh)),
	    "描述里说到“保密”:是否为报警人保密,请接警台决定;要保密,更正警情,写 secret_reporter(为报警人保密) "
	    "为 true");
	buf_free(&zh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_proposes_it),
	    cmocka_unit_test(it_is_no_part_of_the_route),
	    cmocka_unit_test(the_command_decides),
	};

	return cmocka_run_group_tests(tests, up, down);
}
