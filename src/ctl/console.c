/*
 * console.c - liandongctl console: an officer's desk on a terminal, or its lines on a pipe.
 *
 * A line is read by desk/parse.c against the open queue; what it means is carried out by console_act.c. Nothing that is
 * typed is lost while the daemon is away, nothing is sent twice, and what is no word of the console is never an incident.
 * The history lives in memory only: what reporters say is not left in a file.
 */
#include "ctl/console.h"
#include "ctl/console_tty.h"
#include "ctl/reach.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/time.h"
#include "base/utf8.h"
#include "desk/complete.h"
#include "desk/fit.h"
#include "desk/parse.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ESCAPE_MS 60   /* after Esc, within which the rest of a key follows */
#define CALL_MS 20000  /* without an answer: it is sent again */
#define FIRST_MS 10000 /* for the first connection, on a pipe */
#define LAST_MS 60000  /* for what is not answered when a pipe ends */
#define DRAW_MS 40     /* between two looks of the screen */
#define DRAFT_PROMPT say("草稿> ", "draft> ")

/* What a line is read against now, in that arena. */
static struct desk_context context(const struct desk *c, struct arena *a)
{
	return (struct desk_context){.a = a,
	    .queue = &c->queue,
	    .city = &c->city,
	    .now = console_now(c),
	    .draft = c->draft.open,
	    .understood = c->draft.shown ? &c->draft.u : NULL};
}

/* -- a line --------------------------------------------------------------------------------- */

static void ask(struct desk *c, enum desk_question q, const char *sentence, const char *line)
{
	c->question = q;
	free(c->asked);
	c->asked = strdup(line);
	console_say(c, false, "%s", sentence);
}

static void run(struct desk *c, const char *line);

static bool yes(const char *line)
{
	static const char *const words[] = {"y", "Y", "ｙ", "是", "好", "yes"};

	line += strspn(line, " ");
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(line, words[i]) == 0)
			return true;
	return false;
}

static void leave(struct desk *c)
{
	const char *draft = c->draft.open ? say("草稿还没有发出;", "The draft was not sent. ") : "";
	char *open = NULL;

	if (c->n_unanswered &&
	    asprintf(&open,
		say("还有 %d 件没有得到答复,离开就不再重发;",
		    "%d have no answer yet and will not be sent again. "),
		c->n_unanswered) < 0)
		open = NULL;
	char *sentence = NULL;
	if (asprintf(&sentence, say("%s%s离开接警台?y 离开", "%s%sLeave the console? y leaves"), draft,
		open ? open : "") >= 0)
		ask(c, QUESTION_LEAVE, sentence, "");
	free(open);
	free(sentence);
}

static void carry_out(struct desk *c, const struct desk_said *said, const char *line)
{
	switch (said->outcome) {
	case DESK_NOTHING:
		break;
	case DESK_REFUSED:
		console_say(c, true, "%s", said->sentence);
		break;
	case DESK_ASK:
		ask(c, QUESTION_ASK, said->sentence, line);
		break;
	case DESK_CONFIRM:
		ask(c, QUESTION_CONFIRM,
		    arena_printf(c->line, say("%s y 执行", "%s y does it"), said->sentence), line);
		break;
	case DESK_DO:
		if (said->act.word != WORD_LEAVE)
			console_act(c, &said->act);
		else if (c->people)
			leave(c);
		else
			c->ended = true;
	}
}

static struct desk_said parsed(struct desk *c, const char *line)
{
	struct desk_context x = context(c, c->line);
	struct desk_said said;

	desk_parse(&x, line, &said);
	return said;
}

static void run(struct desk *c, const char *line)
{
	struct desk_said said = parsed(c, line);

	carry_out(c, &said, line);
}

/* The line is the answer to what was asked, or a command of its own, which drops the question. */
static void answer(struct desk *c, const char *line)
{
	enum desk_question q = c->question;
	char *asked = c->asked;
	struct desk_said said = parsed(c, line);
	bool command = said.outcome != DESK_REFUSED && said.outcome != DESK_NOTHING;

	c->question = QUESTION_NONE;
	c->asked = NULL;
	if (q == QUESTION_LEAVE && yes(line))
		c->ended = true;
	else if (q == QUESTION_CONFIRM && yes(line)) {
		said = parsed(c, asked);
		if (said.outcome == DESK_CONFIRM)
			said.outcome = DESK_DO;
		carry_out(c, &said, asked);
	} else if (command) {
		if (q != QUESTION_LEAVE)
			console_message(c,
			    arena_printf(c->line, say("没有执行:%s", "not done: %s"),
				fit_clean(c->line, asked)));
		carry_out(c, &said, line);
	} else if (q == QUESTION_ASK && said.outcome != DESK_NOTHING)
		run(c, arena_printf(c->line, "%s %s", asked, line));
	else
		console_say(c, q != QUESTION_LEAVE,
		    q == QUESTION_LEAVE ? say("没有离开", "still here") : say("没有执行:%s", "not done: %s"),
		    asked);
	free(asked);
}

/* An empty line sends the draft that was shown, else closes what is open. lone: the key came by itself; a line end
 * that came with others, as in a paste, sends nothing. */
static void empty_line(struct desk *c, bool lone)
{
	if (!c->draft.open) {
		console_panel_close(c);
		return;
	}
	if (!lone || (!c->draft.shown && c->online))
		console_say(c, true,
		    say("草稿还没有看过,没有发出:看清之后再按回车",
			"the draft was not shown yet and was not sent: read it, then press Enter"));
	else
		console_draft_send(c, NULL);
}

static void take_line(struct desk *c, const char *line, bool lone)
{
	arena_reset(c->line);
	line = arena_text(c->line, line);
	free(c->answer);
	c->answer = NULL;
	c->redraw = true;
	if (!utf8_valid(str_of(line), NULL))
		run(c, line);
	else if (c->question != QUESTION_NONE)
		answer(c, line);
	else if (line[strspn(line, " \t")] == '\0')
		empty_line(c, lone);
	else
		run(c, line);
}

/* -- the screen ----------------------------------------------------------------------------- */

static void describe(struct desk *c, struct screen_state *s)
{
	*s = (struct screen_state){.now = console_now(c),
	    .queue = &c->queue,
	    .title = c->panel_title,
	    .panel = c->panel,
	    .n_panel = c->n_panel,
	    .panel_from = c->panel_from,
	    .messages = (const char *const *)c->messages,
	    .n_messages = c->n_messages,
	    .answer = c->answer ? fit_clean(c->line, c->answer) : "",
	    .wrong = c->wrong,
	    .prompt = c->question != QUESTION_NONE ? "? "
		: c->draft.open                    ? DRAFT_PROMPT
						   : "> ",
	    .input = edit_line(&c->edit),
	    .cursor = c->edit.at};
	s->status = (struct desk_status){.city = c->city.name,
	    .who = c->account ? fit_clean(c->line, c->account) : "",
	    .online = c->online,
	    .masked = c->local,
	    .training = c->training,
	    .nudges = c->nudged,
	    .unanswered = c->n_unanswered};
	tty_size(c->tty, &s->columns, &s->rows);
}

static void draw(struct desk *c, bool whole)
{
	struct arena *before = c->line;
	struct screen_state s;
	struct screen screen;

	c->line = arena_new();
	describe(c, &s);
	screen_lay(c->line, &s, &screen);
	tty_draw(c->tty, &screen, whole);
	arena_free(c->line);
	c->line = before;
	c->redraw = false;
	if (c->bell)
		tty_bell(c->tty);
	c->bell = false;
}

static void turn_panel(struct desk *c, int by)
{
	struct screen_state s;
	struct arena *a = arena_new();
	int seen, lines;

	describe(c, &s);
	lines = screen_panel_lines(a, &s, &seen);
	arena_free(a);
	c->panel_from += by * (seen > 1 ? seen - 1 : 1);
	c->panel_from = c->panel_from > lines - seen ? lines - seen : c->panel_from;
	c->panel_from = c->panel_from < 0 ? 0 : c->panel_from;
	c->redraw = true;
}

/* -- keys ----------------------------------------------------------------------------------- */

/* Esc takes back one thing: the question, the line, the draft, the panel. */
static void escape(struct desk *c)
{
	if (c->question != QUESTION_NONE) {
		c->question = QUESTION_NONE;
		console_say(c, false, say("没有执行", "not done"));
	} else if (c->edit.text.n)
		edit_clear(&c->edit);
	else if (c->draft.open)
		console_draft_drop(c);
	else
		console_panel_close(c);
}

static void interrupt(struct desk *c)
{
	bool something = c->edit.text.n || c->question != QUESTION_NONE;
	bool leaves = c->question == QUESTION_LEAVE;

	edit_clear(&c->edit);
	c->question = QUESTION_NONE;
	if (something && !leaves)
		console_say(c, false,
		    say("丢开了这一行。再按一次 Ctrl-C 离开", "the line was dropped; Ctrl-C again leaves"));
	else if (leaves)
		console_say(c, false, say("没有离开", "still here"));
	else
		leave(c);
}

static void complete(struct desk *c)
{
	struct desk_context x = context(c, c->line);
	struct completion found;

	arena_reset(c->line);
	desk_complete(&x, arena_str(c->line, (struct str){edit_line(&c->edit), c->edit.at}), &found);
	if (found.n)
		edit_complete(&c->edit, found.back, found.text);
	if (found.n > 1)
		console_say(c, false, "%s", found.list);
	else if (!found.n)
		c->bell = true;
}

static void enter(struct desk *c, bool lone)
{
	char *line = strdup(edit_line(&c->edit));

	if (c->edit.foreign) {
		edit_clear(&c->edit);
		console_say(c, true,
		    say("这一行不是 UTF-8 文本,没有执行:终端的编码要设为 UTF-8",
			"this line is no UTF-8 and was not carried out: set the terminal's encoding to "
			"UTF-8"));
	} else {
		edit_done(&c->edit);
		take_line(c, line, lone);
	}
	free(line);
}

static void on_key(struct desk *c, enum edit_key key, bool lone)
{
	c->redraw = c->redraw || key != EDIT_NOTHING;
	switch (key) {
	case EDIT_ENTER:
		enter(c, lone);
		break;
	case EDIT_TAB:
		complete(c);
		break;
	case EDIT_ESCAPE:
		escape(c);
		break;
	case EDIT_INTERRUPT:
		interrupt(c);
		break;
	case EDIT_END:
		if (c->question == QUESTION_LEAVE)
			c->ended = true;
		else
			leave(c);
		break;
	case EDIT_PAGE_UP:
		turn_panel(c, -1);
		break;
	case EDIT_PAGE_DOWN:
		turn_panel(c, 1);
		break;
	case EDIT_REDRAW:
		draw(c, true);
		break;
	case EDIT_FULL:
		console_say(c, true,
		    say("这一行太长,后面的没有收下",
			"the line is too long; what came after that was not taken"));
		break;
	case EDIT_NOTHING:
	case EDIT_CHANGED:
		break;
	}
}

static void read_keys(struct desk *c)
{
	unsigned char bytes[4096];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);

	if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
		c->ended = true; /* the terminal is gone */
	for (ssize_t i = 0; i < n && !c->ended; i++)
		on_key(c, edit_byte(&c->edit, bytes[i]), n == 1);
}

/* -- connection ----------------------------------------------------------------------------- */

static void state_changed(void *arg, bool up, const char *detail)
{
	struct desk *c = arg;

	if (up == c->online && up)
		return;
	c->redraw = true;
	if (up) {
		c->online = true;
		console_board_begin(c);
		return;
	}
	if (c->online || !c->board_mono) {
		char time[TIME_TEXT_MAX];
		struct arena *a = arena_new();
		snprintf(time, sizeof time, "%s", screen_time(a, console_now(c)));
		console_message(c,
		    arena_printf(a,
			say("%s 连接中断:%s;正在重连", "%s connection lost: %s; connecting again"), time,
			fit_clean(a, reach_said(liandong_fault(c->link), detail))));
		arena_free(a);
	}
	c->online = false;
	c->board_mono = clock_mono().ms;
}

static void event_came(void *arg, const struct liandong_event *event)
{
	console_event(arg, event);
}

/* -- the loop ------------------------------------------------------------------------------- */

/* Until when there is nothing to do without keys or the daemon. */
static int next_ms(struct desk *c)
{
	int link = liandong_timeout(c->link), ms = 250;

	if (!c->plain && edit_waits(&c->edit))
		ms = ESCAPE_MS;
	if (!c->plain && c->redraw)
		ms = DRAW_MS;
	return link >= 0 && link < ms ? link : ms;
}

static bool ready(int fd, short events, struct desk *c)
{
	struct pollfd p[2] = {
	    {.fd = fd, .events = events}, {.fd = liandong_fd(c->link), .events = liandong_wants(c->link)}};

	return poll(p, 2, next_ms(c)) > 0 && p[0].revents;
}

static void tick(struct desk *c)
{
	console_board_tick(c);
	console_send_tick(c);
	console_draft_tick(c);
}

static void on_screen(struct desk *c)
{
	int64_t drawn = 0, second = 0;

	while (!c->ended && !tty_ended() && liandong_process(c->link)) {
		int64_t now = clock_mono().ms;

		tick(c);
		bool whole = tty_resized(c->tty);
		if (console_now(c) / SECOND_MS != second)
			c->redraw = true;
		if (whole || (c->redraw && now - drawn >= DRAW_MS)) {
			second = console_now(c) / SECOND_MS;
			draw(c, whole);
			drawn = now;
		}
		if (ready(STDIN_FILENO, POLLIN, c)) {
			read_keys(c);
			drawn = 0; /* what is typed is seen at once */
		} else if (edit_waits(&c->edit))
			on_key(c, edit_timeout(&c->edit), false);
	}
}

/* Lines of a pipe, or of a terminal that places no cursor. */
struct typed_lines {
	struct buf rest;
	bool end;
};

static bool next_line(struct typed_lines *l, struct buf *line)
{
	char *mark = l->rest.n ? memchr(l->rest.p, '\n', l->rest.n) : NULL;
	size_t n = mark ? (size_t)(mark - l->rest.p) : l->rest.n;

	if (!mark && !(l->end && l->rest.n))
		return false;
	buf_reset(line);
	for (size_t i = 0; i < n; i++)
		buf_char(line, l->rest.p[i] && l->rest.p[i] != '\r' ? l->rest.p[i] : ' ');
	buf_char(line, '\0');
	buf_drop(&l->rest, mark ? n + 1 : n);
	return true;
}

static void read_lines(struct typed_lines *l)
{
	char bytes[65536];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);

	if (n > 0)
		buf_add(&l->rest, bytes, (size_t)n);
	else if (n == 0 || (errno != EINTR && errno != EAGAIN))
		l->end = true;
}

static void plain_interrupt(struct desk *c)
{
	if (c->question == QUESTION_NONE) {
		leave(c);
		return;
	}
	console_say(c, false,
	    c->question == QUESTION_LEAVE
		? say("没有离开", "still here")
		: say("丢开了这一行。再按一次 Ctrl-C 离开", "the line was dropped; Ctrl-C again leaves"));
	c->question = QUESTION_NONE;
}

/* A line waits for the first board, unless there is no connection; that of a pipe for the answer to the one before it. */
static bool may_go_on(const struct desk *c)
{
	return c->people ? c->board_known || (c->board_mono && !c->online) : c->board_known && !c->busy;
}

/* Ctrl-D on a terminal asks once; a pipe ends, and says what it has left. */
static void end_of_lines(struct desk *c, struct typed_lines *l)
{
	if (c->people && c->question != QUESTION_LEAVE) {
		l->end = false;
		leave(c);
		return;
	}
	c->ended = true;
	if (c->draft.open)
		console_say(c, true, say("草稿没有发出:%s", "the draft was not sent: %s"), c->draft.text);
	else if (c->question != QUESTION_NONE && c->question != QUESTION_LEAVE)
		console_say(c, true, say("没有执行:%s", "not done: %s"), c->asked);
}

static void on_lines(struct desk *c)
{
	struct typed_lines l = {0};
	struct buf line = {0};
	int64_t since = clock_mono().ms;

	while (!c->ended && !tty_ended() && liandong_process(c->link)) {
		tick(c);
		if (tty_interrupted())
			plain_interrupt(c);
		if (may_go_on(c))
			since = clock_mono().ms;
		else if (clock_mono().ms - since > (c->board_known ? LAST_MS : FIRST_MS))
			break;
		if (may_go_on(c) && next_line(&l, &line)) {
			take_line(c, line.p, true);
			continue;
		}
		if (may_go_on(c) && l.end && !c->ended) {
			end_of_lines(c, &l);
			continue;
		}
		if (ready(l.end ? -1 : STDIN_FILENO, POLLIN, c))
			read_lines(&l);
	}
	buf_free(&line);
	buf_free(&l.rest);
}

/* What was typed last is answered before the end, as far as the daemon is there. */
static void settle(struct desk *c)
{
	int64_t until = clock_mono().ms + (c->people ? 2000 : LAST_MS);

	while (c->n_unanswered && clock_mono().ms < until && !tty_ended() && liandong_process(c->link)) {
		tick(c);
		ready(-1, 0, c);
	}
}

/* -- the command ---------------------------------------------------------------------------- */

static void begin(struct desk *c, struct ctl *ctl)
{
	*c = (struct desk){.ctl = ctl,
	    .line = arena_new(),
	    .panel_arena = arena_new(),
	    .city_arena = arena_new(),
	    .queue_arena = arena_new(),
	    .queue_spare = arena_new(),
	    .board = json_object(),
	    .news = json_array(),
	    .redraw = true,
	    .people = isatty(STDIN_FILENO)};
	c->draft.a = arena_new();
	c->city.name = "";
	c->queue.numbers = &c->numbers;
}

static void end(struct desk *c)
{
	console_send_end(c);
	for (int i = 0; i < c->n_messages; i++)
		free(c->messages[i]);
	for (int i = 0; i < c->n_nudges; i++)
		free(c->nudges[i]);
	edit_free(&c->edit);
	free(c->answer);
	free(c->asked);
	free(c->account);
	free(c->role);
	free(c->undo_said);
	json_decref(c->undo);
	json_decref(c->reported);
	json_decref(c->board);
	json_decref(c->news);
	struct arena *const arenas[] = {
	    c->line, c->panel_arena, c->city_arena, c->queue_arena, c->queue_spare, c->draft.a};
	for (size_t i = 0; i < sizeof arenas / sizeof *arenas; i++)
		arena_free(arenas[i]);
}

static int converse(struct desk *c)
{
	bool refused;

	tty_catch_signals();
	c->tty = c->plain ? NULL : tty_open();
	c->plain = !c->tty;
	if (c->plain && c->people)
		puts(say("接警台。n 报警内容 报一件新警情;? 列出命令,Ctrl-D 离开",
		    "The desk. n and what is reported makes a new incident; ? lists the commands, Ctrl-D "
		    "leaves"));
	if (c->plain)
		on_lines(c);
	else
		on_screen(c);
	tty_close(c->tty);
	c->tty = NULL;
	c->plain = true;
	settle(c);
	refused = *liandong_error(c->link) && !c->ended;
	if (refused || (!c->board_known && !c->people))
		return reach_failed(c->ctl, c->link);
	if (c->n_unanswered)
		return ctl_fail(say("%d 件没有得到答复,不知道是否已保存",
				    "%d commands were not answered; whether they are stored is not known"),
		    c->n_unanswered);
	return c->refused && !c->people ? EXIT_REFUSED : EXIT_DONE;
}

int ctl_console(struct ctl *ctl, int argc, char **argv)
{
	struct ctl_option o[] = {{.name = "--connect"}, {.name = "--plain", .flag = true}};
	struct desk c;

	if (!ctl_parse_options(ctl, argc, argv, o, 2))
		return EXIT_USAGE;
	if (o[0].value)
		ctl->reach[REACH_SERVER] = o[0].value;
	begin(&c, ctl);
	struct liandong_options options = {.client = "liandongctl console",
	    .events = true,
	    .on_event = event_came,
	    .on_state = state_changed,
	    .arg = &c,
	    .call_timeout_ms = CALL_MS};
	c.link = reach_open(ctl, &options);
	c.plain = o[1].value || !tty_able();
	int code = c.link ? converse(&c) : EXIT_REFUSED;
	liandong_close(c.link);
	end(&c);
	return code;
}
