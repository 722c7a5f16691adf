/*
 * report.c - liandongctl report FILE|-: incidents, one JSON object a line, to the daemon.
 *
 * Resumable by nature: an incident is known by its number, so the same file again reports only what
 * is missing and says of the rest that it was there. A window of calls is in flight; answers are
 * printed as they come. A line that is refused is named by file and line and does not stop the rest.
 */
#include "ctl/ctl.h"
#include "base/arena.h"
#include "base/reason.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/utf8.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define IN_FLIGHT 64
#define DRAW_EVERY_MS 100

struct run {
	struct ctl *ctl;
	struct liandong *link;
	const char *name; /* of the file */
	FILE *in;
	bool details, bar;
	int64_t size, read; /* bytes; size 0: not known */
	long lines, fresh, duplicates, refused, in_flight;
	struct mono_ms drawn;
	bool shown; /* the bar stands on the terminal's last line */
};

struct line {
	struct run *run;
	long number;
};

/* -- what is printed ------------------------------------------------------------------------ */

/* Before anything else is printed, so that the two never share a line. */
static void hide_bar(struct run *r)
{
	if (r->shown)
		fputs("\r\033[K", stderr);
	r->shown = false;
}

static void draw_bar(struct run *r, bool last)
{
	struct mono_ms now = clock_mono();
	if (!r->bar || (!last && now.ms - r->drawn.ms < DRAW_EVERY_MS))
		return;
	fflush(stdout);
	r->drawn = now;
	r->shown = !last;
	long done = r->fresh + r->duplicates + r->refused;
	if (r->size > 0) {
		int filled = (int)(30 * r->read / r->size);
		char cells[31];
		for (int i = 0; i < 30; i++)
			cells[i] = i < filled ? '#' : '.';
		cells[30] = '\0';
		fprintf(stderr, say("\r[%s] %3d%%  %ld 件", "\r[%s] %3d%%  %ld"), cells,
		    (int)(100 * r->read / r->size), done);
	} else {
		fprintf(stderr, say("\r%ld 件", "\r%ld"), done);
	}
	if (last)
		fputc('\n', stderr);
}

static const char *units_of(struct run *r, const json_t *result, const char *role)
{
	struct buf b = {0};
	size_t i;
	json_t *d;
	json_array_foreach(json_object_get(result, "dispatches"), i, d)
		if (strcmp(ctl_text(d, "role"), role) == 0)
			buf_printf(&b, "%s%s", b.n ? say("、", ", ") : "", ctl_text(d, "unit_name"));
	const char *text = arena_str(r->ctl->arena, buf_view(&b));
	buf_free(&b);
	return text;
}

static void print_units(struct run *r, const json_t *result)
{
	size_t i, k;
	json_t *d, *call;
	json_array_foreach(json_object_get(result, "dispatches"), i, d) {
		printf("    %s %s", ctl_word(ctl_text(d, "role")), ctl_text(d, "unit_name"));
		if (*ctl_text(d, "acknowledge_due"))
			printf(say("  应签收 %s", "  acknowledge by %s"),
			    ctl_when(r->ctl, ctl_text(d, "acknowledge_due")));
		if (*ctl_text(d, "arrive_due"))
			printf(say("  应到场 %s", "  arrive by %s"),
			    ctl_when(r->ctl, ctl_text(d, "arrive_due")));
		json_array_foreach(json_object_get(d, "call"), k, call)
			printf(say("  电话 %s", "  phone %s"), ctl_text(call, "phone"));
		putchar('\n');
	}
}

static void print_result(struct run *r, const json_t *result)
{
	const json_t *route = json_object_get(result, "route");
	const char *assist = units_of(r, result, "assist"), *lead = units_of(r, result, "lead");
	bool unmatched = json_is_true(json_object_get(result, "unmatched"));
	printf(say("%s  %s %s  规则 %s  主办 %s%s%s%s%s\n", "%s  %s %s  rule %s  lead %s%s%s%s%s\n"),
	    ctl_text(result, "incident"), ctl_text(result, "priority"),
	    *ctl_text(result, "category") ? ctl_text(result, "category") : say("无类别", "no category"),
	    ctl_text(route, "rule"),
	    *lead                                 ? lead
		: json_object_get(result, "main") ? say("同主警情", "as the matter's")
						  : say("无(只登记)", "none (recorded only)"),
	    *assist ? say("  协办 ", "  assist ") : "", assist,
	    unmatched ? say("  [未匹配,请接警台核对]", "  [nothing matched: the desk has to look]") : "",
	    json_is_true(json_object_get(result, "duplicate")) ? say("  [已有]", "  [was there]") : "");
	ctl_show_main(result);
	if (!r->details)
		return;
	ctl_show_choice(route);
	ctl_show_history(r->ctl, result);
	ctl_show_warnings(result);
	print_units(r, result);
}

/* A file whose members have other names loses what they say, line after line; other warnings come with --details. */
static void name_parameters(const struct line *line, const json_t *result)
{
	size_t i;
	json_t *one;

	fflush(stdout);
	json_array_foreach(json_object_get(result, "warnings"), i, one)
		if (strncmp(ctl_text(one, "code"), "parameter-", 10) == 0)
			fprintf(stderr, say("%s:%ld: 已收。%s\n", "%s:%ld: taken. %s\n"), line->run->name,
			    line->number, ctl_text(one, "detail"));
}

static void answered(void *arg, const struct liandong_reply *reply)
{
	struct line *line = arg;
	struct run *r = line->run;
	r->in_flight--;
	hide_bar(r);
	if (reply->ok) {
		json_t *result = json_loads(reply->result, 0, NULL);
		bool duplicate = json_is_true(json_object_get(result, "duplicate"));
		*(duplicate ? &r->duplicates : &r->fresh) += 1;
		if (r->ctl->json)
			puts(reply->result);
		else
			print_result(r, result);
		name_parameters(line, result);
		json_decref(result);
		arena_reset(r->ctl->arena);
	} else {
		r->refused++;
		fflush(stdout);
		fprintf(stderr, "%s:%ld: %s\n", r->name, line->number,
		    reply->message ? reply->message : reply->code);
	}
	draw_bar(r, false);
	free(line);
}

/* -- reading and sending -------------------------------------------------------------------- */

static bool only_space(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

/* Of UTF-16 every other byte is NUL, or a mark begins it. */
static bool is_utf16(struct str s)
{
	size_t nul = 0;
	for (size_t i = 0; i < s.n; i++)
		nul += s.p[i] == '\0';
	return utf16_marked(s) || nul * 3 > s.n;
}

/* A NUL as JSON writes it: the server mends it as any other damage. */
static const char *as_text(struct run *r, struct str line)
{
	struct buf b = {0};
	for (size_t i = 0; i < line.n; i++)
		line.p[i] ? buf_char(&b, line.p[i]) : buf_text(&b, "\\u0000");
	return buf_into(&b, r->ctl->arena).p;
}

static void send_line(struct run *r, struct str given)
{
	r->lines++;
	r->read += (int64_t)given.n;
	if (is_utf16(given)) {
		r->refused++;
		hide_bar(r);
		fprintf(stderr,
		    say("%s:%ld: 像是 UTF-16 编码,请把文件另存为 UTF-8\n",
			"%s:%ld: this looks like UTF-16; save the file as UTF-8\n"),
		    r->name, r->lines);
		return;
	}
	const char *text = memchr(given.p, '\0', given.n) ? as_text(r, given) : given.p;
	if (only_space(text))
		return;
	struct line *line = xalloc(sizeof *line);
	*line = (struct line){r, r->lines};
	r->in_flight++;
	liandong_report(r->link, text, answered, line);
}

static bool wait_some(struct run *r)
{
	struct pollfd p = {.fd = liandong_fd(r->link), .events = liandong_wants(r->link)};
	poll(&p, p.fd >= 0, liandong_timeout(r->link));
	return liandong_process(r->link);
}

static bool send_all(struct run *r)
{
	char *text = NULL;
	size_t cap = 0;
	ssize_t n;
	bool alive = true;
	while (alive && (n = getline(&text, &cap, r->in)) >= 0) {
		send_line(r, (struct str){text, (size_t)n});
		while (alive && r->in_flight >= IN_FLIGHT)
			alive = wait_some(r);
	}
	while (alive && r->in_flight > 0)
		alive = wait_some(r);
	free(text);
	return alive;
}

static bool open_input(struct run *r, const char *name)
{
	struct stat st;
	bool standard = strcmp(name, "-") == 0;
	r->name = standard ? say("标准输入", "standard input") : name;
	r->in = standard ? stdin : fopen(name, "re");
	if (!r->in) {
		ctl_fail(say("读不了 %s:%s", "%s cannot be read: %s"), name,
		    system_reason(errno, r->ctl->english));
		return false;
	}
	if (!standard && fstat(fileno(r->in), &st) == 0 && S_ISREG(st.st_mode))
		r->size = st.st_size;
	return true;
}

int ctl_report(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--details", .flag = true}, {.name = "--progress", .flag = true}};
	argc = ctl_parse(ctl, argc, argv, o, 2);
	if (argc < 0)
		return EXIT_USAGE;
	if (argc != 1)
		return ctl_wants_one(ctl, argc, argv, "一个文件,或 - 表示标准输入",
		    "a file, or - for standard input");
	struct run r = {.ctl = ctl, .details = o[0].value};
	r.bar = o[1].value || isatty(2);
	if (!open_input(&r, argv[0]))
		return EXIT_REFUSED;
	r.link = ctl_link(ctl);
	if (!r.link)
		return EXIT_REFUSED;
	ctl_now(
	    ctl); /* asked for before: `answered` runs while this link is read, and can wait for no other answer */
	bool whole = send_all(&r), unreadable = ferror(r.in);
	hide_bar(&r);
	fflush(stdout);
	draw_bar(&r, true);
	if (!whole)
		ctl_fail(say("连接中断(%s);再次运行同一命令即可续报",
			     "the connection was lost (%s); the same command again reports the rest"),
		    liandong_error(r.link));
	if (unreadable)
		ctl_fail(say("%s:%ld 之后不能再读取", "behind %s:%ld nothing can be read"), r.name, r.lines);
	fprintf(stderr,
	    say("新报 %ld 件,已有 %ld 件,被拒绝 %ld 件\n", "reported %ld, were there %ld, refused %ld\n"),
	    r.fresh, r.duplicates, r.refused);
	if (r.in != stdin)
		fclose(r.in);
	return whole && !unreadable && r.refused == 0 ? EXIT_DONE : EXIT_REFUSED;
}
