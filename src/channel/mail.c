/*
 * mail.c - a notice as a mail: RFC 5322, UTF-8 in base64, one recipient or several. Pure.
 * The Message-ID is the notice's; no mail server promises to know doubles by it.
 */
#include "channel/parts.h"

#include "base/base64.h"
#include "base/time.h"

#define LINE 57          /* bytes whose base64 fills a line of 76 */
#define SUBJECT_BYTES 45 /* of a word of RFC 2047 */

/* "a@b.cn|c@d.cn" */
static bool recipients(struct channel_request *out, const char *list, struct arena *a)
{
	while (*list && out->n_to < CHANNEL_MAILS) {
		size_t n = strcspn(list, "|");
		const char *one = arena_str(a, (struct str){list, n});

		if (!strchr(one, '@') || strpbrk(one, " \r\n<>"))
			return false;
		out->to[out->n_to++] = one;
		list += n + (list[n] == '|');
	}
	return out->n_to > 0;
}

/* The first line of the text, as words of RFC 2047. */
static void put_subject(struct buf *out, const char *text, struct arena *a)
{
	const char *line = arena_str(a, (struct str){text, strcspn(text, "\r\n")});
	const char *head = text_within(a, line, SUBJECT_BYTES);

	buf_text(out, "Subject: =?UTF-8?B?");
	base64_put(out, str_of(head));
	buf_text(out, "?=\r\n");
}

static void put_date(struct buf *out, int64_t at_ms)
{
	static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char *const months[] = {
	    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	int64_t day = local_day(at_ms), s = (at_ms - day_start(day)) / SECOND_MS;
	struct date d = day_date(day);

	buf_printf(out, "Date: %s, %d %s %04d %02d:%02d:%02d +0800\r\n", days[day_weekday(day)], d.day,
	    months[d.month - 1], d.year, (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
}

static void put_text(struct buf *out, struct str text)
{
	for (size_t at = 0; at < text.n; at += LINE) {
		base64_put(out, (struct str){text.p + at, text.n - at < LINE ? text.n - at : LINE});
		buf_text(out, "\r\n");
	}
}

bool mail_build(const struct notice_channel *c, const struct channel_secrets *s,
    const struct channel_message *m, struct arena *a, struct channel_request *out, const char **missing)
{
	struct buf mail = {0};

	if (!c->from || strpbrk(c->from, " \r\n<>"))
		return is_missing(missing, "from");
	if (!recipients(out, m->mail, a))
		return is_missing(missing, "mail");
	out->method = "MAIL";
	out->url = s->url;
	out->from = c->from;
	out->user = c->user;
	out->password = c->user && s->n_keys > 0 ? s->keys[0] : NULL;
	request_hide(out, out->password);
	buf_printf(&mail, "From: <%s>\r\nTo: ", c->from);
	for (int i = 0; i < out->n_to; i++)
		buf_printf(&mail, "%s<%s>", i > 0 ? ", " : "", out->to[i]);
	buf_text(&mail, "\r\n");
	put_subject(&mail, m->text, a);
	put_date(&mail, m->at);
	buf_printf(&mail,
	    "Message-ID: <%s@liandong>\r\nMIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
	    m->id);
	put_text(&mail, str_of(m->text));
	out->body = buf_into(&mail, a);
	return true;
}

/* The status is the server's last reply: RFC 5321. */
void mail_judge(const struct notice_channel *c, const struct channel_request *q,
    const struct channel_answer *r, struct arena *a, struct channel_verdict *out)
{
	(void)c;
	(void)q;
	if (r->end != POST_ANSWERED) {
		judge_http(r, a, out);
		return;
	}
	out->code = arena_printf(a, "SMTP %d", r->status);
	if (r->status >= 200 && r->status < 300)
		out->verdict = VERDICT_ACCEPTED;
	else if (r->status >= 400 && r->status < 500)
		out->verdict = VERDICT_RETRY;
	else if (r->status == 530 || r->status == 534 || r->status == 535)
		out->verdict = VERDICT_BROKEN; /* who we say we are */
	else
		out->verdict = VERDICT_REFUSED;
}
