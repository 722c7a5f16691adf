/* parse.c - see parse.h. Each word has its function; the table at the end says which. */
#include "desk/parse.h"
#include "desk/draft.h"
#include "desk/reading.h"
#include "base/arena.h"
#include "base/time.h"
#include "base/utf8.h"
#include "base/when.h"
#include "domain/fold.h"

#define PERSON_COLUMNS 20 /* a longer word is no name */

/* "a(签收)要写明:编号 谁 …" */
static void refuse_arguments(struct desk_reading *r)
{
	enum desk_word_id w = r->out->act.word;

	REFUSE(r, say("%s要写明:%s", "%s takes: %s"), desk_word_said(r->x->a, w), desk_word_arguments(w));
}

void reading_done(struct desk_reading *r)
{
	if (r->out->outcome == DESK_NOTHING)
		r->out->outcome = DESK_DO;
}

const char *reading_token(const struct desk_reading *r)
{
	return r->at < r->line.n ? r->line.v[r->at].text : NULL;
}

const char *reading_rest(struct desk_reading *r)
{
	const char *text = desk_rest(r->x->a, &r->line, r->at);

	r->at = r->line.n;
	return text;
}

bool reading_target(struct desk_reading *r, struct desk_target *t)
{
	const char *why;
	struct desk_act *act = &r->out->act;

	if (!reading_token(r)) {
		refuse_arguments(r);
		return false;
	}
	if (!desk_target(r->x, reading_token(r), t, &why)) {
		REFUSE(r, "%s", why);
		return false;
	}
	r->at++;
	act->row = t->row;
	act->part = t->part;
	act->number = t->number;
	act->dispatch = t->dispatch;
	return true;
}

const char *reading_whom(const struct desk_reading *r)
{
	const struct desk_act *act = &r->out->act;

	if (act->row && act->part)
		return arena_printf(r->x->a, "%d %s", act->row->local, act->part->unit_brief);
	return act->row ? arena_printf(r->x->a, say("%d 号", "no. %d"), act->row->local) : act->number;
}

/* -- a unit's step -------------------------------------------------------------------------- */

static void set_part(struct desk_reading *r, const struct desk_part *p)
{
	r->out->act.part = p;
	r->out->act.dispatch = desk_dispatch_id(r->x->a, r->out->act.number, p->n);
}

/* @ and > may come anywhere. False: it is none of these, or said why it is none. */
static bool take_instant(struct desk_reading *r, bool *wrong)
{
	struct desk_act *act = &r->out->act;
	const char *t = reading_token(r);

	*wrong = false;
	if (*t != '@' && *t != '>')
		return false;
	if (*t == '@' ? desk_past(t, r->x->now, &act->at) : desk_ahead(t, r->x->now, &act->eta)) {
		r->at++;
		return true;
	}
	REFUSE(r,
	    say("“%s”不是时刻:@2305 是 23:05,@-10 是十分钟前,>2330 是预计 23:30,>20m 是二十分钟后",
		"“%s” is no instant: @2305 is 23:05, @-10 ten minutes ago, >2330 expected at 23:30, >20m in "
		"twenty minutes"),
	    t);
	*wrong = true;
	return false;
}

void reading_add(struct desk_reading *r, const char **text)
{
	const struct str *whole = &r->line.v[r->at].whole;

	*text = *text ? arena_printf(r->x->a, "%s %.*s", *text, (int)whole->n, whole->p)
		      : arena_str(r->x->a, *whole);
	r->at++;
}

/* A phone, also one that was typed with blanks in it. */
static void take_phone(struct desk_reading *r, const char **phone)
{
	for (; reading_token(r) && desk_is_phone(reading_token(r)); r->at++)
		*phone = *phone ? arena_printf(r->x->a, "%s %s", *phone, reading_token(r)) : reading_token(r);
}

/* Person, phone, instants and text. False: said why not. */
static bool take_said(struct desk_reading *r)
{
	struct desk_act *act = &r->out->act;
	bool wrong;

	while (reading_token(r)) {
		if (take_instant(r, &wrong))
			continue;
		if (wrong)
			return false;
		if (!act->text && !act->phone && desk_is_phone(reading_token(r)))
			take_phone(r, &act->phone);
		else if (!act->person) {
			act->person = arena_str(r->x->a, r->line.v[r->at].whole);
			r->at++;
		} else
			reading_add(r, &act->text);
	}
	if (act->person && utf8_width(str_of(act->person)) > PERSON_COLUMNS) {
		REFUSE(r,
		    say("“%s”像是说明,不像人名:先写单位的谁,再写说明",
			"“%s” looks like a text, not like a name: first who of the unit, then the text"),
		    arena_quote(r->x->a, act->person));
		return false;
	}
	return true;
}

static void parse_step(struct desk_reading *r)
{
	struct desk_act *act = &r->out->act;
	struct desk_target t;
	const char *why;
	bool needs_text = act->word == WORD_PROGRESS || act->word == WORD_COMPLETE;

	if (act->word == WORD_ARRIVE && !reading_token(r)) {
		act->word = WORD_MESSAGES;
		reading_done(r);
		return;
	}
	if (!reading_target(r, &t))
		return;
	if (t.row && !t.part) {
		const struct desk_part *p = desk_step_part(r->x, act->word, t.row, &why);

		if (!p) {
			REFUSE(r, "%s", why);
			return;
		}
		set_part(r, p);
	}
	if (!act->dispatch) {
		REFUSE(r,
		    say("%s 不在队列里,要写明哪一条指令:%s-01",
			"%s is not in the queue, say which dispatch: %s-01"),
		    act->number, act->number);
		return;
	}
	if (!take_said(r))
		return;
	if (!act->person)
		SAY(r, DESK_ASK,
		    say("%s:谁%s?(姓名 [电话] [@时刻]%s)", "%s, %s: who? (name [phone] [@time]%s)"),
		    reading_whom(r), desk_word_about(act->word), needs_text ? say(" 说明", " text") : "");
	else if (needs_text && !act->text)
		SAY(r, DESK_ASK, say("%s %s:%s", "%s %s: %s"), reading_whom(r), act->person,
		    act->word == WORD_COMPLETE ? say("处置结果?", "what was done?")
					       : say("进展如何?", "what progress?"));
	reading_done(r);
}

/* -- an incident's words -------------------------------------------------------------------- */

static void parse_new(struct desk_reading *r)
{
	struct desk_act *act = &r->out->act;
	bool wrong;

	if (r->x->draft) {
		REFUSE(r,
		    say("已有一份草稿没有发出:回车发出,Esc 放弃,再报新的",
			"there is a draft that was not sent: Enter sends it, Esc drops it; then a new one"));
		return;
	}
	if (reading_token(r) && *reading_token(r) == '@' && !take_instant(r, &wrong) && wrong)
		return;
	act->text = reading_rest(r);
	if (!act->text || utf8_count(str_of(act->text)) < DESK_LEAST)
		REFUSE(r,
		    say("太短,没有报出去。写明地点和情况,如 n 解放路12号水管爆裂",
			"too short, nothing was reported. Say where and what, such as n 12 Liberation Road, "
			"burst main"));
	reading_done(r);
}

static void parse_text(struct desk_reading *r)
{
	struct desk_act *act = &r->out->act;
	struct desk_target t;

	if (!reading_target(r, &t))
		return;
	act->text = reading_rest(r);
	if (!act->text && act->word == WORD_NOTE)
		SAY(r, DESK_ASK, say("%s:补充什么?", "%s: which note?"), reading_whom(r));
	reading_done(r);
}

static void parse_show(struct desk_reading *r)
{
	struct desk_target t;

	if (reading_target(r, &t) && reading_token(r))
		REFUSE(r, say("多余的“%s”:s 3 看一件的全部", "“%s” is too much: s 3 shows all of one"),
		    reading_token(r));
	reading_done(r);
}

static void parse_close(struct desk_reading *r)
{
	struct desk_act *act = &r->out->act;
	struct desk_target t;

	if (!reading_target(r, &t))
		return;
	act->text = reading_rest(r);
	if (act->word == WORD_CANCEL)
		SAY(r, DESK_CONFIRM,
		    say("作废 %s %s,撤回全部指令?", "Cancel %s %s and withdraw all its dispatches?"),
		    reading_whom(r), act->row ? act->row->place : "");
	else if (act->row && act->row->priority == P1)
		SAY(r, DESK_CONFIRM, say("办结危急警情 %s %s?", "Close the critical incident %s %s?"),
		    reading_whom(r), act->row->place);
	reading_done(r);
}

/* -- units of an incident ------------------------------------------------------------------- */

static const struct desk_name *take_unit(struct desk_reading *r)
{
	const char *several;
	const struct desk_name *u;

	if (!reading_token(r))
		return NULL;
	u = desk_named(r->x->a, &r->x->city->units, reading_token(r), &several);
	if (!u)
		REFUSE(r,
		    *several ? say("“%s”是哪个单位:%s", "which unit is “%s”: %s")
			     : say("没有单位“%s”%s。w 列出全部", "there is no unit “%s”%s; w lists all"),
		    reading_token(r), several);
	else
		r->at++;
	return u;
}

/* Takes the next token if it is one of the list: its place, or -1. */
static int take_choice(struct desk_reading *r, const struct both *list, int n)
{
	int i = reading_token(r) ? desk_choice_of(r->x->a, reading_token(r), list, n) : -1;

	r->at += i >= 0;
	return i;
}

static const char *take_role(struct desk_reading *r)
{
	static const char *const roles[DESK_ROLES] = {"lead", "assist", "inform"};
	int i = take_choice(r, desk_roles, DESK_ROLES);

	return i < 0 ? "assist" : roles[i];
}

static void parse_add(struct desk_reading *r)
{
	struct desk_act *act = &r->out->act;
	struct desk_target t;
	const struct desk_name *u;

	if (!reading_target(r, &t))
		return;
	if (!reading_token(r)) {
		SAY(r, DESK_ASK, say("%s:增派哪个单位?", "%s: add which unit?"), reading_whom(r));
		return;
	}
	u = take_unit(r);
	if (!u)
		return;
	act->unit = u->code;
	act->role = take_role(r);
	act->text = reading_rest(r);
	reading_done(r);
}

/* - 3 消防 理由: the unit as a word of its own, if no instruction was named. */
static bool take_withdrawn(struct desk_reading *r)
{
	struct desk_act *act = &r->out->act;
	const char *why;
	struct desk_target named;

	if (act->dispatch)
		return true;
	if (act->row && act->row->n == 1) {
		set_part(r, &act->row->parts[0]);
		return true;
	}
	if (act->row && reading_token(r) &&
	    desk_target(r->x, arena_printf(r->x->a, "%d%s", act->row->local, reading_token(r)), &named,
		&why)) {
		set_part(r, named.part);
		r->at++;
		return true;
	}
	REFUSE(r,
	    say("%s 要写明撤哪一条,如 - 3.2 理由、- 3消防 理由",
		"%s: say which dispatch to withdraw, such as - 3.2 REASON, - 3 fire REASON"),
	    reading_whom(r));
	return false;
}

static void parse_withdraw(struct desk_reading *r)
{
	static const struct both wrong = {"误派", "error"};
	struct desk_act *act = &r->out->act;
	struct desk_target t;

	if (!reading_target(r, &t) || !take_withdrawn(r))
		return;
	act->misdirected = reading_token(r) &&
	    (strcmp(reading_token(r), wrong.zh) == 0 || strcmp(reading_token(r), wrong.en) == 0);
	r->at += act->misdirected && r->at + 1 < r->line.n;
	act->text = reading_rest(r);
	if (!act->text)
		SAY(r, DESK_ASK, say("%s:为什么撤回?", "%s: withdrawn why?"), reading_whom(r));
	else if (act->part && act->part->state == DISPATCH_ARRIVED)
		SAY(r, DESK_CONFIRM, say("%s 已在现场,撤回?", "%s is at the scene; withdraw it?"),
		    reading_whom(r));
	reading_done(r);
}

/* -- decisions ------------------------------------------------------------------------------ */

static const struct desk_part *returning(const struct desk_row *row)
{
	for (int i = 0; row && i < row->n; i++)
		if (row->parts[i].state == DISPATCH_RETURNING)
			return &row->parts[i];
	return NULL;
}

/* 3.r1, or a request's whole name. False: the target is none. */
static bool take_request(struct desk_reading *r)
{
	struct desk_act *act = &r->out->act;
	const char *t = reading_token(r), *mark = t ? strstr(t, ".r") : NULL;
	uint64_t local, n;

	if (!mark || !str_uint(str_of(mark + 2), &n))
		return false;
	act->request = t;
	if (str_uint((struct str){t, (size_t)(mark - t)}, &local) && local <= DESK_NUMBERS) {
		act->row = desk_local(r->x->queue, (int)local);
		if (!act->row)
			return false;
		act->request = arena_printf(r->x->a, "%s%s", act->row->number, mark);
	}
	r->at++;
	return true;
}

/* The return of this instruction, or the only one of this incident. False with a sentence. */
static bool take_returning(struct desk_reading *r)
{
	struct desk_target t;

	if (!reading_target(r, &t))
		return false;
	if (t.row && !t.part && returning(t.row))
		set_part(r, returning(t.row));
	if (!r->out->act.dispatch)
		REFUSE(r, say("%s 没有待决定的改派申请", "%s has no return to decide"), reading_whom(r));
	return r->out->act.dispatch != NULL;
}

static const char *decided(const struct desk_reading *r)
{
	return r->out->act.request ? r->out->act.request : reading_whom(r);
}

static void parse_return(struct desk_reading *r)
{
	static const struct both briefly[DESK_DECISIONS] = {{"y", "yes"}, {"n", "no"}};
	struct desk_act *act = &r->out->act;
	const char *several;

	if (!take_request(r) && !take_returning(r))
		return;
	int said = take_choice(r, briefly, DESK_DECISIONS);
	if (said < 0)
		said = take_choice(r, desk_decisions, DESK_DECISIONS);
	if (said < 0) {
		SAY(r, DESK_ASK,
		    say("%s的申请:同意 [单位] 还是 不同意 理由?",
			"the request of %s: grant [UNIT], or reject REASON?"),
		    decided(r));
		return;
	}
	act->grant = said == 0;
	const struct desk_name *u = act->grant && reading_token(r)
	    ? desk_named(r->x->a, &r->x->city->units, reading_token(r), &several)
	    : NULL;
	act->unit = u ? u->code : NULL;
	r->at += u != NULL;
	act->text = reading_rest(r);
	if (!act->grant && !act->text)
		SAY(r, DESK_ASK, say("%s:为什么不同意?", "%s: rejected why?"), decided(r));
	reading_done(r);
}

static void parse_callback(struct desk_reading *r)
{
	struct desk_act *act = &r->out->act;
	struct desk_target t;

	if (!reading_target(r, &t))
		return;
	int said = take_choice(r, desk_results, DESK_RESULTS);
	if (said < 0) {
		SAY(r, DESK_ASK,
		    say("%s 回访:满意、基本满意、不满意,还是未接通?",
			"%s, call-back: satisfied, mostly, dissatisfied or unreached?"),
		    reading_whom(r));
		return;
	}
	act->result = callback_result_names[CALLBACK_SATISFIED + said];
	take_phone(r, &act->phone);
	act->text = reading_rest(r);
	reading_done(r);
}

/* Was the incident shown as one that may be the same? */
static bool is_similar(const struct desk_understood *u, const struct desk_row *row)
{
	for (int i = 0; u && i < u->n_similar; i++)
		if (text_eq(u->similar[i].number, row->number))
			return true;
	return false;
}

static bool is_graver(const struct desk_understood *u, const struct desk_row *row)
{
	if (!u || row->priority == PRIORITY_NONE)
		return false;
	return (u->priority != PRIORITY_NONE && u->priority < row->priority) ||
	    (u->danger && row->priority > P2);
}

/* No units are sent for what is joined: a wrong digit would lose an emergency. */
static void ask_to_join(struct desk_reading *r, const struct desk_row *row)
{
	const struct desk_understood *u = r->x->understood;

	if (!is_similar(u, row))
		SAY(r, DESK_CONFIRM,
		    say("%s %s %s 不在相似的里面。归入了就不另派单位,是同一件事?",
			"%s %s %s is not among the similar ones, and what is joined gets no units of its "
			"own. "
			"Is it the same matter?"),
		    reading_whom(r), row->place, row->category);
	else if (is_graver(u, row))
		SAY(r, DESK_CONFIRM,
		    say("草稿比 %s %s 更急。归入了就不另派单位,是同一件事?",
			"The draft is graver than %s %s, and what is joined gets no units of its own. Is it "
			"the "
			"same matter?"),
		    reading_whom(r), row->place);
}

static void parse_join(struct desk_reading *r)
{
	struct desk_target t;

	if (!r->x->draft)
		REFUSE(r,
		    say("= 用于草稿:n 报警内容 之后,=3 把它归入 3 号",
			"= is for a draft: after n and what is reported, =3 joins it to no. 3"));
	else if (reading_target(r, &t) && !t.row)
		REFUSE(r,
		    say("%s 不在队列里,不能归入", "%s is not in the queue, nothing can be joined to it"),
		    t.number);
	reading_done(r);
	if (r->out->outcome == DESK_DO)
		ask_to_join(r, t.row);
}

static void parse_drop(struct desk_reading *r)
{
	if (!r->x->draft)
		REFUSE(r, say("没有草稿", "there is no draft"));
	reading_done(r);
}

/* -- what is about no incident --------------------------------------------------------------- */

static void parse_find(struct desk_reading *r)
{
	r->out->act.text = reading_rest(r);
	if (!r->out->act.text && r->out->act.word == WORD_FIND)
		REFUSE(r,
		    say("q? 要写明查什么;离开请按 Ctrl-D",
			"q? takes what to look for; to leave press Ctrl-D"));
	reading_done(r);
}

static void parse_units(struct desk_reading *r)
{
	const struct desk_name *u = take_unit(r);

	r->out->act.unit = u ? u->code : NULL;
	reading_done(r);
}

static void parse_help(struct desk_reading *r)
{
	r->out->act.name = reading_token(r);
	reading_done(r);
}

static void parse_bare(struct desk_reading *r)
{
	if (reading_token(r))
		REFUSE(r, say("多余的“%s”", "“%s” is too much"), reading_token(r));
	reading_done(r);
}

/* A name, an instant where there is one, and a text. */
static void parse_named(struct desk_reading *r)
{
	struct desk_act *act = &r->out->act;

	if (!reading_token(r) || (act->word != WORD_HANDOVER && r->at + 1 >= r->line.n)) {
		refuse_arguments(r);
		return;
	}
	act->name = reading_token(r);
	r->at++;
	if (act->word == WORD_MODE) {
		if (!when_parse(str_of(reading_token(r)), r->x->now, WHEN_AHEAD, &act->until, NULL)) {
			REFUSE(r,
			    say("“%s”不是时刻:m 模式 到何时 文号,如 m typhoon 明天08:00 漳防〔2026〕3号",
				"“%s” is no instant: m MODE UNTIL DOCUMENT, such as m typhoon 12h FLOOD-3"),
			    reading_token(r));
			return;
		}
		r->at++;
	}
	act->text = reading_rest(r);
	if (act->word == WORD_MODE && !act->text)
		refuse_arguments(r);
	reading_done(r);
}

/* -- the line ------------------------------------------------------------------------------- */

static void (*const parsers[WORDS])(struct desk_reading *r) = {
    [WORD_NEW] = parse_new,
    [WORD_ACKNOWLEDGE] = parse_step,
    [WORD_DEPART] = parse_step,
    [WORD_ARRIVE] = parse_step,
    [WORD_PROGRESS] = parse_step,
    [WORD_COMPLETE] = parse_step,
    [WORD_ADD] = parse_add,
    [WORD_WITHDRAW] = parse_withdraw,
    [WORD_AMEND] = reading_amend,
    [WORD_NOTE] = parse_text,
    [WORD_URGE] = parse_text,
    [WORD_RETURN] = parse_return,
    [WORD_CALLBACK] = parse_callback,
    [WORD_CLOSE] = parse_close,
    [WORD_CANCEL] = parse_close,
    [WORD_UNDO] = parse_bare,
    [WORD_SHOW] = parse_show,
    [WORD_LIST] = parse_find,
    [WORD_UNITS] = parse_units,
    [WORD_FIND] = parse_find,
    [WORD_JOIN] = parse_join,
    [WORD_DROP] = parse_drop,
    [WORD_HANDOVER] = parse_named,
    [WORD_MODE] = parse_named,
    [WORD_MODE_END] = parse_named,
    [WORD_HELP] = parse_help,
    [WORD_LEAVE] = parse_bare,
    [WORD_MESSAGES] = parse_bare,
    [WORD_NOTICES] = parse_bare,
};

/* n:解放路…, a3 李明, +3 城管, =7: the first token as two, if it begins with a word that may stand so. */
static void split_first(const struct desk_context *x, struct desk_line *l)
{
	struct str whole = l->v[0].whole, s = whole;
	const char *half = l->v[0].text;
	const char *colon = strchr(half, ':');
	size_t head = 0; /* bytes of the word in the half-width form */

	if (colon && colon > half &&
	    desk_word_of(x->a, arena_str(x->a, (struct str){half, (size_t)(colon - half)})) != WORDS)
		head = (size_t)(colon - half);
	else if (strchr("+-=?", *half) && half[1])
		head = 1;
	else {
		struct str h = str_of(half);
		uint32_t first = utf8_next(&h);
		enum desk_word_id w =
		    desk_word_of(x->a, arena_str(x->a, (struct str){half, (size_t)(h.p - half)}));
		size_t digits = strspn(h.p, "0123456789");

		if (first && w != WORDS && desk_words[w].safe && digits > 0 && digits <= 2 &&
		    h.p[digits] != '-')
			head = (size_t)(h.p - half);
	}
	if (!head || desk_word_of(x->a, half) != WORDS)
		return;
	size_t characters = utf8_count((struct str){half, head});
	for (size_t i = 0; i < characters; i++)
		utf8_next(&s);
	struct desk_token *v = arena_new_array(x->a, struct desk_token, (size_t)l->n + 1);
	struct str after = s;
	if (colon && colon == half + head)
		utf8_next(&after);
	memcpy(v + 1, l->v, (size_t)l->n * sizeof *v);
	v[0] = (struct desk_token){
	    .text = arena_str(x->a, (struct str){half, head}), .whole = {whole.p, (size_t)(s.p - whole.p)}};
	v[1] = (struct desk_token){.text = desk_half_width(x->a, after), .whole = after};
	l->v = v;
	l->n++;
	if (!after.n) {
		memmove(v + 1, v + 2, (size_t)(l->n - 2) * sizeof *v);
		l->n--;
	}
}

static void refuse_line(struct desk_reading *r, const char *line)
{
	const char *first = arena_quote(r->x->a, r->line.v[0].text);
	const char *like = desk_word_like(r->x->a, first);

	if (*like)
		REFUSE(r,
		    say("没有命令 %s,是否 %s?报警请用 n",
			"there is no command %s; is %s meant? An incident is reported with n"),
		    first, like);
	else
		REFUSE(r,
		    say("没有命令 %s,没有报出去。? 列出命令;报警请用 n,如 n %s",
			"there is no command %s, nothing was reported. ? lists the commands; an incident is "
			"reported with n, such as n %s"),
		    first,
		    utf8_count(str_of(line)) < DESK_LEAST
			? say("解放路12号水管爆裂", "12 Liberation Road, burst main")
			: arena_quote(r->x->a, line));
}

/* A target alone is a look at it. */
static bool is_number_alone(const struct desk_reading *r)
{
	const char *first = r->line.v[0].text;

	if (r->line.n != 1 || !desk_target_like(first))
		return false;
	size_t digits = strspn(first, "0123456789");
	return desk_full(r->x->queue, first) || (digits > 0 && digits <= 2 && first[digits] != '-') ||
	    strlen(first) >= 8;
}

static enum desk_word_id first_word(struct desk_reading *r)
{
	split_first(r->x, &r->line);
	return desk_word_of(r->x->a, r->line.v[0].text);
}

void desk_parse(const struct desk_context *x, const char *line, struct desk_said *out)
{
	struct desk_reading r = {.x = x, .out = out};

	*out = (struct desk_said){.sentence = "", .act.word = WORDS};
	if (!utf8_valid(str_of(line), NULL)) {
		REFUSE(&r,
		    say("这一行不是 UTF-8 文本,没有执行:终端的编码要设为 UTF-8",
			"this line is no UTF-8 and was not carried out: set the terminal's encoding to "
			"UTF-8"));
		return;
	}
	r.line = desk_tokens(x->a, line);
	if (!r.line.n)
		return;
	enum desk_word_id w = first_word(&r);
	if (w != WORDS)
		r.at = 1;
	else if (is_number_alone(&r))
		w = WORD_SHOW;
	if (w == WORDS) {
		refuse_line(&r, line);
		return;
	}
	out->act.word = w;
	parsers[w](&r);
}
