/*
 * console.c - one conversation: lines in, commands on, answers out.
 *
 * Place: intake; above conn and lines, below nothing but the process. What a command is stands in
 * the command table; here is only who may give it and where its answer goes.
 *
 * Invariants
 * - A command is in its console's list from the moment the engine has its command until the answer, and
 *   its ticket is forgotten when the console goes first: the command still happens.
 * - A console is freed in on_closed and nowhere else.
 */
#include "intake/console.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/loop.h"
#include "front/notifying.h"
#include "wire/request.h"

#include <assert.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LINES_A_WAKE 64 /* of one connection, then the others' turn */
#define STRIKES_MOST 3

/* Who speaks. */
struct session {
	struct front *front;  /* of the jurisdiction that its account belongs to */
	struct principal who; /* texts in `texts` */
	struct view view;
	struct digest token;
	bool by_token; /* false: by the credentials of the control socket */
	char texts[];
};

/* A command that the engine or the notifier has, or a read in hand. */
struct pending {
	struct console *console;
	struct engine_ticket *ticket;
	struct front_read *read;
	struct notifying *notifying;
	LIST_ENTRY(pending) entry;
	size_t n_id;
	char id[]; /* as JSON */
};

static void resume(struct console *c);
static void pause_reading(struct console *c);

/* Whom it asks: its account's, once it has one. */
static struct front *front_of(const struct console *c)
{
	return c->session ? c->session->front : c->in->front;
}

/* -- answers -------------------------------------------------------------------------------- */

static void end_line(struct console *c)
{
	buf_char(conn_out(c->conn), '\n');
	conn_flush(c->conn);
}

static void say_result(struct console *c, struct str id, struct str result)
{
	render_rpc_result(conn_out(c->conn), id, result.n ? result : STR("{}"));
	end_line(c);
}

static void say_error(struct console *c, struct str id, enum error_code code, const char *field,
    const char *detail)
{
	render_rpc_error(conn_out(c->conn), id.n ? id : STR("null"), code, field, detail, c->in->english);
	end_line(c);
}

static void say_refusal(struct console *c, struct str id, const struct refusal *why)
{
	say_error(c, id, why->code, why->field, c->in->english ? why->en : why->zh);
}

/* Everything that was asked is answered and no more will be: a half-closed peer, or a drain. */
static void finish_if_idle(struct console *c)
{
	if ((c->eof || c->in->draining) && !c->n_pending)
		conn_finish(c->conn);
}

/* -- what the engine has ---------------------------------------------------------------------- */

static struct pending *pending_new(struct console *c, struct str id)
{
	struct pending *p = xalloc(sizeof(*p) + id.n);

	*p = (struct pending){.console = c, .n_id = id.n};
	memcpy(p->id, id.p, id.n);
	LIST_INSERT_HEAD(&c->pending, p, entry);
	c->n_pending++;
	return p;
}

static void pending_end(struct pending *p)
{
	struct console *c = p->console;

	LIST_REMOVE(p, entry);
	c->n_pending--;
	free(p);
	if (c->n_pending <= PENDING_MOST / 2)
		resume(c);
	finish_if_idle(c);
}

static void say_outcome(struct pending *p, enum error_code code, struct str result, const char *field,
    const char *detail)
{
	struct str id = {p->id, p->n_id};

	if (code == OK)
		say_result(p->console, id, result);
	else
		say_error(p->console, id, code, field, detail);
	pending_end(p);
}

static void on_reply(void *arg, const struct reply *r)
{
	say_outcome(arg, r->code, r->result, r->field, r->detail);
}

static void on_read(void *arg, const struct read_result *r)
{
	struct pending *p = arg;
	struct console *c = p->console;
	struct str id = {p->id, p->n_id};

	c->n_reads--;
	quota_read(c->in->quota, &c->session->who, r->cost, clock_mono());
	if (r->why.code == OK)
		say_result(p->console, id, r->bytes);
	else
		say_refusal(p->console, id, &r->why);
	pending_end(p);
}

static void forward(struct console *c, struct str id, const struct command *command)
{
	struct pending *p;

	if (front_full(front_of(c))) {
		say_error(c, id, ERROR_UNAVAILABLE, NULL, NULL);
		return;
	}
	p = pending_new(c, id);
	p->ticket = front_command(front_of(c), command, on_reply, p);
}

static void on_answer(void *arg, const struct notice_answer *r)
{
	say_outcome(arg, r->code, r->result, r->field, r->detail);
}

static void hand_over(struct console *c, struct str id, const struct command *command)
{
	struct notice_ask k = {.way = NOTICE_COMMAND, .english = c->in->english, .command = *command};
	struct pending *p = pending_new(c, id);

	p->notifying =
	    notifying_ask(c->in->base, c->in->notifier_path, &k, NOTIFYING_WITHIN_MS, on_answer, p);
	if (p->notifying)
		return;
	say_error(c, id, ERROR_TOO_MANY, NULL, NULL);
	pending_end(p);
}

/* -- sessions ------------------------------------------------------------------------------- */

static char *keep(char **to, const char *z)
{
	char *at = *to;

	if (!z)
		return NULL;
	*to = stpcpy(*to, z) + 1;
	return at;
}

static size_t room(const char *z)
{
	return z ? strlen(z) + 1 : 0;
}

static void session_begin(struct console *c, const struct principal *who, const struct digest *token)
{
	struct session *s = xalloc(sizeof(*s) + room(who->account) + room(who->unit) + room(who->commands));
	char *to = s->texts;

	*s = (struct session){.front = c->in->front, .who = *who, .by_token = token};
	s->who.account = keep(&to, who->account);
	s->who.unit = keep(&to, who->unit);
	s->who.commands = keep(&to, who->commands);
	s->view = (struct view){.role = who->role, .unit = s->who.unit, .english = c->in->english};
	if (token)
		s->token = *token;
	free(c->session);
	c->session = s;
	conn_deadline(c->conn, 0);
}

static bool unauthenticated(struct console *c, const char *token, struct refusal *why)
{
	struct digest d = digest_of(str_of(token ? token : ""));
	struct login_delay delay = {0};

	if (++c->strikes >= STRIKES_MOST)
		c->eof = true; /* answered, then closed */
	if (token)
		delay = front_login_failed(front_of(c), conn_peer(c->conn), &d);
	c->hold_ms = delay.hold_ms;
	if (delay.retry_ms)
		return refuse(why, c->in->arena, ERROR_TOO_MANY, "token", "该地址用无效的令牌登录的次数过多",
		    "too many tokens from there are not good");
	return refuse(why, c->in->arena, ERROR_UNAUTHENTICATED, "token", "令牌无效或已停用",
	    "the token is not good, or was revoked");
}

/* The refusal is held back; what is good is answered at once, whatever failed before. */
static void on_held(int fd, short what, void *arg)
{
	struct console *c = arg;
	struct pending *p = c->held;
	bool english = c->in->english;

	(void)fd;
	(void)what;
	c->held = NULL;
	logins_released(front_logins(front_of(c)));
	say_error(c, (struct str){p->id, p->n_id}, c->held_code, "token",
	    c->held_code == ERROR_TOO_MANY ? NULL
		: english                  ? "the token is not good, or was revoked"
					   : "令牌无效或已停用");
	pending_end(p);
	resume(c);
}

static void hold(struct console *c, struct str id, enum error_code code)
{
	if (!c->hold)
		c->hold = loop_timer(c->in->base, on_held, c);
	c->held = pending_new(c, id);
	c->held_code = code;
	loop_after(c->hold, c->hold_ms);
	c->hold_ms = 0;
	pause_reading(c);
}

/* A screen in the hall has the page alone: no events are pushed to it. */
static bool is_for_consoles(struct console *c, const struct principal *who, struct refusal *why)
{
	return command_allowed(COMMAND_SESSION_OPEN, who) ||
	    refuse(why, c->in->arena, ERROR_FORBIDDEN, NULL, "角色 %s 只用网页,不能在这里登录",
		"role %s has the page alone and cannot open a session here", role_names[who->role]);
}

/* By token, by the certificate that it has shown, or on the control socket by the credentials of its peer. */
static bool authenticate(struct console *c, const struct command *command, struct refusal *why)
{
	const char *token = command_text(command, FIELD_TOKEN);
	struct front_certified by;
	enum sought is = SOUGHT_FOUND;
	struct principal who;
	struct digest digest;

	if (!token && c->session)
		return true;
	if (token)
		is = front_principal(front_of(c), token, c->in->arena, &who);
	if (is == SOUGHT_UNREADABLE)
		return refuse_as(why, ERROR_UNAVAILABLE, NULL, NULL, NULL);
	if (is == SOUGHT_NONE)
		return unauthenticated(c, token, why);
	if (!front_certificate_fits(front_of(c), conn_names(c->conn), token ? who.account : NULL,
		c->in->arena, &by, why))
		return false;
	if (!token && !by.known)
		return unauthenticated(c, NULL, why);
	digest = token ? digest_of(str_of(token)) : by.token;
	if (!token)
		who = by.who;
	if (!is_for_consoles(c, &who, why))
		return false;
	session_begin(c, &who, &digest);
	log_info("session opened", "peer=%s account=%s role=%s", conn_peer(c->conn)->text, who.account,
	    role_names[who.role]);
	return true;
}

static bool position(struct console *c, const struct command *command, int64_t *out, struct refusal *why)
{
	int64_t seq = front_seq(front_of(c));

	*out = command_has(command, FIELD_AFTER) ? command_int(command, FIELD_AFTER) : seq;
	enum sought is = front_knows(front_of(c), *out);
	if (is == SOUGHT_FOUND)
		return true;
	if (is == SOUGHT_UNREADABLE)
		return refuse_as(why, ERROR_UNAVAILABLE, NULL, NULL, NULL);
	return refuse(why, c->in->arena, ERROR_PARAMS, "after",
	    "after %lld 超出已有的事件(最新为 %lld):数据可能已从备份恢复,请不带 after 重新登录",
	    "after %lld lies beyond the last event, %lld: the store may have been restored; open without "
	    "after",
	    (long long)*out, (long long)seq);
}

static void put_session(struct console *c, struct buf *out, int64_t seq)
{
	const struct session *s = c->session;
	struct json j = json_to(out);

	json_begin(&j, NULL);
	json_text(&j, "role", role_names[s->who.role]);
	const char *units = s->who.unit;
	if (units)
		json_str(&j, "unit", list_next(&units));
	json_text(&j, "version", LIANDONG_VERSION);
	json_text(&j, "store", front_engine(front_of(c))->store);
	json_time(&j, "time", front_now(front_of(c)));
	json_int(&j, "seq", seq);
	json_end(&j);
}

static bool session_open(struct console *c, const struct command *command, struct buf *out,
    struct refusal *why)
{
	struct subscriber *s = &c->subscriber;
	int64_t after, seq = front_seq(front_of(c));

	if (command_has(command, FIELD_CODE))
		return refuse(why, c->in->arena, ERROR_PARAMS, "code",
		    "登录码只用于网页登录,这里请用令牌(token)",
		    "a code opens a session in a browser; here a token is needed");
	if (c->opened)
		return refuse(why, c->in->arena, ERROR_WRONG_STATE, NULL, "本连接已经登录",
		    "this connection has a session already");
	if (!position(c, command, &after, why) || !authenticate(c, command, why))
		return false;
	c->opened = true;
	put_session(c, out, after > seq ? after : seq);
	if (command_has(command, FIELD_EVENTS) && !command_int(command, FIELD_EVENTS))
		return true;
	*s = (struct subscriber){
	    .conn = c->conn, .front = c->session->front, .view = &c->session->view, .position = after};
	push_add(c->in->push, s);
	return true;
}

static bool session_ping(struct console *c, struct buf *out)
{
	struct json j = json_to(out);

	json_begin(&j, NULL);
	json_time(&j, "time", front_now(front_of(c)));
	json_int(&j, "seq", front_seq(front_of(c)));
	json_end(&j);
	return true;
}

/* -- limits --------------------------------------------------------------------------------- */

/* An account over its limit is not refused: its consoles are read more slowly, but for reports. */
static bool is_slowed(const struct console *c)
{
	return c->slow && event_pending(c->slow, EV_TIMEOUT, NULL);
}

static void on_slow_over(int fd, short what, void *arg)
{
	struct console *c = arg;

	(void)fd;
	(void)what;
	c->waited = true;
	resume(c);
}

/* True where the account has to wait. Each of its consoles is read on after one wait, or those that
 * ask for much would keep the others from ever being read. */
static bool slow_down(struct console *c)
{
	int64_t wait =
	    c->session && !c->waited ? quota_wait(c->in->quota, &c->session->who, clock_mono()) : 0;

	c->waited = false;
	if (!wait)
		return false;
	if (!c->slow)
		c->slow = loop_timer(c->in->base, on_slow_over, c);
	loop_after(c->slow, wait);
	return true;
}

/* -- requests ------------------------------------------------------------------------------- */

/* What this process answers itself: sessions and reads. */
static void answer_here(struct console *c, const struct rpc_request *r, const struct command *command)
{
	struct intake *in = c->in;
	struct refusal why = {.code = OK};
	struct pending *p;
	bool done;

	buf_reset(&in->body);
	if (command->kind == COMMAND_SESSION_OPEN) {
		done = session_open(c, command, &in->body, &why);
	} else if (command->kind == COMMAND_SESSION_PING) {
		done = session_ping(c, &in->body);
	} else {
		p = pending_new(c, r->id);
		c->n_reads++;
		front_read(front_of(c), command, &c->session->view, true, &p->read, on_read, p);
		return;
	}
	if (done)
		say_result(c, r->id, buf_view(&in->body));
	else if (c->hold_ms)
		hold(c, r->id, why.code);
	else
		say_refusal(c, r->id, &why);
}

static bool refused_early(struct console *c, const struct rpc_request *r, struct refusal *why)
{
	const struct session *s = c->session;
	bool no_command = r->why.code == ERROR_PARSE || r->why.code == ERROR_INVALID;

	if (no_command) {
		*why = r->why;
		return true;
	}
	if (!s && r->command.kind != COMMAND_SESSION_OPEN) {
		*why = (struct refusal){.code = ERROR_UNAUTHENTICATED};
		return true;
	}
	if (s)
		quota_request(c->in->quota, &s->who, r->command.kind, clock_mono());
	if (s && r->command.kind < COMMANDS && !command_allowed(r->command.kind, &s->who)) {
		refuse(why, c->in->arena, ERROR_FORBIDDEN, NULL, "角色 %s 无权执行 %s",
		    "role %s may not do %s", role_names[s->who.role], command_kinds[r->command.kind].name);
		return true;
	}
	*why = r->why;
	return why->code != OK;
}

/* Speaks HTTP, to the wrong port? */
static bool is_http(struct str line)
{
	return line.n > 9 && line.p[0] >= 'A' && line.p[0] <= 'Z' && memmem(line.p, line.n, " HTTP/1.", 8);
}

/* False where the line is to be offered again later. A report of an incident never waits. */
static bool take_line(struct console *c, struct str line)
{
	struct intake *in = c->in;
	struct rpc_request r;
	struct refusal why;

	arena_reset(in->arena);
	console_act(in);
	request_parse(line, in->arena, &r);
	if (r.command.kind != COMMAND_INCIDENT_REPORT && slow_down(c))
		return false;
	if (refused_early(c, &r, &why)) {
		say_refusal(c, r.id, &why);
		if (why.code == ERROR_PARSE && is_http(line)) {
			log_warn("HTTP on the console port", "peer=%s", conn_peer(c->conn)->text);
			conn_finish(c->conn);
		}
		return true;
	}
	if (c->session)
		r.command.who = c->session->who;
	if (command_of_notifier(r.command.kind))
		hand_over(c, r.id, &r.command);
	else if (command_kinds[r.command.kind].by == BY_ENGINE &&
	    !quota_store(in->quota, &r.command, in->arena, clock_mono(), &why))
		say_refusal(c, r.id, &why);
	else if (command_kinds[r.command.kind].by == BY_ENGINE)
		forward(c, r.id, &r.command);
	else
		answer_here(c, &r, &r.command);
	command_wipe(&r.command);
	return true;
}

static bool on_line(struct console *c, struct str line)
{
	struct intake *in = c->in;
	bool taken = take_line(c, line);

	arena_wipe(in->arena); /* a token, or a code that was read from its row */
	return taken;
}

/* `begun` is as much of it as came: whose request it was may stand there. */
static void on_long_line(struct console *c, struct str begun)
{
	char detail[160];
	struct str id = {0};

	snprintf(detail, sizeof detail,
	    c->in->english ? "a line longer than %lld bytes" : "一行超过 %lld 字节", (long long)c->lines.max);
	log_warn("line too long", "peer=%s", conn_peer(c->conn)->text);
	arena_reset(c->in->arena);
	request_id(begun, c->in->arena, &id);
	say_error(c, id, ERROR_PARSE, NULL, detail);
	conn_finish(c->conn);
}

/* -- the connection ------------------------------------------------------------------------- */

static void resume(struct console *c)
{
	if (!c->paused || c->held || c->in->draining || conn_congested(c->conn) || is_slowed(c))
		return;
	c->paused = false;
	conn_resume(c->conn);
}

/* More must not be asked before something is answered, or read. */
static bool must_pause(const struct console *c)
{
	return c->held || c->n_pending >= PENDING_MOST || c->n_reads >= READS_MOST ||
	    conn_congested(c->conn) || c->in->draining;
}

static void pause_reading(struct console *c)
{
	c->paused = true;
	conn_pause(c->conn);
}

static bool is_tls(const struct console *c, const char *bytes)
{
	return !c->heard && bytes[0] == 0x16;
}

static size_t on_input(void *arg, const char *bytes, size_t n)
{
	struct console *c = arg;
	size_t done = 0;

	if (n && is_tls(c, bytes)) {
		log_warn("TLS on a console port without it", "peer=%s", conn_peer(c->conn)->text);
		say_error(c, STR("null"), ERROR_PARSE, NULL,
		    c->in->english ? "this port speaks without TLS" : "本端口没有启用 TLS,请不用 TLS 连接");
		conn_finish(c->conn);
		return n;
	}
	c->heard = c->heard || n;
	for (int i = 0; !conn_closing(c->conn) && !c->eof; i++) {
		struct str line;
		size_t used;
		enum lines_result what;

		if (must_pause(c)) {
			pause_reading(c);
			break;
		}
		if (i == LINES_A_WAKE) {
			conn_resume(c->conn); /* offered again, after the others */
			break;
		}
		what = lines_next(&c->lines, (struct str){bytes + done, n - done}, &line, &used);
		if (what == LINES_MORE)
			break;
		if (what == LINES_TOO_LONG) {
			on_long_line(c, (struct str){bytes + done, n - done});
			break;
		}
		if (!on_line(c, line)) {
			pause_reading(c);
			break;
		}
		done += used;
	}
	finish_if_idle(c);
	return conn_closing(c->conn) ? n : done;
}

static void on_eof(void *arg)
{
	struct console *c = arg;

	c->eof = true;
	if (conn_unread(c->conn) && !must_pause(c))
		say_error(c, STR("null"), ERROR_PARSE, NULL,
		    c->in->english ? "the last line has no end and was not carried out"
				   : "最后一行没有发完,没有执行");
	push_remove(c->in->push, &c->subscriber);
	finish_if_idle(c);
}

static void on_drained(void *arg)
{
	struct console *c = arg;

	if (c->n_pending <= PENDING_MOST / 2)
		resume(c);
	push_drained(c->in->push, &c->subscriber);
}

static void on_closed(void *arg, enum conn_end why)
{
	struct console *c = arg;
	struct intake *in = c->in;
	struct pending *p;

	if (why == CONN_SLOW || why == CONN_FLOOD || why == CONN_DEADLINE)
		log_warn("console cut", "peer=%s why=%s account=%s", conn_peer(c->conn)->text,
		    conn_end_name(why), c->session ? c->session->who.account : "-");
	while ((p = LIST_FIRST(&c->pending))) {
		LIST_REMOVE(p, entry);
		if (p->ticket)
			front_forget(p->ticket);
		if (p->read)
			front_read_cancel(p->read);
		if (p->notifying)
			notifying_forget(p->notifying);
		free(p);
	}
	push_remove(in->push, &c->subscriber);
	LIST_REMOVE(c, entry);
	if (c->slow)
		event_free(c->slow);
	if (c->held)
		logins_released(front_logins(front_of(c)));
	if (c->hold)
		event_free(c->hold);
	free(c->session);
	free(c);
	in->n_consoles--;
	if (in->draining && !in->n_consoles)
		in->drained(in);
}

static const struct conn_handler on_conn = {
    .on_input = on_input, .on_eof = on_eof, .on_drained = on_drained, .on_closed = on_closed};

size_t console_line_most(const struct options *o, bool local)
{
	size_t usual = (size_t)o->line_max;

	return local && usual < LOCAL_LINE ? LOCAL_LINE : usual;
}

static struct console *console_new(struct intake *in, struct conn *conn, bool local)
{
	struct console *c = xalloc(sizeof(*c));

	*c = (struct console){.in = in, .conn = conn, .local = local};
	c->lines.max = console_line_most(in->options, local);
	LIST_INIT(&c->pending);
	LIST_INSERT_HEAD(&in->consoles, c, entry);
	in->n_consoles++;
	conn_handle(conn, &on_conn, c);
	conn_deadline(conn, in->options->unauthenticated_ms);
	return c;
}

void console_accept(void *intake, struct conn *conn)
{
	console_new(intake, conn, false);
}

void console_accept_local(void *intake, struct conn *conn)
{
	static const struct principal local = {.account = "local", .role = ROLE_LOCAL};
	struct console *c = console_new(intake, conn, true);
	const struct conn_peer *peer = conn_peer(conn);

	if (peer->uid == geteuid() || peer->uid == 0 || peer->uid == c->in->operator) {
		session_begin(c, &local, NULL);
		return;
	}
	log_warn("control socket refused", "uid=%d pid=%d", (int)peer->uid, (int)peer->pid);
	say_error(c, STR("null"), ERROR_UNAUTHENTICATED, NULL, NULL);
	conn_finish(conn);
}

/* -- what happens to all of them -------------------------------------------------------------- */

void console_check_certificates(struct intake *in)
{
	struct console *c;

	LIST_FOREACH(c, &in->consoles, entry)
		if (conn_distrusted(c->conn)) {
			log_warn("certificate is not good any more", "peer=%s account=%s",
			    conn_peer(c->conn)->text, c->session ? c->session->who.account : "-");
			conn_close(c->conn, CONN_DONE);
		}
}

void console_act(struct intake *in)
{
	unsigned age = front_acting(in->front);
	struct console *c;

	if (age == in->acting)
		return;
	in->acting = age;
	LIST_FOREACH(c, &in->consoles, entry)
		if (c->session && c->session->who.unit)
			c->session->view.unit = c->session->who.unit =
			    front_acts_for(c->session->front, c->session->who.unit);
}

void console_check(struct intake *in, const char *account)
{
	struct console *c;

	LIST_FOREACH(c, &in->consoles, entry) {
		const struct session *s = c->session;

		if (!s || !s->by_token || (account && *account && strcmp(account, s->who.account) != 0))
			continue;
		if (front_still_good(s->front, &s->token))
			continue;
		log_info("session ended", "peer=%s account=%s why=revoked", conn_peer(c->conn)->text,
		    s->who.account);
		conn_close(c->conn, CONN_DONE);
	}
}

void console_reset(struct intake *in)
{
	struct console *c;

	LIST_FOREACH(c, &in->consoles, entry)
		if (c->subscriber.on)
			conn_close(c->conn, CONN_DONE);
}

void console_drain(struct intake *in)
{
	struct console *c;

	in->draining = true;
	LIST_FOREACH(c, &in->consoles, entry) {
		push_remove(in->push, &c->subscriber);
		conn_pause(c->conn);
		conn_hurry(c->conn); /* answers are waited for, not that somebody reads events */
		finish_if_idle(c);
	}
	if (!in->n_consoles)
		in->drained(in);
}

static void drop_reads(struct console *c)
{
	struct pending *p, *next;

	for (p = LIST_FIRST(&c->pending); p; p = next) {
		next = LIST_NEXT(p, entry);
		if (!p->read)
			continue;
		front_read_cancel(p->read);
		c->n_reads--;
		say_error(c, (struct str){p->id, p->n_id}, ERROR_UNAVAILABLE, NULL, NULL);
		pending_end(p);
	}
}

void console_drop_reads(struct intake *in)
{
	struct console *c, *next;

	for (c = LIST_FIRST(&in->consoles); c; c = next) {
		next = LIST_NEXT(c, entry);
		drop_reads(c); /* its last one may end it */
	}
}

void console_close_all(struct intake *in)
{
	struct console *c;

	LIST_FOREACH(c, &in->consoles, entry)
		conn_close(c->conn, CONN_DONE);
	while (!LIST_EMPTY(&in->consoles))
		event_base_loop(in->base, EVLOOP_ONCE);
}
