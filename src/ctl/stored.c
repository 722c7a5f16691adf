/* stored.c - see stored.h. Place: the command line's own room. */
#include "ctl/stored.h"
#include "base/arena.h"
#include "base/clock.h"
#include "mechanism/load.h"
#include "report/make.h"
#include "wire/render.h"

#define PAGE 200

struct from_file {
	struct ctl *ctl;
	struct reads *r;
	struct mechanism *m;
	struct view view;
};

static void stored_close(struct from_file *s)
{
	mechanism_release(s->m);
	reads_close(s->r);
}

/* With the mechanism that was in force last: units and categories have its names. */
static bool stored_open(struct ctl *ctl, const char *file, struct from_file *s)
{
	char why[512];

	*s = (struct from_file){.ctl = ctl, .view = {.role = ROLE_LOCAL, .english = ctl->english}};
	if (ctl->unmask)
		return ctl_fail(say("从文件里读,看完整个人信息的记录无处可写:不能用 --unmask",
			   "from a file there is nowhere to record who saw personal data: --unmask is not to "
			   "be had")) == EXIT_DONE;
	s->r = reads_open(file, why, sizeof why);
	if (!s->r)
		return ctl_fail("%s", why) == EXIT_DONE;
	s->m = report_mechanism(s->r, ctl->arena, NULL);
	if (s->m)
		return true;
	stored_close(s);
	return ctl_fail(say("%s 里没有可用的机制版本",
			    "%s has no revision of the mechanism that can be used"),
		   file) == EXIT_DONE;
}

static json_t *parsed(struct buf *b)
{
	json_t *tree = json_loadb(b->p, b->n, 0, NULL);

	buf_free(b);
	return tree;
}

static void open_incident(struct json *j, const struct from_file *s, const struct incident *inc)
{
	render_incident_open(j, NULL, inc, s->m, &s->view, s->ctl->arena);
	render_dispatches(j, inc, s->m, clock_wall().ms, &s->view);
}

static bool add_page(struct from_file *s, struct want_page *page, json_t *list, size_t most)
{
	struct reads_wants w = {.page = page};

	if (reads_wait(s->r, s->ctl->arena, &w) != STORE_OK)
		return ctl_fail(say("数据库读不出来", "the store cannot be read")) == EXIT_DONE;
	for (int i = 0; i < page->n && json_array_size(list) < most; i++) {
		struct buf b = {0};
		struct json j = json_to(&b);

		open_incident(&j, s, page->v[i]);
		json_end(&j);
		json_array_append_new(list, parsed(&b));
	}
	return true;
}

json_t *stored_incidents(struct ctl *ctl, const char *file, struct incident_filter filter, size_t most)
{
	struct from_file s;
	json_t *list;
	bool good;

	if (!stored_open(ctl, file, &s))
		return NULL;
	list = json_array();
	filter.limit = PAGE;
	do {
		struct want_page page = {.filter = filter};

		good = add_page(&s, &page, list, most);
		filter.before = page.next;
	} while (good && filter.before && json_array_size(list) < most);
	stored_close(&s);
	if (good)
		return json_pack("{s:o}", "incidents", list);
	json_decref(list);
	return NULL;
}

static json_t *whole(struct from_file *s, const char *number)
{
	struct want_incidents one = {.numbers = &number, .n = 1};
	struct want_events events = {.filter = {.before = INT64_MAX, .incident = number, .limit = 500}};
	struct reads_wants w = {.incidents = &one, .events = &events};
	struct buf b = {0};
	struct json j = json_to(&b);

	if (reads_wait(s->r, s->ctl->arena, &w) != STORE_OK || !one.found[0]) {
		const char *archive = one.archives ? one.archives[0] : NULL;

		ctl_fail(archive ? say("警情 %s 已归档,在存档 %s 里",
				       "incident %s has left the store; it is in the archive %s")
				 : say("没有警情 %s", "there is no incident %s"),
		    number, archive);
		return NULL;
	}
	open_incident(&j, s, one.found[0]);
	json_list(&j, "events");
	for (int i = events.n; i-- > 0;)
		if (sight_event(&s->view, &events.v[i]) != SIGHT_NONE)
			render_event(&j, NULL, &events.v[i], false, &s->view);
	json_close(&j);
	json_end(&j);
	return parsed(&b);
}

json_t *stored_incident(struct ctl *ctl, const char *file, const char *number)
{
	struct from_file s;
	json_t *tree;

	if (!stored_open(ctl, file, &s))
		return NULL;
	tree = whole(&s, number);
	stored_close(&s);
	return tree;
}
