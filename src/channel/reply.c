/*
 * reply.c - what a unit's person answers to a short message: an act's digit or word, and the code of the instruction.
 * Pure. Generous in form: full-width digits, no blank, a comma, the word itself.
 */
#include "channel/channel.h"

#include "base/buf.h"
#include "base/mend.h"
#include "base/utf8.h"

static const struct reply_word {
	const char *word;
	enum reply_act act;
} words[] = {
    {"1", REPLY_ACKNOWLEDGE},
    {"2", REPLY_ARRIVE},
    {"9", REPLY_RETURN},
    {"签收", REPLY_ACKNOWLEDGE},
    {"收到", REPLY_ACKNOWLEDGE},
    {"到场", REPLY_ARRIVE},
    {"到达", REPLY_ARRIVE},
    {"已到", REPLY_ARRIVE},
    {"改派", REPLY_RETURN},
    {"申请改派", REPLY_RETURN},
    {"退回", REPLY_RETURN},
};

/* Behind blanks and what people put between two numbers. */
static const char *behind_marks(const char *text)
{
	static const char *const marks[] = {" ", "\t", "\n", ",", ",", "+", "-", ".", "。", ":", ":", "#",
	    "、", "<", ">", "《", "》", "(", ")"};

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		size_t n = strlen(marks[i]);

		if (*text && strncmp(text, marks[i], n) == 0) {
			text += n;
			i = (size_t)-1;
		}
	}
	return text;
}

/* The digits at the text, and the words behind them, which begin with no digit: that would be another code. False: the digits are
 * more or fewer than a code has ("10分钟到" is a time, "90" a number), or there are words and no code. */
static bool read_code(const char *text, struct sms_reply *reply)
{
	size_t n = strspn(text, "0123456789");
	const char *behind = behind_marks(text + n);
	struct str rest = utf8_head(str_of(behind), REPLY_WORDS);

	if ((n && n != REPLY_CODE) || (*behind && (n == 0 || (*behind >= '0' && *behind <= '9'))))
		return false;
	memcpy(reply->code, text, n);
	reply->code[n] = '\0';
	memcpy(reply->words, rest.p, rest.n);
	reply->words[rest.n] = '\0';
	return true;
}

struct sms_reply reply_parse(const char *text)
{
	struct sms_reply none = {0}, reply = {0};
	struct buf mended = {0};
	const char *at;

	mend_phone(str_of(text), &mended); /* full-width digits become plain ones */
	buf_char(&mended, '\0');
	at = behind_marks(mended.p);
	for (size_t i = 0; reply.act == REPLY_NONE && i < sizeof words / sizeof *words; i++) {
		size_t n = strlen(words[i].word);

		if (strncmp(at, words[i].word, n) == 0 && read_code(behind_marks(at + n), &reply))
			reply.act = words[i].act;
	}
	buf_free(&mended);
	if (reply.act == REPLY_ARRIVE && reply.words[0])
		reply.act = REPLY_UNSURE;
	return reply.act == REPLY_NONE ? none : reply;
}
