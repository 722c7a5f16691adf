/*
 * denial.c - is a keyword denied where it stands? Place: domain; pure.
 *
 * Reads backwards from the keyword: what may stand between, then the denial, then what undoes it; and
 * forwards to the end of the clause. All words are written as they fold (fold.h).
 */
#include "domain/denial.h"
#include "domain/fold.h"

#define BETWEEN_MOST 4

/* Bytes of the text before a denial in its clause; more are not looked at. */
#define BEFORE_MOST 192

struct occurrence {
	const char *p;
	size_t start, end; /* the keyword */
	struct denials *all;
};

/* What may stand between a denial and the keyword. */
enum kind {
	PLAIN,
	OF_PEOPLE, /* it is denied of people */
	BY_SIGHT,  /* 没发现着火了 is how a late discovery is told */
};

static const struct between {
	const char *word;
	enum kind kind;
} betweens[] = {{"任何人员", OF_PEOPLE}, {"任何人", OF_PEOPLE}, {"人员", OF_PEOPLE}, {"一个人", OF_PEOPLE},
    {"人", OF_PEOPLE}, {"发现", BY_SIGHT}, {"闻到", BY_SIGHT}, {"任何", PLAIN}, {"发生", PLAIN},
    {"出现", PLAIN}, {"造成", PLAIN}, {"引起", PLAIN}, {"导致", PLAIN}, {"产生", PLAIN}, {"存在", PLAIN},
    {"被", PLAIN}, {"有", PLAIN}};

static const struct denier {
	const char *word;
	bool alone; /* nothing may stand between: 不是有人受伤 may be asked */
} deniers[] = {{"没有", false}, {"没", false}, {"未见", false}, {"未", false}, {"无", false}, {"不是", true},
    {"并非", true}};

/* Right before a denial: it is none, or is denied, asked, or not yet so. 野猪出没有人受伤, 有没有, 还没跳楼. */
static const char *const undone_by[] = {"淹", "沉", "埋", "吞", "出", "隐", "湮", "沦", "复", "泯", "辱",
    "浸", "有", "是否", "不", "没", "未", "无", "非", "可能", "会", "能", "没说", "还"};

/* Right before 不是: it is asked, or means that it is so. 是不是, 这不是着火了. */
static const char *const rhetorical[] = {"是", "这", "那", "可", "莫", "岂", "要"};

/* Anywhere before it in the clause: what follows is supposed, doubted or wrong. */
static const char *const doubted_by[] = {"如果", "要是", "假如", "万一", "除非", "以为", "难道", "谁说",
    "不知", "不清楚", "不确定", "不晓得", "不可能", "不见得", "不一定", "未必", "不是", "并非", "哪能",
    "怎么会", "怎么可能", "差点", "差一点", "险些"};

/* At the end of the clause: it is asked. */
static const char *const asked_by[] = {"吗", "吧", "么", "嘛", "呢", "没", "没有", "不", "是不是", "对不对"};

/* Right after the keyword: it happened later. */
static const char *const before_it[] = {"之前", "以前", "前"};

static const char *const joined_by[] = {
    "和", "或者", "或", "以及", "及", "与", "跟", "、", "和人员", "或人员"};

static const char *const ends[] = {",", ";", "?", "!", ":", ".", "。", "、"};

/* So often said of a whole accident that a blank inside it changes nothing: 没有人 受伤. */
static const char *const harm[] = {"伤", "亡"};

/* What happens to people, and not to things alone: 没人受伤, but not 没人着火. */
static const char *const of_people[] = {"伤", "亡", "死", "困", "埋", "溺", "落水", "打", "砍", "捅", "抢",
    "杀", "中毒", "昏", "晕", "触电", "摔", "跌", "坠", "跳", "骨折", "流血", "出血", "窒息", "烫", "夹",
    "卡", "压", "撞", "咬", "殴", "架", "吵", "闹", "聚", "围", "失踪", "走失", "失联", "轻生", "自杀",
    "动手", "遇难", "掉"};

#define LENGTH(list) (sizeof(list) / sizeof(list)[0])

static bool ends_with(struct str s, const char *word)
{
	size_t n = strlen(word);

	return s.n >= n && s.p[s.n - 1] == word[n - 1] && memcmp(s.p + s.n - n, word, n) == 0;
}

static bool ends_with_one(struct str s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ends_with(s, words[i]))
			return true;
	return false;
}

static bool begins_with_one(const char *p, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text_starts(p, words[i]))
			return true;
	return false;
}

/* -- the clause ----------------------------------------------------------------------------- */

static bool divides(const char *p)
{
	return begins_with_one(p, ends, LENGTH(ends));
}

/* The text before `at` in its clause, without gaps: 不 是 没着火 is no denial. Only a mark ends a
 * clause, a blank may be inside a word. */
static struct str before(const char *p, size_t at, char kept[BEFORE_MOST])
{
	size_t n = 0;

	while (at > 0 && n < BEFORE_MOST) {
		for (size_t i = 0; i < LENGTH(ends); i++)
			if (ends_with((struct str){p, at}, ends[i]))
				return (struct str){kept + BEFORE_MOST - n, n};
		if (p[--at] != FOLD_GAP)
			kept[BEFORE_MOST - ++n] = p[at];
	}
	return (struct str){kept + BEFORE_MOST - n, n};
}

/* 没有人受伤吗, 没着火吧? */
static bool asked(const struct occurrence *t)
{
	size_t *at = &t->all->clause_end;

	if (*at < t->end)
		for (*at = t->end; t->p[*at] && !divides(t->p + *at);)
			++*at;
	return t->p[*at] == '?' ||
	    ends_with_one((struct str){t->p + t->end, *at - t->end}, asked_by, LENGTH(asked_by));
}

static bool ends_sentence(const char *p)
{
	return !*p || *p == '!' || *p == '?' || text_starts(p, "。");
}

/* Either … or, or worse: 不是着火就是爆炸, 不是吵架那么简单. */
static bool or_else(const struct occurrence *t)
{
	static const char *const worse[] = {"就是", "便是", "那么简单", "这么简单", "而已"};
	size_t *at = &t->all->worse_at;

	if (*at < t->end)
		for (*at = t->end;
		     !ends_sentence(t->p + *at) && !begins_with_one(t->p + *at, worse, LENGTH(worse));)
			++*at;
	return !ends_sentence(t->p + *at);
}

static bool followed_by(const struct occurrence *t, const char *word)
{
	return text_starts(t->p + t->end, word);
}

static struct str keyword(const struct occurrence *t)
{
	return (struct str){t->p + t->start, t->end - t->start};
}

/* -- the denial ----------------------------------------------------------------------------- */

struct skipped {
	size_t at; /* what lies behind it is read */
	bool kinds[3];
	bool any;
};

static struct skipped skip_between(const struct occurrence *t)
{
	struct skipped r = {.at = t->start};

	while (r.at > 0 && t->p[r.at - 1] == FOLD_GAP)
		r.at--;
	for (int n = 0; n < BETWEEN_MOST; n++) {
		size_t i = 0;

		while (i < LENGTH(betweens) && !ends_with((struct str){t->p, r.at}, betweens[i].word))
			i++;
		if (i == LENGTH(betweens))
			break;
		r.at -= strlen(betweens[i].word);
		r.kinds[betweens[i].kind] = true;
		r.any = true;
	}
	return r;
}

/* 着没着火, 有没有着火, 发没发生: the character before the denial is the one behind it. */
static bool repeated(struct str ahead, const char *behind)
{
	size_t n = 1;

	while (n < 4 && ((unsigned char)behind[n] & 0xC0) == 0x80)
		n++;
	return ahead.n >= n && memcmp(ahead.p + ahead.n - n, behind, n) == 0;
}

/* 不是着火 denies it only where it is said plainly. */
static bool rhetoric(const struct occurrence *t, const struct skipped *r, struct str ahead)
{
	return r->any || followed_by(t, "了") || or_else(t) ||
	    ends_with_one(ahead, rhetorical, LENGTH(rhetorical));
}

/* Does the denier that ends at r->at count? */
static bool counts(const struct occurrence *t, const struct skipped *r, const struct denier *d)
{
	char kept[BEFORE_MOST];
	struct str ahead = before(t->p, r->at - strlen(d->word), kept);

	if (t->p[t->start - 1] == FOLD_GAP &&
	    !(r->kinds[OF_PEOPLE] && str_holds_one(keyword(t), harm, LENGTH(harm))))
		return false;
	if ((r->kinds[OF_PEOPLE] || r->kinds[BY_SIGHT]) && followed_by(t, "了"))
		return false;
	if (r->kinds[OF_PEOPLE] && !str_holds_one(keyword(t), of_people, LENGTH(of_people)))
		return false;
	if (d->alone && rhetoric(t, r, ahead))
		return false;
	return !repeated(ahead, t->p + r->at) && !ends_with_one(ahead, undone_by, LENGTH(undone_by)) &&
	    !str_holds_one(ahead, doubted_by, LENGTH(doubted_by));
}

/* 没有着火和冒烟: what denies the first denies the second. */
static bool joined(const struct occurrence *t, size_t at, size_t denied_end)
{
	for (size_t i = 0; denied_end > 0 && i < LENGTH(joined_by); i++) {
		size_t n = strlen(joined_by[i]);

		if (at == denied_end + n && memcmp(t->p + denied_end, joined_by[i], n) == 0)
			return !followed_by(t, "了");
	}
	return false;
}

/* By the word that ends where what may stand between begins. */
static bool denied_by_one(const struct occurrence *t, const struct skipped *r)
{
	for (size_t i = 0; i < LENGTH(deniers); i++)
		if (ends_with((struct str){t->p, r->at}, deniers[i].word))
			return counts(t, r, &deniers[i]) && !asked(t) &&
			    !begins_with_one(t->p + t->end, before_it, LENGTH(before_it));
	return false;
}

bool denial_of(struct denials *d, size_t start, size_t end)
{
	static const char *const own[] = {"没", "无", "未", "不", "非"};
	struct occurrence t = {.p = d->text, .start = start, .end = end, .all = d};
	bool denied = false;
	struct skipped r;

	if (start == 0 || (t.p[start - 1] != FOLD_GAP && (unsigned char)t.p[start - 1] < 0x80) ||
	    begins_with_one(t.p + start, own, LENGTH(own)))
		return false;
	r = skip_between(&t);
	if (joined(&t, r.at, d->denied_end))
		denied = !asked(&t);
	else
		denied = denied_by_one(&t, &r);
	if (denied)
		d->denied_end = end;
	return denied;
}

bool denial_says(const char *text, const char *word)
{
	struct denials d = {.text = text};
	size_t n = strlen(word);

	for (const char *at = text; n && (at = strstr(at, word)); at += n)
		if (!denial_of(&d, (size_t)(at - text), (size_t)(at - text) + n))
			return true;
	return false;
}

size_t denial_leaves(const char *folded)
{
	static const char *const negative[] = {
	    "没", "无", "未", "非", "不是", "不用", "不必", "不要", "不需"};
	size_t all = 0, n = 0;
	bool denied = false;

	for (const char *p = folded;; p++) {
		if (!*p || divides(p)) {
			all += denied ? 0 : n;
			n = 0;
			denied = false;
			if (!*p)
				return all;
		} else if (((unsigned char)*p & 0xC0) != 0x80 && *p != FOLD_GAP) {
			n++;
			denied |= begins_with_one(p, negative, LENGTH(negative));
		}
	}
}
